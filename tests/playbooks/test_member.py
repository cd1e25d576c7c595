# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""elb_member through ansible-playbook: its life, how members are identified, draining and waiting."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ..emulator.client import Emulator
from .engine import Engine, task

ONE: dict[str, Any] = {"pool": "web", "address": "192.168.0.11", "protocol_port": 8080}


@pytest.fixture
def pool(emulator: Emulator) -> str:
    """The ID of a pool named web."""
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    return str(seeded["id"])


def members(emulator: Emulator) -> list[dict[str, Any]]:
    (found,) = emulator.state()["pools"]
    listed: list[dict[str, Any]] = found["members"]
    return listed


def test_the_life_of_a_member(engine: Engine, emulator: Emulator, pool: str) -> None:
    subnet = emulator.subnet("192.168.0.0/24")["id"]
    new = {**ONE, "name": "web-1", "weight": 10, "subnet_cidr_id": subnet}
    added, again, by_pool_id, updated, gone, gone_again = engine.play(
        [
            task("elb_member", **new),
            task("elb_member", **new),
            task("elb_member", **{**new, "pool": pool}),
            task("elb_member", **{**new, "weight": 20, "name": ""}),
            task("elb_member", **ONE, state="absent"),
            task("elb_member", **ONE, state="absent"),
        ]
    ).results
    assert added.changed, added["msg"]
    assert added["member"]["address"] == "192.168.0.11"
    assert added["member"]["subnet_cidr_id"] == subnet
    assert not again.changed
    assert again["member"]["id"] == by_pool_id["member"]["id"] == added["member"]["id"]
    assert not by_pool_id.changed
    assert updated.changed
    assert (updated["member"]["weight"], updated["member"]["name"]) == (20, "")
    assert gone.changed
    assert gone["member"] == gone_again["member"] == {}
    assert not gone_again.changed
    assert members(emulator) == []
    (update,) = emulator.requests(method="PUT")
    assert update["body"] == {"member": {"weight": 20, "name": ""}}


def test_weight_zero_is_set_and_kept(engine: Engine, emulator: Emulator, pool: str) -> None:
    zero, kept, back, gone_zero_on_add = engine.play(
        [
            task("elb_member", **ONE, weight=0),
            task("elb_member", **ONE, name="still at zero"),
            task("elb_member", **ONE, weight=5),
            task("elb_member", **ONE, weight=0),
        ]
    ).results
    assert zero["member"]["weight"] == 0
    assert kept["member"]["weight"] == 0
    assert back["member"]["weight"] == 5
    assert gone_zero_on_add["member"]["weight"] == 0


def test_one_address_on_two_ports_is_two_members(engine: Engine, emulator: Emulator, pool: str) -> None:
    first, second, gone = engine.play(
        [
            task("elb_member", **ONE),
            task("elb_member", **{**ONE, "protocol_port": 8081}),
            task("elb_member", **ONE, state="absent"),
        ]
    ).results
    assert first.changed
    assert second.changed
    assert gone.changed
    assert [member["protocol_port"] for member in members(emulator)] == [8081]


@pytest.mark.parametrize("spelling", ["2001:DB8:A583:6A::1", "2001:db8:a583:6a:0:0:0:1"])
def test_an_address_in_another_spelling_is_the_same_member(engine: Engine, emulator: Emulator, spelling: str) -> None:
    subnet = emulator.subnet("2001:db8:a583:6a::/64")["id"]
    (seeded,) = emulator.seed({"name": "web", "protocol": "TCP", "loadbalancer_id": emulator.loadbalancer("demo")})
    new = {"pool": seeded["id"], "address": "2001:db8:a583:6a::1", "protocol_port": 80, "subnet_cidr_id": subnet}
    added, same, gone = engine.play(
        [
            task("elb_member", **new),
            task("elb_member", **{**new, "address": spelling}),
            task("elb_member", **{**new, "address": spelling}, state="absent"),
        ]
    ).results
    assert added.changed, added["msg"]
    assert not same.changed
    assert gone.changed


def test_by_name_and_by_id(engine: Engine, emulator: Emulator, pool: str) -> None:
    one, two, three = emulator.seed_members(
        pool,
        {"name": "web-1", "address": "192.168.0.1", "protocol_port": 80},
        {"name": "twin", "address": "192.168.0.2", "protocol_port": 80},
        {"name": "twin", "address": "192.168.0.3", "protocol_port": 80},
    )
    by_name, ambiguous, missing, by_id, renamed, unknown, other_address, gone = engine.play(
        [
            task("elb_member", pool="web", name="web-1", weight=3),
            task("elb_member", pool="web", name="twin", weight=3),
            task("elb_member", pool="web", name="missing", weight=3),
            task("elb_member", pool="web", id=two.upper(), weight=4),
            task("elb_member", pool=pool.upper(), id=two, name="web-2"),
            task("elb_member", pool="web", id="11111111-1111-1111-1111-111111111111", weight=3),
            task("elb_member", pool="web", id=three, address="192.168.0.99", port=80),
            task("elb_member", pool="web", name="web-1", state="absent"),
        ]
    ).results
    assert by_name["member"]["id"] == one
    assert "of pool 'web': there are 2 members named 'twin'" in ambiguous["msg"]
    assert two in ambiguous["msg"]
    assert three in ambiguous["msg"]
    assert "Cannot set up member 'missing' of pool 'web': the pool has no member of that name" in missing["msg"]
    assert "To add one, give address and protocol_port" in missing["msg"]
    assert by_id["member"]["weight"] == 4
    assert renamed["member"]["name"] == "web-2"
    assert (
        "Cannot set up member 11111111-1111-1111-1111-111111111111 of pool 'web': it does not exist, and a member cannot be created with a given ID"
        in unknown["msg"]
    )
    assert "address is 192.168.0.3 and cannot become 192.168.0.99" in other_address["msg"]
    assert gone.changed
    assert {member["id"] for member in members(emulator)} == {two, three}


def test_check_mode_says_the_same_and_writes_nothing(engine: Engine, emulator: Emulator, pool: str) -> None:
    check: dict[str, Any] = {"check_mode": True}
    gone = {"state": "absent", "drain_seconds": 0.1}
    results = engine.play(
        [
            task("elb_member", **ONE, weight=3, wait=True) | check,
            task("elb_member", **ONE, weight=3, wait=True),
            task("elb_member", **ONE, weight=0) | check,
            task("elb_member", **ONE, weight=0),
            task("elb_member", **ONE, weight=7),
            task("elb_member", **ONE, **gone) | check,
            task("elb_member", **ONE, **gone),
        ],
        diff=True,
    ).results
    would_add, added, would_update, updated, dummy, would_remove, removed = results
    for predicted, done in ((would_add, added), (would_update, updated), (would_remove, removed)):
        assert predicted.changed, predicted["msg"]
        assert done.changed, done["msg"]
        assert predicted["diff"] == done["diff"]
        assert (
            done["diff"]["before_header"] == done["diff"]["after_header"] == f"member {ONE['address']}:{ONE['protocol_port']} of pool web"
        )
        assert predicted["required_actions"] == done["required_actions"]
    assert list(added["diff"]["after"]) == list(removed["diff"]["before"])
    assert added["required_actions"] == ["elb:members:create", "elb:members:get", "elb:members:list", "elb:pools:list"]
    assert removed["required_actions"] == ["elb:members:delete", "elb:members:list", "elb:members:put", "elb:pools:list"]
    assert would_update["diff"]["before"]["weight"] == 3
    assert would_update["diff"]["after"]["weight"] == 0
    assert [write["method"] for write in emulator.writes()] == ["POST", "PUT", "PUT", "PUT", "DELETE"]


def test_member_absent_failed_when_the_pool_was_already_gone(engine: Engine, emulator: Emulator) -> None:
    by_name, by_id, present, in_check_mode, by_its_name = engine.play(
        [
            task("elb_member", **ONE, state="absent"),
            task("elb_member", **{**ONE, "pool": "11111111-1111-1111-1111-111111111111"}, state="absent"),
            task("elb_member", **ONE),
            task("elb_member", **ONE) | {"check_mode": True},
            task("elb_member", pool="web", name="web-1", weight=0) | {"check_mode": True},
        ]
    ).results
    assert not by_name.failed
    assert not by_name.changed
    assert not by_id.failed
    assert not by_id.changed
    assert present.failed
    assert "there is no pool 'web'" in present["msg"]
    # An earlier task may have been about to create it: only a warning.
    assert in_check_mode.changed
    assert any("there is no pool 'web'" in warning for warning in in_check_mode.warnings)
    assert in_check_mode["required_actions"] == ["elb:members:create", "elb:members:list", "elb:pools:list"]
    assert by_its_name.changed
    assert by_its_name["required_actions"] == ["elb:members:list", "elb:members:put", "elb:pools:list"]


def test_a_uuid_is_an_id(engine: Engine, emulator: Emulator) -> None:
    name = "0a1b2c3d-0000-4000-8000-00000000abcd"
    emulator.seed({"name": name, "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    result = engine.run("elb_member", **{**ONE, "pool": name})
    assert f"there is no pool '{name}'" in result["msg"]
    assert {entry["action"] for entry in emulator.requests()} == {"elb:members:list"}


def test_the_subnet_of_a_member_cannot_change(engine: Engine, emulator: Emulator, pool: str) -> None:
    subnet = emulator.subnet("192.168.0.0/24")["id"]
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 8080})
    result = engine.run("elb_member", **ONE, subnet_cidr_id=subnet)
    assert result.failed
    assert f"subnet_cidr_id is not set and cannot become {subnet}" in result["msg"]
    assert emulator.writes() == []


def test_a_zone_cannot_be_taken_away(engine: Engine, emulator: Emulator, pool: str) -> None:
    """The service takes zones of the region only; an empty one is refused before any request."""
    result = engine.run("elb_member", **ONE, availability_zone="")
    assert "availability_zone must not be empty" in result["msg"]
    assert emulator.requests() == []


def test_subnet_cidr_id_was_given_the_vpc_subnets_id(engine: Engine, emulator: Emulator, pool: str) -> None:
    result = engine.run("elb_member", **ONE, subnet_cidr_id=emulator.subnet("192.168.0.0/24")["vpc_subnet_id"])
    assert result["status"] == 404
    assert "subnet_cidr_id is the Neutron ID of the IPv4 or IPv6 subnet" in result["msg"]


def test_ip_members_that_the_load_balancer_does_not_allow(engine: Engine, emulator: Emulator) -> None:
    on_demo_2 = {"loadbalancer_id": emulator.loadbalancer("demo-2")}
    dummy, udp = emulator.seed({"name": "web", "protocol": "HTTP", **on_demo_2}, {"name": "udp", "protocol": "UDP", **on_demo_2})
    not_enabled, *of_udp = engine.play([task("elb_member", **{**ONE, "pool": each}) for each in ("web", "udp", udp["id"])]).results
    assert not_enabled["error_code"] == "ELB.8939"
    assert "IP as a Backend" in not_enabled["msg"]
    # By name or by ID, the service knows whether a UDP pool takes them.
    assert [result["error_code"] for result in of_udp] == ["ELB.8938", "ELB.8938"]
    assert all("take no members by IP alone. Give subnet_cidr_id" in result["msg"] for result in of_udp)


def test_a_weight_on_a_source_ip_pool_is_warned_of(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "lb_algorithm": "SOURCE_IP", "loadbalancer_id": emulator.loadbalancer("demo")})
    with_weight, without = engine.play([task("elb_member", **ONE, weight=3), task("elb_member", **ONE)]).results
    assert any("SOURCE_IP" in warning for warning in with_weight.warnings)
    assert without.warnings == []


def test_draining_comes_before_removing(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 8080, "weight": 5})
    started = time.monotonic()
    result = engine.run("elb_member", **ONE, state="absent", drain_seconds=1.5, timeout=1)
    assert result.changed, result["msg"]
    assert time.monotonic() - started >= 1.5
    drained, removed = emulator.writes()
    assert (drained["method"], drained["body"]) == ("PUT", {"member": {"weight": 0}})
    assert removed["method"] == "DELETE"


def test_a_member_at_zero_is_not_set_to_zero_again(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.seed_members(pool, {"address": "192.168.0.11", "protocol_port": 8080, "weight": 0})
    result = engine.run("elb_member", **ONE, state="absent", drain_seconds=0.1)
    assert [write["method"] for write in emulator.writes()] == ["DELETE"]
    assert result["required_actions"] == ["elb:members:delete", "elb:members:list", "elb:pools:list"]


def test_waiting_until_it_is_healthy(engine: Engine, emulator: Emulator, pool: str) -> None:
    emulator.health_monitor(pool)
    emulator.configure(health_delay_ms=1500)
    healthy, no_need = engine.play([task("elb_member", **ONE, wait=True), task("elb_member", **ONE, wait=True)]).results
    assert healthy["member"]["operating_status"] == "ONLINE", healthy["msg"]
    assert not no_need.changed
    gets = emulator.requests(action="elb:members:get")
    assert 2 <= len(gets) <= 4
    assert "elb:members:get" not in no_need["required_actions"]


def test_waiting_in_vain_tells_why(engine: Engine, emulator: Emulator, pool: str) -> None:
    (seeded,) = emulator.seed({"name": "watched", "protocol": "HTTP", "listener_id": emulator.listener("demo-http")})
    emulator.health_monitor(seeded["id"])
    emulator.configure(health_delay_ms=3_600_000, health_reason="CONNECT_REFUSED")
    result = engine.run("elb_member", **{**ONE, "pool": "watched"}, wait=True, timeout=2)
    assert result.failed
    assert "OFFLINE" in result["msg"]
    assert "CONNECT_REFUSED" in result["msg"]
    assert "stays" in result["msg"]
    (added,) = (found["members"] for found in emulator.state()["pools"] if found["name"] == "watched")
    assert len(added) == 1
