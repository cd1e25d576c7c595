# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter iam_policy: a policy from results, and refused values."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.filter.iam_policy import FilterModule

iam_policy = FilterModule().filters()["iam_policy"]

# A list that contains itself.
OWN: list[Any] = []
OWN.append(OWN)

LIST, CREATE, GET = "elb:pools:list", "elb:pools:create", "elb:pools:get"


def allowed(value: Any) -> list[str]:
    made = iam_policy(value)
    assert made["Version"] == "1.1"
    statements: list[dict[str, Any]] = made["Statement"]
    for statement in statements:
        assert set(statement) == {"Effect", "Action"}
        assert statement["Effect"] == "Allow"
    assert len(statements) <= 1
    return [action for statement in statements for action in statement["Action"]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LIST, [LIST]),
        ([LIST, CREATE, LIST], [CREATE, LIST]),
        ({"required_actions": [LIST], "changed": False}, [LIST]),
        ([{"required_actions": [LIST]}, {"required_actions": [CREATE]}], [CREATE, LIST]),
        ({"results": [{"required_actions": [LIST]}, {"skipped": True}, {"required_actions": [GET]}], "skipped": False}, [GET, LIST]),
        ({"failed": True, "required_actions": [LIST, CREATE], "missing_action": CREATE}, [CREATE, LIST]),
        ({"failed": True, "missing_action": CREATE}, [CREATE]),
        (
            {"failed": True, "required_actions": [LIST], "failed_members": [{"missing_action": CREATE}, {"missing_action": GET}]},
            [CREATE, GET, LIST],
        ),
        ([[{"required_actions": [LIST]}], [[CREATE]], (GET,)], [CREATE, GET, LIST]),
        (iter([{"required_actions": [LIST]}]), [LIST]),
        ([iam_policy([LIST]), iam_policy([CREATE]), iam_policy([])], [CREATE, LIST]),
        ("ecs:cloudServers:list", ["ecs:cloudServers:list"]),
    ],
)
def test_policy(value: Any, expected: list[str]) -> None:
    assert allowed(value) == expected


@pytest.mark.parametrize("value", [[], {"skipped": True}, {"results": []}, {"required_actions": []}, [[], []]])
def test_without_actions_there_is_no_statement(value: Any) -> None:
    assert iam_policy(value) == {"Version": "1.1", "Statement": []}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("pools:list", "not an IAM action"),
        ("elb:pools:list ", "not an IAM action"),
        ("elb:pools:list\n", "not an IAM action"),
        ("", "not an IAM action"),
        ("elb:*:*", "wildcard"),
        (["x" * 500], "..."),
        (7, "a number is neither"),
        (None, "null is neither"),
        (b"elb:pools:list", "bytes is neither"),
        ([LIST, {"changed": False}], "only the modules of otc.elb"),
        ({"ansible_job_id": "1", "started": 1}, "async_status"),
        ({"failed": True, "msg": "no such module"}, "before its module ran"),
        ({"unreachable": True}, "before its module ran"),
        ({"required_actions": ["everything"]}, "not an IAM action"),
        ({"Version": "1.1", "Statement": [{"Effect": "Deny", "Action": [LIST]}]}, "'Allow'"),
        ({"Version": "1.1", "Statement": "x"}, "'Allow'"),
        ({"Statement": [{"Effect": "Allow", "Action": [LIST], "Condition": {"Bool": {}}}]}, "'Condition'"),
        ({"Statement": [{"Effect": "Allow", "Action": [LIST], "Resource": ["a"]}]}, "'Resource'"),
        ({"Statement": [{"Effect": "Allow", "NotAction": [LIST]}]}, "'NotAction'"),
        ({"censored": "the output has been hidden", "changed": False}, "no_log"),
        ({"results": [{"required_actions": [LIST]}, {"censored": "hidden", "required_actions": None}]}, "no_log"),
        ({"results": [{"failed": True, "required_actions": None, "item": "web-1"}]}, "item 'web-1'"),
        ({"required_actions": None}, "only the modules of otc.elb"),
        (OWN, "contains itself"),
    ],
)
def test_other_values_are_refused(value: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        iam_policy(value)
    assert "otc.elb.iam_policy: " in str(refused.value)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 250


def test_the_value_of_something_unknown_is_not_shown() -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        iam_policy({"secret_key": "hidden", "changed": True})
    assert "hidden" not in str(refused.value)


@given(st.lists(st.lists(st.from_regex(r"\Aelb:[a-z]{1,5}:[a-z]{1,5}\Z"))))
def test_nesting_does_not_matter(actions: list[list[str]]) -> None:
    flat = {action for each in actions for action in each}
    as_results = [{"results": [{"required_actions": each}]} for each in actions]
    assert allowed(actions) == allowed(flat) == allowed(as_results) == sorted(flat)
    assert iam_policy(iam_policy(actions)) == iam_policy(actions)
