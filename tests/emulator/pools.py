# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Pools: what the reference allows to be done with a backend server group, without any HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import conflict, invalid, not_found, pool_quota
from .paging import Facts, matcher, page
from .store import (
    Json,
    Listener,
    LoadBalancer,
    Pool,
    SlowStart,
    Stickiness,
    Store,
    enterprise_projects,
    new_id,
    now,
    parse_address,
)

# Which pools a listener takes. A listener of any other protocol takes none of these.
LISTENER_TAKES: dict[str, frozenset[str]] = {
    "UDP": frozenset({"UDP", "QUIC"}),
    "TCP": frozenset({"TCP"}),
    "HTTP": frozenset({"HTTP"}),
    "HTTPS": frozenset({"HTTP", "HTTPS"}),
    "TERMINATED_HTTPS": frozenset({"HTTP"}),
}
LAYER_7 = frozenset({"HTTP", "HTTPS"})
LAYER_4 = frozenset({"TCP", "UDP", "QUIC"})


def create(store: Store, project_id: str, given: Json) -> Pool:
    if given.get("project_id", project_id) != project_id:
        raise invalid("project_id", "It is not the project of the URI.")
    protocol: str = given["protocol"]
    balancer, listener = _association(store, project_id, given, protocol)
    store.require_active(balancer)
    dedicated = balancer is None or balancer.dedicated
    kind, vpc_id = given.get("type", ""), given.get("vpc_id", "")
    _check_kind(store, kind, vpc_id)
    _check_algorithm(protocol, given["lb_algorithm"])
    status = given.get("protection_status", "nonProtection")
    stickiness = _stickiness(protocol, dedicated, None, given.get("session_persistence"))
    if protocol == "QUIC" and stickiness is None:
        raise invalid("session_persistence", "Sticky session must be enabled for the protocol QUIC.")
    slow_start = _slow_start(protocol, None, given["slow_start"]) if "slow_start" in given else None
    reason = _protection_reason(status, given.get("protection_reason"), "")
    if sum(pool.project_id == project_id for pool in store.pools) >= store.behaviour.pool_quota:
        raise pool_quota()

    # The reference has these times on dedicated load balancers only.
    stamp = now() if dedicated else None
    pool = Pool(
        id=new_id(),
        project_id=project_id,
        protocol=protocol,
        lb_algorithm=given["lb_algorithm"],
        ip_version="dualstack" if dedicated and protocol in LAYER_4 else "v4",
        name=given.get("name", ""),
        description=given.get("description", ""),
        loadbalancer_id=None if balancer is None else balancer.id,
        session_persistence=stickiness,
        slow_start=slow_start,
        member_deletion_protection_enable=given.get("member_deletion_protection_enable", False),
        # "If vpc_id is not specified, it is determined by the VPC where the backend server works": that says which
        # servers fit, and nothing of an answer that changes. It stays blank here, and can be set later.
        vpc_id=vpc_id,
        type=kind,
        protection_status=status,
        protection_reason=reason,
        enterprise_project_id="0" if balancer is None else balancer.enterprise_project_id,
        created_at=stamp,
        updated_at=stamp,
    )
    store.pools.add(pool)
    if listener is not None:
        listener.default_pool_id = pool.id
    store.changed(balancer)
    return pool


def update(store: Store, project_id: str, pool_id: str, given: Json) -> Pool:
    pool = store.find_pool(project_id, pool_id)
    balancer = store.loadbalancer_of(pool)
    store.require_active(balancer)
    # consoleProtection is no obstacle: it protects against changes in the console, not against the API.

    # First all checks, then all changes: a refused update changes nothing.
    kind, vpc_id = pool.type, pool.vpc_id
    if "type" in given:
        if pool.type:
            raise invalid("type", "It can be updated only while it is blank.")
        kind = given["type"]
    if "vpc_id" in given:
        if pool.vpc_id:
            raise invalid("vpc_id", "It can be updated only while it is blank.")
        vpc_id = given["vpc_id"]
    if "type" in given or "vpc_id" in given:
        _check_kind(store, kind, vpc_id)
    algorithm = given.get("lb_algorithm", pool.lb_algorithm)
    _check_algorithm(pool.protocol, algorithm)
    stickiness = pool.session_persistence
    if "session_persistence" in given:
        dedicated = balancer is None or balancer.dedicated
        stickiness = _stickiness(pool.protocol, dedicated, stickiness, given["session_persistence"])
        if pool.protocol == "QUIC" and stickiness is None:
            raise invalid("session_persistence", "Sticky session must stay enabled for the protocol QUIC.")
    slow_start = pool.slow_start
    if "slow_start" in given:
        slow_start = _slow_start(pool.protocol, slow_start, given["slow_start"])
    status = given.get("protection_status", pool.protection_status)
    reason = _protection_reason(status, given.get("protection_reason"), pool.protection_reason)

    pool.name = given.get("name", pool.name)
    pool.description = given.get("description", pool.description)
    pool.lb_algorithm = algorithm
    pool.type, pool.vpc_id = kind, vpc_id
    pool.session_persistence = stickiness
    pool.slow_start = slow_start
    pool.member_deletion_protection_enable = given.get("member_deletion_protection_enable", pool.member_deletion_protection_enable)
    pool.protection_status, pool.protection_reason = status, reason
    if pool.updated_at is not None:
        pool.updated_at = now()
    store.changed(balancer)
    return pool


def delete(store: Store, project_id: str, pool_id: str) -> None:
    pool = store.find_pool(project_id, pool_id)
    balancer = store.loadbalancer_of(pool)
    store.require_active(balancer)
    if pool.members:
        raise conflict(f"Pool {pool.id} is in use: it has {len(pool.members)} members.")
    if pool.healthmonitor_id:
        raise conflict(f"Pool {pool.id} is in use: it has the health monitor {pool.healthmonitor_id}.")
    policies = store.policies_of(pool)
    if policies:
        raise conflict(f"Pool {pool.id} is in use: the forwarding policy {policies[0].id} sends requests to it.")
    if pool.member_deletion_protection_enable:
        raise conflict(f"Pool {pool.id} is protected: member_deletion_protection_enable is true.")
    for listener in store.listeners_of(pool):
        listener.default_pool_id = None
    store.pools.remove(pool.id)
    store.changed(balancer)


def find(store: Store, project_id: str, query: Mapping[str, Any]) -> tuple[list[Pool], Json]:
    wanted = dict(query)
    if "member_address" in wanted:
        wanted["member_address"] = [parse_address(text) or text for text in wanted["member_address"]]
    facts: dict[str, Facts[Pool]] = {
        "id": lambda pool: (pool.id,),
        "name": lambda pool: (pool.name,),
        "description": lambda pool: (pool.description,),
        "admin_state_up": lambda pool: (True,),
        "loadbalancer_id": lambda pool: (pool.loadbalancer_id,),
        "listener_id": lambda pool: (
            *(listener.id for listener in store.listeners_of(pool)),
            # "Including the listeners associated through forwarding policies".
            *(policy.listener_id for policy in store.policies_of(pool)),
        ),
        "protocol": lambda pool: (pool.protocol,),
        "lb_algorithm": lambda pool: (pool.lb_algorithm,),
        "healthmonitor_id": lambda pool: (pool.healthmonitor_id,),
        "ip_version": lambda pool: (pool.ip_version,),
        "vpc_id": lambda pool: (pool.vpc_id,),
        "type": lambda pool: (pool.type,),
        "protection_status": lambda pool: (pool.protection_status,),
        "member_deletion_protection_enable": lambda pool: (pool.member_deletion_protection_enable,),
        "member_address": lambda pool: (member.ip or member.address for member in pool.members),
        "member_device_id": lambda pool: (member.instance_id for member in pool.members),
        "member_instance_id": lambda pool: (member.instance_id for member in pool.members),
    }
    fits = matcher(wanted, facts)
    enterprise = enterprise_projects(wanted)
    return page(
        store.pools,
        lambda pool: pool.project_id == project_id and (enterprise is None or pool.enterprise_project_id in enterprise) and fits(pool),
        wanted,
        store.behaviour.page_cap,
    )


def show(store: Store, pool: Pool) -> Json:
    sticky, slow = pool.session_persistence, pool.slow_start
    answer: Json = {
        "id": pool.id,
        "name": pool.name,
        "description": pool.description,
        "project_id": pool.project_id,
        "protocol": pool.protocol,
        "lb_algorithm": pool.lb_algorithm,
        "loadbalancers": [{"id": pool.loadbalancer_id}] if pool.loadbalancer_id else [],
        "listeners": [{"id": listener.id} for listener in store.listeners_of(pool)],
        "members": [{"id": ident} for ident in pool.members.order],
        "healthmonitor_id": pool.healthmonitor_id,
        "session_persistence": None if sticky is None else dict(vars(sticky)),
        "slow_start": None if slow is None else dict(vars(slow)),
        "ip_version": pool.ip_version,
        "member_deletion_protection_enable": pool.member_deletion_protection_enable,
        "vpc_id": pool.vpc_id,
        "type": pool.type,
        "protection_status": pool.protection_status,
        "protection_reason": pool.protection_reason,
        "admin_state_up": True,
    }
    if pool.created_at is not None:
        answer["created_at"] = pool.created_at
    if pool.updated_at is not None:
        answer["updated_at"] = pool.updated_at
    answer.update(pool.odd)
    return answer


def _association(store: Store, project_id: str, given: Json, protocol: str) -> tuple[LoadBalancer | None, Listener | None]:
    """The load balancer and the listener of a new pool, which must fit each other and be free."""
    if not given.get("loadbalancer_id") and not given.get("listener_id") and not given.get("type"):
        raise invalid("pool", "Specify one of listener_id, loadbalancer_id and type.")
    balancer = listener = None
    if "loadbalancer_id" in given:
        balancer = store.find_loadbalancer(project_id, given["loadbalancer_id"])
    if "listener_id" in given:
        listener = store.find_listener(project_id, given["listener_id"])
        if balancer is None:
            balancer = store.find_loadbalancer(project_id, listener.loadbalancer_id)
        elif not balancer.dedicated:
            raise invalid("listener_id", "Specify either listener_id or loadbalancer_id for a shared load balancer.")
        elif listener.loadbalancer_id != balancer.id:
            raise invalid("listener_id", f"Listener {listener.id} is not of load balancer {balancer.id}.")
        if protocol not in LISTENER_TAKES.get(listener.protocol, frozenset()):
            raise invalid("protocol", f"A pool of {protocol} does not fit a listener of {listener.protocol}.")
        if listener.default_pool_id is not None:
            raise conflict(f"Listener {listener.id} already has the pool {listener.default_pool_id}.")
    return balancer, listener


def _check_kind(store: Store, kind: str, vpc_id: str) -> None:
    if kind == "instance" and not vpc_id:
        raise invalid("vpc_id", "It is mandatory with the type instance.")
    if kind == "ip" and vpc_id:
        raise invalid("vpc_id", "It cannot be specified with the type ip.")
    if vpc_id and kind != "instance":
        raise invalid("type", "It must be instance when vpc_id is specified.")
    if vpc_id and vpc_id not in store.vpcs:
        raise not_found("vpc", vpc_id)


def _check_algorithm(protocol: str, algorithm: str) -> None:
    if algorithm == "QUIC_CID" and protocol != "QUIC":
        raise invalid("lb_algorithm", "QUIC_CID is supported only with the protocol QUIC.")


def _stickiness(protocol: str, dedicated: bool, current: Stickiness | None, given: Json | None) -> Stickiness | None:
    """What stickiness becomes. What is left out is kept while the type stays, and a default where it does not."""
    if given is None:
        return None
    kind = given.get("type", current.type if current else None)
    if kind is None:
        raise invalid("session_persistence", "The type is needed.")
    if protocol in LAYER_4 and kind != "SOURCE_IP":
        raise invalid("session_persistence", f"Only SOURCE_IP is possible with the protocol {protocol}.")
    if protocol in LAYER_7 and dedicated and kind != "HTTP_COOKIE":
        raise invalid("session_persistence", f"Only HTTP_COOKIE is possible with {protocol} on a dedicated load balancer.")
    kept = current if current is not None and current.type == kind else None
    cookie = given.get("cookie_name")
    if kind == "APP_COOKIE":
        if cookie is None:
            cookie = kept.cookie_name if kept else ""
        # The reference has no default for the application's own cookie, and there can be none.
        if not cookie:
            raise invalid("session_persistence", "APP_COOKIE needs a cookie_name.")
    elif cookie:
        raise invalid("session_persistence", "cookie_name is possible only with APP_COOKIE.")
    else:
        cookie = ""
    highest = 1440 if protocol in LAYER_7 else 60
    timeout = given.get("persistence_timeout")
    if timeout is None:
        default = 1440 if protocol in LAYER_7 else 1
        timeout = kept.persistence_timeout if kept else default
    elif timeout > highest:
        raise invalid("session_persistence", f"persistence_timeout is 1 to {highest} with the protocol {protocol}.")
    return Stickiness(kind, cookie, timeout)


def _slow_start(protocol: str, current: SlowStart | None, given: Json) -> SlowStart:
    if protocol not in LAYER_7:
        raise invalid("slow_start", f"It is possible with HTTP and HTTPS, not with {protocol}.")
    kept = current or SlowStart(enable=False, duration=30)
    return SlowStart(given.get("enable", kept.enable), given.get("duration", kept.duration))


def _protection_reason(status: str, given: str | None, current: str) -> str:
    if status == "nonProtection":
        if given:
            raise invalid("protection_reason", "It is valid only with the protection_status consoleProtection.")
        return ""
    return current if given is None else given
