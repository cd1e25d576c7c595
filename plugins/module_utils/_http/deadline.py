# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time that a task may spend in retries and waits altogether."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t


class Deadline:
    """Counts down from the start of the task. Requests that succeed do not count.

    :param seconds: the option ``timeout``.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._expired = threading.Event()
        self._lock = threading.Lock()
        #: Until when time was given back.
        self._extended_until = 0.0
        self._ends: set[t.Callable[[], None]] = set()

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
        """Sleep for *seconds* that the user asked for; they do not count."""
        started = time.monotonic()
        self._expired.wait(seconds)
        self.extend(started)

    def extend(self, started: float) -> None:
        """Give back the time since *started*. Time that several workers spent in parallel is given back once.

        :param started: a value of ``time.monotonic``.
        """
        with self._lock:
            now = time.monotonic()
            self._end += max(0.0, now - max(started, self._extended_until))
            self._extended_until = now

    @property
    def expired(self) -> bool:
        """Whether :meth:`expire` was called."""
        return self._expired.is_set()

    def expire(self) -> None:
        """Leave no time, wake all that sleep, and end what waits for a response."""
        self._expired.set()
        for end in list(self._ends):
            end()

    @contextlib.contextmanager
    def ending(self, end: t.Callable[[], None]) -> t.Iterator[None]:
        """Call *end*, from any thread, when :meth:`expire` is called within the context, or was before. It may come shortly after the context."""
        self._ends.add(end)
        try:
            if self._expired.is_set():
                end()
            yield
        finally:
            self._ends.discard(end)
