# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""What an answer tells, whatever it holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._api.responses import next_marker, told
from ansible_collections.otc.elb.plugins.module_utils._resource.member import label
from ansible_collections.otc.elb.plugins.module_utils._resource.plan import NOTHING, plan_absent, plan_present
from ansible_collections.otc.elb.plugins.module_utils._runtime.member_ops import same_member
from ansible_collections.otc.elb.plugins.module_utils._runtime.wait import reason_of

from .resources import FIELDS, SUBNET, members, pools

Json = dict[str, Any]
NAMES = [
    *(field.name for fields in FIELDS.values() for field in fields),
    *("id", "loadbalancers", "listeners", "members", "status", "reason", "operating_status", "enable", "more"),
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 99) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=5,
)
WANTED: dict[str, Json] = {
    "pool": {
        "name": "web",
        "protocol": "HTTP",
        "loadbalancer_id": SUBNET,
        "listener_id": SUBNET,
        "session_persistence": {"enable": True, "persistence_timeout": 5},
        "slow_start": {"enable": True},
        "vpc_id": SUBNET,
        "type": "instance",
    },
    "member": {"address": "10.0.0.1", "protocol_port": 80, "subnet_cidr_id": SUBNET, "weight": 0, "availability_zone": "eu-de-01"},
}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), anything), st.sampled_from(list(WANTED)))
def test_whatever_an_answer_holds_can_be_worked_with(answer: Json, envelope: str) -> None:
    resource = told(answer, envelope)
    assert told(resource, envelope) == resource
    assert set(resource) <= set(answer)
    assert resource.get("more", ...) == answer.get("more", ...)
    assert all(resource[name] is None for name, value in answer.items() if value is None)
    plan_absent(FIELDS[envelope], resource)
    plan_present(FIELDS[envelope], WANTED[envelope], resource)
    if envelope == "member":
        same_member(WANTED["member"], resource)
        assert isinstance(reason_of(resource) + label(resource), str)


@given(pools(), members())
def test_what_is_as_documented_is_told_whole(pool: Json, member: Json) -> None:
    assert told(pool, "pool") == told(pool, "pools") == pool
    assert told(member, "member") == told(member, "members") == member


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pools(), st.sampled_from([field.name for field in FIELDS["pool"]]), anything)
def test_a_value_of_another_kind_never_makes_a_change(pool: Json, name: str, odd: Any) -> None:
    """Where the option is not given, and where it is what the field is without a value."""
    resource = told({**pool, name: odd}, "pool")
    if name in resource and odd is not None:
        return
    nothing = {field.name: {"enable": False} if field.nullable else field.default for field in FIELDS["pool"]}
    assert plan_present(FIELDS["pool"], {name: nothing[name]} if name in pool else {}, resource).kind == NOTHING


@pytest.mark.parametrize(
    ("info", "marker"),
    [
        (None, None),
        ("x", None),
        ([], None),
        ({}, None),
        ({"next_marker": None}, None),
        ({"next_marker": 5}, None),
        ({"next_marker": "m"}, "m"),
    ],
)
def test_the_next_page(info: Any, marker: str | None) -> None:
    assert next_marker({"page_info": info}) == marker
