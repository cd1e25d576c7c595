# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypothesis strategies: options in the notations of users, and resources in responses of the service."""

from __future__ import annotations

import ipaddress
from typing import Any

from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._resource import health_check as health_check_resource
from ansible_collections.otc.elb.plugins.module_utils._resource import pool as pool_resource
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Field, Updatable
from ansible_collections.otc.elb.plugins.module_utils._resource.registry import RESOURCES

Json = dict[str, Any]

LOADBALANCER = "098b2f68-af1c-41a9-8efd-69958722af62"
LISTENER = "427eee03-b569-4d6c-b1f1-712032f7ec2d"
VPC = "8cf9fd7a-4f5c-4f27-b4a8-7a2d8c0b6e01"
SUBNET = "c09f620e-3492-4429-ac15-445d5dd9ca74"

MANAGED = [resource for resource in RESOURCES if resource.fields]
#: What is possible for these depends on others. All others are free to have any value.
TIED = {
    *("protocol", "lb_algorithm", "loadbalancer_id", "session_persistence", "slow_start", "vpc_id", "type"),
    *("protection_status", "protection_reason", "address", "protocol_port", "subnet_cidr_id", "availability_zone"),
    *("monitor_port", "domain_name", "url_path", "expected_codes"),
}
FREE = {resource.kind: [field for field in resource.fields if field.name not in TIED] for resource in MANAGED}

words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>"), max_size=12)


def values(field: Field) -> st.SearchStrategy[Any]:
    """What a field can be, by what it says of itself."""
    choices = field.option.get("choices")
    if field.option["type"] == "int":
        choices = [number for number in range(101) if field.check(number) is None]
    kinds: dict[str, st.SearchStrategy[Any]] = {"str": words, "bool": st.booleans()}
    return st.sampled_from(choices) if choices else kinds[field.option["type"]].filter(lambda value: field.check(value) is None)


def free_fields(kind: str, resource: Json) -> dict[str, st.SearchStrategy[Any]]:
    """Desired values of the independent fields; for a field that cannot be updated, its current value."""
    return {field.name: values(field) if field.updatable is Updatable.ALWAYS else st.just(resource[field.name]) for field in FREE[kind]}


@st.composite
def stickiness(draw: st.DrawFn, protocol: str) -> Json | None:
    """session_persistence in a response for a pool of that protocol: with the service's defaults, or off."""
    if protocol not in ("HTTP", "HTTPS"):
        kinds, longest = ["SOURCE_IP"], 60
    else:
        kinds, longest = ["HTTP_COOKIE", "APP_COOKIE"], 1440
    kind = draw(st.sampled_from(kinds))
    on: Json = {
        "type": kind,
        "cookie_name": draw(st.sampled_from(["", "JSESSIONID"])),
        "persistence_timeout": draw(st.integers(1, longest)),
    }
    return on if protocol == "QUIC" else draw(st.sampled_from([on, None]))


@st.composite
def pools(draw: st.DrawFn) -> Json:
    """A pool as in a response."""
    protocol = draw(st.sampled_from(pool_resource.PROTOCOLS))
    kind = draw(st.sampled_from(["instance", "ip", ""]))
    algorithms = [name for name in pool_resource.ALGORITHMS if name != "QUIC_CID" or protocol == "QUIC"]
    status = draw(st.sampled_from(pool_resource.PROTECTION_STATUSES))
    slow_start: Json | None = {"enable": draw(st.booleans()), "duration": draw(st.integers(30, 1200))}
    return {
        "id": "36ce7086-a496-4666-9064-5ba0e6840c75",
        "project_id": "99a3fff0d03c428eac3678da6a7d0f24",
        **{field.name: draw(values(field)) for field in FREE["pool"]},
        "protocol": protocol,
        "lb_algorithm": draw(st.sampled_from(algorithms)),
        "loadbalancers": [{"id": LOADBALANCER}],
        "listeners": draw(st.sampled_from([[], [{"id": LISTENER}]])),
        "members": [],
        "session_persistence": draw(stickiness(protocol)),
        "slow_start": slow_start if protocol in ("HTTP", "HTTPS") else None,
        "vpc_id": VPC if kind == "instance" else "",
        "type": kind,
        "protection_status": status,
        "protection_reason": draw(words) if status == "consoleProtection" else "",
        "healthmonitor_id": None,
        "ip_version": "dualstack",
        "admin_state_up": True,
    }


@st.composite
def pool_options(draw: st.DrawFn, pool: Json) -> Json:
    """Some possible desired fields of *pool*, with the names of the API."""
    protocol = pool["protocol"]
    algorithms = [name for name in pool_resource.ALGORITHMS if name != "QUIC_CID" or protocol == "QUIC"]
    desired = st.fixed_dictionaries(
        {},
        optional={
            **free_fields("pool", pool),
            "protocol": st.just(protocol),
            "lb_algorithm": st.sampled_from(algorithms),
            "loadbalancer_id": st.sampled_from([LOADBALANCER, LOADBALANCER.upper()]),
            "protection_status": st.sampled_from(pool_resource.PROTECTION_STATUSES),
            "session_persistence": stickiness_options(protocol, pool["session_persistence"]),
            **(
                {"slow_start": st.fixed_dictionaries({}, optional={"enable": st.booleans(), "duration": st.integers(30, 1200)})}
                if protocol in ("HTTP", "HTTPS")
                else {}
            ),
        },
    )
    return draw(desired)


@st.composite
def stickiness_options(draw: st.DrawFn, protocol: str, current: Json | None) -> Json:
    """The option session_persistence: turned on, changed in part, or turned off."""
    if protocol != "QUIC" and draw(st.booleans()):
        return {"enable": False}
    shown = draw(stickiness(protocol).filter(bool))
    assert shown
    desired: Json = {"enable": True, "type": shown["type"]}
    if shown["type"] == "APP_COOKIE":
        desired["cookie_name"] = draw(st.sampled_from(["JSESSIONID", "sid"]))
    elif draw(st.booleans()):
        desired["persistence_timeout"] = shown["persistence_timeout"]
    if current and current["type"] == desired["type"] and draw(st.booleans()):
        del desired["type"]
    return desired


def stored_pool(pool: Json, body: Json) -> Json:
    """The pool after an update, with the defaults of the service."""
    stored = {**pool, **body}
    on = stored["session_persistence"]
    if on:
        default = 1440 if pool["protocol"] in ("HTTP", "HTTPS") else 1
        stored["session_persistence"] = {"cookie_name": "", "persistence_timeout": default, **on}
    if stored["protection_status"] == "nonProtection":
        stored["protection_reason"] = ""
    return stored


_ports = st.integers(1, 65535)
_domains = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z.-]{0,20}", fullmatch=True)
_http = {"url_path": st.sampled_from(["/", "/healthz"]), "expected_codes": st.sampled_from(["200", "200,202", "200-204"])}


@st.composite
def health_checks(draw: st.DrawFn) -> Json:
    """A health check as the service shows it."""
    kind = draw(st.sampled_from(health_check_resource.TYPES))
    http = kind in ("HTTP", "HTTPS")
    return {
        "id": "434bd4f8-4a5c-4a3e-8f1d-1a0b6a1f9c54",
        "pools": [{"id": "36ce7086-a496-4666-9064-5ba0e6840c75"}],
        **{field.name: draw(values(field)) for field in FREE["health check"]},
        "type": kind,
        "monitor_port": draw(st.none() | _ports),
        "domain_name": draw(st.none() | _domains) if http else None,
        "url_path": draw(_http["url_path"]),
        "expected_codes": draw(_http["expected_codes"]) if http else None,
    }


@st.composite
def health_check_options(draw: st.DrawFn, check: Json) -> Json:
    """Some of the fields that a user could want of *check*, all of them possible; the type stays."""
    http = {"domain_name": st.just("") | _domains, **_http} if check["type"] in ("HTTP", "HTTPS") else {}
    optional = {**free_fields("health check", check), "type": st.just(check["type"]), "monitor_port": st.just(0) | _ports, **http}
    desired: Json = draw(st.fixed_dictionaries({}, optional=optional))
    return desired


addresses = st.ip_addresses().map(str)


@st.composite
def spellings(draw: st.DrawFn, address: str) -> str:
    """Another notation of the same address."""
    parsed = ipaddress.ip_address(address)
    spelt = draw(st.sampled_from([parsed.compressed, parsed.exploded]))
    return draw(st.sampled_from([spelt, spelt.upper()])) if parsed.version == 6 else address


@st.composite
def members(draw: st.DrawFn) -> Json:
    """A member as in a response."""
    subnet = draw(st.sampled_from([SUBNET, None]))
    return {
        "id": "1923923e-fe8a-484f-bdbc-e11559b1f48f",
        **{field.name: draw(values(field)) for field in FREE["member"]},
        "address": draw(addresses),
        "protocol_port": draw(st.integers(1, 65535)),
        "subnet_cidr_id": subnet,
        "availability_zone": None if subnet else draw(st.sampled_from(["", "eu-de-01"])),
        "operating_status": "ONLINE",
    }


@st.composite
def member_options(draw: st.DrawFn, member: Json) -> Json:
    """Some possible desired fields of *member*."""
    optional = free_fields("member", member)
    if member["subnet_cidr_id"]:
        optional["subnet_cidr_id"] = st.sampled_from([SUBNET, SUBNET.upper()])
    else:
        optional["availability_zone"] = st.sampled_from(["eu-de-01", "eu-de-02"])
    desired: Json = draw(st.fixed_dictionaries({}, optional=optional))
    return {**desired, "address": draw(spellings(member["address"])), "protocol_port": member["protocol_port"]}
