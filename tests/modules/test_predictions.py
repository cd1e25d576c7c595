# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For any sequence of tasks: the policy from check mode is sufficient for the real run.

The modules play random chains in this process, first all of them in check mode, followed as the callback required_actions does, then
for real. Whether it is also the least is proved by tests/playbooks/test_permissions_predicted.py, for chains that people write.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.plugin_utils._permissions.touched import Touched

from ..credentials import aksk
from ..emulator.client import Emulator
from ..result import Result
from ..unit.inprocess import call

Json = dict[str, Any]
Step = tuple[str, Json]

POOL_ID = str(uuid.uuid5(uuid.NAMESPACE_OID, "web"))
MEMBER_IDS = [str(uuid.uuid5(uuid.NAMESPACE_OID, f"member {number}")) for number in range(2)]
ADDRESSES = ("192.168.0.11", "192.168.0.12")
STEPS = 7

# Few, so that tasks mean the same things.
names = st.sampled_from(["web", "web", "web", "api"])
returned = st.tuples(st.integers(0, STEPS - 2), st.just("pool_id"))
which_pool = st.one_of(names, names, st.just(POOL_ID), returned)
addresses = st.fixed_dictionaries({"address": st.sampled_from(ADDRESSES), "protocol_port": st.just(80)})
fields = st.fixed_dictionaries({}, optional={"weight": st.sampled_from([0, 1, 5]), "name": st.sampled_from(["m0", "m1", "m2"])})
which_member = st.one_of(
    addresses,
    addresses,
    st.fixed_dictionaries({"name": st.sampled_from(["m0", "m1", "m2"])}),
    st.fixed_dictionaries({"id": st.one_of(st.sampled_from(MEMBER_IDS), st.tuples(st.integers(0, STEPS - 2), st.just("member")))}),
)
state = st.fixed_dictionaries({"state": st.sampled_from(["present", "absent"])})
description = st.fixed_dictionaries({}, optional={"description": st.sampled_from(["", "x"])})
ABSENT = {"state": "absent", "force": True}


def both(*parts: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.tuples(*parts).map(lambda found: {key: value for part in found for key, value in part.items()})


def options(module: str, made: st.SearchStrategy[Json]) -> st.SearchStrategy[Step]:
    return made.map(lambda each: (module, each))


named = names.map(lambda name: {"name": name})
by_id = st.one_of(st.just(POOL_ID), returned).map(lambda pool: {"id": pool})
make = st.just({"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "loadbalancer": "demo"})
in_pool = which_pool.map(lambda pool: {"pool": pool})
drained = st.fixed_dictionaries({"drain_seconds": st.sampled_from([0, 0.001])})
steps = st.one_of(
    options("elb_pool", both(named, make, description)),
    options("elb_pool", both(by_id, description, st.one_of(st.just({}), named))),
    options("elb_pool", both(st.one_of(named, by_id), st.just(ABSENT))),
    options("elb_member", both(in_pool, fields, which_member)),
    options("elb_member", both(in_pool, which_member, st.just({"state": "absent"}), drained)),
    options(
        "elb_pool_members",
        both(
            in_pool,
            st.lists(both(addresses, fields), max_size=2, unique_by=lambda each: each["address"]).map(lambda found: {"members": found}),
            st.booleans().map(lambda purge: {"purge": purge, "allow_empty": True}),
            drained,
        ),
    ),
    options("elb_pool_info", both(named.map(lambda name: {"name": [name["name"]]}), st.just({"include_members": True}))),
    options("elb_member_info", in_pool),
)
# How many members the pool has that is there before, if any is.
seeds = st.sampled_from([None, 0, 2, 2, 2])


def resolved(given_options: Json, results: dict[int, Result]) -> Json | None:
    """The options with what earlier steps returned in the place of references; ``None`` where they returned no such thing."""
    filled = {}
    for key, value in given_options.items():
        if isinstance(value, tuple):
            number, name = value
            found = results[number].get(name) if number in results else None
            value = found.get("id") if isinstance(found, dict) else found
            if not value:
                return None
        filled[key] = value
    return filled


def play(chain: dict[int, Step], run: Callable[[int, str, Json], Result]) -> dict[int, Result]:
    """Play a chain until a task fails, as Ansible does. What refers to nothing is left out."""
    results: dict[int, Result] = {}
    for number, (module, given_options) in chain.items():
        filled = resolved(given_options, results)
        if filled is None:
            continue
        results[number] = run(number, module, filled)
        if results[number].failed:
            break
    return results


def test_the_prediction_is_sufficient(emulator: Emulator) -> None:
    env = aksk(emulator)
    loadbalancer = emulator.loadbalancer("demo")

    @settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps, min_size=STEPS, max_size=STEPS), seeds)
    def proved(chain: list[Step], seeded: int | None) -> None:
        emulator.reset()
        if seeded is not None:
            members = [
                {"id": MEMBER_IDS[number], "address": ADDRESSES[number], "protocol_port": 80, "name": f"m{number}"}
                for number in range(seeded)
            ]
            emulator.seed({"id": POOL_ID, "name": "web", "protocol": "HTTP", "loadbalancer_id": loadbalancer, "members": members})
        touched = Touched()
        predicted: dict[int, set[str]] = {}

        def check(number: int, module: str, filled: Json) -> Result:
            result = call(module, check=True, env=env, **filled)
            reported = set(result["required_actions"])
            predicted[number] = reported if result.failed else reported | touched.follow(module, filled, dict(result))
            note(f"check {number}: {module} {filled} -> {sorted(reported)} {result.get('msg', '')}")
            return result

        def real(number: int, module: str, filled: Json) -> Result:
            result = call(module, env=env, **filled)
            note(f"real {number}: {module} {filled} -> {result['required_actions']} {result.get('msg', '')}")
            return result

        checked = play(dict(enumerate(chain)), check)
        assert emulator.writes() == []
        # A run that fails in check mode is warned of.
        if any(result.failed for result in checked.values()):
            return
        # Of each task by itself, as if it had a play of its own.
        for number, result in play({number: chain[number] for number in checked}, real).items():
            needed = set(result["required_actions"])
            assert result.failed or needed <= predicted[number], needed - predicted[number]

    proved()
