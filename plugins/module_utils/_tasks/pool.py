# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``elb_pool``: one pool, with its health check and its listener."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ApiError, Json
from .._resource.fields import Updatable
from .._resource.health_check import HEALTH_CHECK
from .._resource.ids import comparable_id, is_name
from .._resource.l7policy import FORWARDING_POLICY, uses_pool
from .._resource.loadbalancer import LOADBALANCER
from .._resource.member import MEMBER, Member
from .._resource.plan import Outcome
from .._resource.pool import POOL, Pool, references
from .._resource.resource import Verb, by_name
from .._resource.touched import ANY_MEMBER, TouchedPool
from .._runtime.context import ApiContext
from .._runtime.ensure import ENSURE_OPTIONS, Ensure, allowed_to_ensure, is_absent
from .._runtime.lookup import no_such, resolve_id
from .._runtime.no_effect import NoEffect, suboptions
from .._runtime.resource_client import PoolRef, ResourceClient, scope_of_related
from .._runtime.task import Changes, Task
from .health_check import HEALTH_CHECK_OPTION, EnsureHealthCheck, health_check_actions, health_check_client
from .listener import LISTENER_OPTIONS, EnsureListener, listener_actions

#: Fields that create a pool, and those that a task gives which only updates one.
_TO_CREATE = {"protocol", "lb_algorithm"}
_ONLY_TO_UPDATE = {field.name for field in POOL.fields if field.updatable is Updatable.ALWAYS} - _TO_CREATE - {"name"}


class EnsurePool(Ensure[Pool]):
    """The run of ``elb_pool``."""

    resource = POOL
    no_such_id = "Leave 'id' out to create one by its name."
    narrowed_by = ("loadbalancer", "listener")

    def __init__(self, context: ApiContext) -> None:
        super().__init__(context)
        params = self.params
        self.client = ResourceClient(context, POOL, label=lambda dummy: POOL.label(params))
        self._members: list[Member] = []
        #: Pools of the same name on other load balancers.
        self._elsewhere: list[Pool] = []
        self._listener: EnsureListener | None = None
        if params["listener"] is not None:
            self._listener = EnsureListener(context, self.attempt, self.desired)
            # No field of the pool, but where it is created follows from it as well.
            self.desired["listener_id"] = params["listener"]
        if not self.absent:
            # Requests come only once the health check is there.
            if params["health_check"] is not None:
                self.parts.append(EnsureHealthCheck(context, params["health_check"], params["protocol"], self.client))
            if self._listener is not None:
                self.parts.append(self._listener)

    def invalid(self) -> list[str]:
        """See :class:`Ensure`."""
        reasons = super().invalid()
        if not self.params["id"] and not self.params["name"]:
            reasons.append("name must not be empty where no id is given")
        if self.params["listener"] == "":
            reasons.append("listener must not be empty")
        if self.params["switch_listener"] and self._listener is None:
            reasons.append("switch_listener has an effect only with 'listener'")
        return reasons

    def find(self) -> Pool | None:
        """See :class:`Ensure`."""
        if not (self.params["id"] and self.absent) and self.desired.get("loadbalancer_id"):
            given = self.desired["loadbalancer_id"]
            self.desired["loadbalancer_id"] = resolve_id(self.context, self.attempt, LOADBALANCER, "loadbalancer", given)
        if self.params["id"]:
            return super().find()
        identity = by_name(self.params["name"])
        named = self.client.find(identity)
        found = self._candidates(named)
        self._elsewhere = [pool for pool in named if pool not in found]
        return self.client.only(found, identity, self.attempt, self.if_several)

    def _candidates(self, named: list[Pool]) -> list[Pool]:
        """Of the pools of the name, those that the load balancer and the listener of the options can mean."""
        found = self._on_loadbalancer(named)
        return self._listener.narrow(found) if self._listener else found

    def _look(self) -> list[Pool]:
        """The pools that a creation with a lost response may have made: none that existed before."""
        before = {pool["id"] for pool in self._elsewhere}
        return [pool for pool in self._candidates(self.client.find(by_name(self.params["name"]))) if pool["id"] not in before]

    def _on_loadbalancer(self, pools: list[Pool]) -> list[Pool]:
        """Those that belong to the load balancer of the option, where that is given."""
        loadbalancer_id = self.desired.get("loadbalancer_id")
        if not loadbalancer_id:
            return pools
        on = [references(pool, "loadbalancers") for pool in pools]
        if None in on:
            # The response leaves them out: the service knows.
            return self.client.find(POOL.identity(self.desired))
        return [pool for pool, ids in zip(pools, on) if comparable_id(loadbalancer_id) in (ids or ())]

    def assume(self) -> Pool | None:
        """See :class:`Ensure`: where the task means to update a pool rather than to create one."""
        means_update = _ONLY_TO_UPDATE.intersection(self.desired) or self.parts
        if _TO_CREATE.intersection(self.desired) or not means_update:
            return None
        name = self.params["name"]
        return t.cast(Pool, self.context.assume(POOL, repr(name), f"there is {no_such(POOL, name)}"))

    def create(self) -> tuple[Pool, Outcome]:
        """See :class:`Ensure`. Names are not unique: a pool of the same name elsewhere is another one, and a warning names it."""
        for pool in self._elsewhere:
            on = references(pool, "loadbalancers")
            where = f"on load balancer {', '.join(on)}" if on else "on no load balancer" if on == [] else "on another load balancer"
            self.context.warn(
                f"There is another pool named {self.params['name']!r}, {where}: {pool['id']}. This task creates one beside it; "
                "to change that one instead, give its ID as 'id'."
            )
        body = self._listener.creation_body() if self._listener else {}
        pool, outcome = self.client.create(self.desired, dataclasses.replace(self.plan, body={**self.plan.body, **body}), self._look)
        if self.context.check_mode and "listener_id" in body:
            pool["listeners"] = [{"id": body["listener_id"]}]
        return pool, outcome

    def removal_refusals(self, current: Pool) -> list[str]:
        """See :class:`Ensure`. Forwarding policies are looked for before the first member is removed."""
        pool_id = str(current["id"])
        ids = [] if self.context.is_placeholder(pool_id) else references(current, "members")
        if ids is None or (ids and self.params["force"]):
            # Whole ones: what is removed is named by address and port.
            self._members = self._members_of(current).read_all(scope_of_related(self.context))
            # No field of the pool, but a diff has to show what is lost with it.
            self.plan = dataclasses.replace(self.plan, before={**self.plan.before, "members": sorted(map(MEMBER.label, self._members))})
        count = len(ids or self._members)
        if count and not self.params["force"]:
            return [f"it has {count} member{'s' * (count > 1)}. Set 'force: true' to remove {'them' if count > 1 else 'it'} as well."]
        reasons = super().removal_refusals({**current, "members": [{"id": member["id"]} for member in self._members]})
        if self._members:
            purpose = f" that use pool {self.client.label(current)}"
            policies = ResourceClient(self.context, FORWARDING_POLICY).read_all(scope_of_related(self.context), purpose)
            names = [f"{policy.get('name') or 'without a name'} ({policy['id']})" for policy in policies if uses_pool(policy, pool_id)]
            if names:
                reasons.append(f"it is used by the forwarding policies {', '.join(names)}: remove or change them first")
        return reasons

    def remove(self, current: Pool) -> bool:
        """See :class:`Ensure`. What belongs to the pool is removed with it: its members, then its health check.

        The health check only once the service names it as the reason against the removal of the pool: then a removal that is denied, or
        refused for another reason, loses nothing. The reason is in OpenStack's words, "healthmonitor ... is using this pool", as is the one
        against the removal of a listener (issue 2377 of the Terraform provider).
        """
        members = self._members_of(current)
        removed: list[Member] = []
        with self.context.progress(lambda: f"removed {len(removed)} of {len(self._members)} members"):
            for member in self._members:
                members.delete(member)
                removed.append(member)
        in_use = "member|pending" if self._members else ""
        check_id = current.get("healthmonitor_id")
        if check_id and not self.context.check_mode:
            try:
                return self.client.delete(current, in_use)
            except ApiError as refusal:
                if refusal.status != 409 or "health" not in refusal.reason.lower():
                    raise
        if check_id:
            health_check_client(self.context, self.client).delete({"id": check_id})
            in_use = "member|health|pending"
        return self.client.delete(current, in_use)

    @property
    def result(self) -> Json:
        """See :class:`Ensure`."""
        pool = self.found or self.current
        return {**super().result, "pool_id": str(pool["id"]) if pool else ""}

    def _members_of(self, pool: Pool) -> ResourceClient[Member]:
        return ResourceClient(self.context, MEMBER, PoolRef(str(pool["id"]), POOL.label(self.params), pool))


def _allowed(params: Json) -> set[str]:
    """The IAM actions that a task with these options may need."""
    actions = allowed_to_ensure(POOL, params, listener_id=params["listener"]) | listener_actions(params)
    absent = is_absent(params)
    if params["loadbalancer"] and is_name(params["loadbalancer"]) and not (params["id"] and absent):
        actions.add(LOADBALANCER.operation(Verb.LIST).action)
    if absent:
        actions.add(HEALTH_CHECK.operation(Verb.DELETE).action)
        if params["force"]:
            actions |= {MEMBER.operation(Verb.LIST).action, MEMBER.operation(Verb.DELETE).action}
            actions.add(FORWARDING_POLICY.operation(Verb.LIST).action)
        return actions
    return actions | health_check_actions(params["health_check"])


def _touch(pool: TouchedPool, params: Json) -> None:
    renamed, check = params["id"] and params["name"], params["health_check"]
    if is_absent(params) or renamed:
        # The pool that the real run finds under that name is not the one that check mode sees.
        pool.members.add(ANY_MEMBER)
    pool.health_check |= bool(renamed or (check and check["enable"]))


def _allowed_after(params: Json, pool: TouchedPool) -> set[str]:
    """See :class:`Changes`."""
    actions = _allowed({**params, "force": params["force"] and bool(pool.members)})
    if is_absent(params) and not pool.health_check:
        # The module reports the removal of a health check that exists.
        actions.discard(HEALTH_CHECK.operation(Verb.DELETE).action)
    return actions


#: What a pool is known by, and what narrows its lookup.
_LOOKUP = ("name", "loadbalancer", "listener")

_NO_EFFECT = (
    NoEffect(
        (*(field.option_key for field in POOL.fields if field.option_key not in _LOOKUP), "health_check", "switch_listener"),
        "with 'state: absent'",
        is_absent,
    ),
    NoEffect(_LOOKUP, "with 'state: absent' and 'id'", lambda params: is_absent(params) and bool(params["id"])),
    NoEffect(("force",), "without 'state: absent'", lambda params: not is_absent(params)),
    *(
        suboptions(option, spec)
        for option, spec in (("health_check", HEALTH_CHECK_OPTION), ("session_persistence", POOL.argument_spec["session_persistence"]))
    ),
)

TASK: t.Final = Task(
    name="elb_pool",
    function=EnsurePool.run,
    options={
        **ENSURE_OPTIONS,
        "force": {"type": "bool", "default": False},
        **POOL.argument_spec,
        **LISTENER_OPTIONS,
        "health_check": HEALTH_CHECK_OPTION,
    },
    constraints={"required_one_of": [("name", "id")]},
    allowed=_allowed,
    pools=("id", "name"),
    changes=Changes(_touch, _allowed_after),
    no_effect=_NO_EFFECT,
)
