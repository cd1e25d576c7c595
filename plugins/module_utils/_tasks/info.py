# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the info modules do, and the inventory plugin with them."""

from __future__ import annotations

import typing as t

from .._api.client import Call
from .._api.operations import POOL_LIST
from .._errors import Refused
from .._resource.fields import Json
from .._resource.pool import ALGORITHMS, PROTECTION, PROTOCOLS, TYPES
from .._runtime import lookup as _find
from .._runtime.context import Session
from .._runtime.entry import Task
from .._runtime.pool_ref import POOL, Place, find_in_pool

_LIST: Json = {"type": "list", "elements": "str"}
_INTEGERS: Json = {"type": "list", "elements": "int"}


def _one_of(*choices: str) -> Json:
    return {**_LIST, "choices": list(choices)}


#: The filters of "Querying Backend Server Groups" in the API reference; the options have the same names.
POOL_FILTERS: Json = {
    "id": _LIST,
    "name": _LIST,
    "description": _LIST,
    "loadbalancer_id": _LIST,
    "listener_id": _LIST,
    "protocol": _one_of(*PROTOCOLS),
    "lb_algorithm": _one_of(*ALGORITHMS),
    "healthmonitor_id": _LIST,
    "ip_version": _one_of("dualstack", "v4"),
    "member_address": _LIST,
    "member_device_id": _LIST,
    "member_instance_id": _LIST,
    "vpc_id": _LIST,
    "type": _one_of(*TYPES),
    "protection_status": _one_of(*PROTECTION),
    "enterprise_project_id": _LIST,
    "member_deletion_protection_enable": {"type": "bool"},
}

#: The filters of "Querying Backend Servers in a Backend Server Group".
MEMBER_FILTERS: Json = {
    "id": _LIST,
    "name": _LIST,
    "weight": _INTEGERS,
    "subnet_cidr_id": _LIST,
    "address": _LIST,
    "protocol_port": _INTEGERS,
    "operating_status": _one_of("ONLINE", "NO_MONITOR", "OFFLINE"),
    "ip_version": _one_of("v4", "v6"),
    "member_type": _one_of("ip", "instance"),
    "instance_id": _LIST,
    "availability_zone": _LIST,
    "enterprise_project_id": _LIST,
}


#: The argument specs of ``elb_pool_info`` and ``elb_member_info``.
POOL_OPTIONS: Json = {**POOL_FILTERS, "include_members": {"type": "bool", "default": False}}
MEMBER_OPTIONS: Json = {"pool": POOL, **MEMBER_FILTERS}


def pools(session: Session) -> Json:
    """List pools, or get one.

    :returns: ``changed`` and ``pools``.
    """
    query = query_of(session.params, POOL_FILTERS)
    one = single_id(query)
    if one:
        pool = _find.pool_by_id(session, one)
        found = [pool] if pool else []
    else:
        found = session.pages(Call(POOL_LIST, "list pools", query=query))
    if session.params["include_members"]:
        for each in found:
            # The references in the pool tell when there is nothing to ask for.
            if each.get("members") != []:
                # It may have been removed in the meantime.
                each["members"] = _find.optional(_find.list_members, session, each["id"], each["id"]) or []
    return {"changed": False, "pools": found}


def members(task: Task) -> Json:
    """List the members of a pool, or get one.

    :returns: ``changed`` and ``members``.
    """
    from .._resource.member import FIELDS
    from .member import member_by_id

    reasons = [
        f"{field.name} {reason}"
        for field in FIELDS
        if field.name in ("weight", "protocol_port")
        for reason in map(field.check, task.params[field.name] or ())
        if reason
    ]
    if reasons:
        raise Refused(f"list the members of pool {task.params['pool']!r}", reasons)
    query = query_of(task.params, MEMBER_FILTERS)
    one = single_id(query)

    def find(place: Place) -> list[Json]:
        if not one:
            return _find.list_members(task, place.id, place.label, query)
        member = member_by_id(task, place, one)
        return [member] if member else []

    place, found = find_in_pool(task, find)
    if place is None:
        task.warn(f"There is no pool {task.params['pool']!r} in this project and region, so it has no members.{_find.scope_hint(task)}")
    return {"changed": False, "members": found or []}


def query_of(params: Json, filters: Json) -> list[tuple[str, t.Any]]:
    """The given filters, a key repeated for each of its values."""
    query: list[tuple[str, t.Any]] = []
    for name in filters:
        value = params.get(name)
        query.extend((name, each) for each in (value if isinstance(value, list) else [] if value is None else [value]))
    return query


def single_id(query: t.Sequence[tuple[str, t.Any]]) -> str | None:
    """The ID, where it is the only filter and has one value: then the get API is the right one."""
    return str(query[0][1]) if len(query) == 1 and query[0][0] == "id" else None
