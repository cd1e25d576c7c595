# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health check of elb_pool through ansible-playbook: its life, what is refused, and what happens when half of it fails."""

from __future__ import annotations

from typing import Any

import pytest

from ..emulator.client import Emulator, Json
from .engine import Engine, task

WEB: dict[str, Any] = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
CHECK: Json = {"type": "HTTP", "url_path": "/healthz", "delay": 2}


def stored(emulator: Emulator) -> list[Json]:
    checks: list[Json] = emulator.state()["healthmonitors"]
    return checks


def test_the_life_of_a_health_check(engine: Engine, emulator: Emulator) -> None:
    created, again, updated, kept, gone, gone_again = engine.play(
        [
            task("elb_pool", **WEB, health_check=CHECK),
            task("elb_pool", **WEB, health_check=CHECK),
            task("elb_pool", name="web", health_check={"delay": 5, "monitor_port": 8081}),
            # Neither looked at nor changed.
            task("elb_pool", name="web"),
            task("elb_pool", name="web", health_check={"enable": False}),
            task("elb_pool", name="web", health_check={"enable": False}),
        ],
        diff=True,
    ).results
    assert created.changed, created["msg"]
    assert created["pool"]["healthmonitor_id"] == created["health_check"]["id"]
    assert created["health_check"]["pools"] == [{"id": created["pool"]["id"]}]
    assert created["diff"]["after"]["health_check"] == {**CHECK, "timeout": 3, "max_retries": 3}
    assert created["diff"]["before"]["health_check"] == {}
    assert not again.changed
    assert again["health_check"] == created["health_check"]
    assert again["diff"]["before"] == again["diff"]["after"]
    assert updated.changed
    assert {key: updated["health_check"][key] for key in ("delay", "monitor_port", "url_path")} == {
        "delay": 5,
        "monitor_port": 8081,
        "url_path": "/healthz",
    }
    assert updated["diff"]["before"]["health_check"] == {"delay": 2, "monitor_port": None}
    assert not kept.changed
    assert "health_check" not in kept
    assert gone.changed
    assert gone["health_check"] is None
    assert gone["pool"]["healthmonitor_id"] is None
    assert (gone["diff"]["before"]["health_check"]["url_path"], gone["diff"]["after"]["health_check"]) == ("/healthz", {})
    assert not gone_again.changed
    assert stored(emulator) == []
    bodies = [write["body"] for write in emulator.writes()[1:]]
    assert bodies[0]["healthmonitor"] == {**CHECK, "timeout": 3, "max_retries": 3, "pool_id": created["pool"]["id"]}
    assert bodies[1:] == [{"healthmonitor": {"delay": 5, "monitor_port": 8081}}, None]


def test_check_mode_says_the_same_and_writes_nothing(engine: Engine, emulator: Emulator) -> None:
    check: dict[str, Any] = {"check_mode": True}
    pairs: list[Json] = [
        {**WEB, "health_check": CHECK},
        {"name": "web", "description": "new", "health_check": {"max_retries": 1}},
        {"name": "web", "health_check": {"enable": False}},
        {"name": "web", "health_check": {}},
        {"name": "web", "state": "absent"},
    ]
    results = engine.play(
        [each for options in pairs for each in (task("elb_pool", **options) | check, task("elb_pool", **options))], diff=True
    )
    for predicted, done in zip(results.results[::2], results.results[1::2], strict=True):
        assert predicted.changed, predicted["msg"]
        assert done.changed, done["msg"]
        assert predicted["diff"] == done["diff"]
        assert predicted["required_actions"] == done["required_actions"]
    assert [write["action"] for write in emulator.writes()] == [
        "elb:pools:create",
        "elb:healthmonitors:create",
        "elb:pools:put",
        "elb:healthmonitors:put",
        "elb:healthmonitor:delete",
        "elb:healthmonitors:create",
        "elb:pools:delete",
        "elb:healthmonitor:delete",
        "elb:pools:delete",
    ]


@pytest.mark.parametrize(
    ("protocol", "kind"), [("TCP", "TCP"), ("HTTP", "HTTP"), ("HTTPS", "HTTPS"), ("UDP", "UDP_CONNECT"), ("QUIC", "UDP_CONNECT")]
)
def test_an_empty_one_has_the_consoles_defaults(engine: Engine, emulator: Emulator, protocol: str, kind: str) -> None:
    emulator.seed({"name": "web", "protocol": protocol, "loadbalancer_id": emulator.loadbalancer("demo")})
    created, again = engine.play([task("elb_pool", name="web", health_check={}), task("elb_pool", name="web", health_check={})]).results
    assert created.changed, created["msg"]
    assert {key: created["health_check"][key] for key in ("type", "delay", "timeout", "max_retries", "max_retries_down")} == {
        "type": kind,
        "delay": 5,
        "timeout": 3,
        "max_retries": 3,
        "max_retries_down": 3,
    }
    assert not again.changed


REFUSED: dict[str, tuple[Json, str]] = {
    "delay": ({"delay": 51}, "health_check delay must be 1 to 50, not 51"),
    "timeout": ({"timeout": 0}, "health_check timeout must be 1 to 50, not 0"),
    "max_retries": ({"max_retries": 11}, "health_check max_retries must be 1 to 10"),
    "max_retries_down": ({"max_retries_down": 0}, "health_check max_retries_down must be 1 to 10"),
    "monitor_port": ({"monitor_port": 65536}, "health_check monitor_port must be 1 to 65535"),
    "domain_name": ({"domain_name": "-x"}, "health_check domain_name may have letters"),
    "long domain_name": ({"domain_name": "x" * 101}, "health_check domain_name must have 0 to 100 characters"),
    "url_path": ({"url_path": "healthz"}, "health_check url_path must begin with '/'"),
    "empty url_path": ({"url_path": ""}, "health_check url_path must not be empty"),
    "expected_codes": ({"expected_codes": "2xx"}, "health_check expected_codes must be a code, a list or a range"),
    "name": ({"name": "x" * 256}, "health_check name must have 0 to 255 characters"),
    "type of the protocol": (
        {"type": "UDP_CONNECT"},
        "health_check type UDP_CONNECT does not fit a pool with protocol HTTP, which takes HTTP, HTTPS, TCP",
    ),
    "url_path of TCP": ({"type": "TCP", "url_path": "/x"}, "health_check url_path is for type HTTP and HTTPS only, not for TCP"),
    "domain_name of TCP": ({"type": "TCP", "domain_name": "x"}, "health_check domain_name is for type HTTP and HTTPS only"),
    "no such option": ({"path": "/"}, "health_check.path"),
    "no such type": ({"type": "PING"}, "value of type must be one of: TCP, UDP_CONNECT, HTTP, HTTPS, got: PING"),
}


def test_what_cannot_be_is_refused_before_any_request(engine: Engine, emulator: Emulator) -> None:
    results = engine.play([task("elb_pool", **WEB, health_check=option) for option, dummy in REFUSED.values()]).results
    for (name, (dummy, words)), result in zip(REFUSED.items(), results, strict=True):
        assert result.failed, name
        assert words in result["msg"], (name, result["msg"])
    assert emulator.requests() == []


def test_what_only_the_pool_shows_is_refused_before_any_write(engine: Engine, emulator: Emulator) -> None:
    udp, tcp = emulator.seed({"name": "udp", "protocol": "UDP"}, {"name": "tcp", "protocol": "TCP"})
    emulator.health_monitor(tcp["id"])
    of_protocol, of_default, of_current = engine.play(
        [
            task("elb_pool", name="udp", description="new", health_check={"type": "HTTP"}),
            task("elb_pool", id=udp["id"], health_check={"url_path": "/"}),
            task("elb_pool", name="tcp", health_check={"expected_codes": "200,204"}),
        ]
    ).results
    assert "type HTTP does not fit a pool with protocol UDP, which takes UDP_CONNECT" in of_protocol["msg"]
    assert "url_path is for type HTTP and HTTPS only, not for UDP_CONNECT" in of_default["msg"]
    assert "expected_codes is for type HTTP and HTTPS only, not for TCP" in of_current["msg"]
    assert emulator.writes() == []


def test_a_pool_without_its_health_check_is_finished_by_the_next_run(engine: Engine, emulator: Emulator) -> None:
    emulator.fault("answer", action="elb:healthmonitors:create", status=409, error_code="ELB.8905", error_msg="Quota exceeded.")
    failed, finished, again = engine.play([task("elb_pool", **WEB, health_check=CHECK) for dummy in range(3)]).results
    assert failed.failed
    assert failed.changed
    assert failed["msg"].startswith("Could not create health check of pool 'web': Quota exceeded (")
    assert "Done before that: create pool 'web'." in failed["msg"]
    assert (failed["status"], failed["error_code"]) == (409, "ELB.8905")
    assert finished.changed, finished["msg"]
    assert not again.changed
    assert [check["url_path"] for check in stored(emulator)] == ["/healthz"]
    assert len(emulator.state()["pools"]) == 1


def test_it_is_created_once_although_a_response_was_lost(engine: Engine, emulator: Emulator) -> None:
    emulator.fault("reset", action="elb:healthmonitors:create", when="after")
    result = engine.run("elb_pool", **WEB, health_check=CHECK)
    assert result.changed, result["msg"]
    (check,) = stored(emulator)
    assert result["health_check"]["id"] == check["id"]
    assert len(emulator.requests(action="elb:healthmonitors:create")) == 1


def test_one_that_another_client_made_meanwhile_becomes_as_desired(engine: Engine, emulator: Emulator) -> None:
    (pool,) = emulator.seed({"name": "web", "protocol": "HTTP"})
    emulator.health_monitor(pool["id"])
    emulator.distort(action="elb:pools:list", set={"healthmonitor_id": None}, times=1)
    result = engine.run("elb_pool", name="web", health_check=CHECK)
    assert result.changed, result["msg"]
    assert [check["url_path"] for check in stored(emulator)] == ["/healthz"]
    assert [write["action"] for write in emulator.writes()] == ["elb:healthmonitors:create", "elb:healthmonitors:put"]


def test_one_that_was_removed_meanwhile_needs_no_removal(engine: Engine, emulator: Emulator) -> None:
    (pool,) = emulator.seed({"name": "web", "protocol": "HTTP"})
    check = emulator.health_monitor(pool["id"])
    emulator.fault("answer", action="elb:healthmonitors:get", status=404, error_code="ELB.8904", error_msg=f"healthmonitor {check}")
    emulator.fault("answer", action="elb:healthmonitor:delete", status=404, error_code="ELB.8904", error_msg=f"healthmonitor {check}")
    gone = engine.run("elb_pool", name="web", health_check={"enable": False})
    assert not gone.failed, gone["msg"]
    assert not gone.changed


def test_it_is_removed_with_the_pool(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP", "healthmonitor_id": "5a8f7e6d-0001-4b2c-9d3e-4f5061728301"})
    predicted, gone = engine.play([task("elb_pool", name="web", state="absent") | {"check_mode": check} for check in (True, False)]).results
    assert gone.changed, gone["msg"]
    assert predicted["required_actions"] == gone["required_actions"] == ["elb:healthmonitor:delete", "elb:pools:delete", "elb:pools:list"]
    assert emulator.state()["pools"] == stored(emulator) == []


def test_info_has_it_where_it_is_asked_for(engine: Engine, emulator: Emulator) -> None:
    emulator.seed(*({"name": f"web-{n}", "protocol": "HTTP"} for n in range(3)))
    for pool in emulator.state()["pools"][:2]:
        emulator.health_monitor(pool["id"])
    without, with_checks, one = engine.play(
        [
            task("elb_pool_info"),
            task("elb_pool_info", include_health_check=True),
            task("elb_pool_info", id=emulator.state()["pools"][0]["id"], include_health_check=True),
        ]
    ).results
    assert all("health_check" not in pool for pool in without["pools"])
    for pool in (*with_checks["pools"], *one["pools"]):
        assert (pool["health_check"] or {}).get("id") == pool["healthmonitor_id"]
    assert len(emulator.requests(action="elb:healthmonitors:list")) == 2


def test_info_of_more_than_fit_into_one_url(engine: Engine, emulator: Emulator) -> None:
    emulator.seed(*({"name": f"web-{n}", "healthmonitor_id": f"5a8f7e6d-0001-4b2c-9d3e-{n:012}"} for n in range(120)))
    result = engine.run("elb_pool_info", include_health_check=True)
    assert {pool["healthmonitor_id"] for pool in result["pools"]} == {pool["health_check"]["id"] for pool in result["pools"]}
    assert len(emulator.requests(action="elb:healthmonitors:list")) == 3


def test_the_service_resets_to_its_default_what_gets_null(engine: Engine, emulator: Emulator) -> None:
    """Sent only where it differs: the service's answer has null."""
    set_up = {"monitor_port": 8081, "domain_name": "web.example.com"}
    reset = {"monitor_port": 0, "domain_name": ""}
    new, dummy, back, again = engine.play(
        [
            task("elb_pool", **WEB, health_check=reset),
            task("elb_pool", **WEB, health_check=set_up),
            task("elb_pool", **WEB, health_check=reset),
            task("elb_pool", **WEB, health_check=reset),
        ]
    ).results
    assert [new["health_check"][name] for name in reset] == [None, None]
    assert back.changed, back["msg"]
    assert not again.changed
    created, dummy, update = (write["body"]["healthmonitor"] for write in emulator.writes()[1:])
    assert not reset.keys() & created.keys()
    assert update == {"monitor_port": None, "domain_name": None}
