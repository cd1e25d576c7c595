# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Emulator

from .api import Api, Json, refused

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_create_fills_in_what_was_not_sent(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    given = {"pool_id": pool["id"], "type": "HTTP", "delay": 1, "timeout": 30, "max_retries": 3, "name": "My Healthmonitor"}
    response = api.call("POST", "/healthmonitors", {"healthmonitor": given})
    assert response.status == 201, response
    monitor = dict(response.body["healthmonitor"])
    expected = {
        "id": monitor["id"],
        "project_id": emulator.project_id,
        "name": "My Healthmonitor",
        "pools": [{"id": pool["id"]}],
        "type": "HTTP",
        "delay": 1,
        "timeout": 30,
        "max_retries": 3,
        "max_retries_down": 3,
        "monitor_port": None,
        "domain_name": None,
        "url_path": "/",
        "expected_codes": "200",
        "http_method": "GET",
        "admin_state_up": True,
        "http_version": None,
        "content_check_enable": False,
        "send_content": None,
        "receive_content": None,
        "content_format": "TEXT",
        "created_at": monitor["created_at"],
        "updated_at": monitor["created_at"],
    }
    assert monitor == expected
    assert api.show_monitor(monitor) == monitor
    assert api.show_pool(pool)["healthmonitor_id"] == monitor["id"]


def test_everything_that_can_be_sent(api: Api) -> None:
    given: Json = {
        "type": "HTTPS",
        "delay": 50,
        "timeout": 50,
        "max_retries": 10,
        "max_retries_down": 10,
        "monitor_port": 65535,
        "domain_name": "shop.example.com",
        "url_path": "/health?full=1",
        "expected_codes": "200-204",
        "http_method": "OPTIONS",
        "name": "n" * 255,
        "admin_state_up": False,
    }
    pool = api.pool(protocol="HTTPS")
    monitor = api.monitor(pool, **given)
    assert {name: monitor[name] for name in given} == given
    changes: Json = {
        "type": "HTTP",
        "delay": 1,
        "timeout": 1,
        "max_retries": 1,
        "max_retries_down": 1,
        "monitor_port": None,
        "domain_name": None,
        "url_path": "/",
        "expected_codes": "200,202",
        "http_method": "HEAD",
        "name": "",
        "admin_state_up": True,
    }
    for name, value in changes.items():
        response = api.update_monitor(monitor, **{name: value})
        assert response.status == 200, response
        monitor = {**monitor, name: value, "updated_at": response.body["healthmonitor"]["updated_at"]}
        assert response.body["healthmonitor"] == monitor
    assert api.show_monitor(monitor) == monitor


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"delay": 0}, "delay"),
        ({"delay": 51}, "delay"),
        ({"delay": "5"}, "delay"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": 51}, "timeout"),
        ({"max_retries": 0}, "max_retries"),
        ({"max_retries": 11}, "max_retries"),
        ({"max_retries_down": 0}, "max_retries_down"),
        ({"max_retries_down": 11}, "max_retries_down"),
        ({"max_retries_down": None}, "max_retries_down"),
        ({"type": "PING"}, "type"),
        ({"type": "UDP_CONNECT"}, "UDP_CONNECT"),
        ({"monitor_port": 0}, "monitor_port"),
        ({"monitor_port": 65536}, "monitor_port"),
        ({"domain_name": ""}, "domain_name"),
        ({"domain_name": "-shop"}, "domain_name"),
        ({"domain_name": "a" * 101}, "domain_name"),
        ({"url_path": ""}, "url_path"),
        ({"url_path": "health"}, "url_path"),
        ({"url_path": "/" * 81}, "url_path"),
        ({"expected_codes": ""}, "expected_codes"),
        ({"expected_codes": "2xx"}, "expected_codes"),
        ({"expected_codes": "200," * 16 + "200"}, "expected_codes"),
        ({"http_method": "get"}, "http_method"),
        ({"http_version": "1.1"}, "http_version"),
        ({"name": "n" * 256}, "name"),
        ({"admin_state_up": "true"}, "admin_state_up"),
        ({"type": "TCP", "domain_name": "shop"}, "domain_name"),
        ({"type": "TCP", "url_path": "/health"}, "url_path"),
        ({"type": "TCP", "http_method": "GET"}, "http_method"),
    ],
)
def test_values_that_are_refused(api: Api, given: Json, what: str) -> None:
    pool = api.pool()
    refused(api.create_monitor(pool, **given), 400, "ELB.8902", what)
    assert api.show_pool(pool)["healthmonitor_id"] is None
    monitor = api.monitor(pool)
    refused(api.update_monitor(monitor, **given), 400, "ELB.8902", what)
    assert api.show_monitor(monitor) == monitor


def test_what_only_a_creation_has(api: Api) -> None:
    pool = api.pool()
    for name in ("pool_id", "type", "delay", "timeout", "max_retries"):
        given = {"pool_id": pool["id"], "type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 3}
        del given[name]
        refused(api.call("POST", "/healthmonitors", {"healthmonitor": given}), 400, "ELB.8902", name)
    monitor = api.monitor(pool)
    for change in ({"pool_id": pool["id"]}, {"project_id": monitor["project_id"]}, {"id": UNKNOWN}):
        refused(api.update_monitor(monitor, **change), 400, "ELB.8902", next(iter(change)))
    refused(api.update_monitor(monitor), 400, "SYS.0400")
    refused(api.create_monitor(api.pool(), project_id="f" * 32), 400, "ELB.8902", "project_id")


@pytest.mark.parametrize(
    ("protocol", "types"),
    [
        ("TCP", {"TCP", "HTTP", "HTTPS"}),
        ("HTTP", {"TCP", "HTTP", "HTTPS"}),
        ("HTTPS", {"TCP", "HTTP", "HTTPS"}),
        ("UDP", {"UDP_CONNECT"}),
        ("QUIC", {"UDP_CONNECT"}),
    ],
)
def test_the_type_fits_the_protocol_of_the_pool(api: Api, protocol: str, types: set[str]) -> None:
    sticky = {"session_persistence": {"type": "SOURCE_IP"}} if protocol == "QUIC" else {}
    pool = api.pool(type="ip", protocol=protocol, **sticky)
    for kind in ("TCP", "UDP_CONNECT", "HTTP", "HTTPS"):
        response = api.create_monitor(pool, type=kind)
        if kind in types:
            monitor = response.body["healthmonitor"]
            assert monitor["expected_codes"] == ("200" if kind.startswith("HTTP") else None)
            wrong = "UDP_CONNECT" if protocol not in ("UDP", "QUIC") else "TCP"
            refused(api.update_monitor(monitor, type=wrong), 400, "ELB.8902", "type", protocol)
            api.delete_monitor(monitor)
        else:
            refused(response, 400, "ELB.8902", "type", kind, protocol)


def test_what_does_not_fit_the_type_any_more_stays(api: Api) -> None:
    monitor = api.monitor(api.pool(), domain_name="shop", url_path="/world")
    changed = api.update_monitor(monitor, type="TCP").body["healthmonitor"]
    assert (changed["url_path"], changed["domain_name"], changed["expected_codes"], changed["http_method"]) == (
        "/world",
        "shop",
        None,
        None,
    )


def test_one_for_each_pool(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    monitor = api.monitor(pool)
    refused(api.create_monitor(pool), 409, "ELB.8907", monitor["id"])
    refused(api.create_monitor({"id": UNKNOWN}), 404, "ELB.8904", "pool", UNKNOWN)
    refused(api.delete_pool(pool), 409, "ELB.8907", f"healthmonitor {monitor['id']} is using this pool")
    assert api.delete_monitor(monitor).status == 204
    assert api.show_pool(pool)["healthmonitor_id"] is None
    for response in (
        api.delete_monitor(monitor),
        api.update_monitor(monitor, delay=3),
        api.call("GET", f"/healthmonitors/{monitor['id']}"),
    ):
        refused(response, 404, "ELB.8904", "healthmonitor", monitor["id"])
    assert api.delete_pool(pool).status == 204
    emulator.configure(healthmonitor_quota=0)
    refused(api.create_monitor(api.pool()), 400, "ELB.9807", "Quota exceeded for resources:['healthmonitor']")


def test_shared_load_balancers_have_no_times(api: Api, emulator: Emulator) -> None:
    monitor = api.monitor(api.pool(loadbalancer_id=emulator.loadbalancer("shared")))
    assert not {"created_at", "updated_at"} & set(monitor)
    assert "updated_at" not in api.update_monitor(monitor, delay=7).body["healthmonitor"]


def test_a_busy_load_balancer_refuses_changes(api: Api, emulator: Emulator) -> None:
    pool, other = api.pool(), api.pool()
    monitor = api.monitor(pool)
    emulator.configure(loadbalancers={"demo": {"provisioning_status": "PENDING_UPDATE"}})
    for response in (api.create_monitor(other), api.update_monitor(monitor, delay=7), api.delete_monitor(monitor)):
        refused(response, 409, "ELB.8907", "immutable", "PENDING_UPDATE")
    assert api.show_monitor(monitor)["delay"] == 5
    emulator.configure(loadbalancers={"demo": {"provisioning_status": "ACTIVE"}}, busy_ms=60_000)
    api.update_monitor(monitor, delay=7)
    refused(api.update_monitor(monitor, delay=8), 409, "ELB.8907", "immutable")


def test_filters(api: Api) -> None:
    first = api.monitor(api.pool(), name="first", monitor_port=81, domain_name="shop", expected_codes="202", url_path="/a", delay=7)
    second = api.monitor(api.pool(protocol="TCP"), name="second", type="TCP", timeout=9, max_retries=4, admin_state_up=False)
    third = api.monitor(api.pool(type="ip", protocol="UDP"), name="third", type="UDP_CONNECT", max_retries_down=9)

    def matches(query: str) -> set[str]:
        return {item["name"] for item in api.list("/healthmonitors", query)[0]}

    for query, expected in (
        ("", {"first", "second", "third"}),
        (f"id={first['id']}&id={third['id']}", {"first", "third"}),
        ("name=first&name=second", {"first", "second"}),
        ("monitor_port=81", {"first"}),
        ("domain_name=shop", {"first"}),
        ("delay=7&delay=8", {"first"}),
        ("max_retries=4", {"second"}),
        ("max_retries_down=9", {"third"}),
        ("type=TCP&type=UDP_CONNECT", {"second", "third"}),
        ("expected_codes=202", {"first"}),
        ("expected_codes=200", set()),
        ("url_path=/a", {"first"}),
        ("http_method=GET", {"first"}),
        ("content_format=TEXT", {"first", "second", "third"}),
        ("content_check_enable=true", set()),
        ("timeout=9", {"second"}),
        ("admin_state_up=false", {"second"}),
        ("enterprise_project_id=0", {"first", "second", "third"}),
        ("name=first&type=TCP", set()),
    ):
        assert matches(query) == expected, query
    for query, what in (("timeout=9&timeout=3", "timeout"), ("type=PING", "type"), (f"pool_id={second['pools'][0]['id']}", "pool_id")):
        refused(api.call("GET", f"/healthmonitors?{query}"), 400, "ELB.8902", what)
    page, info = api.list("/healthmonitors", "limit=2")
    assert (len(page), info["next_marker"]) == (2, page[-1]["id"])
    pools, dummy = api.list("/pools", f"healthmonitor_id={second['id']}")
    assert pools[0]["id"] == second["pools"][0]["id"]


def test_actions(api: Api, emulator: Emulator) -> None:
    """Each operation needs its own; that of the deletion is spelled unlike the others."""
    pool = api.pool()
    emulator.forget()
    monitor = api.monitor(pool)
    steps: dict[str, Any] = {
        "elb:healthmonitors:get": lambda who: who.call("GET", f"/healthmonitors/{monitor['id']}"),
        "elb:healthmonitors:list": lambda who: who.call("GET", "/healthmonitors"),
        "elb:healthmonitors:put": lambda who: who.update_monitor(monitor, delay=7),
        "elb:healthmonitor:delete": lambda who: who.delete_monitor(monitor),
        "elb:healthmonitors:create": lambda who: who.create_monitor(pool),
    }
    limited = Api(emulator, "emulator-limited-token", api.session)
    for action, step in steps.items():
        emulator.grant("limited", [other for other in steps if other != action] + ["elb:healthmonitors:delete"])
        refused(step(limited), 403, "ELB.9802", action)
        emulator.grant("limited", [action])
        assert step(limited).status < 300
    assert emulator.actions() == ["elb:healthmonitors:create", *(action for action in steps for dummy in range(2))]
