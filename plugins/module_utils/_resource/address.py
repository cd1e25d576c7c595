# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IP addresses, compared as addresses."""

from __future__ import annotations

import socket
import typing as t


def parse_address(address: str) -> bytes | None:
    """An address as bytes, which are the same for every spelling of it: 4 for IPv4, 16 for IPv6.

    :returns: ``None`` where *address* is no IP address.
    """
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, address)
        except (OSError, ValueError):  # ValueError: a null character
            continue
    return None


def is_ipv6(address: str) -> bool:
    """Whether *address* is an IPv6 address, in any spelling."""
    return len(parse_address(address) or b"") == 16


def comparable_address(value: t.Any, *dummy: t.Any) -> t.Any:
    """The form in which two addresses are compared, as :class:`Field` takes it; what is no address stays as it is."""
    return (parse_address(value) or value) if isinstance(value, str) else value
