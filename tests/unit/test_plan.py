# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: a pure function of the desired and the current resource."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._resource import health_check as health_check_resource
from ansible_collections.otc.elb.plugins.module_utils._resource import member as member_resource
from ansible_collections.otc.elb.plugins.module_utils._resource import pool as pool_resource
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Field, Updatable
from ansible_collections.otc.elb.plugins.module_utils._resource.plan import Plan, PlanKind, plan_absent, plan_present

from .resources import SUBNET, VPC, health_check_options, health_checks, member_options, members, pool_options, pools, stored_pool

Json = dict[str, Any]

desired_pools = pools().flatmap(lambda pool: st.tuples(st.just(pool), pool_options(pool)))
desired_checks = health_checks().flatmap(lambda check: st.tuples(st.just(check), health_check_options(check)))
desired_members = members().flatmap(lambda member: st.tuples(st.just(member), member_options(member)))


@given(desired_pools)
def test_applying_a_pools_plan_makes_the_next_plan_empty(given: tuple[Json, Json]) -> None:
    pool, desired = given
    plan = plan_present(pool_resource.FIELDS, desired, pool)
    assert plan.kind in (PlanKind.UPDATE, PlanKind.NOTHING)
    again = plan_present(pool_resource.FIELDS, desired, stored_pool(pool, plan.body))
    assert (again.kind, again.body) == (PlanKind.NOTHING, {})
    assert again.before == again.after


@given(desired_members)
def test_applying_a_members_plan_makes_the_next_plan_empty(given: tuple[Json, Json]) -> None:
    member, desired = given
    plan = plan_present(member_resource.FIELDS, desired, member)
    assert plan.kind in (PlanKind.UPDATE, PlanKind.NOTHING)
    again = plan_present(member_resource.FIELDS, desired, {**member, **plan.body})
    assert (again.kind, again.body) == (PlanKind.NOTHING, {})


@given(desired_checks)
def test_applying_a_health_checks_plan_makes_the_next_plan_empty(given: tuple[Json, Json]) -> None:
    check, desired = given
    assert health_check_resource.HEALTH_CHECK.invalid(desired) == []
    plan = plan_present(health_check_resource.FIELDS, desired, check)
    assert plan.kind in (PlanKind.UPDATE, PlanKind.NOTHING)
    assert set(plan.body) <= set(desired)
    assert all(check[name] != value for name, value in plan.body.items())
    again = plan_present(health_check_resource.FIELDS, desired, {**check, **plan.body})
    assert (again.kind, again.body) == (PlanKind.NOTHING, {})


@given(desired_checks)
def test_null_goes_to_an_update_and_not_to_a_creation(given: tuple[Json, Json]) -> None:
    """The service takes null for its default in an update only."""
    dummy, desired = given
    created = plan_present(health_check_resource.FIELDS, desired, None)
    assert None not in created.body.values()
    assert set(desired) - set(created.body) <= {name for name in ("monitor_port", "domain_name") if not desired.get(name)}


@given(desired_pools)
def test_only_what_is_given_and_differs_is_sent(given: tuple[Json, Json]) -> None:
    pool, desired = given
    plan = plan_present(pool_resource.FIELDS, desired, pool)
    assert set(plan.body) <= set(desired)
    assert set(plan.before) == set(plan.after) == set(desired)
    assert {name for name in desired if plan.before[name] != plan.after[name]} == set(plan.body)
    assert all(plan.after[name] == value for name, value in plan.body.items())
    assert (plan.kind == PlanKind.UPDATE) == bool(plan.body)


@given(desired_members)
def test_only_given_fields_that_differ_are_sent_for_a_member(given: tuple[Json, Json]) -> None:
    member, desired = given
    plan = plan_present(member_resource.FIELDS, desired, member)
    assert set(plan.body) <= set(desired) - {"address", "protocol_port", "subnet_cidr_id"}
    assert all(member[name] != value for name, value in plan.body.items())


@given(pools())
def test_fields_that_are_not_given_are_in_no_plan(pool: Json) -> None:
    assert plan_present(pool_resource.FIELDS, {}, pool) == Plan(PlanKind.NOTHING)


@given(desired_pools, st.randoms())
def test_the_order_of_keys_does_not_matter(given: tuple[Json, Json], random: Any) -> None:
    pool, desired = given

    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}

    assert plan_present(pool_resource.FIELDS, shuffled(desired), shuffled(pool)) == plan_present(pool_resource.FIELDS, desired, pool)


@given(pools(), st.data())
def test_missing_and_null_mean_the_services_default(pool: Json, data: st.DataObject) -> None:
    """The default is no change for a field that a response leaves out or has as null."""
    # The values of the defaults are tested by tests/emulator_tests and tests/modules/test_odd_responses.py.
    defaults = {
        field.name: {"enable": False} if field.nullable else field.default
        for field in pool_resource.FIELDS
        if field.nullable or field.default is not None
    }
    name = data.draw(st.sampled_from(sorted(defaults)))
    without = {key: value for key, value in pool.items() if key != name}
    for response in (without, {**pool, name: None}):
        assert plan_present(pool_resource.FIELDS, {name: defaults[name]}, response).kind == PlanKind.NOTHING


@given(pools(), st.sampled_from(["protocol", "loadbalancers"]))
def test_a_field_missing_in_the_response_is_no_conflict(pool: Json, key: str) -> None:
    without = {name: value for name, value in pool.items() if name != key}
    desired = {"protocol": "TCP", "loadbalancer_id": VPC}
    name = {"loadbalancers": "loadbalancer_id"}.get(key, key)
    for response in (without, {**pool, key: None}):
        assert plan_present(pool_resource.FIELDS, {name: desired[name]}, response).kind == PlanKind.NOTHING


@pytest.mark.parametrize(
    ("field", "desired", "shown_desired", "current", "shown_current"),
    [
        ("protocol", "TCP", "TCP", {"protocol": "HTTP"}, "HTTP"),
        ("loadbalancer_id", VPC, VPC, {"loadbalancers": [{"id": SUBNET}]}, SUBNET),
        ("loadbalancer_id", VPC, VPC, {"loadbalancers": []}, "not set"),
        ("vpc_id", SUBNET, SUBNET, {"vpc_id": VPC}, VPC),
        ("vpc_id", "", "not set", {"vpc_id": VPC}, VPC),
        ("type", "ip", "ip", {"type": "instance"}, "instance"),
        ("type", "", "not set", {"type": "instance"}, "instance"),
    ],
)
def test_a_field_that_cannot_change_is_a_conflict_with_both_values(
    field: str, desired: str, shown_desired: str, current: Json, shown_current: str
) -> None:
    plan = plan_present(pool_resource.FIELDS, {field: desired, "description": "new"}, current)
    assert plan.kind == PlanKind.CONFLICT
    assert not plan.changed
    (conflict,) = plan.conflicts
    option = {"loadbalancer_id": "loadbalancer"}.get(field, field)
    assert str(conflict).startswith(f"{option} is {shown_current} and cannot become {shown_desired} in place: ")
    assert conflict.instead


def test_all_conflicts_are_named_at_once() -> None:
    current = {"protocol": "HTTP", "type": "instance", "vpc_id": VPC}
    plan = plan_present(pool_resource.FIELDS, {"protocol": "TCP", "type": "ip", "vpc_id": ""}, current)
    assert [conflict.option for conflict in plan.conflicts] == ["protocol", "vpc_id", "type"]


@pytest.mark.parametrize("blank", [{}, {"vpc_id": None, "type": None}, {"vpc_id": "", "type": ""}])
def test_vpc_and_type_can_be_set_while_they_are_blank(blank: Json) -> None:
    desired = {"vpc_id": VPC, "type": "instance"}
    assert plan_present(pool_resource.FIELDS, desired, {"protocol": "HTTP", **blank}).body == desired


def test_a_load_balancer_that_is_one_of_several_is_no_conflict() -> None:
    pool = {"loadbalancers": [{"id": VPC}, {"id": SUBNET}]}
    assert plan_present(pool_resource.FIELDS, {"loadbalancer_id": SUBNET.upper()}, pool).kind == PlanKind.NOTHING


def test_creating_sends_the_given_fields_without_disabled_stickiness() -> None:
    desired = {
        "name": "web",
        "protocol": "HTTP",
        "lb_algorithm": "ROUND_ROBIN",
        "session_persistence": {"enable": False},
        "description": "",
    }
    plan = plan_present(pool_resource.FIELDS, desired, None)
    assert plan.kind == PlanKind.CREATE
    assert plan.body == {"name": "web", "description": "", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    assert plan.before == {}
    assert plan.after == {**plan.body, "session_persistence": None}


def test_weight_zero_was_silently_dropped_by_a_truthiness_test() -> None:
    assert plan_present(member_resource.FIELDS, {"weight": 0}, {"weight": 1}).body == {"weight": 0}
    assert plan_present(member_resource.FIELDS, {"weight": 0}, {"weight": 0}).kind == PlanKind.NOTHING
    assert plan_present(member_resource.FIELDS, {"weight": 0, "address": "10.0.0.1", "protocol_port": 80}, None).body["weight"] == 0


def test_a_missing_weight_is_the_services_default() -> None:
    assert plan_present(member_resource.FIELDS, {"weight": 1}, {}).kind == PlanKind.NOTHING
    assert plan_present(member_resource.FIELDS, {"weight": 1}, {"weight": 0}).body == {"weight": 1}


@pytest.mark.parametrize(
    ("desired", "current", "sent"),
    [
        # off and off, on and on
        ({"enable": False}, None, ...),
        ({"enable": False}, {}, ...),
        ({"enable": True}, {"type": "HTTP_COOKIE", "persistence_timeout": 5}, ...),
        # turned off, although a type is still written down
        ({"enable": False, "type": "HTTP_COOKIE"}, {"type": "HTTP_COOKIE"}, None),
        # turned on
        ({"enable": True, "type": "HTTP_COOKIE"}, None, {"type": "HTTP_COOKIE"}),
        # a sub-option that is left out keeps its value
        ({"enable": True, "persistence_timeout": 9}, {"type": "HTTP_COOKIE", "persistence_timeout": 5, "cookie_name": "x"},
         {"type": "HTTP_COOKIE", "persistence_timeout": 9}),
        ({"enable": True, "cookie_name": "b"}, {"type": "APP_COOKIE", "cookie_name": "a", "persistence_timeout": 5},
         {"type": "APP_COOKIE", "cookie_name": "b"}),
        # the service filled these in
        ({"enable": True, "type": "HTTP_COOKIE", "persistence_timeout": 1440}, {"type": "HTTP_COOKIE"}, ...),
        ({"enable": True, "type": "HTTP_COOKIE"}, {"type": "HTTP_COOKIE", "persistence_timeout": 1440, "cookie_name": ""}, ...),
        # what has no effect is not compared
        ({"enable": True, "type": "APP_COOKIE", "persistence_timeout": 7}, {"type": "APP_COOKIE", "persistence_timeout": 5}, ...),
        # another type does not inherit what belongs to the old one
        ({"enable": True, "type": "HTTP_COOKIE"}, {"type": "APP_COOKIE", "cookie_name": "a"}, {"type": "HTTP_COOKIE"}),
    ],
)  # fmt: skip
def test_stickiness(desired: Json, current: Json | None, sent: Any) -> None:
    pool = {"protocol": "HTTP", "session_persistence": current}
    plan = plan_present(pool_resource.FIELDS, {"session_persistence": desired}, pool)
    assert plan.body == ({} if sent is ... else {"session_persistence": sent})


@pytest.mark.parametrize(
    ("desired", "current", "sent"),
    [
        ({"enable": False}, None, ...),
        ({"enable": False, "duration": 60}, None, ...),
        ({"enable": False, "duration": 60}, {"enable": False, "duration": 30}, {"enable": False, "duration": 60}),
        ({"enable": True}, None, {"enable": True}),
        ({"enable": True}, {"enable": False, "duration": 90}, {"enable": True, "duration": 90}),
        ({"duration": 60}, {"enable": True, "duration": 90}, {"enable": True, "duration": 60}),
        ({"duration": 30}, {"enable": True}, ...),
        ({"enable": False}, {"enable": True, "duration": 90}, {"enable": False, "duration": 90}),
    ],
)
def test_slow_start(desired: Json, current: Json | None, sent: Any) -> None:
    plan = plan_present(pool_resource.FIELDS, {"slow_start": desired}, {"protocol": "HTTP", "slow_start": current})
    assert plan.body == ({} if sent is ... else {"slow_start": sent})


@given(pools())
def test_removing(pool: Json) -> None:
    plan = plan_absent(pool_resource.FIELDS, pool)
    assert (plan.kind, plan.body, plan.after, plan.changed) == (PlanKind.DELETE, {}, {}, True)
    assert plan.before["name"] == pool["name"]
    assert plan.before["loadbalancer_id"] == pool["loadbalancers"][0]["id"]
    assert set(plan.before) == {field.name for field in pool_resource.FIELDS}
    assert plan_absent(pool_resource.FIELDS, None).kind == PlanKind.NOTHING


@pytest.mark.parametrize(
    ("field", "desired", "current"),
    [
        ("address", "10.0.0.2", {"address": "10.0.0.1"}),
        ("protocol_port", 81, {"protocol_port": 80}),
        ("subnet_cidr_id", SUBNET, {"subnet_cidr_id": VPC}),
        ("subnet_cidr_id", SUBNET, {"subnet_cidr_id": None}),
    ],
)
def test_the_identity_of_a_member_cannot_change(field: str, desired: Any, current: Json) -> None:
    plan = plan_present(member_resource.FIELDS, {field: desired, "weight": 3}, current)
    assert plan.kind == PlanKind.CONFLICT
    assert [conflict.option for conflict in plan.conflicts] == [field]


def test_a_conflict_shows_values_as_in_yaml() -> None:
    switch = Field("any_port_enable", {"type": "bool"}, updatable=Updatable.NEVER, instead="make another pool")
    (conflict,) = plan_present([switch], {"any_port_enable": False}, {"any_port_enable": True}).conflicts
    assert str(conflict) == "any_port_enable is true and cannot become false in place: make another pool"
