# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticate with an access key and a secret key: requests are signed, and no token is requested."""

from __future__ import annotations

from .connection import Connection
from .settings import Settings
from .signer import CHECK_KEYS, AkskAuth


def connect(settings: Settings) -> Connection:
    """Use the keys in *settings*.

    :raises ElbError: names what is missing.
    """
    access_key, secret_key, project_id = settings.require("AK/SK", "access_key", "secret_key", "project_id")
    endpoint = settings.endpoint() or settings.region_endpoint()
    security_token = settings.get("security_token")
    secrets = {secret for secret in (access_key, secret_key, security_token) if secret}
    auth = AkskAuth(access_key, secret_key, project_id, security_token)
    return Connection(auth, CHECK_KEYS, lambda: (endpoint, project_id), secrets, *settings.tls())
