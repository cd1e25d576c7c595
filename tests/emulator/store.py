# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""What the emulator remembers, and the few questions that pools and members both ask of it."""

from __future__ import annotations

import ipaddress
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .config import Behaviour, Config, ForwardingPolicy, SubnetConfig
from .errors import immutable, not_found
from .paging import Collection

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Json = dict[str, Any]


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    return str(uuid.uuid4())


def parse_address(text: str) -> Address | None:
    """Addresses are compared as addresses, never as text. None: it is not one."""
    if "%" in text or "/" in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@dataclass
class LoadBalancer:
    id: str
    name: str
    vpc_id: str
    dedicated: bool
    ip_target_enable: bool
    provisioning_status: str
    description: str
    enterprise_project_id: str
    project_id: str
    created_at: str
    busy_until: float = 0.0

    def status(self) -> str:
        return "PENDING_UPDATE" if time.monotonic() < self.busy_until else self.provisioning_status


@dataclass
class Listener:
    id: str
    name: str
    protocol: str
    loadbalancer_id: str
    protocol_port: int
    description: str
    project_id: str
    created_at: str
    default_pool_id: str | None = None


@dataclass
class Stickiness:
    type: str
    cookie_name: str
    persistence_timeout: int


@dataclass
class SlowStart:
    enable: bool
    duration: int


@dataclass
class Member:
    id: str
    project_id: str
    address: str
    protocol_port: int
    name: str = ""
    weight: int = 1
    subnet_cidr_id: str = ""
    availability_zone: str = ""
    instance_id: str = ""
    created_at: str | None = None
    updated_at: str | None = None
    # A health check, where there is one, fails until then.
    healthy_at: float = 0.0
    # Said by a test, and stronger than everything else: (operating_status, reason).
    forced_status: tuple[str, Json | None] | None = None
    # Laid over the answer, for seeds that are odd on purpose.
    odd: Json = field(default_factory=dict)

    @property
    def ip(self) -> Address | None:
        return parse_address(self.address)

    @property
    def endpoint(self) -> tuple[Address | str, int]:
        return self.ip or self.address, self.protocol_port

    @property
    def member_type(self) -> str:
        return "instance" if self.subnet_cidr_id else "ip"


@dataclass
class Pool:
    id: str
    project_id: str
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
    created_at: str | None = None
    updated_at: str | None = None
    members: Collection[Member] = field(default_factory=Collection)
    # Who has an address and port, so that adding the five thousandth member costs no more than the first.
    endpoints: dict[tuple[Address | str, int], str] = field(default_factory=dict)
    odd: Json = field(default_factory=dict)


class Store:
    """One lock guards everything: a request either sees a change whole or not at all."""

    def __init__(self, config: Config) -> None:
        self.lock = threading.RLock()
        self.behaviour = Behaviour(**vars(config.behaviour))
        self.availability_zones = list(config.availability_zones)
        started = now()
        self.loadbalancers: Collection[LoadBalancer] = Collection()
        for balancer in config.loadbalancers:
            self.loadbalancers.add(LoadBalancer(**vars(balancer), created_at=started))
        self.listeners: Collection[Listener] = Collection()
        for listener in config.listeners:
            balancer_of = self.loadbalancers.by_id[listener.loadbalancer_id]
            self.listeners.add(Listener(**vars(listener), project_id=balancer_of.project_id, created_at=started))
        self.subnets: dict[str, SubnetConfig] = {subnet.id: subnet for subnet in config.subnets}
        self.networks = {subnet.id: ipaddress.ip_network(subnet.cidr) for subnet in config.subnets}
        self.vpcs = {
            *config.vpcs,
            *(subnet.vpc_id for subnet in config.subnets),
            *(balancer.vpc_id for balancer in config.loadbalancers),
        }
        self.policies: dict[str, ForwardingPolicy] = {policy.id: policy for policy in config.forwarding_policies}
        self.pools: Collection[Pool] = Collection()
        # Whether a test wrote something odd into it, so that answers cannot be held to the contract.
        self.odd = False

    def find_pool(self, project_id: str, pool_id: str) -> Pool:
        pool = self.pools.get(pool_id)
        if pool is None or pool.project_id != project_id:
            raise not_found("pool", pool_id)
        return pool

    def find_member(self, pool: Pool, member_id: str) -> Member:
        member = pool.members.get(member_id)
        if member is None:
            raise not_found("member", member_id)
        return member

    def find_loadbalancer(self, project_id: str, loadbalancer_id: str) -> LoadBalancer:
        balancer = self.loadbalancers.get(loadbalancer_id)
        if balancer is None or balancer.project_id != project_id:
            raise not_found("loadbalancer", loadbalancer_id)
        return balancer

    def find_listener(self, project_id: str, listener_id: str) -> Listener:
        listener = self.listeners.get(listener_id)
        if listener is None or listener.project_id != project_id:
            raise not_found("listener", listener_id)
        return listener

    def loadbalancer_of(self, pool: Pool) -> LoadBalancer | None:
        return None if pool.loadbalancer_id is None else self.loadbalancers.get(pool.loadbalancer_id)

    def listeners_of(self, pool: Pool) -> list[Listener]:
        return [listener for listener in self.listeners if listener.default_pool_id == pool.id]

    def policies_of(self, pool: Pool) -> list[ForwardingPolicy]:
        return [policy for policy in self.policies.values() if policy.pool_id == pool.id]

    def require_active(self, balancer: LoadBalancer | None) -> None:
        if balancer is not None:
            status = balancer.status()
            if status != "ACTIVE":
                raise immutable(balancer.id, status)

    def changed(self, balancer: LoadBalancer | None) -> None:
        """A load balancer is busy for a moment after each change, if a test wants it to be."""
        if balancer is not None and self.behaviour.busy_ms:
            balancer.busy_until = time.monotonic() + self.behaviour.busy_ms / 1000


def enterprise_projects(query: dict[str, Any]) -> frozenset[str] | None:
    """None: all of them. Without the filter the reference looks into the default enterprise project only."""
    wanted = query.get("enterprise_project_id")
    if wanted is None:
        return frozenset({"0"})
    return None if "all_granted_eps" in wanted else frozenset(wanted)
