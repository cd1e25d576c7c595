# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time that a task may spend in retries and waits altogether."""

from __future__ import annotations

import threading
import time


class Deadline:
    """Counts down from the start of the task. Requests that succeed do not count.

    :param seconds: the option ``timeout``.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._expired = threading.Event()
        self._lock = threading.Lock()
        #: Until when the time was forgiven.
        self._forgiven = 0.0

    def left(self) -> float:
        """Seconds that are left, never below zero."""
        return 0.0 if self._expired.is_set() else max(0.0, self._end - time.monotonic())

    def sleep(self, seconds: float) -> bool:
        """Sleep for *seconds*, or for what is left.

        :returns: whether there was time for the whole of it.
        """
        left = self.left()
        self._expired.wait(min(seconds, left))
        return seconds < left and not self._expired.is_set()

    def pause(self, seconds: float) -> None:
        """Sleep for *seconds* that the user asked for by themselves: they do not count."""
        started = time.monotonic()
        self._expired.wait(seconds)
        self.forgive(started)

    def forgive(self, started: float) -> None:
        """Let the time since *started* not count; where several workers ask for the same time, it is forgiven once.

        :param started: as ``time.monotonic`` tells it.
        """
        with self._lock:
            now = time.monotonic()
            self._end += max(0.0, now - max(started, self._forgiven))
            self._forgiven = now

    @property
    def expired(self) -> bool:
        """Whether the task was told to end."""
        return self._expired.is_set()

    def expire(self) -> None:
        """Let no time be left, and wake all that sleep."""
        self._expired.set()
