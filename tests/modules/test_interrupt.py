# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interrupt ends a task soon and with a truthful result; no thread is left hanging."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator

Json = dict[str, Any]
CHECKOUT = Path(__file__).parents[2]
RUN = """
import json, sys
sys.path[:0] = [sys.prefix + "/collections", "."]
from tests.unit.inprocess import call
module, options, env = json.loads(sys.argv[1])
print(json.dumps(call(module, env=env, **options)))
"""
MEMBERS = [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in range(1, 200)]


def hear_interrupts() -> None:
    """A shell lets what it starts in the background ignore SIGINT, and so the tests of a CI server."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(emulator: Emulator, number: signal.Signals, module: str, **options: Any) -> tuple[Json, float]:
    """The result of a module that is interrupted as soon as it has written something, and the seconds that it took from then on.

    A request of the module of the test before may arrive late, and is none of this one.
    """
    pool, count = (options["pool"], 1) if "pool" in options else ("/pools", 2)
    arguments = json.dumps([module, options, aksk(emulator)])
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, arguments], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, preexec_fn=hear_interrupts
    )
    try:
        deadline = time.monotonic() + 30
        while sum(pool in entry["path"] for entry in emulator.writes()) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        started = time.monotonic()
        output, dummy = process.communicate(timeout=30)
    finally:
        process.kill()
    result: Json = json.loads(output)
    return result, time.monotonic() - started


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_request(emulator: Emulator, number: signal.Signals) -> None:
    """While every response to the request to create is "busy"."""
    emulator.fault("answer", action="elb:pools:create", status=409, error_msg="is immutable", times=None)
    new = {"name": "web", "loadbalancer": emulator.loadbalancer("demo"), "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    result, seconds = interrupted(emulator, number, "elb_pool", **new)
    assert result["failed"]
    assert "Interrupted" in result["msg"]
    assert result["required_actions"] == ["elb:pools:create", "elb:pools:list"]
    assert not result.get("changed")
    assert seconds < 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_many_workers(emulator: Emulator, number: signal.Signals) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    emulator.configure(latency_ms=150)
    result, seconds = interrupted(emulator, number, "elb_pool_members", pool=seeded["id"], members=MEMBERS, concurrency=8)
    assert result["failed"]
    assert result["changed"]
    assert "Interrupted" in result["msg"]
    assert "Done before that: add member" in result["msg"]
    assert seconds < 5
    (pool,) = emulator.state()["pools"]
    assert 0 < len(pool["members"]) < len(MEMBERS)


def test_while_the_service_asks_to_be_left_alone(emulator: Emulator) -> None:
    """All workers wait for a Retry-After that is far away; an interrupt ends it nevertheless."""
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    emulator.fault("answer", action="elb:members:create", status=429, retry_after=100, times=None, skip=5)
    result, seconds = interrupted(emulator, signal.SIGINT, "elb_pool_members", pool=seeded["id"], members=MEMBERS, concurrency=8)
    assert result["failed"]
    assert "Interrupted" in result["msg"]
    assert seconds < 5
