# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``elb_pool_members`` does: check the whole list, compare it with the pool, and make it so without losing capacity."""

from __future__ import annotations

import typing as t

from . import _find
from ._bulk import Bulk
from ._client import Call
from ._errors import ElbError, PartlyDone, Refused
from ._fields import Json, argument_spec, broken_rules, given, wrong_values
from ._health import HEALTHY, reason_of, watch
from ._member_fields import FIELDS, RULES, parse_address
from ._member_steps import add, drain, label, refusals, remove, update
from ._operations import MEMBER_LIST
from ._place import Place, assume_pool, find_in_pool, protected, warn_of_weight, wrong_drain
from ._plan import CREATE, NOTHING, UPDATE, Plan, plan_absent, plan_present, untold
from ._task import Task

#: The bounds of the option ``concurrency``.
LEAST_CONCURRENCY, MOST_CONCURRENCY = 1, 32

_ENTRY = argument_spec(FIELDS)
#: The argument spec of ``elb_pool_members``.
OPTIONS: Json = {
    "pool": {"type": "str", "required": True, "aliases": ["pool_id"]},
    "members": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {**_ENTRY, **{name: {**_ENTRY[name], "required": True} for name in ("address", "protocol_port")}},
    },
    "purge": {"type": "bool", "default": False},
    "drain_seconds": {"type": "float", "default": 0.0},
    "wait": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 8},
    "enterprise_project_id": {"type": "str"},
}

WEIGHT = next(field for field in FIELDS if field.name == "weight")

Key = tuple[t.Any, t.Any]


class Item(t.NamedTuple):
    """One entry of the list, or one member that the list leaves out, and what is to be done with it."""

    #: The place in the list; ``None`` for a member that it leaves out.
    position: int | None
    wanted: Json
    current: Json | None
    plan: Plan

    @property
    def label(self) -> str:
        """The member as people write it."""
        return label(self.wanted)

    @property
    def serves_before(self) -> bool:
        """Whether the pool sends it requests now."""
        return self.current is not None and bool(WEIGHT.of(self.current))

    @property
    def serves_after(self) -> bool:
        """Whether the pool should send it requests in the end."""
        return self.position is not None and bool(self.plan.after.get("weight", WEIGHT.of(self.current or {})))


def ensure(task: Task) -> Json:
    """Make the members of a pool match the list.

    :returns: ``changed``, ``members`` (all of the pool's, as they are afterwards), ``pool_id``, ``summary`` and ``diff``.
    :raises PartlyDone: when something could not be done; the rest of it is, and ``failed_members`` and ``summary`` tell which.
    """
    what = f"set up the members of pool {task.params['pool']!r}"
    entries = _checked(task, what)
    place, found = find_in_pool(task, lambda place: _list(task, place))
    if place is None:
        place = assume_pool(task, what)
        found = _list(task, place)
    items = _plan(task, what, place, entries, found or [])
    if any("weight" in item.wanted for item in items if item.position is not None):
        warn_of_weight(task, place)
    task.warn_of_untold({option for item in items for option in untold(FIELDS, item.wanted, item.current) if item.position is not None})
    return _Work(task, place, items).carry_out()


def _checked(task: Task, what: str) -> list[Json]:
    """The list as wanted fields, checked whole."""
    entries = [given(FIELDS, entry) for entry in task.params["members"]]
    reasons: list[str] = []
    first: dict[Key, int] = {}
    for index, wanted in enumerate(entries):
        wrong = wrong_values(FIELDS, wanted) + broken_rules(RULES, FIELDS, wanted)
        same = first.setdefault(key_of(wanted), index)
        if same != index and not wrong:
            wrong.append(f"{label(wanted)} is members[{same}] already")
        reasons += [f"members[{index}]: {reason}" for reason in wrong]
    if not LEAST_CONCURRENCY <= task.params["concurrency"] <= MOST_CONCURRENCY:
        reasons.append(f"concurrency must be {LEAST_CONCURRENCY} to {MOST_CONCURRENCY}, not {task.params['concurrency']}")
    reasons += wrong_drain(task)
    if reasons:
        raise Refused(what, reasons)
    return entries


def key_of(member: Json) -> Key:
    """What a member is known by: address and port, however the address is spelled."""
    address = member.get("address")
    return (parse_address(address) or address if isinstance(address, str) else address), member.get("protocol_port")


def _list(task: Task, place: Place) -> list[Json]:
    return task.pages(Call(MEMBER_LIST, f"list the members of pool {place.label}", {"pool_id": place.id}, _find.scope(task)))


def _plan(task: Task, what: str, place: Place, entries: list[Json], found: list[Json]) -> list[Item]:
    """Compare the list with the pool's members, by address and port.

    :raises Refused: when an entry cannot work; nothing is written then.
    """
    there = {key_of(member): member for member in found}
    items: list[Item] = []
    # To take it for another one could remove the very member that is wanted.
    reasons = [f"the service does not tell address and port of member {member['id']}" for member in found if None in key_of(member)]
    for index, wanted in enumerate(entries):
        current = there.pop(key_of(wanted), None)
        plan = plan_present(FIELDS, wanted, current)
        reasons += [f"members[{index}]: {reason}" for reason in refusals(plan, wanted, current, place.known)]
        items.append(Item(index, wanted, current, plan))
    if there and task.params["purge"]:
        reasons += protected(place)
    if reasons:
        raise Refused(what, reasons)
    for member in there.values():
        plan = plan_absent(FIELDS, member) if task.params["purge"] else Plan(NOTHING, {}, {}, {})
        items.append(Item(None, member, member, plan))
    return items


class _Work:
    """Carries the plans out: add, update, wait, and only then take out of service and remove."""

    def __init__(self, task: Task, place: Place, items: list[Item]) -> None:
        self._task = task
        self._place = place
        self._items = items
        self._bulk = Bulk(task.params["concurrency"], task.deadline)
        #: The members as they are by now, by their items' places.
        self._now: dict[int, Json] = {place: item.current for place, item in enumerate(items) if item.current is not None}
        #: What was done, once for each member; workers may append to a list, not add to a number.
        self._done: list[str] = []
        self._failed: dict[int, str] = {}
        self._facts: dict[int, Json] = {}

    def carry_out(self) -> Json:
        """Do it all.

        :raises PartlyDone: when part of it failed.
        """
        kinds = self._kinds()
        self._done += ["unchanged"] * len(kinds["unchanged"])
        # A failure keeps the others going; every call has its own time limits and repetitions.
        self._each(kinds["add"], self._add)
        self._each(kinds["update"], self._update)
        if self._task.params["wait"] and not self._task.check_mode:
            self._wait()
        self._take_out(kinds["to zero"], kinds["remove"])
        return self._result()

    def _kinds(self) -> dict[str, list[int]]:
        """The items by what has to be done with them, in the order of the list."""
        kinds: dict[str, list[int]] = {"add": [], "update": [], "to zero": [], "remove": [], "unchanged": []}
        for place, item in enumerate(self._items):
            if item.position is None:
                kinds["remove"] += [place] if item.plan.changed else []
            elif item.plan.kind == CREATE:
                kinds["add"].append(place)
            elif item.plan.kind == UPDATE:
                # To take a member out of service is the same as to drain it: it comes last.
                kinds["to zero" if item.serves_before and not item.serves_after else "update"].append(place)
            else:
                kinds["unchanged"].append(place)
        return kinds

    def _each(self, places: list[int], step: t.Callable[[int], None]) -> None:
        for place, error in self._bulk.run(step, places):
            self._fail(place, error.msg, error.facts)

    def _fail(self, place: int, message: str, facts: Json | None = None) -> None:
        self._failed[place] = message
        self._facts[place] = facts or {}

    def _add(self, place: int) -> None:
        item = self._items[place]
        self._now[place], changed = add(self._task, self._place, item.wanted, item.plan)
        self._done.append("added" if changed else "unchanged")

    def _update(self, place: int) -> None:
        item = self._items[place]
        self._now[place] = update(self._task, self._place, t.cast(Json, item.current), item.plan)
        self._done.append("updated")

    def _remove(self, place: int) -> None:
        if remove(self._task, self._place, self._now[place]):
            self._done.append("removed")
        del self._now[place]

    def _drain(self, place: int) -> None:
        drain(self._task, self._place, self._now[place])
        self._now[place] = {**self._now[place], "weight": 0}

    def _wait(self) -> None:
        """Wait for all listed members together: one look at the list tells of all of them."""
        waiting = {
            key_of(item.wanted): place for place, item in enumerate(self._items) if item.position is not None and self._unsure(place)
        }

        def look() -> bool:
            for member in _list(self._task, self._place):
                place = waiting.get(key_of(member))
                if place is not None:
                    self._now[place] = member
                    if member.get("operating_status") in HEALTHY:
                        del waiting[key_of(member)]
            return not waiting

        try:
            if not waiting or watch(self._task, look):
                return
        except ElbError as error:
            for place in waiting.values():
                self._fail(place, f"It is not known whether member {self._items[place].label} is healthy: {error.msg}", error.facts)
            return
        for place in waiting.values():
            status = f"{self._now[place].get('operating_status')}{reason_of(self._now[place])}"
            self._fail(place, f"Member {self._items[place].label} is not healthy: its status is {status}. It stays in the pool.")

    def _unsure(self, place: int) -> bool:
        """Whether the health of a member that is there has to be looked at; an answer to its addition is from before its first check."""
        if place not in self._now or place in self._failed or not self._items[place].serves_after:
            return False
        return self._items[place].current is None or self._now[place].get("operating_status") not in HEALTHY

    def _take_out(self, to_zero: list[int], to_remove: list[int]) -> None:
        """Set weights to zero, drain and remove, as far as enough others serve."""
        spare = self._spare()
        let_go: list[int] = []
        for place in [*to_zero, *to_remove]:
            if self._items[place].serves_before:
                if spare <= 0:
                    self._fail(place, f"Member {self._items[place].label} was kept in service: too few others serve by now.")
                    continue
                spare -= 1
            let_go.append(place)
        self._each([place for place in let_go if self._items[place].position is not None], self._update)
        removing = [place for place in let_go if self._items[place].position is None]
        seconds = self._task.params["drain_seconds"]
        if seconds and removing:
            self._each(removing, self._drain)
            self._task.pause(seconds)
            removing = [place for place in removing if place not in self._failed]
        self._each(removing, self._remove)
        for place in removing if seconds else []:
            if place in self._failed:
                self._failed[place] += " It was drained before, and has the weight 0 now."

    def _spare(self) -> int:
        """How many serving members may go, so that never fewer serve than the smaller of before and after."""
        before = sum(item.serves_before for item in self._items)
        after = sum(item.serves_after or (item.serves_before and not item.plan.changed) for item in self._items)
        serving: int = sum(
            self._items[place].serves_before or (bool(WEIGHT.of(member)) and place not in self._failed)
            for place, member in self._now.items()
        )
        return serving - min(before, after)

    def _result(self) -> Json:
        task = self._task
        result: Json = {
            "changed": task.wrote or (task.check_mode and any(item.plan.changed for item in self._items)),
            "members": [self._now[place] for place in sorted(self._now)],
            "pool_id": self._place.id,
            "summary": {kind: self._done.count(kind) for kind in ("added", "updated", "removed", "unchanged")},
        }
        if not self._failed:
            managed = [item for item in self._items if item.position is not None or item.plan.changed]
            before = {item.label: item.plan.before for item in managed if item.current is not None}
            after = {item.label: item.plan.after for item in managed if item.position is not None}
            return {**result, "diff": {"before": before, "after": after}}
        first = self._failed[min(self._failed)]
        count = f"{len(self._failed)} of {len(self._items)} members"
        rest = ", the others are as wanted" if len(self._failed) < len(self._items) else ""
        summary = ", ".join(f"{number} {kind}" for kind, number in result["summary"].items())
        facts = [self._facts[place] for place in sorted(self._facts)]
        shared: Json = {name: facts[0][name] for name in ("status", "error_code", "request_id", "missing_action") if name in facts[0]}
        raise PartlyDone(
            f"{count} of pool {self._place.label} failed{rest} ({summary}). The first failure: {first} "
            "Run the task again to finish the job; failed_members tells of each.",
            failed_members=[self._failure(place) for place in sorted(self._failed)],
            **result,
            **shared,
        )

    def _failure(self, place: int) -> Json:
        item = self._items[place]
        return {"index": item.position, "entry": item.wanted, "error": self._failed[place], **self._facts[place]}
