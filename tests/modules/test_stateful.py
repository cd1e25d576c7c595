# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random sequences of tasks against a model: what is there, what is said to be changed, and that a repeat writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ..credentials import aksk
from ..emulator.client import Emulator
from ..result import Result
from ..unit.inprocess import call

Json = dict[str, Any]
names = st.sampled_from(["blue", "green"])
addresses = st.sampled_from(["192.168.0.1", "192.168.0.2"])
ports = st.sampled_from([80, 81])
pool_options = st.fixed_dictionaries(
    {},
    optional={
        "description": st.sampled_from(["", "one", "two"]),
        "lb_algorithm": st.sampled_from(["ROUND_ROBIN", "LEAST_CONNECTIONS"]),
        "member_deletion_protection_enable": st.just(False),
        "session_persistence": st.sampled_from(
            [{"enable": False}, {"type": "HTTP_COOKIE"}, {"type": "HTTP_COOKIE", "persistence_timeout": 5}]
        ),
        "slow_start": st.sampled_from([{"enable": True}, {"enable": False}, {"enable": True, "duration": 99}]),
        "protection_status": st.sampled_from(["nonProtection", "consoleProtection"]),
    },
)
member_options = st.fixed_dictionaries({}, optional={"weight": st.sampled_from([0, 1, 7]), "name": st.sampled_from(["", "web"])})

NEW_POOL: Json = {
    "description": "",
    "lb_algorithm": "ROUND_ROBIN",
    "member_deletion_protection_enable": False,
    "session_persistence": None,
    "slow_start": None,
    "protection_status": "nonProtection",
}


def after(field: str, desired: Any, current: Any) -> Any:
    """The model's idea of what a pool's field becomes."""
    if field == "session_persistence":
        return None if desired.get("enable") is False else desired.get("persistence_timeout", 1440 if current is None else current)
    if field == "slow_start":
        return {"enable": False, "duration": 30, **(current or {}), **desired} if current or desired["enable"] else None
    return desired


class Modules(RuleBasedStateMachine):
    """Drives the modules and keeps a model of what must be there."""

    emulator: Emulator

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.run = partial(call, env=aksk(self.emulator))
        self.pools: dict[str, Json] = {}
        self.members: dict[str, dict[tuple[str, int], Json]] = {}

    @contextmanager
    def expected(self, changed: bool, module: str, **options: Any) -> Iterator[Result]:
        """Check mode predicts it, the task does it, and a repeat writes nothing."""
        self.emulator.forget()
        predicted = self.run(module, check=True, diff=True, **options)
        assert self.emulator.writes() == []
        done = self.run(module, diff=True, **options)
        assert not done.failed, done["msg"]
        assert (predicted.changed, done.changed) == (changed, changed)
        assert predicted["diff"] == done["diff"]
        assert predicted["required_actions"] == done["required_actions"]
        assert bool(self.emulator.writes()) == changed
        yield done
        self.emulator.forget()
        again = self.run(module, **options)
        assert not again.changed
        assert self.emulator.writes() == []

    @rule(name=names, options=pool_options)
    def pool_present(self, name: str, options: Json) -> None:
        current = self.pools.get(name)
        become = {**(current or NEW_POOL)}
        become.update({field: after(field, desired, become[field]) for field, desired in options.items()})
        if current is None and "slow_start" in options:
            # What is sent when a pool is created is shown from then on, also when it is off.
            become["slow_start"] = {"enable": False, "duration": 30, **options["slow_start"]}
        required = {"protocol": "HTTP", "loadbalancer": self.emulator.loadbalancer("demo")}
        if current is None:
            required["lb_algorithm"] = become["lb_algorithm"]
        with self.expected(become != current, "elb_pool", name=name, **{**required, **options}) as result:
            assert result["pool"]["name"] == name
        self.pools[name] = become
        self.members.setdefault(name, {})

    @rule(name=names)
    def pool_absent(self, name: str) -> None:
        with self.expected(name in self.pools, "elb_pool", name=name, state="absent", force=True) as result:
            assert result["pool"] == {}
        self.pools.pop(name, None)
        self.members.pop(name, None)

    @rule(name=names, address=addresses, port=ports, options=member_options)
    def member_present(self, name: str, address: str, port: int, options: Json) -> None:
        if name not in self.pools:
            assert self.run("elb_member", pool=name, address=address, port=port).failed
            return
        current = self.members[name].get((address, port))
        become = {**(current or {"weight": 1, "name": ""}), **options}
        with self.expected(become != current, "elb_member", pool=name, address=address, port=port, **options) as result:
            assert {field: result["member"][field] for field in become} == become
        self.members[name][address, port] = become

    @rule(name=names, address=addresses, port=ports)
    def member_absent(self, name: str, address: str, port: int) -> None:
        there = (address, port) in self.members.get(name, {})
        with self.expected(there, "elb_member", pool=name, address=address, port=port, state="absent"):
            pass
        self.members.get(name, {}).pop((address, port), None)

    @rule(
        name=names,
        desired=st.dictionaries(st.tuples(addresses, ports), member_options, max_size=3),
        purge=st.booleans(),
    )
    def all_members(self, name: str, desired: dict[tuple[str, int], Json], purge: bool) -> None:
        if name not in self.pools:
            return
        current = self.members[name]
        become = {} if purge else dict(current)
        for key, options in desired.items():
            become[key] = {**current.get(key, {"weight": 1, "name": ""}), **options}
        entries = [{"address": address, "port": port, **options} for (address, port), options in desired.items()]
        with self.expected(become != current, "elb_pool_members", pool=name, members=entries, purge=purge, allow_empty=True) as result:
            assert len(result["members"]) == len(become)
            assert result["summary"]["removed"] == len(set(current) - set(become))
        self.members[name] = become

    @invariant()
    def everything_is_there(self) -> None:
        state = {pool["name"]: pool for pool in self.emulator.state()["pools"]}
        assert set(state) == set(self.pools)
        for name, model in self.pools.items():
            shown = {field: state[name][field] for field in model}
            if shown["session_persistence"]:
                shown["session_persistence"] = shown["session_persistence"]["persistence_timeout"]
            assert shown == model
            there = {(member["address"], member["protocol_port"]): member for member in state[name]["members"]}
            assert {key: {field: member[field] for field in ("weight", "name")} for key, member in there.items()} == self.members[name]


@pytest.mark.parametrize("examples", [20])
def test_random_sequences(emulator: Emulator, examples: int) -> None:
    class Bound(Modules):
        pass

    Bound.emulator = emulator
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Bound,
        settings=settings(max_examples=examples, stateful_step_count=15, deadline=None, derandomize=True, suppress_health_check=checks),
    )
