# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""elb_pool through ansible-playbook: its life, what it refuses, and how pools are identified."""

from __future__ import annotations

from typing import Any

from ..emulator.client import Emulator
from .engine import Engine, task

WEB: dict[str, Any] = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}


def stored(emulator: Emulator) -> list[dict[str, Any]]:
    pools: list[dict[str, Any]] = emulator.state()["pools"]
    return pools


def test_the_life_of_a_pool(engine: Engine, emulator: Emulator) -> None:
    new = {
        **WEB,
        "description": "first",
        "listener": "demo-http",
        "session_persistence": {"type": "HTTP_COOKIE", "persistence_timeout": 30},
    }
    created, again, updated, gone, gone_again = engine.play(
        [
            task("elb_pool", **new),
            task("elb_pool", **new),
            task("elb_pool", **{**new, "lb_algorithm": "LEAST_CONNECTIONS", "description": ""}),
            task("elb_pool", name="web", state="absent"),
            task("elb_pool", name="web", state="absent"),
        ]
    ).results
    assert created.changed, created["msg"]
    assert created["pool"]["name"] == "web"
    assert created["pool"]["loadbalancers"] == [{"id": emulator.loadbalancer("demo")}]
    assert created["pool"]["listeners"] == [{"id": emulator.listener("demo-http")}]
    assert created["pool"]["session_persistence"]["persistence_timeout"] == 30
    assert not again.changed
    assert again["pool"] == created["pool"]
    assert updated.changed
    assert updated["pool"]["id"] == created["pool"]["id"]
    assert (updated["pool"]["lb_algorithm"], updated["pool"]["description"]) == ("LEAST_CONNECTIONS", "")
    assert gone.changed
    assert gone["pool"] == gone_again["pool"] == {}
    assert not gone_again.changed
    assert stored(emulator) == []
    (update,) = emulator.requests(method="PUT")
    assert update["body"] == {"pool": {"lb_algorithm": "LEAST_CONNECTIONS", "description": ""}}


def test_by_id_it_can_be_renamed_and_removed(engine: Engine, emulator: Emulator) -> None:
    (seeded,) = emulator.seed({"name": "old", "protocol": "TCP"})
    by_id = {"id": seeded["id"]}
    same, renamed, nameless, gone, gone_again, unknown = engine.play(
        [
            task("elb_pool", id=seeded["id"].upper()),
            task("elb_pool", **by_id, name="new"),
            task("elb_pool", **by_id, name=""),
            # The ID says which one is meant: nothing else is looked up.
            task("elb_pool", **by_id, loadbalancer="gone already", state="absent"),
            task("elb_pool", **by_id, state="absent"),
            task("elb_pool", **by_id, name="new"),
        ]
    ).results
    assert not same.changed
    assert renamed["pool"]["name"] == "new"
    assert nameless["pool"]["name"] == ""
    assert gone.changed
    assert not gone_again.changed
    assert unknown.failed
    assert f"Cannot set up pool {seeded['id']}: it does not exist, and a pool cannot be created with a given ID" in unknown["msg"]


def test_check_mode_says_the_same_and_writes_nothing(engine: Engine, emulator: Emulator) -> None:
    check: dict[str, Any] = {"check_mode": True}
    changed = {**WEB, "description": "new", "slow_start": {"enable": True}}
    tasks = [
        task("elb_pool", **WEB) | check,
        task("elb_pool", **WEB),
        task("elb_pool", **changed) | check,
        task("elb_pool", **changed),
        task("elb_pool", **changed) | check,
        task("elb_pool", name="web", state="absent") | check,
        task("elb_pool", name="web", state="absent"),
    ]
    results = engine.play(tasks, diff=True).results
    would_create, created, would_update, updated, unchanged, would_remove, removed = results
    for predicted, done in ((would_create, created), (would_update, updated), (would_remove, removed)):
        assert predicted.changed, predicted["msg"]
        assert done.changed, done["msg"]
        assert predicted["diff"] == done["diff"]
        assert predicted["required_actions"] == done["required_actions"]
    assert not unchanged.changed
    assert would_update["pool"]["description"] == "new"
    assert would_create["diff"]["before"] == {}
    assert would_create["diff"]["after"] == {
        "name": "web",
        "description": "",
        "loadbalancer_id": emulator.loadbalancer("demo"),
        "protocol": "HTTP",
        "lb_algorithm": "ROUND_ROBIN",
        "member_deletion_protection_enable": False,
        "protection_status": "nonProtection",
        "protection_reason": "",
    }
    assert {each["diff"][key] for each in results for key in ("before_header", "after_header")} == {"pool web"}
    assert (would_update["diff"]["before"]["description"], would_update["diff"]["after"]["description"]) == ("", "new")
    assert would_remove["diff"]["before"]["name"] == "web"
    assert would_remove["diff"]["after"] == {}
    assert [write["method"] for write in emulator.writes()] == ["POST", "PUT", "DELETE"]


def test_two_pools_of_one_name_are_told_apart(engine: Engine, emulator: Emulator) -> None:
    first, second = emulator.seed(
        {"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")},
        {"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo-2")},
    )
    ambiguous, narrowed, by_id = engine.play(
        [
            task("elb_pool", name="web", description="x"),
            task("elb_pool", name="web", loadbalancer="demo-2"),
            task("elb_pool", id=first["id"]),
        ]
    ).results
    assert ambiguous.failed
    assert "Cannot set up pool 'web': there are 2 pools named 'web'" in ambiguous["msg"]
    assert first["id"] in ambiguous["msg"]
    assert second["id"] in ambiguous["msg"]
    assert "'id', or narrow the lookup with 'loadbalancer' or 'listener'." in ambiguous["msg"]
    assert "remove one by its ID, and use run_once" in ambiguous["msg"]
    assert narrowed["pool"]["id"] == second["id"]
    assert not narrowed.changed
    assert by_id["pool"]["id"] == first["id"]
    assert emulator.writes() == []


def test_a_name_is_narrowed_by_listener(engine: Engine, emulator: Emulator) -> None:
    first, second = emulator.seed(
        {"name": "web", "protocol": "HTTP", "listener_id": emulator.listener("demo-http")},
        {"name": "web", "protocol": "HTTP", "listener_id": emulator.listener("demo-http-2")},
    )
    by_name, by_id, with_loadbalancer, gone, elsewhere = engine.play(
        [
            task("elb_pool", name="web", listener="demo-http-2"),
            task("elb_pool", name="web", listener_id=emulator.listener("demo-http")),
            task("elb_pool", name="web", listener="demo-http-2", loadbalancer="demo"),
            task("elb_pool", name="web", listener="demo-http-2", state="absent"),
            # On another load balancer there is none of that name.
            task("elb_pool", name="web", listener="demo-2-http", state="absent"),
        ]
    ).results
    assert by_name["pool"]["id"] == with_loadbalancer["pool"]["id"] == second["id"]
    assert by_id["pool"]["id"] == first["id"]
    assert not by_name.changed
    assert gone.changed
    assert not elsewhere.changed
    assert [pool["id"] for pool in stored(emulator)] == [first["id"]]


def test_a_name_that_looks_like_an_id(engine: Engine, emulator: Emulator) -> None:
    """A name is a name: the pool that has it as its ID is another one."""
    (other,) = emulator.seed({"name": "other", "protocol": "HTTP", "description": "keep"})
    new = {"name": other["id"], "type": "ip", "protocol": "TCP", "lb_algorithm": "ROUND_ROBIN"}
    created, again, gone = engine.play(
        [task("elb_pool", **new), task("elb_pool", **new), task("elb_pool", name=other["id"], state="absent")]
    ).results
    assert created.changed, created["msg"]
    assert created["pool"]["id"] != other["id"]
    assert not again.changed
    assert gone.changed
    assert [pool["name"] for pool in stored(emulator)] == ["other"]


def test_the_enterprise_project_is_where_everything_is_looked_up(engine: Engine, emulator: Emulator) -> None:
    scope = "c4d5e6f7-0819-4a2b-8c3d-4e5f60718293"
    there = {"name": "web", "loadbalancer": "elsewhere", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    one = {"pool": "web", "address": "192.168.0.11", "port": 80, "subnet_cidr_id": emulator.subnet("192.168.0.0/24")["id"]}
    unscoped, created, again, member, members, gone, *unknown = engine.play(
        [
            task("elb_pool", **there),
            task("elb_pool", **there, enterprise_project_id=scope),
            task("elb_pool", **there, enterprise_project_id="all_granted_eps"),
            task("elb_member", **one, enterprise_project_id=scope),
            task("elb_pool_members", pool="web", members=[], purge=True, allow_empty=True, enterprise_project_id=scope),
            task("elb_pool", name="web", state="absent", force=True, enterprise_project_id=scope),
            task("elb_member", **one),
            task("elb_pool", **there | {"loadbalancer": "demo", "listener": "nobodys"}),
            task("elb_pool", **there, enterprise_project_id="0"),
        ]
    ).results
    assert unscoped["msg"].startswith("Cannot set up pool 'web': there is no load balancer 'elsewhere' in this project and region.")
    # The reference calls the parameter unsupported, so it is advised nowhere.
    assert not any("enterprise" in result["msg"] for result in (unscoped, *unknown))
    for result in (created, member, members, gone):
        assert result.changed, result["msg"]
    assert not again.changed
    lists = [request["query"].get("enterprise_project_id") for request in emulator.requests() if request["action"].endswith(":list")]
    assert [value for value in lists if value] == [[scope]] * 2 + [["all_granted_eps"]] * 2 + [[scope]] * 5 + [["0"]]


def test_what_cannot_be_is_refused_before_any_request(engine: Engine, emulator: Emulator) -> None:
    (result,) = engine.play(
        [
            task(
                "elb_pool",
                **{**WEB, "protocol": "TCP", "lb_algorithm": "QUIC_CID", "slow_start": {"enable": True}, "vpc_id": "x", "type": "ip"},
            )
        ]
    ).results
    assert result.failed
    for words in ("QUIC_CID is for protocol QUIC only", "slow_start is for protocol HTTP", "vpc_id cannot be given for type ip"):
        assert words in result["msg"]
    assert emulator.requests() == []
    assert result["required_actions"] == []


def test_what_cannot_be_changed_is_refused_before_any_write(engine: Engine, emulator: Emulator) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo"), "type": "instance"})
    result = engine.run("elb_pool", id=seeded["id"], protocol="TCP", loadbalancer="demo-2", type="ip", description="new")
    assert result.failed
    for words in (
        "protocol is HTTP and cannot become TCP",
        f"loadbalancer is {emulator.loadbalancer('demo')} and cannot become {emulator.loadbalancer('demo-2')}",
        "type is instance and cannot become ip",
        "create a pool under another name",
    ):
        assert words in result["msg"]
    assert emulator.writes() == []


def test_what_is_needed_to_create_is_named(engine: Engine, emulator: Emulator) -> None:
    nowhere, on_a_listener = engine.play(
        [
            task("elb_pool", name="web") | {"check_mode": True},
            task("elb_pool", name="web", listener="demo-http", lb_algorithm="ROUND_ROBIN"),
        ]
    ).results
    assert nowhere["msg"] == (
        "Cannot set up pool 'web': there is no pool of that name. To create it, give protocol and lb_algorithm "
        "and one of loadbalancer, listener or type (instance or ip)"
    )
    assert "no pool of that name on the load balancer of that listener. To create it, give protocol" in on_a_listener["msg"]
    assert emulator.writes() == []


def test_members_are_removed_only_by_force(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "members": [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in (1, 2)]})
    refused, predicted, forced = engine.play(
        [
            task("elb_pool", name="web", state="absent"),
            task("elb_pool", name="web", state="absent", force=True) | {"check_mode": True},
            task("elb_pool", name="web", state="absent", force=True),
        ],
        diff=True,
    ).results
    assert refused.failed
    assert "2 members" in refused["msg"]
    # A diff shows what is lost with the pool.
    assert predicted["diff"] == forced["diff"]
    assert (forced["diff"]["before"]["members"], forced["diff"]["after"]) == (["192.168.0.1:80", "192.168.0.2:80"], {})
    assert "force" in refused["msg"]
    assert predicted.changed
    assert forced.changed, forced["msg"]
    needed = ["elb:l7policies:list", "elb:members:delete", "elb:members:list", "elb:pools:delete", "elb:pools:list"]
    assert predicted["required_actions"] == forced["required_actions"] == needed
    assert [write["action"] for write in emulator.writes()] == ["elb:members:delete", "elb:members:delete", "elb:pools:delete"]
    assert stored(emulator) == []


def test_load_balancer_and_listener_by_name(engine: Engine, emulator: Emulator) -> None:
    unknown, ambiguous, no_listener, of_another = engine.play(
        [
            task("elb_pool", **{**WEB, "loadbalancer": "nobodys"}),
            task("elb_pool", **{**WEB, "loadbalancer": "twin"}),
            task("elb_pool", **WEB, listener="nobodys"),
            task("elb_pool", **WEB, listener="demo-2-http"),
        ]
    ).results
    assert "there is no load balancer 'nobodys'" in unknown["msg"]
    assert "there are 2 load balancers named 'twin'" in ambiguous["msg"]
    assert "there is no listener 'nobodys' on load balancer 'demo'" in no_listener["msg"]
    assert "there is no listener 'demo-2-http' " in of_another["msg"]
    assert emulator.writes() == []


def test_the_services_own_refusals_are_shown(engine: Engine, emulator: Emulator) -> None:
    emulator.fault("answer", action="elb:pools:create", status=409, error_code="ELB.8907", error_msg="In use.")
    refused = engine.run("elb_pool", **WEB)
    assert refused.failed
    assert (refused["status"], refused["error_code"]) == (409, "ELB.8907")
    assert refused["request_id"]
    assert refused["msg"].startswith("Could not create pool 'web': In use")


def test_module_defaults_set_the_connection_for_the_group(engine: Engine, emulator: Emulator) -> None:
    nothing = dict.fromkeys(engine.env)
    user = emulator.user("admin")
    connection = {
        "access_key": user["access_key"],
        "secret_key": user["secret_key"],
        "project_id": emulator.project_id,
        "endpoint": emulator.url,
    }
    played = engine.play(
        [
            task("elb_pool", **WEB),
            task("elb_member", pool="web", address="192.168.0.1", port=80),
            task("elb_pool_info"),
            task("elb_member_info", pool="web"),
        ],
        env=nothing,
        module_defaults={"group/otc.elb.elb": connection},
    )
    assert [result.failed for result in played.results] == [False] * 4, played.output
