# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the documentation do what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from ..credentials import aksk
from ..emulator.client import Emulator, Json
from .engine import Engine, PlayRun, task

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = CHECKOUT / "docs" / "examples"
HEALTHY = ("ONLINE", "NO_MONITOR")


def first_example(page: str) -> list[Json]:
    """The plays that a page begins with, for the emulator's load balancer."""
    (text, *dummy) = re.findall("^```yaml\n(.*?)^```$", (CHECKOUT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found: list[Json] = yaml.safe_load(text.replace("production", "demo"))
    return found if "hosts" in found[0] else [{"hosts": "localhost", "gather_facts": False, "tasks": found}]


def test_the_pages_begin_with_what_works(engine: Engine, emulator: Emulator) -> None:
    """Both pages make the same pool, with a listener that has none before."""
    for page, changed in (("README.md", True), ("docs/getting-started.md", False)):
        played = engine.playbook(first_example(page))
        assert played.rc == 0, played.output
        assert [result.changed for result in played.results] == [changed, changed], page
    (found,) = emulator.state()["pools"]
    assert found["id"] == emulator.state()["listeners"]["demo-http"]


def test_quickstart_ends_well_and_leaves_nothing(engine: Engine, emulator: Emulator) -> None:
    played = engine.playbook(EXAMPLES / "quickstart.yml")
    assert played.rc == 0, played.output
    (drained,) = played.of("Take one server out, it gets no new requests")
    assert drained["member"]["weight"] == 0
    assert emulator.state()["pools"] == []
    assert emulator.requests(method="DELETE")
    assert emulator.requests(action="elb:members:get"), "No member was waited for."
    waited = [item["member"] for result in played.of("Its members, each until it is healthy") for item in result["results"]]
    assert [member["operating_status"] for member in waited] == ["ONLINE"] * 6


def test_least_privilege_in_ci(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    policy = tmp_path / "approved policy.json"
    env = {
        f"{role}_{key[3:]}": value
        for role, user in {"READER": "reader", "DEPLOYER": "limited"}.items()
        for key, value in aksk(emulator, user).items()
    }
    # The pipeline itself has no credential.
    env |= {"PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"}
    none = {"OS_ACCESS_KEY": None, "OS_SECRET_KEY": None}

    def pipeline(*approved: str, playbook: Path = EXAMPLES / "migrate.yml") -> subprocess.CompletedProcess[str]:
        emulator.grant("limited", list(approved))
        statement = {"Effect": "Allow", "Action": list(approved)}
        policy.write_text(json.dumps({"Version": "1.1", "Statement": [statement]}), encoding="utf-8")
        script = str(EXAMPLES / "least_privilege_ci.sh")
        return engine.command("/bin/sh", script, str(playbook), str(policy), env={**none, **env})

    reading = ["elb:loadbalancers:list", "elb:members:list", "elb:pools:list"]
    # Those of every run: the next one updates what this one creates.
    later = ["elb:members:put", "elb:pools:put"]
    stopped = pipeline(*reading, *later, "elb:pools:create")
    assert stopped.returncode != 0
    assert "Not in the approved policy; add what is intended: elb:members:create" in stopped.stdout
    assert emulator.writes() == []
    done = pipeline(*reading, *later, "elb:pools:create", "elb:members:create")
    assert done.returncode == 0, done.stdout + done.stderr
    (pool,) = emulator.state()["pools"]
    assert len(pool["members"]) == 2

    # An ignored failure: the policy may lack something, so nothing is compared with it.
    failing = tmp_path / "failing.yml"
    failing.write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task("elb_pool", name="missing") | {"ignore_errors": True}]}])
    )
    doubtful = pipeline(*reading, playbook=failing)
    assert doubtful.returncode == 1
    assert doubtful.stderr.endswith("The policy may be incomplete: see the warnings above.\n")


def pool(emulator: Emulator, weights: Sequence[int], **last: Any) -> str:
    """The pool of the examples, with the hosts of their inventory as far as there are weights."""
    members: list[Json] = [
        {"name": f"web-{n}", "address": f"192.168.0.1{n}", "protocol_port": 8080, "weight": weight} for n, weight in enumerate(weights, 1)
    ]
    members[-1].update(last)
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo"), "members": members})
    emulator.watch(seeded["id"])
    return str(seeded["id"])


def play(engine: Engine, emulator: Emulator, name: str, **variables: Any) -> PlayRun:
    """Plays an example with just the actions that it says it needs; the short waits are the test's."""
    (declared,) = re.findall(r"^# IAM actions:((?:.*\n)(?:#   .*\n)*)", (EXAMPLES / name).read_text(encoding="utf-8"), re.MULTILINE)
    actions = re.findall(r"elb:\w+:\w+", declared)
    user = emulator.user("limited")
    emulator.grant("limited", actions)
    keys = {"OS_ACCESS_KEY": user["access_key"], "OS_SECRET_KEY": user["secret_key"]}
    return engine.playbook(EXAMPLES / name, hosts=EXAMPLES / "inventory.yml", env=keys, extra_vars={**LOCAL, **variables})


#: The hosts of the examples' inventory are all this machine.
LOCAL = {
    "rolling_update_drain_seconds": 0,
    "rolling_update_min_healthy_seconds": 0,
    "watch_seconds": 1,
    "patience": 2,
    "healthy_seconds": 0,
}


def weights(emulator: Emulator) -> list[int]:
    (found,) = emulator.state()["pools"]
    return [member["weight"] for member in sorted(found["members"], key=lambda member: str(member["name"]))]


def fewest_serving(emulator: Emulator) -> int:
    return min(
        sum(1 for member in moment["members"] if member["weight"] and member["operating_status"] in HEALTHY)
        for moment in emulator.moments()
    )


def test_rolling_update(engine: Engine, emulator: Emulator) -> None:
    pool(emulator, [10] * 6)
    played = play(engine, emulator, "rolling_update.yml")
    assert played.rc == 0, played.output
    assert fewest_serving(emulator) == 4
    assert len(emulator.writes()) == 12
    assert weights(emulator) == [10] * 6


def test_blue_green(engine: Engine, emulator: Emulator) -> None:
    """Green is new to the pool, then blue is to be live again but is not healthy, so that green goes on."""
    pool_id = pool(emulator, [10, 10, 10])
    emulator.health_monitor(pool_id)
    emulator.configure(health_delay_ms=300)
    switched = play(engine, emulator, "blue_green.yml", live="green", patience=60)
    assert switched.rc == 0, switched.output
    assert weights(emulator) == [0, 0, 0, 10, 10, 10]
    (found,) = emulator.state()["pools"]
    (first,) = [member["id"] for member in found["members"] if member["name"] == "web-1"]
    emulator.set_status(pool_id, first, "OFFLINE")
    back = play(engine, emulator, "blue_green.yml", live="blue")
    assert back.rc != 0
    assert "OFFLINE" in back.output
    assert weights(emulator) == [10] * 6
    assert fewest_serving(emulator) == 3


def test_blue_green_by_pools(engine: Engine, emulator: Emulator) -> None:
    """The listener is switched in one request, once all servers of the new pool are healthy, and back in one more."""
    emulator.configure(first_check=0)
    for live in ("blue", "green", "blue"):
        emulator.forget()
        played = play(engine, emulator, "blue_green_pools.yml", live=live, patience=60)
        assert played.rc == 0, played.output
        state = emulator.state()
        (pool,) = (pool for pool in state["pools"] if pool["name"] == f"web-{live}")
        assert state["listeners"]["demo-http"] == pool["id"]
        assert len(pool["members"]) == 3
    assert [entry["action"] for entry in emulator.writes()] == ["elb:listeners:put"]
    emulator.server_off("192.168.0.15")
    emulator.clock(advance=30)
    stays = play(engine, emulator, "blue_green_pools.yml", live="green")
    assert stays.rc != 0
    assert "192.168.0.15:8080 is not healthy" in stays.output
    assert emulator.state()["listeners"]["demo-http"] == pool["id"]


def test_canary(engine: Engine, emulator: Emulator) -> None:
    pool(emulator, [10] * 5)
    played = play(engine, emulator, "canary.yml")
    assert played.rc == 0, played.output
    assert weights(emulator) == [10] * 6
    of_canary = [member["weight"] for moment in emulator.moments() for member in moment["members"] if member["name"] == "web-6"]
    assert of_canary == [1, 5, 10]


def test_canary_that_dies(engine: Engine, emulator: Emulator) -> None:
    pool(emulator, [10] * 5 + [0], operating_status="OFFLINE")
    played = play(engine, emulator, "canary.yml")
    assert played.rc != 0
    (shown,) = played.of("Say why")
    assert "web-6 is out of service again: Member 192.168.0.16:8080 is not healthy" in shown["msg"]
    assert weights(emulator) == [10] * 5 + [0]
