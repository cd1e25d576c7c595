# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listener whose requests go to a pool by default, as ``elb_pool`` ensures it with the pool."""

from __future__ import annotations

import dataclasses

from .._errors import Json, NotFound
from .._resource.ids import comparable_id, is_uuid, normalized_id, placeholder
from .._resource.listener import LISTENER, Listener, protocol_conflict
from .._resource.pool import Pool, references
from .._resource.resource import Verb, by_id, by_name
from .._runtime.context import ApiContext
from .._runtime.ensure import Part, is_absent
from .._runtime.lookup import no_such

#: Options, as in an argument spec.
LISTENER_OPTIONS: Json = {
    "listener": {"type": "str", "aliases": ["listener_id"]},
    "switch_listener": {"type": "bool", "default": False},
}


class EnsureListener(Part[Listener]):
    """The listener that the option ``listener`` names, with the pool as its default pool.

    :param attempt: what cannot be done without it, to follow "Cannot".
    :param desired: the pool's desired fields; the load balancer narrows the lookup of the listener by its name.
    """

    resource = LISTENER
    name = "listener"

    def __init__(self, context: ApiContext, attempt: str, desired: Json) -> None:
        super().__init__(context)
        self._attempt = attempt
        self._desired_pool = desired
        self._pool: Pool = {}
        self._given: str = self.params["listener"]

    @property
    def attempt(self) -> str:
        """See :class:`Ensure`."""
        return self._attempt

    def invalid(self) -> list[str]:
        """See :class:`Ensure`."""
        return []

    def narrow(self, pools: list[Pool]) -> list[Pool]:
        """Of several pools, or one on another load balancer, those that the listener can mean."""
        if not pools:
            return pools
        try:
            attached = [pool for pool in pools if self._is_attached(pool)]
            if attached:
                return attached
            own = set(references(self.find(), "loadbalancers") or [])
        except NotFound:
            # Where the pool is to be removed, a listener that does not exist any more excludes none.
            if not self.absent:
                raise
            return pools
        return [pool for pool in pools if not own or own.intersection(references(pool, "loadbalancers") or own)]

    def _is_attached(self, pool: Pool) -> bool:
        listener_id = normalized_id(self._given) if is_uuid(self._given) else self.find()["id"]
        return comparable_id(listener_id) in (references(pool, "listeners") or [])

    def find(self) -> Listener:
        """See :class:`Ensure`. It is read once."""
        if self.current is None:
            name, loadbalancer_id, where = self._given, self._desired_pool.get("loadbalancer_id"), "in this project and region"
            if is_uuid(name):
                identity = by_id(normalized_id(name))
            elif loadbalancer_id:
                identity, where = by_name(name, ("loadbalancer_id", loadbalancer_id)), f"on load balancer {self.params['loadbalancer']!r}"
            else:
                identity = by_name(name)
            self.current = self.client.find_one(identity, self.attempt, "Give the ID of the right one as 'listener'.")
            if self.current is None:
                raise NotFound(f"Cannot {self.attempt}: there is {no_such(LISTENER, name, where)}. Give its name or ID as 'listener'.")
        return self.current

    @property
    def parent(self) -> Json:
        """See :class:`Ensure`."""
        return self._desired_pool

    def plan_for(self, owner: Pool | None) -> list[str]:
        """See :class:`Part`."""
        if owner is not None and self._is_attached(owner):
            return []
        self._pool = owner or {}
        self.desired = {"default_pool_id": owner["id"] if owner else placeholder(f"pool {self.params['name']!r}")}
        reasons = self.make_plan()
        shown = {"id": self.find()["id"]}
        self.plan = dataclasses.replace(self.plan, before={**shown, **self.plan.before}, after={**shown, **self.plan.after})
        if not self.context.is_placeholder(self._pool.get("id")):
            return reasons
        if reasons:
            self.context.warn(f"Check mode: {'; '.join(reasons)}; assuming that an earlier task changes that.")
        return []

    def refusals(self) -> list[str]:
        """See :class:`Ensure`."""
        listener = self.find()
        if not self.plan.changed:
            return []
        reasons = protocol_conflict(listener, (self._pool or self._desired_pool).get("protocol"))
        own, desired = references(listener, "loadbalancers"), self._desired_pool.get("loadbalancer_id")
        of_pool = references(self._pool, "loadbalancers") if self._pool else [str(comparable_id(desired))] if desired else None
        if own and of_pool and not set(own) & set(of_pool):
            reasons.append(f"listener {self._given!r} belongs to the load balancer {own[0]}, and the pool to {of_pool[0]}")
        default = listener.get("default_pool_id")
        # Switching helps only where nothing else is wrong.
        if default and not reasons and not self.params["switch_listener"]:
            reasons.append(
                f"listener {self._given!r} has the default pool {default}: set 'switch_listener: true' to send its requests to this pool "
                "instead, or give another listener"
            )
        return reasons

    def creation_body(self) -> Json:
        """The fields of a pool that is created for the listener: the service attaches it to one that has no default pool yet."""
        listener = self.find()
        if not listener.get("default_pool_id"):
            return {"listener_id": listener["id"]}
        ids = references(listener, "loadbalancers") or []
        return {"loadbalancer_id": ids[0]} if ids and "loadbalancer_id" not in self._desired_pool else {}

    def apply_to(self, owner: Pool) -> Pool:
        """See :class:`Part`."""
        self.changed = self.plan.changed
        if not self.changed or self._is_attached(owner):
            return owner
        listener = self.find()
        verb = "switch" if listener.get("default_pool_id") else "attach"
        self.client.set(listener, f"{verb} listener {self._given!r} to the pool", {"default_pool_id": owner["id"]})
        return {**owner, "listeners": [*(owner.get("listeners") or []), {"id": listener["id"]}]}


def listener_actions(params: Json) -> set[str]:
    """The IAM actions that the option may need, whatever exists. Where the pool is removed, it only narrows the lookup by name."""
    verbs: tuple[Verb, ...] = (Verb.LIST, Verb.UPDATE)
    if is_absent(params):
        verbs = () if params["id"] else (Verb.LIST,)
    return {LISTENER.operation(verb).action for verb in verbs} if params["listener"] else set()
