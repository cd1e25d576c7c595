# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``elb_member`` does: find the member, plan, apply, wait."""

from __future__ import annotations

from . import _find
from ._client import Call
from ._errors import ApiError, ElbError, Refused
from ._fields import Json, as_id, broken_rules, given, wrong_values
from ._member_fields import FIELDS, RULES
from ._member_steps import add, drain, label, list_by_address, refusals, remove, update
from ._operations import MEMBER_GET, MEMBER_LIST, MEMBER_UPDATE
from ._place import Place, assume_pool, find_in_pool, protected, warn_of_untold, warn_of_weight, wrong_drain
from ._plan import CREATE, DELETE, Plan, plan_absent, plan_present, untold
from ._task import Task


def ensure(task: Task) -> Json:
    """Make one member present or absent, as the options say.

    :returns: ``changed``, ``member`` (as it is afterwards; empty when it is gone) and ``diff``.
    :raises ElbError: when it cannot be done.
    """
    absent = task.params["state"] == "absent"
    what = f"{'remove' if absent else 'set up'} member {label(task.params)} of pool {task.params['pool']!r}"
    wanted = given(FIELDS, task.params)
    reasons = wrong_values(FIELDS, wanted) + ([] if absent else broken_rules(RULES, FIELDS, wanted))
    if not (task.params["id"] or task.params["name"] or "address" in wanted):
        reasons.append("one of address with protocol_port, id and name must not be empty")
    reasons += wrong_drain(task)
    if reasons:
        raise Refused(what, reasons)
    place, current = find_in_pool(task, lambda place: _find_member(task, place, wanted))
    plan = plan_absent(FIELDS, current) if absent else plan_present(FIELDS, wanted, current)
    if place is None:
        if absent:
            return {"changed": False, "member": {}, "diff": plan.diff}
        place = assume_pool(task, what)
        if not task.params["id"]:
            task.needs(Call(MEMBER_LIST, ""))
            if "address" not in wanted:
                # Known by its name only, so the same earlier task adds it, and this one updates it.
                task.needs(Call(MEMBER_UPDATE, ""))
                return {"changed": True, "member": wanted, "diff": plan.diff}
    if not absent:
        _refuse_impossible(task, what, plan, wanted, place, current)
    elif current is not None and protected(place):
        raise Refused(what, protected(place))
    member, changed = _apply(task, plan, place, wanted, current)
    return {"changed": changed, "member": member, "diff": plan.diff}


def member_by_id(task: Task, place: Place, member_id: str) -> Json | None:
    """The member with that ID, or ``None`` where the pool has none.

    :raises ApiError: also when there is no such pool.
    """
    member_id = as_id(member_id)
    call = Call(MEMBER_GET, f"get member {member_id} of pool {place.label}", {"pool_id": place.id, "member_id": member_id})
    try:
        return task.read(call)
    except ApiError as error:
        # The message names what is not there: the member, or else the pool.
        if not error.not_found or (place.id in error.reason and (member_id not in error.reason or member_id == place.id)):
            raise
        return None


def _find_member(task: Task, place: Place, wanted: Json) -> Json | None:
    if task.params["id"]:
        return member_by_id(task, place, task.params["id"])
    if "address" in wanted:
        return _find.only(list_by_address(task, place, wanted), "member", label(wanted), "Give the one that is meant as 'id'.")
    name = task.params["name"]
    call = Call(MEMBER_LIST, f"look for member {name!r} in pool {place.label}", {"pool_id": place.id})
    found = task.pages(call._replace(query=[("name", name), *_find.scope(task)]))
    advice = "Give the one that is meant by its address and protocol_port, or 'id'."
    return _find.only(_find.named(found, name), "member", name, advice)


def _refuse_impossible(task: Task, what: str, plan: Plan, wanted: Json, place: Place, current: Json | None) -> None:
    if plan.kind == CREATE and task.params["id"]:
        raise ElbError(
            f"Cannot {what}: there is no member of that ID, and a member cannot be created with a given ID. "
            "Give address and protocol_port instead of 'id'."
        )
    reasons = refusals(plan, wanted, current, place.known)
    if reasons:
        raise Refused(what, reasons)
    warn_of_untold(task, untold(FIELDS, wanted, current))
    if "weight" in wanted:
        warn_of_weight(task, place)


def _apply(task: Task, plan: Plan, place: Place, wanted: Json, current: Json | None) -> tuple[Json, bool]:
    """Carry out the plan, and wait where the user wants it.

    :returns: the member afterwards (in check mode as far as it can be foretold), and whether anything was changed.
    """
    if plan.kind == DELETE and current is not None:
        seconds = task.params["drain_seconds"]
        if seconds:
            drain(task, place, current)
            task.pause(seconds)
        return {}, remove(task, place, current) or task.wrote
    if task.params["state"] == "absent":
        return {}, False
    if current is None:
        member, changed = add(task, place, wanted, plan)
    else:
        member, changed = update(task, place, current, plan), plan.changed
    if task.params["wait"]:
        from ._health import until_healthy

        member = until_healthy(task, place.id, member, added=current is None)
    return member, changed
