# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating something exactly once, although answers get lost.

A request to create that was sent and not answered may have been carried out, may be carried out late (by a slow gateway), or
never. So it is looked for before it is sent again, and once more afterwards: names of pools are not unique, and a blind
repetition would make a second one.
"""

from __future__ import annotations

import typing as t

from .._api.client import Call
from .._errors import ApiError, ElbError, OutcomeUnknown
from .._resource.fields import Json
from .entry import Task

#: Seconds before each look, after an answer was lost. What a slow gateway still does is mostly done by then.
_LOOKS = (0.5, 1.0, 2.0)


class Created(t.NamedTuple):
    """What is there after all."""

    resource: Json
    #: Whether it was made as this task wanted it, or is there for another reason and may differ.
    made: bool
    #: Whether this task is why it is there.
    ours: bool


def create_once(task: Task, call: Call, look: t.Callable[[], list[Json]]) -> Created:
    """Create a resource.

    :param look: finds the resources that the call would make; there were none before. Used only after trouble.
    :raises ElbError: when it cannot be created, when it was made twice, or when nobody knows.
    """
    try:
        return Created(task.write(call) or {}, made=True, ours=True)
    except OutcomeUnknown as unknown:
        lost, pause = unknown.cause, unknown.pause
    except ApiError as refusal:
        return _adopt_or_raise(call, look, refusal, ours=False)
    try:
        return _after_lost_answer(task, call, look, lost, pause)
    except ElbError as failure:
        if failure is not lost and "It is not known" not in failure.msg and "ids" not in failure.facts:
            failure.msg += f" Before that, an answer was lost ({lost.msg}) It is not known whether what that asked for will still be made."
        raise


def _after_lost_answer(task: Task, call: Call, look: t.Callable[[], list[Json]], lost: ElbError, pause: float) -> Created:
    """Find out what became of a request whose answer was lost, and send it once more if nothing did.

    :param pause: the seconds that the service asks to leave it alone for; more than are left mean that it is not sent again.
    :raises ElbError: as :func:`create_once`.
    """
    in_time = task.deadline.left() > pause
    if in_time:
        task.deadline.sleep(pause)
    found = _look(task, look)
    if not found and not (in_time and task.deadline.left()):
        lost.msg += (
            f" It is not known whether it will still be made: nothing was found yet, and timeout ({task.deadline.seconds:g} s) is up."
        )
        raise lost
    if not found:
        try:
            resource = task.write(call) or {}
        except OutcomeUnknown as unknown:
            found = _look(task, look)
            if not found:
                unknown.cause.msg += " It is not known whether it will still be made: it was asked for twice, and nothing was found yet."
                raise unknown.cause from None
        except ApiError as refusal:
            adopted = _adopt_or_raise(call, look, refusal, ours=True)
            task.done.append(call.attempt)
            return adopted
        # Two requests are about now: both may take effect.
        time_is_left = task.deadline.sleep(_LOOKS[-1])
        found = look() or found
        if len(found) < 2 and time_is_left:
            task.deadline.sleep(_LOOKS[-1])
            found = look() or found
        if found:
            resource = _only(task, call, found)
        task.warn(f"To {call.attempt} was asked for twice, because an answer was lost. Should there be two later, remove one.")
        return Created(resource, made=False, ours=True)
    task.done.append(call.attempt)
    return Created(_only(task, call, found), made=False, ours=True)


def _look(task: Task, look: t.Callable[[], list[Json]]) -> list[Json]:
    """Look for what may have been made, for as long as a slow gateway mostly takes."""
    for pause in _LOOKS:
        in_time = task.deadline.sleep(pause)
        found = look()
        if found or not in_time:
            return found
    return []


def _adopt_or_raise(call: Call, look: t.Callable[[], list[Json]], refusal: ApiError, ours: bool) -> Created:
    """Go on with what is there: somebody, or an earlier request of ours, was faster.

    :raises ApiError: the refusal, where nothing of the kind is there.
    """
    found = look() if (refusal.status, refusal.code) == (409, "ELB.8907") else []
    if len(found) != 1:
        raise refusal
    return Created(found[0], made=False, ours=ours)


def _only(task: Task, call: Call, found: list[Json]) -> Json:
    if len(found) > 1:
        task.done.append(call.attempt)
        ids = sorted(str(each.get("id")) for each in found)
        raise ElbError(
            f"Could not {call.attempt} just once: the answer to the first attempt was lost, and now there are {len(found)}: "
            f"{', '.join(ids)}. Remove those that are too many by their IDs.",
            ids=ids,
        )
    return found[0]
