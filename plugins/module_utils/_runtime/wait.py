# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until a member is healthy."""

from __future__ import annotations

import typing as t

from .._api.client import Call
from .._api.operations import MEMBER_GET
from .._errors import ElbError
from .._resource.fields import Json
from .._resource.member import label
from .entry import Task

#: NO_MONITOR: the pool has no health check, so nothing better will ever be said.
HEALTHY = ("ONLINE", "NO_MONITOR")
#: Seconds between two looks: quick at first, then backing off; a health check itself takes some seconds.
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 10.0, 1.5


def until_healthy(task: Task, pool_id: str, member: Json, added: bool = False) -> Json:
    """Wait until the member is ONLINE, or NO_MONITOR.

    :param member: as the service showed it last.
    :param added: it was added just now, so what the service showed is from before its first health check.
    :returns: the member as the service shows it then. In check mode nothing is waited for.
    :raises ElbError: when the time is up; it tells the last status and the reason that the service gives.
    """
    call = Call(MEMBER_GET, f"get the health of member {label(member)}", {"pool_id": pool_id, "member_id": member.get("id", "")})
    if not added and member.get("operating_status") in HEALTHY:
        return member
    if task.check_mode:
        task.needs(call)
        return member
    shown = [member]

    def look() -> bool:
        shown[0] = task.read(call)
        return shown[0].get("operating_status") in HEALTHY

    if watch(task, look):
        return shown[0]
    raise ElbError(
        f"Member {label(member)} is not healthy after {task.deadline.seconds:g} seconds: its status is "
        f"{shown[0].get('operating_status')}{reason_of(shown[0])}. The member stays in the pool. "
        "Check that it answers the health check, or raise 'timeout'.",
        member=shown[0],
    )


def watch(task: Task, look: t.Callable[[], bool]) -> bool:
    """Look again and again, until *look* says that it is well or the task's time is up.

    :returns: whether it is well.
    """
    pause = _FIRST_PAUSE
    while not look():
        if not task.deadline.sleep(pause):
            return look()
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
    return True


def reason_of(member: Json) -> str:
    """The health check's reason in words, where the service gives one."""
    found: list[str] = []
    # Told for each listener that the pool serves; by some versions of the service for the member itself.
    for status in [member, *(member.get("status") or ())]:
        reason = status.get("reason") or {}
        words = [str(reason["reason_code"])] if reason.get("reason_code") else []
        if reason.get("expected_response"):
            words.append(f"expected {reason['expected_response']}")
        if reason.get("healthcheck_response"):
            words.append(f"got {reason['healthcheck_response']}")
        if words and ", ".join(words) not in found:
            found.append(", ".join(words))
    return f" ({'; '.join(found)})" if found else ""
