# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The info modules through ansible-playbook: filters go to the server, every page is read."""

from __future__ import annotations

from typing import Any

import pytest

from ..emulator.client import Emulator
from .engine import Engine, task


@pytest.fixture
def pools(emulator: Emulator) -> list[str]:
    """The IDs of three pools; the first has two members."""
    seeded = emulator.seed(
        {
            "name": "web",
            "protocol": "HTTP",
            "loadbalancer_id": emulator.loadbalancer("demo"),
            "members": [
                {"name": "web-1", "address": "192.168.0.1", "protocol_port": 80, "weight": 0},
                {"name": "web-2", "address": "192.168.0.2", "protocol_port": 81, "weight": 5},
            ],
        },
        {"name": "api", "protocol": "HTTP", "lb_algorithm": "SOURCE_IP", "member_deletion_protection_enable": True},
        {"name": "dns", "protocol": "UDP", "description": "names", "type": "instance"},
    )
    return [pool["id"] for pool in seeded]


def test_pools_by_every_kind_of_filter(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["api", "dns", "web"]),
        ({"name": "web"}, ["web"]),
        ({"name": ["web", "dns"]}, ["dns", "web"]),
        ({"id": pools[1:]}, ["api", "dns"]),
        ({"protocol": "HTTP", "lb_algorithm": "SOURCE_IP"}, ["api"]),
        ({"description": "names"}, ["dns"]),
        ({"loadbalancer_id": emulator.loadbalancer("demo")}, ["web"]),
        ({"member_address": "192.168.0.2"}, ["web"]),
        ({"member_deletion_protection_enable": True}, ["api"]),
        ({"type": "instance"}, ["dns"]),
        ({"name": "nobody"}, []),
        ({"id": "11111111-1111-1111-1111-111111111111"}, []),
    ]
    results = engine.play([task("elb_pool_info", **filters) for filters, dummy in cases]).results
    for result, (filters, names) in zip(results, cases, strict=True):
        assert not result.changed
        assert sorted(pool["name"] for pool in result["pools"]) == names, filters
    assert {request["method"] for request in emulator.requests()} == {"GET"}


def test_a_single_id_uses_the_get_api(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    one, with_a_filter = engine.play([task("elb_pool_info", id=pools[0]), task("elb_pool_info", id=pools[0], protocol="UDP")]).results
    assert [pool["name"] for pool in one["pools"]] == ["web"]
    assert one["required_actions"] == ["elb:pools:get"]
    assert with_a_filter["pools"] == []
    assert with_a_filter["required_actions"] == ["elb:pools:list"]


def test_whole_members(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    references, whole = engine.play([task("elb_pool_info", name="web"), task("elb_pool_info", include_members=True)]).results
    assert [set(member) for member in references["pools"][0]["members"]] == [{"id"}, {"id"}]
    members = {pool["name"]: pool["members"] for pool in whole["pools"]}
    assert sorted(member["name"] for member in members["web"]) == ["web-1", "web-2"]
    assert members["dns"] == []
    assert whole["required_actions"] == ["elb:members:list", "elb:pools:list"]
    assert len(emulator.requests(action="elb:members:list")) == 1


def test_members_by_every_kind_of_filter(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    (web,) = (pool for pool in emulator.state()["pools"] if pool["name"] == "web")
    first = next(member["id"] for member in web["members"] if member["name"] == "web-1")
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["web-1", "web-2"]),
        ({"weight": 0}, ["web-1"]),
        ({"weight": [0, 5]}, ["web-1", "web-2"]),
        ({"address": "192.168.0.2"}, ["web-2"]),
        ({"protocol_port": [81]}, ["web-2"]),
        ({"name": "web-1", "operating_status": "NO_MONITOR"}, ["web-1"]),
        ({"ip_version": "v6"}, []),
        ({"member_type": "ip"}, ["web-1", "web-2"]),
        ({"id": first}, ["web-1"]),
        ({"id": [first], "weight": 5}, []),
        ({"id": "11111111-1111-1111-1111-111111111111"}, []),
    ]
    results = engine.play([task("elb_member_info", pool=pools[0], **filters) for filters, dummy in cases]).results
    for result, (filters, names) in zip(results, cases, strict=True):
        assert not result.failed, result["msg"]
        assert sorted(member["name"] for member in result["members"]) == names, filters
    assert results[8]["required_actions"] == ["elb:members:get"]
    assert results[9]["required_actions"] == ["elb:members:list"]


def test_members_of_a_pool_that_is_not_there(engine: Engine, emulator: Emulator) -> None:
    by_name, by_id, one = engine.play(
        [
            task("elb_member_info", pool="nobody"),
            task("elb_member_info", pool="11111111-1111-1111-1111-111111111111"),
            task("elb_member_info", pool="11111111-1111-1111-1111-111111111111", id="11111111-1111-1111-1111-111111111112"),
        ]
    ).results
    for result in (by_name, by_id, one):
        assert result["members"] == []
        assert not result.failed
        assert any("There is no pool" in warning for warning in result.warnings)


def test_every_page_is_read(engine: Engine, emulator: Emulator) -> None:
    seeded = emulator.seed(
        *({"name": f"p-{n:02}", "protocol": "HTTP"} for n in range(7)),
        {"name": "big", "protocol": "HTTP", "members": [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in range(1, 12)]},
    )
    emulator.configure(page_cap=3)
    pools, members, by_name = engine.play(
        [
            task("elb_pool_info"),
            task("elb_member_info", pool=seeded[-1]["id"]),
            task("elb_member", pool="big", address="192.168.0.11", port=80),
        ]
    ).results
    assert len({pool["id"] for pool in pools["pools"]}) == 8
    assert len({member["id"] for member in members["members"]}) == 11
    assert not by_name.changed
    assert len(emulator.requests(action="elb:pools:list")) == 3 + 1
