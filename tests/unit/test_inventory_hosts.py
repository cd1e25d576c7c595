# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""What names hosts and groups: never two servers by one name, whatever the members and pools are called."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.plugin_utils._inventory_hosts import Found, found_in

ADDRESSES = ["192.168.0.1", "192.168.0.2", "192.168.0.3", "2001:db8::1", "2001:DB8:0::1"]
NAMES = ["", "web-1", "web-2", "192.168.0.1", "192.168.0.3", "localhost", "all", "-x", "web 1", "a:b", "{{ x }}"]
POOLS = ["web", "web ", "api-1", "api_1", ""]


def pool(number: int, name: str, *members: tuple[str, str, int]) -> dict[str, Any]:
    listed = [{"name": each, "address": address, "protocol_port": port, "weight": number} for each, address, port in members]
    return {"id": f"00000000-0000-0000-0000-00000000000{number}", "name": name, "members": listed}


def named(*members: tuple[str, str, int], preferences: tuple[str, ...] = ("name", "address")) -> dict[str, str]:
    """The hosts' names by their addresses, each member in a pool of its own."""
    found = found_in([pool(number, f"p{number}", member) for number, member in enumerate(members)], preferences, "")
    assert bool(found.warnings) == any(
        name and host.name != name for host in found.hosts for name, address, dummy in members if address == host.address
    )
    return {host.address: host.name for host in found.hosts}


def test_a_name_names_a_host_if_it_is_its_alone() -> None:
    assert named(("a", "10.0.0.1", 80), ("b", "10.0.0.2", 80)) == {"10.0.0.1": "a", "10.0.0.2": "b"}
    assert named(("a", "10.0.0.1", 80), ("a", "10.0.0.1", 81), ("", "10.0.0.1", 82)) == {"10.0.0.1": "a"}
    assert named(("a", "10.0.0.1", 80), ("a", "10.0.0.2", 80)) == {"10.0.0.1": "10.0.0.1", "10.0.0.2": "10.0.0.2"}
    assert named(("a", "10.0.0.1", 80), ("b", "10.0.0.1", 81)) == {"10.0.0.1": "10.0.0.1"}
    assert named(("10.0.0.2", "10.0.0.1", 80), ("localhost", "10.0.0.2", 80)) == {"10.0.0.1": "10.0.0.1", "10.0.0.2": "10.0.0.2"}
    assert named(("", "2001:db8::1", 80), ("", "2001:DB8:0::1", 81), preferences=()) == {"2001:db8::1": "2001:db8::1"}


def test_pools_that_would_share_a_group_do_not() -> None:
    first, second, third = pool(1, "web-1"), pool(2, "web_1"), pool(3, "")
    found = found_in([third, second, first], ("name",), "elb_")
    assert sorted(found.groups) == [
        "elb_00000000_0000_0000_0000_000000000003",
        "elb_web_1_00000000_0000_0000_0000_000000000001",
        "elb_web_1_00000000_0000_0000_0000_000000000002",
    ]
    assert len(found.warnings) == 1
    assert found_in([first, third], ("name",), "").groups == ["_0000000_0000_0000_0000_000000000003", "web_1"]


MEMBERS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ADDRESSES), st.integers(80, 82)), max_size=6)


@given(
    chosen=st.lists(st.tuples(st.sampled_from(POOLS), MEMBERS), max_size=4),
    preferences=st.lists(st.sampled_from(["name", "address", "instance_id"]), max_size=3),
    backwards=st.booleans(),
)
def test_nothing_is_lost_or_mixed_up(chosen: list[tuple[str, list[tuple[str, str, int]]]], preferences: list[str], backwards: bool) -> None:
    pools = [pool(number, name, *members) for number, (name, members) in enumerate(chosen)]
    found = found_in(pools, preferences, "elb_")
    # The order of answers does not matter.
    assert found_in(pools[::-1] if backwards else pools, preferences, "elb_") == found
    names = [host.name for host in found.hosts]
    assert len(set(names)) == len(names)
    assert not {"localhost", "all", "-x", "web 1", "a:b", "{{ x }}"} & set(names)
    assert len(set(found.groups)) == len(pools)
    _every_member_is_there(found, pools)


def _every_member_is_there(found: Found, pools: list[dict[str, Any]]) -> None:
    listed = [
        (member["pool_id"], member["address"], member["protocol_port"], member["name"]) for host in found.hosts for member in host.members
    ]
    there = [(each["id"], member["address"], member["protocol_port"], member["name"]) for each in pools for member in each["members"]]
    assert sorted(listed) == sorted(there)
    for host in found.hosts:
        weights = {member["weight"] for member in host.members}
        assert host.variables.get("elb_weight") == (weights.pop() if len(weights) == 1 else None)
        assert {member["pool_group"] for member in host.members} <= set(found.groups)
        assert host.variables["ansible_host"] == host.address
