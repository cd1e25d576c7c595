# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers, which exist by configuration and can only be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..paging import Facts
from ..resource import Resource
from ..store import Entity, Json, Store
from . import listeners, pools


@dataclass(kw_only=True)
class LoadBalancer(Entity):
    name: str
    vpc_id: str
    dedicated: bool = True
    ip_target_enable: bool = False
    provisioning_status: str = "ACTIVE"
    description: str = ""
    enterprise_project_id: str = "0"
    #: Changes that last, if a test wants it.
    changes: int = 0

    def status(self) -> str:
        return "PENDING_UPDATE" if self.changes else self.provisioning_status

    def change(self, store: Store) -> None:
        if store.behaviour.busy_ms:
            self.changes += 1
            store.later(store.behaviour.busy_ms, self._changed)

    def _changed(self) -> None:
        self.changes -= 1


class LoadBalancers(Resource[LoadBalancer]):
    kind = LoadBalancer

    def enterprise_project(self, store: Store, item: LoadBalancer) -> str:
        return item.enterprise_project_id

    def facts(self, store: Store) -> Mapping[str, Facts[LoadBalancer]]:
        return {"provisioning_status": lambda balancer: (balancer.status(),)}

    def show(self, store: Store, item: LoadBalancer) -> Json:
        return {
            "name": item.name,
            "description": item.description,
            "provisioning_status": item.status(),
            "operating_status": "ONLINE",
            "admin_state_up": True,
            "provider": "vlb",
            "guaranteed": item.dedicated,
            "ip_target_enable": item.ip_target_enable,
            "vpc_id": item.vpc_id,
            "enterprise_project_id": item.enterprise_project_id,
            "listeners": [{"id": one.id} for one in store[listeners.Listener] if one.loadbalancer_id == item.id],
            "pools": [{"id": one.id} for one in store[pools.Pool] if one.loadbalancer_id == item.id],
        }
