# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why there is no response, in a user's terms."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

try:
    from requests import exceptions as failures
    from urllib3.exceptions import LocationValueError, NewConnectionError, ReadTimeoutError
except ImportError:  # _http.transport reports what is missing
    pass


class Failure(t.NamedTuple):
    """Why there is no response."""

    reason: str
    #: Whether the request may have reached the service.
    sent: bool
    #: Whether a repetition may succeed.
    transient: bool


def explain(error: Exception, url: str, limit: float) -> Failure:
    """Why there is no response. Never quotes *error*, which may hold a proxy's password.

    :param limit: the seconds that the request could take.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    if isinstance(error, failures.SSLError) and "WRONG_VERSION_NUMBER" in root_cause(error):
        return Failure(f"{host} does not speak TLS. Check the scheme and the port of 'endpoint'.", False, False)
    if isinstance(error, failures.SSLError):
        reason = (
            f"the TLS certificate of {host} was not accepted ({root_cause(error)}). "
            "If its CA is a private one, give its file as ca_cert; client_cert and client_key are for servers that ask for them."
        )
        return Failure(reason, False, False)
    if isinstance(error, failures.InvalidProxyURL):
        return Failure("the proxy's URL cannot be used. Check HTTP_PROXY and HTTPS_PROXY.", False, False)
    if isinstance(error, (failures.InvalidURL, failures.InvalidSchema, failures.MissingSchema, LocationValueError)):
        return Failure(f"{url} is not a URL that can be called. Check 'endpoint'.", False, False)
    if isinstance(error, ValueError):
        # Of what a user gives, only the credential goes into headers.
        return Failure("the credential holds a character that no HTTP header can have, such as a line break.", False, False)
    never_sent = _never_connected(error) or isinstance(_causes(error)[-1], ConnectionRefusedError)
    if isinstance(error, failures.ProxyError):
        # requests also calls it a proxy error when a connection breaks later, inside of the proxy's tunnel.
        never_sent = never_sent or "Tunnel connection failed" in str(_causes(error)[-1])
        reason = f"the proxy on the way to {host} refused or does not answer ({root_cause(error)}). Check HTTPS_PROXY and NO_PROXY."
        return Failure(reason, not never_sent, True)
    if isinstance(error, (failures.Timeout, ReadTimeoutError)):
        reason = f"{host} did not answer within {limit:g} seconds. Raise api_timeout and timeout, or check the network."
        return Failure(reason, not isinstance(error, failures.ConnectTimeout), True)
    what = "cannot be reached" if never_sent else "broke the connection"
    reason = f"{host} {what} ({root_cause(error)}). Check 'endpoint', 'region_name' and the network."
    return Failure(reason, not never_sent, True)


def root_cause(error: BaseException) -> str:
    """The innermost cause of an exception, in a few words. Quotes nothing that may hold a secret."""
    causes = _causes(error)
    reasons = (each.strerror for each in reversed(causes) if isinstance(each, OSError) and each.strerror)
    return next(reasons, type(causes[-1]).__name__)


def _causes(error: BaseException) -> list[BaseException]:
    """An exception and its causes, the innermost last."""
    found: list[BaseException] = []
    inner: t.Any = error
    while isinstance(inner, BaseException) and inner not in found:
        found.append(inner)
        inner = getattr(inner, "reason", None) or inner.__cause__ or inner.__context__ or (inner.args[-1] if inner.args else None)
    return found


def _never_connected(error: BaseException) -> bool:
    """Whether there was no connection on which the request could have been sent."""
    # NameResolutionError of newer versions is a NewConnectionError.
    return any(isinstance(each, NewConnectionError) for each in _causes(error))
