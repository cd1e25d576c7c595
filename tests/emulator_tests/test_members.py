# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule of members that a schema cannot say, with the documented code."""

from __future__ import annotations

import time

import pytest

from tests.emulator.client import Emulator

from .api import FOREIGN, V4, V6, Api, Json, refused

UNKNOWN = "00000000-0000-4000-8000-000000000000"
VPC = "5b1f6d0e-1c57-4f0e-9a0c-0d2f5a7c1e01"


def test_create_fills_in_what_was_not_sent(api: Api, emulator: Emulator) -> None:
    pool = api.pool(listener_id=emulator.listener("demo-http"))
    subnet = emulator.subnet(V4)["id"]
    response = api.create_member(pool, address="192.168.0.7", protocol_port=8080, subnet_cidr_id=subnet)
    assert response.status == 201
    assert response.body["request_id"]
    member = dict(response.body["member"])
    made_up = {name: member.pop(name) for name in ("id", "instance_id", "created_at", "updated_at")}
    assert all(made_up.values())
    assert member == {
        "name": "",
        "project_id": emulator.project_id,
        "address": "192.168.0.7",
        "protocol_port": 8080,
        "subnet_cidr_id": subnet,
        "weight": 1,
        "ip_version": "v4",
        "operating_status": "NO_MONITOR",
        "status": [{"listener_id": emulator.listener("demo-http"), "operating_status": "NO_MONITOR"}],
        "member_type": "instance",
        "availability_zone": "eu-de-01",
        "admin_state_up": True,
    }
    assert made_up["id"] != made_up["instance_id"]
    assert api.show_member(pool, {"id": made_up["id"]}) == response.body["member"]
    assert api.show_pool(pool)["members"] == [{"id": made_up["id"]}]


def test_ip_member(api: Api) -> None:
    pool = api.pool()
    member = api.member(pool, "10.1.2.3", 80, subnet_cidr_id=None, availability_zone="eu-de-02", name="on-premises")
    picked = {name: member[name] for name in ("member_type", "subnet_cidr_id", "instance_id", "availability_zone")}
    assert picked == {
        "member_type": "ip",
        "subnet_cidr_id": "",
        "instance_id": "",
        "availability_zone": "eu-de-02",
    }
    assert member["admin_state_up"] is False


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"address": "192.168.0.300"}, "address"),
        ({"address": "192.168.0.010"}, "address"),
        ({"address": "192.168.0.1/24"}, "address"),
        ({"address": "host.example"}, "address"),
        ({"address": "fe80::1%eth0"}, "address"),
        ({"address": ""}, "address"),
        ({"address": None}, "address"),
        ({"address": "1" * 65}, "address"),
        ({"protocol_port": 0}, "protocol_port"),
        ({"protocol_port": 65536}, "protocol_port"),
        ({"protocol_port": "80"}, "protocol_port"),
        ({"protocol_port": 80.5}, "protocol_port"),
        ({"protocol_port": True}, "protocol_port"),
        ({"weight": -1}, "weight"),
        ({"weight": 101}, "weight"),
        ({"weight": None}, "weight"),
        ({"weight": "1"}, "weight"),
        ({"name": "x" * 256}, "name"),
        ({"subnet_cidr_id": ""}, "subnet_cidr_id"),
        ({"subnet_cidr_id": None}, "subnet_cidr_id"),
        ({"subnet_cidr_id": "x" * 37}, "subnet_cidr_id"),
        ({"availability_zone": "mars-01"}, "availability_zone"),
        ({"project_id": "f" * 32}, "project_id"),
        ({"admin_state_up": 1}, "admin_state_up"),
        ({"operating_status": "ONLINE"}, "operating_status"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_create_refuses_bad_fields_by_name(api: Api, emulator: Emulator, given: Json, field: str) -> None:
    pool = api.pool()
    refused(api.create_member(pool, **{"address": "10.0.0.1", "protocol_port": 80, **given}), 400, "ELB.8902", field)
    assert api.show_pool(pool)["members"] == []


@pytest.mark.parametrize("missing", ["address", "protocol_port"])
def test_create_needs_address_and_port(api: Api, missing: str) -> None:
    member: Json = {"address": "10.0.0.1", "protocol_port": 80}
    del member[missing]
    refused(api.create_member(api.pool(), **member), 400, "ELB.8902", missing)


def test_a_whole_number_may_be_written_as_80_0(api: Api) -> None:
    response = api.create_member(api.pool(), address="10.0.0.1", protocol_port=80.0)
    assert repr(response.body["member"]["protocol_port"]) == "80"


def test_admin_state_up_is_accepted_and_ignored(api: Api) -> None:
    pool = api.pool()
    member = api.member(pool, admin_state_up=False)
    assert member["admin_state_up"] is True
    assert api.update_member(pool, member, admin_state_up=False).body["member"]["admin_state_up"] is True


# --- address and port are unique


def test_address_and_port_are_unique_in_a_pool(api: Api) -> None:
    pool = api.pool(protocol="TCP")
    first = api.member(pool, "192.168.0.5", 80)
    refused(api.create_member(pool, address="192.168.0.5", protocol_port=80), 409, "ELB.8907", first["id"], "192.168.0.5")
    api.member(pool, "192.168.0.5", 81)
    api.member(pool, "192.168.0.6", 80)
    api.member(api.pool(protocol="TCP"), "192.168.0.5", 80)
    api.delete_member(pool, first)
    api.member(pool, "192.168.0.5", 80)


def test_addresses_are_compared_as_addresses(api: Api, emulator: Emulator) -> None:
    pool = api.pool(protocol="TCP")
    member = api.member(pool, "2001:DB8:A583:6A::4", 80)
    assert (member["address"], member["ip_version"]) == ("2001:db8:a583:6a::4", "v6")
    again = api.create_member(
        pool,
        address="2001:db8:a583:006a:0:0:0:4",
        protocol_port=80,
        subnet_cidr_id=emulator.subnet(V6)["id"],
    )
    refused(again, 409, "ELB.8907")


# --- IP members


@pytest.mark.parametrize("protocol", ["UDP", "QUIC"])
def test_ip_members_need_tcp_http_or_https(api: Api, protocol: str) -> None:
    sticky = {"session_persistence": {"type": "SOURCE_IP"}} if protocol == "QUIC" else {}
    pool = api.pool(protocol=protocol, **sticky)
    refused(api.create_member(pool, address="10.0.0.1", protocol_port=80), 400, "ELB.8938", "IP member", "protocol")
    assert api.member(pool, "192.168.0.9", 80)["member_type"] == "instance"


@pytest.mark.parametrize("name", ["demo-2", "shared"])
def test_ip_members_must_be_enabled_on_the_load_balancer(api: Api, emulator: Emulator, name: str) -> None:
    pool = api.pool(loadbalancer_id=emulator.loadbalancer(name))
    refused(api.create_member(pool, address="10.0.0.1", protocol_port=80), 400, "ELB.8939", "ip_target_enable")
    emulator.configure(loadbalancers={name: {"ip_target_enable": True}})
    assert api.create_member(pool, address="10.0.0.1", protocol_port=80).status == 201


def test_ip_members_are_ipv4(api: Api) -> None:
    for protocol in ("TCP", "HTTP"):
        pool = api.pool(protocol=protocol)
        refused(api.create_member(pool, address="2001:db8::1", protocol_port=80), 400, "ELB.8933", "IPv4")


def test_a_pool_of_the_type_ip_takes_ip_members_only(api: Api, emulator: Emulator) -> None:
    pool = api.pool(type="ip")
    subnet = emulator.subnet(V4)["id"]
    refused(
        api.create_member(pool, address="192.168.0.9", protocol_port=80, subnet_cidr_id=subnet),
        400,
        "ELB.8902",
        "subnet_cidr_id",
    )
    assert api.create_member(pool, address="10.0.0.1", protocol_port=80).status == 201


def test_availability_zone_is_for_ip_members(api: Api) -> None:
    pool = api.pool()
    member = api.member(pool)
    refused(api.update_member(pool, member, availability_zone="eu-de-02"), 400, "ELB.8902", "availability_zone")
    response = api.create_member(
        pool,
        address="192.168.0.11",
        protocol_port=80,
        subnet_cidr_id=member["subnet_cidr_id"],
        availability_zone="eu-de-02",
    )
    refused(response, 400, "ELB.8902", "availability_zone")
    outside = api.member(pool, "10.0.0.1", 80, subnet_cidr_id=None)
    assert outside["availability_zone"] == ""
    updated = api.update_member(pool, outside, availability_zone="eu-de-03")
    assert updated.body["member"]["availability_zone"] == "eu-de-03"
    refused(api.update_member(pool, outside, availability_zone="mars"), 400, "ELB.8902", "availability_zone")


# --- subnets


def test_the_subnet_must_be_neutrons(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    for ident in (UNKNOWN, emulator.subnet(V4)["vpc_subnet_id"]):
        response = api.create_member(pool, address="192.168.0.9", protocol_port=80, subnet_cidr_id=ident)
        refused(response, 404, "ELB.8904", f"subnet {ident} could not be found")


def test_the_address_must_be_in_the_subnet(api: Api, emulator: Emulator) -> None:
    pool = api.pool(protocol="TCP")
    for address, cidr in (("192.168.1.1", V4), ("2001:db8::1", V6), ("192.168.0.1", V6), ("2001:db8:a583:6a::1", V4)):
        response = api.create_member(pool, address=address, protocol_port=80, subnet_cidr_id=emulator.subnet(cidr)["id"])
        refused(response, 400, "ELB.8902", "address", address)


def test_the_subnet_must_be_in_the_vpc(api: Api, emulator: Emulator) -> None:
    foreign = emulator.subnet(FOREIGN)
    member = {"address": "172.16.0.5", "protocol_port": 80, "subnet_cidr_id": foreign["id"]}
    refused(api.create_member(api.pool(), **member), 400, "ELB.8902", "subnet_cidr_id", "VPC")
    refused(api.create_member(api.pool(type="instance", vpc_id=VPC), **member), 400, "ELB.8902", "VPC")
    assert api.create_member(api.pool(type="instance", vpc_id=foreign["vpc_id"]), **member).status == 201


def test_ipv6_needs_a_dualstack_pool(api: Api, emulator: Emulator) -> None:
    member = {"address": "2001:db8:a583:6a::9", "protocol_port": 80, "subnet_cidr_id": emulator.subnet(V6)["id"]}
    refused(api.create_member(api.pool(protocol="HTTP"), **member), 400, "ELB.8933", "IPv4 only")
    shared = api.pool(protocol="TCP", loadbalancer_id=emulator.loadbalancer("shared"))
    refused(api.create_member(shared, **member), 400, "ELB.8933")
    assert api.create_member(api.pool(protocol="TCP"), **member).status == 201


# --- update, delete, quota


def test_update(api: Api) -> None:
    pool = api.pool()
    member = api.member(pool, weight=5)
    assert member["weight"] == 5
    assert api.member(pool, "192.168.0.11", weight=0)["weight"] == 0
    done = api.update_member(pool, member, weight=0, name="x").body["member"]
    assert done == {**member, "weight": 0, "name": "x", "updated_at": done["updated_at"]}
    assert api.update_member(pool, member, name="").body["member"]["weight"] == 0
    assert api.update_member(pool, member, weight=100).body["member"]["weight"] == 100


@pytest.mark.parametrize("body", [{}, {"member": {}}])
def test_an_empty_update_is_refused(api: Api, body: Json) -> None:
    pool = api.pool()
    member = api.member(pool)
    refused(api.call("PUT", f"/pools/{pool['id']}/members/{member['id']}", body), 400, "SYS.0400")


@pytest.mark.parametrize(
    "change",
    [
        {"address": "192.168.0.11"},
        {"protocol_port": 81},
        {"subnet_cidr_id": UNKNOWN},
        {"project_id": "0" * 32},
        {"weight": 101},
        {"weight": None},
        {"operating_status": "ONLINE"},
    ],
)
def test_what_cannot_be_updated(api: Api, change: Json) -> None:
    pool = api.pool()
    member = api.member(pool)
    refused(api.update_member(pool, member, **change), 400, "ELB.8902", next(iter(change)))
    assert api.show_member(pool, member) == member


def test_unknown_member(api: Api) -> None:
    pool, other = api.pool(), api.pool()
    of_another_pool = api.member(other)
    for member in ({"id": UNKNOWN}, of_another_pool):
        for response in (
            api.call("GET", f"/pools/{pool['id']}/members/{member['id']}"),
            api.update_member(pool, member, weight=2),
            api.delete_member(pool, member),
        ):
            refused(response, 404, "ELB.8904", "member", member["id"], "could not be found")


def test_delete(api: Api) -> None:
    pool = api.pool()
    member = api.member(pool)
    response = api.delete_member(pool, member)
    assert (response.status, response.body) == (204, {})
    refused(api.delete_member(pool, member), 404, "ELB.8904", member["id"])
    assert api.show_pool(pool)["members"] == []


def test_member_quota(api: Api, emulator: Emulator) -> None:
    emulator.configure(member_quota=1)
    pool = api.pool()
    member = api.member(pool)
    refused(api.create_member(pool, address="10.0.0.1", protocol_port=1), 403, "ELB.2001", "exceeds")
    api.delete_member(pool, member)
    assert api.create_member(pool, address="10.0.0.1", protocol_port=1).status == 201


# --- health


def test_health_comes_up_after_a_while(api: Api, emulator: Emulator) -> None:
    pool = api.pool(listener_id=emulator.listener("demo-http"))
    assert api.member(pool, "192.168.0.1")["operating_status"] == "NO_MONITOR"
    emulator.health_monitor(pool["id"])
    emulator.configure(health_delay_ms=400, health_reason="RESPONSE_MISMATCH")
    member = api.member(pool, "192.168.0.2")
    assert member["operating_status"] == "OFFLINE"
    assert member["status"] == [
        {
            "listener_id": emulator.listener("demo-http"),
            "operating_status": "OFFLINE",
            "reason": {
                "reason_code": "RESPONSE_MISMATCH",
                "expected_response": "200",
                "healthcheck_response": "503",
            },
        }
    ]
    _wait_for(api, pool, member, "ONLINE")
    # A new weight starts it again; the same weight, or a name, does not.
    assert api.update_member(pool, member, weight=1, name="n").body["member"]["operating_status"] == "ONLINE"
    assert api.update_member(pool, member, weight=2).body["member"]["operating_status"] == "OFFLINE"
    _wait_for(api, pool, member, "ONLINE")


def _wait_for(api: Api, pool: Json, member: Json, status: str) -> None:
    deadline = time.monotonic() + 30
    while api.show_member(pool, member)["operating_status"] != status:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_status_can_be_forced(api: Api, emulator: Emulator) -> None:
    pool = api.pool(listener_id=emulator.listener("demo-http"))
    member = api.member(pool)
    emulator.set_status(pool["id"], member["id"], "OFFLINE", "CONNECT_TIMEOUT")
    shown = api.show_member(pool, member)
    assert shown["operating_status"] == "OFFLINE"
    assert shown["status"][0]["reason"]["reason_code"] == "CONNECT_TIMEOUT"
    emulator.set_status(pool["id"], member["id"], None)
    assert api.show_member(pool, member)["operating_status"] == "NO_MONITOR"
