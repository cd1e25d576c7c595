# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why there is no token from Keystone, in a user's terms."""

from __future__ import annotations

import typing as t

from .._errors import ElbError, Unreachable
from .._http.retry import SERVER_ERRORS


def passing(error: Exception) -> bool:
    """Whether it may go better in a moment."""
    from keystoneauth1 import exceptions

    if isinstance(error, exceptions.HttpError):
        return error.http_status == 429 or error.http_status in SERVER_ERRORS
    return isinstance(error, exceptions.RetriableConnectionFailure)


def explained(error: Exception, auth_url: str, kind: str, names: str, seconds: float) -> ElbError:
    """Say in a user's terms why there is no token. Never quotes *error*, which may hold a proxy's password."""
    from keystoneauth1 import exceptions

    from .._http.failures import root_cause

    def unreachable(words: str, **facts: t.Any) -> Unreachable:
        # The request that wanted the token was not sent; the one for the token was repeated where that could help.
        return Unreachable(f"{attempt}: {words}", sent=False, passing=False, **facts)

    attempt = f"Could not get a token from Keystone at {auth_url} ({kind}{names})"
    if isinstance(error, exceptions.HttpError):
        facts = {"status": error.http_status, "request_id": error.request_id}
        return ElbError(f"{attempt}: {_refusal(error.http_status, kind)}", **facts)
    if isinstance(error, exceptions.SSLError):
        return unreachable(
            f"the TLS certificate was not accepted ({root_cause(error)}). If its CA is a private one, give its file as ca_cert; "
            "client_cert and client_key are for servers that ask for them."
        )
    if isinstance(error, exceptions.ConnectTimeout):
        return unreachable(f"no answer within {seconds:g} seconds. Raise api_timeout, or check the way to it.")
    if isinstance(error, exceptions.ConnectionError):
        return unreachable(
            f"it cannot be reached ({root_cause(error)}). Check auth_url, a proxy (HTTPS_PROXY, NO_PROXY), and the way to it."
        )
    response = getattr(error, "response", None)
    if response is not None and 300 <= response.status_code < 400:
        return unreachable(
            f"it redirects to {response.headers.get('Location', 'elsewhere')}, which is not followed because the credential "
            "would go there. If that address is right, give it as auth_url.",
            status=response.status_code,
        )
    return unreachable("what answered is not Keystone. Check auth_url, and whether a proxy stands between.")


def _refusal(status: int, kind: str) -> str:
    if status in (401, 403):
        return (
            f"it refuses the credential (status {status}). It does not tell which part: check the secret, that it has not expired or been revoked, "
            "the names and their domains, and that the user has a role in the project."
        )
    if status == 404 and kind in ("token", "v3token"):
        return (
            "it does not know the token (status 404). Check that it has not expired or been revoked, and that auth_url is its Keystone's."
        )
    if status == 404:
        return "there is no Keystone, or not the project (status 404). Check auth_url, which ends in /v3, and the project."
    if status == 407:
        return "a proxy on the way wants a user and a password (status 407). Check HTTPS_PROXY and NO_PROXY."
    if status == 400:
        return "it does not understand the request (status 400). Check auth: names of users and projects need their domains."
    return f"it answers with status {status}." + (" Try again later." if status == 429 or status >= 500 else "")
