# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test ``same_address``: compares addresses in any notation."""

from __future__ import annotations

DOCUMENTATION = r"""
name: same_address
short_description: Whether two IP addresses are the same
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Compares two IPv4 or IPv6 addresses as addresses, so that V(2001:DB8::1) and V(2001:db8:0:0:0:0:0:1) are the same.
  - For example, selects the members with the address of a host from the result of M(otc.elb.elb_member_info).
positional: _input, other
options:
  _input:
    description:
      - An IPv4 or IPv6 address. For any other value, such as a host name, the result is V(false).
    type: str
    required: true
  other:
    description:
      - The address to compare it with.
    type: str
    required: true
seealso:
  - module: otc.elb.elb_member_info
"""

EXAMPLES = r"""
- name: The members of the pool
  otc.elb.elb_member_info:
    pool: web
  register: found

- name: Those with the address of this host, on any port
  ansible.builtin.debug:
    msg: "{{ found.members | selectattr('address', 'otc.elb.same_address', ansible_host) }}"
"""

RETURN = r"""
_value:
  description: Whether both are IP addresses, and the same.
  type: bool
"""

import typing as t

from ansible_collections.otc.elb.plugins.module_utils._resource.address import parse_address


def same_address(value: t.Any, other: t.Any) -> bool:
    """Compare two addresses. ``False`` if one of them is not an address."""
    first, second = (parse_address(each) if isinstance(each, str) else None for each in (value, other))
    return first is not None and first == second


class TestModule:
    """The tests of this file."""

    def tests(self) -> dict[str, t.Callable[..., bool]]:
        """The tests by name."""
        return {"same_address": same_address}
