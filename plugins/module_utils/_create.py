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

from ._client import Call
from ._errors import ApiError, ElbError, OutcomeUnknown
from ._fields import Json
from ._task import Task

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
    lost: ElbError | None = None
    while True:
        try:
            resource = task.write(call)
        except OutcomeUnknown as unknown:
            lost = unknown.cause
            found = _look_for_lost(task, call, look, lost)
        except ApiError as refusal:
            # Somebody, or an earlier attempt of ours, was faster.
            found = look() if (refusal.status, refusal.code) == (409, "ELB.8907") else []
            if not found:
                raise
            return Created(_only(call, found), made=False, ours=lost is not None)
        else:
            if lost is not None:
                task.deadline.sleep(_LOOKS[-1])
                _only(call, look())
            return Created(resource or {}, made=True, ours=True)
        if found:
            return Created(_only(call, found), made=False, ours=True)


def _look_for_lost(task: Task, call: Call, look: t.Callable[[], list[Json]], lost: ElbError) -> list[Json]:
    """Look for what may have been made.

    :raises ElbError: when there is no time left to find out.
    """
    for pause in _LOOKS:
        in_time = task.deadline.sleep(pause)
        found = look()
        if found:
            return found
        if not in_time:
            lost.msg += f" It is not known whether it will still be made: nothing was found within {task.deadline.seconds:g} seconds."
            raise lost
    return []


def _only(call: Call, found: list[Json]) -> Json:
    if len(found) > 1:
        ids = sorted(str(each.get("id")) for each in found)
        raise ElbError(
            f"Could not {call.attempt} just once: the answer to the first attempt was lost, and now there are {len(found)}: "
            f"{', '.join(ids)}. Remove those that are too many by their IDs.",
            ids=ids,
        )
    return found[0]
