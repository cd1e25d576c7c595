# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools: what the reference allows to be done with a backend server group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..config import build
from ..errors import conflict, invalid, not_found, pool_quota
from ..paging import Collection, Facts
from ..resource import Ids, Resource, require_active
from ..store import Address, Entity, Json, Store, now, parse_address
from . import healthmonitors, l7policies, listeners, loadbalancers, members

if TYPE_CHECKING:
    from .members import Member

LAYER_7 = frozenset({"HTTP", "HTTPS"})
LAYER_4 = frozenset({"TCP", "UDP", "QUIC"})


@dataclass
class Stickiness:
    type: str
    cookie_name: str = ""
    persistence_timeout: int = 1


@dataclass
class SlowStart:
    enable: bool = False
    duration: int = 30


@dataclass(kw_only=True)
class Pool(Entity):
    protocol: str
    lb_algorithm: str
    ip_version: str
    name: str = ""
    description: str = ""
    loadbalancer_id: str | None = None
    session_persistence: Stickiness | None = None
    slow_start: SlowStart | None = None
    member_deletion_protection_enable: bool = False
    vpc_id: str = ""
    type: str = ""
    protection_status: str = "nonProtection"
    protection_reason: str = ""
    healthmonitor_id: str | None = None
    enterprise_project_id: str = "0"
    members: Collection[Member] = field(default_factory=Collection)
    # Members by address and port, so that adding the five thousandth member costs no more than the first.
    endpoints: dict[tuple[Address | str, int], str] = field(default_factory=dict)
    deleting: bool = False


class Pools(Resource[Pool]):
    kind = Pool
    parse = {"member_address": lambda text: parse_address(text) or text}  # noqa: RUF012

    def enterprise_project(self, store: Store, item: Pool) -> str:
        return item.enterprise_project_id

    def balancer(self, store: Store, item: Pool) -> loadbalancers.LoadBalancer | None:
        return balancer_of(store, item)

    def create(self, store: Store, ids: Ids, given: Json) -> Pool:
        project_id = ids["project_id"]
        if given.get("project_id", project_id) != project_id:
            raise invalid("project_id", "It is not the project of the URI.")
        protocol: str = given["protocol"]
        balancer, listener = _association(store, project_id, given, protocol)
        require_active(balancer)
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
        if sum(pool.project_id == project_id for pool in store[Pool]) >= store.behaviour.pool_quota:
            raise pool_quota()

        # The reference has these times on dedicated load balancers only.
        stamp = now() if dedicated else None
        pool = Pool(
            project_id=project_id,
            protocol=protocol,
            lb_algorithm=given["lb_algorithm"],
            ip_version=_ip_version(balancer, protocol),
            name=given.get("name", ""),
            description=given.get("description", ""),
            loadbalancer_id=None if balancer is None else balancer.id,
            session_persistence=stickiness,
            slow_start=slow_start,
            member_deletion_protection_enable=given.get("member_deletion_protection_enable", False),
            # "If vpc_id is not specified, it is determined by the VPC where the backend server works": that says which
            # servers fit, and nothing of a response that changes. It stays blank here, and can be set later.
            vpc_id=vpc_id,
            type=kind,
            protection_status=status,
            protection_reason=reason,
            enterprise_project_id="0" if balancer is None else balancer.enterprise_project_id,
            created_at=stamp,
        )
        store[Pool].add(pool)
        if listener is not None:
            listener.default_pool_id = pool.id
        return pool

    def update(self, store: Store, item: Pool, given: Json) -> None:
        pool, balancer = item, self.balancer(store, item)
        require_undeleted(pool)
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

    def delete(self, store: Store, item: Pool) -> None:
        require_undeleted(item)
        # The reference does not say which of several reasons the answer names.
        users = [("member", ident) for ident in item.members.order]
        users += [("l7policy", policy.id) for policy in l7policies.of_pool(store, item)]
        for kind, ident in users:
            raise conflict(f"{kind} {ident} is using this pool")
        if item.member_deletion_protection_enable and store.behaviour.protects_empty_pools:
            raise conflict(f"Pool {item.id} is protected: member_deletion_protection_enable is true.")
        if item.healthmonitor_id:
            raise conflict(f"healthmonitor {item.healthmonitor_id} is using this pool")
        item.deleting = True
        store.later(store.behaviour.delete_ms, lambda: _remove(store, item))
        store.settle()

    def facts(self, store: Store) -> Mapping[str, Facts[Pool]]:
        return {
            "loadbalancer_id": lambda pool: loadbalancer_ids(store, pool),
            "listener_id": lambda pool: (
                *(listener.id for listener in listeners.of_pool(store, pool)),
                # "Including the listeners associated through forwarding policies".
                *(policy.listener_id for policy in l7policies.of_pool(store, pool)),
            ),
            "member_address": lambda pool: (member.ip or member.address for member in pool.members),
            "member_device_id": lambda pool: (member.instance_id for member in pool.members),
            "member_instance_id": lambda pool: (member.instance_id for member in pool.members),
        }

    def show(self, store: Store, item: Pool) -> Json:
        sticky, slow = item.session_persistence, item.slow_start
        return {
            "name": item.name,
            "description": item.description,
            "protocol": item.protocol,
            "lb_algorithm": item.lb_algorithm,
            "loadbalancers": [{"id": ident} for ident in loadbalancer_ids(store, item)],
            "listeners": [{"id": listener.id} for listener in listeners.of_pool(store, item)],
            "members": [{"id": ident} for ident in item.members.order],
            "healthmonitor_id": item.healthmonitor_id,
            "session_persistence": None if sticky is None else dict(vars(sticky)),
            "slow_start": None if slow is None else dict(vars(slow)),
            "ip_version": item.ip_version,
            "member_deletion_protection_enable": item.member_deletion_protection_enable,
            "vpc_id": item.vpc_id,
            "type": item.type,
            "protection_status": item.protection_status,
            "protection_reason": item.protection_reason,
            "admin_state_up": True,
        }

    def seed(self, store: Store, given: Json) -> Pool:
        """`members`: a list of what the seeds of members take. `loadbalancer_id` and `listener_id` as in a request."""
        values = {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", **given}
        seeds = values.pop("members", [])
        listener_id = values.pop("listener_id", None)
        listener = store[listeners.Listener].by_id[listener_id] if listener_id else None
        if listener is not None:
            values.setdefault("loadbalancer_id", listener.loadbalancer_id)
        balancer = store[loadbalancers.LoadBalancer].get(values.get("loadbalancer_id") or "")
        if balancer is not None:
            values.setdefault("enterprise_project_id", balancer.enterprise_project_id)
        values.setdefault("ip_version", _ip_version(balancer, values["protocol"]))
        for name, kind in (("session_persistence", Stickiness), ("slow_start", SlowStart)):
            if values.get(name) is not None:
                values[name] = build(kind, values[name])
        monitor_id = values.pop("healthmonitor_id", None)
        old = store[Pool].get(values.get("id", ""))
        if old is not None and (monitor := healthmonitors.of_pool(store, old)):
            store[healthmonitors.HealthMonitor].remove(monitor.id)
        pool = super().seed(store, values)
        if monitor_id:
            healthmonitors.seed_plain(store, pool, monitor_id)
        if listener is not None:
            listener.default_pool_id = pool.id
        for member in seeds:
            members.seed(store, pool, member)
        return pool


def balancer_of(store: Store, pool: Pool) -> loadbalancers.LoadBalancer | None:
    """The one that changes of the pool keep busy, if it is used by any."""
    return store[loadbalancers.LoadBalancer].get(next(iter(loadbalancer_ids(store, pool)), ""))


def loadbalancer_ids(store: Store, pool: Pool) -> list[str]:
    """A pool that was made without a load balancer has those of its listeners."""
    own = [pool.loadbalancer_id] if pool.loadbalancer_id else []
    return own or sorted({listener.loadbalancer_id for listener in listeners.of_pool(store, pool)})


def require_undeleted(pool: Pool) -> None:
    if pool.deleting:
        raise conflict(f"Invalid state PENDING_DELETE of pool {pool.id}.")


def _remove(store: Store, pool: Pool) -> None:
    if store[Pool].get(pool.id) is pool:
        for listener in listeners.of_pool(store, pool):
            listener.default_pool_id = None
        store[Pool].remove(pool.id)


def _ip_version(balancer: loadbalancers.LoadBalancer | None, protocol: str) -> str:
    return "dualstack" if (balancer is None or balancer.dedicated) and protocol in LAYER_4 else "v4"


def _association(
    store: Store, project_id: str, given: Json, protocol: str
) -> tuple[loadbalancers.LoadBalancer | None, listeners.Listener | None]:
    """The load balancer and the listener of a new pool, which must fit each other and be free."""
    if not given.get("loadbalancer_id") and not given.get("listener_id") and not given.get("type"):
        raise invalid("pool", "Specify one of listener_id, loadbalancer_id and type.")
    balancer = listener = None
    if "loadbalancer_id" in given:
        balancer = store.find(loadbalancers.LoadBalancer, project_id, given["loadbalancer_id"])
    if "listener_id" in given:
        listener = store.find(listeners.Listener, project_id, given["listener_id"])
        if balancer is None:
            balancer = store.find(loadbalancers.LoadBalancer, project_id, listener.loadbalancer_id)
        elif not balancer.dedicated:
            raise invalid("listener_id", "Specify either listener_id or loadbalancer_id for a shared load balancer.")
        elif listener.loadbalancer_id != balancer.id:
            raise invalid("listener_id", f"Listener {listener.id} is not of load balancer {balancer.id}.")
        listeners.require_compatible(listener, protocol)
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
    if vpc_id and vpc_id not in store.vpcs and all(balancer.vpc_id != vpc_id for balancer in store[loadbalancers.LoadBalancer]):
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
