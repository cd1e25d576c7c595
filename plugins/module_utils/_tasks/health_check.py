# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The health check of a pool, as ``elb_pool`` ensures it with the pool."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import Json
from .._resource.health_check import HEALTH_CHECK, HealthCheck, type_conflict, with_defaults
from .._resource.plan import Plan, PlanKind, missing_in_response, plan_absent, plan_present
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


class HealthCheckPart(Part[Pool]):
    """The health check, as the option ``health_check`` describes it.

    :param option: the value of the option.
    :param protocol: the pool's protocol, as far as the options give it.
    :param pools: where the pool is.
    """

    name = "health_check"

    def __init__(self, context: ApiContext, option: Json, protocol: str | None, pools: ResourceClient[Pool]) -> None:
        self._context = context
        self._desired = HEALTH_CHECK.desired_from(option)
        self._absent = not option["enable"]
        self._protocol = protocol
        self._pools = pools
        self._client = health_check_client(context, pools)
        self._current: HealthCheck | None = None
        self._plan = Plan(PlanKind.NOTHING)

    def invalid(self) -> list[str]:
        """What is wrong with the option, as far as that is known before any request."""
        reasons = HEALTH_CHECK.invalid(self._desired, self._absent)
        if not self._absent:
            reasons += type_conflict(self._desired, self._protocol)
        return [f"health_check {reason}" for reason in reasons]

    def plan(self, current: Pool | None) -> list[str]:
        """See :class:`Part`."""
        pool = current or {}
        protocol = pool.get("protocol") or self._protocol
        check_id = pool.get("healthmonitor_id")
        if check_id:
            self._current = self._client.get(check_id)
        if self._absent:
            self._plan = plan_absent(HEALTH_CHECK.fields, self._current)
            reasons = []
        else:
            desired = self._desired if self._current else with_defaults(self._desired, protocol)
            self._plan = plan_present(HEALTH_CHECK.fields, desired, self._current)
            reasons = type_conflict(desired, protocol) + HEALTH_CHECK.refusals(self._plan, desired, self._current, {})
        if not self._absent:
            missing = missing_in_response(HEALTH_CHECK.fields, self._desired, self._current)
            self.missing = [f"health_check.{option}" for option in missing]
        self.before = self._plan.before or ({} if self._plan.changed else None)
        self.after = self._plan.after or ({} if self._plan.changed else None)
        return [f"health_check {reason}" for reason in reasons]

    @property
    def changed(self) -> bool:
        """See :class:`Part`."""
        return self._plan.changed

    def apply(self, resource: Pool) -> Pool:
        """See :class:`Part`."""
        if self._plan.kind is PlanKind.DELETE and self._current:
            self._client.delete(self._current)
            self._current = None
        elif self._plan.kind is PlanKind.CREATE:
            plan = dataclasses.replace(self._plan, body={"pool_id": resource["id"], **self._plan.body})
            created, dummy = self._client.create(self._plan.after, plan, lambda: self._find(resource["id"]))
            # Check mode shows what was to be sent; the service shows the pool in another way.
            self._current = t.cast(HealthCheck, {name: value for name, value in created.items() if name != "pool_id"})
        elif self._current:
            self._current = self._client.update(self._current, self._plan)
        return {**resource, "healthmonitor_id": self._current["id"] if self._current else None}

    def _find(self, pool_id: str) -> list[HealthCheck]:
        """The health check that the pool has by now: the API has no filter for it."""
        # With the IAM action that found the pool.
        found_pool = self._pools.get(pool_id) if self._context.params["id"] else next(iter(self._pools.find(by_id(pool_id))), None)
        pool: Pool = found_pool or {}
        check_id = pool.get("healthmonitor_id")
        found = self._client.get(check_id) if check_id else None
        return [found] if found else []

    @property
    def result(self) -> Json:
        """See :class:`Part`."""
        return {"health_check": self._current}


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
