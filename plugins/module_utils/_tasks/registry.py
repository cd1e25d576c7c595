# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All tasks, by the names of their modules. The callback, the action plugins, the tests and the generated documentation iterate them."""

from __future__ import annotations

import typing as t

from .._resource.registry import RESOURCES
from .._runtime.task import Task
from . import info, member, pool, pool_members

_OWN = {task.name: task for task in (pool.TASK, info.POOLS, member.TASK, info.MEMBERS, pool_members.TASK)}
# A resource that has filters has an info module. Those of pools and members have more options.
_LISTING = {name: info.info_task(each) for each in RESOURCES if each.filters and (name := info.info_name(each)) not in _OWN}

TASKS: t.Mapping[str, Task] = {**_OWN, **_LISTING}
