# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: one request, one answer. Knows TLS, time limits and what can go wrong on the way; nothing of ELB."""

from __future__ import annotations

import json
import time
import typing as t
from urllib.parse import urlsplit

from ._clock import Deadline
from ._errors import Unreachable

try:
    import requests
    import urllib3
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

#: How many bytes of an answer are taken at once, at most.
_PART = 1 << 16

USER_AGENT = "ansible-collection-otc.elb"


class Tls(t.NamedTuple):
    """How to verify the server and how to show who we are."""

    #: ``True``, ``False``, or the path of a CA bundle.
    verify: bool | str = True
    #: The client certificate: a file that holds certificate and key, or both files.
    cert: str | tuple[str, str] | None = None


class Answer(t.NamedTuple):
    """What came back."""

    status: int
    headers: t.Mapping[str, str]
    #: The parsed JSON, ``None`` where there was none.
    body: t.Any
    #: The content type.
    kind: str
    #: Whether there is content that is not JSON.
    foreign: bool


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
        #: What the environment says of proxies and CAs, once known.
        self._environment: dict[str, t.Any] | None = None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        if connections > 1:
            for scheme in ("https://", "http://"):
                self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=connections))

    def send(self, method: str, url: str, body: t.Any, attempt: str, again: bool = False) -> Answer:
        """Send one request.

        Redirects are not followed: they would carry the credential elsewhere.

        :param body: sent as JSON; ``None`` sends nothing.
        :param attempt: what the request is for, to follow "Could not" in a message.
        :param again: whether it was sent before: then it has no longer than the task has for such repetitions.
        :raises Unreachable: when there is no answer.
        """
        limit = self._request_seconds
        if again or self._deadline.expired:
            limit = min(limit, max(1.0, self._deadline.left()))
        until = time.monotonic() + limit
        try:
            environment = self._environment or self._read_environment(url)
            answer = self._session.request(
                method,
                url,
                data=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                auth=self._auth,
                timeout=limit,
                allow_redirects=False,
                **environment,
            )
            content = _content(answer, until)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            words, sent, passing = self._explain(error, url, limit)
            raise Unreachable(f"Could not {attempt}: {words}", sent, passing) from None
        return self._read(answer, content)

    def _read_environment(self, url: str) -> dict[str, t.Any]:
        """Look once for what ``requests`` would look for with each request: all of them go to the same host.

        :returns: ``proxies``, ``verify``, ``cert`` and so on, as it takes them; bodies are read by ``_content``.
        """
        found = dict(self._session.merge_environment_settings(url, {}, True, self._tls.verify, self._tls.cert))
        self._session.trust_env = False
        self._environment = found
        return found

    @staticmethod
    def _read(answer: requests.Response, content: bytes) -> Answer:
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip() or "no content type"
        parsed, foreign = None, False
        if content:
            try:
                parsed = json.loads(content)
            except ValueError:
                foreign = True
        return Answer(answer.status_code, answer.headers, parsed, kind, foreign)

    def _explain(self, error: Exception, url: str, limit: float) -> tuple[str, bool, bool]:
        """Say in a user's terms why there is no answer. Never quotes *error*, which may hold a proxy's password.

        :returns: the words; whether the request may have reached the service; whether it may go better in a moment.
        """
        host = urlsplit(url).netloc.rpartition("@")[2]
        failures = requests.exceptions
        if isinstance(error, failures.SSLError) and "WRONG_VERSION_NUMBER" in root_cause(error):
            return f"{host} does not speak TLS. Check the scheme and the port of 'endpoint'.", False, False
        if isinstance(error, failures.SSLError):
            words = (
                f"the TLS certificate of {host} was not accepted ({root_cause(error)}). "
                "If its CA is a private one, give its file as ca_cert; client_cert and client_key are for servers that ask for them."
            )
            return words, False, False
        if isinstance(error, failures.InvalidProxyURL):
            return "the proxy's URL cannot be used. Check HTTP_PROXY and HTTPS_PROXY.", False, False
        if isinstance(error, (failures.InvalidURL, failures.InvalidSchema, failures.MissingSchema, urllib3.exceptions.LocationValueError)):
            return f"{url} is not a URL that can be called. Check 'endpoint'.", False, False
        if isinstance(error, ValueError):
            # Only headers are made of what a user gave, and only those of the credential.
            return "the credential holds what no request can carry, such as a line break. Check how it was read.", False, False
        never_sent = _never_connected(error) or isinstance(_reasons(error)[-1], ConnectionRefusedError)
        if isinstance(error, failures.ProxyError):
            # A connection that breaks later, inside of the proxy's tunnel, is called the proxy's error as well.
            never_sent = never_sent or "Tunnel connection failed" in str(_reasons(error)[-1])
            words = f"the proxy between here and {host} refused or is not there ({root_cause(error)}). Check HTTPS_PROXY and NO_PROXY."
            return words, not never_sent, True
        if isinstance(error, (failures.Timeout, urllib3.exceptions.ReadTimeoutError)):
            words = f"{host} did not answer within {limit:g} seconds. Raise api_timeout and timeout, or check the way to it."
            return words, not isinstance(error, failures.ConnectTimeout), True
        doing = "cannot be reached" if never_sent else "broke the connection"
        return f"{host} {doing} ({root_cause(error)}). Check 'endpoint' and 'region_name', and the way to it.", not never_sent, True


def _content(answer: requests.Response, until: float) -> bytes:
    """The whole body. A limit of ``requests`` is for each wait, and an answer that trickles in never reaches it.

    :param until: when it is given up.
    """
    read = getattr(answer.raw, "read1", None)
    if read is None:
        # urllib3 before 2.1: it reads all or nothing.
        return answer.content
    parts: list[bytes] = []
    while part := read(_PART, decode_content=True):
        parts.append(part)
        if time.monotonic() > until:
            answer.close()
            raise requests.ReadTimeout
    return b"".join(parts)


def _reasons(error: BaseException) -> list[BaseException]:
    """An exception and what caused it, the innermost last."""
    found: list[BaseException] = []
    inner: t.Any = error
    while isinstance(inner, BaseException) and inner not in found:
        found.append(inner)
        inner = getattr(inner, "reason", None) or inner.__cause__ or inner.__context__ or (inner.args[-1] if inner.args else None)
    return found


def _never_connected(error: BaseException) -> bool:
    """Whether there was no connection on which the request could have been sent."""
    # NameResolutionError, which newer versions have, is one of these as well.
    return any(isinstance(each, urllib3.exceptions.NewConnectionError) for each in _reasons(error))


def root_cause(error: BaseException) -> str:
    """The innermost reason of an exception, in a few words. Quotes nothing that may hold a secret."""
    reasons = _reasons(error)
    words = (each.strerror for each in reversed(reasons) if isinstance(each, OSError) and each.strerror)
    return next(words, type(reasons[-1]).__name__)
