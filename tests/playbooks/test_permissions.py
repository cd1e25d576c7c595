# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation declares is what a task needs: with just these actions it succeeds, without any of them it does not.

Each situation of tests/permissions/situations is played in check mode, once without each of its actions, and for real.
Every play of it has a pool of its own, and a user with just the actions that it may have, so that all go into one playbook.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS

from ..emulator.client import Emulator, Json
from ..permissions import MODULES, SEEDS, Situation, situations
from ..result import Result
from .engine import Engine, task

# A playbook takes a second to start, and half a second for each task; these many situations share one.
SHARE = 6
CHECK, REAL = "check", "real"


@dataclass(frozen=True)
class Variant:
    """A situation, played in check mode, for real, or for real without one of its actions."""

    situation: Situation
    mode: str
    denied: str = ""

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        return f"{self.situation.module}, {self.situation.title}, {self.denied or self.mode}"

    @property
    def granted(self) -> list[str]:
        return [action for action in self.situation.actions if action != self.denied]

    @property
    def name(self) -> str:
        return f"pool-{self.id('name')[:8]}"

    def id(self, what: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.key}, {what}"))

    def seed(self, loadbalancer: str) -> Json | None:
        """The pool that is there before."""
        if self.situation.seed is None:
            return None
        seed = SEEDS[self.situation.seed]
        members = [{"id": self.id(f"member {number}"), **member} for number, member in enumerate(seed.get("members", []))]
        check = {"healthmonitor_id": self.id("health check")} if "healthmonitor_id" in seed else {}
        return {**seed, **check, "id": self.id("pool"), "name": self.name, "loadbalancer_id": loadbalancer, "members": members}

    def other_pool(self, loadbalancer: str) -> Json | None:
        """The pool that a listener has in the place of this one."""
        if self.situation.listener != "taken":
            return None
        return {"id": self.id("other pool"), "name": f"other-{self.name}", "loadbalancer_id": loadbalancer}

    def listener(self, loadbalancer: str) -> Json | None:
        """The listener that is there before."""
        if not self.situation.listener:
            return None
        default = {"free": None, "own": self.id("pool"), "taken": self.id("other pool")}[self.situation.listener]
        values = {"id": self.id("listener"), "name": self.names["listener_name"], "protocol": "HTTP"}
        return {**values, "loadbalancer_id": loadbalancer, "default_pool_id": default}

    def options(self, loadbalancer: str) -> Json:
        filled: Json = fill(self.situation.options, {**self.names, "loadbalancer": loadbalancer})
        return filled

    @property
    def names(self) -> dict[str, str]:
        ids = {what: self.id(what) for what in ("pool", "listener", "other")}
        return {**ids, "name": self.name, "member": self.id("member 0"), "listener_name": f"listener-{self.name}"}


def fill(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: fill(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, values) for each in value]
    return value.format_map(values) if isinstance(value, str) else value


def variants(situation: Situation) -> Iterator[Variant]:
    yield Variant(situation, CHECK)
    for action in situation.actions:
        yield Variant(situation, REAL, denied=action)
    yield Variant(situation, REAL)


def shares() -> Iterator[Any]:
    for module in MODULES:
        found = situations(module)
        for start in range(0, len(found), SHARE):
            yield pytest.param(found[start : start + SHARE], id=f"{module}-{start // SHARE + 1}")


def pools(emulator: Emulator) -> dict[str, Json]:
    """What is there, by the ID of each pool, with its health check."""
    state = emulator.state()
    checks = {check["id"]: check for check in state["healthmonitors"]}
    return {pool["id"]: {**pool, "health_check": checks.get(pool["healthmonitor_id"])} for pool in state["pools"]}


def prepare(emulator: Emulator, todo: list[Variant]) -> None:
    """Make what is there before."""
    loadbalancer = emulator.loadbalancer("demo")
    found = [pool for variant in todo for pool in (variant.seed(loadbalancer), variant.other_pool(loadbalancer)) if pool]
    emulator.seed(*found)
    emulator.seed_kind("listeners", *(listener for variant in todo if (listener := variant.listener(loadbalancer))))
    for variant in todo:
        if variant.situation.policy:
            emulator.forwarding_policy(variant.id("pool"))


class Users:
    """A user for each set of actions."""

    def __init__(self) -> None:
        self.by_actions: dict[tuple[str, ...], str] = {}

    def keys(self, actions: list[str]) -> dict[str, str]:
        name = self.by_actions.setdefault(tuple(sorted(actions)), f"user-{len(self.by_actions)}")
        return {"access_key": name.upper(), "secret_key": f"secret of {name}"}

    def configuration(self) -> dict[str, Json]:
        return {name: {**self.keys(list(actions)), "actions": list(actions)} for actions, name in list(self.by_actions.items())}


@pytest.mark.parametrize("share", list(shares()))
def test_declared_is_sufficient_and_necessary(engine: Engine, emulator: Emulator, share: list[Situation]) -> None:
    loadbalancer = emulator.loadbalancer("demo")
    todo = [variant for situation in share for variant in variants(situation)]
    users = Users()
    options = {variant: {**variant.options(loadbalancer), **users.keys(variant.granted)} for variant in todo}
    emulator.configure(users=users.configuration())
    prepare(emulator, todo)
    before = pools(emulator)
    connection: dict[str, str | None] = {**engine.env, "OS_ACCESS_KEY": None, "OS_SECRET_KEY": None}
    played = engine.play(
        [
            task(variant.situation.module, **options[variant]) | {"name": variant.key, "check_mode": variant.mode == CHECK}
            for variant in todo
        ],
        env=connection,
    )
    after = pools(emulator)
    for variant in todo:
        (result,) = played.of(variant.key)
        own = variant.id("pool")
        untouched = before.get(own) == after.get(own) and variant.name not in {after[new]["name"] for new in after.keys() - before.keys()}
        if variant.denied:
            denied(variant, result, untouched)
        else:
            succeeded(variant, result, untouched)


def succeeded(variant: Variant, result: Result, untouched: bool) -> None:
    situation = variant.situation
    if situation.fails and (situation.fails["check"] or variant.mode == REAL):
        assert result.failed, variant.key
        assert situation.fails["says"] in result["msg"]
    else:
        assert not result.failed, (variant.key, result["msg"])
        assert result.changed == situation.changed, variant.key
    assert result["required_actions"] == sorted(situation.actions), variant.key
    assert "missing_action" not in result, variant.key
    assert untouched == (variant.mode == CHECK or not situation.changed), variant.key


def denied(variant: Variant, result: Result, untouched: bool) -> None:
    operation = OPERATIONS[variant.denied]
    assert result.failed, variant.key
    assert (result["status"], result["missing_action"]) == (403, variant.denied), (variant.key, result)
    for words in (f"lacks the IAM action {variant.denied} ", f"({operation.method} {operation.path})", "custom policy", "project"):
        assert words in result["msg"], (variant.key, result["msg"])
    assert set(result["required_actions"]) <= set(variant.situation.actions), variant.key
    assert variant.denied in result["required_actions"], variant.key
    leaves = variant.situation.leaves.get(variant.denied)
    assert result.changed == (leaves is not None), (variant.key, result)
    assert untouched == (leaves is None), variant.key
    if leaves:
        assert "Done before that: " in result["msg"], variant.key
        done = result["msg"].partition("Done before that: ")[2]
        assert leaves.format_map(variant.names) in done, (variant.key, done)


def test_check_mode_needs_no_more_than_rights_to_read(engine: Engine, emulator: Emulator) -> None:
    """The policy can be asked for with the rights of an auditor: lists and gets."""
    loadbalancer = emulator.loadbalancer("demo")
    todo = [Variant(situation, CHECK) for module in MODULES for situation in situations(module) if situation.changed][::3]
    prepare(emulator, todo)
    reader = emulator.user("reader")
    tasks = [task(variant.situation.module, **variant.options(loadbalancer)) | {"name": variant.key} for variant in todo]
    played = engine.play(tasks, check=True, env={"OS_ACCESS_KEY": reader["access_key"], "OS_SECRET_KEY": reader["secret_key"]})
    for variant in todo:
        (result,) = played.of(variant.key)
        assert not result.failed, (variant.key, result["msg"])
        assert result["required_actions"] == sorted(variant.situation.actions), variant.key
    assert emulator.writes() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error_code": "ELB.2001", "error_msg": "The quota is used up."}, "quota"),
        ({"error_code": "ELB.8962", "error_msg": "The feature is not supported."}, "not a missing permission"),
        ({"html": True}, "proxy"),
    ],
)
def test_another_403_is_no_missing_permission(engine: Engine, emulator: Emulator, answer: Json, words: str) -> None:
    emulator.fault("answer", action="elb:pools:create", status=403, **answer)
    result = engine.run("elb_pool", name="web", loadbalancer="demo", protocol="HTTP", lb_algorithm="ROUND_ROBIN")
    assert result.failed
    assert result["status"] == 403
    assert "missing_action" not in result
    assert "lacks the IAM action" not in result["msg"]
    assert words in result["msg"]
    assert result["required_actions"] == ["elb:loadbalancers:list", "elb:pools:create", "elb:pools:list"]
