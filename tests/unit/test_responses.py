# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which responses are valid, and that every valid response can be used."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._api.responses import is_valid, next_marker
from ansible_collections.otc.elb.plugins.module_utils._http.transport import Response
from ansible_collections.otc.elb.plugins.module_utils._resource.member import MEMBER, health_of
from ansible_collections.otc.elb.plugins.module_utils._resource.plan import plan_absent, plan_present
from ansible_collections.otc.elb.plugins.module_utils._resource.registry import RESOURCES
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Resource, Verb

from .resources import MANAGED, SUBNET, health_checks, members, pools

Json = dict[str, Any]
NAMES = [
    *(field.name for resource in MANAGED for field in resource.fields),
    *("id", "loadbalancers", "listeners", "members", "status", "reason", "operating_status", "enable", "more"),
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 99) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=5,
)


def given_values(options: Json) -> st.SearchStrategy[Json]:
    """Values for some options, each of the option's type."""
    return st.fixed_dictionaries({}, optional={name: of_option(option) for name, option in options.items()})


def of_option(option: Json) -> st.SearchStrategy[Any]:
    if "choices" in option:
        return st.sampled_from(option["choices"])
    if option["type"] == "dict":
        return given_values(option["options"])
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "int": st.integers(0, 100),
        "bool": st.booleans(),
        "str": st.sampled_from(["", "10.0.0.1", SUBNET]),
    }
    return kinds[option["type"]]


BY_ENVELOPE = {resource.collection.one: resource for resource in RESOURCES}


def valid(resource: Any, envelope: str) -> bool:
    """Whether a resource is valid in the response to a list call, and to a get call where there is one."""
    described = BY_ENVELOPE[envelope]
    many = Response(200, {}, {described.collection.many: [resource]}, "application/json", not_json=False)
    found = is_valid(described.operation(Verb.LIST), many)
    if Verb.GET in described.collection.functions:
        alone = Response(200, {}, {envelope: resource}, "application/json", not_json=False)
        assert is_valid(described.operation(Verb.GET), alone) == found
    return found


@given(st.dictionaries(st.sampled_from(NAMES), anything), st.sampled_from(MANAGED), st.data())
def test_every_valid_resource_can_be_used(response: Any, resource: Resource[Any], data: st.DataObject) -> None:
    response = {**response, "id": SUBNET}
    if not valid(response, resource.collection.one):
        return
    desired = resource.desired_from(data.draw(given_values(resource.argument_spec)))
    plan_absent(resource.fields, response)
    resource.refusals(plan_present(resource.fields, desired, response), desired, response, {})
    assert isinstance(resource.label(response), str)
    if resource is MEMBER:
        assert isinstance(health_of(response), str)


def documented(resource: Resource[Any]) -> st.SearchStrategy[Json]:
    generated = {"pool": pools, "member": members, "health check": health_checks}
    return generated[resource.kind]() if resource.kind in generated else st.just({"id": SUBNET})


@pytest.mark.parametrize("resource", MANAGED, ids=lambda resource: resource.kind)
@given(st.data())
def test_a_field_may_be_missing_or_null_but_has_one_type(resource: Resource[Any], data: st.DataObject) -> None:
    response, envelope = data.draw(documented(resource)), resource.collection.one
    read = {field.name for field in resource.fields if field.read}
    name = data.draw(st.sampled_from(sorted(resource.response_spec.keys() - read - {"id"})))
    assert valid(response, envelope)
    assert valid({key: value for key, value in response.items() if key != name}, envelope)
    assert valid({**response, name: None}, envelope)
    assert not valid({**response, name: 1.5}, envelope)


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
