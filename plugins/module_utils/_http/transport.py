# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: one request, one response. Knows TLS, time limits and how a connection fails; nothing of ELB."""

from __future__ import annotations

import json
import re
import typing as t
from urllib.request import getproxies

from .._errors import Unreachable
from .adapter import Adapter, FileState, ca_file_of_environment, file_state
from .deadline import Deadline
from .failures import UNUSABLE_CREDENTIAL, Failure, explain, unusable_url
from .libraries import HAS_REQUESTS, requests

#: What a response, or all pages of a list, may take in memory, in bytes; the largest list of the API's takes a tenth.
MAX_MEMORY = 256 << 20
#: What a value takes in memory besides its text, in bytes: an empty array or object in an array, about.
_VALUE = 64
#: How deep arrays and objects of a response may be nested. The API's are five deep; what is too deep breaks what shows it.
_MAX_DEPTH = 32
#: What the value of a header can be. Source: RFC 9110, section 5.5.
_SENDABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

#: How many characters of a value of a response a message takes over.
LONGEST_VALUE = 256
#: The longest text in which secrets are looked for, in characters. A response may have any.
LONGEST_MASKED = 1 << 16

USER_AGENT = "ansible-collection-otc.elb"
_HEADERS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Content-Type": "application/json"}


class Tls(t.NamedTuple):
    """How to verify the server, and how to authenticate to it."""

    #: ``True``, ``False``, or the path of a CA bundle.
    verify: bool | str = True
    #: The client certificate: a file that holds certificate and key, or both files.
    cert: str | tuple[str, str] | None = None

    def states(self) -> tuple[FileState | None, ...]:
        """The states of the files; ``None`` for one that is not there."""
        certs = self.cert if isinstance(self.cert, tuple) else (self.cert,)
        return tuple(_state(file) for file in (self.verify, *certs) if isinstance(file, str))


class Response(t.NamedTuple):
    """A response."""

    status: int
    headers: t.Mapping[str, str]
    #: The parsed JSON, ``None`` where there was none.
    body: t.Any
    content_type: str
    #: Whether there is content that is not JSON.
    not_json: bool
    #: What the body takes in memory, in bytes, about.
    size: int = 0


#: The adapter of the task before with its connections, by all that these depend on besides the URL; empty at first.
KeptAdapter = dict[tuple[Tls, tuple[t.Optional[FileState], ...], int], Adapter]


class Transport:
    """Sends requests, and keeps its connections.

    :param auth: adds the credential to each request.
    :param tls: how to verify and authenticate.
    :param request_seconds: the limit for one request.
    :param deadline: the limit for the task.
    :param connections: how many requests may be under way at the same time.
    :param kept: connections are looked for here, and left here for the next task; by default, they are closed with the transport.
    :raises ImportError: where ``requests`` is not installed.
    """

    def __init__(
        self,
        auth: t.Callable[[t.Any], t.Any],
        tls: Tls,
        request_seconds: float,
        deadline: Deadline,
        connections: int = 1,
        kept: KeptAdapter | None = None,
    ) -> None:
        if not HAS_REQUESTS:
            raise ImportError(name="requests")
        self._auth = auth
        # As requests would do for each request.
        self._tls = tls._replace(verify=ca_file_of_environment() or True) if tls.verify is True else tls
        self._request_seconds = request_seconds
        self._deadline = deadline
        self.connections = connections
        #: The environment's, once they were read: all requests go to the same host.
        self._proxies: t.Any = None
        self._kept = kept
        self._adapter = Adapter(connections) if kept is None else self._adapter_of(kept)

    def _adapter_of(self, kept: KeptAdapter) -> Adapter:
        key = (self._tls, self._tls.states(), self.connections)
        if key not in kept:
            # Each item of a loop may name other files.
            while kept:
                kept.popitem()[1].close()
            kept[key] = Adapter(self.connections)
        return kept[key]

    def close(self) -> None:
        """Close the connections, unless they are kept."""
        if self._kept is None:
            self._adapter.close()

    def send(self, method: str, url: str, body: t.Any, attempt: str, again: bool = False) -> Response:
        """Send one request.

        Redirects are not followed: they would carry the credential elsewhere.

        :param body: sent as JSON; ``None`` sends nothing.
        :param attempt: what the request is for, to follow "Could not" in a message.
        :param again: whether it was sent before: then its limit is also the time that the task has left.
        :raises Unreachable: when there is no response.
        """
        limit = self._request_seconds
        if again:
            limit = min(limit, max(1.0, self._deadline.left()))

        def unreachable(failure: Failure) -> Unreachable:
            return Unreachable(f"Could not {attempt}: {failure.reason}", failure.sent, failure.transient)

        try:
            request = self._prepare(method, url, body)
        except (requests.RequestException, ValueError):
            raise unreachable(unusable_url(url)) from None
        if not _SENDABLE.fullmatch("".join(map(str, request.headers.values()))):
            # Of what a user gives, only the credential goes into headers.
            raise unreachable(UNUSABLE_CREDENTIAL)
        if self._proxies is None:
            # Whether the host is an exception is looked up only where there is a proxy.
            self._proxies = getproxies() and requests.utils.get_environ_proxies(url)
        try:
            # By the adapter itself: a session would also look at where a response redirects to, and keep its cookies.
            response = self._adapter.fetch(request, limit, self._deadline, self._tls.verify, self._tls.cert, self._proxies)
        except (requests.RequestException, OSError, ValueError) as error:
            proxy = requests.utils.select_proxy(url, self._proxies)
            raise unreachable(explain(error, url, limit, proxy, has_cert=self._tls.cert is not None)) from None
        return _parsed(response)

    def _prepare(self, method: str, url: str, body: t.Any) -> requests.PreparedRequest:
        # Not by a session, which would merge its own settings into each request.
        request = requests.PreparedRequest()
        request.prepare(method, url, dict(_HEADERS), data=None if body is None else json.dumps(body).encode(), auth=self._auth)
        return request


def _state(file: str) -> FileState | None:
    try:
        return file_state(file)
    except OSError:
        return None


def _parsed(response: requests.Response) -> Response:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip() or "no content type"
    body, not_json = None, False
    content = response.content
    # Before it is parsed: "[[],[],[]," takes twenty times its length.
    containers = content.count(b"[") + content.count(b"{")
    size = len(content) + _VALUE * (containers + content.count(b","))
    if size > MAX_MEMORY:
        not_json = True
    elif content:
        try:
            body = json.loads(content)
        # RecursionError: arrays in arrays, thousands of them.
        except (ValueError, RecursionError):
            not_json = True
        else:
            not_json = containers > _MAX_DEPTH and _is_too_deep(body)
    return Response(response.status_code, response.headers, None if not_json else body, content_type, not_json, size)


def _is_too_deep(value: t.Any) -> bool:
    """Whether arrays and objects are nested deeper than in any response of the API."""
    level = [value]
    for dummy in range(_MAX_DEPTH):
        containers = [each for each in level if isinstance(each, (dict, list))]
        level = [part for each in containers for part in (each.values() if isinstance(each, dict) else each)]
    return bool(level)


def shortened(value: t.Any, most: int = LONGEST_VALUE) -> t.Any:
    """A value of a response as text, as far as a message takes it over; ``None`` stays ``None``."""
    text = str(value)
    return None if value is None else text if len(text) <= most else text[:most] + "..."
