# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of a pool and what they allow of one another.

Source: "Creating a Backend Server Group" and "Updating a Backend Server Group" of the API reference.
"""

from __future__ import annotations

import typing as t

from .fields import NEVER, WHILE_BLANK, Field, Json, Rule, number, same_id, text

HTTP_PROTOCOLS = ("HTTP", "HTTPS")
PROTOCOLS = ("TCP", "UDP", "HTTP", "HTTPS", "QUIC")
ALGORITHMS = ("ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP", "QUIC_CID")
TYPES = ("instance", "ip", "")
STICKINESS_TYPES = ("SOURCE_IP", "HTTP_COOKIE", "APP_COOKIE")
PROTECTION = ("nonProtection", "consoleProtection")

_NEW_POOL = "create a pool under another name with it, move the listener and the members there, then remove this pool"


def _reference(option: str, key: str) -> Field:
    """A field that answers show as ``key: [{"id": ...}]``. A missing list tells nothing, an empty one "none"."""

    def read(pool: Json) -> t.Any:
        references = pool.get(key)
        return None if references is None else references[0].get("id") if references else ""

    def compare(value: t.Any, pool: Json) -> t.Any:
        ids = [same_id(reference.get("id"), pool) for reference in pool.get(key) or ()]
        return ids[0] if same_id(value, pool) in ids else same_id(value, pool)

    return Field(
        f"{option}_id",
        {"type": "str", "aliases": [f"{option}_id"]},
        option_name=option,
        change=NEVER,
        check=text(255, 1),
        compare=compare,
        read=read,
        instead=f"give the {option} that the pool belongs to, leave the option out, or create a pool of its own for that {option}",
    )


# --- Session persistence -----------------------------------------------------------------------


def _default_persistence(protocol: t.Any) -> t.Any:
    """The minutes that the service fills in."""
    return {"TCP": 1, "UDP": 1, "QUIC": 1, "HTTP": 1440, "HTTPS": 1440}.get(protocol)


def _settle_stickiness(stickiness: Json, pool: Json) -> Json:
    """Keep what has an effect: cookie_name belongs to APP_COOKIE only, persistence_timeout to the others."""
    kind = stickiness.get("type")
    settled = {"type": kind}
    if kind == "APP_COOKIE":
        settled["cookie_name"] = stickiness.get("cookie_name") or None
    else:
        settled["persistence_timeout"] = stickiness.get("persistence_timeout")
    return {key: value for key, value in settled.items() if value is not None}


def _stickiness_target(wanted: Json, current: t.Any, pool: Json) -> t.Any:
    """Wanted sub-options over the current ones; ``None`` turns stickiness off."""
    if not wanted.get("enable", True):
        return None
    merged = {**(current or {}), **{key: value for key, value in wanted.items() if key != "enable"}}
    return _settle_stickiness(merged, pool)


def _comparable_stickiness(value: t.Any, pool: Json) -> t.Any:
    settled = _settle_stickiness(value or {}, pool)
    if not settled:
        return None
    if settled.get("type") != "APP_COOKIE":
        settled.setdefault("persistence_timeout", _default_persistence(pool.get("protocol")))
    return settled


def _check_stickiness(wanted: Json) -> str | None:
    name = wanted.get("cookie_name")
    if name is not None and not (name and all(c.isascii() and (c.isalnum() or c in "-_.") for c in name)):
        return "cookie_name may have letters, digits, '-', '_' and '.' only, and at least one of them"
    reason = number(1, 1440)(wanted.get("persistence_timeout", 1))
    if reason:
        return f"persistence_timeout {reason} (minutes)"
    if name is not None and wanted.get("type") not in (None, "APP_COOKIE"):
        return f"cookie_name belongs to type APP_COOKIE only, not to {wanted['type']}"
    return None


# --- Slow start --------------------------------------------------------------------------------

_SLOW_START = {"enable": False, "duration": 30}


def _slow_start_target(wanted: Json, current: t.Any, pool: Json) -> Json:
    known = {key: value for key, value in (current or {}).items() if key in _SLOW_START and value is not None}
    return {**known, **wanted}


def _comparable_slow_start(value: t.Any, pool: Json) -> Json:
    """Where it is off, the service may show null instead of a duration; then only "off" is compared."""
    known = {key: part for key, part in (value or {}).items() if key in _SLOW_START and part is not None}
    full = {**_SLOW_START, **known}
    return full if full["enable"] or pool.get("slow_start") else {"enable": False}


def _check_slow_start(wanted: Json) -> str | None:
    reason = number(30, 1200)(wanted.get("duration", 30))
    return f"duration {reason} (seconds)" if reason else None


# --- The fields --------------------------------------------------------------------------------

FIELDS: tuple[Field, ...] = (
    Field("name", {"type": "str"}, default="", check=text(255)),
    Field("description", {"type": "str"}, default="", check=text(255)),
    Field("protocol", {"type": "str", "choices": list(PROTOCOLS)}, change=NEVER, instead=_NEW_POOL),
    Field("lb_algorithm", {"type": "str", "choices": list(ALGORITHMS)}),
    _reference("loadbalancer", "loadbalancers"),
    _reference("listener", "listeners"),
    Field(
        "session_persistence",
        {
            "type": "dict",
            "options": {
                "enable": {"type": "bool", "default": True},
                "type": {"type": "str", "choices": list(STICKINESS_TYPES)},
                "cookie_name": {"type": "str"},
                "persistence_timeout": {"type": "int"},
            },
        },
        check=_check_stickiness,
        nullable=True,
        target=_stickiness_target,
        compare=_comparable_stickiness,
    ),
    Field(
        "slow_start",
        {"type": "dict", "options": {"enable": {"type": "bool"}, "duration": {"type": "int"}}},
        check=_check_slow_start,
        nullable=True,
        target=_slow_start_target,
        compare=_comparable_slow_start,
    ),
    Field(
        "member_deletion_protection_enable",
        {"type": "bool", "aliases": ["member_deletion_protection"]},
        default=False,
    ),
    Field("vpc_id", {"type": "str"}, change=WHILE_BLANK, default="", check=text(36), compare=same_id, instead=_NEW_POOL),
    Field("type", {"type": "str", "choices": list(TYPES)}, change=WHILE_BLANK, default="", instead=_NEW_POOL),
    Field("protection_status", {"type": "str", "choices": list(PROTECTION)}, default="nonProtection"),
    Field("protection_reason", {"type": "str"}, default="", check=text(255, without="<>")),
)


# --- The rules ---------------------------------------------------------------------------------


def _algorithm(pool: Json) -> str | None:
    protocol = pool.get("protocol")
    if pool.get("lb_algorithm") == "QUIC_CID" and protocol not in (None, "QUIC"):
        return f"lb_algorithm QUIC_CID is for protocol QUIC only, not for {protocol}"
    return None


def _slow_start(pool: Json) -> str | None:
    protocol = pool.get("protocol")
    if protocol is not None and protocol not in HTTP_PROTOCOLS:
        return f"slow_start is for protocol HTTP and HTTPS only, not for {protocol}"
    return None


def _vpc(pool: Json) -> str | None:
    if pool.get("type") == "ip" and pool.get("vpc_id"):
        return "vpc_id cannot be given for type ip, whose members belong to no VPC"
    if pool.get("type") == "" and pool.get("vpc_id"):
        return "vpc_id needs type instance: give both"
    if pool.get("type") == "instance" and not pool.get("vpc_id"):
        return "type instance needs vpc_id"
    return None


def _protection(pool: Json) -> str | None:
    if pool.get("protection_reason") and pool.get("protection_status") == "nonProtection":
        return "protection_reason goes with protection_status consoleProtection only"
    return None


def _stickiness(pool: Json) -> str | None:
    stickiness, protocol = pool.get("session_persistence"), pool.get("protocol")
    if stickiness is None:
        return "a QUIC pool needs session_persistence with type SOURCE_IP" if protocol == "QUIC" else None
    kind = stickiness.get("type")
    if protocol is None:
        return None
    if protocol not in HTTP_PROTOCOLS and kind not in (None, "SOURCE_IP"):
        return f"session_persistence type {kind} is for protocol HTTP and HTTPS only; {protocol} takes SOURCE_IP"
    most = 1440 if protocol in HTTP_PROTOCOLS else 60
    minutes = stickiness.get("persistence_timeout")
    if minutes is not None and not 1 <= minutes <= most:
        return f"session_persistence persistence_timeout must be 1 to {most} minutes for protocol {protocol}, not {minutes}"
    return None


#: What the service is known to refuse; tried before any request, and again with the current pool.
RULES: tuple[Rule, ...] = (
    Rule(("lb_algorithm", "protocol"), _algorithm),
    Rule(("slow_start",), _slow_start),
    Rule(("vpc_id", "type"), _vpc),
    Rule(("protection_reason",), _protection),
    Rule(("session_persistence",), _stickiness),
)


def incomplete_stickiness(wanted: Json, current: Json | None) -> list[str]:
    """What is missing to turn stickiness on: only the current pool tells whether its type is known."""
    stickiness = wanted.get("session_persistence")
    if not stickiness or not stickiness.get("enable", True):
        return []
    merged = {**((current or {}).get("session_persistence") or {}), **stickiness}
    if not merged.get("type"):
        return ["session_persistence needs a type to turn stickiness on: SOURCE_IP for TCP, UDP and QUIC, else HTTP_COOKIE or APP_COOKIE"]
    if stickiness.get("cookie_name") is not None and merged["type"] != "APP_COOKIE":
        return [f"session_persistence cookie_name belongs to type APP_COOKIE only, and the pool's is {merged['type']}"]
    return []


def missing_to_create(wanted: Json) -> list[str]:
    """What the service needs to create a pool and the user did not give."""
    missing = [name for name in ("protocol", "lb_algorithm") if name not in wanted]
    if not any(wanted.get(name) for name in ("loadbalancer_id", "listener_id", "type")):
        missing.append("one of loadbalancer, listener and type (instance or ip)")
    if wanted.get("protocol") == "QUIC" and "session_persistence" not in wanted:
        missing.append("session_persistence with type SOURCE_IP, because it is QUIC")
    return missing
