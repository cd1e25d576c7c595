# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be done with one member of a known pool; one task does it for one member, another for many."""

from __future__ import annotations

import typing as t

from .._api.client import Call
from .._api.operations import MEMBER_CREATE, MEMBER_DELETE, MEMBER_LIST, MEMBER_UPDATE
from .._errors import Refused
from .._resource.fields import Json
from .._resource.member import FIELDS, is_ipv6, label, parse_address, refusals
from .._resource.plan import ADDED, NOTHING, UNCHANGED, UPDATED, Plan, plan_present
from . import lookup as _find
from .entry import Task
from .pool_ref import Place


def same_member(wanted: Json, member: Json) -> bool:
    """Whether both have the same address and port. Where an answer leaves one out, the service's filter is believed."""
    if member.get("protocol_port") not in (None, wanted["protocol_port"]):
        return False
    address = member.get("address")
    if address is None:
        return not is_ipv6(wanted["address"])
    return parse_address(address) == parse_address(wanted["address"])


def list_by_address(task: Task, place: Place, wanted: Json) -> list[Json]:
    """The pool's members with that address and port; there can only be one."""
    # The service compares addresses as text, and an IPv6 address has many spellings.
    exact = [] if is_ipv6(wanted["address"]) else [("address", wanted["address"])]
    query = [("protocol_port", wanted["protocol_port"]), *exact, *_find.scope(task)]
    attempt = f"look for member {label(wanted)} in pool {place.label}"
    found = task.pages(Call(MEMBER_LIST, attempt, {"pool_id": place.id}, query))
    return [member for member in found if same_member(wanted, member)]


def add(task: Task, place: Place, wanted: Json, plan: Plan) -> tuple[Json, str]:
    """Add a member.

    :returns: the member (in check mode as far as it can be foretold), and what this task did: ADDED, or else, where somebody
        was faster, UPDATED or UNCHANGED.
    """
    from .create import create_once

    call = Call(MEMBER_CREATE, f"add member {label(wanted)} to pool {place.label}", {"pool_id": place.id}, body=plan.body)
    created = create_once(task, call, lambda: list_by_address(task, place, wanted))
    if created.made:
        return created.resource or {**plan.body, **task.id_of_new(label(wanted))}, ADDED
    again = plan_present(FIELDS, wanted, created.resource)
    reasons = refusals(again, wanted, created.resource, place.known)
    if reasons:
        raise Refused(call.attempt, reasons)
    return update(task, place, created.resource, again), ADDED if created.ours else UPDATED if again.changed else UNCHANGED


def update(task: Task, place: Place, current: Json, plan: Plan) -> Json:
    """Update a member, where the plan says so.

    :returns: the member; in check mode as far as it can be foretold.
    """
    if plan.kind == NOTHING:
        return current
    call = Call(MEMBER_UPDATE, f"update member {label(current)} of pool {place.label}", _ids(place, current), body=plan.body)
    return task.write(call) or {**current, **plan.body}


def drain(task: Task, place: Place, current: Json) -> None:
    """Let the member get no new requests."""
    if current.get("weight") != 0:
        attempt = f"drain member {label(current)} of pool {place.label}"
        _find.optional(task.write, Call(MEMBER_UPDATE, attempt, _ids(place, current), body={"weight": 0}))


def remove(task: Task, place: Place, current: Json) -> bool:
    """Remove a member.

    :returns: whether this task did it; ``False`` where it is gone already.
    """
    return task.remove(Call(MEMBER_DELETE, f"remove member {label(current)} from pool {place.label}", _ids(place, current)))


def _ids(place: Place, member: Json) -> t.Mapping[str, str]:
    return {"pool_id": place.id, "member_id": str(member["id"])}
