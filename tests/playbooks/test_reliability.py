# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Every kind of trouble, at every operation, through ansible-playbook: the task ends right, or says what is not known.

The table in docs/reliability.md is made of what is seen here; ``WRITE_DOCS=1`` writes it anew, otherwise it must agree.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from ..emulator.client import Emulator
from .engine import Engine, PlayRun, Task, task

Json = dict[str, Any]
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"

#: kind of trouble -> the fault, and the options of the modules while it happens
KINDS: dict[str, tuple[Json, Json]] = {
    "connection reset before the change": ({"do": "reset", "when": "before"}, {}),
    "connection reset after the change": ({"do": "reset", "when": "after"}, {}),
    "connection closed without an answer, after the change": ({"do": "close", "when": "after"}, {}),
    "answer cut off, after the change": ({"do": "truncate", "when": "after"}, {}),
    "HTML error page (502), before the change": ({"do": "answer", "status": 502, "html": True}, {}),
    "HTML page with status 200, before the change": ({"do": "answer", "status": 200, "html": True}, {}),
    "429 without Retry-After": ({"do": "answer", "status": 429}, {}),
    "429 with Retry-After: 1": ({"do": "answer", "status": 429, "retry_after": 1}, {}),
    "500 after the change": ({"do": "answer", "status": 500, "when": "after"}, {}),
    "503 before the change": ({"do": "answer", "status": 503}, {}),
    "504 after the change": ({"do": "answer", "status": 504, "when": "after"}, {}),
    "504, and the change half a second later": ({"do": "later", "status": 504, "ms": 500}, {}),
    "answer slower than api_timeout": ({"do": "delay", "ms": 1800}, {"api_timeout": 1.0}),
    "load balancer busy (409)": (
        {"do": "answer", "status": 409, "error_msg": "Load balancer is immutable and cannot be updated (PENDING_UPDATE)."},
        {},
    ),
}
READS, WRITES = ("get", "list"), ("create", "put", "delete")
#: operation -> the place of the task that needs it, in the play of ``story``
TASKS = {
    "elb:pools:list": 0,
    "elb:pools:create": 0,
    "elb:pools:get": 1,
    "elb:pools:put": 2,
    "elb:members:list": 3,
    "elb:members:create": 3,
    "elb:members:get": 4,
    "elb:members:put": 5,
    "elb:members:delete": 6,
    "elb:pools:delete": 7,
}
CHANGED = [True, False, True, True, False, True, True, True]


def story(options: Json) -> list[Task]:
    """The life of a pool and a member: each of the ten operations is needed, and first needed by a task of its own."""
    pool, member = "{{ pool.pool.id }}", "{{ member.member.id }}"
    new = {"name": "web", "loadbalancer": "3f8a2c10-4b7d-4e11-8c55-a1b2c3d4e501", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    one = {"pool": pool, "address": "192.168.0.11", "protocol_port": 80}
    return [
        task("elb_pool", **new, **options) | {"register": "pool"},
        task("elb_pool", id=pool, protocol="HTTP", **options),
        task("elb_pool", name="web", description="new", **options),
        task("elb_member", **one, weight=3, **options) | {"register": "member"},
        task("elb_member_info", pool=pool, id=member, **options),
        task("elb_member", **one, weight=0, **options),
        task("elb_member", **one, state="absent", **options),
        task("elb_pool", name="web", state="absent", **options),
    ]


def play_with(engine: Engine, emulator: Emulator, kind: str, actions: list[str]) -> PlayRun:
    fault, options = KINDS[kind]
    for action in actions:
        emulator.fault(**fault, action=action)
    return engine.play(story(options))


def how(emulator: Emulator, action: str) -> str:
    """What was done about the trouble at an operation, as the requests tell."""
    entries = sorted(emulator.requests(), key=lambda entry: entry["time"])
    # Each operation meets its fault the first time that it is needed.
    first = next(place for place, entry in enumerate(entries) if entry["action"] == action)
    following = [entry["action"] for entry in entries[first + 1 :]]
    if not action.endswith(":create"):
        return "sent again" if following[:1] == [action] else "no need: the answer has no body"
    looks = next((n for n, each in enumerate(following) if each != action.replace(":create", ":list")), len(following))
    if following[looks : looks + 1] != [action]:
        # How many looks it takes is a matter of when the change takes effect.
        return "looked, found"
    return f"looked {looks} times, sent again, looked again" if looks else "sent again"


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_ends_right(engine: Engine, emulator: Emulator, kind: str) -> None:
    reads_only = kind.startswith("load balancer busy")
    actions = [action for action in TASKS if not (reads_only and action.endswith(READS))]
    played = play_with(engine, emulator, kind, actions)
    assert [result.failed for result in played.results] == [False] * 8, [result.get("msg") for result in played.results]
    assert [result.changed for result in played.results] == CHANGED
    assert emulator.state()["pools"] == []
    assert played.results[0]["pool"]["name"] == "web"
    assert played.results[3]["member"]["weight"] == 3
    assert played.results[5]["member"]["weight"] == 0
    # Nothing was made twice, not even for a moment.
    done = [entry["action"] for entry in emulator.requests() if entry["done"]]
    assert [done.count(action) for action in ("elb:pools:create", "elb:members:create")] == [1, 1]
    assert sum(fault["done"] for fault in emulator.faults()) == len(actions)
    # What is still under way is not left to the next test.
    time.sleep(KINDS[kind][0].get("ms", 0) / 1000)
    seen = {action: how(emulator, action) if action in actions else "does not happen" for action in TASKS}
    check_row(kind, seen)


def check_row(kind: str, seen: dict[str, str]) -> None:
    """The page's row is what was seen."""
    row = f"| {kind} | " + " | ".join(seen[action] for action in TASKS) + " |"
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("WRITE_DOCS"):
        page = re.sub(rf"^\| {re.escape(kind)} \|.*$", lambda dummy: row, page, flags=re.MULTILINE)
        PAGE.write_text(page, encoding="utf-8")
    assert row in page.splitlines(), row


NEW = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}


def test_a_pool_that_is_made_late_by_a_slow_gateway_is_not_left_unsaid(engine: Engine, emulator: Emulator) -> None:
    """The first request takes effect only after the look, so there are two pools in the end: the task must say so."""
    emulator.fault("later", action="elb:pools:create", status=504, ms=4300)
    result = engine.run("elb_pool", **NEW)
    ids = sorted(pool["id"] for pool in emulator.state()["pools"])
    assert len(ids) == 2
    assert result.failed
    assert result.changed
    assert result["ids"] == ids
    assert all(pool in result["msg"] for pool in ids)


def test_an_unknown_outcome_is_said_when_the_time_is_up(engine: Engine, emulator: Emulator) -> None:
    emulator.fault("answer", action="elb:pools:create", status=504, times=None)
    emulator.fault("answer", action="elb:pools:put", status=504, times=None)
    (seeded,) = emulator.seed({"name": "old", "protocol": "HTTP"})
    created, updated = engine.play(
        [task("elb_pool", **NEW, timeout=3), task("elb_pool", id=seeded["id"], description="x", timeout=3)]
    ).results
    for result in (created, updated):
        assert result.failed
        assert "It is not known whether" in result["msg"]
        assert result["status"] == 504


def test_a_service_that_stays_down_is_said_with_the_number_of_tries(engine: Engine, emulator: Emulator) -> None:
    emulator.fault("answer", action="elb:pools:list", status=503, times=None)
    result = engine.run("elb_pool_info", timeout=3)
    assert result["status"] == 503
    tries = len(emulator.requests())
    assert tries > 1
    assert f"Tried {tries} times" in result["msg"]


def test_a_host_that_is_not_there_is_said_soon(engine: Engine, emulator: Emulator) -> None:
    result = engine.run("elb_pool_info", endpoint="http://127.0.0.1:9", timeout=60)
    assert "127.0.0.1:9 cannot be reached (Connection refused)" in result["msg"]


def test_a_retry_after_that_is_too_far_away_is_not_waited_for(engine: Engine, emulator: Emulator) -> None:
    emulator.fault("answer", action="elb:pools:list", status=429, retry_after=3600, times=None)
    result = engine.run("elb_pool_info", timeout=20)
    assert result["status"] == 429
    assert len(emulator.requests()) == 1


def test_an_expired_token_without_a_way_to_renew_it_is_said(engine: Engine, emulator: Emulator) -> None:
    emulator.fault("expire", times=1)
    result = engine.run("elb_pool", **NEW)
    assert result["status"] == 401
    assert "Check the credential" in result["msg"]
    assert emulator.state()["pools"] == []


@pytest.mark.parametrize(
    ("options", "seeds", "words", "writes"),
    [
        ({"listener": "demo-http"}, [{"name": "other", "protocol": "HTTP", "listener": True}], "ELB.8907", 1),
        # Known from the look-up already: its members are not removed first, either.
        ({"state": "absent", "force": True}, [{"name": "web", "protocol": "HTTP", "monitored": True}], "it has the health check", 0),
    ],
)
def test_a_conflict_that_stays_fails_at_once(
    engine: Engine, emulator: Emulator, options: Json, seeds: list[Json], words: str, writes: int
) -> None:
    for seed in seeds:
        listener = {"listener_id": emulator.listener("demo-http")} if seed.pop("listener", False) else {}
        monitored = seed.pop("monitored", False)
        (made,) = emulator.seed({**seed, "loadbalancer_id": emulator.loadbalancer("demo"), **listener})
        if monitored:
            emulator.health_monitor(made["id"])
    result = engine.run("elb_pool", **NEW, **options)
    assert words in result["msg"]
    assert len(emulator.writes()) == writes


def test_removal_protection_fails_at_once(engine: Engine, emulator: Emulator) -> None:
    (seeded,) = emulator.seed(
        {
            "name": "web",
            "protocol": "HTTP",
            "member_deletion_protection_enable": True,
            "members": [{"address": "192.168.0.11", "protocol_port": 80, "weight": 5}],
        }
    )
    gone = {"address": "192.168.0.11", "port": 80, "state": "absent"}
    results = engine.play(
        [
            # Where the pool is known, the member is not even drained.
            task("elb_member", pool="web", **gone, drain_seconds=1),
            task("elb_pool_members", pool="web", members=[], purge=True, drain_seconds=1),
            task("elb_pool", name="web", state="absent", force=True),
            task("elb_member", pool=seeded["id"], **gone),
        ]
    ).results
    assert all(result.failed and "member_deletion_protection_enable" in result["msg"] for result in results)
    assert [write["method"] for write in emulator.writes()] == ["DELETE"]


def test_a_member_that_somebody_else_just_added_is_simply_there(engine: Engine, emulator: Emulator) -> None:
    """The list was empty a moment ago; when the request to add arrives, the member is there."""
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    emulator.seed_members(seeded["id"], {"address": "192.168.0.11", "protocol_port": 80, "weight": 5})
    emulator.distort(set={"$.members": []}, action="elb:members:list", times=1)
    same = engine.run("elb_member", pool="web", address="192.168.0.11", port=80)
    assert not same.failed, same["msg"]
    assert not same.changed
    emulator.distort(set={"$.members": []}, action="elb:members:list", times=1)
    other = engine.run("elb_member", pool="web", address="192.168.0.11", port=80, weight=7)
    assert other.changed
    assert other["member"]["weight"] == 7


def test_what_was_done_before_a_failure_is_said(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "members": [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in (1, 2, 3)]})
    emulator.fault("answer", action="elb:members:delete", status=400, error_code="ELB.8902", error_msg="No.", skip=2)
    result = engine.run("elb_pool", name="web", state="absent", force=True)
    assert result.failed
    assert result.changed
    assert result["msg"].count("remove member") == 3
    assert "Done before that: " in result["msg"]


def test_fifty_hosts_add_themselves_at_once_to_a_busy_load_balancer(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    emulator.configure(busy_ms=60)
    hosts = [f"192.168.0.{n}" for n in range(1, 51)]
    played = engine.play(
        [task("elb_member", pool="web", address="{{ inventory_hostname }}", protocol_port=80, name="host-{{ inventory_hostname }}")],
        hosts=hosts,
        forks=50,
    )
    assert [result.get("msg") for result in played.results if not result.changed] == []
    (pool,) = emulator.state()["pools"]
    assert sorted(member["address"] for member in pool["members"]) == sorted(hosts)
    assert any(entry["status"] == 409 for entry in emulator.requests()), "nobody found it busy"


def test_an_async_task_has_a_truthful_result(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    emulator.configure(latency_ms=300)
    started, finished = engine.play(
        [
            task("elb_pool", **NEW) | {"async": 60, "poll": 0, "register": "job"},
            task("ansible.builtin.async_status", jid="{{ job.ansible_job_id }}")
            | {"register": "state", "until": "state.finished", "retries": 60, "delay": 1},
        ],
        extra_vars={"ansible_async_dir": str(tmp_path / "async")},
    ).results
    assert started["started"]
    assert finished.changed, dict(finished)
    assert finished["pool"]["name"] == "web"
    assert finished["required_actions"] == ["elb:loadbalancers:list", "elb:pools:create", "elb:pools:list"]
    assert len(emulator.state()["pools"]) == 1
