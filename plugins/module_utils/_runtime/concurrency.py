# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same step for many, some at a time."""

from __future__ import annotations

import collections
import queue
import threading
import time
import typing as t

from .._errors import ElbError, Skipped
from .._http.deadline import Deadline

Item = t.TypeVar("Item")
Outcome = t.TypeVar("Outcome")

#: How many reads run at the same time, at most.
MAX_READS = 8
#: Seconds to wait for workers that were interrupted. One that is resolving a name or connecting cannot be woken; it sends nothing any more.
_LAST_SECONDS = 1.0
#: Seconds to wait for an outcome at once: a signal that arrives just before a wait does not end it, and is seen after it.
_LONGEST_WAIT = 0.5


class WorkerPool:
    """Runs a step for each of many items, with a bounded number of workers.

    :param concurrency: how many items are under way at the same time, at most.
    :param deadline: the task's; an interrupt ends it.
    """

    def __init__(self, concurrency: int, deadline: Deadline) -> None:
        self._concurrency = concurrency
        self._deadline = deadline

    def map(self, step: t.Callable[[Item], Outcome], items: t.Sequence[Item]) -> list[Outcome]:
        """Run *step* for each item. The first failure, or an interrupt, ends them all.

        :returns: the outcomes, in the order of *items*.
        :raises BaseException: the first failure of a step, whatever it is.
        """
        if min(self._concurrency, len(items)) <= 1:
            return [step(item) for item in items]
        waiting = collections.deque(enumerate(items))
        ended: queue.SimpleQueue[tuple[int, t.Any, BaseException | None]] = queue.SimpleQueue()

        def work() -> None:
            while True:
                try:
                    index, item = waiting.popleft()
                except IndexError:
                    return
                try:
                    ended.put((index, step(item), None))
                except BaseException as error:  # noqa: BLE001 (raised again below)
                    ended.put((index, None, error))

        # Not concurrent.futures, whose threads hold back the end of the process.
        workers = [threading.Thread(target=work, daemon=True) for dummy in range(min(self._concurrency, len(items)))]
        outcomes: dict[int, Outcome] = {}
        try:
            for worker in workers:
                worker.start()
            while len(outcomes) < len(items):
                index, outcome, error = _next(ended)
                if error is not None:
                    raise error
                outcomes[index] = outcome
        except BaseException:
            # Steps that were not begun are dropped; those that were are not repeated.
            waiting.clear()
            self._deadline.expire()
            raise
        finally:
            end = time.monotonic() + _LAST_SECONDS
            for worker in workers:
                if worker.ident is not None:
                    worker.join(max(0.0, end - time.monotonic()))
        return [outcomes[index] for index in range(len(items))]

    def run(self, step: t.Callable[[Item], None], items: t.Sequence[Item]) -> list[tuple[Item, ElbError]]:
        """Run *step* for each item. An :class:`ElbError` of one does not end the others.

        :returns: the items that failed, with their failures; ``Skipped`` where an attempt would have failed for the same reason as another.
        :raises BaseException: any other failure of a step.
        """
        failed: list[tuple[Item, ElbError]] = []
        refusals: list[ElbError] = []

        def attempt(item: Item) -> None:
            try:
                if failed and not self._deadline.left():
                    raise Skipped("Skipped: other members failed, and the time is up.")
                if refusals:
                    facts = {name: refusals[0].facts.get(name) for name in ("status", "missing_action")}
                    raise Skipped("Skipped: another member failed with the same authorization error.", **facts)
                step(item)
            except ElbError as error:
                failed.append((item, error))
                if error.affects_all:
                    refusals.append(error)

        self.map(attempt, items)
        return failed


def _next(ended: queue.SimpleQueue[Outcome]) -> Outcome:
    while True:
        try:
            return ended.get(timeout=_LONGEST_WAIT)
        except queue.Empty:
            continue
