# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks need because of tasks before them, which check mode has not carried out.

In check mode a module looks at what is there, so it says that nothing is to be removed where an earlier task of the same
playbook would only have made it. The results of a whole run tell more than each by itself: here, the pools and members are
remembered as earlier tasks would leave them (:mod:`_world`), and each task is planned once more for these.

What a module itself said that it needs is kept: tasks of several hosts may mean pools in several projects. Only what it had to
guess, because it could not see what an earlier task would make, is replaced by what is known here.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.otc.elb.plugins.module_utils import _info, _member, _pool, _pool_members
from ansible_collections.otc.elb.plugins.module_utils._fields import Json, given, is_later, looks_like_id
from ansible_collections.otc.elb.plugins.module_utils._member_fields import FIELDS as MEMBER_FIELDS
from ansible_collections.otc.elb.plugins.module_utils._operations import (
    MEMBER_CREATE,
    MEMBER_DELETE,
    MEMBER_GET,
    MEMBER_LIST,
    MEMBER_UPDATE,
    POOL_CREATE,
    POOL_DELETE,
    POOL_LIST,
    POOL_UPDATE,
    Operation,
)
from ansible_collections.otc.elb.plugins.module_utils._pool_fields import FIELDS as POOL_FIELDS
from ansible_collections.otc.elb.plugins.plugin_utils._world import REFERENCES, Member, Pool, Pools, reference

_WEIGHT = _pool_members.WEIGHT


class Step:
    """One task: its options as the module takes them, its result, and what it needs."""

    def __init__(self, args: Json, result: Json, told: t.Collection[str]) -> None:
        self.args = args
        self.result = result
        #: The ID of the pool that check mode found; empty where it found none.
        self.real_id = "" if is_later(result.get("pool_id")) else str(result.get("pool_id") or "")
        self.actions = set(told)
        #: Of these, the ones that are needed only if there is what check mode cannot show.
        self.perhaps: set[str] = set()

    def needs(self, *operations: Operation) -> None:
        """Add what the task surely needs."""
        self.actions.update(operation.action for operation in operations)

    def may_need(self, *operations: Operation) -> None:
        """Add what it needs perhaps."""
        unsure = {operation.action for operation in operations} - self.actions
        self.perhaps |= unsure
        self.actions |= unsure

    def guessed(self, operation: Operation) -> None:
        """Take back what the module could only guess."""
        self.actions.discard(operation.action)

    def removal(self, weight: int) -> tuple[Operation, ...]:
        """What it takes to remove a member."""
        return (MEMBER_UPDATE, MEMBER_DELETE) if self.args["drain_seconds"] and weight else (MEMBER_DELETE,)


class Pending:
    """Follows a run in check mode."""

    def __init__(self) -> None:
        self._pools = Pools()
        #: IDs by the names that tasks gave.
        self._named: dict[tuple[str, ...], str] = {}
        self._modules: Mapping[str, tuple[Json, t.Callable[[Step], None]]] = {
            "elb_pool": (_pool.OPTIONS, self._pool),
            "elb_pool_info": (_info.POOL_OPTIONS, self._pool_info),
            "elb_member": (_member.OPTIONS, self._member),
            "elb_member_info": (_info.MEMBER_OPTIONS, self._member_info),
            "elb_pool_members": (_pool_members.OPTIONS, self._pool_members),
        }

    def follow(self, module: str, args: Mapping[str, t.Any], result: Mapping[str, t.Any], told: t.Collection[str]) -> Step:
        """Take note of a task that would have succeeded.

        :param module: the module's name in the collection.
        :param args: the task's options, templates resolved.
        :param result: its result.
        :param told: the actions that the module said it needs.
        """
        spec, follow = self._modules[module]
        # Aliases, types and defaults as the module takes them; the options of the connection do not matter here.
        known = ArgumentSpecValidator(spec).validate(dict(args)).validated_parameters
        step = Step({**dict.fromkeys(spec), **known}, dict(result), told)
        follow(step)
        return step

    # --- Pools ---------------------------------------------------------------------------------

    def _pool(self, step: Step) -> None:
        args, shown = step.args, _resource(step.result.get("pool"))
        called = str(args["id"] or args["name"])
        pool = self._pools.find(called, step.real_id, self._where(args, shown), by_id=bool(args["id"]))
        if args["state"] == "absent":
            self._remove_pool(step, called, pool)
            return
        wanted = given(POOL_FIELDS, args)
        if pool is None and step.real_id and not self._pools.knows(step.real_id):
            pool = self._pools.add(Pool(shown, shown.get("name")))
        if pool is None or not pool.there:
            if pool is None:
                pool = self._pools.add(Pool(shown, str(args["name"]), made=True))
            self._pools.mistake(pool, step.real_id)
            pool.clear()
            pool.make(POOL_FIELDS, wanted, shown)
            step.needs(POOL_CREATE)
        else:
            if is_later(shown.get("id")):
                step.guessed(POOL_UPDATE)
            if pool.update(POOL_FIELDS, wanted, shown):
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

    def _pool_info(self, step: Step) -> None:
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

    # --- Members -------------------------------------------------------------------------------

    def _place(self, step: Step) -> Pool:
        """The pool that the option ``pool`` means. One that nobody made so far is taken as made by something unknown."""
        called, pool = step.args["pool"], self._find(step)
        if pool is None:
            name = None if called.lower() == step.real_id.lower() or is_later(called) else called
            there = bool(step.real_id) and not self._pools.knows(step.real_id)
            pool = self._pools.add(Pool({"id": step.real_id if there else called if name is None else ""}, name, made=not there))
        return pool

    def _find(self, step: Step) -> Pool | None:
        """The pool that the option ``pool`` means, where tasks were about it. An ID that is not there any more may be a name."""
        called = step.args["pool"]
        pool = self._pools.find(called, step.real_id)
        if pool is not None and not pool.there and (looks_like_id(called) or is_later(called)):
            step.needs(POOL_LIST)
        elif pool is not None and pool.remade and (looks_like_id(called) or is_later(called)):
            step.may_need(POOL_LIST)
        return pool

    def _look(self, step: Step, pool: Pool, by_id: bool) -> None:
        """The look into a pool that check mode does not find."""
        if pool.there:
            step.needs(MEMBER_GET if by_id else MEMBER_LIST)

    def _member_info(self, step: Step) -> None:
        pool = self._find(step)
        if pool is not None and step.actions.isdisjoint((MEMBER_LIST.action, MEMBER_GET.action)):
            query = _info.query_of(step.args, _info.MEMBER_FILTERS)
            self._look(step, pool, by_id=_info.single_id(query) is not None)

    def _member(self, step: Step) -> None:
        args, shown = step.args, _resource(step.result.get("member"))
        known = self._find(step)
        if args["state"] == "absent" and known is None and not step.real_id:
            return
        pool = known or self._place(step)
        if not step.real_id:
            self._look(step, pool, by_id=bool(args["id"]))
        if args["state"] == "absent":
            self._remove_member(step, pool)
        elif self._present(step, pool, args, shown) and args["wait"]:
            step.needs(MEMBER_GET)

    def _remove_member(self, step: Step, pool: Pool) -> None:
        member = pool.find(step.args)
        if member is not None:
            if is_later(step.args["id"]):
                step.guessed(MEMBER_UPDATE)
            step.needs(*step.removal(_WEIGHT.of(member.now)))
            member.there = False
        if pool.mistaken or (member is None and pool.there and pool.hides(step.real_id)):
            step.may_need(*step.removal(1))
        if member is None:
            pool.removed.append({name: step.args[name] for name in ("id", "address", "protocol_port", "name")})

    def _pool_members(self, step: Step) -> None:
        pool = self._place(step)
        shown = {_pool_members.key_of(member): member for member in map(_resource, _list(step.result.get("members"))) if member}
        kept: list[Member] = []
        for entry in step.args["members"]:
            self._present(step, pool, entry, shown.get(_pool_members.key_of(entry), {}))
            kept += [member for member in pool.members if member.is_called(entry)]
        if not step.args["purge"]:
            return
        for member in pool.members:
            if member.there and not any(member is each for each in kept):
                step.needs(*step.removal(_WEIGHT.of(member.now)))
        if pool.hides(step.real_id):
            step.may_need(*step.removal(1))
        pool.keep(kept)

    def _present(self, step: Step, pool: Pool, args: Json, shown: Json) -> bool:
        """One member that should be there.

        :returns: whether it would be added.
        """
        wanted = given(MEMBER_FIELDS, args)
        real = {} if is_later(shown.get("id")) else shown
        member = pool.see(args, real)
        if pool.mistaken or (member is None and pool.hides(step.real_id)):
            step.may_need(MEMBER_CREATE, MEMBER_UPDATE)
        if member is not None and member.there:
            if pool.may_be_gone(member, wanted):
                step.may_need(MEMBER_CREATE)
            if is_later(args.get("id")) or not (real or args.get("address")):
                step.guessed(MEMBER_UPDATE)
            if member.update(MEMBER_FIELDS, wanted, shown if real is shown or not args.get("address") else {}):
                step.needs(MEMBER_UPDATE)
            return False
        if not args.get("address"):
            return False
        if member is None:
            member = Member({})
            pool.members.append(member)
        member.make(MEMBER_FIELDS, wanted, shown)
        step.needs(MEMBER_CREATE)
        return True


def _resource(value: t.Any) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}


def _list(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else []
