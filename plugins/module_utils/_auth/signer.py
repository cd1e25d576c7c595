# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SDK-HMAC-SHA256 signatures (the ``Access=`` form) for requests made with AK/SK.

Source: Open Telekom Cloud's "API Signing Guide". Checked in the tests against the signer of the
independent ``huaweicloudsdkcore``.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import time
import typing as t
from urllib.parse import quote, unquote, unquote_plus, urlsplit

if t.TYPE_CHECKING:
    from requests import PreparedRequest

ALGORITHM = "SDK-HMAC-SHA256"
_UNSIGNED = ("authorization", "connection", "content-length", "user-agent", "accept", "accept-encoding")


#: What to do where a signature is refused. Source: the errors of the API gateway, APIGW.0301.
CHECK_KEYS = (
    "Check access_key and secret_key: that they are a pair, not deleted, and of a user of this project and region. Check this machine's "
    "clock as well (a signature is valid for 15 minutes), and that OS_SECURITY_TOKEN is not left over from another pair of keys."
)


class AkskAuth:
    """Signs each request with an access key and a secret key; for use as ``requests``' ``auth``.

    :param access_key: the AK.
    :param secret_key: the SK.
    :param project_id: sent as ``X-Project-Id``, which the gateway needs to scope the request.
    :param security_token: sent as ``X-Security-Token``; temporary keys need it.
    :param clock: seconds since the epoch; only tests give another.
    """

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        project_id: str,
        security_token: str | None = None,
        clock: t.Callable[[], float] = time.time,
    ) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._project_id = project_id
        self._security_token = security_token
        self._clock = clock

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the signature to *request*.

        :returns: the same request.
        """
        url = urlsplit(request.url or "")
        body = request.body or b""
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock()))
        request.headers["X-Sdk-Date"] = date
        request.headers["X-Project-Id"] = self._project_id
        if self._security_token:
            request.headers["X-Security-Token"] = self._security_token
        # http.client sets Host when it sends, so it has to be derived here the same way.
        headers = {"host": _host(url.scheme, url.netloc)}
        headers.update((name.lower(), _text(value)) for name, value in request.headers.items() if name.lower() not in _UNSIGNED)
        request.headers["Authorization"] = authorization(
            self._access_key,
            self._secret_key,
            date,
            request.method or "GET",
            url.path,
            url.query,
            headers,
            body.encode() if isinstance(body, str) else body,
        )
        return request


def authorization(
    access_key: str,
    secret_key: str,
    date: str,
    method: str,
    path: str,
    query: str,
    headers: t.Mapping[str, str],
    body: bytes,
) -> str:
    """Compute the ``Authorization`` header.

    :param date: as in ``X-Sdk-Date``: ``YYYYMMDDTHHMMSSZ``.
    :param path: as sent, percent-encoded or not.
    :param query: as sent, without the question mark.
    :param headers: the headers to sign; names in lower case.
    """
    signed = ";".join(sorted(headers))
    canonical = "\n".join(
        (
            method.upper(),
            canonical_path(path),
            canonical_query(query),
            "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers)),
            signed,
            hashlib.sha256(body).hexdigest(),
        )
    )
    to_sign = f"{ALGORITHM}\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Access={access_key}, SignedHeaders={signed}, Signature={signature}"


# All members of a pool are created with the same one.
@functools.lru_cache(maxsize=8)
def canonical_path(path: str) -> str:
    """Percent-encode each segment once, and end with a slash."""
    segments = "/".join(quote(segment, safe="~") for segment in unquote(path).split("/"))
    return segments if segments.endswith("/") else segments + "/"


def canonical_query(query: str) -> str:
    """Percent-encode each key and value once; sort by key, then by value, as they are before that."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    plain = sorted((unquote_plus(key), unquote_plus(value)) for key, dummy, value in pairs)
    return "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in plain)


def _host(scheme: str, netloc: str) -> str:
    host = netloc.rpartition("@")[2]
    default = {"http": ":80", "https": ":443"}.get(scheme, "")
    return host[: -len(default)] if default and host.endswith(default) else host


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
