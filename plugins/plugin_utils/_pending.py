# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks need because of tasks before them, which check mode has not carried out.

In check mode a module looks at what is there, so it says that nothing is to be removed where an earlier task of the same
playbook would only have made it. The results of a whole run tell more than each by itself: here, what earlier tasks would make
is remembered, by the names and addresses that the tasks use.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

Args = Mapping[str, t.Any]

_POOL_FIELDS = (
    "lb_algorithm",
    "description",
    "session_persistence",
    "slow_start",
    "member_deletion_protection_enable",
    "member_deletion_protection",
    "vpc_id",
    "type",
    "protection_status",
    "protection_reason",
)
_MEMBER_FIELDS = ("name", "weight", "availability_zone")


class Pending:
    """The pools and members that tasks would have made so far, and those that they would have removed."""

    def __init__(self) -> None:
        self._pools: dict[str, dict[str, t.Any]] = {}
        #: Pools that are still there for check mode; their members went with them.
        self._removed_pools: set[str] = set()
        #: The same for members, by the pool, and the address and port or the name.
        self._removed_members: set[tuple[str, t.Any]] = set()
        #: By the pool's name or ID, as the tasks call it.
        self._members: dict[str, list[dict[str, t.Any]]] = {}

    def follow(self, module: str, args: Args, actions: t.Collection[str]) -> set[str]:
        """Take note of a task in check mode.

        :param module: the module's name in the collection.
        :param args: the task's options, templates resolved.
        :param actions: the actions that the module said it needs.
        :returns: the actions that it needs besides.
        """
        steps: dict[str, t.Callable[[Args, t.Collection[str]], set[str]]] = {
            "elb_pool": self._pool,
            "elb_pool_info": self._pool_info,
            "elb_member": self._member,
            "elb_member_info": self._member_info,
            "elb_pool_members": self._pool_members,
        }
        return steps[module](args, actions) if module in steps else set()

    def _pool(self, args: Args, actions: t.Collection[str]) -> set[str]:
        name = str(args.get("name") or args.get("id") or "")
        if args.get("state") == "absent":
            needed = {"elb:pools:delete"} if name in self._pools else set()
            if _true(args.get("force")) and self._members.get(name):
                needed.add("elb:members:delete")
            if "elb:pools:delete" in actions:
                self._removed_pools.add(name)
            self._pools.pop(name, None)
            self._members.pop(name, None)
            return needed
        wanted = {field: args[field] for field in _POOL_FIELDS if args.get(field) is not None}
        if name in self._pools:
            differs = _differs(self._pools[name], wanted)
            self._pools[name].update(wanted)
            return {"elb:pools:put"} if differs else set()
        if "elb:pools:create" in actions or name in self._removed_pools:
            self._pools[name] = wanted
            return {"elb:pools:create"}
        return set()

    def _pool_info(self, args: Args, actions: t.Collection[str]) -> set[str]:
        return {"elb:members:list"} if _true(args.get("include_members")) and any(self._members.values()) else set()

    def _member(self, args: Args, actions: t.Collection[str]) -> set[str]:
        pool = _pool_of(args)
        current = self._known(pool, args)
        if args.get("state") != "absent":
            return self._present(pool, args, current, actions)
        if current is None:
            if "elb:members:delete" in actions:
                self._removed_members.add((pool, _at(args) or args.get("name")))
            return self._member_info(args, actions)
        self._members[pool].remove(current)
        return _removal(args, current) | self._member_info(args, actions)

    def _member_info(self, args: Args, actions: t.Collection[str]) -> set[str]:
        """The look into a pool that check mode does not find, because an earlier task would have made it."""
        if _pool_of(args) not in self._pools:
            return set()
        return {"elb:members:get"} if args.get("id") else {"elb:members:list"}

    def _pool_members(self, args: Args, actions: t.Collection[str]) -> set[str]:
        pool = _pool_of(args)
        entries = [entry for entry in args.get("members") or [] if isinstance(entry, Mapping)]
        before = list(self._members.get(pool, []))
        needed: set[str] = set()
        kept = []
        for entry in entries:
            current = self._known(pool, entry)
            needed |= self._present(pool, entry, current, actions)
            kept.append(current)
        for member in before if _true(args.get("purge")) else []:
            if not any(member is each for each in kept):
                self._members[pool].remove(member)
                needed |= _removal(args, member)
        return needed

    def _present(self, pool: str, wanted: Args, current: dict[str, t.Any] | None, actions: t.Collection[str]) -> set[str]:
        fields = {field: wanted[field] for field in _MEMBER_FIELDS if wanted.get(field) is not None}
        if current is not None:
            differs = _differs(current, fields)
            current.update(fields)
            return {"elb:members:put"} if differs else set()
        gone = pool in self._removed_pools or (pool, _at(wanted) or wanted.get("name")) in self._removed_members
        if "elb:members:create" in actions or gone:
            self._members.setdefault(pool, []).append({**fields, "at": _at(wanted)})
            return {"elb:members:create"}
        return set()

    def _known(self, pool: str, args: Args) -> dict[str, t.Any] | None:
        """The member that a task means, where one before it would have added that."""
        at = _at(args)
        for member in self._members.get(pool, []):
            if member["at"] == at if at else args.get("name") not in (None, "") and member.get("name") == args["name"]:
                return member
        return None


def _pool_of(args: Args) -> str:
    return str(args.get("pool") or args.get("pool_id") or "")


def _at(args: Args) -> tuple[str, str] | None:
    """Address and port, as the task spells them."""
    address = args.get("address")
    return (str(address).lower(), str(args.get("protocol_port") or args.get("port"))) if address else None


def _removal(args: Args, member: Args) -> set[str]:
    drained = str(args.get("drain_seconds") or 0) not in ("0", "0.0") and str(member.get("weight")) != "0"
    return {"elb:members:delete", "elb:members:put"} if drained else {"elb:members:delete"}


def _differs(current: Args, wanted: Args) -> bool:
    """Whether a field would change. Options may be of other types than the fields, such as ``"10"`` for 10."""
    return any(str(current.get(field)) != str(value) for field, value in wanted.items())


def _true(value: t.Any) -> bool:
    return str(value).lower() in ("true", "yes", "on", "1", "y", "t")
