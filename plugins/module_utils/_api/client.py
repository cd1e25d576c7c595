# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of the API: nothing but the operations of the table, every page, every action recorded."""

from __future__ import annotations

import threading
import time
import typing as t
from urllib.parse import quote, urlencode

from .._errors import ApiError, ElbError, NotTried, OutcomeUnknown, Unreachable
from .._http.deadline import Deadline
from .._http.retry import AGAIN, DONE, FINAL, REPEAT, UNKNOWN, Pauses, Throttle, asked_for, judge_answer, judge_silence
from .._http.transport import Answer, Transport
from .._resource.fields import Json
from .operations import OPERATIONS, Operation
from .responses import next_marker, told

#: The largest page that the API allows, and its default.
PAGE_SIZE = 2000

Query = t.Sequence[tuple[str, t.Any]]


class Call(t.NamedTuple):
    """One operation on one resource."""

    operation: Operation
    #: What it is for, to follow "Could not" in a message.
    attempt: str
    #: What stands for the placeholders of the path, ``project_id`` aside.
    ids: t.Mapping[str, str] = {}
    query: Query = ()
    #: The resource's fields; wrapped in the operation's envelope.
    body: Json | None = None


class Client:
    """Talks to ELB for one project.

    :param deadline: the limit for the task.
    :param endpoint: the service's root, without the version.
    :param actions: the IAM action of each call is added to it.
    :param renew: gets a new token, where there is a way to; returns whether it did.
    """

    def __init__(
        self,
        transport: Transport,
        deadline: Deadline,
        endpoint: str,
        project_id: str,
        actions: set[str],
        renew: t.Callable[[], bool] | None = None,
    ) -> None:
        self._transport = transport
        self._deadline = deadline
        self._endpoint = endpoint
        self._project_id = project_id
        self._actions = actions
        self._renew = renew
        self._throttle = Throttle(deadline)
        self._lock = threading.Lock()
        #: How often the token was renewed.
        self._renewals = 0

    def call(self, call: Call) -> Json:
        """Make one call.

        :returns: the resource that the answer holds; empty where the operation has no answer.
        :raises ApiError: when the service refuses.
        :raises Unreachable: when there is no answer, or one that is not the service's.
        :raises OutcomeUnknown: when something may or may not have been made.
        """
        envelope = call.operation.envelope
        return told(self._send(call, call.query).get(envelope) or {}, envelope)

    def pages(self, call: Call) -> list[Json]:
        """Read a list, every page of it.

        :raises ApiError, Unreachable: as :meth:`call`.
        """
        found: list[Json] = []
        markers: list[str] = []
        query = list(call.query)
        while True:
            body = self._send(call, query)
            items = body.get(call.operation.envelope) or []
            found.extend(told(item, call.operation.envelope) for item in items)
            marker = next_marker(body)
            # Some answers name a next page although there is none: it is empty, or names itself.
            if not marker or not items or marker in markers:
                return found
            markers.append(marker)
            query = [*call.query, ("limit", PAGE_SIZE), ("marker", marker)]

    def _send(self, call: Call, query: Query) -> Json:
        """Send a request until its outcome is certain, within the task's time.

        :raises OutcomeUnknown: when something may or may not have been made.
        """
        operation = OPERATIONS[call.operation.action]
        self._actions.add(operation.action)
        url = self._url(operation, call.ids, query)
        body = None if call.body is None else {operation.envelope: call.body}
        pauses = Pauses(self._deadline, self._throttle)
        renewals = self._renewals
        uncertain = repeated = False
        failure: ElbError | None = None
        while True:
            if not self._throttle.wait():
                raise _tried(failure, pauses.attempts, uncertain) if failure else _throttled(call.attempt)
            started = time.monotonic()
            answer, failure, verdict = self._attempt(operation, url, body, call.attempt, again=pauses.attempts > 1)
            if failure is None:
                # What goes well is no retry and no wait.
                self._deadline.forgive(started)
                return answer.body or {} if answer else {}
            status = answer.status if answer else None
            if operation.method == "DELETE" and uncertain and isinstance(failure, ApiError) and failure.not_found:
                # An attempt before this one was carried out, only its answer was lost.
                return {}
            if status == 401 and not repeated and self._renewed(renewals):
                repeated = True
                continue
            if verdict == UNKNOWN:
                raise OutcomeUnknown(failure, asked_for(answer))
            uncertain = uncertain or (verdict == REPEAT and operation.method != "GET")
            if verdict == FINAL or not pauses.pause(answer):
                raise _tried(failure, pauses.attempts, uncertain)

    def _renewed(self, renewals: int) -> bool:
        """Get a new token, once for all workers that were refused with the old one.

        :param renewals: how often it was renewed when the refused request was begun.
        """
        with self._lock:
            if self._renewals == renewals and self._renew is not None and self._renew():
                self._renewals += 1
            return self._renewals != renewals

    def _attempt(
        self, operation: Operation, url: str, body: Json | None, attempt: str, again: bool
    ) -> tuple[Answer | None, ElbError | None, str]:
        """Send a request once.

        :param again: whether it was sent before.
        :returns: the answer, what is wrong with it, and the verdict.
        """
        try:
            answer = self._transport.send(operation.method, url, body, attempt, again)
        except Unreachable as failure:
            return None, failure, judge_silence(operation.method) if failure.sent else AGAIN if failure.passing else FINAL
        verdict = judge_answer(operation.method, answer, _holds(operation, answer))
        return answer, None if verdict == DONE else _failure(attempt, operation, answer), verdict

    def _url(self, operation: Operation, ids: t.Mapping[str, str], query: Query) -> str:
        for name, value in ids.items():
            # As parts of a path they would mean another resource.
            if value in ("", ".", ".."):
                raise ElbError(f"{value!r} is not an ID ({name}).")
        parts = {name: quote(value, safe="") for name, value in {**ids, "project_id": self._project_id}.items()}
        url = self._endpoint + operation.path.format_map(parts)
        return url + "?" + urlencode([(key, _in_query(value)) for key, value in query], quote_via=quote, safe="~") if query else url


def _holds(operation: Operation, answer: Answer) -> bool:
    """Whether a success has the body that it should have."""
    if not operation.envelope:
        return not answer.foreign
    if not isinstance(answer.body, dict) or operation.envelope not in answer.body:
        return False
    held = answer.body[operation.envelope]
    if operation.lists:
        return held is None or (isinstance(held, list) and all(map(_has_id, held)))
    # What a change answers is not looked up by its ID any more.
    return _has_id(held) if operation.method == "GET" else isinstance(held, dict) and bool(held)


def _has_id(resource: t.Any) -> bool:
    return isinstance(resource, dict) and bool(resource.get("id")) and isinstance(resource["id"], str)


def _tried(failure: ElbError, attempts: int, uncertain: bool) -> ElbError:
    """Say how often it was tried, and what is not known."""
    if attempts > 1:
        failure.msg += f" Tried {attempts} times."
    if uncertain:
        failure.msg += " It is not known whether the change was made: run the task again, which looks first."
    return failure


def _throttled(attempt: str) -> ElbError:
    return NotTried(
        f"Could not {attempt}: it was not tried, because the API throttles this account for longer than 'timeout' allows to wait.",
        status=429,
    )


def _in_query(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _failure(attempt: str, operation: Operation, answer: Answer) -> ElbError:
    """What an answer that is no success means."""
    if 200 <= answer.status < 300:
        return Unreachable(
            f"Could not {attempt}: what answered (status {answer.status}, {answer.kind}) is not the ELB API. "
            "Check 'endpoint', and whether a proxy stands between.",
            status=answer.status,
        )
    if 300 <= answer.status < 400:
        return Unreachable(
            f"Could not {attempt}: the endpoint redirects to {answer.headers.get('Location', 'elsewhere')}, which is not followed "
            "because the credential would go there. If that address is right, give it as 'endpoint'.",
            status=answer.status,
        )
    body: Json = answer.body if isinstance(answer.body, dict) else {}
    # The API gateway and Keystone nest or name these differently.
    error: Json = body["error"] if isinstance(body.get("error"), dict) else body
    reason = error.get("error_msg") or error.get("message") or f"the answer is {answer.kind}, not an error of the API"
    code = error.get("error_code") or error.get("code")
    request_id = error.get("request_id") or body.get("request_id") or answer.headers.get("X-Request-Id")
    return ApiError(attempt, operation, answer.status, str(code) if code is not None else None, str(reason), request_id)
