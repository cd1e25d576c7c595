# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health checks: what the reference allows to be done with them, and what they find out about members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import conflict, healthmonitor_quota, invalid
from ..health import Health, Schedule
from ..paging import Facts
from ..resource import Ids, Resource, require_active
from ..store import Address, Entity, Json, Store, now
from . import loadbalancers, members, pools

LAYER_7 = frozenset({"HTTP", "HTTPS"})


@dataclass(kw_only=True)
class HealthMonitor(Entity):
    pool_id: str
    type: str
    delay: int = 5
    timeout: int = 3
    max_retries: int = 3
    max_retries_down: int = 3
    name: str = ""
    monitor_port: int | None = None
    domain_name: str | None = None
    url_path: str = "/"
    expected_codes: str = "200"
    http_method: str = "GET"
    admin_state_up: bool = True
    # When a new member is checked first, as a part of the interval; None: at random.
    first_check: float | None = None

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.delay, self.timeout, self.max_retries, self.max_retries_down)

    def target(self, member: members.Member) -> tuple[Address | str, int]:
        return member.ip or member.address, self.monitor_port or member.protocol_port


class HealthMonitors(Resource[HealthMonitor]):
    kind = HealthMonitor

    def balancer(self, store: Store, item: HealthMonitor) -> loadbalancers.LoadBalancer | None:
        return pools.balancer_of(store, store[pools.Pool].by_id[item.pool_id])

    def create(self, store: Store, ids: Ids, given: Json) -> HealthMonitor:
        project_id = ids["project_id"]
        if given.get("project_id", project_id) != project_id:
            raise invalid("project_id", "It is not the project of the URI.")
        pool = store.find(pools.Pool, project_id, given["pool_id"])
        require_active(pools.balancer_of(store, pool))
        pools.require_undeleted(pool)
        _check_type(pool, given["type"], given)
        if pool.healthmonitor_id:
            raise conflict(f"Pool {pool.id} already has the healthmonitor {pool.healthmonitor_id}.")
        if sum(one.project_id == project_id for one in store[HealthMonitor]) >= store.behaviour.healthmonitor_quota:
            raise healthmonitor_quota()
        # The reference has no times on shared load balancers.
        monitor = HealthMonitor(created_at=pool.created_at and now(), **{"project_id": project_id, **given})
        _attach(store, monitor, pool)
        return monitor

    def update(self, store: Store, item: HealthMonitor, given: Json) -> None:
        _check_type(store[pools.Pool].by_id[item.pool_id], given.get("type", item.type), given)
        watched = _members(store, item)
        for member in watched:
            members.health(store, member)
        anew = any(given.get(name, getattr(item, name)) != getattr(item, name) for name in ("type", "admin_state_up"))
        for name, value in given.items():
            setattr(item, name, value)
        for member in watched:
            member.checks = begin(store, item) if anew else member.checks

    def delete(self, store: Store, item: HealthMonitor) -> None:
        for member in _members(store, item):
            member.checks = None
        for pool in store[pools.Pool]:
            if pool.healthmonitor_id == item.id:
                pool.healthmonitor_id = None
        store[HealthMonitor].remove(item.id)

    def facts(self, store: Store) -> Mapping[str, Facts[HealthMonitor]]:
        return {
            "expected_codes": lambda item: (self.show(store, item)["expected_codes"],),
            "http_method": lambda item: (self.show(store, item)["http_method"],),
        }

    def show(self, store: Store, item: HealthMonitor) -> Json:
        http = item.type in LAYER_7
        return {
            "name": item.name,
            "pools": [{"id": item.pool_id}],
            "type": item.type,
            "delay": item.delay,
            "timeout": item.timeout,
            "max_retries": item.max_retries,
            "max_retries_down": item.max_retries_down,
            "monitor_port": item.monitor_port,
            "domain_name": item.domain_name,
            "url_path": item.url_path,
            "expected_codes": item.expected_codes if http else None,
            "http_method": item.http_method if http else None,
            "admin_state_up": item.admin_state_up,
            "http_version": None,
            "content_check_enable": False,
            "send_content": None,
            "receive_content": None,
            "content_format": "TEXT",
        }

    def seed(self, store: Store, given: Json) -> HealthMonitor:
        pool = store[pools.Pool].by_id[given["pool_id"]]
        monitor = super().seed(store, {"type": types_for(pool.protocol)[0], **given})
        _attach(store, monitor, pool)
        return monitor


def of_pool(store: Store, pool: pools.Pool) -> HealthMonitor | None:
    return store[HealthMonitor].get(pool.healthmonitor_id or "")


def seed_plain(store: Store, pool: pools.Pool, ident: str) -> None:
    """A check that has found members healthy as soon as they are there. Several pools may have it, past all rules."""
    known = store[HealthMonitor].get(ident)
    monitor = known or HealthMonitor(id=ident, project_id=pool.project_id, pool_id=pool.id, type=types_for(pool.protocol)[0], first_check=0)
    _attach(store, monitor, pool)


def begin(store: Store, monitor: HealthMonitor | None) -> Health | None:
    """The checks of a member that is new to them."""
    if monitor is None:
        return None
    part = next((one for one in (monitor.first_check, store.behaviour.first_check) if one is not None), None)
    return Health(store.clock() + monitor.delay * (store.random.random() if part is None else part))


def types_for(protocol: str) -> list[str]:
    """Those that fit a pool; the first one is the obvious one."""
    if protocol in ("UDP", "QUIC"):
        return ["UDP_CONNECT"]
    return [protocol, *sorted({"TCP", *LAYER_7} - {protocol})]


def _attach(store: Store, monitor: HealthMonitor, pool: pools.Pool) -> None:
    store[HealthMonitor].add(monitor)
    pool.healthmonitor_id = monitor.id
    for member in pool.members:
        member.checks = begin(store, monitor)


def _members(store: Store, monitor: HealthMonitor) -> list[members.Member]:
    return [member for pool in store[pools.Pool] if pool.healthmonitor_id == monitor.id for member in pool.members]


def _check_type(pool: pools.Pool, kind: str, given: Json) -> None:
    if kind not in types_for(pool.protocol):
        raise invalid("type", f"{kind} is not supported when the pool protocol is {pool.protocol}.")
    if kind not in LAYER_7:
        for name in ("domain_name", "url_path", "http_method"):
            if given.get(name) is not None:
                raise invalid(name, f"It is available only when the type is HTTP or HTTPS, not {kind}.")
