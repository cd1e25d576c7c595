# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why there is no response, in a user's terms."""

from __future__ import annotations

import os
import re
import typing as t
import zlib
from urllib.parse import urlsplit

from .adapter import MAX_BYTES, TooLarge
from .libraries import requests, urllib3


class Failure(t.NamedTuple):
    """Why there is no response."""

    reason: str
    #: Whether the request may have reached the service.
    sent: bool
    #: Whether a repetition may succeed.
    transient: bool


#: A credential that cannot be put into a header.
UNUSABLE_CREDENTIAL = Failure("the credential holds a character that no HTTP header can have, such as a line break.", False, False)
#: In the cause of a TLS failure: a file holds no CA certificates; a client certificate or key cannot be loaded.
_BROKEN_CA = re.compile(r"NO_CERTIFICATE_OR_CRL_FOUND|\[X509(?!: KEY_VALUES)")
_BROKEN_CLIENT_CERT = re.compile(r"KEY_VALUES_MISMATCH|\[SSL\] PEM lib")
#: In the cause of a TLS failure that is about a certificate, the server's or the client's.
_ABOUT_CERTIFICATE = ("CERTIFICATE", "HANDSHAKE_FAILURE", "UNKNOWN_CA", "KEY_VALUES_MISMATCH", "PEM", "MATCH")
#: With TLS 1.3 the client has sent its request when the server misses the certificate (RFC 8446, 4.4.2.4). The connection may
#: then break before the server's word on it is read.
_MAYBE_CLIENT_CERT = " A server that asks for a client certificate may do so where client_cert is missing."
_MAYBE_OTHER_CERT = " A server that does not accept client_cert may do so."


def unusable_url(url: str) -> Failure:
    """A URL that no request can be made for."""
    return Failure(f"{url} is not a URL that can be called. Check 'endpoint'.", False, False)


def unusable_proxy(error: BaseException, url: str) -> Failure:
    """A proxy that no request can be sent through. Its URL may hold a password, and is not quoted.

    :param url: where the request goes.
    """
    why = " SOCKS is not supported: give an HTTP proxy." if "SOCKS" in str(error) else ""
    return Failure(f"unusable proxy: its URL cannot be used. Check {proxy_variable(url)}.{why}", False, False)


def explain(error: Exception, url: str, limit: float, proxy: str | None, *, has_cert: bool) -> Failure:
    """Why there is no response. Never quotes *error*, which may hold a proxy's password.

    :param limit: the seconds that the request could take.
    :param proxy: the URL of the proxy that it goes through, if any.
    :param has_cert: whether a client certificate is given.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    cause = root_cause(error)
    causes = _causes(error)
    if any(isinstance(each, TooLarge) for each in causes):
        return Failure(f"the response of {host} is larger than {MAX_BYTES >> 20} MiB. Check 'endpoint'.", True, False)
    if isinstance(error, requests.exceptions.InvalidHeader):
        return Failure(f"the headers of the response of {host} contradict one another. Check 'endpoint'.", True, True)
    if isinstance(causes[-1], (requests.exceptions.ContentDecodingError, zlib.error)):
        return Failure(f"the body of the response of {host} cannot be decoded. Check 'endpoint'.", True, True)
    if isinstance(error, requests.exceptions.SSLError):
        return _explain_tls(host, cause, has_cert)
    if proxy and (isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)) or not _is_usable(proxy)):
        return unusable_proxy(error, url)
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, urllib3.exceptions.LocationValueError)):
        return unusable_url(url)
    if not isinstance(error, requests.exceptions.RequestException) and isinstance(error, OSError):
        # The options are checked before.
        path = str(error).rpartition("invalid path: ")[2]
        return Failure(f"there is no file {path}. Check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.", False, False)
    never_sent = _never_connected(error) or isinstance(causes[-1], ConnectionRefusedError)
    if isinstance(error, requests.exceptions.ProxyError):
        # requests also calls it a proxy error when a connection breaks later, inside of the proxy's tunnel.
        never_sent = never_sent or "Tunnel connection failed" in str(causes[-1])
        reason = f"the proxy on the way to {host} refused or does not answer ({cause}). Check {proxy_variable(url)} and NO_PROXY."
        return Failure(reason, not never_sent, True)
    if isinstance(error, requests.exceptions.Timeout) and not never_sent:
        reason = f"{host} did not answer within {limit:g} seconds. Raise api_timeout and timeout, or check the network."
        return Failure(reason, not isinstance(error, requests.exceptions.ConnectTimeout), True)
    if never_sent:
        return Failure(f"{host} cannot be reached ({cause}). Check 'endpoint', 'region_name' and the network.", False, True)
    why = _maybe_cert(has_cert) if urlsplit(url).scheme == "https" else ""
    return Failure(f"{host} broke the connection ({cause}). Check 'endpoint', 'region_name' and the network.{why}", True, True)


def proxy_variable(url: str) -> str:
    """The environment variable that has the proxy for a URL, or could have it."""
    names = [f"{urlsplit(url).scheme}_proxy", "all_proxy"]
    # As the standard library looks for them: the lower case first.
    given = [spelling for name in names for spelling in (name, name.upper()) if os.environ.get(spelling)]
    return given[0] if given else names[0].upper()


def _is_usable(proxy: str) -> bool:
    """Whether a proxy's URL names a host; it may come without a scheme. Older versions of ``requests`` do not check it."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return bool(parts.hostname) and parts.port != 0 and not any(map(str.isspace, proxy))
    except ValueError:
        return False


def _explain_tls(host: str, cause: str, has_cert: bool) -> Failure:
    if "WRONG_VERSION_NUMBER" in cause:
        return Failure(f"{host} does not speak TLS. Check the scheme and the port of 'endpoint'.", False, False)
    if "UNSUPPORTED_PROTOCOL" in cause or "PROTOCOL_VERSION" in cause:
        reason = f"{host} offers no version of TLS that is allowed here ({cause}). It has to offer TLS 1.2 or newer."
        return Failure(reason, False, False)
    if any(words in cause.upper() for words in _ABOUT_CERTIFICATE):
        return Failure(certificate_problem(f"the TLS certificate of {host}", cause), False, False)
    why = _maybe_cert(has_cert) if "EOF" in cause else ""
    return Failure(f"{host} broke the TLS connection ({cause}). Check 'endpoint' and the network.{why}", True, True)


def _maybe_cert(has_cert: bool) -> str:
    return _MAYBE_OTHER_CERT if has_cert else _MAYBE_CLIENT_CERT


def certificate_problem(what: str, cause: str) -> str:
    """Why a certificate was not accepted, and what to do.

    :param what: the server's certificate.
    :param cause: see :func:`root_cause`.
    """
    if _BROKEN_CA.search(cause):
        return f"the file of CA certificates has none in PEM format ({cause}). Check ca_cert (OS_CACERT), REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE."
    if _BROKEN_CLIENT_CERT.search(cause):
        return f"client_cert cannot be used ({cause}). It has to be a certificate in PEM format, with its own key, not encrypted."
    return (
        f"{what} was not accepted ({cause}). "
        "If its CA is a private one, give its file as ca_cert; client_cert and client_key are for servers that ask for them."
    )


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
    return any(isinstance(each, urllib3.exceptions.NewConnectionError) for each in _causes(error))
