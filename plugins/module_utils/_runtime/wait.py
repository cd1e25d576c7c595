# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until members are healthy: one of them, or many together."""

from __future__ import annotations

import time
import typing as t

from .._errors import Json
from .._resource.member import Member, health_of, is_healthy, label
from .context import MAX_SECONDS, ApiContext

#: Seconds between two looks: few at first, then backing off; a health check itself takes some seconds.
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 10.0, 1.5
#: How often to look at least while min_healthy_seconds pass.
_LOOKS = 5

#: How many members the progress and a warning name.
_SHOWN = 3

#: Options, as in an argument spec.
WAIT_OPTIONS: Json = {"wait": {"type": "bool", "default": False}, "min_healthy_seconds": {"type": "float", "default": 0.0}}


def invalid_wait(params: Json) -> list[str]:
    """The errors in the options about waiting, which may be no finite numbers."""
    seconds = params["min_healthy_seconds"]
    if not 0 <= seconds <= MAX_SECONDS:
        return [f"min_healthy_seconds must be 0 to {MAX_SECONDS:g}, not {seconds:g}"]
    if seconds and not params["wait"]:
        return ["min_healthy_seconds has an effect only with 'wait: true'"]
    if seconds and seconds >= params["timeout"]:
        return [f"min_healthy_seconds ({seconds:g}) must be less than timeout ({params['timeout']:g}), within which the wait ends"]
    return []


class HealthWait:
    """Waits for members, each known by a key.

    :param waiting: the members to wait for, as they were last seen.
    :param look: reads those of the pool's members that may be among them, by their keys.
    """

    def __init__(self, context: ApiContext, waiting: t.Mapping[t.Any, Member], look: t.Callable[[], t.Mapping[t.Any, Member]]) -> None:
        self._context = context
        self._waiting = dict(waiting)
        self._look = look
        self._least = context.params["min_healthy_seconds"]
        #: Since when each has been healthy without a break.
        self._healthy_since: dict[t.Any, float] = {}
        #: The members as they were seen last.
        self.seen: dict[t.Any, Member] = dict(waiting)
        #: Why a member did not become healthy, and those of them that do not exist any more.
        self.failed: dict[t.Any, str] = {}
        self.removed: set[t.Any] = set()

    def run(self) -> None:
        """Wait until all are healthy, or the task's time is up. A member that is removed meanwhile ends its wait at once.

        :raises ElbError: when the members cannot be read.
        """
        with self._context.progress(self._status):
            self._poll()
        for key in self._waiting:
            self.failed[key] = self._timed_out(key)

    def _poll(self) -> None:
        pause = _FIRST_PAUSE
        # A break within min_healthy_seconds has to be seen.
        longest = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, self._least / _LOOKS)) if self._least else _LONGEST_PAUSE
        while self._waiting:
            self._check(self._look())
            if not self._waiting:
                return
            # Where all are healthy by now, only the rest of min_healthy_seconds is left.
            rest = [self._least - (time.monotonic() - since) for key, since in self._healthy_since.items() if key in self._waiting]
            seconds = max(0.0, min(rest)) if len(rest) == len(self._waiting) else pause
            if not self._context.deadline.sleep(min(pause, seconds)):
                self._check(self._look())
                return
            pause = min(pause * _GROWTH, longest)

    def _status(self) -> str:
        """The members that are not healthy yet, such as "not healthy yet: 192.168.0.11:80 and 3 more, 120 seconds left"."""
        waiting = _some(self.seen[key] for key in list(self._waiting))
        return f"not healthy yet: {waiting}, {self._context.deadline.left():.0f} seconds left"

    def _check(self, found: t.Mapping[t.Any, Member]) -> None:
        now = time.monotonic()
        for key in list(self._waiting):
            member = found.get(key)
            if member is None:
                self.removed.add(key)
                self.failed[key] = f"Member {label(self.seen[key])} was removed by another client while its health was waited for."
                del self._waiting[key]
                continue
            self.seen[key] = member
            if not is_healthy(member):
                self._healthy_since.pop(key, None)
            elif now - self._healthy_since.setdefault(key, now) >= self._least:
                del self._waiting[key]

    def _timed_out(self, key: t.Any) -> str:
        member, seconds = self.seen[key], self._context.deadline.seconds
        state = f"its status is {health_of(member)}"
        if is_healthy(member):
            state = f"it has been healthy for less than {self._least:g} seconds"
        return (
            f"Member {label(member)} is not healthy after {seconds:g} seconds: {state}. The member stays in the pool. "
            "Check that it answers the health check, or raise 'timeout'."
        )


def warn_of_no_requests(context: ApiContext, members: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    """Warn that the health of members with weight 0 is not waited for."""
    if len(members) == 1:
        context.warn(f"Member {label(members[0])} has weight 0 and gets no requests, so its health is not waited for.")
    elif members:
        context.warn(f"Members {_some(members)} have weight 0 and get no requests, so their health is not waited for.")


def _some(members: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """Some of many members, such as "192.168.0.11:80, 192.168.0.12:80 and 3 more"."""
    labels = [label(member) for member in members]
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    return f"{', '.join(labels[:_SHOWN])}{more}"
