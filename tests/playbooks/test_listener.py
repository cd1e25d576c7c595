# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener of elb_pool through ansible-playbook, and what stands against the removal of a pool."""

from __future__ import annotations

from typing import Any

import pytest

from ..emulator.client import Emulator
from .engine import Engine, task

WEB: dict[str, Any] = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
ATTACHED = ["elb:listeners:put"]


def writes(emulator: Emulator) -> list[str]:
    return [entry["action"] for entry in emulator.writes()]


@pytest.fixture
def blue(emulator: Emulator) -> str:
    """The ID of the pool "blue", which is the default pool of demo-http."""
    (seeded,) = emulator.seed({"name": "blue", "protocol": "HTTP", "listener_id": emulator.listener("demo-http")})
    return str(seeded["id"])


def test_attached_at_the_creation(engine: Engine, emulator: Emulator) -> None:
    predicted, created, again, by_id = engine.play(
        [
            task("elb_pool", **WEB, listener="demo-http") | {"check_mode": True},
            task("elb_pool", **WEB, listener="demo-http"),
            task("elb_pool", **WEB, listener="demo-http"),
            task("elb_pool", name="web", listener=emulator.listener("demo-http").upper()),
        ],
        diff=True,
    ).results
    assert created.changed, created["msg"]
    assert created["pool"]["listeners"] == predicted["pool"]["listeners"] == [{"id": emulator.listener("demo-http")}]
    assert predicted["required_actions"] == created["required_actions"]
    assert predicted["diff"] == created["diff"]
    assert created["diff"]["after"]["listener"] == {
        "id": emulator.listener("demo-http"),
        "default_pool_id": "known after creation: pool 'web'",
    }
    assert not again.changed
    assert not by_id.changed
    assert by_id["required_actions"] == ["elb:pools:list"]
    assert writes(emulator) == ["elb:pools:create"]
    assert emulator.state()["listeners"]["demo-http"] == created["pool"]["id"]


def test_attached_to_a_pool_that_exists(engine: Engine, emulator: Emulator) -> None:
    """Also where it belongs to no load balancer yet, and has other listeners, which are left alone."""
    (free,) = emulator.seed({"name": "web", "protocol": "HTTP"})
    options = [{"listener": "demo-http"}, {"listener": "demo-http-2"}, {"listener": "demo-http"}]
    results = engine.play(
        [task("elb_pool", name="web", **each) | {"check_mode": check} for each in options for check in (True, False)], diff=True
    ).results
    assert [result.changed for result in results] == [True, True, True, True, False, False], [result.get("msg") for result in results]
    for predicted, done in zip(results[::2], results[1::2], strict=True):
        assert predicted["required_actions"] == done["required_actions"]
        assert predicted["diff"] == done["diff"]
        assert done["pool"]["id"] == free["id"]
    assert writes(emulator) == ATTACHED * 2
    state = emulator.state()
    assert state["listeners"]["demo-http"] == state["listeners"]["demo-http-2"] == free["id"]
    assert len(state["pools"]) == 1


def test_another_default_pool_is_replaced_only_on_demand(engine: Engine, emulator: Emulator, blue: str) -> None:
    green = {**WEB, "name": "green", "listener": "demo-http"}
    refused, in_check_mode, *switched = engine.play(
        [
            task("elb_pool", **green),
            task("elb_pool", **green) | {"check_mode": True},
            task("elb_pool", **green, switch_listener=True) | {"check_mode": True},
            task("elb_pool", **green, switch_listener=True),
            task("elb_pool", **green, switch_listener=True),
            # The pool has the listener, so nothing changes without switch_listener.
            task("elb_pool", **green),
            task("elb_pool", name="blue", listener="demo-http", switch_listener=True),
        ],
        diff=True,
    ).results
    for result in (refused, in_check_mode):
        assert result.failed
        assert f"listener 'demo-http' has the default pool {blue}: set 'switch_listener: true'" in result["msg"]
    predicted, done, again, without, back = switched
    assert done.changed, done["msg"]
    assert predicted["required_actions"] == done["required_actions"]
    assert predicted["diff"] == done["diff"]
    assert done["diff"]["before"]["listener"] == {"id": emulator.listener("demo-http"), "default_pool_id": blue}
    assert not again.changed
    assert not without.changed
    assert back.changed
    assert back["pool"]["id"] == blue
    assert writes(emulator) == ["elb:pools:create", *ATTACHED, *ATTACHED]
    assert emulator.state()["listeners"]["demo-http"] == blue
    assert len(emulator.state()["pools"]) == 2


def test_another_listener_makes_no_second_pool(engine: Engine, emulator: Emulator, blue: str) -> None:
    result = engine.run("elb_pool", **{**WEB, "name": "blue"}, listener="demo-http-2")
    assert result.changed, result["msg"]
    assert result["pool"]["id"] == blue
    assert writes(emulator) == ATTACHED


def test_a_pool_of_the_name_on_another_load_balancer_is_another_one(engine: Engine, emulator: Emulator) -> None:
    (other,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo-2")})
    new = {"name": "web", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "listener": "demo-http"}
    created, again = engine.play([task("elb_pool", **new), task("elb_pool", **new)]).results
    assert created.changed, created["msg"]
    assert created["pool"]["id"] != other["id"]
    assert created.warnings == [
        f"There is another pool named 'web', on load balancer {emulator.loadbalancer('demo-2')}: {other['id']}. "
        "This task creates one beside it; to change that one instead, give its ID as 'id'."
    ]
    assert not again.changed
    assert again.warnings == []


def test_of_several_pools_of_the_name_that_of_the_listeners_load_balancer(engine: Engine, emulator: Emulator) -> None:
    here, dummy = emulator.seed(
        {"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")},
        {"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo-2")},
    )
    result = engine.run("elb_pool", name="web", listener="demo-http")
    assert result.changed, result["msg"]
    assert result["pool"]["id"] == here["id"]


def test_what_is_refused(engine: Engine, emulator: Emulator, blue: str) -> None:
    emulator.seed_kind("listeners", {"name": "demo-http", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo-2")})
    emulator.seed({"name": "tcp", "protocol": "TCP", "loadbalancer_id": emulator.loadbalancer("demo")})
    results = engine.play(
        [
            task("elb_pool", **WEB, listener=""),
            task("elb_pool", **WEB, switch_listener=True),
            task("elb_pool", name="web", listener="demo-tcp", protocol="HTTP", lb_algorithm="ROUND_ROBIN"),
            task("elb_pool", name="tcp", listener="demo-https"),
            task("elb_pool", name="blue", listener="nobodys"),
            task("elb_pool", name="blue", listener="11111111-1111-1111-1111-111111111111"),
            task("elb_pool", name="tcp", listener="demo-http"),
        ]
    ).results
    for result, words in zip(
        results,
        (
            "listener must not be empty",
            "switch_listener has an effect only with 'listener'",
            "the listener's protocol TCP takes pools with protocol TCP, not HTTP",
            "the listener's protocol HTTPS takes pools with protocol HTTP or HTTPS, not TCP",
            "Cannot set up pool 'blue': there is no listener 'nobodys' in this project and region.",
            "Cannot set up pool 'blue': there is no listener '11111111-1111-1111-1111-111111111111' in this project",
            "Cannot set up pool 'tcp': there are 2 listeners named 'demo-http'",
        ),
        strict=True,
    ):
        assert result.failed
        assert words in result["msg"], result["msg"]
    assert emulator.writes() == []


def test_a_lost_response_to_a_switch_is_no_failure(engine: Engine, emulator: Emulator, blue: str) -> None:
    emulator.fault("reset", action="elb:listeners:put", when="after")
    result = engine.run("elb_pool", **{**WEB, "name": "green"}, listener="demo-http", switch_listener=True)
    assert result.changed, result["msg"]
    assert emulator.state()["listeners"]["demo-http"] == result["pool"]["id"]


def test_a_pool_that_is_made_but_not_attached_is_attached_by_the_next_run(engine: Engine, emulator: Emulator, blue: str) -> None:
    emulator.fault("answer", action="elb:listeners:put", status=400, error_code="ELB.8902", error_msg="No.")
    green = task("elb_pool", **{**WEB, "name": "green"}, listener="demo-http", switch_listener=True)
    failed, done = engine.play([green, green]).results
    assert failed.failed
    assert failed.changed
    assert "Could not switch listener 'demo-http' to the pool: No" in failed["msg"]
    assert "Done before that: create pool 'green'." in failed["msg"]
    assert done.changed, done["msg"]
    assert emulator.state()["listeners"]["demo-http"] == done["pool"]["id"]


MEMBERS = [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in (1, 2)]


@pytest.mark.parametrize("field", ["redirect_pool_id", "redirect_pools_config"])
def test_forwarding_policies_are_looked_for_before_anything_is_removed(engine: Engine, emulator: Emulator, field: str) -> None:
    (pool, other) = emulator.seed({"name": "web", "protocol": "HTTP", "members": MEMBERS}, {"name": "other", "protocol": "HTTP"})
    used = {"redirect_pool_id": pool["id"]}
    if field == "redirect_pools_config":
        used = {"redirect_pools_config": [{"pool_id": other["id"], "weight": 1}, {"pool_id": pool["id"], "weight": 9}]}
    (policy,) = emulator.seed_kind("l7policies", {"name": "canary", **used})
    predicted, refused = engine.play(
        [task("elb_pool", name="web", state="absent", force=True) | {"check_mode": check} for check in (True, False)]
    ).results
    for result in (predicted, refused):
        assert result.failed
        assert not result.changed
        assert f"it is used by the forwarding policies canary ({policy}): remove or change them first" in result["msg"]
    assert emulator.writes() == []
    emulator.remove_forwarding_policy(policy)
    gone = engine.run("elb_pool", name="web", state="absent", force=True)
    assert gone.changed, gone["msg"]


def test_protection(engine: Engine, emulator: Emulator) -> None:
    """It is known to protect members; whether it protects an empty pool is the service's to say."""
    full, dummy = emulator.seed(
        {"name": "full", "protocol": "HTTP", "members": MEMBERS, "member_deletion_protection_enable": True},
        {"name": "empty", "protocol": "HTTP", "member_deletion_protection_enable": True},
    )
    refused, gone = engine.play([task("elb_pool", name=name, state="absent", force=True) for name in ("full", "empty")]).results
    assert "pool 'full' protects its members from being removed: set member_deletion_protection_enable to false first" in refused["msg"]
    assert gone.changed, gone["msg"]
    assert writes(emulator) == ["elb:pools:delete"]
    emulator.remove("pools", full["id"])
    emulator.seed({"name": "empty", "protocol": "HTTP", "member_deletion_protection_enable": True})
    emulator.configure(protects_empty_pools=True)
    service = engine.run("elb_pool", name="empty", state="absent", timeout=1)
    assert service["status"] == 409
    assert "Set member_deletion_protection_enable to false on the pool first" in service["msg"]


def test_a_removal_that_the_service_finishes_late_is_waited_for(engine: Engine, emulator: Emulator) -> None:
    """It still counts the members and the health check for a while."""
    (pool,) = emulator.seed({"name": "web", "protocol": "HTTP", "members": MEMBERS})
    emulator.health_monitor(pool["id"])
    counted = {"status": 409, "error_code": "ELB.8907", "error_msg": "member 1923 is using this pool"}
    emulator.fault("answer", action="elb:pools:delete", **counted)
    busy = {"status": 409, "error_code": "ELB.8907", "error_msg": f"Pool {pool['id']} is used by the healthmonitor."}
    emulator.fault("answer", action="elb:pools:delete", times=2, **busy)
    gone = engine.run("elb_pool", name="web", state="absent", force=True)
    assert gone.changed, gone["msg"]
    # The members are still counted once, the health check twice: by the attempt before its removal, and after it.
    assert writes(emulator) == [
        *["elb:members:delete"] * 2,
        *["elb:pools:delete"] * 2,
        "elb:healthmonitor:delete",
        *["elb:pools:delete"] * 2,
    ]
    # Where the task removed nothing before, there is nothing to wait for.
    emulator.seed({"name": "web", "protocol": "HTTP"})
    emulator.fault("answer", action="elb:pools:delete", times=None, **busy)
    failed = engine.run("elb_pool", name="web", state="absent")
    assert failed["status"] == 409
    assert len(emulator.requests(action="elb:pools:delete")) == 5


def test_what_was_removed_before_a_failure_is_named_by_address(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "members": MEMBERS})
    emulator.fault("answer", action="elb:members:delete", skip=1, status=400, error_code="ELB.8902", error_msg="No.")
    failed = engine.run("elb_pool", name="web", state="absent", force=True)
    assert failed.changed
    # The service lists members in the order of their IDs.
    messages = [
        f"Could not remove member 192.168.0.{kept}:80 from pool 'web': No (status 400, ELB.8902, request {failed['request_id']}). "
        f"Done before that: remove member 192.168.0.{removed}:80 from pool 'web'."
        for kept, removed in ((1, 2), (2, 1))
    ]
    assert failed["msg"] in messages


@pytest.mark.parametrize("why", ["policy", "protection", "permission"])
def test_a_refused_removal_loses_nothing(engine: Engine, emulator: Emulator, why: str) -> None:
    (pool,) = emulator.seed({"name": "web", "protocol": "HTTP", "member_deletion_protection_enable": why == "protection"})
    check = emulator.health_monitor(pool["id"])
    emulator.configure(protects_empty_pools=True)
    if why == "policy":
        emulator.forwarding_policy(pool["id"])
    if why == "permission":
        emulator.fault("answer", action="elb:pools:delete", status=403, error_code="ELB.9802", error_msg="Not granted.")
    refused = engine.run("elb_pool", name="web", state="absent")
    assert refused.failed
    assert not refused.changed
    assert [each["id"] for each in emulator.state()["healthmonitors"]] == [check]


def test_a_pool_of_another_enterprise_project(engine: Engine, emulator: Emulator) -> None:
    """Given by its ID: its members, health check and forwarding policies are those of its enterprise project."""
    elsewhere = {"loadbalancer_id": emulator.loadbalancer("elsewhere"), "members": MEMBERS}
    (pool,) = emulator.seed({"name": "web", "protocol": "HTTP", **elsewhere})
    check = emulator.health_monitor(pool["id"])
    (policy,) = emulator.seed_kind("l7policies", {"name": "canary", "redirect_pool_id": pool["id"]})
    by_id = {"id": pool["id"], "state": "absent", "force": True}
    shown, refused = engine.play(
        [
            task("elb_pool_info", id=[pool["id"]], include_members=True, include_health_check=True),
            task("elb_pool", **by_id),
        ]
    ).results
    (found,) = shown["pools"]
    assert found["health_check"]["id"] == check
    assert {member["address"] for member in found["members"]} == {member["address"] for member in MEMBERS}
    assert f"it is used by the forwarding policies canary ({policy})" in refused["msg"]
    assert emulator.writes() == []
    emulator.remove_forwarding_policy(policy)
    assert engine.run("elb_pool", **by_id).changed
    assert emulator.state()["pools"] == emulator.state()["healthmonitors"] == []


def test_check_mode_warns_of_a_listener_that_is_taken(engine: Engine, emulator: Emulator, blue: str) -> None:
    """The pool is one that an earlier task would create, and its protocol is not known."""
    result = engine.run("elb_pool", name="green", listener="demo-http", health_check={"url_path": "/healthz"}, check=True)
    assert result.changed, result["msg"]
    assert "type" not in result["health_check"]
    assert any(f"listener 'demo-http' has the default pool {blue}" in warning for warning in result.warnings)
