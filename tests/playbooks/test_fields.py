# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field of pool, member and health check through ansible-playbook: set, again, change, again, unset, each predicted by check mode."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._resource.registry import RESOURCES
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Resource

from ..emulator.client import Emulator
from .engine import Engine, Task, task

Json = dict[str, Any]
VPC = "5b1f6d0e-1c57-4f0e-9a0c-0d2f5a7c1e01"
STICKY = {"type": "HTTP_COOKIE", "persistence_timeout": 20}
DEMO, SHARED, LISTENER = (
    "3f8a2c10-4b7d-4e11-8c55-a1b2c3d4e501",
    "3f8a2c10-4b7d-4e11-8c55-a1b2c3d4e503",
    "b0c1d2e3-0001-4a5b-8c6d-7e8f90a1b201",
)
SUBNET = "7a3c1b52-6f0d-4d8e-b6a1-2c9e4f7d0a01"

#: field, perhaps with a note -> (what else is needed, the values that it gets one after another, what the service shows for each)
POOL: dict[str, tuple[Json, list[Any], list[Any]]] = {
    "description": ({}, ["first", "second", "ünïcode <b>", ""], ["first", "second", "ünïcode <b>", ""]),
    "lb_algorithm": ({}, ["LEAST_CONNECTIONS", "SOURCE_IP", "ROUND_ROBIN"], ["LEAST_CONNECTIONS", "SOURCE_IP", "ROUND_ROBIN"]),
    "session_persistence": (
        {},
        [STICKY, {"persistence_timeout": 30}, {"type": "HTTP_COOKIE"}, {"enable": False}, {"type": "HTTP_COOKIE"}],
        [("HTTP_COOKIE", "", minutes) if minutes else None for minutes in (20, 30, 30, None, 1440)],
    ),
    "session_persistence of TCP": (
        {"protocol": "TCP"},
        [{"type": "SOURCE_IP"}, {"persistence_timeout": 60}, {"enable": False}, {"type": "SOURCE_IP", "persistence_timeout": 5}],
        [("SOURCE_IP", "", 1), ("SOURCE_IP", "", 60), None, ("SOURCE_IP", "", 5)],
    ),
    "session_persistence by the application's cookie": (
        {"loadbalancer": SHARED},
        [
            {"type": "APP_COOKIE", "cookie_name": "a"},
            {"cookie_name": "b.c"},
            STICKY,
            {"type": "APP_COOKIE", "cookie_name": "d"},
            {"enable": False},
        ],
        [("APP_COOKIE", "a", 1440), ("APP_COOKIE", "b.c", 1440), ("HTTP_COOKIE", "", 20), ("APP_COOKIE", "d", 1440), None],
    ),
    "protocol": ({"session_persistence": {"type": "SOURCE_IP"}}, ["QUIC"], ["QUIC"]),
    "loadbalancer": ({}, ["demo", DEMO.upper()], [DEMO, DEMO]),
    "loadbalancer_id": ({}, [DEMO], [DEMO]),
    "listener": ({}, ["demo-http", LISTENER], [LISTENER, LISTENER]),
    "listener_id": ({}, [LISTENER], [LISTENER]),
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
    "subnet_cidr_id": ({}, [SUBNET, SUBNET.upper()], [SUBNET, SUBNET]),
    "subnet": ({"weight": 0}, [SUBNET], [SUBNET]),
    "subnet_id": ({"name": "web-1"}, [SUBNET], [SUBNET]),
    "address": ({"subnet_cidr_id": SUBNET}, ["192.168.0.12"], ["192.168.0.12"]),
    "port": ({}, [65535], [65535]),
}
#: Of a health check that has HTTP's fields from the beginning.
HEALTH_CHECK: dict[str, tuple[Json, list[Any], list[Any]]] = {
    "name": ({}, ["check", "ünïcode", ""], ["check", "ünïcode", ""]),
    "type": ({}, ["TCP", "HTTPS", "HTTP"], ["TCP", "HTTPS", "HTTP"]),
    "delay": ({}, [1, 50], [1, 50]),
    "timeout": ({}, [1, 50], [1, 50]),
    "max_retries": ({}, [1, 10], [1, 10]),
    "max_retries_down": ({}, [1, 10], [1, 10]),
    "monitor_port": ({}, [1, 65535, 0], [1, 65535, None]),
    "port": ({}, [8081, 0], [8081, None]),
    "domain_name": ({}, ["web.example.com", "1-2", ""], ["web.example.com", "1-2", None]),
    "url_path": ({}, ["/healthz?full=1", "/"], ["/healthz?full=1", "/"]),
    "expected_codes": ({}, ["200,202", "200-204", "200"], ["200,202", "200-204", "200"]),
    "admin_state_up": ({}, [False, True], [False, True]),
}
#: alias -> the API's name
ALIASES = {
    "member_deletion_protection": "member_deletion_protection_enable",
    "subnet": "subnet_cidr_id",
    "subnet_id": "subnet_cidr_id",
    "port": "protocol_port",
}


def shown(resource: Json, field: str) -> Any:
    if field.startswith(("loadbalancer", "listener")):
        (reference,) = resource[f"{field.removesuffix('_id')}s"]
        return reference["id"]
    value = resource.get(ALIASES.get(field, field))
    if field == "session_persistence":
        return value and (value["type"], value["cookie_name"], value["persistence_timeout"])
    if field == "slow_start":
        return value and (value["enable"], value["duration"])
    return value


def play_values(
    engine: Engine, emulator: Emulator, module: str, base: Json, field: str, case: tuple[Json, list[Any], list[Any]], below: str = ""
) -> None:
    """Play all values of a field: each in check mode first, then for real, then again.

    :param below: the option whose sub-option the field is.
    """
    needed, values, expected = case
    tasks: list[Task] = []
    for value in values:
        given = {**needed, field: value}
        options = {**base, **({below: given} if below else given)}
        tasks += [task(module, **options) | {"check_mode": True}, task(module, **options), task(module, **options)]
    results = engine.play(tasks, diff=True).results
    kind = below or module.removeprefix("elb_")
    names = {**ALIASES, "port": "monitor_port"} if below else ALIASES
    previous: Any = ...
    for place, now in enumerate(expected):
        predicted, done, again = results[3 * place : 3 * place + 3]
        assert not done.failed, done["msg"]
        assert shown(done[kind], names.get(field, field)) == now, (field, values[place])
        assert done.changed == (place == 0 or now != previous), (field, values[place])
        assert predicted.changed == done.changed
        assert predicted["diff"] == done["diff"]
        assert predicted["required_actions"] == done["required_actions"]
        assert not again.changed
        assert again["diff"]["before"] == again["diff"]["after"]
        previous = now
    # As many writes as changes, none of them empty, each only of what differs.
    writes = emulator.writes()
    assert len(writes) == sum(result.changed for result in results[1::3])
    envelope = "healthmonitor" if below else kind
    assert all(set(write["body"][envelope]) == {names.get(field, field)} for write in writes[1:])
    assert emulator.requests(status=400) == []


@pytest.mark.parametrize("case", POOL)
def test_pool(engine: Engine, emulator: Emulator, case: str) -> None:
    field = case.partition(" ")[0]
    base = {"name": "web", "loadbalancer": DEMO, "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    play_values(
        engine, emulator, "elb_pool", {key: value for key, value in base.items() if key != field.removesuffix("_id")}, field, POOL[case]
    )


@pytest.mark.parametrize("field", MEMBER)
def test_member(engine: Engine, emulator: Emulator, field: str) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    base = {"pool": seeded["id"], "address": "192.168.0.11", "protocol_port": 8080}
    base = {key: value for key, value in base.items() if key != ALIASES.get(field, field)}
    play_values(engine, emulator, "elb_member", base, field, MEMBER[field])


@pytest.mark.parametrize("field", HEALTH_CHECK)
def test_health_check(engine: Engine, emulator: Emulator, field: str) -> None:
    """On a check that a pool has: the first value is another one than it has."""
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    emulator.health_monitor(seeded["id"])
    play_values(engine, emulator, "elb_pool", {"name": "web"}, field, HEALTH_CHECK[field], below="health_check")


@pytest.mark.parametrize("kind", ["pool", "member"])
def test_by_its_id_it_is_renamed(engine: Engine, emulator: Emulator, kind: str) -> None:
    (seeded,) = emulator.seed(
        {"name": "web", "protocol": "HTTP", "members": [{"name": "web", "address": "192.168.0.11", "protocol_port": 80}]}
    )
    base = {"id": seeded["id"]} if kind == "pool" else {"pool": seeded["id"], "id": seeded["members"][0]}
    play_values(engine, emulator, f"elb_{kind}", base, "name", ({}, ["new", "", "web"], ["new", "", "web"]))


# Those of a listener are in test_listener.py.
CASES: dict[str, Iterable[str]] = {"pool": POOL, "member": MEMBER, "health check": HEALTH_CHECK, "listener": ["default_pool_id"]}


@pytest.mark.parametrize("resource", [resource for resource in RESOURCES if resource.fields], ids=lambda resource: resource.kind)
def test_every_field_has_a_case(resource: Resource[Any]) -> None:
    cases = CASES[resource.kind]
    names = {name for field in resource.fields for name in (field.option_key, *field.option.get("aliases", []))}
    # The listener is no field of the pool. A pool's name and a member's port under its first name are in all of them.
    assert names - {case.partition(" ")[0] for case in cases} <= {"name", "protocol_port"}


def test_vpc_and_type_are_set_while_they_are_blank(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    desired = {"name": "web", "type": "instance", "vpc_id": VPC}
    done, again, other = engine.play(
        [task("elb_pool", **desired), task("elb_pool", **desired), task("elb_pool", name="web", vpc_id="", type="")]
    ).results
    assert done.changed, done["msg"]
    assert (done["pool"]["type"], done["pool"]["vpc_id"]) == ("instance", VPC)
    assert not again.changed
    assert f"vpc_id is {VPC} and cannot become not set" in other["msg"]
    assert "type is instance and cannot become not set" in other["msg"]


def test_vpc_without_type_is_refused_before_any_write(engine: Engine, emulator: Emulator) -> None:
    """The service takes vpc_id only together with type instance; a blank type is not that."""
    emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": DEMO})
    there, new, both_known = engine.play(
        [
            task("elb_pool", name="web", vpc_id=VPC),
            task("elb_pool", name="new", loadbalancer=DEMO, protocol="HTTP", lb_algorithm="ROUND_ROBIN", vpc_id=VPC),
            task("elb_pool", name="web", vpc_id=VPC, type=""),
        ]
    ).results
    for result in (there, new, both_known):
        assert "vpc_id needs type instance: give both" in result["msg"]
    assert both_known["required_actions"] == []
    assert emulator.writes() == []
