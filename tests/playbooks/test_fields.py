# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Every field of pool and member through ansible-playbook: set, again, change, again, unset, each foretold by check mode."""

from __future__ import annotations

from typing import Any

import pytest

from ..emulator.client import Emulator
from .engine import Engine, Task, task

Json = dict[str, Any]
VPC = "5b1f6d0e-1c57-4f0e-9a0c-0d2f5a7c1e01"
STICKY = {"type": "HTTP_COOKIE", "persistence_timeout": 20}

#: field -> (what else is needed, the values that it gets one after another, what the service shows for each)
POOL: dict[str, tuple[Json, list[Any], list[Any]]] = {
    "description": ({}, ["first", "second", "ünïcode <b>", ""], ["first", "second", "ünïcode <b>", ""]),
    "lb_algorithm": ({}, ["LEAST_CONNECTIONS", "SOURCE_IP", "ROUND_ROBIN"], ["LEAST_CONNECTIONS", "SOURCE_IP", "ROUND_ROBIN"]),
    "session_persistence": (
        {},
        [STICKY, {"persistence_timeout": 30}, {"type": "HTTP_COOKIE"}, {"enable": False}, {"type": "HTTP_COOKIE"}],
        [20, 30, 30, None, 1440],
    ),
    "slow_start": (
        {},
        [{"enable": True}, {"duration": 60}, {"enable": False}, {"enable": True, "duration": 45}],
        [(True, 30), (True, 60), (False, 60), (True, 45)],
    ),
    "member_deletion_protection_enable": ({}, [True, False], [True, False]),
    "member_deletion_protection": ({}, [True, False], [True, False]),
    "type": ({"vpc_id": VPC}, ["instance"], ["instance"]),
    "vpc_id": ({"type": "instance"}, [VPC, VPC.upper()], [VPC, VPC]),
    "protection_status": ({}, ["consoleProtection", "nonProtection"], ["consoleProtection", "nonProtection"]),
    "protection_reason": ({"protection_status": "consoleProtection"}, ["audit", "", "owner"], ["audit", "", "owner"]),
}
MEMBER: dict[str, tuple[Json, list[Any], list[Any]]] = {
    "name": ({}, ["web-1", "ünïcode", ""], ["web-1", "ünïcode", ""]),
    "weight": ({}, [0, 5, 100, 0, 1], [0, 5, 100, 0, 1]),
    "availability_zone": ({}, ["eu-de-01", "eu-de-02"], ["eu-de-01", "eu-de-02"]),
}
#: The value that a new resource has of itself, so that setting it is no change.
FIRST = {"lb_algorithm": "ROUND_ROBIN"}


def shown(resource: Json, field: str) -> Any:
    value = resource.get({"member_deletion_protection": "member_deletion_protection_enable"}.get(field, field))
    if field == "session_persistence":
        return value and value["persistence_timeout"]
    if field == "slow_start":
        return value and (value["enable"], value["duration"])
    return value


def play_values(engine: Engine, emulator: Emulator, module: str, base: Json, field: str, case: tuple[Json, list[Any], list[Any]]) -> None:
    """Play all values of a field: each in check mode first, then for real, then again."""
    needed, values, expected = case
    tasks: list[Task] = []
    for value in values:
        options = {**base, **needed, field: value}
        tasks += [task(module, **options) | {"check_mode": True}, task(module, **options), task(module, **options)]
    results = engine.play(tasks, diff=True).results
    kind = module.removeprefix("elb_")
    previous: Any = ...
    for place, now in enumerate(expected):
        foretold, done, again = results[3 * place : 3 * place + 3]
        assert not done.failed, done["msg"]
        assert shown(done[kind], field) == now, (field, values[place])
        assert done.changed == (place == 0 or now != previous), (field, values[place])
        assert foretold.changed == done.changed
        assert foretold["diff"] == done["diff"]
        assert foretold["required_actions"] == done["required_actions"]
        assert not again.changed
        assert again["diff"]["before"] == again["diff"]["after"]
        previous = now
    # As many writes as changes, none of them empty, each only of what differs.
    writes = emulator.writes()
    assert len(writes) == sum(result.changed for result in results[1::3])
    assert all(set(write["body"][kind]) <= {field, "member_deletion_protection_enable"} for write in writes[1:])
    assert emulator.requests(status=400) == []


@pytest.mark.parametrize("field", POOL)
def test_pool(engine: Engine, emulator: Emulator, field: str) -> None:
    base = {"name": "web", "loadbalancer": emulator.loadbalancer("demo"), "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    play_values(engine, emulator, "elb_pool", {key: value for key, value in base.items() if key != field}, field, POOL[field])


@pytest.mark.parametrize("field", MEMBER)
def test_member(engine: Engine, emulator: Emulator, field: str) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    base = {"pool": seeded["id"], "address": "192.168.0.11", "protocol_port": 8080}
    play_values(engine, emulator, "elb_member", base, field, MEMBER[field])


def test_a_name_is_emptied_by_id(engine: Engine, emulator: Emulator) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP"})
    results = engine.play([task("elb_pool", id=seeded["id"], name=name) for name in ("", "", "new", "new")]).results
    assert [result.changed for result in results] == [True, False, True, False]
    assert [result["pool"]["name"] for result in results] == ["", "", "new", "new"]


def test_vpc_and_type_are_set_while_they_are_blank(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    wanted = {"name": "web", "type": "instance", "vpc_id": VPC}
    done, again, other = engine.play(
        [task("elb_pool", **wanted), task("elb_pool", **wanted), task("elb_pool", name="web", vpc_id="", type="")]
    ).results
    assert done.changed, done["msg"]
    assert (done["pool"]["type"], done["pool"]["vpc_id"]) == ("instance", VPC)
    assert not again.changed
    assert f"vpc_id is {VPC} and cannot become not set" in other["msg"]
    assert "type is instance and cannot become not set" in other["msg"]
