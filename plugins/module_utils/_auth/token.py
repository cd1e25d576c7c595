# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticate with a token that the caller already has."""

from __future__ import annotations

import typing as t

from .connection import Connection
from .settings import Settings

_CHECK = "Check that the token (auth_token, OS_AUTH_TOKEN or OS_TOKEN) is complete, has not expired, and is for this project and region."


class TokenAuth:
    """Adds a token to each request; for use as ``requests``' ``auth``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: t.Any) -> t.Any:
        """Add the token to *request*, and return it."""
        request.headers["X-Auth-Token"] = self._token
        return request


def connect(settings: Settings) -> Connection:
    """Use the token in *settings*.

    :raises ElbError: names what is missing.
    """
    token, project_id = settings.require("a token", "auth_token", "project_id")
    endpoint = settings.endpoint() or settings.region_endpoint()
    return Connection(TokenAuth(token), _CHECK, lambda: (endpoint, project_id), {token}, *settings.tls())
