# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role otc.elb.backend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from ..emulator.client import Emulator, Json
from .engine import Engine, PlayRun, Task, task

POOL: Json = {
    "backend_name": "web",
    "backend_loadbalancer": "demo",
    "backend_protocol": "HTTP",
    "backend_lb_algorithm": "ROUND_ROBIN",
}
MEMBERS = "otc.elb.backend : Its members"
SERVER: Json = {"address": "192.168.0.11", "port": 80}


def backend(**options: Any) -> Task:
    return {"name": "Backend", "ansible.builtin.include_role": {"name": "otc.elb.backend"}, "vars": {**POOL, **options}}


def play(engine: Engine, tasks: Sequence[Task], hosts: str = "localhost", **options: Any) -> PlayRun:
    """Plays tasks with the inventory below."""
    inventory = engine.home / "inventory.yml"
    inventory.write_text(
        yaml.safe_dump({"all": {"children": {group: {"hosts": members} for group, members in INVENTORY.items()}}}, sort_keys=False)
    )
    return engine.playbook([{"name": "Test", "hosts": hosts, "gather_facts": False, "tasks": list(tasks)}], hosts=inventory, **options)


def members(emulator: Emulator) -> dict[str, tuple[str, int, int]]:
    (found,) = emulator.state()["pools"]
    return {member["name"]: (member["address"], member["protocol_port"], member["weight"]) for member in found["members"]}


#: What the inventory plugin elb_members says of a host is the current state, not the desired one.
PLUGIN: Json = {"elb_weight": 99, "elb_port": 99}
INVENTORY: Json = {
    "web": {
        "web-1": {"ansible_host": "192.168.0.11", "private": {"net.0": "no", "ip": "192.168.0.21"}},
        "web-2": {
            "ansible_host": "192.168.0.12",
            "private": {"ip": "192.168.0.22"},
            "backend_host_weight": 0,
            "backend_host_port": 81,
            **PLUGIN,
        },
    },
    "empty": {},
    "bare": {"192.168.0.31": {}},
    "incomplete": {"web-3": {}, "web-4": {}, "web-1": {}},
    "wrong": {
        "web-5": {"ansible_host": "web-5.example.com", "backend_host_weight": 101},
        "web-6": {"ansible_host": "192.168.0.16", "backend_host_port": "http"},
        "web-7": {"ansible_host": "192.168.0.11"},
        "web-1": {},
    },
}


def test_a_backend_from_its_beginning_to_its_end(engine: Engine, emulator: Emulator) -> None:
    """All hosts of the group play it, as users do who give the role to the group: the pool is made once all the same."""
    both = {"backend_group": "web", "backend_members": [{"name": "other", "address": "192.168.0.99", "port": 82, "weight": 3}]}
    first = play(engine, [backend(**both, backend_port=80, backend_weight=7)], hosts="web", check=True)
    assert first.rc == 0, first.output
    assert [result["summary"]["added"] for result in first.of(MEMBERS)] == [3, 3]
    assert emulator.writes() == []
    second = play(engine, [backend(**both, backend_port=80, backend_weight=7)], hosts="web")
    assert second.rc == 0, second.output
    assert sorted(result.changed for result in second.of(MEMBERS)) == [False, True]
    assert members(emulator) == {
        "web-1": ("192.168.0.11", 80, 7),
        "web-2": ("192.168.0.12", 81, 0),
        "other": ("192.168.0.99", 82, 3),
    }
    nested: Json = {"backend_group": "web", "backend_address_variable": "private.ip", "backend_port": 80, "backend_purge": True}
    named: Json = {"backend_group": "bare", "backend_address_variable": "inventory_hostname", "backend_port": 80}
    # Variables of the set-up that a removal has as well.
    everything: Json = {
        "backend_health_check": {},
        "backend_wait": True,
        "backend_slow_start": {"enable": False},
        "backend_drain_seconds": 30,
    }
    emulator.forget()
    third = play(
        engine,
        [
            backend(**nested),
            backend(**nested),
            backend(**named, backend_description="Two groups", backend_force=True),
            backend(backend_purge=True, backend_allow_empty=True),
            backend(**everything, backend_state="absent"),
            backend(**everything, backend_state="absent"),
        ],
    )
    assert third.rc == 0, third.output
    assert [warning for result in third.results for warning in result.warnings] == []
    summaries = [result.get("summary") for result in third.of(MEMBERS) if not result.skipped]
    assert summaries == [
        {"added": 2, "updated": 0, "removed": 3, "unchanged": 0},
        {"added": 0, "updated": 0, "removed": 0, "unchanged": 2},
        {"added": 1, "updated": 0, "removed": 0, "unchanged": 0},
        {"added": 0, "updated": 0, "removed": 3, "unchanged": 0},
    ]
    bodies = [entry["body"]["member"] for entry in emulator.writes() if entry["method"] == "POST"]
    assert sorted(bodies, key=lambda body: str(body["address"])) == [
        {"name": "web-1", "address": "192.168.0.21", "protocol_port": 80},
        {"name": "web-2", "address": "192.168.0.22", "protocol_port": 81, "weight": 0},
        {"name": "192.168.0.31", "address": "192.168.0.31", "protocol_port": 80},
    ]
    assert [result.changed for result in third.of("otc.elb.backend : The pool")] == [False, False, True, False, True, False]
    assert emulator.state()["pools"] == []


def test_what_users_get_wrong(engine: Engine, emulator: Emulator) -> None:
    wrong: list[tuple[Json, list[str]]] = [
        ({"backend_timeout": 0}, ["(status 429", "raise 'backend_timeout'"]),
        ({"backend_group": "wbe", "backend_purge": True}, ["no group 'wbe' in the inventory"]),
        ({"backend_purge": True}, ["the pool would be emptied", "backend_group is not set", "backend_allow_empty"]),
        (
            {"backend_group": "empty", "backend_purge": True, "backend_port": 80},
            ["group 'empty' has no hosts", "backend_allow_empty"],
        ),
        (
            {"backend_group": "incomplete", "backend_purge": True},
            ["have no 'ansible_host': web-3, web-4.", "have no port: web-3, web-4, web-1.", "backend_address_variable", "backend_port"],
        ),
        ({"backend_group": "web", "backend_port": 80, "backend_address_variable": "ansible_facts.default_ipv4.address"}, ["web-1, web-2"]),
        (
            {"backend_group": "wrong", "backend_port": 80},
            [
                "Host web-5: ansible_host is 'web-5.example.com', which is not an IP address",
                "Host web-5: the weight must be 0 to 100, not '101'",
                "Host web-6: the port must be 1 to 65535, not 'http'",
                "Hosts web-7 and web-1 have the same address and port: 192.168.0.11 port 80",
            ],
        ),
        (
            {
                "backend_name": "full",
                "backend_group": "web",
                "backend_port": 80,
                "backend_members": [{"address": "192.168.0.11", "port": 80}],
            },
            ["host web-1 (192.168.0.11:80): backend_members[0] has the same address and port"],
        ),
        # What can have no effect.
        (
            {"backend_wait": False, "backend_min_healthy_seconds": 5},
            ["backend_min_healthy_seconds has an effect only with 'backend_wait: true'"],
        ),
        (
            {"backend_members": [{**SERVER, "weight": 1}], "backend_port": 80, "backend_weight": 0, "backend_weight_variable": "weight"},
            [f"backend_{name} has an effect only with backend_group." for name in ("port", "weight", "weight_variable")],
        ),
        (
            {"backend_address_variable": "ip", "backend_port_variable": "port", "backend_subnet_cidr_id": "5bb1"},
            [f"backend_{name} has an effect only with backend_group." for name in ("address_variable", "port_variable", "subnet_cidr_id")],
        ),
        ({"backend_switch_listener": "yes"}, ["backend_switch_listener has an effect only with backend_listener."]),
        (
            {"backend_members": [SERVER], "backend_allow_empty": True, "backend_drain_seconds": 9},
            ["backend_allow_empty has an effect only with 'backend_purge: true'.", "backend_drain_seconds has an effect only with"],
        ),
        (
            {"backend_wait": "true", "backend_concurrency": 4},
            [f"backend_{name} has an effect only with backend_members or backend_group." for name in ("wait", "concurrency")],
        ),
        # What the modules refuse, by the names of the variables.
        (
            {
                "backend_members": [SERVER],
                "backend_purge": True,
                "backend_drain_seconds": -1,
                "backend_concurrency": 33,
                "backend_timeout": -5,
            },
            [
                "backend_drain_seconds must be 0 to 86400, not -1.",
                "backend_concurrency must be 1 to 32, not 33.",
                "backend_timeout must be 0 to 86400, not -5.",
            ],
        ),
        (
            {"backend_members": [SERVER], "backend_wait": True, "backend_min_healthy_seconds": 180},
            ["backend_min_healthy_seconds (180) must be less than backend_timeout (180)"],
        ),
        ({"backend_name": "n" * 256}, ["backend_name must have 0 to 255 characters"]),
        ({"backend_description": "d" * 256}, ["backend_description must have 0 to 255 characters"]),
        ({"backend_lb_algorithm": "QUIC_CID"}, ["backend_lb_algorithm QUIC_CID is for backend_protocol QUIC only"]),
        ({"backend_type": "instance"}, ["backend_type instance needs backend_vpc_id"]),
        ({"backend_slow_start": {"duration": 5}}, ["backend_slow_start duration must be"]),
        ({"backend_slow_start": {"seconds": 5}}, ["backend_slow_start.seconds"]),
        ({"backend_health_check": {"type": "X"}}, ["value of type must be one of", "found in backend_health_check"]),
        ({"backend_loadbalancer": "none"}, ["no load balancer 'none'", "Give its name or ID as 'backend_loadbalancer'."]),
        (
            {"backend_loadbalancer": None, "backend_protocol": None, "backend_lb_algorithm": None},
            [
                "give backend_protocol and backend_lb_algorithm and one of backend_loadbalancer, backend_listener or backend_type (instance or ip)"
            ],
        ),
        ({"backend_name": "full", "backend_protocol": "TCP"}, ["backend_protocol is HTTP and cannot become TCP"]),
        ({"backend_state": "gone"}, ["backend_state must be one of"]),
        ({"backend_name": "full", "backend_state": "absent"}, ["it has 1 member. Set 'backend_force: true' to remove it"]),
        (
            {"backend_name": "new", "backend_listener": "demo-http"},
            ["listener 'demo-http' has the default pool", "set 'backend_switch_listener: true'"],
        ),
        # The role has no variable for the ID of a pool, so it cannot be the advice.
        ({"backend_name": "twin"}, ["there are 2 pools named 'twin'", "narrow that with backend_loadbalancer or backend_listener"]),
    ]
    listener = emulator.listener("demo-http")
    server = {"name": "a", "address": "192.168.0.11", "protocol_port": 80, "weight": 5}
    emulator.seed({"name": "full", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "listener_id": listener, "members": [server]})
    emulator.seed(*({"name": "twin", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")} for dummy in range(2)))
    emulator.fault("answer", action="elb:loadbalancers:list", times=1, status=429, error_code="APIGW.0308", error_msg="Too many requests.")
    rescue = [task("ansible.builtin.debug", msg="on we go")]
    played = play(engine, [{"block": [backend(**options)], "rescue": rescue} for options, dummy in wrong])
    messages = [result["msg"] for result in played.results if result.failed]
    for message, (options, words) in zip(messages, wrong, strict=True):
        assert all(word in message for word in words), (options, message)
        assert "'id'" not in message
        assert not re.search(
            r"(?<![\w.])(lb_algorithm|slow_start|health_check|drain_seconds|switch_listener|vpc_id|allow_empty)\b", message
        )
    assert emulator.writes() == []


def test_what_a_rolling_update_has_drained_is_left_alone(engine: Engine, emulator: Emulator) -> None:
    """Its name and weight, and no more: other members are set up, and after its restore it is as any other."""
    set_up = backend(backend_group="web", backend_port=80, backend_weight=7)

    def update(entry: str) -> Task:
        include = {"name": "otc.elb.rolling_update", "tasks_from": entry}
        options = {"rolling_update_pool": "web", "rolling_update_drain_seconds": 0, "rolling_update_min_serving": 0}
        seconds = {"rolling_update_min_healthy_seconds": 0}
        return {"ansible.builtin.include_role": include, "vars": {**options, **seconds}, "when": "inventory_hostname == 'web-1'"}

    heavier = backend(backend_group="web", backend_port=80, backend_weight=8, backend_purge=True)
    played = play(engine, [set_up, update("drain"), {**heavier, "run_once": True}], hosts="web")
    assert played.rc == 0, played.output
    assert members(emulator) == {"web-1 [drained: weight 7]": ("192.168.0.11", 80, 0), "web-2": ("192.168.0.12", 81, 0)}
    (said,) = [each for each in played.of("otc.elb.backend : Say which members stay drained") if not each.skipped]
    assert "web-1 [drained: weight 7]" in said["msg"]
    played = play(engine, [update("restore"), {**heavier, "run_once": True}], hosts="web")
    assert played.rc == 0, played.output
    assert members(emulator) == {"web-1": ("192.168.0.11", 80, 8), "web-2": ("192.168.0.12", 81, 0)}


def test_members_stay_where_nobody_meant_to_remove_them(engine: Engine, emulator: Emulator) -> None:
    """Variables of -e are strings; and the service refuses to remove what it protects only after it was drained."""
    server = {"name": "a", "address": "192.168.0.11", "protocol_port": 80, "weight": 5}
    protected = {"name": "web", "protocol": "HTTP", "lb_algorithm": "SOURCE_IP", "member_deletion_protection_enable": True}
    free = {"name": "free", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    demo = emulator.loadbalancer("demo")
    for each in (protected, free):
        emulator.seed({**each, "loadbalancer_id": demo, "members": [server, {**server, "name": "b", "address": "192.168.0.12"}]})
    kept: Json = {"backend_lb_algorithm": "SOURCE_IP", "backend_members": [{"address": "192.168.0.11", "port": 80, "weight": 5}]}
    wrong = [
        backend(backend_name="free", backend_purge="true", backend_allow_empty="false"),
        backend(**kept, backend_purge="true"),
    ]
    rescue = [task("ansible.builtin.debug", msg="on we go")]
    played = play(
        engine,
        [
            backend(backend_name="free", backend_purge="false"),
            *({"block": [each], "rescue": rescue} for each in wrong),
            # Nothing is left out, so nothing is refused.
            backend(
                backend_lb_algorithm="SOURCE_IP",
                backend_purge=True,
                backend_drain_seconds=30,
                backend_members=[{"address": f"192.168.0.1{n}", "port": 80} for n in (1, 2)],
            ),
        ],
    )
    assert played.rc == 0, played.output
    assert not [warning for result in played.of(MEMBERS) for warning in result.warnings if "no effect" in warning]
    empty, refused = [result["msg"] for result in played.results if result.failed]
    assert "the pool would be emptied" in empty
    assert "Cannot remove 1 of the members of backend 'web'" in refused
    assert "Set backend_member_deletion_protection_enable to false first" in refused
    assert [not result.skipped for result in played.of("otc.elb.backend : Say that weights have no effect")] == [False, True, False]
    assert emulator.writes() == []


def test_declared_actions_are_sufficient_and_predicted(engine: Engine, emulator: Emulator) -> None:
    readme = (Path(__file__).parents[2] / "roles" / "backend" / "README.md").read_text(encoding="utf-8")
    declared = sorted({*re.findall(r"`(elb:\w+:\w+)`", readme.partition("## IAM actions")[2])})
    present = [action for action in declared if action.endswith((":list", ":create")) and "l7policies" not in action]
    user = emulator.user("limited")
    keys = {"OS_ACCESS_KEY": user["access_key"], "OS_SECRET_KEY": user["secret_key"]}
    set_up = backend(backend_group="web", backend_port=80, backend_listener="demo-http", backend_health_check={"delay": 2})
    emulator.grant("limited", [action for action in present if action.endswith(":list")])
    checked = play(engine, [set_up], env=keys, check=True)
    assert checked.rc == 0, checked.output
    assert {action for result in checked.results for action in result.get("required_actions", [])} == set(present)
    emulator.grant("limited", present)
    played = play(engine, [set_up], env=keys)
    assert played.rc == 0, played.output
    emulator.grant("limited", declared)
    changed = backend(
        backend_listener="demo-http-2",
        backend_health_check={"delay": 3},
        backend_description="new",
        backend_purge=True,
        backend_drain_seconds=1,
        backend_group="bare",
        **NAMED,
    )
    gone = backend(backend_state="absent", backend_force=True, backend_listener="demo-http")
    played = play(engine, [changed, gone], env=keys)
    assert played.rc == 0, played.output
    assert {action for result in (*checked.results, *played.results) for action in result.get("required_actions", [])} == set(declared)


NAMED: Json = {"backend_address_variable": "inventory_hostname", "backend_port": 80}
