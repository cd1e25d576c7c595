# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How ``elb_pool_members`` makes a pool match its list, some members at a time and without losing capacity."""

from __future__ import annotations

import math
import re
import typing as t

from .._api.hints import is_quota
from .._errors import ElbError, Json, PartialFailure, Skipped
from .._resource.member import MEMBER, WEIGHT, Member, entry_label, is_healthy, key_of, label
from .._resource.plan import Outcome, Plan, PlanKind
from .._runtime.concurrency import WorkerPool
from .._runtime.context import ApiContext
from .._runtime.resource_client import PoolRef, ResourceClient
from .._runtime.serving import drain
from .._runtime.wait import HealthWait

#: How many of several failures the message names.
_SHOWN = 3

#: What the result names the members of.
CHANGES = (Outcome.ADDED, Outcome.UPDATED, Outcome.REMOVED)

#: Statuses below 500 at which the same request may succeed later.
_TRANSIENT = (408, 429)

_SENTENCE = re.compile(r"(?<=[.!?]) +")


class Item:
    """One entry of the list, or one member that the list leaves out: its plan, and what became of it.

    :param index: its index in the list; ``None`` for a member that the list leaves out.
    :param before: the member as it was; ``None`` where the pool had none.
    """

    __slots__ = ("before", "desired", "error", "facts", "index", "now", "outcome", "plan")

    def __init__(self, index: int | None, desired: Json, before: Member | None, plan: Plan) -> None:
        self.index = index
        self.desired = desired
        self.before = before
        self.plan = plan
        #: The member as it is by now; ``None`` while, or when, the pool has none.
        self.now = before
        #: What was done with it; ``None`` where the summary does not count it.
        self.outcome = Outcome.UNCHANGED if index is not None and plan.kind is PlanKind.NOTHING else None
        #: Why it failed, and what else is known of the failure.
        self.error = ""
        self.facts: Json = {}

    @property
    def label(self) -> str:
        """The member as messages name it."""
        return label(self.desired)

    @property
    def reference(self) -> Json:
        """A changed member in the result."""
        member = {**self.desired, **(self.now or self.before or {})}
        return {"name": member.get("name") or "", **{name: member.get(name) for name in ("address", "protocol_port", "id")}}

    @property
    def member(self) -> Member:
        """The member, where the pool has it."""
        return t.cast(Member, self.now)

    @property
    def served_before(self) -> bool:
        """Whether the pool sends it requests at the beginning."""
        return self.before is not None and bool(WEIGHT.value_in(self.before))

    @property
    def serves_after(self) -> bool:
        """Whether the pool should send it requests in the end."""
        return self.index is not None and bool(self.plan.after.get("weight", WEIGHT.value_in(self.before or {})))

    @property
    def leaves_service(self) -> bool:
        """Whether the pool should send it no requests any more."""
        return self.served_before and not self.serves_after

    @property
    def lowers_weight(self) -> bool:
        """Whether its update takes requests from it."""
        return bool(self.plan.body.get("weight", math.inf) < WEIGHT.value_in(self.before or {}))

    @property
    def needs_health_check(self) -> bool:
        """Whether its health is still to be seen; the response to its creation is from before its first check."""
        if self.now is None or self.error or not self.serves_after:
            return False
        return self.before is None or not is_healthy(self.now)


class Rollout:
    """Carries the plans out: add, update, wait, and only then take out of service and remove.

    Workers share nothing: each sets the outcome of its own item.
    """

    def __init__(self, context: ApiContext, pool: PoolRef, items: list[Item]) -> None:
        self._context = context
        self._pool = pool
        self._client = ResourceClient(context, MEMBER, pool)
        self._items = items
        self._workers = WorkerPool(context.params["concurrency"], context.deadline)
        self._waits = context.params["wait"] and not context.check_mode
        #: Those that failed, in the order in which they did: a cause comes before what follows from it.
        self._failed: list[Item] = []
        #: Those whose weight was set to 0 before their removal.
        self._drained: list[Item] = []

    def run(self) -> None:
        """Do it all. A failure keeps the others going; every call has its own time limits and retries.

        :raises PartialFailure: when some of it failed.
        """
        updates = self._planned(PlanKind.UPDATE)
        self._each(self._planned(PlanKind.CREATE), self._add)
        # Where weights move from some members to others, the sum does not dip in between.
        self._each([item for item in updates if not item.lowers_weight], self._update)
        self._each([item for item in updates if item.lowers_weight and not item.leaves_service], self._update)
        if self._waits:
            self._wait()
        # An update to weight 0 takes a member out of service, as draining does: it comes last.
        self._take_out([item for item in updates if item.leaves_service], self._planned(PlanKind.DELETE))
        if self._failed:
            raise self._failure()

    def _planned(self, kind: PlanKind) -> list[Item]:
        return [item for item in self._items if item.plan.kind is kind]

    def _each(self, items: list[Item], step: t.Callable[[Item], None]) -> None:
        order = {id(item): position for position, item in enumerate(items)}
        with self._context.progress(self._status):
            failed = self._workers.run(step, items)
        # In the order of the list, but those that were attempted first.
        for item, error in sorted(failed, key=lambda each: (isinstance(each[1], Skipped), order[id(each[0])])):
            self._fail(item, error.msg, error.facts)

    def _status(self) -> str:
        """How far it is, such as "added 12 of 40, removed 0 of 3"."""
        kinds = {PlanKind.CREATE: Outcome.ADDED, PlanKind.UPDATE: Outcome.UPDATED, PlanKind.DELETE: Outcome.REMOVED}
        planned = {outcome: self._planned(kind) for kind, outcome in kinds.items()}
        return ", ".join(
            f"{outcome.value} {sum(item.outcome is outcome for item in items)} of {len(items)}"
            for outcome, items in planned.items()
            if items
        )

    def _fail(self, item: Item, message: str, facts: Json | None = None) -> None:
        item.error, item.facts = message, facts or {}
        self._failed.append(item)

    def _add(self, item: Item) -> None:
        item.now, item.outcome = self._client.create(item.desired, item.plan)

    def _update(self, item: Item) -> None:
        item.now = self._client.update(item.member, item.plan)
        item.outcome = Outcome.UPDATED

    def _remove(self, item: Item) -> None:
        if self._client.delete(item.member):
            item.outcome = Outcome.REMOVED
        item.now = None

    def _drain(self, item: Item) -> None:
        drained = drain(self._client, item.member)
        if drained is not None:
            item.now = drained
            self._drained.append(item)

    def _wait(self) -> None:
        """Wait for all listed members together: one list call has the health of all of them."""
        least = self._context.params["min_healthy_seconds"]
        listed = [item for item in self._items if item.index is not None and item.now is not None and not item.error]
        waiting = {key_of(item.desired): item for item in listed if (least or item.needs_health_check) and item.serves_after}
        if not waiting:
            return
        wait = HealthWait(
            self._context,
            {key: item.member for key, item in waiting.items()},
            lambda: {key_of(member): member for member in self._client.read_all()},
        )
        try:
            wait.run()
        except ElbError as error:
            for item in waiting.values():
                self._fail(item, f"It is not known whether member {item.label} is healthy: {error.msg}", error.facts)
            return
        for key, item in waiting.items():
            item.now = wait.seen[key] if key not in wait.removed else None
            if key in wait.failed:
                self._fail(item, wait.failed[key])

    def _take_out(self, to_zero: list[Item], to_remove: list[Item]) -> None:
        """Set weights to zero, drain and remove, as far as enough others serve."""
        removable = self._removable_count()
        leaving: list[Item] = []
        # Where some have to stay, the healthy ones do.
        for item in sorted([*to_zero, *to_remove], key=lambda item: is_healthy(item.member)):
            if item.served_before:
                if removable <= 0:
                    self._fail(item, f"Member {item.label} was kept in service: fewer members than required would serve without it.")
                    continue
                removable -= 1
            leaving.append(item)
        zeroed = [item for item in leaving if item.plan.kind is PlanKind.UPDATE]
        self._each(zeroed, self._update)
        draining = [item for item in zeroed if not item.error]
        removing = [item for item in leaving if item.plan.kind is PlanKind.DELETE]
        seconds = self._context.params["drain_seconds"]
        if seconds:
            self._each(removing, self._drain)
            count = len(self._drained) + len(draining)
            if count:
                self._context.pause(seconds, f"draining {count} member{'s' * (count > 1)}")
            removing = [item for item in removing if not item.error]
        self._each(removing, self._remove)
        for item in self._drained:
            if item.error:
                item.error += " It was drained before, and has the weight 0 now."

    def _removable_count(self) -> int:
        """How many serving members may leave, so that never fewer serve than the smaller of before and after."""
        before = sum(item.served_before for item in self._items)
        after = sum(item.serves_after or (item.served_before and not item.plan.changed) for item in self._items)
        return sum(map(self._serves, self._items)) - min(before, after)

    def _serves(self, item: Item) -> bool:
        """Whether the pool sends the member requests by now. Where the task waits for health, a listed member needs it."""
        if item.now is None or (self._waits and item.serves_after and not is_healthy(item.now)):
            return False
        return item.served_before or (bool(WEIGHT.value_in(item.now)) and not item.error)

    def _failure(self) -> PartialFailure:
        failed = self._failed
        counts = counts_of(self._context, self._pool, self._items)
        listed, to_remove = [item for item in self._items if item.index is not None], self._planned(PlanKind.DELETE)
        parts = [
            f"{len(wrong)} of {len(items)} member{'s' * (len(items) > 1)} {what}"
            for items, what in ((listed, "in the list"), (to_remove, "to remove"))
            if (wrong := [item for item in items if item.error])
        ]
        rest = ", the others are as desired" if len(failed) < len(listed) + len(to_remove) else ""
        summary = ", ".join(f"{number} {what}" for what, number in counts["summary"].items())
        facts = next((item.facts for item in failed if item.facts), {})
        shared = {name: facts[name] for name in ("status", "error_code", "request_id", "missing_action") if name in facts}
        return PartialFailure(
            f"Pool {self._pool.label}: {' and '.join(parts)} failed{rest} ({summary}). {_causes(failed)} {self._advice()}",
            failed_members=[
                {"index": item.index, "entry": item.desired, "error": item.error, **item.facts} for item in self._items if item.error
            ],
            **counts,
            **shared,
        )

    def _advice(self) -> str:
        """How to go on after a failure."""
        statuses = [item.facts.get("status") for item in self._failed]
        again = "Run the task again to finish the job."
        if any(is_quota(item.facts) for item in self._failed) and self._planned(PlanKind.DELETE):
            again = (
                "Members are added before others are removed, so for a moment the quota has to suffice for both: ask for a higher one, or "
                "remove some of the members that the list leaves out first (elb_member with 'state: absent'), then run the task again."
            )
        elif any(status is not None and 400 <= status < 500 and status not in _TRANSIENT for status in statuses):
            again = "Once the cause is corrected, run the task again to finish the job."
        return f"{again} failed_members has all failures."


def counts_of(context: ApiContext, pool: PoolRef, items: list[Item]) -> Json:
    """The result of the task, whether or not some failed: nothing that is as long as the pool."""
    outcomes = [item.outcome for item in items]
    return {
        "changed": context.wrote or (context.check_mode and any(item.plan.changed for item in items)),
        "pool_id": pool.id,
        "summary": {outcome.value: outcomes.count(outcome) for outcome in Outcome},
    }


def _causes(failed: list[Item]) -> str:
    """The causes of the failures: each once, with the first member that failed because of it."""
    by_cause: dict[t.Any, list[Item]] = {}
    for item in failed:
        # The same but for what is particular to the member.
        text = item.error.replace(item.label, "").replace(item.facts.get("request_id") or item.label, "")
        by_cause.setdefault(item.facts.get("missing_action") or text, []).append(item)
    said: set[str] = set()
    causes = []
    for first, *others in list(by_cause.values())[:_SHOWN]:
        sentences = [sentence for sentence in _SENTENCE.split(first.error) if sentence not in said]
        said.update(sentences)
        more = f" and {len(others)} more" if others else ""
        causes.append(f"{_name(first)}{more}: {' '.join(sentences)}")
    beginning = "The failure:" if len(failed) == 1 else "The failures:" if len(by_cause) <= _SHOWN else "The first failures:"
    return f"{beginning} {' '.join(causes)}"


def _name(item: Item) -> str:
    return item.label if item.index is None else entry_label("members", item.index, item.desired)
