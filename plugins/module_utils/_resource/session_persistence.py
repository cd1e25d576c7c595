# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The field ``session_persistence`` of a pool: sticky sessions.

Source: "Creating a Backend Server Group" of the API reference, "session_persistence".
"""

from __future__ import annotations

import typing as t

from .._errors import Json
from .fields import Field, Rule, number
from .specs import HTTP_PROTOCOLS

TYPES = ("SOURCE_IP", "HTTP_COOKIE", "APP_COOKIE")


class SessionPersistence(t.TypedDict, total=False):
    """How sticky sessions are set."""

    type: str
    cookie_name: str | None
    #: Minutes.
    persistence_timeout: int | None


def _default_persistence(protocol: t.Any) -> t.Any:
    """The minutes that the service fills in."""
    return {"TCP": 1, "UDP": 1, "QUIC": 1, "HTTP": 1440, "HTTPS": 1440}.get(protocol)


def _effective(stickiness: Json) -> Json:
    """Keep what has an effect: cookie_name belongs to APP_COOKIE only, persistence_timeout to the others."""
    chosen = stickiness.get("type")
    settled = {"type": chosen}
    if chosen == "APP_COOKIE":
        settled["cookie_name"] = stickiness.get("cookie_name") or None
    else:
        settled["persistence_timeout"] = stickiness.get("persistence_timeout")
    return {key: value for key, value in settled.items() if value is not None}


def _target(desired: Json, current: t.Any, pool: t.Mapping[str, t.Any]) -> t.Any:
    """The desired sub-options over the current ones; ``None`` turns stickiness off."""
    if not desired.get("enable", True):
        return None
    merged = {**(current or {}), **{key: value for key, value in desired.items() if key != "enable"}}
    return _effective(merged)


def _comparable(value: t.Any, pool: t.Mapping[str, t.Any]) -> t.Any:
    settled = _effective(value or {})
    if not settled:
        return None
    if settled.get("type") != "APP_COOKIE":
        settled.setdefault("persistence_timeout", _default_persistence(pool.get("protocol")))
    return settled


def _check(desired: Json) -> str | None:
    name = desired.get("cookie_name")
    if name is not None and not (name and all(c.isascii() and (c.isalnum() or c in "-_.") for c in name)):
        return "cookie_name may have letters, digits, '-', '_' and '.' only, and at least one of them"
    reason = number(1, 1440)(desired.get("persistence_timeout", 1))
    if reason:
        return f"persistence_timeout {reason} (minutes)"
    if name is not None and desired.get("type") not in (None, "APP_COOKIE"):
        return f"cookie_name belongs to type APP_COOKIE only, not to {desired['type']}"
    return None


FIELD = Field(
    "session_persistence",
    {
        "type": "dict",
        "options": {
            "enable": {"type": "bool", "default": True},
            "type": {"type": "str", "choices": list(TYPES)},
            "cookie_name": {"type": "str"},
            "persistence_timeout": {"type": "int"},
        },
    },
    check=_check,
    nullable=True,
    off={"enable": False},
    target=_target,
    comparable=_comparable,
)


def _rule(pool: Json) -> str | None:
    stickiness, protocol = pool.get("session_persistence"), pool.get("protocol")
    if stickiness is None:
        return "a QUIC pool needs session_persistence with type SOURCE_IP" if protocol == "QUIC" else None
    chosen = stickiness.get("type")
    if protocol is None:
        return None
    if protocol not in HTTP_PROTOCOLS and chosen not in (None, "SOURCE_IP"):
        return f"session_persistence type {chosen} is for protocol HTTP and HTTPS only; {protocol} takes SOURCE_IP"
    most = 1440 if protocol in HTTP_PROTOCOLS else 60
    minutes = stickiness.get("persistence_timeout")
    if minutes is not None and not 1 <= minutes <= most:
        return f"session_persistence persistence_timeout must be 1 to {most} minutes for protocol {protocol}, not {minutes}"
    return None


RULE = Rule(("session_persistence",), _rule)


def incomplete(desired: Json, current: t.Mapping[str, t.Any] | None, *dummy: t.Any) -> list[str]:
    """The missing sub-options to turn stickiness on: whether its type is known depends on the current pool."""
    stickiness = desired.get("session_persistence")
    if not stickiness or not stickiness.get("enable", True):
        return []
    merged = {**((current or {}).get("session_persistence") or {}), **stickiness}
    if not merged.get("type"):
        return ["session_persistence needs a type to turn stickiness on: SOURCE_IP for TCP, UDP and QUIC, else HTTP_COOKIE or APP_COOKIE"]
    if stickiness.get("cookie_name") is not None and merged["type"] != "APP_COOKIE":
        return [f"session_persistence cookie_name belongs to type APP_COOKIE only, and the pool's is {merged['type']}"]
    return []


def warnings(desired: Json, current: t.Mapping[str, t.Any] | None, *dummy: t.Any) -> list[str]:
    """The sub-options without effect."""
    stickiness = desired.get("session_persistence") or {}
    chosen = stickiness.get("type") or ((current or {}).get("session_persistence") or {}).get("type")
    if chosen == "APP_COOKIE" and "persistence_timeout" in stickiness:
        return ["session_persistence persistence_timeout has no effect with type APP_COOKIE; it is neither sent nor compared."]
    return []
