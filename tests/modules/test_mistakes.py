# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defects of other clients, which must not occur here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..emulator.client import Emulator
from ..result import Result

Run = Callable[..., Result]
ONE: dict[str, Any] = {"pool": "web", "address": "192.168.0.11", "protocol_port": 80}


@pytest.fixture
def pool(emulator: Emulator) -> str:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo"), "description": "d"})
    return str(seeded["id"])


def test_weight_0_was_silently_dropped_by_a_truthiness_test(module: Run, emulator: Emulator, pool: str) -> None:
    assert module("elb_member", **ONE, weight=0)["member"]["weight"] == 0
    assert module("elb_member", **{**ONE, "protocol_port": 81}, weight=5)["member"]["weight"] == 5
    assert module("elb_member", **{**ONE, "protocol_port": 81}, weight=0)["member"]["weight"] == 0
    assert (
        module("elb_pool_members", pool="web", members=[{"address": "192.168.0.12", "port": 80, "weight": 0}])["members"][-1]["weight"] == 0
    )


def test_an_update_with_nothing_in_it_was_sent_and_refused(module: Run, emulator: Emulator, pool: str) -> None:
    assert not module("elb_pool", name="web").changed
    assert not module("elb_pool", id=pool, description="d").changed
    assert emulator.writes() == []


def test_check_mode_always_said_changed(module: Run, emulator: Emulator, pool: str) -> None:
    module("elb_member", **ONE, weight=3)
    assert not module("elb_pool", name="web", description="d", check=True).changed
    assert not module("elb_member", **ONE, weight=3, check=True).changed


def test_the_update_was_always_sent(module: Run, emulator: Emulator, pool: str) -> None:
    module("elb_member", **ONE, weight=3)
    emulator.forget()
    module("elb_pool", name="web", description="d", protocol="HTTP", session_persistence={"enable": False})
    module("elb_member", **ONE, weight=3, name="")
    module("elb_pool_members", pool="web", members=[{"address": ONE["address"], "port": 80, "weight": 3}])
    assert emulator.writes() == []


def test_unmanaged_fields_were_reset(module: Run, emulator: Emulator, pool: str) -> None:
    module("elb_member", **ONE, weight=3, name="web-1")
    assert module("elb_member", **ONE, weight=4)["member"]["name"] == "web-1"
    assert module("elb_pool", name="web", lb_algorithm="SOURCE_IP")["pool"]["description"] == "d"


def test_member_absent_failed_when_the_pool_was_already_gone(module: Run, emulator: Emulator) -> None:
    result = module("elb_member", **ONE, state="absent")
    assert not result.failed
    assert not result.changed


def test_replace_all_emptied_the_pool_before_it_filled_it(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.1", "protocol_port": 80})
    module("elb_pool_members", pool="web", members=[{"address": "192.168.0.2", "port": 80}], purge=True)
    assert [write["method"] for write in emulator.writes()] == ["POST", "DELETE"]


def test_members_were_compared_by_address_alone(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.1", "protocol_port": 80})
    result = module("elb_pool_members", pool="web", members=[{"address": "192.168.0.1", "port": 81}], purge=True)
    assert result["summary"] == {"added": 1, "updated": 0, "removed": 1, "unchanged": 0}


def test_a_load_balancer_busy_with_the_previous_change_failed_the_task(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.configure(busy_ms=700)
    assert module("elb_pool", name="web", description="1").changed
    assert module("elb_pool", name="web", description="2").changed
    assert any(entry["status"] == 409 for entry in emulator.requests())


def test_stickiness_could_be_set_and_never_removed(module: Run, emulator: Emulator, pool: str) -> None:
    assert module("elb_pool", name="web", session_persistence={"type": "HTTP_COOKIE"})["pool"]["session_persistence"]
    assert module("elb_pool", name="web", session_persistence={"enable": False})["pool"]["session_persistence"] is None


def test_subnet_cidr_id_was_given_the_vpc_subnets_id(module: Run, emulator: Emulator, pool: str) -> None:
    result = module("elb_member", **ONE, subnet_cidr_id=emulator.subnet("192.168.0.0/24")["vpc_subnet_id"])
    assert "subnet_cidr_id is the Neutron ID" in result["msg"]
    assert "not the VPC subnet's own ID" in result["msg"]


def test_a_name_that_was_given_as_id_was_taken_for_gone(module: Run, emulator: Emulator, pool: str) -> None:
    for result in (module("elb_pool", id="web", state="absent"), module("elb_member", pool=pool, id="web-1", state="absent")):
        assert result.failed
        assert "is not a UUID; to look up by name, use the option 'name'" in result["msg"]
    assert emulator.requests() == []


def test_a_pool_was_removed_although_the_response_had_no_members(module: Run, emulator: Emulator, pool: str) -> None:
    """If the response leaves them out, the members are listed."""
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 80})
    emulator.distort(drop=["members"])
    result = module("elb_pool", name="web", state="absent")
    assert "it has 1 member" in result["msg"]
    assert result["required_actions"] == ["elb:members:list", "elb:pools:list"]
    assert emulator.writes() == []


def test_a_list_with_mistakes_of_several_kinds_was_given(module: Run, emulator: Emulator) -> None:
    """The message has all of them, and the reasons for other options."""
    wrong = [
        {"address": "192.168.0.1", "protocol_port": "x"},
        {"address": "web", "protocol_port": 80},
        {"address": "192.168.0.2", "protocol_port": 80, "wait": True},
        {"address": "192.168.0.3", "protocol_port": 80, "weight": 101},
        {"address": "192.168.0.3", "protocol_port": 81},
        {"address": "192.168.0.3", "protocol_port": 81},
    ]
    msg = module("elb_pool_members", pool="web", members=wrong)["msg"]
    positions = [
        msg.index(words)
        for words in (
            "members[0] (192.168.0.1:x): ",
            "members[2] (192.168.0.2:80): there is no option wait",
            "members[1]: address must be",
            "members[3] (192.168.0.3:80): weight must be 0 to 100, not 101",
            "members[5] (192.168.0.3:81): members[4] has the same address and port",
        )
    ]
    assert positions == sorted(positions)
    msg = module("elb_pool_members", pool="web", purge="perhaps", members=wrong[3:4])["msg"]
    assert "purge" in msg
    assert "members[0] (192.168.0.3:80): weight must be 0 to 100, not 101" in msg
    assert emulator.requests() == []
