# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``elb_pool_members`` does: check the whole list and compare it with the pool; :mod:`_pool_members_apply` makes it so."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._resource.fields import Json, argument_spec, broken_rules, given, wrong_values
from .._resource.member import FIELDS, RULES, WEIGHT, Key, key_of, label, refusals
from .._resource.plan import ADDED, NOTHING, REMOVED, UNCHANGED, UPDATED, Plan, plan_absent, plan_present, untold
from .._runtime import lookup as _find
from .._runtime.entry import Task
from .._runtime.pool_ref import DRAIN_SECONDS, POOL, WAIT, Place, assume_pool, find_in_pool, protected, warn_of_weight, wrong_drain

#: The bounds of the option ``concurrency``.
LEAST_CONCURRENCY, MOST_CONCURRENCY = 1, 32

_ENTRY = argument_spec(FIELDS)
#: The argument spec of ``elb_pool_members``.
OPTIONS: Json = {
    "pool": POOL,
    "members": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {**_ENTRY, **{name: {**_ENTRY[name], "required": True} for name in ("address", "protocol_port")}},
    },
    "purge": {"type": "bool", "default": False},
    "drain_seconds": DRAIN_SECONDS,
    "wait": WAIT,
    "concurrency": {"type": "int", "default": 8},
    "enterprise_project_id": {"type": "str"},
}


class Item:
    """One entry of the list, or one member that the list leaves out: what is to be done with it, and what became of it.

    :param index: its index in the list; ``None`` for a member that the list leaves out.
    """

    # There may be thousands.
    __slots__ = ("current", "done", "error", "facts", "index", "now", "plan", "wanted")

    def __init__(self, index: int | None, wanted: Json, current: Json | None, plan: Plan) -> None:
        self.index = index
        self.wanted = wanted
        self.current = current
        self.plan = plan
        #: The member as it is by now; ``None`` while, or when, the pool has none.
        self.now = current
        #: What was done with it, as the summary calls it; empty where that is nothing to count.
        self.done = UNCHANGED if index is not None and plan.kind == NOTHING else ""
        #: Why it failed, and what else is known of the failure.
        self.error = ""
        self.facts: Json = {}

    @property
    def label(self) -> str:
        """The member as people write it."""
        return label(self.wanted)

    @property
    def serves_before(self) -> bool:
        """Whether the pool sends it requests at the beginning."""
        return self.current is not None and bool(WEIGHT.of(self.current))

    @property
    def serves_after(self) -> bool:
        """Whether the pool should send it requests in the end."""
        return self.index is not None and bool(self.plan.after.get("weight", WEIGHT.of(self.current or {})))


def ensure(task: Task) -> Json:
    """Make the members of a pool match the list.

    :returns: ``changed``, ``members`` (all of the pool's, as they are afterwards), ``pool_id``, ``summary`` and ``diff``.
    :raises PartlyDone: when something could not be done; the rest of it is, and ``failed_members`` and ``summary`` tell which.
    """
    what = f"set up the members of pool {task.params['pool']!r}"
    entries = _checked(task, what)
    place, found = find_in_pool(task, lambda place: _find.list_members(task, place.id, place.label))
    if place is None:
        place = assume_pool(task, what)
        found = _find.list_members(task, place.id, place.label)
    items = _plan(task, what, place, entries, found or [])
    if any("weight" in item.wanted for item in items if item.index is not None):
        warn_of_weight(task, place)
    task.warn_of_untold({option for item in items for option in untold(FIELDS, item.wanted, item.current) if item.index is not None})
    if any(item.plan.changed for item in items) or (task.params["wait"] and not task.check_mode):
        # Compiled by those only who have something to do.
        from .pool_members_apply import Work

        Work(task, place, items).carry_out()
    return {**outcome(task, place, items), **({"diff": _diff(items)} if task.shows_diff else {})}


def outcome(task: Task, place: Place, items: list[Item]) -> Json:
    """What the result says of the items, whether or not some failed."""
    done = [item.done for item in items]
    return {
        "changed": task.wrote or (task.check_mode and any(item.plan.changed for item in items)),
        "members": [item.now for item in items if item.now is not None],
        "pool_id": place.id,
        "summary": {what: done.count(what) for what in (ADDED, UPDATED, REMOVED, UNCHANGED)},
    }


def _diff(items: list[Item]) -> Json:
    managed = [item for item in items if item.index is not None or item.plan.changed]
    return {
        "before": {item.label: item.plan.before for item in managed if item.current is not None},
        "after": {item.label: item.plan.after for item in managed if item.index is not None},
    }


def _checked(task: Task, what: str) -> list[Json]:
    """The list as wanted fields, checked whole."""
    entries = [given(FIELDS, entry) for entry in task.params["members"]]
    reasons = _wrong(dict(enumerate(entries)))
    if not LEAST_CONCURRENCY <= task.params["concurrency"] <= MOST_CONCURRENCY:
        reasons.append(f"concurrency must be {LEAST_CONCURRENCY} to {MOST_CONCURRENCY}, not {task.params['concurrency']}")
    reasons += wrong_drain(task)
    if reasons:
        raise Refused(what, reasons)
    return entries


def wrong_entries(entries: t.Mapping[int, Json]) -> list[str]:
    """What is wrong with the values of the list's entries.

    :param entries: as options, by their indices.
    """
    return _wrong({index: given(FIELDS, entry) for index, entry in entries.items()})


def _wrong(entries: t.Mapping[int, Json]) -> list[str]:
    reasons: list[str] = []
    first: dict[Key, int] = {}
    for index, wanted in entries.items():
        wrong = wrong_values(FIELDS, wanted) + broken_rules(RULES, FIELDS, wanted)
        same = first.setdefault(key_of(wanted), index)
        if same != index and not wrong:
            wrong.append(f"{label(wanted)} is members[{same}] already")
        reasons += [f"members[{index}]: {reason}" for reason in wrong]
    return reasons


def _plan(task: Task, what: str, place: Place, entries: list[Json], found: list[Json]) -> list[Item]:
    """Compare the list with the pool's members, by address and port.

    :raises Refused: when an entry cannot work; nothing is written then.
    """
    there: dict[Key, list[Json]] = {}
    for member in found:
        there.setdefault(key_of(member), []).append(member)
    items: list[Item] = []
    # To take it for another one could remove the very member that is wanted.
    reasons = [f"the service's answer has no address or port for member {member['id']}" for member in found if None in key_of(member)]
    for index, wanted in enumerate(entries):
        same = there.pop(key_of(wanted), [])
        if len(same) > 1:
            ids = ", ".join(str(member["id"]) for member in same)
            reasons.append(
                f"members[{index}]: the pool has {len(same)} members at {label(wanted)}: {ids}. Remove one of them by its ID first"
            )
        current = same[0] if same else None
        plan = plan_present(FIELDS, wanted, current)
        reasons += [f"members[{index}]: {reason}" for reason in refusals(plan, wanted, current, place.known)]
        items.append(Item(index, wanted, current, plan))
    if there and task.params["purge"]:
        reasons += protected(place)
    if reasons:
        raise Refused(what, reasons)
    for member in (member for members in there.values() for member in members):
        plan = plan_absent(FIELDS, member) if task.params["purge"] else Plan(NOTHING, {}, {}, {})
        items.append(Item(None, member, member, plan))
    return items
