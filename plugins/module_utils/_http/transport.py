# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: one request, one response. Knows TLS, time limits and how a connection fails; nothing of ELB."""

from __future__ import annotations

import json
import time
import typing as t

from .._errors import Unreachable
from .deadline import Deadline
from .failures import explain

try:
    import requests
    import urllib3
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

#: How many bytes of a body are read at once, at most.
_CHUNK = 1 << 16

USER_AGENT = "ansible-collection-otc.elb"


class Tls(t.NamedTuple):
    """How to verify the server, and how to authenticate to it."""

    #: ``True``, ``False``, or the path of a CA bundle.
    verify: bool | str = True
    #: The client certificate: a file that holds certificate and key, or both files.
    cert: str | tuple[str, str] | None = None


class Response(t.NamedTuple):
    """What came back."""

    status: int
    headers: t.Mapping[str, str]
    #: The parsed JSON, ``None`` where there was none.
    body: t.Any
    content_type: str
    #: Whether there is content that is not JSON.
    not_json: bool


class Transport:
    """A session that keeps its connections.

    :param auth: adds the credential to each request.
    :param tls: how to verify and authenticate.
    :param request_seconds: the limit for one request.
    :param deadline: the limit for the task.
    :param connections: how many requests may be under way at the same time.
    :raises ImportError: where ``requests`` is not installed.
    """

    def __init__(
        self, auth: t.Callable[[t.Any], t.Any], tls: Tls, request_seconds: float, deadline: Deadline, connections: int = 1
    ) -> None:
        if not HAS_REQUESTS:
            raise ImportError(name="requests")
        self._auth = auth
        self._tls = tls
        self._request_seconds = request_seconds
        self._deadline = deadline
        self.connections = connections
        #: Proxies and CAs of the environment, once they were read.
        self._environment: dict[str, t.Any] | None = None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        if connections > 1:
            for scheme in ("https://", "http://"):
                self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=connections))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, method: str, url: str, body: t.Any, attempt: str, again: bool = False) -> Response:
        """Send one request.

        Redirects are not followed: they would carry the credential elsewhere.

        :param body: sent as JSON; ``None`` sends nothing.
        :param attempt: what the request is for, to follow "Could not" in a message.
        :param again: whether it was sent before: then its limit is also the time that the task has left.
        :raises Unreachable: when there is no response.
        """
        limit = self._request_seconds
        if again or self._deadline.expired:
            limit = min(limit, max(1.0, self._deadline.left()))
        until = time.monotonic() + limit
        try:
            environment = self._environment or self._read_environment(url)
            response = self._session.request(
                method,
                url,
                data=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                auth=self._auth,
                timeout=limit,
                allow_redirects=False,
                **environment,
            )
            content = _content(response, until)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            failure = explain(error, url, limit)
            raise Unreachable(f"Could not {attempt}: {failure.reason}", failure.sent, failure.transient) from None
        return _parsed(response, content)

    def _read_environment(self, url: str) -> dict[str, t.Any]:
        """Read once what ``requests`` would read for each request: all of them go to the same host.

        :returns: ``proxies``, ``verify``, ``cert`` and so on, as ``requests`` takes them; bodies are read by ``_content``.
        """
        found = dict(self._session.merge_environment_settings(url, {}, True, self._tls.verify, self._tls.cert))
        self._session.trust_env = False
        self._environment = found
        return found


def _parsed(response: requests.Response, content: bytes) -> Response:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip() or "no content type"
    body, not_json = None, False
    if content:
        try:
            body = json.loads(content)
        except ValueError:
            not_json = True
    return Response(response.status_code, response.headers, body, content_type, not_json)


def _content(response: requests.Response, until: float) -> bytes:
    """The whole body. The limit of ``requests`` is for each read, so a body that trickles in never reaches it.

    :param until: when to give up, as ``time.monotonic`` counts.
    """
    read = getattr(response.raw, "read1", None)
    if read is None:
        # urllib3 before 2.1 reads all or nothing.
        return response.content
    parts: list[bytes] = []
    while part := read(_CHUNK, decode_content=True):
        parts.append(part)
        if time.monotonic() > until:
            response.close()
            raise requests.ReadTimeout
    return b"".join(parts)
