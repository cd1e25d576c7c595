# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``elb_pool``: one pool."""

from __future__ import annotations

import typing as t

from .._errors import ElbError, Json
from .._resource.fields import Updatable
from .._resource.ids import is_name
from .._resource.listener import LISTENER
from .._resource.loadbalancer import LOADBALANCER
from .._resource.member import MEMBER
from .._resource.plan import Plan, PlanKind
from .._resource.pool import POOL
from .._resource.resource import Verb
from .._runtime.ensure import ENSURE_OPTIONS, Ensure, allowed_to_ensure
from .._runtime.lookup import resolve_id
from .._runtime.resource_client import PoolRef, ResourceClient, scope_hint
from .._runtime.task import Task

#: Options that create a pool, and fields that a task which only updates one may give.
_TO_CREATE = {"protocol", "lb_algorithm"}
_ONLY_TO_UPDATE = {field.name for field in POOL.fields if field.updatable is Updatable.ALWAYS} - _TO_CREATE - {"name"}


class EnsurePool(Ensure):
    """The run of ``elb_pool``."""

    resource = POOL
    no_such_id = "Leave 'id' out to create one by its name."

    def invalid(self) -> list[str]:
        """See :class:`Ensure`."""
        reasons = super().invalid()
        if not self.params["id"] and not self.params["name"]:
            reasons.append("name must not be empty where no id is given")
        return reasons

    def find(self) -> tuple[ResourceClient, Json | None]:
        """See :class:`Ensure`."""
        client = ResourceClient(self.context, POOL, label=lambda dummy: POOL.label(self.params))
        if self.params["id"]:
            if not self.absent:
                self._resolve_names()
            return client, client.get(self.params["id"])
        self._resolve_names()
        return client, client.find_one(POOL.identity(self.desired), "Give the ID of the right one as 'id'.")

    def _resolve_names(self) -> None:
        """Replace the names of load balancer and listener by their IDs."""
        desired = self.desired
        on_loadbalancer: list[tuple[str, str]] = []
        if desired.get("loadbalancer_id"):
            desired["loadbalancer_id"] = resolve_id(self.context, LOADBALANCER, "loadbalancer", desired["loadbalancer_id"])
            on_loadbalancer = [("loadbalancer_id", desired["loadbalancer_id"])]
        if desired.get("listener_id"):
            desired["listener_id"] = resolve_id(self.context, LISTENER, "listener", desired["listener_id"], *on_loadbalancer)

    def assume(self, client: ResourceClient) -> Json | None:
        """See :class:`Ensure`: where the task means to update a pool rather than to create one."""
        if _TO_CREATE.intersection(self.desired) or not _ONLY_TO_UPDATE.intersection(self.desired):
            return None
        name = self.params["name"]
        self.context.warn(f"Check mode: there is no pool {name!r} in this project and region; assuming that an earlier task creates it.")
        return self.context.id_of_created(name)

    def pool_id(self, client: ResourceClient, resource: Json) -> str:
        """See :class:`Ensure`."""
        return str(resource.get("id", ""))

    def hint(self, plan: Plan) -> str:
        """See :class:`Ensure`."""
        return f".{scope_hint(self.context)}" if plan.kind is PlanKind.CREATE else ""

    def before_removal(self, client: ResourceClient, current: Json) -> None:
        """Remove the pool's members, where the user allowed it."""
        pool = PoolRef(str(current["id"]), POOL.label(self.params), current)
        members = ResourceClient(self.context, MEMBER, pool)
        found = [] if self.context.is_placeholder(pool.id) else current.get("members")
        if found is None:
            found = members.read_all()
        if found and not self.params["force"]:
            count = "1 member" if len(found) == 1 else f"{len(found)} members"
            raise ElbError(f"Cannot {self.attempt}: it has {count}. Set 'force: true' to remove them with it.")
        for member in found:
            members.delete(member)


def _allowed(params: Json) -> set[str]:
    """The IAM actions that a task with these options may need."""
    actions = allowed_to_ensure(POOL, params)
    if not (params["id"] and params["state"] == "absent"):
        for resource, option in ((LOADBALANCER, "loadbalancer"), (LISTENER, "listener")):
            if params[option] and is_name(params[option]):
                actions.add(resource.operation(Verb.LIST).action)
    if params["state"] == "absent" and params["force"]:
        actions.add(MEMBER.operation(Verb.DELETE).action)
    return actions


TASK: t.Final = Task(
    name="elb_pool",
    function=EnsurePool.run,
    options={**ENSURE_OPTIONS, "force": {"type": "bool", "default": False}, **POOL.argument_spec},
    constraints={"required_one_of": [("name", "id")]},
    allowed=_allowed,
)
