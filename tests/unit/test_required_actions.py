# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The callback required_actions: results of any shape, and what tasks need because of tasks before them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.callback.required_actions import CallbackModule
from ansible_collections.otc.elb.plugins.plugin_utils._pending import Pending

ADD = ["elb:members:create", "elb:members:list", "elb:pools:list"]
CREATE = ["elb:pools:create", "elb:pools:list"]
AT = {"pool": "web", "address": "10.0.0.1", "protocol_port": 80}


def followed(*tasks: tuple[str, dict[str, Any], list[str]]) -> list[set[str]]:
    pending = Pending()
    return [pending.follow(module, args, actions) for module, args, actions in tasks]


def test_a_pool_that_would_be_made_is_there_for_later_tasks() -> None:
    made = {"name": "web", "protocol": "HTTP", "description": "x"}
    needed = followed(
        ("elb_pool", made, CREATE),
        ("elb_pool", made, CREATE),
        ("elb_pool", {"name": "web", "description": "y"}, CREATE),
        ("elb_pool", {"name": "other", "state": "absent"}, []),
        ("elb_pool", {"name": "web", "state": "absent", "force": True}, []),
        ("elb_pool", {"name": "web", "state": "absent", "force": True}, []),
    )
    assert needed == [{"elb:pools:create"}, set(), {"elb:pools:put"}, set(), {"elb:pools:delete"}, set()]


def test_a_pool_that_would_be_made_is_looked_into() -> None:
    needed = followed(
        ("elb_pool", {"name": "web", "protocol": "HTTP"}, CREATE),
        ("elb_member_info", {"pool": "web"}, ["elb:pools:list"]),
        ("elb_member", {**AT, "state": "absent"}, ["elb:pools:list"]),
        ("elb_member_info", {"pool": "other"}, ["elb:pools:list"]),
    )
    look = {"elb:members:list"}
    assert needed == [{"elb:pools:create"}, look, look, set()]


def test_what_would_be_removed_has_to_be_made_again() -> None:
    there, changed = ["elb:pools:list"], ["elb:pools:list", "elb:members:list"]
    needed = followed(
        ("elb_member", {**AT, "state": "absent"}, [*changed, "elb:members:delete"]),
        ("elb_member", AT, changed),
        ("elb_member", AT, changed),
        ("elb_pool", {"name": "web", "state": "absent", "force": True}, [*there, "elb:pools:delete"]),
        ("elb_pool", {"name": "web", "protocol": "HTTP"}, there),
        ("elb_member", {**AT, "address": "10.0.0.2"}, changed),
    )
    create = {"elb:members:create"}
    assert needed == [set(), create, set(), {"elb:members:delete"}, {"elb:pools:create"}, create]


def test_members_that_would_be_added_are_there_for_later_tasks() -> None:
    needed = followed(
        ("elb_member", {**AT, "name": "one", "weight": 10}, ADD),
        ("elb_member", {"pool_id": "web", "address": "10.0.0.1", "port": "80", "weight": "10"}, ADD),
        ("elb_member", {"pool": "web", "name": "one", "weight": 0}, ADD),
        ("elb_member", {**AT, "pool": "other", "state": "absent"}, []),
        ("elb_member", {**AT, "state": "absent", "drain_seconds": 5}, []),
        ("elb_member", {**AT, "weight": 1}, ADD),
        ("elb_member", {**AT, "state": "absent", "drain_seconds": 5}, []),
        ("elb_member", {**AT, "state": "absent"}, []),
    )
    delete, put = {"elb:members:delete"}, {"elb:members:put"}
    create = {"elb:members:create"}
    assert needed == [create, set(), put, set(), delete, create, delete | put, set()]


def test_a_member_that_was_there_is_not_taken_for_a_new_one() -> None:
    unchanged = ["elb:members:list"]
    assert followed(("elb_member", AT, unchanged), ("elb_member", {**AT, "state": "absent"}, unchanged)) == [set(), set()]


def test_the_members_of_a_list_and_those_that_it_leaves_out() -> None:
    one, two = {"address": "10.0.0.1", "port": 80, "weight": 1}, {"address": "10.0.0.2", "port": 80}
    needed = followed(
        ("elb_pool_members", {"pool": "web", "members": [one, two]}, ADD),
        ("elb_pool_info", {"include_members": True}, []),
        ("elb_pool_members", {"pool": "web", "members": [{**one, "weight": 2}], "purge": True, "drain_seconds": 1}, []),
        ("elb_pool_members", {"pool": "web", "members": [], "purge": True}, []),
        ("elb_pool_members", {"pool": "web", "members": [], "purge": True}, []),
        ("elb_pool_info", {"include_members": True}, []),
        ("elb_member_info", {"pool": "web"}, []),
    )
    delete, put = {"elb:members:delete"}, {"elb:members:put"}
    assert needed == [{"elb:members:create"}, {"elb:members:list"}, delete | put, delete, set(), set(), set()]


class Screen:
    """Takes what the callback shows."""

    verbosity = 0

    def __init__(self) -> None:
        self.lines: list[str] = []

    def banner(self, text: str) -> None:
        self.lines.append(text)

    display = warning = v = banner


class Task:
    def __init__(self, action: Any, path: str = "/p.yml:1", check_mode: bool = False) -> None:
        self.action = action
        self.args: dict[str, Any] = {}
        self.path = path
        self.check_mode = check_mode

    def get_name(self) -> str:
        return "A task"

    def get_path(self) -> str:
        return self.path


class Outcome:
    """A result as ansible-core hands it to callbacks, from 2.19 on."""

    def __init__(self, result: Any, action: Any = "otc.elb.elb_pool", **of_task: Any) -> None:
        self.result = result
        self.task = Task(action, **of_task)


class OldOutcome:
    """The same before 2.19."""

    def __init__(self, result: Any, action: Any = "otc.elb.elb_pool", **of_task: Any) -> None:
        self._result = result
        self._task = Task(action, **of_task)


class Stats:
    def __init__(self) -> None:
        self.failures: dict[str, int] = {}
        self.dark: dict[str, int] = {}


@pytest.fixture
def callback() -> CallbackModule:
    made: Any = CallbackModule
    found: CallbackModule = made(display=Screen())
    found._plugin_options = {"per_play": False, "policy_file": None}
    return found


def output(callback: CallbackModule) -> str:
    callback.v2_playbook_on_stats(Stats())
    return "\n".join(callback._display.lines)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "text",
        [],
        {},
        {"required_actions": None},
        {"required_actions": "elb:pools:list"},
        {"required_actions": 7},
        {"required_actions": [None, 7, {"a": 1}, "secret words"]},
        {"results": None},
        {"results": [None, "x", {"required_actions": [{}]}]},
        {"missing_action": ["x"]},
        {"failed": True, "msg": "secret words"},
    ],
)
@pytest.mark.parametrize("kind", [Outcome, OldOutcome])
def test_odd_results_do_no_harm_and_nothing_of_them_is_shown(callback: CallbackModule, kind: Any, odd: Any) -> None:
    callback.v2_runner_on_ok(kind(odd, check_mode=True))
    callback.v2_runner_on_failed(kind(odd))
    callback.v2_runner_item_on_ok(kind(odd))
    callback.v2_runner_on_skipped(kind(odd, action=None))
    text = output(callback)
    assert "No IAM action was needed" in text
    assert "secret words" not in text


def test_one_item_that_adds_does_not_speak_for_the_next(callback: CallbackModule) -> None:
    for actions in (ADD, ["elb:members:list"]):
        outcome = Outcome({"required_actions": actions}, action="otc.elb.elb_member", check_mode=True)
        outcome.task.args = {**AT, "address": f"10.0.0.{len(actions)}"}
        callback.v2_runner_item_on_ok(outcome)
    gone = Outcome({"required_actions": ["elb:members:list"]}, action="otc.elb.elb_member", path="/p.yml:5", check_mode=True)
    gone.task.args = {**AT, "address": "10.0.0.1", "state": "absent"}
    callback.v2_runner_on_ok(gone)
    assert "elb:members:delete" not in output(callback)


def test_the_policy_is_of_our_modules_only(callback: CallbackModule) -> None:
    callback.v2_runner_on_ok(Outcome({"required_actions": ["elb:pools:list"]}))
    callback.v2_runner_on_ok(OldOutcome({"required_actions": ["elb:pools:get"]}))
    callback.v2_runner_retry(Outcome({"required_actions": ["elb:pools:put"]}))
    callback.v2_runner_on_ok(Outcome({"required_actions": ["ecs:servers:list"]}, action="other.cloud.server", path="/p.yml:9"))
    text = output(callback)
    start = text.index("{")
    policy = json.loads(text[start : text.rindex("}") + 1])
    assert policy["Statement"][0]["Action"] == ["elb:pools:get", "elb:pools:list", "elb:pools:put"]
