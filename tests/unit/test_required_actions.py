# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback required_actions: results of any shape, and when it warns. Its predictions are tested in tests/modules and tests/playbooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.callback.required_actions import CallbackModule


class Screen:
    """Records the output of the callback."""

    verbosity = 0

    def __init__(self) -> None:
        self.lines: list[str] = []

    def banner(self, text: str) -> None:
        self.lines.append(text)

    display = warning = v = banner


class Task:
    def __init__(self, action: Any, path: str = "/p.yml:1", check_mode: bool = False) -> None:
        self.action = action
        self.name = "A task"
        self.args: dict[str, Any] = {}
        self.path = path
        self.check_mode = check_mode

    def get_name(self) -> str:
        return self.name

    def get_path(self) -> str:
        return self.path


class Outcome:
    """A result as ansible-core passes it to callbacks, from 2.19 on."""

    def __init__(self, result: Any, action: Any = "otc.elb.elb_pool", **of_task: Any) -> None:
        self.result = result
        self.task = Task(action, **of_task)


class OldOutcome:
    """The same before 2.19."""

    def __init__(self, result: Any, action: Any = "otc.elb.elb_pool", **of_task: Any) -> None:
        self._result = result
        self._task = Task(action, **of_task)


class Play:
    _uuid = "1"

    def get_name(self) -> str:
        return "A play"


class Stats:
    def __init__(self) -> None:
        self.failures: dict[str, int] = {}
        self.dark: dict[str, int] = {}


@pytest.fixture
def callback() -> CallbackModule:
    made: Any = CallbackModule
    found: CallbackModule = made(display=Screen())
    found._plugin_options = {"scope": "run", "per_play": False, "policy_file": None}
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
def test_odd_results_cause_no_error_and_are_not_shown(callback: CallbackModule, kind: Any, odd: Any) -> None:
    callback.v2_runner_on_ok(kind(odd, check_mode=True))
    callback.v2_runner_on_failed(kind(odd))
    callback.v2_runner_item_on_ok(kind(odd))
    callback.v2_runner_on_skipped(kind(odd, action=None))
    text = output(callback)
    assert "No IAM action " in text
    assert "secret words" not in text


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"failed": True, "msg": "no such host", "required_actions": []}, "task 'A task' (/p.yml:1) failed, so the policy may lack"),
        # failed_when made it a success.
        ({"failed": False, "msg": "no such host", "required_actions": []}, "failed, so the policy may lack"),
        (
            {"failed": True, "msg": "x", "missing_action": "elb:pools:put", "required_actions": []},
            "lacks elb:pools:put. The policy includes that",
        ),
        (
            {
                "failed": True,
                "msg": "x",
                "failed_members": [{"missing_action": "elb:members:put"}, {"missing_action": "elb:members:create"}],
            },
            "lacks elb:members:create, elb:members:put. The policy includes that",
        ),
        ({"censored": "hidden"}, "no_log hides the result of task"),
        ({"ansible_job_id": "j1"}, "the end of the asynchronous task"),
        ({"required_actions": []}, None),
        ({"skipped": True, "msg": "not now"}, None),
    ],
)
def test_it_warns_if_the_policy_may_be_incomplete(callback: CallbackModule, result: dict[str, Any], words: str | None) -> None:
    (callback.v2_runner_on_failed if result.get("failed") else callback.v2_runner_on_ok)(Outcome(result))
    text = output(callback)
    assert (words or "No IAM action was needed") in text
    assert not words or "Statement" in text or "No IAM action is known: see the warnings." in text
    assert ("so the policy" in text or "The policy includes that" in text) == (words is not None)


def test_a_failure_by_failed_when_alone_counts(callback: CallbackModule) -> None:
    """ansible-core 2.17 and 2.18 take "failed" out of the result, and add no "msg"."""
    callback.v2_runner_on_failed(OldOutcome({"failed_when_result": True, "required_actions": ["elb:pools:list"]}), ignore_errors=True)
    assert "failed, so the policy may lack" in output(callback)


def test_it_warns_of_a_module_whose_name_could_not_be_resolved(callback: CallbackModule) -> None:
    callback.v2_runner_on_failed(Outcome({"failed": True, "msg": "'x' is undefined"}, action="{{ x }}"), ignore_errors=True)
    callback.v2_runner_on_ok(Outcome({"results": []}, action="{{ x }}"))
    callback.v2_runner_retry(Outcome({"failed": True, "msg": "'x' is undefined"}, action="{{ x }}", path="/p.yml:2"))
    assert output(callback).count("so the policy may lack") == 1


def test_a_task_whose_name_is_a_template_is_one_task(callback: CallbackModule) -> None:
    for name in ("Add web-1", "Add web-2"):
        outcome = Outcome({"required_actions": ["elb:members:create"]})
        outcome.task.name = name
        callback.v2_runner_on_ok(outcome)
    assert output(callback).count("/p.yml:1") == 1


def test_a_denied_check_run_has_the_reads_that_the_task_would_need(callback: CallbackModule) -> None:
    options = {"name": "web", "loadbalancer": "demo", "health_check": {}}
    denied = Outcome({"failed": True, "msg": "x", "missing_action": "elb:loadbalancers:list"}, check_mode=True)
    denied.task.args = options
    callback.v2_runner_on_failed(denied)
    text = output(callback)
    for action in ("elb:loadbalancers:list", "elb:pools:list", "elb:healthmonitors:get"):
        assert f'"{action}"' in text
    assert '"elb:healthmonitors:create"' not in text


def test_a_play_whose_tasks_were_skipped_needs_nothing(callback: CallbackModule) -> None:
    callback._plugin_options["per_play"] = True
    callback.v2_playbook_on_play_start(Play())
    callback.v2_runner_on_skipped(Outcome({"skipped": True}))
    assert "No IAM action was needed, so there is nothing to grant." in output(callback)


def test_a_retried_failure_is_no_reason_to_warn(callback: CallbackModule) -> None:
    callback.v2_runner_retry(Outcome({"failed": True, "msg": "x", "required_actions": ["elb:pools:list"]}))
    callback.v2_runner_on_ok(Outcome({"required_actions": ["elb:pools:list"]}))
    assert "so the policy" not in output(callback)


def test_the_policy_is_of_our_modules_only(callback: CallbackModule) -> None:
    callback.v2_runner_on_ok(Outcome({"required_actions": ["elb:pools:list"]}))
    callback.v2_runner_on_ok(OldOutcome({"required_actions": ["elb:pools:get"]}))
    callback.v2_runner_retry(Outcome({"required_actions": ["elb:pools:put"]}))
    callback.v2_runner_on_ok(Outcome({"required_actions": ["ecs:servers:list"]}, action="other.cloud.server", path="/p.yml:9"))
    text = output(callback)
    start = text.index("{")
    policy = json.loads(text[start : text.rindex("}") + 1])
    assert policy["Statement"][0]["Action"] == ["elb:pools:get", "elb:pools:list", "elb:pools:put"]
