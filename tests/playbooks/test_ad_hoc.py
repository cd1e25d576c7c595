# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules from the command line: options as key=value, as JSON, by their aliases; and many hosts at a time."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from ..emulator.client import Emulator
from .engine import Engine

PAGE = Path(__file__).parents[2] / "docs" / "ad-hoc.md"


def test_options_as_key_and_value_and_as_json(engine: Engine, emulator: Emulator) -> None:
    persistence = '{"type": "HTTP_COOKIE", "persistence_timeout": 30}'
    pairs = f"name=web loadbalancer_id={emulator.loadbalancer('demo')} protocol=HTTP lb_algorithm=ROUND_ROBIN region=eu-de verify=yes "
    pairs += f"description='Made by hand' member_deletion_protection=false session_persistence='{persistence}' slow_start='enable=true duration=60'"
    made = engine.ad_hoc("localhost", "otc.elb.elb_pool", pairs)
    assert made.rc == 0, made.output
    pool = made.results[0]["pool"]
    assert made.results[0].changed
    assert (pool["description"], pool["member_deletion_protection_enable"]) == ("Made by hand", False)
    assert (pool["session_persistence"]["type"], pool["session_persistence"]["persistence_timeout"]) == ("HTTP_COOKIE", 30)
    assert (pool["slow_start"]["enable"], pool["slow_start"]["duration"]) == (True, 60)

    whole = {"name": "web", "loadbalancer": "demo", "session_persistence": {"persistence_timeout": 30}, "slow_start": {"duration": 60}}
    again = engine.ad_hoc("localhost", "otc.elb.elb_pool", json.dumps(whole), "--check", "--diff")
    assert (again.rc, again.results[0].changed) == (0, False), again.output

    members = [{"address": "192.168.0.11", "port": 80, "weight": "5"}, {"address": "192.168.0.12", "port": 80, "weight": 0}]
    added = engine.ad_hoc("localhost", "otc.elb.elb_pool_members", json.dumps({"pool_id": pool["id"], "members": members}))
    assert added.results[0]["summary"]["added"] == 2, added.output
    listed = engine.ad_hoc("localhost", "otc.elb.elb_member_info", f"pool_id={pool['id']} weight=0,5 protocol_port=80")
    assert sorted(member["weight"] for member in listed.results[0]["members"]) == [0, 5]
    refused = engine.ad_hoc("localhost", "otc.elb.elb_pool", "name=web session_persistence='{not JSON}'")
    assert refused.rc != 0
    assert refused.results[0]["msg"].startswith("session_persistence: ")


def test_many_hosts_add_themselves_at_a_time(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    (pool,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    hosts = {f"web-{number}": {"ansible_host": f"192.168.0.{number}"} for number in range(1, 13)}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"web": {"hosts": hosts}}), encoding="utf-8")
    options = f"pool={pool['id']} name={{{{ inventory_hostname }}}} address={{{{ ansible_host }}}} port=8080 weight=10"
    # So that requests of several hosts meet, and each of them finds the load balancer busy with another's.
    emulator.configure(latency_ms=50, busy_ms=100)
    added = engine.ad_hoc("web", "otc.elb.elb_member", options, f"--inventory={inventory}", "--forks=10")
    assert added.rc == 0, added.output
    assert {result.host for result in added.results if result.changed} == set(hosts)
    (left,) = emulator.state()["pools"]
    assert {member["name"]: (member["address"], member["weight"]) for member in left["members"]} == {
        name: (host["ansible_host"], 10) for name, host in hosts.items()
    }
    assert sorted(entry["status"] for entry in emulator.writes() if entry["status"] == 201) == [201] * 12


def test_the_page_shows_what_works(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    """Every command of docs/ad-hoc.md, one after the other."""
    text = PAGE.read_text(encoding="utf-8")
    hosts = {f"web-{number}": {"ansible_host": f"192.168.0.{number}"} for number in (1, 2)}
    (tmp_path / "hosts.yml").write_text(json.dumps({"web": {"hosts": hosts}}), encoding="utf-8")
    (source,) = re.findall(r"^```yaml web\.elb_members\.yml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "web.elb_members.yml").write_text(source, encoding="utf-8")
    commands = re.findall(r"^\$ (ansible(?:-inventory)? .*(?:\n    .*)*)", text, re.MULTILINE)
    assert len(commands) > 5
    # The last one is for the servers themselves, which are not there: whom it is for is played, right after they were added.
    *commands, graph, restart = commands
    assert ("--graph" in graph, "nginx" in restart) == (True, True)
    (add,) = [index for index, command in enumerate(commands) if "weight=10" in command]
    commands[add + 1 : add + 1] = [graph, restart.partition(" -b ")[0] + " --list-hosts"]
    # As the health check of a pool that has one would say of servers that are not there.
    emulator.distort(set={"operating_status": "OFFLINE"}, action="elb:members:list")
    script = tmp_path / "commands.sh"
    script.write_text("set -e\n" + "\n".join(commands), encoding="utf-8")
    done = engine.command("/bin/sh", str(script), cwd=tmp_path, env={"PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "@elb_pool_web:" in done.stdout
    assert "web-1" in done.stdout.partition("@web_not_healthy:")[2]
    assert "  hosts (" in done.stdout
    actions = [entry["action"] for entry in emulator.writes()]
    assert [actions.count(f"elb:{what}") for what in ("pools:create", "pools:put", "members:create", "members:put")] == [1, 1, 4, 2]
    assert emulator.state()["pools"] == []
