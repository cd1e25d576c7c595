# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pool that members are in: what the option ``pool`` means."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, ElbError
from .._resource.fields import LATER, Json, as_id, looks_like_id
from . import lookup as _find
from .context import LONGEST
from .entry import Task

#: Options of tasks about members, as in an argument spec.
POOL: Json = {"type": "str", "required": True, "aliases": ["pool_id"]}
WAIT: Json = {"type": "bool", "default": False}
DRAIN_SECONDS: Json = {"type": "float", "default": 0.0}


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
    :raises ElbError: also when the option is empty: a pool's name may be, but nobody means that one.
    """
    name = task.params["pool"]
    if not name:
        raise ElbError("pool must not be empty. Give the pool's name or ID.")
    if looks_like_id(name) or task.will_be(name):
        place = Place(as_id(name), name, {})
        try:
            return place, find(place)
        except ApiError as error:
            if not error.not_found:
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
        raise ElbError(f"Cannot {what}: {missing}. Create it with elb_pool first, or check its name.{_find.scope_hint(task)}")
    task.warn(f"Check mode: {missing}; assuming that a task before this one creates it.")
    return Place(f"{LATER}{task.params['pool']}", repr(task.params["pool"]), {})


def wrong_drain(task: Task) -> list[str]:
    """What is wrong with the option ``drain_seconds``; it may be no number at all, or an endless one."""
    seconds = task.params["drain_seconds"]
    return [] if 0 <= seconds <= LONGEST else [f"drain_seconds must be 0 to {LONGEST:g}, not {seconds:g}"]


def protected(place: Place) -> list[str]:
    """Why members cannot be removed from the pool, where that is known."""
    if not place.known.get("member_deletion_protection_enable"):
        return []
    return [f"pool {place.label} protects its members from being removed: set member_deletion_protection_enable to false first"]


def warn_of_weight(task: Task, place: Place) -> None:
    """Say that a weight has no effect, where the pool is known to ignore it."""
    if place.known.get("lb_algorithm") == "SOURCE_IP":
        task.warn(f"The pool {place.label} uses SOURCE_IP, with which the weight of a member has no effect.")
