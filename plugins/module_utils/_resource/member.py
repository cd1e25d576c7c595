# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of a member, what they allow of one another, and what a member is called.

Source: "Adding a Backend Server" and "Updating a Backend Server" of the API reference.
"""

from __future__ import annotations

import socket
import typing as t

from .fields import NEVER, Field, Json, Rule, broken_rules, number, same_id, text

if t.TYPE_CHECKING:
    from .plan import Plan


def label(member: Json) -> str:
    """A member as people write it: address and port; else its name or ID."""
    address = member.get("address")
    if not address:
        return str(member.get("id") or repr(member.get("name")))
    return f"{f'[{address}]' if ':' in address else address}:{member.get('protocol_port')}"


def parse_address(address: str) -> bytes | None:
    """An address as bytes, which are the same for every spelling of it: 4 for IPv4, 16 for IPv6.

    :returns: ``None`` where *address* is no IP address.
    """
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, address)
        except (OSError, ValueError):  # ValueError: a null character
            continue
    return None


def is_ipv6(address: str) -> bool:
    """Whether *address* is an IPv6 one, in any spelling."""
    return len(parse_address(address) or b"") == 16


def comparable_address(value: t.Any) -> t.Any:
    """The form in which two addresses are compared; what is none stays as it is."""
    return (parse_address(value) or value) if isinstance(value, str) else value


Key = tuple[t.Any, t.Any]


def key_of(member: Json) -> Key:
    """What a member is known by: address and port, however the address is spelled."""
    return comparable_address(member.get("address")), member.get("protocol_port")


def _compare_address(value: t.Any, member: Json) -> t.Any:
    return comparable_address(value)


def _check_address(value: str) -> str | None:
    if parse_address(value) is None:
        return f"must be an IPv4 or IPv6 address, not {value!r}"
    return text(64, 1)(value)


_NEW_MEMBER = "add the server anew (remove this member, or use another port) with it"

FIELDS: tuple[Field, ...] = (
    Field("name", {"type": "str"}, default="", check=text(255)),
    Field("address", {"type": "str"}, change=NEVER, check=_check_address, compare=_compare_address, instead=_NEW_MEMBER),
    Field("protocol_port", {"type": "int", "aliases": ["port"]}, change=NEVER, check=number(1, 65535), instead=_NEW_MEMBER),
    Field(
        "subnet_cidr_id",
        {"type": "str", "aliases": ["subnet_id", "subnet"]},
        change=NEVER,
        default="",
        check=text(36, 1),
        compare=same_id,
        instead=_NEW_MEMBER,
    ),
    Field("weight", {"type": "int"}, default=1, check=number(0, 100)),
    # It can be changed, and not be taken away: only a zone is a value.
    Field("availability_zone", {"type": "str"}, default="", check=text(255, 1)),
)
WEIGHT = next(field for field in FIELDS if field.name == "weight")


def _zone(member: Json) -> str | None:
    if member.get("subnet_cidr_id"):
        return "availability_zone can be set only for members by IP alone, without subnet_cidr_id"
    return None


#: What the service is known to refuse; tried before any request, and again with the current member.
RULES: tuple[Rule, ...] = (Rule(("availability_zone",), _zone),)


def missing_to_create(wanted: Json, pool: Json | None) -> list[str]:
    """What stands against adding the member.

    :param pool: the pool, where it is known.
    """
    if "address" not in wanted:
        return ["the pool has no member of that name, so one would be added, and that needs address and protocol_port"]
    known = pool or {}
    missing = []
    if is_ipv6(wanted["address"]) and known.get("ip_version") == "v4":
        missing.append("the pool takes IPv4 members only")
    if wanted.get("subnet_cidr_id"):
        if known.get("type") == "ip":
            missing.append("the pool's type is ip: it takes members by IP alone, without subnet_cidr_id")
        return missing
    if is_ipv6(wanted["address"]):
        missing.append("an IPv6 member needs subnet_cidr_id: members by IP alone are IPv4 only")
    protocol = known.get("protocol")
    if protocol not in (None, "TCP", "HTTP", "HTTPS"):
        missing.append(f"a {protocol} pool needs subnet_cidr_id: members by IP alone are for TCP, HTTP and HTTPS pools")
    return missing


def refusals(plan: Plan, wanted: Json, current: Json | None, pool: Json) -> list[str]:
    """What stands against the plan, all of it at once and before the first write.

    :param pool: what is known of the pool.
    """
    reasons = [str(conflict) for conflict in plan.conflicts]
    reasons += broken_rules(RULES, FIELDS, wanted, current or {})
    if current is None:
        reasons += missing_to_create(wanted, pool)
    return reasons
