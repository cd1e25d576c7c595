# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of hosts and groups: never one name for two servers, for any names of members and pools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.plugin_utils._inventory.hosts import DRAINED, Found, as_text, found_in, trusted
from ansible_collections.otc.elb.plugins.plugin_utils._inventory.source import Source

ADDRESSES = ["192.168.0.1", "192.168.0.2", "192.168.0.3", "2001:db8::1", "2001:DB8:0::1"]
NAMES = ["", "web-1", "web-2", "192.168.0.1", "192.168.0.3", "localhost", "all", "-x", "web 1", "a:b", "{{ x }}"]
POOLS = ["web", "web ", "api-1", "api_1", "", "all", "ungrouped"]
ROLES = Path(__file__).parents[2] / "roles"


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


def test_a_unique_name_names_a_host() -> None:
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


def test_a_pool_is_no_group_of_ansibles_own() -> None:
    found = found_in([pool(1, "all"), pool(2, "web")], ("name",), "")
    assert found.groups == ["all_00000000_0000_0000_0000_000000000001", "web"]
    assert found.warnings == ["A pool would, as one of Ansible's own, be the group all; so each has its ID in its group's name."]


def test_a_host_keeps_its_name_while_a_role_has_drained_it() -> None:
    drained = found_in(
        [pool(1, "a", ("web-1 [drained: weight 10]", "10.0.0.1", 80)), pool(2, "b", ("web-1", "10.0.0.1", 80))], ("name",), ""
    )
    assert ([host.name for host in drained.hosts], drained.warnings) == (["web-1"], [])
    assert drained.hosts[0].members[0]["name"] == "web-1 [drained: weight 10]"
    unnamed = found_in([pool(1, "a", ("[drained: weight 7]", "10.0.0.1", 80))], ("name",), "")
    assert ([host.name for host in unnamed.hosts], unnamed.warnings) == (["10.0.0.1"], [])
    # Three places know the mark: each of the roles, and the inventory plugin.
    updates, backend = (
        yaml.safe_load((ROLES / role / "vars" / "main.yml").read_text(encoding="utf-8")) for role in ("rolling_update", "backend")
    )
    marked = f"web-1 {updates['__rolling_update_mark'] % 100}"
    assert (DRAINED.sub("", marked), DRAINED.findall(marked)) == ("web-1", ["100"])
    assert re.search(backend["__backend_drained_name"], marked)


@pytest.mark.parametrize("missing", ["address", "protocol_port"])
def test_a_member_with_a_missing_field_is_left_out_alone(missing: str) -> None:
    whole = pool(1, "web", ("a", "10.0.0.1", 80), ("b", "10.0.0.2", 80))
    del whole["members"][0][missing]
    whole["members"][0]["id"] = "of-a"
    found = found_in([whole], ("name",), "")
    assert [host.name for host in found.hosts] == ["b"]
    assert found.warnings == ["Left out of web, because the response has no port or no IP address of another server for them: of-a."]


@pytest.mark.parametrize(
    "value",
    ["{{ 6 * 7 }}", "{% set x = 1 %}", "{# x #}", "#jinja2: variable_start_string: '[[', variable_end_string: ']]'\n[[ 6 * 7 ]]", "web-1"],
)
def test_nothing_of_the_service_is_a_template(value: str) -> None:
    templar = Templar(DataLoader(), variables={"it": as_text([value, {"x": value}])})
    assert templar.template(trusted("{{ it }}")) == [value, {"x": value}]


CHOICES = [
    {},
    {"OS_USER_DOMAIN_NAME": "A"},
    {"OS_USER_DOMAIN_NAME": "B"},
    *(
        {f"OS_{name}": "A"}
        for name in ("PROJECT_DOMAIN_NAME", "DOMAIN_ID", "USER_ID", "TENANT_NAME", "PROJECT_NAME", "PROJECT_ID", "CLOUD")
    ),
    {"OS_APPLICATION_CREDENTIAL_ID": "A"},
    {"OS_APPLICATION_CREDENTIAL_ID": "B"},
    {"OS_ACCESS_KEY": "A"},
    {"OS_ACCESS_KEY": "B"},
]


def test_the_cache_of_one_credential_is_none_of_anothers() -> None:
    everything = Source({}, (), lambda value: value)
    assert len({everything.digest(environ) for environ in CHOICES}) == len(CHOICES)
    options: list[dict[str, Any]] = [{"access_key": "A"}, {"access_key": "B"}, {"auth": {"ak": "A"}}, {"auth": {"ak": "B"}}]
    assert len({Source(given, (), lambda value: value).digest({}) for given in options}) == len(options)
    # A password is changed, and a token is new each time.
    secrets = ("PASSWORD", "PASSCODE", "TOKEN", "AUTH_TOKEN", "SECRET_KEY", "SECURITY_TOKEN", "APPLICATION_CREDENTIAL_SECRET")
    assert everything.digest({f"OS_{name}": "A" for name in secrets}) == everything.digest({})


MEMBERS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ADDRESSES), st.integers(80, 82)), max_size=6)


@given(
    chosen=st.lists(st.tuples(st.sampled_from(POOLS), MEMBERS), max_size=4),
    preferences=st.lists(st.sampled_from(["name", "address", "instance_id"]), max_size=3),
    prefix=st.sampled_from(["elb_", ""]),
    backwards=st.booleans(),
)
def test_nothing_is_lost_or_mixed_up(
    chosen: list[tuple[str, list[tuple[str, str, int]]]], preferences: list[str], prefix: str, backwards: bool
) -> None:
    pools = [pool(number, name, *members) for number, (name, members) in enumerate(chosen)]
    found = found_in(pools, preferences, prefix)
    # The order in responses does not matter.
    assert found_in(pools[::-1] if backwards else pools, preferences, prefix) == found
    names = [host.name for host in found.hosts]
    assert len(set(names)) == len(names)
    assert not {"localhost", "all", "-x", "web 1", "a:b", "{{ x }}"} & set(names)
    assert len(set(found.groups) - {"all", "ungrouped"}) == len(pools)
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
