# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of the API: nothing but the operations of the table, every page, every action recorded."""

from __future__ import annotations

import re
import threading
import time
import typing as t
from urllib.parse import quote, urlencode

from .._errors import ApiError, ElbError, Json, OutcomeUnknown, Skipped, Unreachable
from .._http.deadline import Deadline
from .._http.retry import Backoff, Throttle, Verdict, classify_no_response, classify_response, retry_after
from .._http.transport import MAX_MEMORY, Response, Transport, shortened
from .._resource.ids import normalized_id
from .._resource.resource import Operation, Verb
from .operations import OPERATIONS
from .responses import failure, is_busy, is_valid, next_marker, refuses_credential, without_secret_names

#: The largest page that the API allows, and its default. Source: "limit" in the queries of lists of the API reference.
PAGE_SIZE = 2000
#: What no list of the API has. Beyond it, what responds is not the API, and would never end.
MAX_PAGES = 1000
#: The seconds that the further pages of all lists of a task may take at least; more where ``timeout`` is longer.
_LEAST_SECONDS = 60.0

#: What an ID of the API consists of: most are UUIDs, with or without hyphens.
_ID = re.compile(r"[A-Za-z0-9_-]+")

#: What the service responds to a removal.
_REMOVED = Response(204, {}, None, "", False)

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
        #: The seconds that all pages took besides the first of each list.
        self._paging = 0.0
        #: The names of unknown fields of responses, as they are shown: all resources of a kind have the same.
        self._shown: dict[str, str] = {}
        #: Path and ID of all resources that responses had.
        self._known: set[tuple[str, str]] = set()

    def call(self, call: Call) -> Json:
        """Make one call.

        :returns: the resource in the response; empty where the operation returns none.
        :raises ApiError: when the service refuses.
        :raises Unreachable: when there is no response, or one that is not of the ELB API.
        :raises OutcomeUnknown: when something may or may not have been created.
        """
        found = t.cast(Json, self._content_of(call, self._send(call, call.query).body) or {})
        if found:
            self._known.add(_key(call.operation, found))
        return found

    def pages(self, call: Call) -> list[Json]:
        """Read a list, every page of it.

        :raises ApiError, Unreachable: as :meth:`call`.
        """
        found: dict[str, Json] = {}
        query, markers, size, started = list(call.query), set[str](), 0, 0.0
        for dummy in range(MAX_PAGES):
            response = self._send(call, query)
            page = self._content_of(call, response.body) or []
            known = len(found)
            # What is removed or added meanwhile moves the others: one may be on two pages.
            found.update((normalized_id(item["id"]), item) for item in page)
            marker = next_marker(response.body)
            again = marker in markers and len(found) == known
            if started:
                self._paging += time.monotonic() - started
            # Some responses name a next page although there is none: it is empty, and names itself.
            if not marker or (again and not page):
                self._known.update(_key(call.operation, each) for each in found.values())
                return list(found.values())
            size += response.size
            too_long = self._deadline.expired or self._paging > max(self._deadline.seconds, _LEAST_SECONDS)
            if again or too_long or size > MAX_MEMORY:
                break
            started = time.monotonic()
            markers.add(marker)
            query = [*call.query, ("limit", PAGE_SIZE), ("marker", marker)]
        raise Unreachable(
            f"Could not {call.attempt}: the list has no end, after {len(found)} entries. This is not the ELB API, or 'timeout' is too short: "
            "check 'endpoint', and whether a proxy is on the way."
        )

    def _content_of(self, call: Call, body: Json | None) -> t.Any:
        """The resource, or the resources, that a response holds; ``None`` where it holds none."""
        return without_secret_names((body or {}).get(call.operation.envelope), self._mask, self._shown)

    def _send(self, call: Call, query: Query) -> Response:
        """Send a request until its outcome is certain, within the task's time.

        :returns: a success, with the body that the operation returns.
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
                return response or _REMOVED
            if operation.method == "DELETE" and uncertain and isinstance(error, ApiError) and error.not_found:
                # An earlier attempt was carried out, only its response was lost.
                return _REMOVED
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
        valid = is_valid(operation, response, resource_id, body and body[operation.envelope]) and not self._existed(operation, response)
        verdict = classify_response(operation.method, response, valid, is_busy(response))
        if verdict is Verdict.SUCCESS:
            return response, None, verdict
        return response, failure(attempt, operation, response, self._mask, self._check_credential), verdict

    def _existed(self, operation: Operation, response: Response) -> bool:
        """Whether the resource in the response to a creation is one that earlier responses had."""
        return operation.verb is Verb.CREATE and _key(operation, response.body[operation.envelope]) in self._known

    def _url(self, operation: Operation, ids: t.Mapping[str, str], query: Query) -> str:
        parts = {**ids, "project_id": self._project_id}
        for name, value in parts.items():
            # Others would mean another resource or call as a part of a path, if not here, then behind a proxy that decodes them.
            if not _ID.fullmatch(value):
                raise ElbError(f"{shortened(value)!r} is not an ID ({name}).")
        url = self._endpoint + operation.path.format_map({name: quote(value, safe="") for name, value in parts.items()})
        return url + "?" + urlencode([(key, _in_query(value)) for key, value in query], quote_via=quote, safe="~") if query else url


def _key(operation: Operation, resource: Json) -> tuple[str, str]:
    """What no other resource has."""
    return operation.action.rpartition(":")[0], normalized_id(resource["id"])


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
