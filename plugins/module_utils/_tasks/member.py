# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``elb_member``: one member of a pool."""

from __future__ import annotations

import typing as t

from .._api.operations import READS
from .._errors import ElbError, Json
from .._resource.member import MEMBER, WEIGHT, Member, is_healthy, key_of
from .._resource.plan import Outcome
from .._resource.resource import Verb
from .._resource.touched import ANY_MEMBER, TouchedPool
from .._runtime.ensure import ENSURE_OPTIONS, Ensure, allowed_to_ensure, is_absent
from .._runtime.lookup import POOL_OPTION, allowed_to_resolve_pool, resolve_pool
from .._runtime.no_effect import NoEffect
from .._runtime.resource_client import PoolRef, ResourceClient
from .._runtime.serving import SERVING_OPTIONS, drain, invalid_serving
from .._runtime.task import Changes, Task
from .._runtime.wait import HealthWait, warn_of_no_requests


class EnsureMember(Ensure[Member]):
    """The run of ``elb_member``."""

    resource = MEMBER
    no_such_id = "Give address and protocol_port instead of 'id'."
    #: Whether the pool sent it requests before.
    _served = False

    @property
    def attempt(self) -> str:
        """See :class:`Ensure`."""
        return f"{super().attempt} of pool {self.params['pool']!r}"

    def header(self, resource: t.Mapping[str, t.Any]) -> str:
        """See :class:`Ensure`."""
        known = {name: value for name, value in self.params.items() if value is not None}
        return f"member {MEMBER.label({**known, **resource})} of pool {self.params['pool']}"

    def invalid(self) -> list[str]:
        """See :class:`Ensure`."""
        reasons = super().invalid() + invalid_serving(self.params)
        if not (self.params["id"] or self.params["name"] or "address" in self.desired):
            reasons.append("give address with protocol_port, id, or a name that is not empty")
        return reasons

    @property
    def if_several(self) -> str:
        """See :class:`Ensure`."""
        other = "'id'" if "address" in self.desired else "its address and protocol_port, or 'id'"
        return f"Give the right one by {other}."

    def find(self) -> Member | None:
        """See :class:`Ensure`."""
        find = super().find

        def find_in(pool: PoolRef) -> Member | None:
            self.client = ResourceClient(self.context, MEMBER, pool)
            return find()

        member = resolve_pool(self.context, self.attempt, find_in, assume=not self.absent)[1]
        self._served = member is not None and WEIGHT.value_in(member) != 0
        return member

    def assume(self) -> Member | None:
        """See :class:`Ensure`: where the member is known by its name only."""
        if "address" in self.desired:
            return None
        name, pool = self.params["name"], self.client.parent
        if pool is None or self.context.is_placeholder(pool.id):
            return t.cast(Member, self.context.id_of_created(f"member {name!r}"))
        return t.cast(Member, self.context.assume(MEMBER, repr(name), f"pool {pool.label} has no member named {name!r}"))

    def remove(self, current: Member) -> bool:
        """See :class:`Ensure`. A member that still gets requests is drained first."""
        seconds = self.params["drain_seconds"]
        if seconds and self._served and drain(self.client, current):
            self.context.pause(seconds, f"draining member {MEMBER.label(current)}")
        return super().remove(current)

    def after_present(self, resource: Member, outcome: Outcome) -> Member:
        """Wait until the member is healthy; or, where this task took it out of service, until it is drained."""
        if self._served and self.desired.get("weight") == 0 and self.params["drain_seconds"]:
            self.context.pause(self.params["drain_seconds"], f"draining member {MEMBER.label(resource)}")
        if not self.params["wait"]:
            return resource
        if WEIGHT.value_in(resource) == 0:
            warn_of_no_requests(self.context, [resource])
            return resource
        # The response to its creation is from before its first health check.
        if outcome is not Outcome.ADDED and is_healthy(resource) and not self.params["min_healthy_seconds"]:
            return resource
        if self.context.check_mode:
            self.context.actions.add(MEMBER.operation(Verb.GET).action)
            return resource
        return self._wait(resource)

    @property
    def result(self) -> Json:
        """See :class:`Ensure`."""
        return {**super().result, "pool_id": self.client.parent.id if self.client.parent else ""}

    def _wait(self, member: Member) -> Member:
        key = member["id"]

        def look() -> dict[str, Member]:
            found = self.client.get(key)
            return {key: found} if found else {}

        wait = HealthWait(self.context, {key: member}, look)
        wait.run()
        if wait.failed:
            raise ElbError(wait.failed[key], member=wait.seen[key])
        return wait.seen[key]


def _allowed(params: Json) -> set[str]:
    """The IAM actions that a task with these options may need."""
    actions = allowed_to_ensure(MEMBER, params) | allowed_to_resolve_pool(params)
    if is_absent(params) and params["drain_seconds"]:
        actions.add(MEMBER.operation(Verb.UPDATE).action)
    if not is_absent(params) and params["wait"]:
        actions.add(MEMBER.operation(Verb.GET).action)
    return actions


def _touch(pool: TouchedPool, params: Json) -> None:
    pool.members.add(key_of(params) if params["address"] and not params["id"] else ANY_MEMBER)


def _allowed_after(params: Json, pool: TouchedPool) -> set[str]:
    """See :class:`Changes`: an untouched member may need another look, such as at its health."""
    return _allowed(params) if pool.has(params) else _allowed(params) & READS


_IDENTITY = ("address", "protocol_port")

_NO_EFFECT = (
    NoEffect(
        (*(field.option_key for field in MEMBER.fields if field.name not in ("name", *_IDENTITY)), "wait", "min_healthy_seconds"),
        "with 'state: absent'",
        is_absent,
    ),
    NoEffect(("name", *_IDENTITY), "with 'state: absent' and 'id'", lambda params: is_absent(params) and bool(params["id"])),
    NoEffect(("name",), "with 'state: absent' and an address", lambda params: is_absent(params) and bool(params["address"])),
    NoEffect(("drain_seconds",), "without 'state: absent' or 'weight: 0'", lambda params: not is_absent(params) and params["weight"] != 0),
)

TASK: t.Final = Task(
    name="elb_member",
    function=EnsureMember.run,
    options={**ENSURE_OPTIONS, "pool": POOL_OPTION, **SERVING_OPTIONS, **MEMBER.argument_spec},
    constraints={"required_one_of": [("address", "id", "name")], "required_together": [("address", "protocol_port")]},
    allowed=_allowed,
    pools=("pool",),
    changes=Changes(_touch, _allowed_after),
    no_effect=_NO_EFFECT,
)
