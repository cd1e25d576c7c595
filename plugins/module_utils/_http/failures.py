# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why there is no answer, in a user's terms."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit


def explain(error: Exception, url: str, limit: float) -> tuple[str, bool, bool]:
    """Say in a user's terms why there is no answer. Never quotes *error*, which may hold a proxy's password.

    :returns: the words; whether the request may have reached the service; whether it may go better in a moment.
    """
    # Here rather than above: ansible-test imports this file where they are missing.
    from requests import exceptions as failures
    from urllib3.exceptions import LocationValueError, ReadTimeoutError

    host = urlsplit(url).netloc.rpartition("@")[2]
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
    if isinstance(error, (failures.InvalidURL, failures.InvalidSchema, failures.MissingSchema, LocationValueError)):
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
    if isinstance(error, (failures.Timeout, ReadTimeoutError)):
        words = f"{host} did not answer within {limit:g} seconds. Raise api_timeout and timeout, or check the way to it."
        return words, not isinstance(error, failures.ConnectTimeout), True
    doing = "cannot be reached" if never_sent else "broke the connection"
    return f"{host} {doing} ({root_cause(error)}). Check 'endpoint' and 'region_name', and the way to it.", not never_sent, True


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
    from urllib3.exceptions import NewConnectionError

    # NameResolutionError, which newer versions have, is one of these as well.
    return any(isinstance(each, NewConnectionError) for each in _reasons(error))


def root_cause(error: BaseException) -> str:
    """The innermost reason of an exception, in a few words. Quotes nothing that may hold a secret."""
    reasons = _reasons(error)
    words = (each.strerror for each in reversed(reasons) if isinstance(each, OSError) and each.strerror)
    return next(words, type(reasons[-1]).__name__)
