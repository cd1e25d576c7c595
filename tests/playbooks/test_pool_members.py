# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""elb_pool_members through ansible-playbook: one task, many members."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ..emulator.client import Emulator
from .engine import Engine, task

Json = dict[str, Any]


def entries(first: int, last: int, **fields: Any) -> list[Json]:
    return [{"address": f"192.168.0.{n}", "protocol_port": 80, **fields} for n in range(first, last + 1)]


@pytest.fixture
def pool(emulator: Emulator) -> str:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    return str(seeded["id"])


def members(emulator: Emulator) -> list[Json]:
    (found,) = emulator.state()["pools"]
    return sorted(found["members"], key=lambda member: [int(part) for part in member["address"].split(".")])


def test_a_list_is_added_updated_and_purged(engine: Engine, emulator: Emulator, pool: str) -> None:
    check: Json = {"check_mode": True}
    one, two = entries(1, 9, weight=5), [*entries(3, 9, weight=5), *entries(10, 11, weight=0)]
    two[0]["weight"], two[1]["name"] = 7, "renamed"
    results = engine.play(
        [
            task("elb_pool_members", pool="web", members=one) | check,
            task("elb_pool_members", pool="web", members=one),
            task("elb_pool_members", pool=pool, members=one),
            task("elb_pool_members", pool="web", members=two),
            task("elb_pool_members", pool="web", members=two, purge=True) | check,
            task("elb_pool_members", pool="web", members=two, purge=True),
            task("elb_pool_members", pool="web", members=[]),
            task("elb_pool_members", pool="web", members=[], purge=True, allow_empty=True),
        ],
        diff=True,
    ).results
    would_add, added, again, grown, would_purge, purged, nothing, emptied = results
    assert added["summary"] == would_add["summary"] == {"added": 9, "updated": 0, "removed": 0, "unchanged": 0}, added["msg"]
    assert added["diff"] == would_add["diff"]
    assert added["required_actions"] == would_add["required_actions"] == ["elb:members:create", "elb:members:list", "elb:pools:list"]
    assert not again.changed
    assert again["required_actions"] == ["elb:members:list"]
    assert len(again["members"]) == 9
    assert grown["summary"] == {"added": 2, "updated": 2, "removed": 0, "unchanged": 5}
    assert len(grown["members"]) == 11
    assert purged["summary"] == would_purge["summary"] == {"added": 0, "updated": 0, "removed": 2, "unchanged": 9}
    assert purged["diff"] == would_purge["diff"]
    assert purged["diff"]["before"]["192.168.0.1:80"]["weight"] == 5
    assert "192.168.0.1:80" not in purged["diff"]["after"]
    assert not nothing.changed
    assert len(nothing["members"]) == 9
    assert emptied["summary"]["removed"] == 9
    assert emptied["members"] == members(emulator) == []


def test_a_no_op_costs_one_or_two_requests(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, *({"address": f"10.16.{n // 200}.{n % 200 + 1}", "protocol_port": 80} for n in range(1000)))
    desired = [{"address": f"10.16.{n // 200}.{n % 200 + 1}", "port": 80} for n in range(1000)]
    by_name, by_id = engine.play(
        [
            task("elb_pool_members", pool="web", members=desired, purge=True),
            task("elb_pool_members", pool=pool, members=desired, purge=True, wait=True),
        ]
    ).results
    assert by_name["summary"]["unchanged"] == 1000
    assert not by_id.changed
    assert emulator.actions() == ["elb:pools:list", "elb:members:list", "elb:members:list"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([{"address": "192.168.0.1"}], ["members[2]", "protocol_port"]),
        ([{"address": "192.168.0.1", "port": "x"}], ["members[2]", "protocol_port", "int"]),
        ([{"address": "192.168.0.1", "port": 80, "wait": True}], ["members[2] (192.168.0.1:80): there is no option wait"]),
        (["192.168.0.1:80"], ["members[2]"]),
        ([{"address": "web", "port": 80, "weight": 101}], ["members[2]: address must be", "members[2]: weight must be"]),
        (entries(1, 1) + entries(2, 2), ["members[2] (192.168.0.1:80): members[0] has", "members[3] (192.168.0.2:80): members[1] has"]),
        ([{"address": "2001:db8::1", "port": 80}], ["members[2] ([2001:db8::1]:80): an IPv6 member needs subnet_cidr_id"]),
        ([{"address": "192.168.0.5", "port": 80, "subnet_cidr_id": "s", "availability_zone": "a"}], ["members[2] (192.168.0.5:80): avail"]),
    ],
)
def test_the_list_is_checked_whole_before_the_first_write(
    engine: Engine, emulator: Emulator, pool: str, wrong: list[Any], words: list[str]
) -> None:
    result = engine.run("elb_pool_members", pool="web", members=entries(1, 2) + wrong)
    assert result.failed
    assert all(word in result["msg"] for word in words), result["msg"]
    assert result["required_actions"] in ([], ["elb:members:list", "elb:pools:list"])
    assert emulator.writes() == []


def test_a_subnet_that_cannot_change_is_refused_before_the_first_write(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, *entries(2, 2))
    subnet = emulator.subnet("192.168.0.0/24")["id"]
    result = engine.run("elb_pool_members", pool="web", members=entries(1, 3, subnet_cidr_id=subnet))
    assert f"members[1] (192.168.0.2:80): subnet_cidr_id is not set and cannot become {subnet}" in result["msg"]
    assert emulator.writes() == []


def test_members_is_required_and_the_pool_must_be_there(engine: Engine, emulator: Emulator) -> None:
    without, no_pool, in_check_mode, too_many = engine.play(
        [
            task("elb_pool_members", pool="web"),
            task("elb_pool_members", pool="web", members=entries(1, 2)),
            task("elb_pool_members", pool="web", members=entries(1, 2)) | {"check_mode": True},
            task("elb_pool_members", pool="web", members=[], concurrency=33),
        ]
    ).results
    assert "members" in without["msg"]
    assert "there is no pool 'web'" in no_pool["msg"]
    assert in_check_mode["summary"]["added"] == 2
    assert in_check_mode["required_actions"] == ["elb:members:create", "elb:members:list", "elb:pools:list"]
    assert "concurrency must be 1 to 32, not 33" in too_many["msg"]


def test_a_failure_does_not_lose_the_rest(engine: Engine, emulator: Emulator, pool: str) -> None:
    desired = entries(1, 10)
    desired[3]["subnet_cidr_id"] = emulator.subnet("192.168.0.0/24")["vpc_subnet_id"]
    alone, failed = engine.play(
        [task("elb_pool_members", pool="web", members=desired[3:4]), task("elb_pool_members", pool="web", members=desired)]
    ).results
    assert alone["msg"].startswith(
        "Pool 'web': 1 of 1 member in the list failed (0 added, 0 updated, 0 removed, 0 unchanged). The failure: "
    )
    assert failed.failed
    assert failed.changed
    assert failed["summary"] == {"added": 9, "updated": 0, "removed": 0, "unchanged": 0}
    (member,) = failed["failed_members"]
    assert member["index"] == 3
    assert member["entry"]["address"] == "192.168.0.4"
    assert "subnet_cidr_id is the Neutron ID" in member["error"]
    assert member["status"] == failed["status"] == 404
    assert "1 of 10 members in the list failed, the others are as desired (9 added" in failed["msg"]
    assert len(members(emulator)) == 9
    del desired[3]["subnet_cidr_id"]
    finished = engine.run("elb_pool_members", pool="web", members=desired)
    assert finished["summary"] == {"added": 1, "updated": 0, "removed": 0, "unchanged": 9}


def test_a_result_names_what_changed_and_a_failure_what_failed(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, *entries(1, 2, weight=5, name="old"))
    wanted = [*entries(2, 2, weight=7), *entries(3, 3, name="new")]
    bad = entries(4, 4, subnet_cidr_id=emulator.subnet("192.168.0.0/24")["vpc_subnet_id"])
    options: Json = {"pool": "web", "purge": True, "return_members": False}
    refused, would, done, failed = engine.play(
        [
            task("elb_pool_members", **{**options, "pool": pool}, members=[]),
            task("elb_pool_members", **options, members=wanted) | {"check_mode": True},
            task("elb_pool_members", **options, members=wanted),
            task("elb_pool_members", pool="web", members=wanted + bad),
        ],
        diff=True,
    ).results
    assert "'purge: true' would remove every member of the pool" in refused["msg"]
    assert "set 'allow_empty: true'" in refused["msg"]
    assert refused["required_actions"] == []
    for result in (would, done):
        assert "members" not in result
        assert [(each["address"], each["name"]) for each in result["added"]] == [("192.168.0.3", "new")]
        assert [each["address"] for each in result["updated"]] == ["192.168.0.2"]
        assert [each["address"] for each in result["removed"]] == ["192.168.0.1"]
        before, after = result["diff"]["before"], result["diff"]["after"]
        assert list(before["192.168.0.1:80"]) == list(after["192.168.0.3:80"])
        assert result["diff"]["before_header"] == result["diff"]["after_header"] == "members of pool web"
    assert done["added"][0]["id"] in {each["id"] for each in members(emulator)}
    assert failed.failed
    assert len(failed["failed_members"]) == 1
    assert not {"members", "added", "updated", "removed"} & set(failed)
    assert "Pool 'web': 1 of 3 members in the list failed, the others are as desired" in failed["msg"]
    assert "Once the cause is corrected, run the task again to finish the job." in failed["msg"]


def test_what_serves_is_kept_where_new_members_failed(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, *entries(1, 3))
    desired = entries(11, 13)
    desired[1]["subnet_cidr_id"] = emulator.subnet("192.168.0.0/24")["vpc_subnet_id"]
    result = engine.run("elb_pool_members", pool="web", members=desired, purge=True)
    assert result["summary"] == {"added": 2, "updated": 0, "removed": 2, "unchanged": 0}
    assert len(members(emulator)) == 3
    assert ["kept in service" in member["error"] for member in result["failed_members"]] == [False, True]
    assert "The failures: members[1] (192.168.0.12:80): Could not add member 192.168.0.12:80" in result["msg"]
    kept = f"{result['failed_members'][1]['entry']['address']}:80"
    assert f" {kept}: Member {kept} was kept in service" in result["msg"]


@contextmanager
def watched(emulator: Emulator) -> Iterator[list[list[int]]]:
    """The members' weights, again and again."""
    seen: list[list[int]] = []
    end = threading.Event()

    def watch() -> None:
        while not end.is_set():
            seen.append([member["weight"] for member in members(emulator)])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        end.set()
        watcher.join()


@pytest.mark.parametrize(("old", "new"), [(12, 12), (12, 5), (5, 12)])
def test_capacity_never_dips(engine: Engine, emulator: Emulator, pool: str, old: int, new: int) -> None:
    emulator.seed_members(pool, *entries(1, old, weight=4))
    # All are replaced but one, which is taken out of service.
    desired = [*entries(101, 99 + new, weight=4), *entries(1, 1, weight=0), *entries(200, 200, weight=4)]
    emulator.configure(latency_ms=15)
    with watched(emulator) as seen:
        result = engine.run("elb_pool_members", pool="web", members=desired, purge=True, drain_seconds=0.2, concurrency=4)
    assert not result.failed, result["msg"]
    assert result["summary"] == {"added": new, "updated": 1, "removed": old - 1, "unchanged": 0}
    serving, weight = [sum(each > 0 for each in weights) for weights in seen], [sum(weights) for weights in seen]
    assert max(serving) > max(old, new), "the watcher saw nothing of it"
    assert min(len(weights) for weights in seen) >= min(old, new)
    assert min(serving) >= min(old, new)
    assert min(weight) >= min(old, new) * 4
    kinds = [write["action"].rpartition(":")[2] for write in emulator.writes()]
    assert kinds == ["create"] * new + ["put"] * old + ["delete"] * (old - 1)


def test_everything_is_replaced_at_once_without_a_dip(engine: Engine, emulator: Emulator, pool: str) -> None:
    """Without draining, with weights of all kinds, and with as many workers as members."""
    old = [entry for number in range(1, 13) for entry in entries(number, number, weight=5 * number)]
    new = [entry for number in range(101, 113) for entry in entries(number, number, weight=5 * (113 - number))]
    emulator.seed_members(pool, *old)
    emulator.configure(latency_ms=15)
    with watched(emulator) as seen:
        result = engine.run("elb_pool_members", pool="web", members=new, purge=True, concurrency=12)
    assert result["summary"] == {"added": 12, "updated": 0, "removed": 12, "unchanged": 0}
    assert max(map(len, seen)) > 12, "the watcher saw nothing of it"
    assert min(map(len, seen)) >= 12
    assert min(map(sum, seen)) >= 5 * sum(range(1, 13))


def test_waiting_comes_before_taking_out(engine: Engine, emulator: Emulator) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "listener_id": emulator.listener("demo-http"), "members": entries(1, 2)})
    emulator.health_monitor(seeded["id"])
    emulator.configure(health_delay_ms=1200, health_reason="CONNECT_REFUSED")
    waited = engine.run("elb_pool_members", pool="web", members=entries(11, 13), purge=True, wait=True)
    assert waited["summary"] == {"added": 3, "updated": 0, "removed": 2, "unchanged": 0}, waited["msg"]
    assert {member["operating_status"] for member in waited["members"]} == {"ONLINE"}
    order = [action.rpartition(":")[2] for action in emulator.actions()]
    assert order[:5] == ["list", "list", "create", "create", "create"]
    assert order[-2:] == ["delete", "delete"]
    assert set(order[5:-2]) == {"list"}
    emulator.configure(health_delay_ms=3_600_000)
    in_vain = engine.run("elb_pool_members", pool="web", members=entries(21, 23), purge=True, wait=True, timeout=2)
    assert in_vain["summary"] == {"added": 3, "updated": 0, "removed": 0, "unchanged": 0}
    errors = [member["error"] for member in in_vain["failed_members"]]
    assert [("CONNECT_REFUSED" in error, "kept in service" in error) for error in errors] == [(True, False)] * 3 + [(False, True)] * 3
    # Run again, as the message says: those that are not healthy now are of the list, and serve no more than before.
    again = engine.run("elb_pool_members", pool="web", members=entries(21, 23), purge=True, wait=True, timeout=2)
    assert again["summary"] == {"added": 0, "updated": 0, "removed": 0, "unchanged": 3}
    assert len(members(emulator)) == 6
    assert {
        member["operating_status"] for member in members(emulator) if member["address"] in {each["address"] for each in entries(11, 13)}
    } == {"ONLINE"}


@pytest.mark.parametrize("concurrency", [1, 5])
def test_concurrency_is_bounded(engine: Engine, emulator: Emulator, pool: str, concurrency: int) -> None:
    emulator.configure(latency_ms=40)
    result = engine.run("elb_pool_members", pool="web", members=entries(1, 30), concurrency=concurrency)
    assert result["summary"]["added"] == 30, result["msg"]
    assert max(write["in_flight"] for write in emulator.writes()) == concurrency
    assert len({write["client_port"] for write in emulator.requests()}) <= concurrency


def test_throttling_of_one_slows_all_workers_down(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.fault("answer", action="elb:members:create", status=429, error_code="APIGW.0308", retry_after=2, skip=10)
    result = engine.run("elb_pool_members", pool="web", members=entries(1, 120), concurrency=4)
    assert result["summary"]["added"] == 120, result["msg"]
    created = emulator.requests(action="elb:members:create")
    (refused,) = (write for write in created if write["status"] == 429)
    # While its response is on the way, the other three go on; then all wait until the two seconds are over.
    early = [write for write in created if refused["time"] < write["time"] < refused["time"] + 1.9]
    assert len(early) < 12
    assert any(write["time"] > refused["time"] + 1.9 for write in created)
