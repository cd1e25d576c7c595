# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For any option values: no traceback, and no request that the contract refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._runtime.task import Task
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS

from ..emulator.client import Emulator
from ..result import Result
from ..unit.resources import LOADBALANCER, SUBNET

Run = Callable[..., Result]
Json = dict[str, Any]

# Any character but lone surrogates, which Ansible itself cannot carry (it breaks off as it logs them); control characters too; text
# that means something here; huge numbers.
characters = st.characters(exclude_categories=["Cs"])
odd_text = st.text(characters, max_size=300) | st.sampled_from(
    ["", " ", "\0", "\n", "web", "../..", "?x=1", "%2e%2e", "é" * 256, "{{ x }}"]
)
odd_number = st.integers() | st.sampled_from([-1, 0, 1, 101, 65536, 2**63, 10**40])
anything = st.recursive(
    st.none() | st.booleans() | odd_number | st.floats() | odd_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3),
    max_leaves=5,
)


# No sensible ones: a test would wait for them.
odd_limit = st.sampled_from([-1, float("nan"), float("inf"), 1e300, "x", None])
#: What is tried of an option, where its type does not say enough.
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "address": st.ip_addresses().map(str) | odd_text,
    "protocol_port": odd_number | st.integers(1, 65535),
    "weight": odd_number | st.integers(0, 100),
    "subnet_cidr_id": odd_text | st.just(SUBNET),
    "loadbalancer": odd_text | st.sampled_from(["demo", LOADBALANCER]),
    "duration": odd_number | st.integers(30, 1200),
    "drain_seconds": odd_limit,
}
#: Only the service knows its availability zones.
ONLY = {"availability_zone": st.just("eu-de-01")}


def options(spec: Json) -> st.SearchStrategy[Json]:
    """What is required and a few more, each of its own type or anything at all. Of many, one or the other would be refused always."""
    known = {name: ONLY[name] if name in ONLY else KNOWN.get(name, of_type(option)) | anything for name, option in spec.items()}
    needed = {name: known[name] for name, option in spec.items() if option.get("required")}
    more = st.lists(st.sampled_from(list(spec)), unique=True, max_size=3)
    return more.flatmap(lambda names: st.fixed_dictionaries({**needed, **{name: known[name] for name in names}}))


def of_type(option: Json) -> st.SearchStrategy[Any]:
    if "choices" in option and option["type"] != "list":
        return st.sampled_from(option["choices"])
    if option["type"] == "list":
        return st.lists(of_type({**option, "type": option["elements"]}), max_size=3)
    if option["type"] == "dict":
        return options(option["options"])
    return {"str": odd_text, "int": odd_number, "bool": st.booleans(), "float": odd_limit}[option["type"]]


LIMITS: Json = {"api_timeout": {"type": "float"}}
MODULES = {name: options({**task.options, **LIMITS}) for name, task in TASKS.items()}


def required(task: Task) -> set[str]:
    """The options without which a task is refused; of alternatives, the first."""
    found = {name for name, option in task.options.items() if option.get("required")}
    found |= {names[0] for names in task.constraints.get("required_one_of", ())}
    return found.union(*(names for names in task.constraints.get("required_together", ()) if found.intersection(names)))


@pytest.mark.parametrize("name", MODULES)
def test_nothing_that_is_given_breaks_a_module(module: Run, emulator: Emulator, name: str) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    pools = st.sampled_from(["web", seeded["id"]])
    asked = []
    # What identifies a resource.
    identifying = {
        "pool": pools,
        "name": pools | odd_text,
        "address": st.just("192.168.0.11") | KNOWN["address"],
        "protocol_port": st.integers(1, 65536),
    }
    needed = {option: identifying[option] for option in required(TASKS[name]) if option in identifying}

    @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(MODULES[name], st.fixed_dictionaries(needed))
    def check(given: Json, about: Json) -> None:
        emulator.forget()
        result = module(name, **{**given, **about}, timeout=0.5)
        assert "Traceback" not in str(result)
        assert "This should not happen" not in result.get("msg", ""), result["msg"]
        assert isinstance(result["required_actions"], list)
        asked.append(bool(emulator.requests()))
        refused = [entry for entry in emulator.requests(status=400) if entry["error_code"] in ("ELB.8902", "SYS.0400")]
        assert refused == [], result["msg"]

    check()
    # If all options are refused before any request, the requests are not tested.
    assert sum(asked) >= 10
