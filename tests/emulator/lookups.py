# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Load balancers and listeners, which exist by configuration and can only be listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .paging import Facts, matcher, page
from .store import Json, Listener, LoadBalancer, Store, enterprise_projects


def find_loadbalancers(store: Store, project_id: str, query: Mapping[str, Any]) -> tuple[list[LoadBalancer], Json]:
    facts: dict[str, Facts[LoadBalancer]] = {
        "id": lambda balancer: (balancer.id,),
        "name": lambda balancer: (balancer.name,),
        "description": lambda balancer: (balancer.description,),
        "admin_state_up": lambda balancer: (True,),
        "provisioning_status": lambda balancer: (balancer.status(),),
        "operating_status": lambda balancer: ("ONLINE",),
        "guaranteed": lambda balancer: (balancer.dedicated,),
        "vpc_id": lambda balancer: (balancer.vpc_id,),
    }
    fits = matcher(query, facts)
    enterprise = enterprise_projects(dict(query))
    return page(
        store.loadbalancers,
        lambda balancer: (
            balancer.project_id == project_id and (enterprise is None or balancer.enterprise_project_id in enterprise) and fits(balancer)
        ),
        query,
        store.behaviour.page_cap,
    )


def show_loadbalancer(store: Store, balancer: LoadBalancer) -> Json:
    return {
        "id": balancer.id,
        "name": balancer.name,
        "description": balancer.description,
        "project_id": balancer.project_id,
        "provisioning_status": balancer.status(),
        "operating_status": "ONLINE",
        "admin_state_up": True,
        "provider": "vlb",
        "guaranteed": balancer.dedicated,
        "ip_target_enable": balancer.ip_target_enable,
        "vpc_id": balancer.vpc_id,
        "enterprise_project_id": balancer.enterprise_project_id,
        "listeners": [{"id": item.id} for item in store.listeners if item.loadbalancer_id == balancer.id],
        "pools": [{"id": item.id} for item in store.pools if item.loadbalancer_id == balancer.id],
        "created_at": balancer.created_at,
        "updated_at": balancer.created_at,
    }


def find_listeners(store: Store, project_id: str, query: Mapping[str, Any]) -> tuple[list[Listener], Json]:
    facts: dict[str, Facts[Listener]] = {
        "id": lambda listener: (listener.id,),
        "name": lambda listener: (listener.name,),
        "description": lambda listener: (listener.description,),
        "admin_state_up": lambda listener: (True,),
        "loadbalancer_id": lambda listener: (listener.loadbalancer_id,),
        "default_pool_id": lambda listener: (listener.default_pool_id,),
        "protocol": lambda listener: (listener.protocol,),
        # Strings, says the reference.
        "protocol_port": lambda listener: (str(listener.protocol_port),),
    }
    fits = matcher(query, facts)
    enterprise = enterprise_projects(dict(query))
    balancers = store.loadbalancers.by_id
    return page(
        store.listeners,
        lambda listener: (
            listener.project_id == project_id
            and (enterprise is None or balancers[listener.loadbalancer_id].enterprise_project_id in enterprise)
            and fits(listener)
        ),
        query,
        store.behaviour.page_cap,
    )


def show_listener(store: Store, listener: Listener) -> Json:
    return {
        "id": listener.id,
        "name": listener.name,
        "description": listener.description,
        "project_id": listener.project_id,
        "protocol": listener.protocol,
        "protocol_port": listener.protocol_port,
        "admin_state_up": True,
        "default_pool_id": listener.default_pool_id,
        "loadbalancers": [{"id": listener.loadbalancer_id}],
        "created_at": listener.created_at,
        "updated_at": listener.created_at,
    }
