# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The IAM actions that tasks may need because of earlier tasks of the same run, whose changes check mode does not make.

In check mode a module reports the actions for the resources that exist. For a pool or member that an earlier task would create or
change (a touched resource), this adds the actions that the options of the later task allow.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.otc.elb.plugins.module_utils._errors import Json
from ansible_collections.otc.elb.plugins.module_utils._resource.ids import is_name
from ansible_collections.otc.elb.plugins.module_utils._resource.touched import TouchedPool
from ansible_collections.otc.elb.plugins.module_utils._runtime.task import Task
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS


def allowed(module: str, args: Mapping[str, t.Any]) -> set[str]:
    """The IAM actions that a task may need, whatever exists.

    :param args: the task's options, templates resolved.
    """
    task = TASKS[module]
    return task.allowed(_params(task, args))


class Touched:
    """Follows a run in check mode."""

    def __init__(self) -> None:
        self._pools: list[TouchedPool] = []

    def follow(self, module: str, args: Mapping[str, t.Any], result: Mapping[str, t.Any]) -> set[str]:
        """Record a task that succeeded.

        :param module: the module's name in the collection.
        :param args: the task's options, templates resolved.
        :param result: its result.
        :returns: the IAM actions that it may need because of earlier tasks.
        """
        task = TASKS[module]
        if not task.pools:
            return set()
        params = _params(task, args)
        names = _names(task, params, result)
        pools = self._matching(names) if names else self._pools
        touched = TouchedPool(names)
        for pool in pools:
            touched.merge(pool)
        if task.changes is None:
            return task.allowed(params) if pools else set()
        perhaps = task.changes.allowed(params, touched) if pools else set()
        task.changes.touch(touched, params)
        self._pools = [*(pool for pool in self._pools if pool not in pools), touched]
        return perhaps

    def _matching(self, names: Collection[str]) -> list[TouchedPool]:
        """The touched pools that a task may refer to. A pool that is known only by its ID may have any name."""
        return [pool for pool in self._pools if pool.names & set(names) or not any(map(is_name, pool.names))]


def _params(task: Task, args: Mapping[str, t.Any]) -> Json:
    """The validated options, with defaults and without those of the connection."""
    known = ArgumentSpecValidator(task.options).validate(dict(args)).validated_parameters
    return {**dict.fromkeys(task.options), **known}


def _names(task: Task, params: Json, result: Mapping[str, t.Any]) -> set[str]:
    """All names and IDs of the pool, or pools, that a task is about."""
    pool = result.get("pool") or {}
    found = [*(params[option] for option in task.pools), result.get("pool_id"), pool.get("id"), pool.get("name")]
    return {str(name).lower() for names in found if names for name in (names if isinstance(names, list) else [names])}
