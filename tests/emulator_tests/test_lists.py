# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages and filters."""

from __future__ import annotations

import pytest

from tests.emulator.client import Emulator

from .api import V4, V6, Api, Json, refused

VPC = "5b1f6d0e-1c57-4f0e-9a0c-0d2f5a7c1e01"
ELSEWHERE = "c4d5e6f7-0819-4a2b-8c3d-4e5f60718293"


def ids(found: list[Json]) -> list[str]:
    return [item["id"] for item in found]


@pytest.fixture
def five(api: Api, emulator: Emulator) -> list[str]:
    """Five pools, by their IDs in order."""
    made = emulator.seed(*({"name": f"p{number}", "type": "ip"} for number in range(5)))
    return sorted(item["id"] for item in made)


# --- pages


def test_without_a_limit_everything_comes_on_one_page(api: Api, five: list[str]) -> None:
    found, info = api.list("/pools")
    assert ids(found) == five
    assert info == {"current_count": 5, "previous_marker": five[0]}


def test_forward(api: Api, five: list[str]) -> None:
    found, info = api.list("/pools", "limit=2")
    assert ids(found) == five[:2]
    assert info == {"current_count": 2, "previous_marker": five[0], "next_marker": five[1]}
    found, info = api.list("/pools", f"limit=2&marker={five[1]}")
    assert ids(found) == five[2:4]
    assert info == {"current_count": 2, "previous_marker": five[2], "next_marker": five[3]}
    found, info = api.list("/pools", f"limit=2&marker={five[3]}")
    assert ids(found) == five[4:]
    assert info == {"current_count": 1, "previous_marker": five[4]}
    found, info = api.list("/pools", f"limit=2&marker={five[4]}")
    assert (found, info) == ([], {"current_count": 0})


def test_the_last_full_page_has_no_next_marker(api: Api, five: list[str]) -> None:
    dummy, info = api.list("/pools", "limit=5")
    assert "next_marker" not in info
    dummy, info = api.list("/pools", f"limit=2&marker={five[2]}")
    assert "next_marker" not in info


def test_reverse(api: Api, five: list[str]) -> None:
    found, info = api.list("/pools", f"limit=2&page_reverse=true&marker={five[3]}")
    assert ids(found) == five[1:3]
    assert info == {"current_count": 2, "previous_marker": five[1], "next_marker": five[2]}
    found, info = api.list("/pools", f"limit=2&page_reverse=true&marker={five[1]}")
    assert ids(found) == five[:1]
    found, info = api.list("/pools", f"limit=2&page_reverse=true&marker={five[0]}")
    assert (found, info) == ([], {"current_count": 0})
    found, info = api.list("/pools", "limit=2&page_reverse=true")
    assert ids(found) == five[3:]
    assert info == {"current_count": 2, "previous_marker": five[3]}
    found, dummy = api.list("/pools", f"limit=2&page_reverse=false&marker={five[3]}")
    assert ids(found) == five[4:]


def test_limit_zero_is_an_empty_page(api: Api, five: list[str]) -> None:
    assert api.list("/pools", "limit=0") == ([], {"current_count": 0})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=-1", "limit"),
        ("limit=2001", "limit"),
        ("limit=two", "limit"),
        ("limit=", "limit"),
        ("limit=1_0", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=2&marker=", "marker"),
        ("limit=2&marker=00000000-0000-4000-8000-000000000000", "marker"),
        ("limit=2&page_reverse=yes", "page_reverse"),
        ("page_reverse=true", "page_reverse"),
        ("protocol=FTP", "protocol"),
        ("type=both", "type"),
        ("ip_version=v6", "ip_version"),
        ("member_deletion_protection_enable=1", "member_deletion_protection_enable"),
        ("colour=red", "colour"),
        ("Name=a", "Name"),
    ],
)
@pytest.mark.usefixtures("five")
def test_bad_queries(api: Api, query: str, field: str) -> None:
    refused(api.call("GET", f"/pools?{query}"), 400, "ELB.8902", f"'{field}'")


def test_a_marker_needs_a_limit(api: Api, five: list[str]) -> None:
    refused(api.call("GET", f"/pools?marker={five[0]}"), 400, "ELB.8902", "'marker'", "limit")


def test_a_marker_whose_record_is_gone_is_invalid(api: Api, five: list[str]) -> None:
    assert api.delete_pool({"id": five[1]}).status == 204
    refused(api.call("GET", f"/pools?limit=2&marker={five[1]}"), 400, "ELB.8902", "'marker'")


def test_the_server_can_cap_pages(api: Api, five: list[str], emulator: Emulator) -> None:
    emulator.configure(page_cap=3)
    found, info = api.list("/pools")
    assert (ids(found), info["next_marker"]) == (five[:3], five[2])
    found, info = api.list("/pools", f"limit=2000&marker={five[2]}")
    assert ids(found) == five[3:]
    assert "next_marker" not in info


def test_pages_of_what_the_filters_leave(api: Api, emulator: Emulator) -> None:
    made = emulator.seed(*({"name": "ab"[number % 2], "type": "ip"} for number in range(10)))
    expected = sorted(made[number]["id"] for number in range(0, 10, 2))
    found, info = api.list("/pools", "limit=3&name=a")
    assert (ids(found), info["next_marker"]) == (expected[:3], expected[2])
    # A record that the filter leaves out is a marker nevertheless.
    other = sorted(made[number]["id"] for number in range(1, 10, 2))
    found, dummy = api.list("/pools", f"limit=9&name=a&marker={other[2]}")
    assert ids(found) == [ident for ident in expected if ident > other[2]]


@pytest.mark.parametrize(("path", "key"), [("/loadbalancers", "loadbalancers"), ("/listeners", "listeners")])
def test_look_ups_have_pages_too(api: Api, emulator: Emulator, path: str, key: str) -> None:
    everything, dummy = api.list(path, "enterprise_project_id=all_granted_eps")
    assert sorted(ids(everything)) == sorted(item["id"] for item in emulator.config[key])
    found, info = api.list(path, "limit=1&enterprise_project_id=all_granted_eps")
    assert found == everything[:1]
    assert info["next_marker"] == everything[0]["id"]
    refused(api.call("GET", f"{path}?colour=red"), 400, "ELB.8902", "colour")
    refused(api.call("GET", f"{path}?marker={everything[0]['id']}"), 400, "ELB.8902", "marker")


def test_pages_of_members(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    made = emulator.seed_members(pool["id"], *({"address": f"10.0.0.{number}", "protocol_port": 80} for number in range(7)))
    expected = sorted(made)
    seen: list[str] = []
    query = "limit=3"
    while True:
        found, info = api.list(f"/pools/{pool['id']}/members", query)
        seen += ids(found)
        if "next_marker" not in info:
            break
        query = f"limit=3&marker={info['next_marker']}"
    assert seen == expected
    # A marker of another pool is none here.
    [other] = emulator.seed({"members": [{"address": "10.0.0.1", "protocol_port": 80}]})
    response = api.call("GET", f"/pools/{pool['id']}/members?limit=1&marker={other['members'][0]}")
    refused(response, 400, "ELB.8902", "marker")


# --- filters


def test_filters_of_pools(api: Api, emulator: Emulator) -> None:
    http, tcp = emulator.listener("demo-http"), emulator.listener("demo-tcp")
    first = api.pool(listener_id=http, name="first", description="one", member_deletion_protection_enable=True)
    second = api.pool(listener_id=tcp, name="second", protocol="TCP", lb_algorithm="SOURCE_IP")
    third = api.pool(type="instance", vpc_id=VPC, protection_status="consoleProtection", name="")
    monitor = emulator.health_monitor(second["id"])
    member = api.member(second, "2001:db8:a583:6a::5", 80)
    emulator.forwarding_policy(third["id"], http)
    by_name = {"first": first["id"], "second": second["id"], "third": third["id"]}

    def matches(query: str) -> set[str]:
        found, info = api.list("/pools", query)
        assert info["current_count"] == len(found)
        return {name for name, ident in by_name.items() if ident in ids(found)}

    assert matches("") == {"first", "second", "third"}
    assert matches(f"id={first['id']}") == {"first"}
    assert matches(f"id={first['id']}&id={third['id']}") == {"first", "third"}
    assert matches("id=unknown") == set()
    assert matches("name=first") == {"first"}
    assert matches("name=first&name=second&name=missing") == {"first", "second"}
    assert matches("name=") == {"third"}
    assert matches("name=FIRST") == set()
    assert matches("name=first,second") == set()
    assert matches("description=one") == {"first"}
    assert matches(f"loadbalancer_id={emulator.loadbalancer('demo')}") == {"first", "second"}
    # Also those that a forwarding policy connects with the listener.
    assert matches(f"listener_id={http}") == {"first", "third"}
    assert matches(f"listener_id={tcp}") == {"second"}
    assert matches("protocol=HTTP") == {"first", "third"}
    assert matches("protocol=HTTP&protocol=TCP") == {"first", "second", "third"}
    assert matches("lb_algorithm=SOURCE_IP") == {"second"}
    assert matches(f"healthmonitor_id={monitor}") == {"second"}
    assert matches("ip_version=dualstack") == {"second"}
    assert matches("member_address=2001:DB8:A583:6A:0:0:0:5") == {"second"}
    assert matches("member_address=2001:db8::6") == set()
    assert matches(f"member_instance_id={member['instance_id']}") == {"second"}
    assert matches(f"member_device_id={member['instance_id']}") == {"second"}
    assert matches(f"vpc_id={VPC}") == {"third"}
    assert matches("type=instance") == {"third"}
    assert matches("type=") == {"first", "second"}
    assert matches("protection_status=consoleProtection") == {"third"}
    assert matches("member_deletion_protection_enable=true") == {"first"}
    assert matches("member_deletion_protection_enable=false") == {"second", "third"}
    assert matches("admin_state_up=true") == {"first", "second", "third"}
    assert matches("admin_state_up=false") == set()
    # All filters must hold.
    assert matches("name=first&protocol=TCP") == set()
    assert matches("name=second&protocol=TCP") == {"second"}


def test_filters_of_members(api: Api, emulator: Emulator) -> None:
    pool = api.pool(protocol="TCP")
    one = api.member(pool, "192.168.0.1", 80, name="one", weight=0)
    two = api.member(pool, "2001:db8:a583:6a::2", 81, name="two", weight=50)
    three = api.member(pool, "10.0.0.3", 80, subnet_cidr_id=None, availability_zone="eu-de-03")
    emulator.set_status(pool["id"], two["id"], "OFFLINE", "CONNECT_TIMEOUT")
    by_name = {"one": one["id"], "two": two["id"], "three": three["id"]}

    def matches(query: str) -> set[str]:
        found, dummy = api.list(f"/pools/{pool['id']}/members", query)
        return {name for name, ident in by_name.items() if ident in ids(found)}

    assert matches("") == {"one", "two", "three"}
    assert matches(f"id={one['id']}&id={two['id']}") == {"one", "two"}
    assert matches("name=one") == {"one"}
    assert matches("weight=0") == {"one"}
    assert matches("weight=0&weight=1") == {"one", "three"}
    assert matches(f"subnet_cidr_id={emulator.subnet(V4)['id']}") == {"one"}
    assert matches(f"subnet_cidr_id={emulator.subnet(V6)['id']}") == {"two"}
    assert matches("address=192.168.0.1&address=10.0.0.3") == {"one", "three"}
    assert matches("address=2001:DB8:A583:6A:0:0:0:2") == {"two"}
    assert matches("protocol_port=80") == {"one", "three"}
    assert matches("operating_status=OFFLINE") == {"two"}
    assert matches("ip_version=v6") == {"two"}
    assert matches("member_type=ip") == {"three"}
    assert matches(f"instance_id={one['instance_id']}") == {"one"}
    assert matches("availability_zone=eu-de-03") == {"three"}
    assert matches("admin_state_up=true") == {"one", "two"}
    for query in ("weight=x", "weight=101", "protocol_port=http", "ip_version=4", "member_type=vm", "colour=red"):
        refused(api.call("GET", f"/pools/{pool['id']}/members?{query}"), 400, "ELB.8902", query.partition("=")[0])


def test_enterprise_projects(api: Api, emulator: Emulator) -> None:
    """Without the filter, the reference looks into the default enterprise project."""
    here = api.pool()
    there = api.pool(loadbalancer_id=emulator.loadbalancer("elsewhere"))
    assert ids(api.list("/pools")[0]) == [here["id"]]
    assert ids(api.list("/pools", f"enterprise_project_id={ELSEWHERE}")[0]) == [there["id"]]
    both = sorted([here["id"], there["id"]])
    assert ids(api.list("/pools", "enterprise_project_id=all_granted_eps")[0]) == both
    assert ids(api.list("/pools", f"enterprise_project_id=0&enterprise_project_id={ELSEWHERE}")[0]) == both
    assert api.list("/loadbalancers", "name=elsewhere")[0] == []
    assert len(api.list("/loadbalancers", f"name=elsewhere&enterprise_project_id={ELSEWHERE}")[0]) == 1
    # An ID is found wherever it is.
    assert api.show_pool(there)["id"] == there["id"]


def test_filters_of_look_ups(api: Api, emulator: Emulator) -> None:
    assert ids(api.list("/loadbalancers", "name=demo")[0]) == [emulator.loadbalancer("demo")]
    assert len(api.list("/loadbalancers", "name=twin")[0]) == 2
    assert len(api.list("/loadbalancers", "name=demo&name=twin")[0]) == 3
    shared = api.list("/loadbalancers", "guaranteed=false")[0]
    assert [item["name"] for item in shared] == ["shared"]
    assert ids(api.list("/listeners", "name=demo-http")[0]) == [emulator.listener("demo-http")]
    of_shared = api.list("/listeners", f"loadbalancer_id={emulator.loadbalancer('shared')}")[0]
    assert {item["name"] for item in of_shared} == {"shared-http", "shared-terminated-https"}
    assert [item["name"] for item in api.list("/listeners", "protocol_port=53")[0]] == ["demo-udp"]


def test_what_is_in_another_project_does_not_exist_here(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    emulator.grant("admin", ["elb:*:*"], projects=[emulator.project_id, "fedcba9876543210fedcba9876543210"])
    elsewhere = f"{emulator.url}/v3/fedcba9876543210fedcba9876543210/elb"
    refused(api.call("GET", f"{elsewhere}/pools/{pool['id']}"), 404, "ELB.8904")
    for kind in ("pools", "loadbalancers", "listeners"):
        assert api.call("GET", f"{elsewhere}/{kind}").body[kind] == []
    body = {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "loadbalancer_id": emulator.loadbalancer("demo")}
    refused(api.call("POST", f"{elsewhere}/pools", {"pool": body}), 404, "ELB.8904", "loadbalancer")
