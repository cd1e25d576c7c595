# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Answers that differ from the reference are survived, and make no change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..emulator.client import Emulator
from ..result import Result

Run = Callable[..., Result]
POOL: dict[str, Any] = {"name": "web", "protocol": "HTTP", "description": "", "session_persistence": {"enable": False}}
LISTS = ["members", "listeners", "loadbalancers"]
OPTIONAL = [
    "description",
    "session_persistence",
    "slow_start",
    "member_deletion_protection_enable",
    "vpc_id",
    "type",
    "protection_status",
    "protection_reason",
    "ip_version",
    "healthmonitor_id",
    "created_at",
    "updated_at",
    "admin_state_up",
    "protocol",
    "name",
]


@pytest.fixture
def pool(emulator: Emulator) -> str:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    return str(seeded["id"])


@pytest.mark.parametrize("how", ["drop", "null"])
@pytest.mark.parametrize("field", LISTS + OPTIONAL)
def test_a_pools_field_is_missing_or_null(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    emulator.distort(**{how: [field]}, path="/pools")
    result = module("elb_pool", **POOL, loadbalancer=emulator.loadbalancer("demo"))
    assert not result.failed, result["msg"]
    assert not result.changed
    assert emulator.writes() == []
    updated = module("elb_pool", id=pool, lb_algorithm="SOURCE_IP")
    assert updated.changed, updated["msg"]
    info = module("elb_pool_info", include_members=True)
    assert not info.failed, info["msg"]
    gone = module("elb_pool", id=pool, state="absent", force=True)
    assert gone.changed, gone["msg"]


@pytest.mark.parametrize("how", ["drop", "null"])
@pytest.mark.parametrize(
    "field", ["name", "subnet_cidr_id", "availability_zone", "operating_status", "status", "ip_version", "member_type", "address", "weight"]
)
def test_a_members_field_is_missing_or_null(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    emulator.seed_members(pool, {"name": "", "address": "192.168.0.11", "protocol_port": 80, "weight": 1})
    emulator.distort(**{how: [field]}, path="/members")
    one = {"pool": "web", "address": "192.168.0.11", "port": 80}
    result = module("elb_member", **one, name="", weight=1)
    assert not result.failed, result["msg"]
    assert not result.changed
    updated = module("elb_member", **one, weight=9)
    assert updated.changed, updated["msg"]
    assert not module("elb_member_info", pool="web").failed


@pytest.mark.parametrize("body", ["pools", "page_info"])
def test_lists_are_null(module: Run, emulator: Emulator, pool: str, body: str) -> None:
    emulator.distort(null=[f"$.{body}"], action="elb:pools:list")
    result = module("elb_pool_info")
    assert not result.failed, result["msg"]
    assert len(result["pools"]) == (0 if body == "pools" else 1)


def test_unknown_fields_and_odd_pages_are_survived(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.distort(set={"brand_new": {"deep": [1]}, "$.more": 1, "$.page_info.next_marker": pool}, path="/pools")
    result = module("elb_pool", **POOL)
    assert not result.changed
    assert result["pool"]["brand_new"] == {"deep": [1]}
    assert len(module("elb_pool_info")["pools"]) == 1


def test_a_list_that_holds_others_too(module: Run, emulator: Emulator, pool: str) -> None:
    """A service whose name filter finds more than the very name."""
    emulator.seed({"name": "web-2", "protocol": "HTTP"})
    emulator.distort(
        set={"$.pools": [{"id": "x", "name": "web-2"}, {"id": pool, "name": "web", "protocol": "HTTP"}]}, action="elb:pools:list"
    )
    assert module("elb_pool", name="web")["pool"]["id"] == pool


@pytest.mark.parametrize("answer", ["[]", "null", '"pool"', '{"pools": 5}', '{"pools": [5]}', "{}", '{"pool": null}', "<html>"])
def test_what_is_not_the_service_is_said_without_a_traceback(module: Run, emulator: Emulator, answer: str) -> None:
    emulator.fault("answer", status=200, body=answer, times=None)
    for result in (module("elb_pool_info", timeout=0.1), module("elb_pool", id="11111111-1111-1111-1111-111111111111", timeout=0.1)):
        assert result.failed
        assert "not the ELB API" in result["msg"], result["msg"]
        assert "Traceback" not in str(result)
