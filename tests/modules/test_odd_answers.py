# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Answers that differ from the reference are survived, and make no change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._resource import member as _member_fields
from ansible_collections.otc.elb.plugins.module_utils._resource import pool as _pool_fields
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Field, Updatable

from ..emulator.client import Emulator
from ..result import Result

Run = Callable[..., Result]
Json = dict[str, Any]
NOWHERE = "11111111-1111-1111-1111-111111111111"


def others(fields: tuple[Field, ...]) -> Json:
    """For each field that an answer shows under its own name, a value of another kind."""
    return {field.name: {"str": 5, "int": True, "bool": "no", "dict": "off"}[field.option["type"]] for field in fields if not field.read}


#: A field of each resource -> a value of another kind.
POOL: Json = {
    **others(_pool_fields.FIELDS),
    **dict.fromkeys(["healthmonitor_id", "ip_version", "created_at", "updated_at", "project_id"], ""),
    **dict.fromkeys(["members", "listeners", "loadbalancers"], "demo"),
    "admin_state_up": "no",
    "tags": "off",
}
MEMBER: Json = {
    **others(_member_fields.FIELDS),
    **dict.fromkeys(["ip_version", "member_type", "instance_id", "created_at"], 5),
    **dict.fromkeys(["weight", "admin_state_up"], "1"),
    **dict.fromkeys(["operating_status", "reason", "status"], True),
}
#: What a pool is that was made with no more than it needs, as far as the fields say it; the emulator says it by itself.
DEFAULTS: Json = {
    field.option_key: {"enable": False} if field.nullable else field.default
    for field in _pool_fields.FIELDS
    if field.name != "name" and (field.nullable or field.default is not None)
}
HOWS: dict[str, Callable[[str, Any], Json]] = {
    "missing": lambda field, other: {"drop": [field]},
    "null": lambda field, other: {"null": [field]},
    "of another kind": lambda field, other: {"set": {field: other}},
    "a list with null": lambda field, other: {"set": {field: [None]}},
}


@pytest.fixture
def pool(emulator: Emulator) -> str:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    return str(seeded["id"])


def succeeded(result: Result) -> Result:
    assert not result.failed, result["msg"]
    return result


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("field", POOL)
def test_a_pools_field(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.distort(**HOWS[how](field, POOL[field]), path="/pools(/[^/]*)?$")
    as_it_is = {
        "protocol": "HTTP",
        "lb_algorithm": "ROUND_ROBIN",
        "loadbalancer": emulator.loadbalancer("demo"),
        **DEFAULTS,
    }
    result = succeeded(module("elb_pool", name="web", **as_it_is))
    assert not result.changed
    assert emulator.writes() == []
    # These have no default that would stand for what is not told; of what never changes only a null says that it is the default.
    fixed = {each.name for each in _pool_fields.FIELDS if each.change == NEVER and each.default is not None}
    assert bool(result.warnings) == (field in ("protocol", "lb_algorithm", "loadbalancers") or (field in fixed and how != "null"))
    # What is not told has no effect on the rest.
    other = {"lb_algorithm": "SOURCE_IP"} if field != "lb_algorithm" else {"description": "new"}
    assert succeeded(module("elb_pool", id=pool, **other)).changed
    assert succeeded(module("elb_member", pool="web", address="192.168.0.11", port=80, weight=9)).changed
    (shown,) = succeeded(module("elb_pool_info", include_members=True))["pools"]
    assert [member["address"] for member in shown["members"]] == ["192.168.0.11"]
    assert "it has 1 member" in module("elb_pool", name="web", state="absent")["msg"]
    assert succeeded(module("elb_pool", id=pool, state="absent", force=True)).changed


@pytest.mark.parametrize("odd", [[{"id": None}], [{}], [5], {"id": "x"}])
@pytest.mark.parametrize("field", ["members", "listeners", "loadbalancers"])
def test_references(module: Run, emulator: Emulator, pool: str, field: str, odd: Any) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.distort(set={field: odd}, path="/pools(/[^/]*)?$")
    assert not succeeded(module("elb_pool", name="web", loadbalancer=emulator.loadbalancer("demo"))).changed
    (shown,) = succeeded(module("elb_pool_info", include_members=True))["pools"]
    assert [member["address"] for member in shown["members"]] == ["192.168.0.11"]
    assert succeeded(module("elb_pool", name="web", state="absent", force=True)).changed


@pytest.mark.parametrize("odd", [{}, {"more": 1}, {"enable": "x", "type": None, "duration": "long"}])
@pytest.mark.parametrize("field", ["session_persistence", "slow_start"])
def test_a_dict_that_tells_nothing_is_off(module: Run, emulator: Emulator, pool: str, field: str, odd: Json) -> None:
    emulator.distort(set={field: odd})
    assert not succeeded(module("elb_pool", name="web", **{field: {"enable": False}})).changed


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("field", MEMBER)
def test_a_members_field(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    subnet = emulator.subnet("192.168.0.0/24")["id"]
    # For a member by IP alone the service shows null, so that with a subnet it would tell something else.
    place = {"subnet_cidr_id": subnet} if field == "subnet_cidr_id" and how != "null" else {}
    emulator.seed_members(pool, {"name": "", "address": "192.168.0.11", "protocol_port": 80, "weight": 1, **place})
    emulator.distort(**HOWS[how](field, MEMBER[field]), path="/members")
    one = {"pool": "web", "address": "192.168.0.11", "port": 80, **place}
    assert not succeeded(module("elb_member", **one, name="", weight=1)).changed
    together = module("elb_pool_members", pool="web", members=[{"address": "192.168.0.11", "port": 80, **place}], purge=True)
    if field in ("address", "protocol_port"):
        (member,) = emulator.state()["pools"][0]["members"]
        assert f"the service's answer has no address or port for member {member['id']}" in together["msg"]
    else:
        assert not succeeded(together).changed
    assert emulator.writes() == []
    assert succeeded(module("elb_member", **one, **({"name": "new"} if field == "weight" else {"weight": 9}))).changed
    assert len(succeeded(module("elb_member_info", pool="web"))["members"]) == 1
    assert succeeded(module("elb_member", **one, state="absent")).changed


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("field", ["status", "reason", "operating_status"])
def test_a_members_health(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    emulator.distort(set={"operating_status": "OFFLINE"})
    emulator.distort(**HOWS[how](field, 5))
    result = module("elb_member", pool="web", address="192.168.0.11", port=80, wait=True, timeout=0)
    assert "Member 192.168.0.11:80 is not healthy" in result["msg"]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("part", ["type", "persistence_timeout", "cookie_name"])
def test_a_part_of_stickiness(module: Run, emulator: Emulator, how: str, part: str) -> None:
    sticky = {"type": "HTTP_COOKIE", "persistence_timeout": 1440}
    emulator.seed({"name": "web", "protocol": "HTTP", "session_persistence": sticky})
    emulator.distort(**HOWS[how](f"session_persistence.{part}", 5 if part == "type" else "x"))
    # Without the type nobody knows that it is on: it is set again, which does no harm.
    again = succeeded(module("elb_pool", name="web", session_persistence=sticky))
    assert again.changed == (part == "type")
    assert succeeded(module("elb_pool", name="web", session_persistence={"enable": False})).changed


@pytest.mark.parametrize("how", HOWS)
def test_a_load_balancers_and_a_listeners_name(module: Run, emulator: Emulator, how: str) -> None:
    """The service's filter is believed."""
    emulator.distort(**HOWS[how]("name", 5), path="/(loadbalancers|listeners)$")
    new = {"loadbalancer": "demo", "listener": "demo-http", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    assert succeeded(module("elb_pool", name="web", **new)).changed


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("body", ["pools", "page_info", "page_info.next_marker"])
def test_a_list_of_pools(module: Run, emulator: Emulator, pool: str, body: str, how: str) -> None:
    emulator.distort(**HOWS[how](f"$.{body}", "x" if body != "page_info.next_marker" else 5), action="elb:pools:list")
    result = module("elb_pool_info", timeout=0)
    if body == "pools" and how != "null":
        assert "not the ELB API" in result["msg"]
    else:
        assert len(succeeded(result)["pools"]) == (0 if body == "pools" else 1)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("path", ["/pools$", "/pools/[^/]*$", "/members$", "/members/[^/]*$", "/loadbalancers$", "/listeners$"])
def test_an_id_is_needed_of_what_is_looked_up(module: Run, emulator: Emulator, pool: str, path: str, how: str) -> None:
    (member,) = emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.distort(**HOWS[how]("id", 5), path=path, method="GET")
    by: dict[str, tuple[str, Json]] = {
        "/pools$": ("elb_pool", {"name": "web"}),
        "/pools/[^/]*$": ("elb_pool", {"id": pool}),
        "/members$": ("elb_member", {"pool": pool, "address": "192.168.0.11", "port": 80}),
        "/members/[^/]*$": ("elb_member", {"pool": pool, "id": member}),
        "/loadbalancers$": ("elb_pool", {"name": "web", "loadbalancer": "demo"}),
        "/listeners$": ("elb_pool", {"name": "web", "listener": "demo-http"}),
    }
    name, options = by[path]
    for state in ("present", "absent"):
        result = module(name, **options, state=state, timeout=0)
        assert "not the ELB API" in result["msg"]
    assert emulator.writes() == []


@pytest.mark.parametrize("how", HOWS)
def test_a_change_is_made_although_its_answer_has_no_id(module: Run, emulator: Emulator, pool: str, how: str) -> None:
    for method in ("POST", "PUT"):
        emulator.distort(**HOWS[how]("id", 5), method=method)
    assert succeeded(module("elb_pool", name="new", type="ip", protocol="TCP", lb_algorithm="ROUND_ROBIN")).changed
    assert succeeded(module("elb_pool", name="web", description="x")).changed
    assert succeeded(module("elb_member", pool=pool, address="192.168.0.11", port=80)).changed
    assert succeeded(module("elb_member", pool=pool, address="192.168.0.11", port=80, weight=9)).changed


def test_what_is_not_told_is_not_changed_but_warned_of(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.distort(drop=["lb_algorithm", "subnet_cidr_id"])
    wanted = succeeded(module("elb_pool", name="web", lb_algorithm="SOURCE_IP"))
    assert not wanted.changed
    assert wanted.warnings == ["The service's answer does not include lb_algorithm: taken to be as wanted, so it was not changed."]
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    one = {"address": "192.168.0.11", "port": 80, "subnet_cidr_id": NOWHERE}
    for result in (module("elb_member", pool="web", **one), module("elb_pool_members", pool="web", members=[one])):
        assert not succeeded(result).changed
        assert ["subnet_cidr_id: taken to be as wanted" in warning for warning in result.warnings] == [True]


def test_unknown_fields_and_odd_pages_are_survived(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.distort(set={"brand_new": {"deep": [1]}, "$.more": 1, "$.page_info.next_marker": pool}, path="/pools")
    result = module("elb_pool", name="web", description="")
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
    for result in (module("elb_pool_info", timeout=0.1), module("elb_pool", id=NOWHERE, timeout=0.1)):
        assert result.failed
        assert "not the ELB API" in result["msg"], result["msg"]
        assert "Traceback" not in str(result)
