# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Which responses are valid, and that every valid response can be used."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._api.responses import is_valid, next_marker
from ansible_collections.otc.elb.plugins.module_utils._http.transport import Response
from ansible_collections.otc.elb.plugins.module_utils._resource.member import health_of, label
from ansible_collections.otc.elb.plugins.module_utils._resource.plan import plan_absent, plan_present
from ansible_collections.otc.elb.plugins.module_utils._resource.registry import RESOURCES
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Verb

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


BY_ENVELOPE = {resource.collection.one: resource for resource in RESOURCES}


def valid(resource: Any, envelope: str) -> bool:
    """Whether the response to a get call is valid, and the same in the response to a list call."""
    operation = BY_ENVELOPE[envelope].operation(Verb.GET)
    alone = is_valid(operation, Response(200, {}, {envelope: resource}, "application/json", not_json=False))
    collection = BY_ENVELOPE[envelope].collection
    many = Response(200, {}, {collection.many: [resource]}, "application/json", not_json=False)
    assert is_valid(BY_ENVELOPE[envelope].operation(Verb.LIST), many) == alone
    return alone


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), anything), st.sampled_from(list(WANTED)))
def test_every_valid_resource_can_be_used(resource: Any, envelope: str) -> None:
    resource = {**resource, "id": SUBNET}
    if not valid(resource, envelope):
        return
    plan_absent(FIELDS[envelope], resource)
    plan_present(FIELDS[envelope], WANTED[envelope], resource)
    if envelope == "member":
        assert isinstance(health_of(resource) + label(resource), str)


@given(pools(), members())
def test_documented_resources_are_valid(pool: Json, member: Json) -> None:
    assert valid(pool, "pool")
    assert valid(member, "member")


@given(pools(), st.sampled_from([*(field.name for field in FIELDS["pool"] if not field.read), "members", "listeners"]))
def test_a_field_may_be_missing_or_null_but_not_of_another_kind(pool: Json, name: str) -> None:
    assert valid({key: value for key, value in pool.items() if key != name}, "pool")
    assert valid({**pool, name: None}, "pool")
    assert not valid({**pool, name: 1.5}, "pool")


@pytest.mark.parametrize("odd", [None, {}, {"id": ""}, {"id": 5}, {"id": None}, [], "pool", 5])
def test_a_resource_has_an_id(odd: Any) -> None:
    assert not valid(odd, "pool")


@pytest.mark.parametrize("info", [5, "x", [], {"next_marker": 5}])
def test_page_info_of_a_wrong_kind(info: Any) -> None:
    body = {"pools": [], "page_info": info}
    assert not is_valid(BY_ENVELOPE["pool"].operation(Verb.LIST), Response(200, {}, body, "application/json", not_json=False))


@pytest.mark.parametrize(("info", "marker"), [(None, None), ({}, None), ({"next_marker": None}, None), ({"next_marker": "m"}, "m")])
def test_the_next_page(info: Any, marker: str | None) -> None:
    assert next_marker({"page_info": info}) == marker
