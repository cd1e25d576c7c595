# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pool that members are in: what the option ``pool`` means."""

from __future__ import annotations

import typing as t

from . import _find
from ._errors import ApiError, ElbError
from ._fields import Json, looks_like_id
from ._task import Task


class Place(t.NamedTuple):
    """A pool, seen from its members."""

    id: str
    #: As the user calls it, for messages.
    label: str
    #: What is known of it; perhaps nothing besides its ID.
    known: Json


def find_in_pool(task: Task, find: t.Callable[[Place], t.Any]) -> tuple[Place | None, t.Any]:
    """Find the pool that the option ``pool`` means, and with *find* something in it.

    What looks like an ID is taken as one, without asking for the pool itself; where there is none
    of that ID, it may still be somebody's name for one.

    :returns: the pool and what *find* found; ``None`` for what is not there.
    """
    name = task.params["pool"]
    if looks_like_id(name):
        place = Place(name, name, {})
        try:
            return place, find(place)
        except ApiError as error:
            if error.status != 404:
                raise
    pool = _find.pool_by_name(task, name)
    if pool is None:
        return None, None
    place = Place(str(pool["id"]), repr(name), pool)
    return place, find(place)


def assume_pool(task: Task, what: str) -> Place:
    """Go on without the pool in check mode: an earlier task of the same play, which did not run either, may create it.

    :param what: what cannot be done without the pool, to follow "Cannot".
    :raises ElbError: where it is not check mode.
    """
    missing = f"there is no pool {task.params['pool']!r} in this project and region"
    if not task.check_mode:
        raise ElbError(f"Cannot {what}: {missing}. Create it with elb_pool first, or check its name.")
    task.warn(f"Check mode: {missing}; assuming that a task before this one creates it.")
    return Place("", repr(task.params["pool"]), {})


def warn_of_weight(task: Task, place: Place) -> None:
    """Say that a weight has no effect, where the pool is known to ignore it."""
    if place.known.get("lb_algorithm") == "SOURCE_IP":
        task.warn(f"The pool {place.label} uses SOURCE_IP, with which the weight of a member has no effect.")
