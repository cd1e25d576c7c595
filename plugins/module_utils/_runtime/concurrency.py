# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same step for many, some at a time."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from .._errors import ElbError, Skipped
from .._http.deadline import Deadline

Each = t.TypeVar("Each")
Outcome = t.TypeVar("Outcome")

#: How many reads run at the same time, at most.
READS = 8


class WorkerPool:
    """Runs steps with a bounded number of workers.

    :param concurrency: how many steps run at the same time, at most.
    :param deadline: the task's; an interrupt ends it.
    """

    def __init__(self, concurrency: int, deadline: Deadline) -> None:
        self._concurrency = concurrency
        self._deadline = deadline

    def map(self, step: t.Callable[[Each], Outcome], each: t.Sequence[Each]) -> list[Outcome]:
        """Run *step* for each. The first failure, or an interrupt, ends them all.

        :returns: the outcomes, in the order of *each*.
        """
        if min(self._concurrency, len(each)) <= 1:
            return [step(one) for one in each]
        workers = ThreadPoolExecutor(min(self._concurrency, len(each)))
        try:
            outcomes = list(workers.map(step, each))
        except BaseException:
            # Steps that were not begun are dropped; those that were are not repeated.
            self._deadline.expire()
            workers.shutdown(cancel_futures=True)
            raise
        workers.shutdown()
        return outcomes

    def run(self, step: t.Callable[[Each], None], each: t.Sequence[Each]) -> list[tuple[Each, ElbError]]:
        """Run *step* for each. A failure of one does not end the others.

        :returns: those that failed, with their failures; ``Skipped`` where an attempt would have failed for the same reason as another.
            Any other exception ends it all.
        """
        failed: list[tuple[Each, ElbError]] = []
        refusals: list[ElbError] = []

        def attempt(one: Each) -> None:
            try:
                if failed and not self._deadline.left():
                    raise Skipped("Skipped: other members failed, and the time is up.")
                if refusals:
                    facts = {name: refusals[0].facts.get(name) for name in ("status", "missing_action")}
                    raise Skipped("Skipped: another member failed with the same authorization error.", **facts)
                step(one)
            except ElbError as error:
                failed.append((one, error))
                if error.affects_all:
                    refusals.append(error)

        self.map(attempt, each)
        return failed
