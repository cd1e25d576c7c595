# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The info modules through ansible-playbook: filters go to the server, every page is read."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._resource.member import MEMBER
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL

from ..emulator.client import Emulator
from ..result import Result
from .engine import Engine, task

NOWHERE = "11111111-1111-1111-1111-111111111111"
VPC = "5b1f6d0e-1c57-4f0e-9a0c-0d2f5a7c1e01"
SUBNET = "7a3c1b52-6f0d-4d8e-b6a1-2c9e4f7d0a01"
MODULES = sorted((Path(__file__).resolve().parents[2] / "plugins" / "modules").glob("*.py"))
SERVER = "22222222-2222-2222-2222-222222222222"
Cases = list[tuple[dict[str, Any], list[str]]]


@pytest.fixture
def pools(emulator: Emulator) -> list[str]:
    """The IDs of four pools; the first has two members, the last is in another enterprise project."""
    seeded = emulator.seed(
        {
            "name": "web",
            "protocol": "HTTP",
            "listener_id": emulator.listener("demo-http"),
            "healthmonitor_id": "33333333-3333-3333-3333-333333333333",
            "members": [
                {"name": "web-1", "address": "192.168.0.1", "protocol_port": 80, "weight": 0, "availability_zone": "eu-de-02"},
                {
                    "name": "web-2",
                    "address": "192.168.0.2",
                    "protocol_port": 81,
                    "weight": 5,
                    "subnet_cidr_id": SUBNET,
                    "instance_id": SERVER,
                },
            ],
        },
        {"name": "api", "protocol": "HTTP", "lb_algorithm": "SOURCE_IP", "member_deletion_protection_enable": True},
        {
            "name": "dns",
            "protocol": "UDP",
            "description": "names",
            "type": "instance",
            "vpc_id": VPC,
            "protection_status": "consoleProtection",
        },
        {"name": "far", "protocol": "TCP", "loadbalancer_id": emulator.loadbalancer("elsewhere")},
    )
    return [pool["id"] for pool in seeded]


def check_filters(emulator: Emulator, cases: Cases, results: list[Result], kind: str, filters: dict[str, Any]) -> None:
    """Each task found what it should, by filters that went to the server; every filter finds something, and nothing."""
    for result, (options, names) in zip(results, cases, strict=True):
        assert not result.failed, result["msg"]
        assert not result.changed
        assert sorted(found["name"] for found in result[kind]) == names, options
    sent = [set(request["query"]) for request in emulator.requests(action=f"elb:{kind}:list")]
    assert sent == [set(options) for options, dummy in cases if not single_id(options)]
    assert {request["method"] for request in emulator.requests()} == {"GET"}
    assert {name for options, names in cases if names for name in options} == set(filters)
    assert {name for options, names in cases if not names for name in options} == set(filters)


def single_id(options: dict[str, Any]) -> bool:
    return isinstance(options.get("id"), str) and len(options) == 1


def test_pools_by_every_filter(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    cases: Cases = [
        ({}, ["api", "dns", "web"]),
        ({"name": "web"}, ["web"]),
        ({"name": ["web", "dns"]}, ["dns", "web"]),
        ({"name": "missing"}, []),
        ({"id": pools[1:3]}, ["api", "dns"]),
        ({"id": pools[0]}, ["web"]),
        ({"id": NOWHERE}, []),
        ({"protocol": "HTTP", "lb_algorithm": "SOURCE_IP"}, ["api"]),
        ({"protocol": "UDP", "lb_algorithm": ["SOURCE_IP", "QUIC_CID"]}, []),
        ({"description": "names"}, ["dns"]),
        ({"description": "nothing"}, []),
        ({"loadbalancer_id": emulator.loadbalancer("demo")}, ["web"]),
        ({"loadbalancer_id": NOWHERE}, []),
        ({"listener_id": [NOWHERE, emulator.listener("demo-http")]}, ["web"]),
        ({"listener_id": emulator.listener("demo-https")}, []),
        ({"healthmonitor_id": "33333333-3333-3333-3333-333333333333"}, ["web"]),
        ({"healthmonitor_id": NOWHERE}, []),
        ({"ip_version": "dualstack"}, ["dns"]),
        ({"ip_version": "v4", "protocol": "UDP"}, []),
        ({"member_address": "192.168.0.2"}, ["web"]),
        ({"member_address": "192.168.0.3"}, []),
        ({"member_device_id": SERVER}, ["web"]),
        ({"member_device_id": NOWHERE}, []),
        ({"member_instance_id": SERVER}, ["web"]),
        ({"member_instance_id": NOWHERE}, []),
        ({"vpc_id": VPC}, ["dns"]),
        ({"vpc_id": NOWHERE}, []),
        ({"type": "instance"}, ["dns"]),
        ({"type": ""}, ["api", "web"]),
        ({"type": "ip"}, []),
        ({"protection_status": "consoleProtection"}, ["dns"]),
        ({"protection_status": ["consoleProtection"], "protocol": "HTTP"}, []),
        ({"enterprise_project_id": "all_granted_eps", "protocol": "TCP"}, ["far"]),
        ({"enterprise_project_id": [NOWHERE]}, []),
        ({"member_deletion_protection_enable": True}, ["api"]),
        ({"member_deletion_protection_enable": False}, ["dns", "web"]),
        ({"member_deletion_protection_enable": True, "protocol": "UDP"}, []),
    ]
    results = engine.play([task("elb_pool_info", **filters) for filters, dummy in cases]).results
    check_filters(emulator, cases, results, "pools", POOL.filters)


def test_a_single_id_uses_the_get_api(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    one, with_a_filter = engine.play([task("elb_pool_info", id=pools[0]), task("elb_pool_info", id=pools[0], protocol="UDP")]).results
    assert [pool["name"] for pool in one["pools"]] == ["web"]
    assert one["required_actions"] == ["elb:pools:get"]
    assert with_a_filter["pools"] == []
    assert with_a_filter["required_actions"] == ["elb:pools:list"]


def test_other_names(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    """The names without elb_ are the same modules: options, group defaults, execution, permissions, documentation."""
    keys = {option: engine.env[name] for name in engine.env if (option := name.removeprefix("OS_").lower()) in ("access_key", "secret_key")}
    run = engine.play(
        [
            task("otc.elb.pool_info", name="web", include_members=True),
            task("otc.elb.member_info", pool="web"),
            # ansible-core 2.17 has no group defaults where the name is a template.
            {"action": "{{ module }}", "args": {"loadbalancer": "demo", **keys}},
            task("otc.elb.pool_info", pool="web"),
        ],
        verbosity=3,
        env={
            **dict.fromkeys(("OS_ACCESS_KEY", "OS_SECRET_KEY")),
            "ANSIBLE_CALLBACKS_ENABLED": "record_results,otc.elb.required_actions",
            "OTC_ELB_REQUIRED_ACTIONS_SCOPE": "ever",
        },
        module_defaults={"group/otc.elb.elb": keys},
        vars={"module": "otc.elb.pool_info"},
    )
    whole, members, templated, refused = run.results
    assert whole["pools"][0]["members"] == members["members"]
    assert [pool["name"] for pool in templated["pools"]] == ["web"]
    assert "pool" in refused["msg"]
    assert run.stdout.count("ran in Ansible's own process") == 4
    policy = run.stdout[run.stdout.index("LEAST IAM POLICY") :]
    for action in ("elb:loadbalancers:list", "elb:members:list", "elb:pools:list"):
        assert f'"{action}"' in policy
    documented = engine.command("ansible-doc", "--json", "otc.elb.pool_info", "otc.elb.member_info")
    assert {each["doc"]["module"] for each in json.loads(documented.stdout).values()} == {"elb_pool_info", "elb_member_info"}


def test_ansible_doc_shows_every_module_and_the_inventory_plugin(engine: Engine) -> None:
    """As text: the output with --json does not need the types that the text needs."""
    for arguments in ((*(f"otc.elb.{path.stem}" for path in MODULES),), ("--type=inventory", "otc.elb.elb_members")):
        shown = engine.command("ansible-doc", *arguments)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "The IAM actions that each task needs" in " ".join(shown.stdout.split())


def test_a_load_balancer_and_a_listener_by_name_or_id(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    """A name that does not exist finds nothing, and not silently."""
    demo = emulator.loadbalancer("demo")
    by_name, by_both, by_listener, misspelt, one_misspelt, no_id, no_member_id, other_name, elsewhere, gone = engine.play(
        [
            task("elb_pool_info", loadbalancer="demo"),
            task("otc.elb.pool_info", loadbalancer_id=["demo-2", demo], listener="demo-http"),
            task("elb_pool_info", listener_id="demo-http"),
            task("elb_pool_info", loadbalancer="Demo", include_members=True),
            task("elb_pool_info", loadbalancer=["Demo", "demo"], protocol="HTTP"),
            task("elb_pool_info", id="web"),
            task("elb_member_info", pool="web", id=["web-1", pools[0]]),
            task("otc.elb.member_info", pool="web"),
            task("elb_pool_info", id=pools[0], endpoint=f"{emulator.url}/elb"),
            task("elb_member", pool="web", address="192.168.0.1", protocol_port=80, state="absent", endpoint=f"{emulator.url}/elb"),
        ]
    ).results
    # A wrong path is no missing pool.
    for result in (elsewhere, gone):
        assert result.failed
        assert "check 'endpoint', which is the root of the service" in result["msg"]
    for result in (by_name, by_both, by_listener, one_misspelt):
        assert [pool["name"] for pool in result["pools"]] == ["web"], result
    assert by_both["required_actions"] == ["elb:listeners:list", "elb:loadbalancers:list", "elb:pools:list"]
    warning = "There is no load balancer named 'Demo' in this project and region, so no pool belongs to it."
    assert (misspelt["pools"], misspelt.warnings) == ([], [warning])
    assert misspelt["required_actions"] == ["elb:loadbalancers:list"]
    assert one_misspelt.warnings == [warning]
    assert by_name.warnings == []
    assert (no_id["pools"], no_member_id["members"]) == ([], [])
    assert no_id.warnings == ["id 'web' is not a UUID, so no pool has it. To look up by name, use the option 'name'."]
    assert no_member_id.warnings == ["id 'web-1' is not a UUID, so no member has it. To look up by name, use the option 'name'."]
    assert sorted(member["name"] for member in other_name["members"]) == ["web-1", "web-2"]


def test_many_pools_are_read_at_the_same_time(engine: Engine, emulator: Emulator) -> None:
    """Results keep their order, and the first failure ends the task."""
    members = [{"address": "192.168.0.1", "protocol_port": 80}]
    emulator.seed(*({"name": f"pool-{number:02}", "protocol": "HTTP", "members": members} for number in range(24)))
    emulator.fault("delay", action="elb:members:list", ms=500, times=24)
    started = time.monotonic()
    whole = engine.run("elb_pool_info", include_members=True)
    assert time.monotonic() - started < 24 * 0.5
    assert [len(pool["members"]) for pool in whole["pools"]] == [1] * 24
    listed = {pool["id"]: pool["members"][0]["id"] for pool in whole["pools"]}
    assert listed == {pool["id"]: pool["members"][0]["id"] for pool in emulator.state()["pools"]}
    emulator.clear_faults()
    emulator.fault("answer", action="elb:members:list", status=503, skip=3, times=None)
    before = len(emulator.requests(action="elb:members:list"))
    failed = engine.run("elb_pool_info", include_members=True, timeout=1)
    assert failed["status"] == 503
    assert "Could not list the members of pool" in failed["msg"]
    # Those that were not begun are not tried.
    assert len({request["path"] for request in emulator.requests(action="elb:members:list")[before:]}) < 24


def test_whole_members(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    references, whole = engine.play([task("elb_pool_info", name="web"), task("elb_pool_info", include_members=True)]).results
    assert [set(member) for member in references["pools"][0]["members"]] == [{"id"}, {"id"}]
    members = {pool["name"]: pool["members"] for pool in whole["pools"]}
    assert sorted(member["name"] for member in members["web"]) == ["web-1", "web-2"]
    assert members["dns"] == []
    assert whole["required_actions"] == ["elb:members:list", "elb:pools:list"]
    assert len(emulator.requests(action="elb:members:list")) == 1


def test_members_by_every_filter(engine: Engine, emulator: Emulator, pools: list[str]) -> None:
    (web,) = (pool for pool in emulator.state()["pools"] if pool["name"] == "web")
    first, second = (member["id"] for member in sorted(web["members"], key=lambda member: str(member["name"])))
    emulator.set_status(pools[0], first, "OFFLINE")
    cases: Cases = [
        ({}, ["web-1", "web-2"]),
        ({"id": first}, ["web-1"]),
        ({"id": NOWHERE}, []),
        ({"id": [first, second]}, ["web-1", "web-2"]),
        ({"name": "web-1", "operating_status": "OFFLINE"}, ["web-1"]),
        ({"name": "web-2", "operating_status": ["OFFLINE", "NO_MONITOR"]}, []),
        ({"weight": 0}, ["web-1"]),
        ({"weight": [0, 5]}, ["web-1", "web-2"]),
        ({"id": [first], "weight": 5}, []),
        ({"subnet_cidr_id": SUBNET}, ["web-2"]),
        ({"subnet_cidr_id": NOWHERE}, []),
        ({"address": "192.168.0.2"}, ["web-2"]),
        ({"address": "192.168.0.3"}, []),
        ({"protocol_port": [81]}, ["web-2"]),
        ({"protocol_port": 443}, []),
        ({"ip_version": "v4"}, ["web-1", "web-2"]),
        ({"ip_version": "v6"}, []),
        ({"member_type": "ip"}, ["web-1"]),
        ({"member_type": "instance", "name": "web-1"}, []),
        ({"instance_id": SERVER}, ["web-2"]),
        ({"instance_id": NOWHERE}, []),
        ({"availability_zone": "eu-de-02"}, ["web-1"]),
        ({"availability_zone": "eu-de-03"}, []),
        ({"enterprise_project_id": ["0"]}, ["web-1", "web-2"]),
        ({"enterprise_project_id": NOWHERE}, []),
    ]
    results = engine.play([task("elb_member_info", pool=pools[0], **filters) for filters, dummy in cases]).results
    check_filters(emulator, cases, results, "members", MEMBER.filters)
    assert results[1]["required_actions"] == ["elb:members:get"]
    assert results[8]["required_actions"] == ["elb:members:list"]


def test_members_of_a_pool_that_is_not_there(engine: Engine, emulator: Emulator) -> None:
    by_name, by_id, one = engine.play(
        [
            task("elb_member_info", pool="missing"),
            task("elb_member_info", pool="11111111-1111-1111-1111-111111111111"),
            task("elb_member_info", pool="11111111-1111-1111-1111-111111111111", id="11111111-1111-1111-1111-111111111112"),
        ]
    ).results
    for result in (by_name, by_id, one):
        assert result["members"] == []
        assert not result.failed
        (warning,) = result.warnings
        assert "There is no pool" in warning


def test_every_page_is_read(engine: Engine, emulator: Emulator) -> None:
    seeded = emulator.seed(
        *({"name": f"p-{n:02}", "protocol": "HTTP"} for n in range(7)),
        {"name": "big", "protocol": "HTTP", "members": [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in range(1, 12)]},
    )
    emulator.configure(page_cap=3)
    pools, members, by_name = engine.play(
        [
            task("elb_pool_info"),
            task("elb_member_info", pool=seeded[-1]["id"]),
            task("elb_member", pool="big", address="192.168.0.11", port=80),
        ]
    ).results
    assert len({pool["id"] for pool in pools["pools"]}) == 8
    assert len({member["id"] for member in members["members"]}) == 11
    assert not by_name.changed
    assert len(emulator.requests(action="elb:pools:list")) == 3 + 1
