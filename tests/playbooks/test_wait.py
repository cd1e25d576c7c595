# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for health, by the module for one member and by the one for many: both mean the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ..emulator.client import Emulator, Json
from ..result import Result
from .engine import Engine

#: A member is found OFFLINE and ONLINE by one check, every 0.25 seconds with the clock's FACTOR.
CHECK = {"delay": 1, "timeout": 1, "max_retries": 1, "max_retries_down": 1, "first_check": 0.5}
FACTOR = 4
ADDRESS = "192.168.0.11"

Wait = Callable[..., Result]


@pytest.fixture
def pool(emulator: Emulator) -> Json:
    """A pool "web" behind a listener, with a health check and one member."""
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "listener_id": emulator.listener("demo-http")})
    emulator.seed_kind("healthmonitors", {"pool_id": seeded["id"], "type": "HTTP", **CHECK})
    (member,) = emulator.seed_members(seeded["id"], {"address": ADDRESS, "protocol_port": 80})
    emulator.clock(factor=FACTOR)
    return {"pool": seeded["id"], "member": member, "listener": emulator.listener("demo-http")}


@pytest.fixture(params=["elb_member", "elb_pool_members"])
def wait(request: pytest.FixtureRequest, engine: Engine, pool: Json) -> Wait:
    """Waits for the member, and gives the result; fields such as weight are the member's."""
    module: str = request.param

    def run(*, timeout: Any = 20, min_healthy_seconds: Any = 0, **fields: Any) -> Result:
        one = {"address": ADDRESS, "protocol_port": 80, **fields}
        about = one if module == "elb_member" else {"members": [one]}
        return engine.run(module, pool=pool["pool"], **about, wait=True, timeout=timeout, min_healthy_seconds=min_healthy_seconds)

    return run


@contextmanager
def later(seconds: float, *steps: Callable[[], Any]) -> Iterator[None]:
    """Take steps in another thread, each that long after the one before."""
    timers = [threading.Timer(seconds * number, step) for number, step in enumerate(steps, 1)]
    for timer in timers:
        timer.start()
    yield
    for timer in timers:
        timer.cancel()


def test_what_a_listener_says_goes_before_the_members_own_status(emulator: Emulator, pool: Json, wait: Wait) -> None:
    """The service sends no requests to a member that one of its listeners finds OFFLINE."""
    emulator.set_status(pool["pool"], pool["member"], "ONLINE")
    emulator.set_status(pool["pool"], pool["member"], "OFFLINE", reason="CONNECT_TIMEOUT", listener_id=pool["listener"])
    failed = wait(timeout=1)
    assert failed.failed
    assert "is not healthy after 1 seconds: its status is OFFLINE (CONNECT_TIMEOUT)" in failed["msg"]
    emulator.set_status(pool["pool"], pool["member"], "OFFLINE")
    emulator.set_status(pool["pool"], pool["member"], "ONLINE", listener_id=pool["listener"])
    done = wait()
    assert not done.failed, done["msg"]


@pytest.mark.parametrize("status", ["INITIAL", "UNKNOWN"])
def test_without_a_result_it_is_not_healthy(emulator: Emulator, pool: Json, wait: Wait, status: str) -> None:
    emulator.set_status(pool["pool"], pool["member"], status)
    failed = wait(timeout=1)
    assert f"its status is {status}." in failed["msg"]
    with later(2, lambda: emulator.set_status(pool["pool"], pool["member"], None)):
        done = wait()
    assert not done.failed, done["msg"]
    assert not done.changed


def test_weight_0_is_not_waited_for(emulator: Emulator, pool: Json, wait: Wait) -> None:
    emulator.set_status(pool["pool"], pool["member"], "OFFLINE")
    first, again = wait(weight=0), wait(weight=0)
    assert (first.changed, again.changed) == (True, False), first["msg"]
    assert first.warnings == again.warnings == [f"Member {ADDRESS}:80 has weight 0 and gets no requests, so its health is not waited for."]


def test_one_that_is_removed_meanwhile_ends_the_wait(emulator: Emulator, pool: Json, wait: Wait, engine: Engine) -> None:
    emulator.set_status(pool["pool"], pool["member"], "OFFLINE")
    started = time.monotonic()

    def remove() -> None:
        emulator.seed({"id": pool["pool"], "name": "web", "protocol": "HTTP"})

    with later(8, remove):
        failed = wait(timeout=60)
    assert failed.failed
    assert f"Member {ADDRESS}:80 was removed by another client while its health was waited for." in failed["msg"]
    assert time.monotonic() - started < 50


def test_min_healthy_seconds_begin_anew_after_a_break(emulator: Emulator, pool: Json, wait: Wait) -> None:
    """A server that flaps: each time it is found OFFLINE the seconds begin anew."""
    switches: list[float] = []

    def switch(on: bool) -> Callable[[], None]:
        def step() -> None:
            (emulator.server_on if on else emulator.server_off)(ADDRESS)
            switches.append(time.monotonic())

        return step

    with later(2.5, switch(False), switch(True), switch(False), switch(True)):
        done = wait(min_healthy_seconds=4, timeout=60)
        ended = time.monotonic()
    assert not done.failed, done["msg"]
    assert len(switches) == 4
    assert ended - switches[-1] >= 4


def test_min_healthy_seconds_of_one_that_was_healthy_all_the_time(emulator: Emulator, pool: Json, wait: Wait) -> None:
    emulator.clock(advance=10)
    done = wait(min_healthy_seconds=2)
    assert not done.failed, done["msg"]
    assert not done.changed
    looks = [entry["time"] for entry in emulator.requests() if entry["method"] == "GET"][1:]
    assert looks[-1] - looks[0] >= 2


def test_one_that_does_not_stay_healthy(emulator: Emulator, pool: Json, wait: Wait) -> None:
    with later(2, lambda: emulator.server_off(ADDRESS, failure="RESPONSE_MISMATCH")):
        failed = wait(min_healthy_seconds=6, timeout=8)
    assert "is not healthy after 8 seconds: its status is OFFLINE (RESPONSE_MISMATCH, expected 200, got 503)" in failed["msg"]
    assert "The member stays in the pool" in failed["msg"]


def test_options_that_cannot_work(emulator: Emulator, pool: Json, wait: Wait, engine: Engine) -> None:
    assert "min_healthy_seconds must be 0 to 86400, not -1" in wait(min_healthy_seconds=-1)["msg"]
    assert "min_healthy_seconds (20) must be less than timeout (20)" in wait(min_healthy_seconds=20)["msg"]
    alone = engine.run("elb_member", pool="web", address=ADDRESS, protocol_port=80, min_healthy_seconds=1)
    assert "min_healthy_seconds has an effect only with 'wait: true'" in alone["msg"]
    assert emulator.requests() == []
