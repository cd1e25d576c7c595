# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools: their fields and rules.

Source: "Creating a Backend Server Group", "Updating a Backend Server Group" and "Querying Backend Server Groups" of the API reference.
"""

from __future__ import annotations

import typing as t

from .._errors import Json
from . import session_persistence
from .fields import Field, Rule, Updatable, number, text
from .ids import comparable_id
from .resource import Collection, Identity, Resource, Verb, by_name
from .specs import HTTP_PROTOCOLS, REFERENCES, TEXT, TEXTS, one_of


class Reference(t.TypedDict):
    """How a response refers to another resource."""

    id: str


class SlowStart(t.TypedDict, total=False):
    """How new members get their requests gradually."""

    enable: bool
    #: Seconds.
    duration: int | None


class Pool(t.TypedDict, total=False):
    """A pool as the API returns it. Any field may be missing, and most may be null."""

    id: str
    name: str
    description: str
    project_id: str
    protocol: str
    lb_algorithm: str
    loadbalancers: list[Reference]
    listeners: list[Reference]
    members: list[Reference]
    healthmonitor_id: str | None
    session_persistence: session_persistence.SessionPersistence | None
    slow_start: SlowStart | None
    member_deletion_protection_enable: bool
    vpc_id: str | None
    type: str | None
    protection_status: str
    protection_reason: str
    ip_version: str
    admin_state_up: bool
    az_affinity: Json | None
    created_at: str
    updated_at: str


PROTOCOLS = ("TCP", "UDP", "HTTP", "HTTPS", "QUIC")
ALGORITHMS = ("ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP", "QUIC_CID")
TYPES = ("instance", "ip", "")
PROTECTION_STATUSES = ("nonProtection", "consoleProtection")

_NEW_POOL = "create a pool under another name with it, move the listener and the members there, then remove this pool"


def references(pool: t.Mapping[str, t.Any], key: str) -> list[str] | None:
    """The IDs that a response shows as ``key: [{"id": ...}]``; ``None`` where it leaves them out."""
    found = pool.get(key)
    return None if found is None else [str(comparable_id(each["id"])) for each in found]


def _loadbalancer(pool: t.Mapping[str, t.Any]) -> t.Any:
    ids = references(pool, "loadbalancers")
    return None if ids is None else ids[0] if ids else ""


def _comparable_loadbalancer(value: t.Any, pool: t.Mapping[str, t.Any]) -> t.Any:
    # A pool may have several: each of them is the same as the first.
    ids = references(pool, "loadbalancers") or []
    return ids[0] if comparable_id(value) in ids else comparable_id(value)


_SLOW_START = {"enable": False, "duration": 30}


def _known_slow_start(value: Json | None) -> Json:
    return {key: part for key, part in (value or {}).items() if key in _SLOW_START and part is not None}


def _slow_start_target(desired: Json, current: t.Any, pool: t.Mapping[str, t.Any]) -> Json:
    return {**_known_slow_start(current), **desired}


def _comparable_slow_start(value: t.Any, pool: t.Mapping[str, t.Any]) -> Json:
    """Where slow start is off, the service may return null instead of a duration; then only "off" is compared."""
    full = {**_SLOW_START, **_known_slow_start(value)}
    return full if full["enable"] or pool.get("slow_start") else {"enable": False}


def _check_slow_start(desired: Json) -> str | None:
    reason = number(30, 1200)(desired.get("duration", 30))
    return f"duration {reason} (seconds)" if reason else None


FIELDS: tuple[Field, ...] = (
    Field("name", {"type": "str"}, default="", check=text(255)),
    Field("description", {"type": "str"}, default="", check=text(255)),
    Field("protocol", {"type": "str", "choices": list(PROTOCOLS)}, updatable=Updatable.NEVER, instead=_NEW_POOL),
    Field("lb_algorithm", {"type": "str", "choices": list(ALGORITHMS)}),
    Field(
        "loadbalancer_id",
        {"type": "str", "aliases": ["loadbalancer_id"]},
        option_name="loadbalancer",
        updatable=Updatable.NEVER,
        check=text(255, 1),
        comparable=_comparable_loadbalancer,
        read=_loadbalancer,
        instead="give the load balancer that the pool belongs to, leave the option out, or create a pool of its own for that load balancer",
    ),
    session_persistence.FIELD,
    Field(
        "slow_start",
        {"type": "dict", "options": {"enable": {"type": "bool"}, "duration": {"type": "int"}}},
        check=_check_slow_start,
        nullable=True,
        target=_slow_start_target,
        comparable=_comparable_slow_start,
    ),
    Field(
        "member_deletion_protection_enable",
        {"type": "bool", "aliases": ["member_deletion_protection"]},
        default=False,
    ),
    Field(
        "vpc_id", {"type": "str"}, updatable=Updatable.WHILE_BLANK, default="", check=text(36), comparable=comparable_id, instead=_NEW_POOL
    ),
    Field("type", {"type": "str", "choices": list(TYPES)}, updatable=Updatable.WHILE_BLANK, default="", instead=_NEW_POOL),
    Field("protection_status", {"type": "str", "choices": list(PROTECTION_STATUSES)}, default="nonProtection"),
    Field("protection_reason", {"type": "str"}, default="", check=text(255, without="<>")),
)


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


def _protection_reason(pool: Json) -> str | None:
    if pool.get("protection_reason") and pool.get("protection_status") == "nonProtection":
        return "protection_reason goes with protection_status consoleProtection only"
    return None


#: What the service is known to refuse; checked before any request, and again with the current pool.
RULES: tuple[Rule, ...] = (
    Rule(("lb_algorithm", "protocol"), _algorithm),
    Rule(("slow_start",), _slow_start),
    Rule(("vpc_id", "type"), _vpc),
    Rule(("protection_reason",), _protection_reason),
    session_persistence.RULE,
)


def _missing_to_create(desired: Json, dummy: t.Mapping[str, t.Any]) -> list[str]:
    """The fields that are required to create a pool and are not given."""
    missing = [name for name in ("protocol", "lb_algorithm") if name not in desired]
    if not any(desired.get(name) for name in ("loadbalancer_id", "listener_id", "type")):
        missing.append("one of loadbalancer, listener or type (instance or ip)")
    if desired.get("protocol") == "QUIC" and "session_persistence" not in desired:
        missing.append("session_persistence with type SOURCE_IP, because it is QUIC")
    if not missing:
        return []
    where = " on that load balancer" if desired.get("loadbalancer_id") else " on the load balancer of that listener"
    if not (desired.get("loadbalancer_id") or desired.get("listener_id")):
        where = ""
    return [f"there is no pool of that name{where}. To create it, give {' and '.join(missing)}"]


def _identity(desired: Json) -> Identity:
    loadbalancer_id = desired.get("loadbalancer_id")
    return by_name(desired["name"], *([("loadbalancer_id", loadbalancer_id)] if loadbalancer_id else []))


def _blocks_removal(pool: t.Mapping[str, t.Any], dummy: t.Mapping[str, t.Any]) -> list[str]:
    """The reasons against the removal of the pool. Whether an empty pool with removal protection can be removed is left to the service."""
    return [] if pool.get("members") == [] else blocks_removal_of_members(pool, repr(pool.get("name")))


def blocks_removal_of_members(pool: t.Mapping[str, t.Any], label: str) -> list[str]:
    """The reasons against the removal of members from the pool, as far as it is known.

    :param label: the pool as messages name it.
    """
    if not pool.get("member_deletion_protection_enable"):
        return []
    return [f"pool {label} protects its members from being removed: set member_deletion_protection_enable to false first"]


POOL: Resource[Pool] = Resource(
    kind="pool",
    collection=Collection(
        "/v3/{project_id}/elb/pools",
        "pool",
        "pools",
        {
            Verb.CREATE: "Creating a backend server group",
            Verb.GET: "Querying a backend server group",
            Verb.LIST: "Querying backend server groups",
            Verb.UPDATE: "Modifying a backend server group",
            Verb.DELETE: "Deleting a backend server group",
        },
    ),
    fields=FIELDS,
    rules=RULES,
    shown={
        **dict.fromkeys(("ip_version", "healthmonitor_id"), TEXT),
        **dict.fromkeys(("loadbalancers", "listeners", "members"), REFERENCES),
    },
    filters={
        "id": TEXTS,
        "name": TEXTS,
        "description": TEXTS,
        "loadbalancer_id": TEXTS,
        "listener_id": TEXTS,
        "protocol": one_of(*PROTOCOLS),
        "lb_algorithm": one_of(*ALGORITHMS),
        "healthmonitor_id": TEXTS,
        "ip_version": one_of("dualstack", "v4"),
        "member_address": TEXTS,
        "member_device_id": TEXTS,
        "member_instance_id": TEXTS,
        "vpc_id": TEXTS,
        "type": one_of(*TYPES),
        "protection_status": one_of(*PROTECTION_STATUSES),
        "enterprise_project_id": TEXTS,
        "member_deletion_protection_enable": {"type": "bool"},
    },
    identity=_identity,
    missing_to_create=_missing_to_create,
    incomplete=session_persistence.incomplete,
    warnings=session_persistence.warnings,
    blocks_removal=_blocks_removal,
)
