# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a credential can be read on the way."""

from __future__ import annotations

import ipaddress
import typing as t
from urllib.parse import urlsplit


def exposures(url: str, verify: bool | str) -> t.Iterator[str]:
    """The warnings before a credential is sent.

    :param url: where it is sent.
    :param verify: as ``requests`` takes it.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and not _is_loopback(host):
        yield f"The credential and all requests go to {host} unencrypted, because its URL begins with http://. Use https://."
    if parts.scheme == "https" and verify is False:
        yield (
            f"The TLS certificate of {host} is not verified (validate_certs, OS_INSECURE or verify in clouds.yaml), so any host on the way can "
            "read the credential. For a private CA, give its file as ca_cert."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
