# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating a resource exactly once, although responses get lost.

A request to create that has no response may have been carried out, may be carried out late (by a slow gateway), or never. So
the resource is looked for before the request is sent again, and once more afterwards: names of pools are not unique, and a blind
repetition would create a second one.
"""

from __future__ import annotations

import typing as t

from .._api.client import Call
from .._errors import ApiError, ElbError, Json, OutcomeUnknown
from .context import ApiContext

#: Seconds before each look after a response was lost. Most of what a slow gateway still does is done by then.
_LOOKS = (0.5, 1.0, 2.0)

#: The status and the code of a conflict, such as with a resource that exists. Source: "Error Codes" of the API reference.
_CONFLICT = (409, "ELB.8907")

_NOT_KNOWN = "It is not known whether it will still be created"
_RUN_AGAIN = "Wait a minute, then run the task again, which looks first."

Look = t.Callable[[], list[Json]]


class _Reported(Exception):
    """A failure whose message says already what became of the request with the lost response."""

    def __init__(self, failure: ElbError, outcome: str = "") -> None:
        super().__init__(failure.msg)
        failure.msg += outcome
        self.failure = failure


class Created(t.NamedTuple):
    """The created resource."""

    resource: Json
    #: Whether it was created as desired; otherwise it may differ.
    as_planned: bool
    #: Whether this task created it.
    ours: bool


def create_once(context: ApiContext, call: Call, look: Look) -> Created:
    """Create a resource.

    :param look: finds the resources that the call would create; there were none before. Used only after a failure.
    :raises ElbError: when it cannot be created, when it was created twice, or when that is not known.
    """
    try:
        return Created(context.write(call) or {}, as_planned=True, ours=True)
    except OutcomeUnknown as unknown:
        lost, retry_after = unknown.cause, unknown.retry_after
    except ApiError as refusal:
        return _adopt(look, refusal, ours=False)
    try:
        return _after_lost_response(context, call, look, lost, retry_after)
    except _Reported as reported:
        raise reported.failure from None
    except ElbError as error:
        error.msg += f" Before that, a response was lost ({lost.msg}) It is not known whether that request will still be carried out."
        raise


def _after_lost_response(context: ApiContext, call: Call, look: Look, lost: ElbError, retry_after: float) -> Created:
    """Find out what became of a request whose response was lost, and send it once more if nothing did.

    :param retry_after: the seconds that the service asks to wait; where fewer are left, it is not sent again.
    :raises _Reported: when that is not known in the end, or it was created twice.
    :raises ElbError: when it cannot be found out.
    """
    in_time = context.deadline.left() > retry_after
    if in_time:
        context.deadline.sleep(retry_after)
    found = _look_repeatedly(context, look)
    if found:
        context.done.append(call.attempt)
        return Created(_only(context, call, found), as_planned=False, ours=True)
    if not in_time or not context.deadline.left():
        raise _Reported(
            lost,
            f" {_NOT_KNOWN}: nothing was found yet, and timeout ({context.deadline.seconds:g} s) is up. {_RUN_AGAIN}",
        )
    try:
        resource = context.write(call) or {}
    except OutcomeUnknown as unknown:
        found = _look_repeatedly(context, look)
        if not found:
            raise _Reported(unknown.cause, f" {_NOT_KNOWN}: it was sent twice, and nothing was found yet. {_RUN_AGAIN}") from None
    except ApiError as refusal:
        adopted = _adopt(look, refusal, ours=True)
        context.done.append(call.attempt)
        return adopted
    # Two requests are under way now: both may take effect.
    time_is_left = context.deadline.sleep(_LOOKS[-1])
    found = look() or found
    if len(found) < 2 and time_is_left:
        context.deadline.sleep(_LOOKS[-1])
        found = look() or found
    if found:
        resource = _only(context, call, found)
    context.warn(f"The request to {call.attempt} was sent twice, because a response was lost. Should there be two later, remove one.")
    return Created(resource, as_planned=False, ours=True)


def _look_repeatedly(context: ApiContext, look: Look) -> list[Json]:
    """Look for what may have been created, for as long as a slow gateway usually takes."""
    for pause in _LOOKS:
        in_time = context.deadline.sleep(pause)
        found = look()
        if found or not in_time:
            return found
    return []


def _adopt(look: Look, refusal: ApiError, ours: bool) -> Created:
    """Go on with a resource that exists already: another client, or an earlier request of this task, was faster.

    :raises ApiError: the refusal, where there is no such resource.
    """
    found = look() if (refusal.status, refusal.code) == _CONFLICT else []
    if len(found) != 1:
        raise refusal
    return Created(found[0], as_planned=False, ours=ours)


def _only(context: ApiContext, call: Call, found: list[Json]) -> Json:
    """The one that was created.

    :raises _Reported: when there are several.
    """
    if len(found) > 1:
        context.done.append(call.attempt)
        ids = sorted(str(each.get("id")) for each in found)
        several = f"the response to the first attempt was lost, and now there are {len(found)}: {', '.join(ids)}"
        raise _Reported(ElbError(f"Could not {call.attempt} just once: {several}. Remove those that are too many by their IDs.", ids=ids))
    return found[0]
