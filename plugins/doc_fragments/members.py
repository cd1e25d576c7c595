# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that are about the members of a pool."""

from __future__ import annotations


class ModuleDocFragment:
    """``POOL`` documents ``POOL_OPTION`` of ``_runtime.lookup``; the other options are those of ``_runtime.serving``."""

    POOL = r"""
options:
  pool:
    description:
      - The name or ID of the pool. A UUID is used as the ID, without a lookup, which saves a request.
    type: str
    required: true
    aliases: [pool_id]
"""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait, at most O(timeout) seconds, until the members that the task sets up are healthy. If the time runs out, the task
        fails with the last status and the reason; the members stay.
      - A member is healthy where each listener (C(status)) says ONLINE or NO_MONITOR, or, without listeners, its own C(operating_status).
        INITIAL, before the first check, and UNKNOWN are not healthy.
      - A member with weight 0 gets no requests and is not waited for, with a warning. One that is removed meanwhile ends its wait with a
        failure.
    type: bool
    default: false
  min_healthy_seconds:
    description:
      - With O(wait=true), how many seconds a member must have been healthy without a break, 0 to 86400. They are part of O(timeout).
      - A member that fails shortly after its start is ONLINE until the health check notices. That takes
        C(timeout * n + delay * (n - 1)) seconds at most, where C(n) is C(max_retries_down) of the health check.
    type: float
    default: 0.0
  drain_seconds:
    description:
      - Where the task removes members, it sets their weight to 0 first and removes them after this many seconds, 0 to 86400.
        They do not count towards O(timeout).
      - Where the task takes members out of service with C(weight=0), it ends this many seconds later.
    type: float
    default: 0.0
  enterprise_project_id:
    description:
      - The ID of the enterprise project that pool and members are looked up in, or V(all_granted_eps) for all that the user has access to.
      - The API reference calls this parameter unsupported; use it only where a lookup without it does not find what exists.
      - Not used to find what is given by its ID. There is no warning of that, because it may be a default for the action group.
    type: str
"""
