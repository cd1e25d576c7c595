# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners, which exist by configuration: which pool their requests go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import conflict
from ..paging import Facts
from ..resource import Resource
from ..store import Entity, Json, Store
from . import loadbalancers, pools

# Which pools a listener takes. A listener of any other protocol takes none of these.
TAKES: dict[str, frozenset[str]] = {
    "UDP": frozenset({"UDP", "QUIC"}),
    "TCP": frozenset({"TCP"}),
    "HTTP": frozenset({"HTTP"}),
    "HTTPS": frozenset({"HTTP", "HTTPS"}),
    "TERMINATED_HTTPS": frozenset({"HTTP"}),
}


@dataclass(kw_only=True)
class Listener(Entity):
    name: str
    protocol: str
    loadbalancer_id: str
    protocol_port: int = 80
    description: str = ""
    default_pool_id: str | None = None


class Listeners(Resource[Listener]):
    kind = Listener

    def balancer(self, store: Store, item: Listener) -> loadbalancers.LoadBalancer:
        return store[loadbalancers.LoadBalancer].by_id[item.loadbalancer_id]

    def update(self, store: Store, item: Listener, given: Json) -> None:
        pool = store.find(pools.Pool, item.project_id, given["default_pool_id"])
        pools.require_undeleted(pool)
        require_compatible(item, pool.protocol)
        if pool.loadbalancer_id not in (None, item.loadbalancer_id):
            raise conflict(f"Pool {pool.id} and listener {item.id} are not of the same load balancer.")
        item.default_pool_id = pool.id

    def facts(self, store: Store) -> Mapping[str, Facts[Listener]]:
        return {
            # Strings, says the reference.
            "protocol_port": lambda listener: (str(listener.protocol_port),),
        }

    def show(self, store: Store, item: Listener) -> Json:
        return {
            "name": item.name,
            "description": item.description,
            "protocol": item.protocol,
            "protocol_port": item.protocol_port,
            "admin_state_up": True,
            "default_pool_id": item.default_pool_id,
            "loadbalancers": [{"id": item.loadbalancer_id}],
        }


def require_compatible(listener: Listener, protocol: str) -> None:
    if protocol not in TAKES.get(listener.protocol, frozenset()):
        raise conflict(f"Listener protocol {listener.protocol} and pool protocol {protocol} are not compatible.")


def of_pool(store: Store, pool: pools.Pool) -> list[Listener]:
    """Those whose requests go to the pool by default."""
    return [listener for listener in store[Listener] if listener.default_pool_id == pool.id]
