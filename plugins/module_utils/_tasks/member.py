# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``elb_member`` does: find the member, plan, apply, wait."""

from __future__ import annotations

from .._api.client import Call
from .._api.operations import MEMBER_GET, MEMBER_LIST
from .._errors import ApiError, ElbError, Refused
from .._resource.fields import Json, argument_spec, as_id, broken_rules, given, wrong_values
from .._resource.member import FIELDS, RULES, label, refusals
from .._resource.plan import CREATE, DELETE, UNCHANGED, Plan, choose, plan_absent, untold
from .._runtime import lookup as _find
from .._runtime.entry import Task
from .._runtime.member_ops import add, drain, list_by_address, remove, update
from .._runtime.pool_ref import DRAIN_SECONDS, POOL, WAIT, Place, assume_pool, find_in_pool, protected, warn_of_weight, wrong_drain

#: The argument spec of ``elb_member``.
OPTIONS: Json = {
    "pool": POOL,
    "id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait": WAIT,
    "drain_seconds": DRAIN_SECONDS,
    "enterprise_project_id": {"type": "str"},
    **argument_spec(FIELDS),
}


def ensure(task: Task) -> Json:
    """Make one member present or absent, as the options say.

    :returns: ``changed``, ``member`` (as it is afterwards; empty when it is gone), ``pool_id`` and ``diff``.
    :raises ElbError: when it cannot be done.
    """
    absent = task.params["state"] == "absent"
    what = f"{'remove' if absent else 'set up'} member {label(task.params)} of pool {task.params['pool']!r}"
    wanted = given(FIELDS, task.params)
    reasons = wrong_values(FIELDS, wanted) + ([] if absent else broken_rules(RULES, FIELDS, wanted))
    if not (task.params["id"] or task.params["name"] or "address" in wanted):
        reasons.append("give address with protocol_port, id, or a name that is not empty")
    reasons += _find.wrong_id(task) + wrong_drain(task)
    if reasons:
        raise Refused(what, reasons)
    place, current = find_in_pool(task, lambda place: _find_member(task, place, wanted))
    if place is None:
        if absent:
            return {"changed": False, "member": {}, "pool_id": "", "diff": plan_absent(FIELDS, None).diff}
        place = assume_pool(task, what)
        current = _find_member(task, place, wanted)
    if current is None and not absent:
        current = _assume_member(task, place, wanted)
    unseen = current is not None and (task.will_be(place.id) or task.will_be(current["id"]))
    plan = choose(FIELDS, wanted, current, absent, unseen)
    if not absent:
        _refuse_impossible(task, what, plan, wanted, place, current)
    elif current is not None and protected(place):
        raise Refused(what, protected(place))
    member, changed = _apply(task, plan, place, wanted, current)
    return {"changed": changed, "member": member, "pool_id": place.id, "diff": plan.diff}


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
        return _find.only(list_by_address(task, place, wanted), "member", f"at {label(wanted)}", "Give the one that is meant as 'id'.")
    name = task.params["name"]
    call = Call(MEMBER_LIST, f"look for member {name!r} in pool {place.label}", {"pool_id": place.id})
    found = task.pages(call._replace(query=[("name", name), *_find.scope(task)]))
    advice = "Give the one that is meant by its address and protocol_port, or 'id'."
    return _find.only(_find.named(found, name), "member", f"named {name!r}", advice)


def _assume_member(task: Task, place: Place, wanted: Json) -> Json | None:
    """In check mode, a member that is known by its name only and is not there: an earlier task of the same run may add it."""
    if not task.check_mode or task.params["id"] or "address" in wanted:
        return None
    name = task.params["name"]
    if not task.will_be(place.id):
        task.warn(f"Check mode: pool {place.label} has no member named {name!r}; assuming that a task before this one adds it.")
    return task.id_of_new(name)


def _refuse_impossible(task: Task, what: str, plan: Plan, wanted: Json, place: Place, current: Json | None) -> None:
    if plan.kind == CREATE and task.params["id"]:
        raise ElbError(
            f"Cannot {what}: there is no member of that ID, and a member cannot be created with a given ID. "
            "Give address and protocol_port instead of 'id'."
        )
    reasons = refusals(plan, wanted, current, place.known)
    if reasons:
        raise Refused(what, reasons)
    task.warn_of_untold(untold(FIELDS, wanted, current))
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
        member, done = add(task, place, wanted, plan)
        changed = done != UNCHANGED
    else:
        member, changed = update(task, place, current, plan), plan.changed
    if task.params["wait"]:
        from .._runtime.wait import until_healthy

        member = until_healthy(task, place.id, member, added=current is None)
    return member, changed
