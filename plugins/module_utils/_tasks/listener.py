# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listener whose requests go to a pool by default, as ``elb_pool`` ensures it with the pool."""

from __future__ import annotations

import enum

from .._errors import Json, NotFound
from .._resource.ids import comparable_id, is_uuid, normalized_id
from .._resource.listener import LISTENER, Listener, protocol_conflict
from .._resource.pool import Pool, references
from .._resource.resource import Verb, by_id, by_name
from .._runtime.context import ApiContext
from .._runtime.ensure import Part
from .._runtime.resource_client import ResourceClient

#: Options, as in an argument spec.
LISTENER_OPTIONS: Json = {
    "listener": {"type": "str", "aliases": ["listener_id"]},
    "switch_listener": {"type": "bool", "default": False},
}


class _Step(enum.Enum):
    NOTHING = enum.auto()
    ATTACH = enum.auto()
    SWITCH = enum.auto()


class ListenerPart(Part[Pool]):
    """The listener that the option ``listener`` names.

    :param desired: the pool's desired fields; the load balancer narrows the lookup of the listener by its name.
    """

    name = "listener"

    def __init__(self, context: ApiContext, desired: Json) -> None:
        self._context = context
        self._desired = desired
        self._given: str = context.params["listener"]
        self._client = ResourceClient(context, LISTENER)
        self._listener: Listener | None = None
        self._step = _Step.NOTHING

    def narrow(self, pools: list[Pool], absent: bool) -> list[Pool]:
        """Of several pools, or one on another load balancer, those that the listener can mean.

        :param absent: whether the pool is to be removed: then a listener that does not exist any more excludes none.
        """
        if not pools:
            return pools
        try:
            return self._narrowed(pools)
        except NotFound:
            if not absent:
                raise
            return pools

    def _narrowed(self, pools: list[Pool]) -> list[Pool]:
        attached = [pool for pool in pools if self._is_attached(pool)]
        if attached:
            return attached
        own = set(references(self._look(), "loadbalancers") or [])
        return [pool for pool in pools if not own or own.intersection(references(pool, "loadbalancers") or own)]

    def _is_attached(self, pool: Pool) -> bool:
        listener_id = normalized_id(self._given) if is_uuid(self._given) else self._look()["id"]
        return comparable_id(listener_id) in (references(pool, "listeners") or [])

    def _look(self) -> Listener:
        """The listener.

        :raises NotFound: when there is none.
        """
        if self._listener is None:
            name, loadbalancer_id = self._given, self._desired.get("loadbalancer_id")
            if is_uuid(name):
                identity = by_id(normalized_id(name))
            else:
                identity = by_name(name, *([("loadbalancer_id", loadbalancer_id)] if loadbalancer_id else []))
            self._listener = self._client.find_one(identity, "Give the ID of the right one as 'listener'.")
            if self._listener is None:
                where = "on that load balancer" if loadbalancer_id else "in this project and region"
                raise NotFound(f"There is no listener {identity.known_by} {where}. Give its name or ID as 'listener'.")
        return self._listener

    def plan(self, current: Pool | None) -> list[str]:
        """See :class:`Part`."""
        if current is not None and self._is_attached(current):
            return []
        listener = self._look()
        default = listener.get("default_pool_id")
        if current is not None and default and comparable_id(default) == comparable_id(current["id"]):
            return []
        self._step = _Step.SWITCH if default else _Step.ATTACH
        self.before = {"id": listener["id"], "default_pool_id": default or ""}
        self.after = {"id": listener["id"], "default_pool_id": current["id"] if current else self._desired.get("name", "")}
        reasons = protocol_conflict(listener, (current or self._desired).get("protocol"))
        own, desired = references(listener, "loadbalancers"), self._desired.get("loadbalancer_id")
        of_pool = references(current, "loadbalancers") if current else [str(comparable_id(desired))] if desired else None
        if own and of_pool and not set(own) & set(of_pool):
            reasons.append(f"listener {self._given!r} belongs to the load balancer {own[0]}, and the pool to {of_pool[0]}")
        if default and not self._context.params["switch_listener"]:
            reasons.append(
                f"listener {self._given!r} has the default pool {default}: set 'switch_listener: true' to send its requests to this pool "
                "instead, or give another listener"
            )
        return reasons

    @property
    def changed(self) -> bool:
        """See :class:`Part`."""
        return self._step is not _Step.NOTHING

    def creation_body(self) -> Json:
        """The fields of a pool that is created for the listener: the service attaches it to one that has no default pool yet."""
        listener = self._look()
        if self._step is _Step.ATTACH:
            return {"listener_id": listener["id"]}
        ids = references(listener, "loadbalancers") or []
        return {"loadbalancer_id": ids[0]} if ids and "loadbalancer_id" not in self._desired else {}

    def apply(self, resource: Pool) -> Pool:
        """See :class:`Part`."""
        if not self.changed or self._is_attached(resource):
            return resource
        listener = self._look()
        verb = "attach" if self._step is _Step.ATTACH else "switch"
        self._client.set(listener, f"{verb} listener {self._given!r} to the pool", {"default_pool_id": resource["id"]})
        return {**resource, "listeners": [*(resource.get("listeners") or []), {"id": listener["id"]}]}


def listener_actions(params: Json) -> set[str]:
    """The IAM actions that the option may need, whatever exists. Where the pool is removed, it only narrows the lookup by name."""
    verbs: tuple[Verb, ...] = (Verb.LIST, Verb.UPDATE)
    if params["state"] == "absent":
        verbs = () if params["id"] else (Verb.LIST,)
    return {LISTENER.operation(verb).action for verb in verbs} if params["listener"] else set()
