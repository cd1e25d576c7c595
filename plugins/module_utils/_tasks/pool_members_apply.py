# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How ``elb_pool_members`` makes a pool match its list, some members at a time and without losing capacity."""

from __future__ import annotations

import math
import typing as t

from .._errors import ElbError, NotTried, PartlyDone
from .._resource.fields import Json
from .._resource.member import WEIGHT, key_of
from .._resource.plan import CREATE, DELETE, REMOVED, UPDATE, UPDATED
from .._runtime import lookup as _find
from .._runtime.concurrency import Bulk
from .._runtime.entry import Task
from .._runtime.member_ops import add, drain, remove, update
from .._runtime.pool_ref import Place
from .._runtime.wait import HEALTHY, reason_of, watch
from .pool_members import Item, outcome

#: How many of several failures the message names.
_SHOWN = 3


class Work:
    """Carries the plans out: add, update, wait, and only then take out of service and remove.

    Workers share nothing: each sets what became of its own item.
    """

    def __init__(self, task: Task, place: Place, items: list[Item]) -> None:
        self._task = task
        self._place = place
        self._items = items
        self._bulk = Bulk(task.params["concurrency"], task.deadline)
        self._waits = task.params["wait"] and not task.check_mode
        #: Those that failed, in the order in which they did: a cause comes before what follows from it.
        self._failed: list[Item] = []

    def carry_out(self) -> None:
        """Do it all. A failure keeps the others going; every call has its own time limits and repetitions.

        :raises PartlyDone: when part of it failed.
        """
        updates = self._planned(UPDATE)
        self._each(self._planned(CREATE), self._add)
        # Where weights move from some members to others, the sum does not dip in between.
        self._each([item for item in updates if not _lowers(item)], self._update)
        self._each([item for item in updates if _lowers(item) and not _retires(item)], self._update)
        if self._waits:
            self._wait()
        # To take a member out of service is the same as to drain it: it comes last.
        self._take_out([item for item in updates if _retires(item)], self._planned(DELETE))
        if self._failed:
            raise self._failure()

    def _planned(self, kind: str) -> list[Item]:
        return [item for item in self._items if item.plan.kind == kind]

    def _each(self, items: list[Item], step: t.Callable[[Item], None]) -> None:
        order = {id(item): place for place, item in enumerate(items)}
        # In the order of the list, but what was tried first.
        for item, error in sorted(self._bulk.run(step, items), key=lambda each: (isinstance(each[1], NotTried), order[id(each[0])])):
            self._fail(item, error.msg, error.facts)

    def _fail(self, item: Item, message: str, facts: Json | None = None) -> None:
        item.error, item.facts = message, facts or {}
        self._failed.append(item)

    def _add(self, item: Item) -> None:
        item.now, item.done = add(self._task, self._place, item.wanted, item.plan)

    def _update(self, item: Item) -> None:
        item.now = update(self._task, self._place, _there(item), item.plan)
        item.done = UPDATED

    def _remove(self, item: Item) -> None:
        if remove(self._task, self._place, _there(item)):
            item.done = REMOVED
        item.now = None

    def _drain(self, item: Item) -> None:
        drain(self._task, self._place, _there(item))
        item.now = {**_there(item), "weight": 0}

    def _wait(self) -> None:
        """Wait for all listed members together: one look at the list tells of all of them."""
        waiting = {key_of(item.wanted): item for item in self._items if _unsure(item)}

        def look() -> bool:
            for member in _find.list_members(self._task, self._place.id, self._place.label):
                item = waiting.get(key_of(member))
                if item is not None:
                    item.now = member
                    if member.get("operating_status") in HEALTHY:
                        del waiting[key_of(member)]
            return not waiting

        try:
            if not waiting or watch(self._task, look):
                return
        except ElbError as error:
            for item in waiting.values():
                self._fail(item, f"It is not known whether member {item.label} is healthy: {error.msg}", error.facts)
            return
        for item in waiting.values():
            status = f"{_there(item).get('operating_status')}{reason_of(_there(item))}"
            self._fail(item, f"Member {item.label} is not healthy: its status is {status}. It stays in the pool.")

    def _take_out(self, to_zero: list[Item], to_remove: list[Item]) -> None:
        """Set weights to zero, drain and remove, as far as enough others serve."""
        spare = self._spare()
        let_go: list[Item] = []
        # Where some have to stay, those do that are healthy.
        for item in sorted([*to_zero, *to_remove], key=lambda item: _there(item).get("operating_status") in HEALTHY):
            if item.serves_before:
                if spare <= 0:
                    self._fail(item, f"Member {item.label} was kept in service: too few others serve by now.")
                    continue
                spare -= 1
            let_go.append(item)
        self._each([item for item in let_go if item.plan.kind == UPDATE], self._update)
        removing = [item for item in let_go if item.plan.kind == DELETE]
        seconds = self._task.params["drain_seconds"]
        if seconds and removing:
            self._each(removing, self._drain)
            self._task.pause(seconds)
            removing = [item for item in removing if not item.error]
        self._each(removing, self._remove)
        for item in removing if seconds else []:
            if item.error:
                item.error += " It was drained before, and has the weight 0 now."

    def _spare(self) -> int:
        """How many serving members may go, so that never fewer serve than the smaller of before and after."""
        before = sum(item.serves_before for item in self._items)
        after = sum(item.serves_after or (item.serves_before and not item.plan.changed) for item in self._items)
        return sum(map(self._serves, self._items)) - min(before, after)

    def _serves(self, item: Item) -> bool:
        """Whether the pool sends the member requests by now. Whoever waits for health counts nobody of the list without it."""
        if item.now is None or (self._waits and item.serves_after and item.now.get("operating_status") not in HEALTHY):
            return False
        return item.serves_before or (bool(WEIGHT.of(item.now)) and not item.error)

    def _failure(self) -> PartlyDone:
        failed = self._failed
        result = outcome(self._task, self._place, self._items)
        count = f"{len(failed)} of {len(self._items)} members"
        rest = ", the others are as wanted" if len(failed) < len(self._items) else ""
        summary = ", ".join(f"{number} {what}" for what, number in result["summary"].items())
        told = f"The first failure: {failed[0].error}"
        if len(failed) > 1:
            told = f"The first failures: {' '.join(f'{_mark(item)}: {item.error}' for item in _telling(failed)[:_SHOWN])}"
        facts = next((item.facts for item in failed if item.facts), {})
        shared = {name: facts[name] for name in ("status", "error_code", "request_id", "missing_action") if name in facts}
        return PartlyDone(
            f"{count} of pool {self._place.label} failed{rest} ({summary}). {told} "
            "Run the task again to finish the job; failed_members tells of each.",
            failed_members=[
                {"index": item.index, "entry": item.wanted, "error": item.error, **item.facts} for item in self._items if item.error
            ],
            **result,
            **shared,
        )


def _there(item: Item) -> Json:
    """The member of an item that the pool has."""
    return t.cast(Json, item.now)


def _telling(failed: list[Item]) -> list[Item]:
    """Failures of which each tells something else: of those for lack of one IAM action, the first."""
    first: dict[t.Any, Item] = {}
    for item in failed:
        first.setdefault(item.facts.get("missing_action") or id(item), item)
    return list(first.values())


def _mark(item: Item) -> str:
    return item.label if item.index is None else f"members[{item.index}]"


def _lowers(item: Item) -> bool:
    """Whether an update takes requests from the member."""
    return bool(item.plan.body.get("weight", math.inf) < WEIGHT.of(item.current or {}))


def _retires(item: Item) -> bool:
    return item.serves_before and not item.serves_after


def _unsure(item: Item) -> bool:
    """Whether the health of a member that is there has to be looked at; an answer to its addition is from before its first check."""
    if item.now is None or item.error or not item.serves_after:
        return False
    return item.current is None or item.now.get("operating_status") not in HEALTHY
