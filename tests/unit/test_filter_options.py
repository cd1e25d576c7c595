# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter ``options``: what an info module returned, as options that change nothing."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.filter.options import options
from ansible_collections.otc.elb.plugins.module_utils._resource.health_check import HEALTH_CHECK
from ansible_collections.otc.elb.plugins.module_utils._resource.member import MEMBER
from ansible_collections.otc.elb.plugins.module_utils._resource.plan import PlanKind, plan_present
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL

from .resources import health_checks, members, pools

Json = dict[str, Any]


def assert_same(resource: Any, made: Json, current: Json) -> None:
    """The options are valid, for a new resource as well, and change nothing of the one that they are from."""
    assert made.keys() <= resource.argument_spec.keys()
    desired = resource.desired_from(yaml.safe_load(yaml.safe_dump(made)))
    assert resource.invalid(desired) == []
    plan = plan_present(resource.fields, desired, current)
    assert plan.kind is PlanKind.NOTHING, plan
    assert resource.refusals(plan, desired, current, {}) == []


@given(pools(), st.none() | health_checks())
def test_a_pool(pool: Json, check: Json | None) -> None:
    made = options({**pool, "health_check": check})
    made_check = made.pop("health_check")
    assert_same(POOL, made, pool)
    assert {"name", "protocol", "lb_algorithm", "loadbalancer"} <= made.keys()
    # Off is a value as well: a target that has it on would differ.
    assert (made["session_persistence"] == {"enable": False}) == (pool["session_persistence"] is None)
    if check is None:
        assert made_check == {"enable": False}
    else:
        assert_same(HEALTH_CHECK, made_check, check)
        assert made_check["monitor_port"] == (check["monitor_port"] or 0)
    assert not {"loadbalancer", "vpc_id"} & options(pool, references=False).keys()
    assert "health_check" not in options(pool)


@given(st.lists(members(), max_size=3))
def test_members(found: list[Json]) -> None:
    for made, member, portable in zip(options(found), found, options(found, references=False), strict=True):
        assert_same(MEMBER, made, member)
        assert portable == {name: value for name, value in made.items() if name != "subnet_cidr_id"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("web", "expected, not text"),
        ([None], "expected, not null"),
        ({"changed": False, "pools": []}, "give its 'pools'"),
        ({"changed": False, "members": []}, "give its 'members'"),
        ({}, "as elb_pool_info and elb_member_info return them."),
    ],
)
def test_anything_else_is_an_error(value: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"otc\.elb\.options: a pool, a member, or a list of them is expected") as caught:
        options(value)
    assert words in str(caught.value)
