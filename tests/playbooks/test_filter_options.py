# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter ``options``: from a pool to a copy of it, and back to tasks that change nothing."""

from __future__ import annotations

from typing import Any

from ..credentials import aksk
from ..emulator.client import Emulator, start
from .engine import Engine, task

Json = dict[str, Any]

POOL: Json = {
    "name": "web",
    "description": "the shop",
    "protocol": "HTTP",
    "lb_algorithm": "LEAST_CONNECTIONS",
    "loadbalancer": "demo",
    "session_persistence": {"type": "HTTP_COOKIE", "persistence_timeout": 60},
    "slow_start": {"enable": True, "duration": 60},
    "member_deletion_protection_enable": True,
    "protection_status": "consoleProtection",
    "protection_reason": "in use",
    "health_check": {"type": "HTTP", "url_path": "/healthz", "monitor_port": 8081},
}


def test_a_pool_and_its_members_are_copied(engine: Engine, emulator: Emulator) -> None:
    subnet = emulator.subnet("192.168.0.0/24")["id"]
    found = "{{ found.pools[0] | otc.elb.options }}"
    entries = "found.pools[0].members | otc.elb.options"
    read = {"name": ["web"], "include_members": True, "include_health_check": True}
    results = engine.play(
        [
            task("elb_pool", **POOL),
            task(
                "elb_pool_members",
                pool="web",
                members=[
                    {"address": "192.168.0.11", "port": 80, "name": "web-1", "weight": 0, "subnet_cidr_id": subnet},
                    {"address": "192.168.0.12", "port": 80, "availability_zone": "eu-de-01"},
                ],
            ),
            task("elb_pool_info", **read) | {"register": "found"},
            {"otc.elb.elb_pool": {}, "module_defaults": {"otc.elb.elb_pool": found}, "name": "pool again"},
            task("elb_pool_members", pool="web", members=f"{{{{ {entries} }}}}", purge=True) | {"name": "members again"},
            task("elb_pool_members", pool="web", members=f"{{{{ {entries} | to_yaml | from_yaml }}}}", purge=True)
            | {"name": "members, YAML"},
            {
                "otc.elb.elb_member": {},
                "args": "{{ item | combine({'pool': 'web'}) }}",
                "loop": f"{{{{ {entries} }}}}",
                "name": "each member again",
            },
            {
                "otc.elb.elb_pool": {},
                "args": "{{ found.pools[0] | otc.elb.options(references=false) | combine({'name': 'copy', 'loadbalancer': 'demo-2'}) }}",
                "name": "copy",
            },
            task("elb_pool_info", **{**read, "name": ["copy"]}) | {"register": "copied"},
            task(
                "ansible.builtin.debug",
                msg="{{ [found, copied] | map(attribute='pools') | map('first') | map('otc.elb.options', references=false) }}",
            )
            | {"name": "both"},
        ]
    )
    assert not [result["msg"] for result in results.results if result.failed]
    for name in ("pool again", "members again", "members, YAML", "each member again"):
        (result,) = results.of(name)
        assert not result.failed, result["msg"]
        assert not result.changed, name
    # Ansible's own about args from a variable, which the documentation avoids.
    assert results.of("pool again")[0].warnings == []
    (copy,) = results.of("copy")
    assert copy.changed, copy["msg"]
    (both,) = results.of("both")
    original, made = ({name: value for name, value in each.items() if name != "name"} for each in both["msg"])
    assert made == original
    given = {name: value for name, value in POOL.items() if name not in ("name", "loadbalancer", "health_check")}
    assert given.items() <= original.items()
    assert POOL["health_check"].items() <= original["health_check"].items()


def test_a_copy_in_another_project(engine: Engine, emulator: Emulator) -> None:
    """As in the examples of the filter: that project has no ID of this one."""
    vpc, subnet, balancer = (f"c09f620e-3492-4429-ac15-00000000000{n}" for n in range(3))
    there: Json = {
        "project_id": "fedcba9876543210fedcba9876543210",
        "vpcs": [vpc],
        "subnets": [{"id": subnet, "vpc_subnet_id": vpc, "cidr": "192.168.0.0/24", "vpc_id": vpc}],
        "loadbalancers": [{"id": balancer, "name": "production", "dedicated": True, "ip_target_enable": True, "vpc_id": vpc}],
        "listeners": [],
    }
    here = emulator.subnet("192.168.0.0/24")
    servers = [
        {"address": "192.168.0.11", "port": 80, "name": "web-1", "weight": 5, "subnet_cidr_id": here["id"]},
        {"address": "192.168.0.12", "port": 80, "name": "web-2", "weight": 0},
    ]
    pool = "found.pools[0] | otc.elb.options(references=false)"
    members = "found.pools[0].members | otc.elb.options(references=false)"
    read = task("elb_pool_info", name=["web"], include_members=True, include_health_check=True) | {"register": "found"}
    with start(there) as project:
        keys = aksk(project)
        other: Json = {
            "endpoint": keys["OTC_ELB_ENDPOINT"],
            "project_id": keys["OS_PROJECT_ID"],
            "access_key": keys["OS_ACCESS_KEY"],
            "secret_key": keys["OS_SECRET_KEY"],
        }
        given = {"otc.elb.elb_pool": f"{{{{ {pool} }}}}"}
        results = engine.play(
            [
                task("elb_pool", **POOL, type="instance", vpc_id=here["vpc_id"]),
                task("elb_pool_members", pool="web", members=servers),
                read,
                task("elb_pool", **other, loadbalancer="production", vpc_id=vpc) | {"module_defaults": given, "name": "pool"},
                task("elb_pool_members", **other, pool="web", members=f"{{{{ {members} }}}}") | {"name": "members"},
                {**read, "name": "copied", "module_defaults": {"otc.elb.elb_pool_info": other}},
            ]
        )
        assert not [result["msg"] for result in results.results if result.failed]
        assert [results.of(name)[0].changed for name in ("pool", "members")] == [True, True]
        (copied,) = results.of("copied")[0]["pools"]
        assert project.violations() == []
    assert copied["project_id"] == there["project_id"]
    assert copied["vpc_id"] == vpc
    assert POOL["health_check"].items() <= copied["health_check"].items()
    # They are added concurrently, in any order.
    assert sorted((m["name"], m["weight"], m["subnet_cidr_id"]) for m in copied["members"]) == [("web-1", 5, ""), ("web-2", 0, "")]
    (original,) = emulator.state()["pools"]
    assert {name: copied[name] for name in ("description", "slow_start")} == {
        name: original[name] for name in ("description", "slow_start")
    }
