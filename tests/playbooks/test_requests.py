# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""How many requests a task makes: no more than it needs."""

from __future__ import annotations

from typing import Any

import pytest

from ..emulator.client import Emulator
from .engine import Engine, Task, task

WEB = {"loadbalancer": "3f8a2c10-4b7d-4e11-8c55-a1b2c3d4e501", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
ONE = {"address": "192.168.0.11", "protocol_port": 80}
NEW = {"address": "192.168.0.12", "protocol_port": 80}


@pytest.fixture
def seeded(emulator: Emulator) -> dict[str, str]:
    """A pool "web" with one member, and an empty pool; their IDs."""
    web, empty = emulator.seed(
        {"name": "web", "loadbalancer_id": WEB["loadbalancer"], "protocol": "HTTP", "members": [{**ONE, "name": "web-1", "weight": 3}]},
        {"name": "empty", "protocol": "HTTP"},
    )
    return {"pool": web["id"], "member": web["members"][0], "empty": empty["id"]}


CASES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "pool, unchanged, by name": ("elb_pool", {"name": "web", **WEB}, ["pools:list"]),
    "pool, unchanged, by ID": ("elb_pool", {"id": "{pool}", "protocol": "HTTP"}, ["pools:get"]),
    "pool, unchanged, load balancer by name": ("elb_pool", {"name": "web", "loadbalancer": "demo"}, ["loadbalancers:list", "pools:list"]),
    "pool, created": ("elb_pool", {"name": "new", **WEB}, ["pools:list", "pools:create"]),
    "pool, updated": ("elb_pool", {"name": "web", "description": "x"}, ["pools:list", "pools:put"]),
    "pool, updated, by ID": ("elb_pool", {"id": "{pool}", "description": "x"}, ["pools:get", "pools:put"]),
    "pool, removed": ("elb_pool", {"name": "empty", "state": "absent"}, ["pools:list", "pools:delete"]),
    "pool, removed, by ID": ("elb_pool", {"id": "{empty}", "state": "absent"}, ["pools:get", "pools:delete"]),
    "pool, gone already": ("elb_pool", {"name": "nobody", "state": "absent"}, ["pools:list"]),
    "pool, removed by force": (
        "elb_pool",
        {"name": "web", "state": "absent", "force": True},
        ["pools:list", "members:list", "l7policies:list", "members:delete", "pools:delete"],
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


def test_the_ten_operations_are_all_used() -> None:
    """The two tables of the permissions chapter: every row works, and is worked here."""
    used = {f"elb:{action}" for case in CASES.values() for action in case[2]}
    assert used - {"elb:loadbalancers:list"} == {
        f"elb:{kind}:{verb}" for kind in ("pools", "members") for verb in ("create", "get", "list", "put", "delete")
    }
