# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode predicts of tasks that depend on one another is enough for the real run, and no more than it needs.

Each chain of tests/permissions/chains.yml is played in check mode by an auditor, then for real by a user who has just what was predicted.
Every chain has a host and a pool of its own, so that many share a playbook and a failure ends no other.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..credentials import aksk
from ..emulator.client import Emulator, Json
from ..permissions import HERE
from .engine import Engine, PlayRun

SHARES = 3
CHAINS: list[Mapping[str, Any]] = yaml.safe_load((HERE / "chains.yml").read_text(encoding="utf-8"))
ROLE = """
- otc.elb.elb_pool: {name: "{{ pool }}", loadbalancer: demo, protocol: HTTP, lb_algorithm: ROUND_ROBIN}
  when: state == 'present'
- otc.elb.elb_pool_members:
    pool: "{{ pool }}"
    members: "{{ [{'address': '192.168.0.11', 'port': 80}] if state == 'present' else [] }}"
    purge: true
    allow_empty: true
- otc.elb.elb_pool: {name: "{{ pool }}", state: absent}
  when: state == 'absent'
"""


@dataclass(frozen=True)
class Chain:
    """Tasks that depend on one another."""

    title: str
    tasks: list[Json] = field(default_factory=list)
    plays: list[Json] = field(default_factory=list)
    seed: Mapping[str, Any] | None = None
    more: list[str] = field(default_factory=list)
    warns: int = 0

    def id(self, what: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.title}, {what}"))

    @property
    def host(self) -> str:
        return f"web-{self.id('host')[:8]}"

    def seeded(self, loadbalancer: str) -> list[Json]:
        """The pool that is there before."""
        if self.seed is None:
            return []
        members = [{"id": self.id(f"member {number}"), **member} for number, member in enumerate(self.seed.get("members", []))]
        check = {"healthmonitor_id": self.id("health check")} if "healthmonitor_id" in self.seed else {}
        named = {"id": self.id("pool"), "name": self.host, "protocol": "HTTP", "loadbalancer_id": loadbalancer}
        return [{**named, **check, "members": members}]

    def listeners(self, loadbalancer: str) -> list[Json]:
        """The listener that is there before."""
        if "listener" not in (self.seed or {}):
            return []
        default = self.id("pool") if self.seed and self.seed["listener"] == "own" else None
        return [{"name": f"{self.host}-http", "protocol": "HTTP", "loadbalancer_id": loadbalancer, "default_pool_id": default}]

    def as_plays(self, role: Path, ipv6: str) -> list[Json]:
        names = {
            "pool": self.host,
            "new": f"{self.host}-new",
            "old": f"{self.host}-old",
            "ipv6": ipv6,
            "role": str(role),
            "pool_id": self.id("pool"),
        }
        names["listener"] = f"{self.host}-http"
        shared = {
            "hosts": self.host,
            "gather_facts": False,
            "collections": ["otc.elb"],
            "vars": {**names, "member_ids": [self.id(f"member {number}") for number in range(2)]},
        }
        plays = self.plays or [{"tasks": self.tasks}]
        return [{**shared, **play, "name": f"{self.host}/{number}"} for number, play in enumerate(plays)]


def policies(played: PlayRun) -> dict[str, set[str]]:
    """The policy of each play."""
    found = {}
    for part in played.stdout.split("LEAST IAM POLICY of play [")[1:]:
        name, dummy, body = part.partition("]")
        start = body.find("\n{")
        policy = json.JSONDecoder().raw_decode(body[start + 1 :])[0]
        found[name] = {action for statement in policy["Statement"] for action in statement["Action"]}
    return found


def as_user(play: Json, name: str) -> Json:
    """The play by a user of its own."""
    keys = {"access_key": name.upper(), "secret_key": f"secret of {name}"}
    return {**play, "module_defaults": {"group/otc.elb.elb": keys, **play.get("module_defaults", {})}}


@pytest.mark.parametrize("share", range(SHARES))
def test_the_prediction_is_sufficient_and_least(engine: Engine, emulator: Emulator, tmp_path: Path, share: int) -> None:
    chains = [Chain(**chain) for chain in CHAINS[share::SHARES]]
    role = tmp_path / "chained"
    (role / "tasks").mkdir(parents=True)
    (role / "tasks" / "main.yml").write_text(ROLE, encoding="utf-8")
    env: dict[str, str | None] = {
        "ANSIBLE_CALLBACKS_ENABLED": "record_results,otc.elb.required_actions",
        "OTC_ELB_REQUIRED_ACTIONS_PER_PLAY": "true",
    }
    hosts = [chain.host for chain in chains]
    emulator.seed(*(pool for chain in chains for pool in chain.seeded(emulator.loadbalancer("demo"))))
    emulator.seed_kind("listeners", *(each for chain in chains for each in chain.listeners(emulator.loadbalancer("demo"))))
    ipv6 = emulator.subnet("2001:db8:a583:6a::/64")["id"]
    plays = {play["name"]: play for chain in chains for play in chain.as_plays(role, ipv6)}

    checked = engine.playbook(list(plays.values()), hosts=hosts, check=True, env={**env, **aksk(emulator, "reader")})
    assert checked.rc == 0, checked.output
    assert emulator.writes() == []
    predicted = policies(checked)
    assert predicted.keys() == plays.keys()
    warned = " ".join(checked.stderr.split()).count("failed, so the policy may lack")
    assert warned == sum(chain.warns for chain in chains), checked.stderr

    users = {f"user-{number}": name for number, name in enumerate(plays)}
    granted = {
        user: {"access_key": user.upper(), "secret_key": f"secret of {user}", "actions": sorted(predicted[name])}
        for user, name in users.items()
    }
    emulator.configure(users=granted)
    real = [as_user(plays[name], user) for user, name in users.items()]
    done = engine.playbook(real, hosts=hosts, env={**env, "OS_ACCESS_KEY": None, "OS_SECRET_KEY": None})
    assert done.rc == 0, done.output
    needed = policies(done)
    more: dict[str, list[str]] = {}
    for chain in chains:
        for name in (name for name in plays if name.startswith(f"{chain.host}/")):
            assert needed[name] <= predicted[name], (chain.title, name)
            more[chain.title] = sorted({*more.get(chain.title, []), *(predicted[name] - needed[name])})
    assert more == {chain.title: sorted(chain.more) for chain in chains}
