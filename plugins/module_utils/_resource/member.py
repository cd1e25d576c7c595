# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Members: their fields, rules and health.

Source: "Adding a Backend Server", "Updating a Backend Server" and "Querying Backend Servers" of the API reference.
"""

from __future__ import annotations

import typing as t

from .._errors import Json
from .address import comparable_address, is_ipv6, parse_address
from .fields import Field, Rule, Updatable, number, text
from .ids import comparable_id
from .pool import blocks_removal_of_members
from .resource import Collection, Identity, Resource, Verb, by_name
from .specs import INTEGERS, TEXT, TEXTS, one_of


class HealthReason(t.TypedDict, total=False):
    """Why a health check failed."""

    reason_code: str
    expected_response: str
    healthcheck_response: str


class ListenerStatus(t.TypedDict, total=False):
    """The health of a member as one listener sees it."""

    listener_id: str
    operating_status: str
    reason: HealthReason | None
    created_at: str
    updated_at: str


class Member(t.TypedDict, total=False):
    """A member as the API returns it. Any field may be missing, and most may be null."""

    id: str
    name: str
    project_id: str
    address: str
    protocol_port: int
    weight: int
    subnet_cidr_id: str | None
    availability_zone: str | None
    ip_version: str
    operating_status: str
    status: list[ListenerStatus]
    reason: HealthReason | None
    member_type: str
    instance_id: str | None
    admin_state_up: bool
    created_at: str
    updated_at: str


#: NO_MONITOR: the pool has no health check, so the service never knows more.
HEALTHY = ("ONLINE", "NO_MONITOR")


def statuses(member: Member) -> list[t.Any]:
    """The statuses that count: those per listener where there are any, else the member's own.

    Source: "status" in "Querying a Backend Server" of the API reference.
    """
    per_listener = [each.get("operating_status") for each in member.get("status") or () if each.get("listener_id")]
    return per_listener or [member.get("operating_status")]


def is_healthy(member: Member) -> bool:
    """Whether the member gets requests, as far as its health decides that. INITIAL and UNKNOWN are not healthy."""
    return all(status in HEALTHY for status in statuses(member))


def health_of(member: Member) -> str:
    """The status of a member with the reasons of the health check, where the service gives any."""
    found: list[str] = []
    # Given for each listener that the pool serves; by some versions of the service for the member itself.
    for status in [member, *(member.get("status") or ())]:
        reason = status.get("reason") or {}
        words = [str(reason["reason_code"])] if reason.get("reason_code") else []
        if reason.get("expected_response"):
            words.append(f"expected {reason['expected_response']}")
        if reason.get("healthcheck_response"):
            words.append(f"got {reason['healthcheck_response']}")
        if words and ", ".join(words) not in found:
            found.append(", ".join(words))
    shown = ", ".join(dict.fromkeys(map(str, statuses(member))))
    return shown + (f" ({'; '.join(found)})" if found else "")


def label(member: t.Mapping[str, t.Any]) -> str:
    """A member as messages name it: address and port; else its ID or name."""
    address = member.get("address")
    if not address:
        return str(member.get("id") or repr(member.get("name") or ""))
    port = member.get("protocol_port")
    return address if port is None else f"{f'[{address}]' if ':' in address else address}:{port}"


def entry_label(option: str, index: int, entry: object) -> str:
    """An entry of a list of members as messages name it, such as "members[3] (web-4, 192.168.0.4:80)"; it may be anything at all."""
    if not isinstance(entry, dict) or not isinstance(entry.get("address"), str) or parse_address(entry["address"]) is None:
        return f"{option}[{index}]"
    name = f"{entry['name']}, " if isinstance(entry.get("name"), str) and entry["name"] else ""
    return f"{option}[{index}] ({name}{label({'protocol_port': entry.get('port'), **entry})})"


Key = tuple[t.Any, t.Any]


def key_of(member: t.Mapping[str, t.Any]) -> Key:
    """The identity of a member in its pool: address, in any spelling, and port."""
    return comparable_address(member.get("address")), member.get("protocol_port")


def _check_address(value: str) -> str | None:
    if parse_address(value) is None:
        return f"must be an IPv4 or IPv6 address, not {value!r}"
    return text(64, 1)(value)


_NEW_MEMBER = "add the server anew (remove this member, or use another port) with it"

FIELDS: tuple[Field, ...] = (
    Field("name", {"type": "str"}, default="", check=text(255)),
    Field(
        "address",
        {"type": "str"},
        updatable=Updatable.NEVER,
        check=_check_address,
        comparable=comparable_address,
        instead=_NEW_MEMBER,
    ),
    Field(
        "protocol_port",
        {"type": "int", "aliases": ["port"]},
        updatable=Updatable.NEVER,
        check=number(1, 65535),
        instead=_NEW_MEMBER,
    ),
    Field(
        "subnet_cidr_id",
        {"type": "str", "aliases": ["subnet_id", "subnet"]},
        updatable=Updatable.NEVER,
        default="",
        check=text(36, 1),
        comparable=comparable_id,
        instead=_NEW_MEMBER,
    ),
    Field("weight", {"type": "int"}, default=1, check=number(0, 100)),
    # It can be changed, but not removed: only a zone is a value.
    Field("availability_zone", {"type": "str"}, default="", check=text(255, 1)),
)
WEIGHT = next(field for field in FIELDS if field.name == "weight")


def _zone(member: Json) -> str | None:
    if member.get("subnet_cidr_id"):
        return "availability_zone can be set only for members by IP alone, without subnet_cidr_id"
    return None


#: What the service is known to refuse; checked before any request, and again with the current member.
RULES: tuple[Rule, ...] = (Rule(("availability_zone",), _zone),)


def _missing_to_create(desired: Json, pool: t.Mapping[str, t.Any]) -> list[str]:
    """The reasons against adding the member.

    :param pool: what is known of the pool.
    """
    if "address" not in desired:
        return ["the pool has no member of that name. To add one, give address and protocol_port"]
    missing = []
    if is_ipv6(desired["address"]) and pool.get("ip_version") == "v4":
        missing.append("the pool takes IPv4 members only")
    if desired.get("subnet_cidr_id"):
        if pool.get("type") == "ip":
            missing.append("the pool's type is ip: it takes members by IP alone, without subnet_cidr_id")
        return missing
    if is_ipv6(desired["address"]):
        missing.append("an IPv6 member needs subnet_cidr_id: members by IP alone are IPv4 only")
    # Which protocols take members by IP alone, the service knows: it differs between the reference and the user guide.
    return missing


def _identity(desired: Json) -> Identity:
    """Address and port identify a member; where they are not given, its name."""
    if "address" not in desired:
        return by_name(desired["name"])
    # The service compares addresses as text, and an IPv6 address has many spellings.
    exact = () if is_ipv6(desired["address"]) else (("address", desired["address"]),)
    fields = {name: desired[name] for name in ("address", "protocol_port")}
    return Identity(label(desired), f"at {label(desired)}", (("protocol_port", desired["protocol_port"]), *exact), fields)


def _warnings(desired: Json, dummy: t.Mapping[str, t.Any] | None, pool: t.Mapping[str, t.Any]) -> list[str]:
    if "weight" in desired and pool.get("lb_algorithm") == "SOURCE_IP":
        return [f"The pool {pool.get('name')!r} uses SOURCE_IP, with which the weight of a member has no effect."]
    return []


def _blocks_removal(dummy: t.Mapping[str, t.Any], pool: t.Mapping[str, t.Any]) -> list[str]:
    return blocks_removal_of_members(pool, repr(pool.get("name")))


_REASON: Json = {"type": "dict"}

MEMBER: Resource[Member] = Resource(
    kind="member",
    collection=Collection(
        "/v3/{project_id}/elb/pools/{pool_id}/members",
        "member",
        "members",
        {
            Verb.CREATE: "Adding a backend server",
            Verb.GET: "Querying a backend server",
            Verb.LIST: "Querying backend servers",
            Verb.UPDATE: "Modifying a backend server",
            Verb.DELETE: "Removing a backend server",
        },
    ),
    label=label,
    fields=FIELDS,
    rules=RULES,
    shown={
        **dict.fromkeys(("ip_version", "operating_status"), TEXT),
        "reason": _REASON,
        "status": {
            "type": "list",
            "elements": {"type": "dict", "options": {"listener_id": TEXT, "operating_status": TEXT, "reason": _REASON}},
        },
    },
    filters={
        "id": TEXTS,
        "name": TEXTS,
        "weight": INTEGERS,
        "subnet_cidr_id": TEXTS,
        "address": TEXTS,
        "protocol_port": INTEGERS,
        "operating_status": one_of("ONLINE", "NO_MONITOR", "OFFLINE"),
        "ip_version": one_of("v4", "v6"),
        "member_type": one_of("ip", "instance"),
        "instance_id": TEXTS,
        "availability_zone": TEXTS,
        "enterprise_project_id": TEXTS,
    },
    create_verb="add",
    identity=_identity,
    missing_to_create=_missing_to_create,
    warnings=_warnings,
    blocks_removal=_blocks_removal,
)
