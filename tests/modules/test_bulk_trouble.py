# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures for some of many members: the bulk module does the same as one task for each member."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ..emulator.client import Emulator
from ..playbooks.story import KINDS
from ..result import Result

Run = Callable[..., Result]


def entries(first: int, last: int, **others: Any) -> list[dict[str, Any]]:
    return [{"address": f"192.168.0.{number}", "protocol_port": 80, **others} for number in range(first, last + 1)]


@pytest.fixture
def pool(emulator: Emulator) -> str:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "listener_id": emulator.listener("demo-http"), "members": entries(1, 8)})
    return str(seeded["id"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_trouble(module: Run, emulator: Emulator, pool: str, kind: str) -> None:
    """At the lookup, and at two of the additions, of the updates and of the removals each."""
    fault, options = KINDS[kind]
    busy = kind.startswith("load balancer busy")
    for action in [*([] if busy else ["elb:members:list"]), *("elb:members:create", "elb:members:put", "elb:members:delete") * 2]:
        emulator.fault(**fault, action=action)
    desired = [*entries(4, 8, weight=7), *entries(11, 18)]
    result = module("elb_pool_members", pool=pool, members=desired, purge=True, concurrency=4, **options)
    assert not result.failed, result["msg"]
    assert result["summary"] == {"added": 8, "updated": 5, "removed": 3, "unchanged": 0}
    there = emulator.state()["pools"][0]["members"]
    assert sorted((each["address"], each["weight"]) for each in there) == sorted(
        (each["address"], each.get("weight", 1)) for each in desired
    )
    done = [entry for entry in emulator.writes() if entry["done"] and entry["action"] == "elb:members:create"]
    assert len(done) == 8
    assert sum(each["done"] for each in emulator.faults()) == len(emulator.faults())
    assert not module("elb_pool_members", pool=pool, members=desired, purge=True).changed


def test_a_service_that_stays_down_ends_the_task_in_its_time(module: Run, emulator: Emulator, pool: str) -> None:
    """The message distinguishes members that failed from members that were not attempted."""
    emulator.fault("answer", action="elb:members:create", status=503, times=None)
    result = module("elb_pool_members", pool=pool, members=entries(11, 60), concurrency=4, timeout=3)
    assert result.failed
    assert result["summary"] == {"added": 0, "updated": 0, "removed": 0, "unchanged": 0}
    errors = [each["error"] for each in result["failed_members"]]
    assert len(errors) == 50
    tried = [error for error in errors if "503" in error]
    assert all("Skipped" in error for error in errors if error not in tried)
    # How many fit into the last moments is a matter of how fast this machine is.
    assert 4 <= len(tried) < len(errors)
    assert " Run the task again to finish the job. " in result["msg"]


def test_health_that_comes_up_late(module: Run, emulator: Emulator, pool: str) -> None:
    """Through trouble at the looks for it, too."""
    emulator.health_monitor(pool)
    emulator.configure(health_delay_ms=1500)
    emulator.fault("answer", action="elb:members:list", status=502, html=True, skip=1)
    result = module("elb_pool_members", pool=pool, members=entries(11, 14), wait=True)
    assert not result.failed, result["msg"]
    status = {each["address"]: each["operating_status"] for each in result["members"]}
    assert {status[each["address"]] for each in entries(11, 14)} == {"ONLINE"}


def test_a_member_that_was_drained_and_could_not_be_removed(module: Run, emulator: Emulator, pool: str) -> None:
    """Given by its ID, the pool is not known to protect its members. What was done to them is said."""
    assert module("elb_pool", id=pool, member_deletion_protection=True).changed
    result = module("elb_pool_members", pool=pool, members=[], purge=True, allow_empty=True, drain_seconds=0.1)
    assert all(each["error"].endswith(" It was drained before, and has the weight 0 now.") for each in result["failed_members"])
    assert len(result["failed_members"]) == 8
    assert result["msg"].count(" It was drained before") == 1
    assert " and 7 more: Could not remove member" in result["msg"]
    assert {each["weight"] for each in emulator.state()["pools"][0]["members"]} == {0}


def test_requests_that_succeed_do_not_count(module: Run, emulator: Emulator, pool: str) -> None:
    """However many workers there could be, and however little time there is for retries."""
    emulator.configure(latency_ms=1200)
    slow = module("elb_pool_members", pool=pool, members=entries(11, 12), concurrency=32, timeout=2)
    assert not slow.failed, slow["msg"]
    none = module("elb_pool_info", id=[pool], timeout=0)
    assert not none.failed, none["msg"]


# The shortest pause before a second attempt is 0.25 s.
@pytest.mark.parametrize(("throttled", "timeout"), [({"retry_after": 3600}, 20), ({}, 0.2)])
def test_throttling_for_longer_than_the_task_may_wait_ends_it_for_all(
    module: Run, emulator: Emulator, pool: str, throttled: Any, timeout: float
) -> None:
    emulator.fault("answer", action="elb:members:create", status=429, times=None, **throttled)
    result = module("elb_pool_members", pool=pool, members=entries(11, 60), concurrency=4, timeout=timeout)
    assert len(result["failed_members"]) == 50
    assert result["status"] == 429
    # Those that were under way when the first one was refused.
    asked = len(emulator.writes())
    assert 1 <= asked <= 4
    assert sum("not attempted" in each["error"] for each in result["failed_members"]) == 50 - asked
    assert " Run the task again to finish the job. " in result["msg"]


def test_a_missing_action_is_tried_once(module: Run, emulator: Emulator, pool: str) -> None:
    """The other steps are tried all the same."""
    emulator.grant("limited", ["elb:members:list", "elb:members:put"])
    limited = emulator.user("limited")
    keys = {"access_key": limited["access_key"], "secret_key": limited["secret_key"]}
    desired = [*entries(1, 8, weight=7), *entries(11, 60)]
    result = module("elb_pool_members", pool=pool, members=desired, concurrency=4, **keys)
    assert result["missing_action"] == "elb:members:create"
    assert " Once the cause is corrected, run the task again to finish the job. " in result["msg"]
    assert result["summary"] == {"added": 0, "updated": 8, "removed": 0, "unchanged": 0}
    assert len(result["failed_members"]) == 50
    assert {(each["status"], each["missing_action"]) for each in result["failed_members"]} == {(403, "elb:members:create")}
    assert 1 <= len([entry for entry in emulator.writes() if entry["action"] == "elb:members:create"]) <= 4


def test_a_cause_precedes_its_consequences(module: Run, emulator: Emulator, pool: str) -> None:
    """The member that was to be taken out of service is the first of the list."""
    emulator.fault("answer", action="elb:members:create", status=400, error_code="ELB.8933", error_msg="No.", times=None)
    desired = [*entries(1, 1, weight=0), *entries(2, 8), *entries(11, 11)]
    result = module("elb_pool_members", pool=pool, members=desired)
    assert [each["index"] for each in result["failed_members"]] == [0, 8]
    assert "The failures: members[8] (192.168.0.11:80): Could not add member 192.168.0.11:80" in result["msg"]
    assert (result["status"], result["error_code"]) == (400, "ELB.8933")


def test_healthy_members_stay_in_service(module: Run, emulator: Emulator, pool: str) -> None:
    there = {each["address"]: each["id"] for each in emulator.state()["pools"][0]["members"]}
    emulator.health_monitor(pool)
    for number in range(5, 9):
        emulator.set_status(pool, there[f"192.168.0.{number}"], "OFFLINE", "CONNECT_REFUSED")
    emulator.fault("answer", action="elb:members:create", status=400, error_code="ELB.8933", error_msg="No.", times=4)
    result = module("elb_pool_members", pool=pool, members=entries(11, 18), purge=True)
    assert result["summary"] == {"added": 4, "updated": 0, "removed": 4, "unchanged": 0}
    left = {each["address"] for each in emulator.state()["pools"][0]["members"]}
    assert left & set(there) == {f"192.168.0.{number}" for number in range(1, 5)}


def test_weights_that_move_are_raised_first(module: Run, emulator: Emulator, pool: str) -> None:
    assert module("elb_pool_members", pool=pool, members=[*entries(1, 4, weight=50), *entries(5, 8, weight=2)]).changed
    emulator.forget()
    assert module("elb_pool_members", pool=pool, members=[*entries(1, 4, weight=2), *entries(5, 8, weight=50)]).changed
    assert [write["body"]["member"]["weight"] for write in emulator.writes()] == [50] * 4 + [2] * 4


def test_two_members_at_one_address_are_not_taken_for_one(module: Run, emulator: Emulator, pool: str) -> None:
    twin = {"address": "192.168.0.99", "protocol_port": 80, "odd": {"address": "192.168.0.1"}}
    (extra,) = emulator.seed_members(pool, twin)
    result = module("elb_pool_members", pool=pool, members=entries(1, 8))
    assert "members[0] (192.168.0.1:80): the pool has 2 members with this address and port: " in result["msg"]
    assert extra in result["msg"]
    assert emulator.writes() == []
    # Where the list leaves both out, both go.
    gone = module("elb_pool_members", pool=pool, members=entries(2, 8), purge=True)
    assert gone["summary"] == {"added": 0, "updated": 0, "removed": 2, "unchanged": 7}


def test_a_member_that_another_client_just_added_is_updated(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.distort(set={"$.members": []}, action="elb:members:list", times=1)
    result = module("elb_pool_members", pool=pool, members=[*entries(1, 1), *entries(2, 2, weight=7)])
    assert result["summary"] == {"added": 0, "updated": 1, "removed": 0, "unchanged": 1}


def test_each_missing_action_is_named(module: Run, emulator: Emulator, pool: str) -> None:
    reader = emulator.user("reader")
    keys = {"access_key": reader["access_key"], "secret_key": reader["secret_key"]}
    result = module("elb_pool_members", pool=pool, members=[*entries(1, 8, weight=7), *entries(11, 40)], **keys)
    assert result["msg"].count("lacks the IAM action elb:members:create") == 1
    assert result["msg"].count("lacks the IAM action elb:members:put") == 1
    assert result["msg"].count("Grant ") == 1
    assert "Once the cause is corrected, run the task again to finish the job." in result["msg"]
    assert len(result["failed_members"]) == 38


def test_a_member_that_failed_and_is_not_healthy_does_not_count_as_serving(module: Run, emulator: Emulator, pool: str) -> None:
    """To take out the healthy ones would leave the pool with the others."""
    there = {each["address"]: each["id"] for each in emulator.state()["pools"][0]["members"]}
    emulator.health_monitor(pool)
    for number in range(1, 5):
        emulator.set_status(pool, there[f"192.168.0.{number}"], "OFFLINE", "CONNECT_REFUSED")
    emulator.fault("answer", action="elb:members:put", status=400, error_code="ELB.8902", error_msg="No.", times=None)
    result = module("elb_pool_members", pool=pool, members=entries(1, 4, weight=7), purge=True, wait=True, timeout=2)
    assert result["summary"] == {"added": 0, "updated": 0, "removed": 0, "unchanged": 0}
    assert len(emulator.state()["pools"][0]["members"]) == 8


def test_a_quota_that_does_not_suffice_for_both(module: Run, emulator: Emulator, pool: str) -> None:
    emulator.configure(member_quota=8)
    result = module("elb_pool_members", pool=pool, members=entries(11, 18), purge=True)
    assert "Pool " in result["msg"]
    assert "8 of 8 members in the list and 8 of 8 members to remove failed" in result["msg"]
    assert "Members are added before others are removed" in result["msg"]
    assert "and 7 more: Could not add member" in result["msg"]
    # Where the task would remove none, a higher quota is what helps.
    more = module("elb_pool_members", pool=pool, members=entries(1, 9))
    assert "Members are added before others are removed" not in more["msg"]
    assert " Once the cause is corrected, run the task again to finish the job. " in more["msg"]


def test_long_lists_of_mistakes_are_cut_in_the_message(module: Run, emulator: Emulator, pool: str) -> None:
    wrong = [{"name": f"web-{n}", "address": f"10.0.{n // 200}.{n % 200 + 1}", "protocol_port": 80, "weight": 101} for n in range(2000)]
    for result in (
        module("elb_pool_members", pool=pool, members=wrong),
        module("elb_pool_members", pool=pool, members=[{**each, "x": 1} for each in wrong]),
    ):
        assert len(result["msg"]) < 2000
        assert "; and 1990 more, see 'reasons' in the result" in result["msg"]
        assert len(result["reasons"]) == 2000
        assert result["reasons"][1734].startswith("members[1734] (web-1734, 10.0.8.135:80): ")


def test_draining_lasts_as_long_as_it_should(module: Run, emulator: Emulator, pool: str) -> None:
    """Where this task took the member out of service, and nowhere else."""
    one = {"address": "192.168.0.1", "protocol_port": 80, "weight": 0}
    started = time.monotonic()
    assert not module("elb_member", pool=pool, **one, drain_seconds=1.5, check=True).warnings
    assert time.monotonic() - started < 1.5
    assert module("elb_member", pool=pool, **one, drain_seconds=1.5).changed
    assert time.monotonic() - started > 1.5
    again = time.monotonic()
    assert not module("elb_member", pool=pool, **one, drain_seconds=30).changed
    serving = {**one, "address": "192.168.0.4"}
    for weight in (2, 3):
        assert module("elb_member", pool=pool, **{**serving, "weight": weight}, drain_seconds=30).changed
    emulator.fault("answer", action="elb:members:put", status=403, error_code="ELB.9803", error_msg="denied")
    assert module("elb_pool_members", pool=pool, members=[serving], drain_seconds=30).failed
    assert module("elb_pool_members", pool=pool, members=[{**one, "address": "192.168.0.2"}], drain_seconds=1.5).changed
    assert 1.5 < time.monotonic() - again < 20
    (warning,) = module("elb_member", pool=pool, **one, wait=True).warnings
    assert warning == "Member 192.168.0.1:80 has weight 0 and gets no requests, so its health is not waited for."
    # In a list, whether or not it says the weight.
    listed = [{"address": one["address"], "protocol_port": 80}, {**one, "address": "192.168.0.2"}, *entries(3, 3)]
    (warning,) = module("elb_pool_members", pool=pool, members=listed, wait=True).warnings
    assert warning == "Members 192.168.0.1:80, 192.168.0.2:80 have weight 0 and get no requests, so their health is not waited for."


@pytest.mark.parametrize("state", ["gone", "drained"])
@pytest.mark.parametrize("name", ["elb_member", "elb_pool_members"])
def test_nothing_is_drained_that_gets_no_requests(module: Run, emulator: Emulator, pool: str, name: str, state: str) -> None:
    """A member with weight 0, or one that another client removes meanwhile: its removal does not take ``drain_seconds``."""
    (one,) = entries(1, 1)
    if state == "gone":
        gone = {"status": 404, "error_code": "ELB.8904", "error_msg": "member not found"}
        for action in ("elb:members:put", "elb:members:delete"):
            emulator.fault("answer", action=action, times=None, **gone)
    else:
        emulator.seed({"id": pool, "name": "web", "protocol": "HTTP", "members": [{**one, "weight": 0}]})
    which = {**one, "state": "absent"} if name == "elb_member" else {"members": [], "purge": True, "allow_empty": True}
    started = time.monotonic()
    result = module(name, pool=pool, **which, drain_seconds=60)
    assert time.monotonic() - started < 40
    assert not result.failed, result["msg"]
    assert result.changed == (state == "drained")
    assert "elb:members:delete" in [entry["action"] for entry in emulator.writes()]
