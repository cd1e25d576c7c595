# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of a whole playbook: what the callback says, in check mode too, and the examples of docs/permissions.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator
from .engine import Engine, PlayRun, Task, task

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
POOL = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
ONE = {"pool": "web", "address": "192.168.0.11", "protocol_port": 80}
NOTHING = "No IAM action "


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the callback writes; in a folder that is not there yet."""
    return tmp_path / "made" / "policy.json"


@pytest.fixture
def enabled(file: Path) -> dict[str, str | None]:
    return {"ANSIBLE_CALLBACKS_ENABLED": "record_results,otc.elb.required_actions", "OTC_ELB_REQUIRED_ACTIONS_FILE": str(file)}


def allowed(policy: Mapping[str, Any]) -> list[str]:
    assert policy["Version"] == "1.1"
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def shown(played: PlayRun) -> list[list[str]]:
    """The actions of every policy on the screen, which can be cut out as it is."""
    found: list[list[str]] = []
    for part in played.stdout.split("LEAST IAM POLICY")[1:]:
        body = part.partition("\n")[2]
        start = body.find("\n{") + 1 if not body.startswith("{") else 0
        if NOTHING in body[: start or None]:
            found.append([])
        else:
            found.append(allowed(json.JSONDecoder().raw_decode(body[start:])[0]))
    return found


def all_text(played: PlayRun) -> str:
    """All output on one line, independent of the width of the screen."""
    return " ".join(played.output.split())


def test_the_policy_of_the_quickstart_is_predicted_and_enough(
    engine: Engine, emulator: Emulator, file: Path, enabled: dict[str, str | None]
) -> None:
    predicted = engine.playbook(EXAMPLES / "quickstart.yml", check=True, env={**enabled, **aksk(emulator, "reader")})
    assert predicted.rc == 0, predicted.output
    assert emulator.writes() == []
    policy = allowed(json.loads(file.read_text(encoding="utf-8")))
    assert shown(predicted) == [policy]

    emulator.grant("limited", policy)
    emulator.forget()
    done = engine.playbook(EXAMPLES / "quickstart.yml", env={**enabled, **aksk(emulator, "limited")})
    assert done.rc == 0, done.output
    needed = sorted(set(emulator.actions()))
    assert shown(done) == [needed]
    # For what an earlier task makes, it has what the options of a later task allow.
    assert set(policy) - set(needed) == {"elb:healthmonitors:put", "elb:pools:put"}
    assert set(needed) <= set(policy)


def test_the_example_of_the_filter_asks_first(engine: Engine, emulator: Emulator) -> None:
    stopped = engine.playbook(EXAMPLES / "least_privilege.yml", extra_vars={"approved": ["elb:pools:list"]})
    assert stopped.rc != 0
    assert "elb:pools:create" in stopped.of("Stop if others than the approved ones are needed")[0]["msg"]
    assert emulator.writes() == []

    approved = [
        *("elb:healthmonitors:create", "elb:loadbalancers:list", "elb:members:create", "elb:members:get"),
        *("elb:members:list", "elb:pools:create", "elb:pools:list"),
    ]
    emulator.grant("limited", approved)
    done = engine.playbook(EXAMPLES / "least_privilege.yml", env=aksk(emulator, "limited"))
    assert done.rc == 0, done.output
    (printed,) = done.of("Show it as JSON that can be pasted into IAM")
    assert allowed(json.loads("\n".join(printed["msg"]))) == approved
    (pool,) = emulator.state()["pools"]
    assert len(pool["members"]) == 2


def test_every_kind_of_result_counts(engine: Engine, emulator: Emulator, file: Path, enabled: dict[str, str | None]) -> None:
    web, gone = emulator.seed({"name": "web", "protocol": "HTTP"}, {"name": "gone", "protocol": "HTTP"})
    tasks: list[Task] = [
        # A loop with an item that is skipped, and short names.
        {
            "elb_pool": {"name": "{{ item }}", "state": "absent"},
            "loop": ["gone", "web"],
            "when": "item == 'gone'",
            "name": "Loop of {{ item }}",
        },
        # A failure that is rescued, and one that is ignored.
        {
            "block": [task("elb_pool", id=web["id"], protocol="TCP") | {"name": "Fails"}],
            "rescue": [task("elb_pool_info", name="web", include_members=True) | {"name": "Rescues"}],
        },
        task("elb_member", **ONE, wait=True, timeout=1) | {"name": "Ignored", "ignore_errors": True, "check_mode": True},
        # Never played.
        task("elb_member", **ONE, state="absent") | {"name": "Skipped", "when": False},
        # Short names that are templates.
        {"action": "{{ short }}", "args": {"pool": "web"}, "name": "Template"},
        {"action": "{{ short }}", "args": {"pool": "web"}, "loop": [1, 2], "name": "Loop of a template"},
        {"action": "{{ short }}", "loop": [1], "when": False, "name": "Skipped template"},
        {"action": "{{ foreign }}", "args": {"msg": "x"}, "loop": [1], "name": "Foreign, too"},
        # Other modules have nothing to say, even if they say it.
        {"ansible.builtin.set_fact": {"required_actions": ["ecs:servers:list"]}, "name": "Foreign"},
        # Not waited for at first.
        task("elb_pool", name="web", description="x") | {"name": "Started", "async": 30, "poll": 0, "register": "job"},
        {
            "ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"},
            "register": "end",
            "until": "end is finished",
            "retries": 50,
            "delay": 0.2,
            "name": "Looks",
        },
    ]
    play = {"name": "All", "hosts": "all", "gather_facts": False, "collections": ["otc.elb"], "tasks": tasks}
    extra = {"ansible_async_dir": str(file.parent.parent / "async"), "short": "elb_member_info", "foreign": "debug"}
    played = engine.playbook([play], env=enabled, verbosity=1, extra_vars=extra)
    assert played.rc == 0, played.output
    expected = [
        "elb:members:create",
        "elb:members:get",
        "elb:members:list",
        "elb:pools:delete",
        "elb:pools:get",
        "elb:pools:list",
        "elb:pools:put",
    ]
    assert shown(played) == [expected]
    assert gone["id"] not in {pool["id"] for pool in emulator.state()["pools"]}
    words = all_text(played)
    for name, needs in (
        ("Fails", "elb:pools:get"),
        ("Rescues", "elb:pools:list"),
        ("Ignored", "elb:members:create, elb:members:get, elb:members:list, elb:pools:list"),
        ("Skipped", "nothing, but it was skipped"),
        ("Template", "elb:members:list, elb:pools:list"),
        ("Loop of a template", "elb:members:list, elb:pools:list"),
        ("Started", "elb:pools:list, elb:pools:put"),
    ):
        assert any(f"'{name}'" in line and f"): {needs}" in line for line in played.stdout.splitlines()), (name, played.stdout)
    assert "Foreign" not in words.partition("LEAST IAM POLICY")[2]
    assert "resolved_action" not in words
    assert words.count("so the policy") == 1
    assert "task 'Fails' " in words
    assert "failed, so the policy may lack" in words


def test_what_may_be_lacking_is_said(engine: Engine, emulator: Emulator, file: Path, enabled: dict[str, str | None]) -> None:
    emulator.grant("limited", ["elb:pools:list", "elb:loadbalancers:list"])
    tasks = [
        task("elb_pool_info", name="web") | {"name": "Hidden", "no_log": True},
        task("elb_pool_info", name="{{ item }}") | {"name": "Hidden loop", "no_log": True, "loop": ["a", "b"]},
        task("elb_pool_info", name="web") | {"name": "Left alone", "async": 30, "poll": 0},
        task("elb_pool", **POOL) | {"name": "Denied"},
        task("elb_member", **ONE) | {"name": "Not reached"},
    ]
    play = {"name": "All", "hosts": "all", "gather_facts": False, "tasks": tasks}
    extra = {"ansible_async_dir": str(file.parent.parent / "async")}
    played = engine.playbook([play], env={**enabled, **aksk(emulator, "limited")}, extra_vars=extra)
    assert played.rc != 0
    assert shown(played) == [["elb:loadbalancers:list", "elb:pools:create", "elb:pools:list"]]
    assert allowed(json.loads(file.read_text(encoding="utf-8"))) == shown(played)[0]
    words = all_text(played)
    assert f"The policy, which may be incomplete, is in {file}." in words
    assert "no_log hides the result of task 'Hidden' " in words
    assert "no_log hides the result of task 'Hidden loop' " in words
    assert "the end of the asynchronous task 'Left alone' " in words
    assert "task 'Denied' " in words
    assert "failed because the credential lacks elb:pools:create" in words
    assert "the run failed on localhost, so the policy may lack" in words


def test_a_policy_for_each_play(engine: Engine, emulator: Emulator, file: Path, enabled: dict[str, str | None]) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP"})
    plays = [
        {"name": "Reads", "hosts": "all", "gather_facts": False, "serial": 1, "tasks": [task("elb_pool_info", name="web")]},
        {"name": "Idle", "hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": "x"}}]},
        {"name": "Writes", "hosts": "all", "gather_facts": False, "tasks": [task("elb_pool", name="web", description="x")]},
    ]
    played = engine.playbook(plays, hosts=["a", "b"], env={**enabled, "OTC_ELB_REQUIRED_ACTIONS_PER_PLAY": "true"})
    assert played.rc == 0, played.output
    assert shown(played) == [["elb:pools:list"], [], ["elb:pools:list", "elb:pools:put"]]
    for name in ("Reads", "Idle", "Writes"):
        assert played.stdout.count(f"LEAST IAM POLICY of play [{name}]") == 1
    # The file is for the run; an older one is replaced, and others may read it.
    assert allowed(json.loads(file.read_text(encoding="utf-8"))) == ["elb:pools:list", "elb:pools:put"]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_where_nothing_is_needed_it_says_so(engine: Engine, file: Path, enabled: dict[str, str | None]) -> None:
    played = engine.play([{"ansible.builtin.debug": {"msg": "x"}}], env=enabled)
    assert "No IAM action was needed, so there is nothing to grant." in played.stdout
    assert json.loads(file.read_text(encoding="utf-8")) == {"Version": "1.1", "Statement": []}


@pytest.mark.parametrize(
    "tasks", [[{"ansible.builtin.debug": {"msg": "x"}}], [task("elb_pool", name="web", protocol="TCP")]], ids=["none", "failed"]
)
def test_a_policy_of_a_better_run_is_kept(engine: Engine, file: Path, enabled: dict[str, str | None], tasks: list[Task]) -> None:
    file.parent.mkdir()
    file.write_text("the whole policy", encoding="utf-8")
    played = engine.play(tasks, env=enabled)
    assert "is left unchanged" in all_text(played)
    assert file.read_text(encoding="utf-8") == "the whole policy"


def test_a_wrong_scope_is_named_as_it_was_given(engine: Engine, file: Path, enabled: dict[str, str | None]) -> None:
    played = engine.play([task("elb_pool_info")], env={**enabled, "OTC_ELB_REQUIRED_ACTIONS_SCOPE": "Ever"})
    assert played.rc == 0
    assert "scope (OTC_ELB_REQUIRED_ACTIONS_SCOPE, or in ansible.cfg) must be run or ever. No policy is made" in all_text(played)
    assert not file.exists()


def test_a_file_that_cannot_be_written_ends_nothing(engine: Engine, file: Path, enabled: dict[str, str | None]) -> None:
    file.parent.write_text("a file where a folder should be", encoding="utf-8")
    played = engine.play([task("elb_pool_info")], env=enabled)
    assert played.rc == 0
    assert "could not write" in all_text(played)
    assert shown(played) == [["elb:pools:list"]]


def test_without_being_enabled_it_is_silent(engine: Engine) -> None:
    assert "LEAST IAM POLICY" not in engine.play([task("elb_pool_info")]).stdout
