# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule of pools that a schema cannot say, with the documented code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Emulator

from .api import FOREIGN, V4, Api, Json, refused

UNKNOWN = "00000000-0000-4000-8000-000000000000"
VPC = "5b1f6d0e-1c57-4f0e-9a0c-0d2f5a7c1e01"
STICKY_L4 = {"type": "SOURCE_IP", "cookie_name": "", "persistence_timeout": 1}
STICKY_L7 = {"type": "HTTP_COOKIE", "cookie_name": "", "persistence_timeout": 1440}


def test_create_fills_in_what_was_not_sent(api: Api, emulator: Emulator) -> None:
    balancer = emulator.loadbalancer("demo")
    response = api.create_pool(protocol="TCP", loadbalancer_id=balancer)
    assert response.status == 201
    assert response.body["request_id"]
    pool = response.body["pool"]
    stamps = {name: pool.pop(name) for name in ("id", "created_at", "updated_at")}
    assert all(stamps.values())
    assert pool == {
        "name": "",
        "description": "",
        "project_id": emulator.project_id,
        "protocol": "TCP",
        "lb_algorithm": "ROUND_ROBIN",
        "loadbalancers": [{"id": balancer}],
        "listeners": [],
        "members": [],
        "healthmonitor_id": None,
        "session_persistence": None,
        "slow_start": None,
        "ip_version": "dualstack",
        "member_deletion_protection_enable": False,
        "vpc_id": "",
        "type": "",
        "protection_status": "nonProtection",
        "protection_reason": "",
        "admin_state_up": True,
    }
    assert api.show_pool({"id": stamps["id"]}) == {**pool, **stamps}


def test_names_are_not_unique(api: Api) -> None:
    assert api.pool(name="same")["id"] != api.pool(name="same")["id"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"protocol": "FTP"}, "protocol"),
        ({"protocol": None}, "protocol"),
        ({"lb_algorithm": "FASTEST"}, "lb_algorithm"),
        ({"name": "x" * 256}, "name"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"description": "x" * 256}, "description"),
        ({"loadbalancer_id": ""}, "loadbalancer_id"),
        ({"project_id": "short"}, "project_id"),
        ({"project_id": "f" * 32}, "project_id"),
        ({"admin_state_up": False}, "admin_state_up"),
        ({"admin_state_up": "true"}, "admin_state_up"),
        ({"member_deletion_protection_enable": "yes"}, "member_deletion_protection_enable"),
        ({"type": "both"}, "type"),
        ({"protection_status": "on"}, "protection_status"),
        ({"protection_status": "consoleProtection", "protection_reason": "a<b"}, "protection_reason"),
        ({"protection_status": "consoleProtection", "protection_reason": "x" * 256}, "protection_reason"),
        ({"protection_reason": "why"}, "protection_reason"),
        ({"session_persistence": {}}, "session_persistence.type"),
        ({"session_persistence": {"type": "COOKIE"}}, "session_persistence.type"),
        ({"session_persistence": {"type": "HTTP_COOKIE", "persistence_timeout": 0}}, "persistence_timeout"),
        ({"session_persistence": {"type": "HTTP_COOKIE", "persistence_timeout": 1441}}, "persistence_timeout"),
        ({"session_persistence": {"type": "HTTP_COOKIE", "persistence_timeout": "5"}}, "persistence_timeout"),
        ({"session_persistence": {"type": "HTTP_COOKIE", "colour": 1}}, "session_persistence.colour"),
        ({"slow_start": None}, "slow_start"),
        ({"slow_start": {"duration": 29}}, "slow_start.duration"),
        ({"slow_start": {"duration": 1201}}, "slow_start.duration"),
        ({"slow_start": {"enable": 1}}, "slow_start.enable"),
        ({"healthmonitor_id": UNKNOWN}, "healthmonitor_id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_create_refuses_bad_fields_by_name(api: Api, emulator: Emulator, given: Json, field: str) -> None:
    given = {"loadbalancer_id": emulator.loadbalancer("demo"), **given}
    refused(api.create_pool(**given), 400, "ELB.8902", field)
    assert emulator.state()["pools"] == []


def test_admin_state_up_is_accepted_and_ignored(api: Api) -> None:
    pool = api.pool(admin_state_up=True)
    assert api.update_pool(pool, admin_state_up=True).body["pool"]["admin_state_up"] is True


@pytest.mark.parametrize("missing", ["protocol", "lb_algorithm"])
def test_create_needs_protocol_and_algorithm(api: Api, emulator: Emulator, missing: str) -> None:
    body = {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "loadbalancer_id": emulator.loadbalancer("demo")}
    del body[missing]
    refused(api.call("POST", "/pools", {"pool": body}), 400, "ELB.8902", missing)


# --- what a pool belongs to


def test_needs_one_of_load_balancer_listener_and_type(api: Api) -> None:
    refused(api.create_pool(), 400, "ELB.8902", "listener_id", "loadbalancer_id", "type")
    refused(api.create_pool(type=""), 400, "ELB.8902")
    assert api.create_pool(type="ip").status == 201


def test_unknown_load_balancer_listener_and_vpc(api: Api) -> None:
    refused(api.create_pool(loadbalancer_id=UNKNOWN), 404, "ELB.8904", "loadbalancer", UNKNOWN, "could not be found")
    refused(api.create_pool(listener_id=UNKNOWN), 404, "ELB.8904", "listener", UNKNOWN, "could not be found")
    refused(api.create_pool(type="instance", vpc_id=UNKNOWN), 404, "ELB.8904", "vpc", UNKNOWN)


def test_a_listener_brings_its_load_balancer_and_is_taken(api: Api, emulator: Emulator) -> None:
    listener = emulator.listener("demo-http")
    pool = api.pool(listener_id=listener)
    assert pool["listeners"] == [{"id": listener}]
    assert pool["loadbalancers"] == [{"id": emulator.loadbalancer("demo")}]
    assert emulator.state()["listeners"]["demo-http"] == pool["id"]
    refused(api.create_pool(listener_id=listener), 409, "ELB.8907", listener, pool["id"])
    # Deleting the pool sets the listener free.
    assert api.delete_pool(pool).status == 204
    assert api.create_pool(listener_id=listener).status == 201


def test_listener_and_load_balancer_must_fit(api: Api, emulator: Emulator) -> None:
    listener = emulator.listener("demo-http")
    both = api.create_pool(listener_id=listener, loadbalancer_id=emulator.loadbalancer("demo"))
    assert both.status == 201
    other = api.create_pool(listener_id=emulator.listener("demo-http-2"), loadbalancer_id=emulator.loadbalancer("demo-2"))
    refused(other, 400, "ELB.8902", "listener_id")
    # A shared load balancer wants one of the two.
    shared = api.create_pool(listener_id=emulator.listener("shared-http"), loadbalancer_id=emulator.loadbalancer("shared"))
    refused(shared, 400, "ELB.8902", "shared")


FITS = {
    "demo-http": {"HTTP"},
    "demo-https": {"HTTP", "HTTPS"},
    "demo-tcp": {"TCP"},
    "demo-udp": {"UDP", "QUIC"},
    "shared-terminated-https": {"HTTP"},
}


@pytest.mark.parametrize("protocol", ["TCP", "UDP", "HTTP", "HTTPS", "QUIC"])
@pytest.mark.parametrize("listener", FITS)
def test_protocols_of_listener_and_pool(api: Api, emulator: Emulator, listener: str, protocol: str) -> None:
    given: Json = {"listener_id": emulator.listener(listener), "protocol": protocol}
    if protocol == "QUIC":
        given["session_persistence"] = {"type": "SOURCE_IP"}
    response = api.create_pool(**given)
    if protocol in FITS[listener]:
        assert response.status == 201, response
    else:
        refused(response, 409, "ELB.8907", f"and pool protocol {protocol} are not compatible")


@pytest.mark.parametrize(
    ("where", "protocol", "version"),
    [
        ("demo", "TCP", "dualstack"),
        ("demo", "UDP", "dualstack"),
        ("demo", "HTTP", "v4"),
        ("demo", "HTTPS", "v4"),
        ("shared", "TCP", "v4"),
        ("shared", "UDP", "v4"),
        ("shared", "HTTP", "v4"),
    ],
)
def test_ip_version(api: Api, emulator: Emulator, where: str, protocol: str, version: str) -> None:
    assert api.pool(loadbalancer_id=emulator.loadbalancer(where), protocol=protocol)["ip_version"] == version


def test_times_are_absent_on_shared_load_balancers(api: Api, emulator: Emulator) -> None:
    pool = api.pool(loadbalancer_id=emulator.loadbalancer("shared"))
    assert not {"created_at", "updated_at"} & set(pool)
    member = api.member(pool)
    assert not {"created_at", "updated_at"} & set(member)
    updated = api.update_pool(pool, name="n").body["pool"]
    assert "updated_at" not in updated


# --- type and VPC


def test_type_and_vpc_id_on_creation(api: Api) -> None:
    refused(api.create_pool(type="instance"), 400, "ELB.8902", "vpc_id")
    refused(api.create_pool(type="instance", vpc_id=""), 400, "ELB.8902", "vpc_id")
    refused(api.create_pool(type="ip", vpc_id=VPC), 400, "ELB.8902", "vpc_id")
    pool = api.pool(type="instance", vpc_id=VPC)
    assert (pool["type"], pool["vpc_id"], pool["loadbalancers"]) == ("instance", VPC, [])


def test_vpc_id_needs_the_type_instance(api: Api, emulator: Emulator) -> None:
    refused(api.create_pool(loadbalancer_id=emulator.loadbalancer("demo"), vpc_id=VPC), 400, "ELB.8902", "type")


def test_type_and_vpc_id_can_be_set_while_blank_only(api: Api) -> None:
    pool = api.pool()
    refused(api.update_pool(pool, vpc_id=VPC), 400, "ELB.8902", "type")
    refused(api.update_pool(pool, type="instance"), 400, "ELB.8902", "vpc_id")
    done = api.update_pool(pool, type="instance", vpc_id=VPC)
    assert (done.status, done.body["pool"]["vpc_id"], done.body["pool"]["type"]) == (200, VPC, "instance")
    for change in ({"vpc_id": ""}, {"vpc_id": "5b1f6d0e-1c57-4f0e-9a0c-0d2f5a7c1e02"}, {"type": ""}, {"type": "ip"}):
        refused(api.update_pool(pool, **change), 400, "ELB.8902", next(iter(change)))
    other = api.pool()
    assert api.update_pool(other, type="ip").body["pool"]["type"] == "ip"
    refused(api.update_pool(other, type="instance", vpc_id=VPC), 400, "ELB.8902", "type")


# --- algorithm, stickiness, slow start


def test_quic(api: Api) -> None:
    refused(api.create_pool(type="ip", protocol="TCP", lb_algorithm="QUIC_CID"), 400, "ELB.8902", "QUIC_CID")
    refused(api.create_pool(type="ip", protocol="QUIC"), 400, "ELB.8902", "session_persistence")
    for kind in ("HTTP_COOKIE", "APP_COOKIE"):
        sticky = {"type": kind, "cookie_name": "c"} if kind == "APP_COOKIE" else {"type": kind}
        refused(api.create_pool(type="ip", protocol="QUIC", session_persistence=sticky), 400, "ELB.8902", "SOURCE_IP")
    pool = api.pool(type="ip", protocol="QUIC", lb_algorithm="QUIC_CID", session_persistence={"type": "SOURCE_IP"})
    assert pool["session_persistence"] == STICKY_L4
    refused(api.update_pool(pool, session_persistence=None), 400, "ELB.8902", "QUIC")
    assert api.update_pool(pool, lb_algorithm="SOURCE_IP").status == 200
    refused(api.update_pool(api.pool(protocol="TCP"), lb_algorithm="QUIC_CID"), 400, "ELB.8902", "QUIC")


@pytest.mark.parametrize(
    ("protocol", "given", "stored"),
    [
        ("TCP", {"type": "SOURCE_IP"}, STICKY_L4),
        ("UDP", {"type": "SOURCE_IP", "persistence_timeout": 60}, {**STICKY_L4, "persistence_timeout": 60}),
        ("HTTP", {"type": "HTTP_COOKIE"}, STICKY_L7),
        ("HTTPS", {"type": "HTTP_COOKIE", "persistence_timeout": 5}, {**STICKY_L7, "persistence_timeout": 5}),
        ("TCP", None, None),
    ],
)
def test_stickiness_comes_back_filled_in(api: Api, protocol: str, given: Json | None, stored: Json | None) -> None:
    assert api.pool(protocol=protocol, session_persistence=given)["session_persistence"] == stored


@pytest.mark.parametrize(
    ("where", "protocol", "given"),
    [
        ("demo", "TCP", {"type": "HTTP_COOKIE"}),
        ("demo", "UDP", {"type": "APP_COOKIE", "cookie_name": "c"}),
        ("demo", "TCP", {"type": "SOURCE_IP", "persistence_timeout": 61}),
        ("demo", "TCP", {"type": "SOURCE_IP", "cookie_name": "c"}),
        ("demo", "HTTP", {"type": "SOURCE_IP"}),
        ("demo", "HTTP", {"type": "APP_COOKIE", "cookie_name": "c"}),
        ("demo", "HTTPS", {"type": "HTTP_COOKIE", "cookie_name": "c"}),
        ("shared", "HTTP", {"type": "HTTP_COOKIE", "cookie_name": "c"}),
        ("shared", "HTTP", {"type": "APP_COOKIE"}),
        ("shared", "HTTP", {"type": "APP_COOKIE", "cookie_name": "a b"}),
    ],
)
def test_stickiness_that_does_not_fit(api: Api, emulator: Emulator, where: str, protocol: str, given: Json) -> None:
    balancer = emulator.loadbalancer(where)
    response = api.create_pool(loadbalancer_id=balancer, protocol=protocol, session_persistence=given)
    refused(response, 400, "ELB.8902", "session_persistence")
    pool = api.pool(loadbalancer_id=balancer, protocol=protocol)
    refused(api.update_pool(pool, session_persistence=given), 400, "ELB.8902", "session_persistence")


def test_app_cookie_is_for_shared_load_balancers(api: Api, emulator: Emulator) -> None:
    sticky = {"type": "APP_COOKIE", "cookie_name": "my.cookie-1_x"}
    pool = api.pool(loadbalancer_id=emulator.loadbalancer("shared"), session_persistence=sticky)
    assert pool["session_persistence"]["cookie_name"] == "my.cookie-1_x"


def test_stickiness_is_updated_kept_and_turned_off(api: Api, emulator: Emulator) -> None:
    pool = api.pool(loadbalancer_id=emulator.loadbalancer("shared"))
    refused(api.update_pool(pool, session_persistence={"persistence_timeout": 5}), 400, "ELB.8902", "type")

    def update(given: Json | None) -> Any:
        response = api.update_pool(pool, session_persistence=given)
        assert response.status == 200, response
        assert api.show_pool(pool)["session_persistence"] == response.body["pool"]["session_persistence"]
        return response.body["pool"]["session_persistence"]

    assert update({"type": "HTTP_COOKIE", "persistence_timeout": 7}) == {**STICKY_L7, "persistence_timeout": 7}
    # The same type: what is left out stays.
    assert update({"type": "HTTP_COOKIE"}) == {**STICKY_L7, "persistence_timeout": 7}
    assert update({"persistence_timeout": 8}) == {**STICKY_L7, "persistence_timeout": 8}
    # Another type: what is left out starts anew.
    app = {"type": "APP_COOKIE", "cookie_name": "c", "persistence_timeout": 1440}
    assert update({"type": "APP_COOKIE", "cookie_name": "c"}) == app
    assert update({"persistence_timeout": 9}) == {**app, "persistence_timeout": 9}
    assert update(None) is None
    # Other updates leave it alone.
    update({"type": "HTTP_COOKIE"})
    assert api.update_pool(pool, name="n").body["pool"]["session_persistence"] == STICKY_L7


def test_slow_start(api: Api) -> None:
    for protocol in ("TCP", "UDP"):
        for value in ({"enable": True}, {"enable": False}, {}):
            refused(api.create_pool(type="ip", protocol=protocol, slow_start=value), 400, "ELB.8902", "slow_start")
    tcp = api.pool(protocol="TCP")
    refused(api.update_pool(tcp, slow_start={"enable": True}), 400, "ELB.8902", "slow_start")
    for protocol in ("HTTP", "HTTPS"):
        pool = api.pool(protocol=protocol, slow_start={"enable": True})
        assert pool["slow_start"] == {"enable": True, "duration": 30}
    assert api.update_pool(pool, slow_start={"duration": 60}).body["pool"]["slow_start"] == {
        "enable": True,
        "duration": 60,
    }
    assert api.update_pool(pool, slow_start={"enable": False}).body["pool"]["slow_start"] == {
        "enable": False,
        "duration": 60,
    }
    assert api.pool(slow_start={})["slow_start"] == {"enable": False, "duration": 30}


# --- updates


def test_update_changes_just_what_was_sent(api: Api) -> None:
    pool = api.pool(name="a", description="d", member_deletion_protection_enable=True)
    changed = api.update_pool(pool, name="", lb_algorithm="LEAST_CONNECTIONS").body["pool"]
    expected = {**pool, "name": "", "lb_algorithm": "LEAST_CONNECTIONS", "updated_at": changed["updated_at"]}
    assert changed == expected
    assert api.update_pool(pool, member_deletion_protection_enable=False).body["pool"]["member_deletion_protection_enable"] is False


@pytest.mark.parametrize("body", [{}, {"pool": {}}])
def test_an_empty_update_is_refused(api: Api, body: Json) -> None:
    refused(api.call("PUT", f"/pools/{api.pool()['id']}", body), 400, "SYS.0400")


def test_an_update_without_a_body_is_refused(api: Api) -> None:
    refused(api.call("PUT", f"/pools/{api.pool()['id']}"), 400, "SYS.0400")


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": "HTTP"},
        {"loadbalancer_id": UNKNOWN},
        {"listener_id": UNKNOWN},
        {"project_id": "0" * 32},
        {"id": UNKNOWN},
        {"members": []},
        {"healthmonitor_id": UNKNOWN},
        {"name": None},
    ],
)
def test_what_cannot_be_updated(api: Api, change: Json) -> None:
    pool = api.pool()
    refused(api.update_pool(pool, **change), 400, "ELB.8902", next(iter(change)))
    assert api.show_pool(pool) == pool


def test_a_refused_update_changes_nothing(api: Api) -> None:
    pool = api.pool(name="a")
    refused(api.update_pool(pool, name="b", lb_algorithm="QUIC_CID"), 400, "ELB.8902")
    refused(api.update_pool(pool, name="b", protection_reason="x"), 400, "ELB.8902")
    assert api.show_pool(pool) == pool


def test_protection_status_and_reason(api: Api) -> None:
    pool = api.pool(protection_status="consoleProtection", protection_reason="maintained by Ansible")
    assert pool["protection_reason"] == "maintained by Ansible"
    # Guards the console, not the API.
    assert api.update_pool(pool, name="n").status == 200
    assert api.update_pool(pool, protection_reason="").body["pool"]["protection_reason"] == ""
    api.update_pool(pool, protection_reason="again")
    off = api.update_pool(pool, protection_status="nonProtection").body["pool"]
    assert (off["protection_status"], off["protection_reason"]) == ("nonProtection", "")
    refused(api.update_pool(pool, protection_reason="why"), 400, "ELB.8902", "protection_reason")
    on = api.update_pool(pool, protection_status="consoleProtection", protection_reason="why").body["pool"]
    assert on["protection_reason"] == "why"
    assert api.delete_pool(pool).status == 204


# --- deletion, quota, busy


def test_unknown_pool(api: Api) -> None:
    for pool_id in (UNKNOWN, "not-a-uuid"):
        pool = {"id": pool_id}
        for response in (
            api.call("GET", f"/pools/{pool_id}"),
            api.update_pool(pool, name="x"),
            api.delete_pool(pool),
            api.create_member(pool, address="10.0.0.1", protocol_port=1),
            api.call("GET", f"/pools/{pool_id}/members"),
            api.call("GET", f"/pools/{pool_id}/members/{UNKNOWN}"),
        ):
            refused(response, 404, "ELB.8904", "pool", pool_id, "could not be found")


def test_delete_returns_204_without_a_body(api: Api) -> None:
    pool = api.pool()
    response = api.delete_pool(pool)
    assert (response.status, response.body) == (204, {})
    assert "Content-Type" not in response.headers
    refused(api.delete_pool(pool), 404, "ELB.8904", pool["id"])


def test_a_pool_in_use_cannot_be_deleted(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    member = api.member(pool)
    refused(api.delete_pool(pool), 409, "ELB.8907", f"member {member['id']} is using this pool")
    api.delete_member(pool, member)
    monitor = emulator.health_monitor(pool["id"])
    refused(api.delete_pool(pool), 409, "ELB.8907", f"healthmonitor {monitor} is using this pool")
    emulator.health_monitor(pool["id"], None)
    policy = emulator.forwarding_policy(pool["id"])
    refused(api.delete_pool(pool), 409, "ELB.8907", f"l7policy {policy} is using this pool")
    emulator.remove_forwarding_policy(policy)
    assert api.delete_pool(pool).status == 204


def test_removal_protection(api: Api, emulator: Emulator) -> None:
    pool = api.pool(member_deletion_protection_enable=True)
    member = api.member(pool)
    refused(api.delete_member(pool, member), 409, "ELB.8907", "protect")
    assert api.update_member(pool, member, weight=3).status == 200
    api.update_pool(pool, member_deletion_protection_enable=False)
    assert api.delete_member(pool, member).status == 204
    api.update_pool(pool, member_deletion_protection_enable=True)
    emulator.configure(protects_empty_pools=True)
    refused(api.delete_pool(pool), 409, "ELB.8907", "protect")
    emulator.configure(protects_empty_pools=False)
    assert api.delete_pool(pool).status == 204


def test_a_deletion_can_take_a_while(api: Api, emulator: Emulator) -> None:
    pool = api.pool(listener_id=emulator.listener("demo-http"))
    emulator.configure(delete_ms=400)
    emulator.clock(factor=0)
    assert api.delete_pool(pool).status == 204
    assert api.show_pool(pool)["listeners"] != []
    for response in (
        api.delete_pool(pool),
        api.update_pool(pool, name="n"),
        api.create_member(pool, address="10.0.0.1", protocol_port=1),
        api.create_monitor(pool),
        api.set_default_pool("demo-http-2", pool),
    ):
        refused(response, 409, "ELB.8907", "PENDING_DELETE", pool["id"])
    emulator.clock(advance=0.5)
    refused(api.delete_pool(pool), 404, "ELB.8904", pool["id"])
    assert emulator.state()["listeners"]["demo-http"] is None


def test_pool_quota(api: Api, emulator: Emulator) -> None:
    emulator.configure(pool_quota=2)
    first = api.pool()
    api.pool()
    refused(api.create_pool(type="ip"), 409, "ELB.8905", "Quota exceeded")
    api.delete_pool(first)
    assert api.create_pool(type="ip").status == 201


@pytest.mark.parametrize("status", ["PENDING_UPDATE", "PENDING_DELETE", "ERROR"])
def test_a_load_balancer_that_is_not_active_refuses_changes(api: Api, emulator: Emulator, status: str) -> None:
    balancer = emulator.loadbalancer("demo")
    pool = api.pool()
    empty = api.pool()
    member = api.member(pool)
    elsewhere = api.pool(loadbalancer_id=emulator.loadbalancer("demo-2"))
    emulator.configure(loadbalancers={"demo": {"provisioning_status": status}})
    for response in (
        api.create_pool(loadbalancer_id=balancer),
        api.create_pool(listener_id=emulator.listener("demo-http")),
        api.update_pool(pool, name="n"),
        api.delete_pool(empty),
        api.create_member(pool, address="10.0.0.9", protocol_port=9),
        api.update_member(pool, member, weight=2),
        api.delete_member(pool, member),
    ):
        refused(response, 409, "ELB.8907", "immutable", status, balancer)
    assert api.show_pool(pool)["name"] == ""
    assert api.update_pool(elsewhere, name="n").status == 200
    found, dummy = api.list("/loadbalancers", "name=demo")
    assert found[0]["provisioning_status"] == status


def test_subnets_used_here_are_what_the_configuration_says(emulator: Emulator) -> None:
    assert emulator.subnet(V4)["vpc_id"] == VPC
    assert emulator.subnet(FOREIGN)["vpc_id"] != VPC
