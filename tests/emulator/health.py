# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health checks over time: what the checks of one server have found so far.

Nothing runs in the background. Whenever a status is read, and before a server is switched on or off, the checks that were
due by then are carried out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """How often a server is checked, and how many results in a row change its status."""

    delay: float
    timeout: float
    max_retries: int
    max_retries_down: int


@dataclass
class Health:
    # When the next check begins, by the store's clock.
    next_check: float
    status: str = "INITIAL"
    # The code of the last failure.
    reason: str | None = None
    # How many results in a row contradict the status.
    against: int = 0

    def follow(self, schedule: Schedule, failure: str | None, now: float) -> None:
        """Carry out the checks until now. All of them fail, with this code, or none does."""
        # A refused connection is known at once; for a response that does not come, the check waits.
        takes = schedule.timeout if failure is not None and "TIMEOUT" in failure else 0.0
        every = takes + schedule.delay
        while self.next_check + takes <= now:
            self._note(schedule, failure)
            self.next_check += every
            if not self.against:
                # The rest of them change nothing.
                self.next_check += max(0, (now - takes - self.next_check) // every) * every

    def _note(self, schedule: Schedule, failure: str | None) -> None:
        found, needed = ("ONLINE", schedule.max_retries) if failure is None else ("OFFLINE", schedule.max_retries_down)
        self.reason = failure or self.reason
        if found == self.status:
            self.against = 0
            return
        self.against += 1
        # The first result counts by itself.
        if self.status == "INITIAL" or self.against >= needed:
            self.status, self.against = found, 0
