# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health simulation: checks in their intervals, and what they make of servers that are switched off and on."""

from __future__ import annotations

import time

import pytest

from tests.emulator.client import Emulator
from tests.emulator.health import Health, Schedule

from .api import Api, Json

LISTENER = "demo-http"


@pytest.fixture
def stopped(emulator: Emulator) -> Emulator:
    """Time passes only where a test lets it pass, and new members are checked half an interval later."""
    emulator.clock(factor=0)
    emulator.configure(first_check=0.5)
    return emulator


@pytest.fixture
def pool(api: Api, emulator: Emulator) -> Json:
    return api.pool(listener_id=emulator.listener(LISTENER))


def status(api: Api, pool: Json, member: Json) -> str:
    shown = api.show_member(pool, member)
    assert [one["operating_status"] for one in shown["status"]] == [shown["operating_status"]] * len(shown["status"])
    return str(shown["operating_status"])


def test_a_new_member_is_healthy_after_one_check(api: Api, stopped: Emulator, pool: Json) -> None:
    early = api.member(pool, "192.168.0.1")
    assert early["operating_status"] == "NO_MONITOR"
    api.monitor(pool, delay=10, max_retries=3)
    assert status(api, pool, early) == "INITIAL"
    stopped.clock(advance=4)
    late = api.member(pool, "192.168.0.2")
    assert late["operating_status"] == "INITIAL"
    assert late["status"] == [{"listener_id": stopped.listener(LISTENER), "operating_status": "INITIAL"}]
    stopped.clock(advance=2)
    assert (status(api, pool, early), status(api, pool, late)) == ("ONLINE", "INITIAL")
    stopped.clock(advance=4)
    assert status(api, pool, late) == "ONLINE"


@pytest.mark.parametrize(
    ("failure", "down", "up"),
    [
        # Checks begin at 5, 15, 25, ...: the third that fails is that of 35, and the second that does not is that of 55.
        ("CONNECT_REFUSED", 35, 55),
        # Each of them takes 4 seconds longer: 15 to 19, 29 to 33, 43 to 47. The next one is that of 57.
        ("CONNECT_TIMEOUT", 47, 67),
    ],
)
def test_thresholds(api: Api, stopped: Emulator, pool: Json, failure: str, down: int, up: int) -> None:
    start = stopped.clock()
    api.monitor(pool, delay=10, timeout=4, max_retries=2, max_retries_down=3)
    member = api.member(pool, "192.168.0.1", 80)

    def until(second: float) -> str:
        stopped.clock(advance=start + second - stopped.clock())
        return status(api, pool, member)

    assert until(6) == "ONLINE"
    stopped.server_off("192.168.0.1", 80, failure)
    assert until(down - 0.1) == "ONLINE"
    assert until(down + 0.1) == "OFFLINE"
    (shown,) = api.show_member(pool, member)["status"]
    assert shown["reason"] == {"reason_code": failure, "expected_response": None, "healthcheck_response": None}
    assert until(down + 0.5) == "OFFLINE"
    stopped.server_on("192.168.0.1", 80)
    assert until(up - 0.1) == "OFFLINE"
    assert until(up + 0.1) == "ONLINE"
    assert "reason" not in api.show_member(pool, member)["status"][0]
    assert until(100_000) == "ONLINE"


def test_fewer_failures_than_the_threshold_do_nothing(api: Api, stopped: Emulator, pool: Json) -> None:
    api.monitor(pool, delay=10, max_retries_down=3)
    member = api.member(pool, "192.168.0.1")
    stopped.clock(advance=6)
    for dummy in range(3):
        stopped.server_off("192.168.0.1")
        stopped.clock(advance=20)
        assert status(api, pool, member) == "ONLINE"
        stopped.server_on("192.168.0.1")
        stopped.clock(advance=10)
        assert status(api, pool, member) == "ONLINE"
    stopped.server_off("192.168.0.1")
    stopped.clock(advance=30)
    assert status(api, pool, member) == "OFFLINE"


def test_the_first_result_counts_if_it_is_a_bad_one_too(api: Api, stopped: Emulator, pool: Json) -> None:
    api.monitor(pool, delay=10, expected_codes="202")
    stopped.server_off("192.168.0.1", failure="RESPONSE_MISMATCH")
    member = api.member(pool, "192.168.0.1")
    stopped.clock(advance=6)
    assert status(api, pool, member) == "OFFLINE"
    (shown,) = api.show_member(pool, member)["status"]
    assert shown["reason"] == {"reason_code": "RESPONSE_MISMATCH", "expected_response": "202", "healthcheck_response": "503"}


def test_a_server_is_an_address_and_the_port_that_is_checked(api: Api, stopped: Emulator, pool: Json) -> None:
    monitor = api.monitor(pool, delay=2, max_retries=1, max_retries_down=1)
    one, two, other = api.member(pool, "192.168.0.1", 80), api.member(pool, "192.168.0.1", 81), api.member(pool, "192.168.0.2", 80)

    def offline() -> list[str]:
        stopped.clock(advance=3)
        return [member["id"] for member in (one, two, other) if status(api, pool, member) == "OFFLINE"]

    assert offline() == []
    stopped.server_off("192.168.0.1", 81)
    assert offline() == [two["id"]]
    stopped.server_off("192.168.0.1")
    assert offline() == [one["id"], two["id"]]
    stopped.server_on("192.168.0.1")
    assert offline() == []
    stopped.server_off("192.168.0.1", 9000)
    assert offline() == []
    api.update_monitor(monitor, monitor_port=9000)
    assert offline() == [one["id"], two["id"]]
    api.update_monitor(monitor, monitor_port=None)
    assert offline() == []


def test_checks_that_are_off_or_gone(api: Api, stopped: Emulator, pool: Json) -> None:
    monitor = api.monitor(pool, delay=4)
    member = api.member(pool, "192.168.0.1")
    stopped.clock(advance=3)
    assert status(api, pool, member) == "ONLINE"
    api.update_monitor(monitor, admin_state_up=False)
    assert status(api, pool, member) == "NO_MONITOR"
    api.update_monitor(monitor, admin_state_up=True)
    assert status(api, pool, member) == "INITIAL"
    stopped.clock(advance=3)
    assert status(api, pool, member) == "ONLINE"
    api.update_monitor(monitor, delay=20, name="slow")
    assert status(api, pool, member) == "ONLINE"
    # With another protocol, earlier results count no more.
    api.update_monitor(monitor, type="TCP")
    assert status(api, pool, member) == "INITIAL"
    api.delete_monitor(monitor)
    assert status(api, pool, member) == "NO_MONITOR"


def test_drained_members(api: Api, stopped: Emulator, pool: Json) -> None:
    api.monitor(pool, delay=4)
    member = api.member(pool, "192.168.0.1")
    stopped.clock(advance=3)
    api.update_member(pool, member, weight=0)
    assert status(api, pool, member) == "ONLINE"
    stopped.configure(drained_offline=True)
    assert status(api, pool, member) == "OFFLINE"
    found, dummy = api.list(f"/pools/{pool['id']}/members", "operating_status=OFFLINE")
    assert [item["id"] for item in found] == [member["id"]]
    assert api.update_member(pool, member, weight=1).body["member"]["operating_status"] == "ONLINE"


def test_the_status_at_one_listener(api: Api, emulator: Emulator, pool: Json) -> None:
    second = emulator.listener("demo-http-2")
    assert api.set_default_pool("demo-http-2", pool).status == 200
    emulator.health_monitor(pool["id"])
    member = api.member(pool, "192.168.0.1")
    emulator.set_status(pool["id"], member["id"], "OFFLINE", "CONNECT_TIMEOUT", listener_id=second)
    shown = api.show_member(pool, member)
    assert shown["operating_status"] == "ONLINE"
    assert {one["listener_id"]: one["operating_status"] for one in shown["status"]} == {
        emulator.listener(LISTENER): "ONLINE",
        second: "OFFLINE",
    }
    assert shown["status"][1]["reason"]["reason_code"] == "CONNECT_TIMEOUT"
    emulator.set_status(pool["id"], member["id"], "UNKNOWN")
    shown = api.show_member(pool, member)
    assert (shown["operating_status"], [one["operating_status"] for one in shown["status"]]) == ("UNKNOWN", ["UNKNOWN", "OFFLINE"])
    emulator.set_status(pool["id"], member["id"], None)
    emulator.set_status(pool["id"], member["id"], None, listener_id=second)
    assert status(api, pool, member) == "ONLINE"
    (seeded,) = emulator.seed_members(
        pool["id"],
        {"address": "10.0.0.1", "protocol_port": 80, "status": [{"listener_id": second, "operating_status": "INITIAL"}]},
    )
    shown = api.show_member(pool, {"id": seeded})
    assert (shown["operating_status"], [one["operating_status"] for one in shown["status"]]) == ("ONLINE", ["ONLINE", "INITIAL"])


def test_a_seeded_check(api: Api, stopped: Emulator, pool: Json) -> None:
    member = api.member(pool, "192.168.0.1")
    (ident,) = stopped.seed_kind("healthmonitors", {"pool_id": pool["id"], "delay": 2, "first_check": 1})
    assert api.show_pool(pool)["healthmonitor_id"] == ident
    assert api.show_monitor({"id": ident})["type"] == "HTTP"
    stopped.clock(advance=1.9)
    assert status(api, pool, member) == "INITIAL"
    stopped.clock(advance=0.2)
    assert status(api, pool, member) == "ONLINE"


def test_time_can_pass_faster(api: Api, emulator: Emulator, pool: Json) -> None:
    """An hour in a third of a second, with a first check at a random time."""
    emulator.clock(factor=10_000)
    api.monitor(pool, delay=50, timeout=50, max_retries_down=10)
    member = api.member(pool, "192.168.0.1")
    emulator.watch(pool["id"])
    emulator.server_off("192.168.0.1", failure="RECV_RESPONSE_TIMEOUT")
    deadline = time.monotonic() + 10
    while status(api, pool, member) != "OFFLINE":
        assert time.monotonic() < deadline
    assert emulator.moments()[-1]["members"][0]["operating_status"] == "OFFLINE"


def test_random_first_checks_are_within_the_first_interval(api: Api, emulator: Emulator, pool: Json) -> None:
    emulator.clock(factor=0)
    api.monitor(pool, delay=50)
    members = [api.member(pool, f"192.168.0.{number}") for number in range(1, 21)]
    seen = []
    for dummy in range(10):
        seen.append(sum(status(api, pool, member) == "ONLINE" for member in members))
        emulator.clock(advance=5)
    # By chance all of them come in the same tenth of the interval once in 10 ** 19 times.
    assert seen[0] < 20
    assert len(set(seen)) > 1
    emulator.clock(advance=0.1)
    assert {status(api, pool, member) for member in members} == {"ONLINE"}


def test_it_does_not_matter_how_often_one_looks() -> None:
    schedule = Schedule(delay=3, timeout=2, max_retries=4, max_retries_down=2)
    changes = ((None, 0, 100), ("CONNECT_TIMEOUT", 100, 106), (None, 106, 110), ("CONNECT_REFUSED", 110, 300), (None, 300, 400))
    seen: list[list[tuple[str, int, float]]] = []
    for steps in (1, 7, 1000):
        health = Health(next_check=1)
        seen.append([])
        for failure, begin, end in changes:
            for step in range(1, steps + 1):
                health.follow(schedule, failure, begin + (end - begin) * step / steps)
            seen[-1].append((health.status, health.against, health.next_check))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0] == [("ONLINE", 0, 103), ("ONLINE", 1, 108), ("ONLINE", 0, 111), ("OFFLINE", 0, 303), ("ONLINE", 0, 402)]
