# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticate with an access key and a secret key: requests are signed, and no token is requested."""

from __future__ import annotations

from .connection import Connection, require
from .settings import Settings
from .signer import AkskAuth


def connect(settings: Settings) -> Connection:
    """Use the keys in *settings*.

    :raises ElbError: names what is missing.
    """
    access_key, secret_key, project_id = require(settings, "AK/SK", "access_key", "secret_key", "project_id")
    return with_keys(settings, access_key, secret_key, settings.get("security_token"), project_id)


def with_keys(settings: Settings, access_key: str, secret_key: str, security_token: str | None, project_id: str) -> Connection:
    """Use keys that were found elsewhere.

    :raises ElbError: when the endpoint or a file for TLS cannot be used.
    """
    endpoint = settings.endpoint() or settings.region_endpoint()
    secrets = {secret_key, security_token} if security_token else {secret_key}
    auth = AkskAuth(access_key, secret_key, project_id, security_token)
    return Connection(auth, endpoint, project_id, {secret for secret in secrets if secret}, *settings.tls())
