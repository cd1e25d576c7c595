# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creations whose responses were lost, and the messages about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..emulator.client import Emulator
from ..result import Result

Run = Callable[..., Result]
WEB = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
MEMBER = {"pool": "web", "address": "192.168.0.11", "protocol_port": 80}


@pytest.fixture
def pool(emulator: Emulator) -> str:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "listener_id": emulator.listener("demo-http")})
    return str(seeded["id"])


def created(emulator: Emulator, action: str) -> list[float]:
    return [entry["time"] for entry in emulator.requests() if entry["action"] == action]


def test_retry_after_is_honoured_before_it_is_sent_again(module: Run, emulator: Emulator) -> None:
    emulator.fault("answer", action="elb:pools:create", status=503, retry_after=6)
    result = module("elb_pool", **WEB)
    assert result.changed, result["msg"]
    first, second = created(emulator, "elb:pools:create")
    assert second - first >= 6


def test_a_retry_after_beyond_the_tasks_time_is_not_waited_for(module: Run, emulator: Emulator) -> None:
    emulator.fault("answer", action="elb:pools:create", status=503, retry_after=3600)
    result = module("elb_pool", **WEB, timeout=20)
    assert "It is not known whether it will still be created" in result["msg"]
    assert result["msg"].endswith("Wait a minute, then run the task again, which looks first.")
    assert result["status"] == 503
    assert len(created(emulator, "elb:pools:create")) == 1


def test_a_failure_after_an_adopted_creation_says_that_it_changed_something(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.health_monitor(pool)
    emulator.configure(health_delay_ms=3_600_000)
    emulator.fault("reset", when="after", action="elb:members:create")
    result = module("elb_member", **MEMBER, wait=True, timeout=4)
    assert result.failed
    assert result.changed
    assert "is not healthy" in result["msg"]
    assert "Done before that: add member 192.168.0.11:80" in result["msg"]


def test_both_requests_take_effect_late(module: Run, emulator: Emulator) -> None:
    """The first after the looks, the second after its own: the task names both rather than choose one."""
    emulator.fault("later", action="elb:pools:create", status=504, ms=4300)
    emulator.fault("later", action="elb:pools:create", status=504, ms=600)
    result = module("elb_pool", **WEB)
    ids = sorted(each["id"] for each in emulator.state()["pools"])
    assert len(ids) == 2
    # Either both were seen, or a warning says that there may be two later.
    reported = result["ids"] == ids if result.failed else any("sent twice" in warning for warning in result["warnings"])
    assert reported, dict(result)
    assert result.changed


def test_a_lost_response_and_a_refusal_after_it(module: Run, emulator: Emulator) -> None:
    """The refusal is not the whole truth: what the first request asked for may still be made."""
    emulator.fault("answer", action="elb:pools:create", status=504)
    emulator.fault("answer", action="elb:pools:create", status=409, error_code="ELB.8905", error_msg="Quota exceeded.")
    result = module("elb_pool", **WEB)
    assert result["error_code"] == "ELB.8905"
    assert "a response was lost" in result["msg"]
    assert "It is not known whether" in result["msg"]
    # Nothing is there, so nothing is said to be done.
    assert not result.changed
    assert "Done before that" not in result["msg"]


@pytest.mark.parametrize(
    "response", [{"html": True}, {"error_code": "APIGW.0101", "error_msg": "The API does not exist."}], ids=["page", "gateway"]
)
def test_a_404_that_is_not_the_services_does_not_mean_gone(module: Run, emulator: Emulator, pool: str, response: dict[str, Any]) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.fault("answer", status=404, times=None, method="DELETE", **response)
    for result in (
        module("elb_member", **MEMBER, state="absent"),
        module("elb_pool", name="web", state="absent", force=True),
        module("elb_pool_members", pool="web", members=[], purge=True, allow_empty=True),
    ):
        assert result.failed
        assert result["status"] == 404
        assert not result.changed
    emulator.clear_faults()
    # Nor after an attempt whose outcome is not known.
    emulator.fault("answer", status=502, html=True, method="DELETE")
    emulator.fault("answer", status=404, times=None, method="DELETE", **response)
    unknown = module("elb_member", **MEMBER, state="absent")
    assert unknown.failed
    assert "It is not known whether" in unknown["msg"]
    emulator.clear_faults()
    emulator.fault("answer", status=404, times=None, method="GET", **response)
    assert module("elb_member", **{**MEMBER, "pool": pool}, state="absent").failed
    assert module("elb_pool", id=pool, state="absent").failed
    assert len(emulator.state()["pools"]) == 1
