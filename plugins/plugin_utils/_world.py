# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools and members as the tasks of a run in check mode would leave them, had they been carried out."""

from __future__ import annotations

import typing as t

from ansible_collections.otc.elb.plugins.module_utils._resource.fields import NEVER, Field, Json, is_later, looks_like_id
from ansible_collections.otc.elb.plugins.module_utils._resource.member import key_of
from ansible_collections.otc.elb.plugins.module_utils._resource.plan import plan_present
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import FIELDS as POOL_FIELDS

REFERENCES = tuple(field for field in POOL_FIELDS if field.name in ("loadbalancer_id", "listener_id"))


class Resource:
    """A pool or a member.

    :param shown: as check mode shows it; what is not there, but would be made, is what would be made.
    """

    def __init__(self, shown: Json, there: bool = True, made: bool = False) -> None:
        #: Whether the real run finds it, and whether that is because a task of this run makes it.
        self.there = there
        self.made = made
        #: Whether it was there before, so that an earlier ID of it is none any more.
        self.remade = False
        self._shown = shown
        #: The fields that tasks of this run would have set.
        self._set: Json = {}
        #: Its ID, and what stands for it.
        self.ids: set[str] = set()
        self.also_known_as(shown.get("id"))

    @property
    def now(self) -> Json:
        """Its fields as the real run finds them."""
        return {**self._shown, **self._set}

    def also_known_as(self, given_id: t.Any) -> None:
        """Take note of an ID."""
        if given_id:
            self.ids.add(str(given_id).lower())

    def make(self, fields: t.Sequence[Field], wanted: Json, shown: Json) -> None:
        """A task makes it (anew)."""
        self.remade = self.remade or not self.there
        self.there = self.made = True
        # A load balancer that was given by its name is known by its ID there.
        resolved = {field.name: reference(field, shown) for field in REFERENCES if field.name in wanted}
        self._shown = {**plan_present(fields, wanted, None).body, **resolved}
        self._set = {}
        self.also_known_as(shown.get("id"))

    def update(self, fields: t.Sequence[Field], wanted: Json, shown: Json) -> bool:
        """A task sets fields.

        :returns: whether the real run would have to send them.
        """
        self.also_known_as(shown.get("id"))
        if not self.made and not is_later(shown.get("id")):
            self._shown = {**self._shown, **shown}
        plan = plan_present([field for field in fields if field.change != NEVER], wanted, self.now)
        self._set.update(plan.after)
        return bool(plan.body)


class Member(Resource):
    """A member."""

    def is_called(self, args: Json) -> bool:
        """Whether a task means this one: by ID, else by address and port, else by name."""
        if args.get("id"):
            return str(args["id"]).lower() in self.ids
        if args.get("address"):
            return key_of(self.now) == key_of(args)
        return bool(args.get("name")) and self.now.get("name") == args["name"]


class Pool(Resource):
    """A pool with its members.

    :param name: what the tasks call it; ``None`` where they gave its ID only.
    """

    def __init__(self, shown: Json, name: str | None, there: bool = True, made: bool = False) -> None:
        super().__init__(shown, there, made)
        self.name = name
        self.members: list[Member] = []
        #: Whether it has no members but these.
        self.whole = made or shown.get("members") == []
        #: What tasks called the members that they removed and that were never shown.
        self.removed: list[Json] = []
        #: Whether check mode shows the members of another pool instead.
        self.mistaken = False

    def hides(self, real_id: str) -> bool:
        """Whether it may have members that check mode cannot show.

        :param real_id: the ID of the pool that check mode looked into.
        """
        return self.mistaken or not (self.whole or real_id.lower() in self.ids)

    def clear(self) -> None:
        """All of its members are removed."""
        self.keep([])

    def keep(self, members: list[Member]) -> None:
        """All but these of its members are removed."""
        self.members = members
        self.whole = True

    def may_be_gone(self, member: Member, wanted: Json) -> bool:
        """Whether a member that is there may be the one that a task removed by its name: a task that sets the name does not show the old one."""
        return not member.made and "name" in wanted and any(not (called["id"] or called["address"]) for called in self.removed)

    def find(self, args: Json) -> Member | None:
        """The member that a task means, where it is known to be there."""
        return next((member for member in self.members if member.there and member.is_called(args)), None)

    def see(self, args: Json, shown: Json) -> Member | None:
        """The member that a task means, there or not.

        :param shown: as check mode shows it; empty where it shows none.
        """
        found = self.find(args)
        if found is None and shown:
            found = next((member for member in self.members if key_of(member.now) == key_of(shown)), None)
            if found is None:
                gone = self.whole or any(Member(shown).is_called(removed) for removed in self.removed)
                found = Member(shown, there=not gone)
                self.members.append(found)
        return found


class Pools:
    """All pools that tasks were about."""

    def __init__(self) -> None:
        self._pools: list[Pool] = []

    def __iter__(self) -> t.Iterator[Pool]:
        return (pool for pool in self._pools if pool.there)

    def find(self, called: str, real_id: str = "", where: Json | None = None, by_id: bool | None = None) -> Pool | None:
        """The pool that a task means, there or not.

        :param called: its name or ID, as the task calls it.
        :param real_id: the ID that check mode found, where it found one.
        :param where: the IDs of its load balancer and listener, as far as they are known.
        :param by_id: whether *called* is an ID, where the option tells.
        """
        if looks_like_id(called) or is_later(called) if by_id is None else by_id:
            return self._by_id(called.lower()) or (self._by_id(real_id.lower()) if real_id else None)
        found = [pool for pool in self._pools if pool.name == called and not _another(pool, real_id, where or {})]
        found.sort(key=lambda pool: not pool.there)
        if found:
            found[0].also_known_as(real_id)
            return found[0]
        same = self._by_id(real_id.lower()) if real_id else None
        if same is not None and same.name is None:
            same.name = called
        # What check mode found by a name that it would not have any more is not meant.
        return same if same is not None and same.name == called else None

    def _by_id(self, given_id: str) -> Pool | None:
        return next((pool for pool in self._pools if given_id in pool.ids), None)

    def knows(self, real_id: str) -> bool:
        """Whether a pool is known by that ID."""
        return self._by_id(real_id.lower()) is not None

    def mistake(self, pool: Pool, real_id: str) -> None:
        """Take note that check mode takes *pool* for the one of that ID: what a task does by that ID is done to either."""
        other = self._by_id(real_id.lower()) if real_id else None
        if other is not None and other is not pool:
            other.mistaken = pool.mistaken = True

    def add(self, pool: Pool) -> Pool:
        """Take note of one more pool."""
        self._pools.append(pool)
        return pool


def _another(pool: Pool, real_id: str, where: Json) -> bool:
    """Whether a pool of the same name is known to be another one, such as on another load balancer."""
    if real_id and real_id.lower() not in pool.ids and any(not is_later(each) for each in pool.ids):
        return True
    known = [(field, reference(field, pool.now), where.get(field.name)) for field in REFERENCES]
    return any(now and wanted and not field.same(wanted, now, pool.now) for field, now, wanted in known)


def reference(field: Field, pool: Json) -> t.Any:
    """The load balancer or listener of a pool, as an answer or as a request has it."""
    return field.of(pool) or pool.get(field.name)
