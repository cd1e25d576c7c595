# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable of a role that is null, empty or omitted is not given: every one of both roles, and those of hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ..emulator.client import Emulator, Json
from .engine import Engine, PlayRun, Task, task

ROLES = Path(__file__).parents[2] / "roles"

#: The ways of a host to leave its variables out: not at all, null, empty, and by the usual template.
WAYS: dict[str, Any] = {"web-2": None, "web-3": "", "web-4": "{{ not_defined | default(omit) }}"}
HOSTS = ["web-1", *WAYS]


def variables(role: str) -> list[str]:
    """All documented variables of a role but the required ones."""
    entries = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"].values()
    return sorted({name for entry in entries for name, option in entry["options"].items() if not option.get("required")})


def play(engine: Engine, tasks: list[Task], names: list[str], *, check: bool = False) -> PlayRun:
    """A play of four hosts in one batch, of which the first does not have the variables."""
    inventory = engine.home / "inventory.yml"
    hosts = {
        host: {"ansible_host": f"192.168.0.1{host[-1]}", **(dict.fromkeys(names, WAYS[host]) if host in WAYS else {})} for host in HOSTS
    }
    inventory.write_text(yaml.safe_dump({"web": {"hosts": hosts}}), encoding="utf-8")
    return engine.playbook([{"hosts": "web", "gather_facts": False, "tasks": tasks}], hosts=inventory, check=check)


def options(role: str, played: PlayRun) -> dict[str, list[Json]]:
    """What the role took for its options, by host."""
    found: dict[str, list[Json]] = {host: [] for host in HOSTS}
    for result in played.results:
        if f"__{role}_options" in result:
            found[result.host].append(result[f"__{role}_options"])
    return found


def show(role: str) -> Task:
    return task("ansible.builtin.debug", var=f"__{role}_options")


def test_backend(engine: Engine, emulator: Emulator) -> None:
    demo = emulator.loadbalancer("demo")
    emulator.seed({"name": "web", "protocol": "HTTP", "description": "kept", "loadbalancer_id": demo, "lb_algorithm": "ROUND_ROBIN"})
    name = {"backend_name": "web"}
    include: Task = {"ansible.builtin.include_role": {"name": "otc.elb.backend"}}
    tasks = [
        include | {"vars": {**name, "backend_group": "web", "backend_port": 80, "backend_weight": 5}},
        show("backend"),
        include | {"vars": name},
        show("backend"),
    ]
    played = play(engine, tasks, [*variables("backend"), "backend_host_weight", "backend_host_port"])
    assert played.rc == 0, played.output
    taken = options("backend", played)
    assert [len(each) for each in taken.values()] == [2] * 4
    assert all(each == taken["web-1"] for each in taken.values()), taken
    members = [result for result in played.of("otc.elb.backend : Its members") if not result.skipped]
    assert [result["summary"] for result in members] == [
        {"added": 4, "updated": 0, "removed": 0, "unchanged": 0},
        *[{"added": 0, "updated": 0, "removed": 0, "unchanged": 4}] * 3,
    ]
    (pool,) = emulator.state()["pools"]
    found = sorted((member["name"], member["protocol_port"], member["weight"]) for member in pool["members"])
    assert found == [(host, 80, 5) for host in HOSTS]
    assert pool["description"] == "kept"
    assert len(emulator.writes()) == 4


def test_rolling_update(engine: Engine, emulator: Emulator) -> None:
    """With the default of rolling_update_min_serving, the last of four hosts has to stay; in check mode, the default seconds do not pass."""
    servers = [{"name": host, "address": f"192.168.0.1{host[-1]}", "protocol_port": 80, "weight": int(host[-1]) * 10} for host in HOSTS]
    emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo"), "members": servers})
    include: Task = {"ansible.builtin.include_role": {"name": "otc.elb.rolling_update", "tasks_from": "drain"}}
    drain = include | {"vars": {"rolling_update_pool": "web"}}
    tasks = [{"block": [drain], "rescue": [task("ansible.builtin.debug", msg="refused")]}, show("rolling_update")]
    played = play(engine, tasks, variables("rolling_update"), check=True)
    taken = options("rolling_update", played)
    addresses = {host: each.pop("address") for host, (each,) in taken.items()}
    assert addresses == {host: f"192.168.0.1{host[-1]}" for host in HOSTS}
    assert all(each == taken["web-1"] for each in taken.values()), taken
    drained = {
        result.host: result["results"][0]["member"]["name"]
        for result in played.of("otc.elb.rolling_update : Send it no new requests")
        if result.changed
    }
    assert drained == {f"web-{n}": f"web-{n} [drained: weight {n}0]" for n in (1, 2, 3)}
    (refused,) = [result for result in played.results if result.failed]
    assert refused.host == "web-4"
    assert "rolling_update_min_serving is 1" in refused["msg"]


@pytest.mark.parametrize("role", ["backend", "rolling_update"])
def test_required_variables_and_types(role: str, engine: Engine, emulator: Emulator) -> None:
    """An empty variable that is required is missing; and one of the wrong type is named, before anything is changed."""
    required, number = {"backend": ("backend_name", "backend_port"), "rolling_update": ("rolling_update_pool", "rolling_update_weight")}[
        role
    ]
    include: Task = {
        "ansible.builtin.include_role": {"name": f"otc.elb.{role}", "tasks_from": {"rolling_update": "drain"}.get(role, "main")}
    }
    rescue = [task("ansible.builtin.debug", msg="next")]
    wrong = [{required: value} for value in WAYS.values()] + [{required: "web", number: "many"}]
    played = engine.play([{"block": [include | {"vars": each}], "rescue": rescue} for each in wrong], ignore_errors=False)
    messages = [result["msg"] for result in played.results if result.failed]
    assert len(messages) == 4, played.output
    assert all(required in message for message in messages[:3]), messages
    assert number in messages[3], messages
    assert emulator.requests() == []
