# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests a task makes: no more than it needs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS

from ..emulator.client import Emulator
from .engine import Engine, Task, task

WEB = {"loadbalancer": "3f8a2c10-4b7d-4e11-8c55-a1b2c3d4e501", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
ONE = {"address": "192.168.0.11", "protocol_port": 80}
NEW = {"address": "192.168.0.12", "protocol_port": 80}


@pytest.fixture
def seeded(emulator: Emulator) -> dict[str, str]:
    """A pool "web" with one member, one "checked" with a health check and a listener, and an empty one; their IDs."""
    http, other = emulator.listener("demo-http"), emulator.listener("demo-http-2")
    web, empty, dummy = emulator.seed(
        {"name": "web", "loadbalancer_id": WEB["loadbalancer"], "protocol": "HTTP", "members": [{**ONE, "name": "web-1", "weight": 3}]},
        {"name": "empty", "protocol": "HTTP"},
        {"name": "checked", "protocol": "HTTP", "listener_id": http, "healthmonitor_id": "5a8f7e6d-0001-4b2c-9d3e-4f5061728301"},
    )
    return {"pool": web["id"], "member": web["members"][0], "empty": empty["id"], "http": http, "other": other}


CASES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "pool, unchanged, by name": ("elb_pool", {"name": "web", **WEB}, ["pools:list"]),
    "pool, unchanged, by ID": ("elb_pool", {"id": "{pool}", "protocol": "HTTP"}, ["pools:get"]),
    "pool, unchanged, load balancer by name": ("elb_pool", {"name": "web", "loadbalancer": "demo"}, ["loadbalancers:list", "pools:list"]),
    "pool, created": ("elb_pool", {"name": "new", **WEB}, ["pools:list", "pools:create"]),
    "pool, updated": ("elb_pool", {"name": "web", "description": "x"}, ["pools:list", "pools:put"]),
    "pool, updated, by ID": ("elb_pool", {"id": "{pool}", "description": "x"}, ["pools:get", "pools:put"]),
    "pool, removed": ("elb_pool", {"name": "empty", "state": "absent"}, ["pools:list", "pools:delete"]),
    "pool, removed, by ID": ("elb_pool", {"id": "{empty}", "state": "absent"}, ["pools:get", "pools:delete"]),
    "pool, gone already": ("elb_pool", {"name": "missing", "state": "absent"}, ["pools:list"]),
    "pool, removed by force": (
        "elb_pool",
        {"name": "web", "state": "absent", "force": True},
        ["pools:list", "members:list", "l7policies:list", "members:delete", "pools:delete"],
    ),
    "pool, health check unchanged": (
        "elb_pool",
        {"name": "checked", "health_check": {"type": "HTTP"}},
        ["pools:list", "healthmonitors:get"],
    ),
    "pool, no health check": ("elb_pool", {"name": "web", "health_check": {"enable": False}}, ["pools:list"]),
    "pool, created with a health check": (
        "elb_pool",
        {"name": "new", **WEB, "health_check": {}},
        ["pools:list", "pools:create", "healthmonitors:create"],
    ),
    "pool, health check created": ("elb_pool", {"name": "web", "health_check": {}}, ["pools:list", "healthmonitors:create"]),
    "pool, health check updated": (
        "elb_pool",
        {"name": "checked", "health_check": {"delay": 10}},
        ["pools:list", "healthmonitors:get", "healthmonitors:put"],
    ),
    "pool, health check removed": (
        "elb_pool",
        {"name": "checked", "health_check": {"enable": False}},
        ["pools:list", "healthmonitors:get", "healthmonitor:delete"],
    ),
    "pool, listener unchanged, by ID": ("elb_pool", {"name": "checked", "listener": "{http}"}, ["pools:list"]),
    "pool, listener unchanged, by name": ("elb_pool", {"name": "checked", "listener": "demo-http"}, ["pools:list", "listeners:list"]),
    "pool, created for a listener": (
        "elb_pool",
        {"name": "new", **WEB, "listener": "{other}"},
        ["pools:list", "listeners:list", "pools:create"],
    ),
    "pool, created, listener switched": (
        "elb_pool",
        {"name": "new", **WEB, "listener": "{http}", "switch_listener": True},
        ["pools:list", "listeners:list", "pools:create", "listeners:put"],
    ),
    "pool, listener attached": ("elb_pool", {"name": "web", "listener": "{other}"}, ["pools:list", "listeners:list", "listeners:put"]),
    "pool, listener switched": (
        "elb_pool",
        {"name": "web", "listener": "{http}", "switch_listener": True},
        ["pools:list", "listeners:list", "listeners:put"],
    ),
    "pool, removed with its health check": (
        "elb_pool",
        {"name": "checked", "state": "absent"},
        # The service refuses the first attempt: only then is the health check removed.
        ["pools:list", "pools:delete", "healthmonitor:delete", "pools:delete"],
    ),
    "member, unchanged": ("elb_member", {"pool": "web", **ONE, "weight": 3}, ["pools:list", "members:list"]),
    "member, unchanged, pool by ID": ("elb_member", {"pool": "{pool}", **ONE}, ["members:list"]),
    "member, unchanged, both by ID": ("elb_member", {"pool": "{pool}", "id": "{member}", "weight": 3}, ["members:get"]),
    "member, unchanged, by name": ("elb_member", {"pool": "{pool}", "name": "web-1"}, ["members:list"]),
    "member, unchanged, waited for": ("elb_member", {"pool": "{pool}", **ONE, "wait": True}, ["members:list"]),
    "member, added": ("elb_member", {"pool": "web", **NEW}, ["pools:list", "members:list", "members:create"]),
    "member, added, pool by ID": ("elb_member", {"pool": "{pool}", **NEW}, ["members:list", "members:create"]),
    "member, updated": ("elb_member", {"pool": "{pool}", **ONE, "weight": 0}, ["members:list", "members:put"]),
    "member, removed": ("elb_member", {"pool": "{pool}", **ONE, "state": "absent"}, ["members:list", "members:delete"]),
    "member, gone already": ("elb_member", {"pool": "{pool}", **NEW, "state": "absent"}, ["members:list"]),
    "pool info": ("elb_pool_info", {}, ["pools:list"]),
    "pool info, by ID": ("elb_pool_info", {"id": "{pool}"}, ["pools:get"]),
    "pool info, with members": ("elb_pool_info", {"include_members": True}, ["pools:list", "members:list"]),
    "pool info, with health checks": ("elb_pool_info", {"include_health_check": True}, ["pools:list", "healthmonitors:list"]),
    "member info": ("elb_member_info", {"pool": "web"}, ["pools:list", "members:list"]),
    "member info, by ID": ("elb_member_info", {"pool": "{pool}", "id": "{member}"}, ["members:get"]),
}


@pytest.mark.parametrize("case", CASES)
def test_requests(engine: Engine, emulator: Emulator, seeded: dict[str, str], case: str) -> None:
    module, options, expected = CASES[case]
    filled: Task = {key: value.format_map(seeded) if isinstance(value, str) else value for key, value in options.items()}
    (result,) = engine.play([task(module, **filled)]).results
    assert not result.failed, result["msg"]
    assert emulator.actions() == [f"elb:{action}" for action in expected]
    assert result["required_actions"] == sorted({f"elb:{action}" for action in expected})


def test_all_operations_are_used() -> None:
    """Every row of the table works, and is worked here."""
    assert {f"elb:{action}" for case in CASES.values() for action in case[2]} == set(OPERATIONS)
