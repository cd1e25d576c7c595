# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doing one thing with many, some at a time, without a failure of one ending the others."""

from __future__ import annotations

import typing as t

from .._errors import ElbError, NotTried
from .._http.deadline import Deadline

Each = t.TypeVar("Each")


class Bulk:
    """Runs steps with a bounded number of workers.

    :param concurrency: how many steps run at the same time, at most.
    :param deadline: the task's, which an interrupt brings to its end.
    """

    def __init__(self, concurrency: int, deadline: Deadline) -> None:
        self._concurrency = concurrency
        self._deadline = deadline

    def run(self, step: t.Callable[[Each], None], each: t.Sequence[Each]) -> list[tuple[Each, ElbError]]:
        """Run *step* for each.

        :returns: those that failed, with their failures; NotTried is that of those which there was no use in trying. Any other exception ends it all.
        """
        failed: list[tuple[Each, ElbError]] = []
        refusals: list[ElbError] = []

        def tried(one: Each) -> None:
            try:
                if failed and not self._deadline.left():
                    raise NotTried("Not tried: others failed before, and the time is up.")
                if refusals:
                    known = {name: refusals[0].facts.get(name) for name in ("status", "missing_action")}
                    raise NotTried("Not tried: the credential was refused the same for another one.", **known)
                step(one)
            except ElbError as error:
                failed.append((one, error))
                if error.meets_all:
                    refusals.append(error)

        if min(self._concurrency, len(each)) <= 1:
            for one in each:
                tried(one)
            return failed
        # Imported by those only who have much to do: it takes longer than a request.
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(min(self._concurrency, len(each)))
        try:
            list(pool.map(tried, each))
        except BaseException:
            # What was not begun is not begun any more, and what was begun is not repeated.
            self._deadline.expire()
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()
        return failed
