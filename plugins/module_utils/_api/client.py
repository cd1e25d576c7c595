# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of the API: nothing but the operations of the table, every page, every action recorded."""

from __future__ import annotations

import threading
import time
import typing as t
from urllib.parse import quote, urlencode

from .._errors import ApiError, ElbError, Json, OutcomeUnknown, Skipped, Unreachable
from .._http.deadline import Deadline
from .._http.retry import Backoff, Throttle, Verdict, classify_no_response, classify_response, retry_after
from .._http.transport import Response, Transport
from .._resource.ids import normalized_id
from .._resource.resource import Operation, Verb
from .operations import OPERATIONS
from .responses import failure, is_busy, is_valid, next_marker, refuses_credential

#: The largest page that the API allows, and its default.
PAGE_SIZE = 2000
#: What no list of the API has. Beyond it, what responds is not the API, and would never end.
MAX_PAGES = 1000
#: The seconds that a list may take at least; more where ``timeout`` is longer.
_LEAST_SECONDS = 60.0

Query = t.Sequence[tuple[str, t.Any]]


class Call(t.NamedTuple):
    """One operation on one resource."""

    operation: Operation
    #: What it is for, to follow "Could not" in a message.
    attempt: str
    #: The values for the placeholders of the path, ``project_id`` aside.
    ids: t.Mapping[str, str] = {}
    query: Query = ()
    #: The resource's fields; wrapped in the operation's envelope.
    body: Json | None = None


class Client:
    """Calls ELB for one project.

    :param transport: sends the requests.
    :param deadline: the limit for the task.
    :param endpoint: the service's root, without the version.
    :param actions: the IAM action of each call is added to it.
    :param renew: gets a new token, where the credential can; returns whether it did.
    :param mask: removes secrets from a text.
    :param check_credential: what to do where the credential is refused, as a sentence.
    """

    def __init__(
        self,
        transport: Transport,
        deadline: Deadline,
        endpoint: str,
        project_id: str,
        actions: set[str],
        renew: t.Callable[[], bool] | None = None,
        mask: t.Callable[[str], str] = str,
        check_credential: str = "",
    ) -> None:
        self._transport = transport
        self._deadline = deadline
        self._endpoint = endpoint
        self._project_id = project_id
        self._actions = actions
        self._renew = renew
        self._mask = mask
        self._check_credential = check_credential
        self._throttle = Throttle(deadline)
        self._lock = threading.Lock()
        #: How often the token was renewed.
        self._renewals = 0

    def call(self, call: Call) -> Json:
        """Make one call.

        :returns: the resource in the response; empty where the operation returns none.
        :raises ApiError: when the service refuses.
        :raises Unreachable: when there is no response, or one that is not of the ELB API.
        :raises OutcomeUnknown: when something may or may not have been created.
        """
        return t.cast(Json, self._send(call, call.query).get(call.operation.envelope) or {})

    def pages(self, call: Call) -> list[Json]:
        """Read a list, every page of it.

        :raises ApiError, Unreachable: as :meth:`call`.
        """
        found: dict[str, Json] = {}
        query = list(call.query)
        until = time.monotonic() + max(self._deadline.seconds, _LEAST_SECONDS)
        for dummy in range(MAX_PAGES):
            body = self._send(call, query)
            known = len(found)
            # What is removed or added meanwhile moves the others: one may be on two pages.
            found.update((normalized_id(item["id"]), item) for item in body.get(call.operation.envelope) or [])
            marker = next_marker(body)
            # Some responses name a next page although there is none: it is empty, or names itself.
            if not marker or len(found) == known:
                return list(found.values())
            if time.monotonic() > until or self._deadline.expired:
                break
            query = [*call.query, ("limit", PAGE_SIZE), ("marker", marker)]
        raise Unreachable(
            f"Could not {call.attempt}: the list has no end, after {len(found)} entries. This is not the ELB API, or 'timeout' is too short: "
            "check 'endpoint', and whether a proxy is on the way."
        )

    def _send(self, call: Call, query: Query) -> Json:
        """Send a request until its outcome is certain, within the task's time.

        :raises OutcomeUnknown: when something may or may not have been created.
        """
        operation = OPERATIONS[call.operation.action]
        self._actions.add(operation.action)
        url = self._url(operation, call.ids, query)
        body = None if call.body is None else {operation.envelope: call.body}
        backoff = Backoff(self._deadline, self._throttle)
        # The last part of the path; a created one has no ID yet.
        resource_id = normalized_id([*call.ids.values()][-1]) if operation.verb in (Verb.GET, Verb.UPDATE) else None
        renewals = self._renewals
        uncertain = renewed = False
        error: ElbError | None = None
        while True:
            if not self._throttle.wait():
                raise _final(error, backoff.attempts, uncertain) if error else _throttled(call.attempt)
            started = time.monotonic()
            response, error, verdict = self._attempt(operation, resource_id, url, body, call.attempt, backoff.attempts > 1)
            if error is None:
                # Only retries and waits count.
                self._deadline.extend(started)
                return response.body or {} if response else {}
            if operation.method == "DELETE" and uncertain and isinstance(error, ApiError) and error.not_found:
                # An earlier attempt was carried out, only its response was lost.
                return {}
            if response is not None and refuses_credential(response) and not renewed and self._renewed(renewals):
                renewed = True
                continue
            if verdict is Verdict.UNKNOWN:
                raise OutcomeUnknown(error, retry_after(response))
            uncertain = uncertain or (verdict is Verdict.RETRY_UNCERTAIN and operation.method != "GET")
            if verdict is Verdict.FAILED or not backoff.wait(response):
                raise _final(error, backoff.attempts, uncertain)

    def _renewed(self, renewals: int) -> bool:
        """Get a new token, once for all workers whose request was refused with the old one.

        :param renewals: how often it was renewed when the refused request was begun.
        """
        with self._lock:
            if self._renewals == renewals and self._renew is not None and self._renew():
                self._renewals += 1
            return self._renewals != renewals

    def _attempt(
        self, operation: Operation, resource_id: str | None, url: str, body: Json | None, attempt: str, again: bool
    ) -> tuple[Response | None, ElbError | None, Verdict]:
        """Send a request once.

        :param resource_id: the resource that the response must be about.
        :param again: whether it was sent before.
        :returns: the response, the failure that it means, and the verdict.
        """
        try:
            response = self._transport.send(operation.method, url, body, attempt, again)
        except Unreachable as error:
            if error.sent:
                return None, error, classify_no_response(operation.method)
            return None, error, Verdict.RETRY if error.transient else Verdict.FAILED
        verdict = classify_response(operation.method, response, is_valid(operation, response, resource_id), is_busy(response))
        if verdict is Verdict.SUCCESS:
            return response, None, verdict
        return response, failure(attempt, operation, response, self._mask, self._check_credential), verdict

    def _url(self, operation: Operation, ids: t.Mapping[str, str], query: Query) -> str:
        for name, value in ids.items():
            # As parts of a path these would mean another resource.
            if value in ("", ".", ".."):
                raise ElbError(f"{value!r} is not an ID ({name}).")
        parts = {name: quote(value, safe="") for name, value in {**ids, "project_id": self._project_id}.items()}
        url = self._endpoint + operation.path.format_map(parts)
        return url + "?" + urlencode([(key, _in_query(value)) for key, value in query], quote_via=quote, safe="~") if query else url


def _final(error: ElbError, attempts: int, uncertain: bool) -> ElbError:
    """Add how often the request was sent, and what is not known."""
    if attempts > 1:
        error.msg += f" Tried {attempts} times."
    if uncertain:
        error.msg += " It is not known whether the change was made: run the task again, which looks first."
    return error


def _throttled(attempt: str) -> ElbError:
    return Skipped(
        f"Could not {attempt}: not attempted, because the API throttles this account for longer than 'timeout' allows to wait.",
        status=429,
    )


def _in_query(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
