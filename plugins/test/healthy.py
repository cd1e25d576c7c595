# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test ``healthy``: whether a member is healthy, as the modules and roles mean it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: healthy
short_description: Whether a member is healthy
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - A member is healthy where each of its statuses is ONLINE or NO_MONITOR. The statuses for each listener (C(status)) take
    precedence over the member's own C(operating_status).
  - INITIAL, before the first check, and UNKNOWN are not healthy.
  - This is what O(otc.elb.elb_member#module:wait) waits for, and what the role P(otc.elb.rolling_update#role) counts.
positional: _input
options:
  _input:
    description:
      - A member, as M(otc.elb.elb_member_info) returns it.
    type: dict
    required: true
seealso:
  - module: otc.elb.elb_member_info
"""

EXAMPLES = r"""
- name: The members of the pool
  otc.elb.elb_member_info:
    pool: web
  register: found

- name: Those that should get requests and are not healthy
  ansible.builtin.debug:
    msg: "{{ found.members | selectattr('weight', 'gt', 0) | reject('otc.elb.healthy') | map(attribute='address') }}"
"""

RETURN = r"""
_value:
  description: Whether the member is healthy.
  type: bool
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.otc.elb.plugins.module_utils._errors import type_name
from ansible_collections.otc.elb.plugins.module_utils._resource.member import is_healthy


def healthy(member: t.Any) -> bool:
    """Whether a member is healthy.

    :raises AnsibleFilterError: when *member* is no dict.
    """
    if not isinstance(member, dict):
        raise AnsibleFilterError(f"otc.elb.healthy: a member is expected, as elb_member_info returns it, not {type_name(member)}.")
    return is_healthy(t.cast(t.Any, member))


class TestModule:
    """The tests of this file."""

    def tests(self) -> dict[str, t.Callable[..., bool]]:
        """By name, as Ansible requires them."""
        return {"healthy": healthy}
