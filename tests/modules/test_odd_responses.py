# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that differ from the reference: missing fields and nulls make no change, wrong types are refused whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Updatable
from ansible_collections.otc.elb.plugins.module_utils._resource.health_check import HEALTH_CHECK
from ansible_collections.otc.elb.plugins.module_utils._resource.l7policy import FORWARDING_POLICY
from ansible_collections.otc.elb.plugins.module_utils._resource.listener import LISTENER
from ansible_collections.otc.elb.plugins.module_utils._resource.member import MEMBER
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Resource

from ..emulator.client import Emulator
from ..result import Result

Run = Callable[..., Result]
Json = dict[str, Any]
NOWHERE = "11111111-1111-1111-1111-111111111111"


def wrong_types(resource: Resource[Any]) -> Json:
    """For each field of a response that is read, a value of another type."""
    values = {"str": 5, "int": True, "bool": "no", "dict": "off", "list": "demo"}
    computed = {field.name for field in resource.fields if field.read}
    return {name: values[option["type"]] for name, option in resource.response_spec.items() if name not in computed}


WRONG_POOL, WRONG_MEMBER = wrong_types(POOL), wrong_types(MEMBER)
WRONG_HEALTH_CHECK, WRONG_LISTENER = wrong_types(HEALTH_CHECK), wrong_types(LISTENER)
WRONG_POLICY = wrong_types(FORWARDING_POLICY)
#: The fields that may be missing or null, and some that are not read.
POOL_FIELDS = [*(name for name in WRONG_POOL if name != "id"), "created_at", "updated_at", "project_id", "admin_state_up", "tags"]
MEMBER_FIELDS = [*(name for name in WRONG_MEMBER if name != "id"), "member_type", "instance_id", "created_at", "admin_state_up"]
#: What a pool is that was made with no more than it needs, as far as the fields say it; the emulator says it by itself.
DEFAULTS: Json = {
    field.option_key: {"enable": False} if field.nullable else field.default
    for field in POOL.fields
    if field.name != "name" and (field.nullable or field.default is not None)
}
HOWS: dict[str, Callable[[str], Json]] = {"missing": lambda field: {"drop": [field]}, "null": lambda field: {"null": [field]}}


@pytest.fixture
def pool(emulator: Emulator) -> str:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    return str(seeded["id"])


def succeeded(result: Result) -> Result:
    assert not result.failed, result["msg"]
    return result


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("field", POOL_FIELDS)
def test_a_pools_field(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.distort(**HOWS[how](field), path="/pools(/[^/]*)?$")
    as_it_is = {
        "protocol": "HTTP",
        "lb_algorithm": "ROUND_ROBIN",
        "loadbalancer": emulator.loadbalancer("demo"),
        **DEFAULTS,
    }
    result = succeeded(module("elb_pool", name="web", **as_it_is))
    assert not result.changed
    assert emulator.writes() == []
    # These have no default that would stand for what a response does not say; of what never changes only a null says that it is the default.
    fixed = {each.name for each in POOL.fields if each.updatable is Updatable.NEVER and each.default is not None}
    assert bool(result.warnings) == (field in ("protocol", "lb_algorithm", "loadbalancers") or (field in fixed and how != "null"))
    # The rest is compared all the same.
    other = {"lb_algorithm": "SOURCE_IP"} if field != "lb_algorithm" else {"description": "new"}
    assert succeeded(module("elb_pool", id=pool, **other)).changed
    assert succeeded(module("elb_member", pool="web", address="192.168.0.11", port=80, weight=9)).changed
    (shown,) = succeeded(module("elb_pool_info", include_members=True))["pools"]
    assert [member["address"] for member in shown["members"]] == ["192.168.0.11"]
    assert "it has 1 member" in module("elb_pool", name="web", state="absent")["msg"]
    assert succeeded(module("elb_pool", id=pool, state="absent", force=True)).changed


@pytest.mark.parametrize("odd", [{}, {"more": 1}, {"type": None}])
@pytest.mark.parametrize("field", ["session_persistence", "slow_start"])
def test_a_dict_without_content_is_off(module: Run, emulator: Emulator, pool: str, field: str, odd: Json) -> None:
    emulator.distort(set={field: odd})
    assert not succeeded(module("elb_pool", name="web", **{field: {"enable": False}})).changed


def refused(result: Result) -> bool:
    return result.failed and "did not come from the ELB API" in result["msg"]


@pytest.mark.parametrize("odd", [..., [None], {"id": 5}])
@pytest.mark.parametrize("field", WRONG_POOL)
def test_a_pools_field_of_a_wrong_type(module: Run, emulator: Emulator, pool: str, field: str, odd: Any) -> None:
    if odd == {"id": 5} and field in ("session_persistence", "slow_start"):
        odd = {"persistence_timeout": "x", "duration": "x"}
    emulator.distort(set={field: WRONG_POOL[field] if odd is ... else odd}, path="/pools(/[^/]*)?$")
    assert refused(module("elb_pool", name="web", description="new", timeout=0))
    assert refused(module("elb_pool_info", timeout=0))
    assert refused(module("elb_pool", id=pool, state="absent", timeout=0))
    assert emulator.writes() == []


@pytest.mark.parametrize("odd", [[{"id": None}], [{}], [5], {"id": "x"}])
@pytest.mark.parametrize("field", ["members", "listeners", "loadbalancers"])
def test_references_of_a_wrong_type(module: Run, emulator: Emulator, pool: str, field: str, odd: Any) -> None:
    emulator.distort(set={field: odd}, path="/pools(/[^/]*)?$")
    assert refused(module("elb_pool", name="web", state="absent", force=True, timeout=0))


@pytest.mark.parametrize("field", WRONG_MEMBER)
def test_a_members_field_of_a_wrong_type(module: Run, emulator: Emulator, pool: str, field: str) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.distort(set={field: WRONG_MEMBER[field]}, path="/members")
    assert refused(module("elb_member", pool="web", address="192.168.0.11", port=80, weight=9, timeout=0))
    assert refused(module("elb_pool_members", pool="web", members=[], purge=True, allow_empty=True, timeout=0))
    assert emulator.writes() == []


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_change_whose_response_is_of_a_wrong_type(module: Run, emulator: Emulator, pool: str, method: str) -> None:
    """It was carried out; what is there is looked for, or it is not known."""
    emulator.distort(set={"protocol": 5}, method=method)
    options = {"type": "ip", "protocol": "TCP", "lb_algorithm": "ROUND_ROBIN"} if method == "POST" else {"description": "x"}
    result = module("elb_pool", name="new" if method == "POST" else "web", **options, timeout=5)
    if method == "POST":
        assert succeeded(result).changed
    else:
        assert "It is not known whether the change was made" in result["msg"]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("field", MEMBER_FIELDS)
def test_a_members_field(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    subnet = emulator.subnet("192.168.0.0/24")["id"]
    # Null is the value for a member by IP address only; with a subnet it would mean something else.
    place = {"subnet_cidr_id": subnet} if field == "subnet_cidr_id" and how != "null" else {}
    emulator.seed_members(pool, {"name": "", "address": "192.168.0.11", "protocol_port": 80, "weight": 1, **place})
    emulator.distort(**HOWS[how](field), path="/members")
    one = {"pool": "web", "address": "192.168.0.11", "port": 80, **place}
    assert not succeeded(module("elb_member", **one, name="", weight=1)).changed
    together = module("elb_pool_members", pool="web", members=[{"address": "192.168.0.11", "port": 80, **place}], purge=True)
    if field in ("address", "protocol_port"):
        (member,) = emulator.state()["pools"][0]["members"]
        assert f"the service's response has no address or port for member {member['id']}" in together["msg"]
    else:
        assert not succeeded(together).changed
    assert emulator.writes() == []
    assert succeeded(module("elb_member", **one, **({"name": "new"} if field == "weight" else {"weight": 9}))).changed
    assert len(succeeded(module("elb_member_info", pool="web"))["members"]) == 1
    assert succeeded(module("elb_member", **one, state="absent")).changed


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("field", [name for name in WRONG_HEALTH_CHECK if name != "id"])
def test_a_health_checks_field(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    emulator.health_monitor(pool)
    emulator.distort(**HOWS[how](field), path="/healthmonitors")
    # What it is, as far as a response has no default for it.
    same = {
        "type": "HTTP",
        "delay": 5,
        "timeout": 3,
        "max_retries": 3,
        "max_retries_down": 3,
        "monitor_port": 0,
        "domain_name": "",
        "name": "",
    }
    rest = {"url_path": "/", "expected_codes": "200", "admin_state_up": True}
    assert not succeeded(module("elb_pool", name="web", health_check={**same, **rest})).changed
    assert succeeded(module("elb_pool", name="web", health_check={"max_retries" if field == "delay" else "delay": 9})).changed
    assert succeeded(module("elb_pool_info", include_health_check=True))["pools"][0]["health_check"]["id"]
    assert succeeded(module("elb_pool", name="web", health_check={"enable": False})).changed


@pytest.mark.parametrize("field", WRONG_HEALTH_CHECK)
def test_a_health_checks_field_of_a_wrong_type(module: Run, emulator: Emulator, pool: str, field: str) -> None:
    emulator.health_monitor(pool)
    emulator.distort(set={field: WRONG_HEALTH_CHECK[field]}, path="/healthmonitors")
    assert refused(module("elb_pool", name="web", health_check={"delay": 9}, timeout=0))
    assert refused(module("elb_pool_info", include_health_check=True, timeout=0))
    assert emulator.writes() == []


@pytest.mark.parametrize("field", [name for name in WRONG_LISTENER if name not in ("id", "name")])
def test_a_listeners_field(module: Run, emulator: Emulator, pool: str, field: str) -> None:
    for how in HOWS.values():
        emulator.distort(**how(field), path="/listeners")
        assert succeeded(module("elb_pool", name="web", listener="demo-http")).changed == (how is HOWS["missing"])
        emulator.clear_distortions()
    emulator.distort(set={field: WRONG_LISTENER[field]}, path="/listeners")
    assert refused(module("elb_pool", name="web", listener="demo-http-2", timeout=0))


@pytest.mark.parametrize("field", [name for name in WRONG_POLICY if name not in ("id", "name")])
def test_a_forwarding_policys_field(module: Run, emulator: Emulator, pool: str, field: str) -> None:
    """A policy of another pool."""
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    (other,) = emulator.seed({"name": "other", "protocol": "HTTP"})
    emulator.forwarding_policy(other["id"])
    emulator.distort(set={field: WRONG_POLICY[field]}, path="/l7policies")
    assert refused(module("elb_pool", name="web", state="absent", force=True, timeout=0))
    assert emulator.writes() == []
    for how in HOWS.values():
        emulator.clear_distortions()
        emulator.distort(**how(field), path="/l7policies")
        assert succeeded(module("elb_pool", name="web", state="absent", force=True, check=True)).changed
    assert succeeded(module("elb_pool", name="web", state="absent", force=True)).changed


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("field", ["status", "reason", "operating_status"])
def test_a_members_health(module: Run, emulator: Emulator, pool: str, field: str, how: str) -> None:
    emulator.distort(set={"operating_status": "OFFLINE"})
    emulator.distort(**HOWS[how](field))
    result = module("elb_member", pool="web", address="192.168.0.11", port=80, wait=True, timeout=0)
    assert "Member 192.168.0.11:80 is not healthy" in result["msg"]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("part", ["type", "persistence_timeout", "cookie_name"])
def test_a_part_of_stickiness(module: Run, emulator: Emulator, how: str, part: str) -> None:
    sticky = {"type": "HTTP_COOKIE", "persistence_timeout": 1440}
    emulator.seed({"name": "web", "protocol": "HTTP", "session_persistence": sticky})
    emulator.distort(**HOWS[how](f"session_persistence.{part}"))
    # Without the type it is not known to be on: it is set again, which does no harm.
    again = succeeded(module("elb_pool", name="web", session_persistence=sticky))
    assert again.changed == (part == "type")
    assert succeeded(module("elb_pool", name="web", session_persistence={"enable": False})).changed


@pytest.mark.parametrize("how", HOWS)
def test_a_load_balancers_and_a_listeners_name(module: Run, emulator: Emulator, how: str) -> None:
    """The service's filter is trusted."""
    emulator.distort(**HOWS[how]("name"), path="/(loadbalancers|listeners)$")
    new = {"loadbalancer": "demo", "listener": "demo-http", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    assert succeeded(module("elb_pool", name="web", **new)).changed


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("body", ["pools", "page_info", "page_info.next_marker"])
def test_a_list_of_pools(module: Run, emulator: Emulator, pool: str, body: str, how: str) -> None:
    emulator.distort(**HOWS[how](f"$.{body}"), action="elb:pools:list")
    result = module("elb_pool_info", timeout=0)
    if body == "pools" and how != "null":
        assert refused(result)
    else:
        assert len(succeeded(result)["pools"]) == (0 if body == "pools" else 1)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("path", ["/pools$", "/pools/[^/]*$", "/members$", "/members/[^/]*$", "/loadbalancers$", "/listeners$"])
def test_an_id_is_needed_of_what_is_looked_up(module: Run, emulator: Emulator, pool: str, path: str, how: str) -> None:
    (member,) = emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.distort(**HOWS[how]("id"), path=path, method="GET")
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
        assert refused(result)
    assert emulator.writes() == []


def test_what_a_response_leaves_out_is_not_changed_but_warned_of(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.distort(drop=["lb_algorithm", "subnet_cidr_id"])
    desired = succeeded(module("elb_pool", name="web", lb_algorithm="SOURCE_IP"))
    assert not desired.changed
    assert desired.warnings == ["The service's response does not include lb_algorithm: assumed to be as desired, so not changed."]
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    one = {"address": "192.168.0.11", "port": 80, "subnet_cidr_id": NOWHERE}
    for result in (module("elb_member", pool="web", **one), module("elb_pool_members", pool="web", members=[one])):
        assert not succeeded(result).changed
        assert ["subnet_cidr_id: assumed to be as desired" in warning for warning in result.warnings] == [True]


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


@pytest.mark.parametrize("response", ["[]", "null", '"pool"', '{"pools": 5}', '{"pools": [5]}', "{}", '{"pool": null}', "<html>"])
def test_a_response_of_something_else(module: Run, emulator: Emulator, response: str) -> None:
    emulator.fault("answer", status=200, body=response, times=None)
    for result in (module("elb_pool_info", timeout=0.1), module("elb_pool", id=NOWHERE, timeout=0.1)):
        assert refused(result), result["msg"]
        assert "Traceback" not in str(result)
