# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The IAM actions that tasks may need because of earlier tasks of the same run, whose changes check mode does not make.

In check mode a module reports the actions for the resources that exist. For a pool or member that an earlier task would create or
change (a touched resource), this adds the actions that the options of the later task allow.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.otc.elb.plugins.module_utils._errors import Json
from ansible_collections.otc.elb.plugins.module_utils._resource.health_check import HEALTH_CHECK
from ansible_collections.otc.elb.plugins.module_utils._resource.ids import is_name
from ansible_collections.otc.elb.plugins.module_utils._resource.member import key_of
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Verb
from ansible_collections.otc.elb.plugins.module_utils._runtime.task import Task
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS

#: The IAM actions that change nothing.
READS: t.Final = {action for action, operation in OPERATIONS.items() if operation.method == "GET"}
#: The options that name pools, where it is not ``pool``.
_NAMED_BY: t.Mapping[str, tuple[str, ...]] = {"elb_pool": ("id", "name"), "elb_pool_info": ("id", "name")}
_REMOVE_CHECK = HEALTH_CHECK.operation(Verb.DELETE).action
#: Stands for a member that a task knows by something else than its address.
_ANY = object()


def allowed(module: str, args: Mapping[str, t.Any]) -> set[str]:
    """The IAM actions that a task may need, whatever exists.

    :param args: the task's options, templates resolved.
    """
    task = TASKS[module]
    return task.allowed(_params(task, args))


class Touched:
    """Follows a run in check mode."""

    def __init__(self) -> None:
        self._pools: list[_Pool] = []

    def follow(self, module: str, args: Mapping[str, t.Any], result: Mapping[str, t.Any]) -> set[str]:
        """Record a task that succeeded.

        :param module: the module's name in the collection.
        :param args: the task's options, templates resolved.
        :param result: its result.
        :returns: the IAM actions that it may need because of earlier tasks.
        """
        task = TASKS[module]
        params = _params(task, args)
        options = _NAMED_BY.get(module, ("pool",))
        if not params.keys() >= set(options):
            return set()  # It is about no pool.
        names = _names(options, params, result)
        pools = self._meant(names) if names or module != "elb_pool_info" else self._pools
        members = {key for pool in pools for key in pool.members}
        perhaps = _allowed_for(task, params, members) if pools else set()
        if module == "elb_pool" and params["state"] == "absent" and not any(pool.has_check for pool in pools):
            # One that was there before has been counted by the module.
            perhaps.discard(_REMOVE_CHECK)
        if not module.endswith("_info"):
            self._touch(module, params, names, pools)
        return perhaps

    def _meant(self, names: Collection[str]) -> list[_Pool]:
        """The touched pools that a task may refer to. A pool that is known only by its ID may have any name."""
        return [pool for pool in self._pools if pool.names & set(names) or not any(map(is_name, pool.names))]

    def _touch(self, module: str, params: Json, names: Collection[str], pools: Iterable[_Pool]) -> None:
        touched = _Pool(set(names))
        for pool in pools:
            touched.names |= pool.names
            touched.members |= pool.members
            touched.has_check |= pool.has_check
        self._pools = [pool for pool in self._pools if pool not in pools]
        self._pools.append(touched)
        if module == "elb_pool":
            renamed = params["id"] and params["name"]
            if params["state"] == "absent" or renamed:
                # The pool that the real run finds under that name is not the one that check mode sees.
                touched.members.add(_ANY)
            touched.has_check |= bool(renamed or (params["health_check"] and params["health_check"]["enable"]))
        elif module == "elb_member":
            touched.members.add(key_of(params) if params["address"] and not params["id"] else _ANY)
        else:
            touched.members |= {key_of(entry) for entry in params["members"]} | ({_ANY} if params["purge"] else set())


class _Pool:
    """A pool that a task touched: the names and IDs by which tasks refer to it, and its touched members."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.members: set[t.Any] = set()
        #: Whether it may have a health check that check mode does not see.
        self.has_check = False


def _params(task: Task, args: Mapping[str, t.Any]) -> Json:
    """The validated options, with defaults and without those of the connection."""
    known = ArgumentSpecValidator(task.options).validate(dict(args)).validated_parameters
    return {**dict.fromkeys(task.options), **known}


def _names(options: Iterable[str], params: Json, result: Mapping[str, t.Any]) -> set[str]:
    """All names and IDs of the pool, or pools, that a task is about.

    :param options: those that name pools, one or a list.
    """
    pool = result.get("pool") or {}
    found = [*(params[option] for option in options), result.get("pool_id"), pool.get("id"), pool.get("name")]
    return {str(name).lower() for names in found if names for name in (names if isinstance(names, list) else [names])}


def _allowed_for(task: Task, params: Json, members: Collection[t.Any]) -> set[str]:
    """The actions that a task for a touched pool may need.

    :param members: the touched members of the pool.
    """

    def touched(entry: Mapping[str, t.Any]) -> bool:
        return bool(members) and (_ANY in members or not entry["address"] or key_of(entry) in members)

    if task.name == "elb_pool":
        return task.allowed({**params, "force": params["force"] and bool(members)})
    if task.name == "elb_pool_members":
        entries = [entry for entry in params["members"] if touched(entry)]
        return task.allowed({**params, "members": entries, "purge": params["purge"] and bool(members)})
    if task.name == "elb_member" and not touched(params):
        return task.allowed(params) & READS
    return task.allowed(params)
