# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All tasks, by the names of their modules. The callback, the action plugins, the tests and the generated documentation iterate them."""

from __future__ import annotations

import typing as t

from .._resource.registry import RESOURCES
from .._runtime.task import Task
from . import info, member, pool, pool_members

# A resource that has filters has an info module.
_LISTING = [info.info_task(resource) for resource in RESOURCES if resource.filters]
# The info modules of pools and members have more options, and go before those above.
_OWN = (pool.TASK, info.POOLS, member.TASK, info.MEMBERS, pool_members.TASK)

TASKS: t.Mapping[str, Task] = {task.name: task for task in (*_LISTING, *_OWN)}
