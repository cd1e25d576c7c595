# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of failure, at every operation, through ansible-playbook: the task succeeds, or reports what is not known.

The table in docs/reliability.md is compared with the results. ``WRITE_DOCS=1`` writes it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS

from ..emulator.client import Emulator
from .engine import Engine, task
from .story import KINDS, READS, ended_right, story

Json = dict[str, Any]


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_ends_right(engine: Engine, emulator: Emulator, kind: str) -> None:
    reads_only = kind.startswith("load balancer busy")
    actions = [action for action in OPERATIONS if not (reads_only and action.endswith(READS))]
    fault, options = KINDS[kind]
    for action in actions:
        emulator.fault(**fault, action=action)
    played = engine.play(story(options))
    # What is still under way is not left to the next test.
    time.sleep(fault.get("ms", 0) / 1000)
    ended_right(emulator, played, kind, actions)


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
    # The engine's credential is AK/SK.
    assert "OS_SECURITY_TOKEN is not left over from another pair of keys" in result["msg"]
    assert emulator.state()["pools"] == []


@pytest.mark.parametrize(
    ("options", "seeds", "words", "writes"),
    [
        # Known from the lookup already.
        ({"listener": "demo-http"}, [{"name": "other", "protocol": "HTTP", "listener": True}], "has the default pool", 0),
        # Of a pool without members, policies are not looked for.
        ({"state": "absent"}, [{"name": "web", "protocol": "HTTP", "policy": True}], "Remove the forwarding policies", 1),
    ],
)
def test_a_conflict_that_stays_fails_at_once(
    engine: Engine, emulator: Emulator, options: Json, seeds: list[Json], words: str, writes: int
) -> None:
    for seed in seeds:
        listener = {"listener_id": emulator.listener("demo-http")} if seed.pop("listener", False) else {}
        policy = seed.pop("policy", False)
        (made,) = emulator.seed({**seed, "loadbalancer_id": emulator.loadbalancer("demo"), **listener})
        if policy:
            emulator.forwarding_policy(made["id"])
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
            task("elb_pool_members", pool="web", members=[], purge=True, allow_empty=True, drain_seconds=1),
            task("elb_pool", name="web", state="absent", force=True),
            task("elb_member", pool=seeded["id"], **gone),
        ]
    ).results
    assert all(result.failed and "member_deletion_protection_enable" in result["msg"] for result in results)
    assert [write["method"] for write in emulator.writes()] == ["DELETE"]


def test_a_member_that_another_client_just_added_is_used(engine: Engine, emulator: Emulator) -> None:
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
    assert any(entry["status"] == 409 for entry in emulator.requests()), "no request found it busy"


MANY = [{"address": f"192.168.0.{number}", "protocol_port": 80} for number in range(1, 101)]


def test_an_async_task_has_a_truthful_result(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    emulator.configure(latency_ms=100)
    until_finished: Json = {"register": "state", "until": "state.finished", "retries": 60, "delay": 1}
    pool, members = engine.play(
        [
            task("elb_pool", **NEW) | {"async": 60, "poll": 0, "register": "job"},
            task("ansible.builtin.async_status", jid="{{ job.ansible_job_id }}") | until_finished,
            task("elb_pool_members", pool="web", members=MANY) | {"async": 60, "poll": 0, "register": "job"},
            task("ansible.builtin.async_status", jid="{{ job.ansible_job_id }}") | until_finished,
        ],
        extra_vars={"ansible_async_dir": str(tmp_path / "async")},
    ).results[1::2]
    assert pool.changed, dict(pool)
    assert pool["pool"]["name"] == "web"
    assert pool["required_actions"] == ["elb:loadbalancers:list", "elb:pools:create", "elb:pools:list"]
    assert members["summary"]["added"] == len(MANY), dict(members)
    (there,) = emulator.state()["pools"]
    assert len(there["members"]) == len(MANY)


def test_ctrl_c_leaves_nothing_running(engine: Engine, emulator: Emulator) -> None:
    """Of a task with many workers, and of one that is repeated for ever."""
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    emulator.configure(latency_ms=200)
    hosts = {"hosts": "all", "gather_facts": False, "strategy": "free"}
    bulk = task("elb_pool_members", pool=seeded["id"], members=MANY, concurrency=8) | {"when": "inventory_hostname == 'a'"}
    busy = task("elb_pool", id=seeded["id"], description="new") | {"when": "inventory_hostname == 'b'"}
    emulator.fault("answer", action="elb:pools:put", status=409, error_msg="is immutable", times=None)
    played = engine.playbook(
        [{**hosts, "tasks": [bulk, busy]}], hosts=["a", "b"], interrupt=lambda: len(emulator.writes()) > 10, timeout=30
    )
    assert played.rc != 0
    assert "Traceback" not in played.output
    # A request that was under way is still answered; after that there are no more.
    time.sleep(1)
    seen = len(emulator.requests())
    time.sleep(1)
    assert len(emulator.requests()) == seen
    (there,) = emulator.state()["pools"]
    assert 0 < len(there["members"]) < len(MANY)
