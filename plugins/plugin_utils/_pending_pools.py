# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks about pools need because of tasks before them; see :mod:`_pending`."""

from __future__ import annotations

from ansible_collections.otc.elb.plugins.module_utils._api.operations import (
    MEMBER_DELETE,
    MEMBER_LIST,
    POOL_CREATE,
    POOL_DELETE,
    POOL_UPDATE,
)
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Json, given, is_later, looks_like_id
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import FIELDS
from ansible_collections.otc.elb.plugins.plugin_utils._step import Step
from ansible_collections.otc.elb.plugins.plugin_utils._world import REFERENCES, Pool, Pools, reference


class PoolTasks:
    """Follows the tasks about pools."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        #: IDs by the names that tasks gave.
        self._named: dict[tuple[str, ...], str] = {}

    def pool(self, step: Step) -> None:
        """A task of ``elb_pool``."""
        args, shown = step.args, step.shown("pool")
        called = str(args["id"] or args["name"])
        pool = self._pools.find(called, step.real_id, self._where(args, shown), by_id=bool(args["id"]))
        if args["state"] == "absent":
            self._remove_pool(step, called, pool)
            return
        wanted = given(FIELDS, args)
        if pool is None and step.real_id and not self._pools.knows(step.real_id):
            pool = self._pools.add(Pool(shown, shown.get("name")))
        if pool is None or not pool.there:
            if pool is None:
                pool = self._pools.add(Pool(shown, str(args["name"]), made=True))
            self._pools.mistake(pool, step.real_id)
            pool.clear()
            pool.make(FIELDS, wanted, shown)
            step.needs(POOL_CREATE)
        else:
            if is_later(shown.get("id")):
                step.guessed(POOL_UPDATE)
            if pool.update(FIELDS, wanted, shown):
                step.needs(POOL_UPDATE)
            pool.whole = pool.whole or (not is_later(shown.get("id")) and shown.get("members") == [])
        pool.name = str(wanted.get("name", pool.name))

    def _where(self, args: Json, shown: Json) -> Json:
        """The IDs of the pool's load balancer and listener, as far as this task and earlier ones tell."""
        where: Json = {}
        for field in REFERENCES:
            called, found = args[field.option_key], reference(field, shown)
            key = (field.name, str(called), str(args["loadbalancer"]))
            if called and found:
                self._named[key] = found
            found = found or self._named.get(key) or (called if looks_like_id(called or "") else None)
            if found:
                where[field.name] = found
        return where

    def _remove_pool(self, step: Step, called: str, pool: Pool | None) -> None:
        removed = POOL_DELETE.action in step.actions
        if pool is None:
            if removed and step.real_id and not self._pools.knows(step.real_id):
                gone = self._pools.add(Pool({"id": step.real_id}, None if step.args["id"] else called, there=False))
                gone.clear()
            return
        if pool.there:
            step.needs(POOL_DELETE)
            if step.args["force"] and any(member.there for member in pool.members):
                step.needs(MEMBER_DELETE)
            elif step.args["force"] and pool.hides(step.real_id):
                step.may_need(MEMBER_DELETE)
        pool.there = False
        pool.clear()

    def pool_info(self, step: Step) -> None:
        """A task of ``elb_pool_info``."""
        args = step.args
        if not args["include_members"]:
            return
        for pool in self._pools:
            # One that tasks gave by its ID only may have any name.
            by_name = not args["name"] or pool.name is None or pool.name in args["name"]
            meant = by_name and (not args["id"] or not pool.ids.isdisjoint(each.lower() for each in args["id"]))
            if meant and any(member.there for member in pool.members):
                step.needs(MEMBER_LIST)
            elif meant and not pool.whole:
                step.may_need(MEMBER_LIST)
