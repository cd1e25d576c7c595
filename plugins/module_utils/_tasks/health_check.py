# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The health check of a pool, as ``elb_pool`` ensures it with the pool."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import Json
from .._resource.health_check import HEALTH_CHECK, HealthCheck, type_conflict, with_defaults
from .._resource.plan import Outcome
from .._resource.pool import Pool
from .._resource.resource import Verb, by_id
from .._runtime.context import ApiContext
from .._runtime.ensure import Part
from .._runtime.resource_client import ResourceClient

#: The option, as in an argument spec.
HEALTH_CHECK_OPTION: Json = {
    "type": "dict",
    "options": {"enable": {"type": "bool", "default": True}, **HEALTH_CHECK.argument_spec},
}


class EnsureHealthCheck(Part[HealthCheck]):
    """The health check, as the option ``health_check`` describes it.

    :param option: the value of the option.
    :param protocol: the pool's protocol, as far as the options give it.
    :param pools: where the pool is.
    """

    resource = HEALTH_CHECK
    name = "health_check"

    def __init__(self, context: ApiContext, option: Json, protocol: str | None, pools: ResourceClient[Pool]) -> None:
        super().__init__(context, {**option, "id": None, "state": "present" if option["enable"] else "absent"})
        self.client = health_check_client(context, pools)
        self._pools = pools
        self._pool: Pool = {"protocol": protocol} if protocol else {}

    def invalid(self) -> list[str]:
        """See :class:`Ensure`."""
        reasons = self.resource.invalid(self.desired, self.absent)
        if not self.absent:
            reasons += type_conflict(self.desired, self._pool.get("protocol"))
        return [f"health_check {reason}" for reason in reasons]

    @property
    def parent(self) -> Pool:
        """See :class:`Ensure`."""
        return self._pool

    def plan_for(self, owner: Pool | None) -> list[str]:
        """See :class:`Part`."""
        self._pool = {**self._pool, **(owner or {})}
        reasons = self.make_plan()
        # Of a pool that an earlier task would create, check mode does not know the protocol.
        return [] if self.context.is_placeholder(self._pool.get("id")) else [f"health_check {reason}" for reason in reasons]

    def find(self) -> HealthCheck | None:
        """See :class:`Ensure`: the pool names it."""
        check_id = self._pool.get("healthmonitor_id")
        found = self.client.get(check_id) if check_id else None
        if found is None and not self.absent:
            self.desired = with_defaults(self.desired, self._pool.get("protocol"))
        return found

    def create(self) -> tuple[HealthCheck, Outcome]:
        """See :class:`Ensure`."""
        pool_id = self._pool["id"]
        plan = dataclasses.replace(self.plan, body={"pool_id": pool_id, **self.plan.body})
        created, outcome = self.client.create(self.desired, plan, lambda: self._look(pool_id))
        # Check mode shows what was to be sent; the service shows the pool in another way.
        return t.cast(HealthCheck, {name: value for name, value in created.items() if name != "pool_id"}), outcome

    def _look(self, pool_id: str) -> list[HealthCheck]:
        """The health check that the pool has by now: the API has no filter for it."""
        # With the IAM action that found the pool.
        pool = self._pools.get(pool_id) if self.context.params["id"] else next(iter(self._pools.find(by_id(pool_id))), None)
        check_id = pool.get("healthmonitor_id") if pool else None
        found = self.client.get(check_id) if check_id else None
        return [found] if found else []

    def apply_to(self, owner: Pool) -> Pool:
        """See :class:`Part`."""
        self._pool = owner
        self.apply()
        return {**owner, "healthmonitor_id": self.current["id"] if self.current else None}

    @property
    def result(self) -> Json:
        """See :class:`Part`."""
        return {self.name: self.current}


def health_check_client(context: ApiContext, pools: ResourceClient[Pool]) -> ResourceClient[HealthCheck]:
    """Calls about the health check of a pool.

    :param pools: where the pool is; it names the pool in messages.
    """
    return ResourceClient(context, HEALTH_CHECK, label=lambda check: f"of pool {pools.label(check)}")


def health_check_actions(option: Json | None) -> set[str]:
    """The IAM actions that the option may need, whatever exists."""
    if option is None:
        return set()
    verbs = {Verb.GET, Verb.CREATE if option["enable"] else Verb.DELETE}
    if option["enable"] and HEALTH_CHECK.can_update(HEALTH_CHECK.desired_from(option)):
        verbs.add(Verb.UPDATE)
    return {HEALTH_CHECK.operation(verb).action for verb in verbs}
