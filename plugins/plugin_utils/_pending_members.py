# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks about members need because of tasks before them; see :mod:`_pending`."""

from __future__ import annotations

from ansible_collections.otc.elb.plugins.module_utils._api.operations import (
    MEMBER_CREATE,
    MEMBER_GET,
    MEMBER_LIST,
    MEMBER_UPDATE,
    POOL_LIST,
)
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Json, given, is_later, looks_like_id
from ansible_collections.otc.elb.plugins.module_utils._resource.member import FIELDS, WEIGHT, key_of
from ansible_collections.otc.elb.plugins.module_utils._tasks import info as _info
from ansible_collections.otc.elb.plugins.plugin_utils._step import Step
from ansible_collections.otc.elb.plugins.plugin_utils._world import Member, Pool, Pools


class MemberTasks:
    """Follows the tasks about members."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools

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

    def member_info(self, step: Step) -> None:
        """A task of ``elb_member_info``."""
        pool = self._find(step)
        if pool is not None and step.actions.isdisjoint((MEMBER_LIST.action, MEMBER_GET.action)):
            query = _info.query_of(step.args, _info.MEMBER_FILTERS)
            self._look(step, pool, by_id=_info.single_id(query) is not None)

    def member(self, step: Step) -> None:
        """A task of ``elb_member``."""
        args, shown = step.args, step.shown("member")
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
            step.needs(*step.removal(WEIGHT.of(member.now)))
            member.there = False
        if pool.mistaken or (member is None and pool.there and pool.hides(step.real_id)):
            step.may_need(*step.removal(1))
        if member is None:
            pool.removed.append({name: step.args[name] for name in ("id", "address", "protocol_port", "name")})

    def pool_members(self, step: Step) -> None:
        """A task of ``elb_pool_members``."""
        pool = self._place(step)
        shown = {key_of(member): member for member in step.listed("members")}
        kept: list[Member] = []
        for entry in step.args["members"]:
            self._present(step, pool, entry, shown.get(key_of(entry), {}))
            kept += [member for member in pool.members if member.is_called(entry)]
        if not step.args["purge"]:
            return
        for member in pool.members:
            if member.there and not any(member is each for each in kept):
                step.needs(*step.removal(WEIGHT.of(member.now)))
        if pool.hides(step.real_id):
            step.may_need(*step.removal(1))
        pool.keep(kept)

    def _present(self, step: Step, pool: Pool, args: Json, shown: Json) -> bool:
        """One member that should be there.

        :returns: whether it would be added.
        """
        wanted = given(FIELDS, args)
        real = {} if is_later(shown.get("id")) else shown
        member = pool.see(args, real)
        if pool.mistaken or (member is None and pool.hides(step.real_id)):
            step.may_need(MEMBER_CREATE, MEMBER_UPDATE)
        if member is not None and member.there:
            if pool.may_be_gone(member, wanted):
                step.may_need(MEMBER_CREATE)
            if is_later(args.get("id")) or not (real or args.get("address")):
                step.guessed(MEMBER_UPDATE)
            if member.update(FIELDS, wanted, shown if real is shown or not args.get("address") else {}):
                step.needs(MEMBER_UPDATE)
            return False
        if not args.get("address"):
            return False
        if member is None:
            member = Member({})
            pool.members.append(member)
        member.make(FIELDS, wanted, shown)
        step.needs(MEMBER_CREATE)
        return True
