# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until a member is healthy."""

from __future__ import annotations

import typing as t

from .._api.client import Call
from .._errors import ElbError, Json
from .._resource.member import MEMBER, health_of, is_healthy, label
from .._resource.resource import Verb
from .context import ApiContext

#: Seconds between two looks: few at first, then backing off; a health check itself takes some seconds.
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 10.0, 1.5


def wait_until_healthy(context: ApiContext, pool_id: str, member: Json, added: bool = False) -> Json:
    """Wait until the member is healthy.

    :param member: the service's last response for it.
    :param added: whether it was just added, so that the response is from before its first health check.
    :returns: the member as it is then. Check mode does not wait.
    :raises ElbError: when the time is up; with the last status, and the reason that the service gives.
    """
    ids = {"pool_id": pool_id, "member_id": member.get("id", "")}
    call = Call(MEMBER.operation(Verb.GET), f"get the health of member {label(member)}", ids)
    if not added and is_healthy(member):
        return member
    if context.check_mode:
        context.needs(call)
        return member
    last = member

    def look() -> bool:
        nonlocal last
        last = context.read(call)
        return is_healthy(last)

    with context.progress(
        lambda: f"member {label(last)} is not healthy yet: {health_of(last)}, {context.deadline.left():.0f} seconds left"
    ):
        healthy = poll(context, look)
    if healthy:
        return last
    raise ElbError(
        f"Member {label(member)} is not healthy after {context.deadline.seconds:g} seconds: its status is {health_of(last)}. "
        "The member stays in the pool. Check that it answers the health check, or raise 'timeout'.",
        member=last,
    )


def poll(context: ApiContext, look: t.Callable[[], bool]) -> bool:
    """Look again and again, until *look* returns true or the task's time is up.

    :returns: what the last look returned.
    """
    pause = _FIRST_PAUSE
    while not look():
        if not context.deadline.sleep(pause):
            return look()
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
    return True
