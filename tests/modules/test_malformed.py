# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Whatever the options hold: never a traceback, never a request that the contract refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


def options(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """Options, each either of its own kind or anything at all; but only the service knows its availability zones."""
    optional = {name: strategy if name == "availability_zone" else strategy | anything for name, strategy in known.items()}
    return st.fixed_dictionaries({}, optional=optional)


# No sensible ones: a test would wait for them.
odd_limit = st.sampled_from([-1, float("nan"), float("inf"), 1e300, "x", None])
address = st.ip_addresses().map(str) | odd_text
member = {
    "address": address,
    "protocol_port": odd_number | st.integers(1, 65535),
    "name": odd_text,
    "weight": odd_number | st.integers(0, 100),
    "subnet_cidr_id": odd_text | st.just(SUBNET),
    "availability_zone": st.just("eu-de-01"),
}
MODULES: dict[str, st.SearchStrategy[Json]] = {
    "elb_pool": options(
        name=odd_text,
        id=odd_text,
        state=st.sampled_from(["present", "absent"]),
        protocol=st.sampled_from(["TCP", "UDP", "HTTP", "HTTPS", "QUIC"]),
        lb_algorithm=st.sampled_from(["ROUND_ROBIN", "SOURCE_IP", "QUIC_CID"]),
        loadbalancer=odd_text | st.sampled_from(["demo", LOADBALANCER]),
        listener=odd_text,
        description=odd_text,
        session_persistence=options(
            enable=st.booleans(),
            type=st.sampled_from(["SOURCE_IP", "HTTP_COOKIE", "APP_COOKIE"]),
            cookie_name=odd_text,
            persistence_timeout=odd_number,
        ),
        slow_start=options(enable=st.booleans(), duration=odd_number | st.integers(30, 1200)),
        member_deletion_protection_enable=st.booleans(),
        vpc_id=odd_text,
        type=st.sampled_from(["instance", "ip", ""]),
        protection_status=st.sampled_from(["nonProtection", "consoleProtection"]),
        protection_reason=odd_text,
        enterprise_project_id=odd_text,
        force=st.booleans(),
        api_timeout=odd_limit,
    ),
    "elb_member": options(
        pool=odd_text,
        id=odd_text,
        state=st.sampled_from(["present", "absent"]),
        enterprise_project_id=odd_text,
        drain_seconds=odd_limit,
        wait=st.booleans(),
        **member,
    ),
    "elb_pool_info": options(
        id=st.lists(odd_text, max_size=2), name=st.lists(odd_text), type=odd_text, member_deletion_protection_enable=st.booleans()
    ),
    "elb_member_info": options(
        pool=odd_text, id=st.lists(odd_text, max_size=2), weight=st.lists(odd_number), address=odd_text, protocol_port=st.lists(odd_number)
    ),
    "elb_pool_members": options(
        pool=odd_text, members=st.lists(options(**member), max_size=3), purge=st.booleans(), concurrency=odd_number
    ),
}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_that_is_given_breaks_a_module(module: Run, emulator: Emulator, name: str) -> None:
    (seeded,) = emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    pools = st.sampled_from(["web", seeded["id"]])
    needed = {"pool": pools} if name in ("elb_member", "elb_member_info", "elb_pool_members") else {}

    @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(MODULES[name], st.fixed_dictionaries(needed))
    def check(given: Json, pool: Json) -> None:
        emulator.forget()
        result = module(name, **{**given, **pool}, timeout=0.5)
        assert "Traceback" not in str(result)
        assert "This should not happen" not in result.get("msg", ""), result["msg"]
        assert isinstance(result["required_actions"], list)
        refused = [entry for entry in emulator.requests(status=400) if entry["error_code"] in ("ELB.8902", "SYS.0400")]
        assert refused == [], result["msg"]

    check()
