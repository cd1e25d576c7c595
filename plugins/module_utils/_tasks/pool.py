# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``elb_pool`` does: find the pool, plan, apply."""

from __future__ import annotations

from .._api.client import Call
from .._api.operations import POOL_CREATE, POOL_DELETE, POOL_UPDATE
from .._errors import ElbError, NotThere, Refused
from .._resource.fields import ALWAYS, Json, argument_spec, broken_rules, given, wrong_values
from .._resource.plan import CREATE, DELETE, NOTHING, Plan, choose, plan_absent, plan_present, untold
from .._resource.pool import FIELDS, RULES, incomplete_stickiness, missing_to_create
from .._runtime import lookup as _find
from .._runtime.entry import Task

#: The argument spec of ``elb_pool``.
OPTIONS: Json = {
    "id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "enterprise_project_id": {"type": "str"},
    "force": {"type": "bool", "default": False},
    **argument_spec(FIELDS),
}


def ensure(task: Task) -> Json:
    """Make one pool present or absent, as the options say.

    :returns: ``changed``, ``pool`` (as it is afterwards; empty when it is gone), ``pool_id`` and ``diff``.
    :raises ElbError: when it cannot be done.
    """
    absent = task.params["state"] == "absent"
    what = f"{'remove' if absent else 'set up'} pool {_label(task.params)}"
    wanted = given(FIELDS, task.params)
    reasons = wrong_values(FIELDS, wanted) + ([] if absent else broken_rules(RULES, FIELDS, wanted))
    if not task.params["id"] and not task.params["name"]:
        reasons.append("name must not be empty where no id is given")
    reasons += _find.wrong_id(task)
    if reasons:
        raise Refused(what, reasons)
    try:
        if not (absent and task.params["id"]):
            _resolve_names(task, wanted)
    except NotThere:
        if not absent:
            raise
        # Where there is no such load balancer or listener, there is no pool of it.
        return {"changed": False, "pool": {}, "pool_id": "", "diff": plan_absent(FIELDS, None).diff}
    current = _find_pool(task, wanted)
    if current is None and not absent:
        current = _assume_pool(task, wanted)
    unseen = current is not None and task.will_be(current["id"])
    plan = choose(FIELDS, wanted, current, absent, unseen)
    # What a pool will be like that an earlier task would create is not known, so nothing stands against anything.
    if not absent and not unseen:
        _refuse_impossible(task, what, plan, wanted, current)
    elif current is not None and not unseen:
        _refuse_in_use(what, current)
    pool, changed = _apply(task, plan, wanted, current)
    return {"changed": changed, "pool": pool, "pool_id": (current or pool).get("id", ""), "diff": plan.diff}


def _label(params: Json) -> str:
    return str(params["id"]) if params["id"] else repr(params["name"])


def _resolve_names(task: Task, wanted: Json) -> None:
    """Replace the names of load balancer and listener by their IDs."""
    if wanted.get("loadbalancer_id"):
        wanted["loadbalancer_id"] = _find.loadbalancer_id(task, wanted["loadbalancer_id"])
    if wanted.get("listener_id"):
        wanted["listener_id"] = _find.listener_id(task, wanted["listener_id"], wanted.get("loadbalancer_id"))


def _find_pool(task: Task, wanted: Json) -> Json | None:
    if not task.params["id"]:
        return _find.pool_by_name(task, task.params["name"], wanted.get("loadbalancer_id"), wanted.get("listener_id"), option="id")
    pool = _find.pool_by_id(task, task.params["id"])
    if pool is None and task.params["state"] == "present":
        raise ElbError(
            f"There is no pool {task.params['id']} in this project and region, and a pool cannot be created with a given ID. "
            "Leave 'id' out to create one by its name."
        )
    return pool


def _assume_pool(task: Task, wanted: Json) -> Json | None:
    """In check mode, a pool that is not there and that the task means to update: an earlier task of the same run may create it."""
    to_create = {"protocol", "lb_algorithm"}
    to_update = {field.name for field in FIELDS if field.change == ALWAYS} - to_create - {"name"}
    if not task.check_mode or to_create.intersection(wanted) or not to_update.intersection(wanted):
        return None
    name = task.params["name"]
    task.warn(f"Check mode: there is no pool {name!r} in this project and region; assuming that a task before this one creates it.")
    return task.id_of_new(name)


def _refuse_in_use(what: str, pool: Json) -> None:
    """What stands against removing the pool, before its members are: it would be left empty, and serving nobody."""
    from .._runtime.pool_ref import Place, protected

    reasons = protected(Place(str(pool["id"]), repr(pool.get("name")), pool))
    if pool.get("healthmonitor_id"):
        reasons.append(f"it has the health check {pool['healthmonitor_id']}: remove that first")
    if reasons:
        raise Refused(what, reasons)


def _refuse_impossible(task: Task, what: str, plan: Plan, wanted: Json, current: Json | None) -> None:
    """What can be told now that the current pool is known, all of it at once and before the first write."""
    reasons = [str(conflict) for conflict in plan.conflicts]
    reasons += broken_rules(RULES, FIELDS, wanted, current or {})
    reasons += incomplete_stickiness(wanted, current)
    missing = missing_to_create(wanted) if plan.kind == CREATE else []
    if missing:
        where = " on that load balancer or listener" if wanted.get("loadbalancer_id") or wanted.get("listener_id") else ""
        needed = f"so it would be created, and that needs {', '.join(missing)}"
        reasons.append(f"there is no pool of that name{where}, {needed}.{_find.scope_hint(task)}")
    if reasons:
        raise Refused(what, reasons)
    task.warn_of_untold(untold(FIELDS, wanted, current))
    stickiness = wanted.get("session_persistence") or {}
    kind = stickiness.get("type") or ((current or {}).get("session_persistence") or {}).get("type")
    if kind == "APP_COOKIE" and "persistence_timeout" in stickiness:
        task.warn("session_persistence persistence_timeout has no effect with type APP_COOKIE; it is neither sent nor compared.")


def _apply(task: Task, plan: Plan, wanted: Json, current: Json | None) -> tuple[Json, bool]:
    """Carry out the plan.

    :returns: the pool afterwards (in check mode as far as it can be foretold), and whether anything was changed.
    """
    if plan.kind == DELETE and current is not None:
        _empty(task, current)
        removed = task.remove(Call(POOL_DELETE, f"remove pool {_label(task.params)}", {"pool_id": current["id"]}))
        return {}, removed or task.wrote
    if task.params["state"] == "absent":
        return {}, False
    if current is None:
        return _create(task, plan, wanted)
    return _update(task, plan, current), plan.changed


def _create(task: Task, plan: Plan, wanted: Json) -> tuple[Json, bool]:
    from .._runtime.create import create_once

    call = Call(POOL_CREATE, f"create pool {_label(task.params)}", body=plan.body)
    name, loadbalancer_id, listener_id = task.params["name"], wanted.get("loadbalancer_id"), wanted.get("listener_id")
    created = create_once(task, call, lambda: _find.pools_by_name(task, name, loadbalancer_id, listener_id))
    if created.made:
        return created.resource or {**plan.body, **task.id_of_new(" of ".join(filter(None, (name, listener_id, loadbalancer_id))))}, True
    again = plan_present(FIELDS, wanted, created.resource)
    _refuse_impossible(task, call.attempt, again, wanted, created.resource)
    return _update(task, again, created.resource), created.ours or again.changed


def _update(task: Task, plan: Plan, current: Json) -> Json:
    if plan.kind == NOTHING:
        return current
    call = Call(POOL_UPDATE, f"update pool {_label(task.params)}", {"pool_id": current["id"]}, body=plan.body)
    return task.write(call) or {**current, **plan.body}


def _empty(task: Task, pool: Json) -> None:
    """Remove the pool's members, where the user allowed it."""
    from .._runtime.member_ops import remove
    from .._runtime.pool_ref import Place

    place = Place(str(pool["id"]), _label(task.params), pool)
    members = pool.get("members")
    if members is None:
        members = _find.list_members(task, place.id, place.label)
    if not members:
        return
    if not task.params["force"]:
        count = "1 member" if len(members) == 1 else f"{len(members)} members"
        raise ElbError(f"Cannot remove pool {place.label}: it has {count}. Set 'force: true' to remove them with it.")
    for member in members:
        remove(task, place, member)
