# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What refers to a pool besides its health check: listeners, forwarding policies, load balancers."""

from __future__ import annotations

import pytest

from tests.emulator.client import Emulator

from .api import Api, Json, refused

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def show(api: Api, listener: str) -> Json:
    response = api.call("GET", f"/listeners/{api.emulator.listener(listener)}")
    assert response.status == 200, response
    return dict(response.body["listener"])


def test_a_listener_and_its_pool(api: Api, emulator: Emulator) -> None:
    assert show(api, "demo-http")["default_pool_id"] is None
    blue, green = api.pool(name="blue"), api.pool(name="green")
    for pool, other in ((blue, green), (green, blue), (blue, green)):
        response = api.set_default_pool("demo-http", pool)
        assert (response.status, response.body["listener"]["default_pool_id"]) == (200, pool["id"])
        assert show(api, "demo-http") == response.body["listener"]
        assert api.show_pool(pool)["listeners"] == [{"id": emulator.listener("demo-http")}]
        assert api.show_pool(other)["listeners"] == []
        found, dummy = api.list("/listeners", f"default_pool_id={pool['id']}")
        assert [item["name"] for item in found] == ["demo-http"]
    api.set_default_pool("demo-http-2", blue)
    assert {item["id"] for item in api.show_pool(blue)["listeners"]} == {emulator.listener("demo-http"), emulator.listener("demo-http-2")}
    assert api.delete_pool(blue).status == 204
    assert show(api, "demo-http")["default_pool_id"] is None


def test_what_a_listener_does_not_take(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    for listener, given, words in (
        ("demo-tcp", pool, ["Listener protocol TCP and pool protocol HTTP are not compatible"]),
        ("demo-http", api.pool(protocol="TCP"), ["Listener protocol HTTP and pool protocol TCP are not compatible"]),
        ("demo-2-http", pool, [pool["id"], "not of the same load balancer"]),
    ):
        refused(api.set_default_pool(listener, given), 409, "ELB.8907", *words)
    refused(api.set_default_pool("demo-http", {"id": UNKNOWN}), 404, "ELB.8904", "pool", UNKNOWN)
    path = f"/listeners/{emulator.listener('demo-http')}"
    for body in ({"default_pool_id": None}, {"default_pool_id": ""}, {"default_pool_id": "x" * 37}, {"protocol": "TCP"}):
        refused(api.call("PUT", path, {"listener": body}), 400, "ELB.8902", next(iter(body)))
    refused(api.call("PUT", path, {"listener": {}}), 400, "SYS.0400")
    refused(api.call("PUT", f"/listeners/{UNKNOWN}", {"listener": {"default_pool_id": pool["id"]}}), 404, "ELB.8904", "listener")
    refused(api.call("GET", f"/listeners/{UNKNOWN}"), 404, "ELB.8904", "listener", UNKNOWN)
    emulator.configure(loadbalancers={"demo": {"provisioning_status": "PENDING_UPDATE"}})
    refused(api.set_default_pool("demo-http", pool), 409, "ELB.8907", "immutable")
    assert emulator.state()["listeners"]["demo-http"] is None


def test_a_pool_without_a_load_balancer_gets_that_of_its_listener(api: Api, emulator: Emulator) -> None:
    pool = api.pool(type="ip")
    api.set_default_pool("demo-2-http", pool)
    assert api.show_pool(pool)["loadbalancers"] == [{"id": emulator.loadbalancer("demo-2")}]
    found, dummy = api.list("/pools", f"loadbalancer_id={emulator.loadbalancer('demo-2')}")
    assert [item["id"] for item in found] == [pool["id"]]


def test_a_load_balancer(api: Api, emulator: Emulator) -> None:
    pool = api.pool(listener_id=emulator.listener("demo-2-http"))
    response = api.call("GET", f"/loadbalancers/{emulator.loadbalancer('demo-2')}")
    balancer = response.body["loadbalancer"]
    assert (response.status, balancer["name"], balancer["pools"]) == (200, "demo-2", [{"id": pool["id"]}])
    assert api.list("/loadbalancers", "name=demo-2")[0] == [balancer]
    refused(api.call("GET", f"/loadbalancers/{UNKNOWN}"), 404, "ELB.8904", "loadbalancer", UNKNOWN)


def test_forwarding_policies(api: Api, emulator: Emulator) -> None:
    one, two, three = api.pool(name="one"), api.pool(name="two"), api.pool(name="three")
    listener = emulator.listener("demo-http")
    weights = [{"pool_id": one["id"], "weight": 90}, {"pool_id": two["id"], "weight": 0}]
    plain, split = emulator.seed_kind(
        "l7policies",
        {"name": "plain", "listener_id": listener, "redirect_pool_id": one["id"], "priority": 3},
        # Where both are given, the single pool does not count.
        {"name": "split", "listener_id": listener, "redirect_pools_config": weights, "redirect_pool_id": three["id"], "position": 2},
    )
    elsewhere = emulator.forwarding_policy(two["id"], emulator.listener("demo-http-2"))
    found, info = api.list("/l7policies")
    assert info["current_count"] == 3
    shown = {item["id"]: item for item in found}
    assert shown[split]["redirect_pools_config"] == weights
    assert (shown[plain]["action"], shown[plain]["redirect_pool_id"], shown[plain]["rules"]) == ("REDIRECT_TO_POOL", one["id"], [])

    for query, expected in (
        (f"redirect_pool_id={one['id']}", {plain}),
        (f"redirect_pool_id={one['id']}&redirect_pool_id={two['id']}", {plain, elsewhere}),
        (f"listener_id={listener}", {plain, split}),
        ("name=plain", {plain}),
        ("position=2", {split}),
        ("priority=3", {plain}),
        ("action=REDIRECT_TO_URL", set()),
        ("action=REDIRECT_TO_POOL&admin_state_up=true&provisioning_status=ACTIVE&display_all_rules=true", {plain, split, elsewhere}),
    ):
        assert {item["id"] for item in api.list("/l7policies", query)[0]} == expected, query
    for query, what in (
        ("redirect_pools_config=x", "redirect_pools_config"),
        ("action=DROP", "action"),
        ("admin_state_up=1", "admin_state_up"),
    ):
        refused(api.call("GET", f"/l7policies?{query}"), 400, "ELB.8902", what)

    by_listener = {item["name"] for item in api.list("/pools", f"listener_id={listener}")[0]}
    assert by_listener == {"one", "two"}
    for pool, policies in ((one, [plain, split]), (two, [split, elsewhere])):
        for policy in sorted(policies):
            refused(api.delete_pool(pool), 409, "ELB.8907", "l7policy", "is using this pool")
            emulator.remove("l7policies", policy) if pool is two else None
    assert api.delete_pool(two).status == 204
    assert api.delete_pool(three).status == 204


@pytest.mark.parametrize(
    ("action", "method", "path"),
    [
        ("elb:loadbalancers:get", "GET", "/loadbalancers/3f8a2c10-4b7d-4e11-8c55-a1b2c3d4e501"),
        ("elb:listeners:get", "GET", "/listeners/b0c1d2e3-0001-4a5b-8c6d-7e8f90a1b201"),
        ("elb:listeners:put", "PUT", "/listeners/b0c1d2e3-0001-4a5b-8c6d-7e8f90a1b201"),
        ("elb:l7policies:list", "GET", "/l7policies"),
    ],
)
def test_actions(api: Api, emulator: Emulator, action: str, method: str, path: str) -> None:
    body = {"listener": {"default_pool_id": api.pool()["id"]}} if method == "PUT" else None
    limited = Api(emulator, "emulator-limited-token", api.session)
    refused(limited.call(method, path, body), 403, "ELB.9802", action)
    emulator.grant("limited", [action])
    assert limited.call(method, path, body).status == 200
