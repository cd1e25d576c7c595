# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members: what the reference allows to be done with a backend server."""

from __future__ import annotations

import ipaddress
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..config import build
from ..errors import conflict, invalid, ip_member_disabled, ip_member_protocol, ipv6_member, member_quota, not_found
from ..health import Health
from ..paging import Collection, Facts
from ..resource import Ids, Resource, require_active
from ..store import Address, Entity, Json, Store, now, parse_address
from . import healthmonitors, listeners, loadbalancers, pools

Status = tuple[str, Json | None]


@dataclass(kw_only=True)
class Member(Entity):
    pool_id: str
    address: str
    protocol_port: int
    name: str = ""
    weight: int = 1
    subnet_cidr_id: str = ""
    availability_zone: str = ""
    instance_id: str = ""
    # What the pool's health check has found, where there is one.
    checks: Health | None = None
    # It fails until then, whatever it has found.
    healthy_at: float = 0.0
    # Said by a test, and stronger than everything else: of the member itself (None), and of a listener by its ID.
    forced: dict[str | None, Status] = field(default_factory=dict)

    @property
    def ip(self) -> Address | None:
        return parse_address(self.address)

    @property
    def ip_version(self) -> str:
        return "v6" if ":" in self.address else "v4"

    @property
    def endpoint(self) -> tuple[Address | str, int]:
        return self.ip or self.address, self.protocol_port

    @property
    def member_type(self) -> str:
        return "instance" if self.subnet_cidr_id else "ip"


class Members(Resource[Member]):
    kind = Member
    parse = {"address": lambda text: parse_address(text) or text}  # noqa: RUF012

    def all(self, store: Store, ids: Ids) -> Collection[Member]:
        return _pool(store, ids).members

    def enterprise_project(self, store: Store, item: Member) -> str:
        return _pool_of(store, item).enterprise_project_id

    def balancer(self, store: Store, item: Member) -> loadbalancers.LoadBalancer | None:
        return pools.balancer_of(store, _pool_of(store, item))

    def create(self, store: Store, ids: Ids, given: Json) -> Member:
        pool = _pool(store, ids)
        balancer = pools.balancer_of(store, pool)
        require_active(balancer)
        pools.require_undeleted(pool)
        if given.get("project_id", pool.project_id) != pool.project_id:
            raise invalid("project_id", "It is not the project of the URI.")
        address = parse_address(given["address"])
        if address is None:
            raise invalid("address", "It is not an IP address.")
        subnet_id = given.get("subnet_cidr_id", "")
        zone = given.get("availability_zone")
        if subnet_id:
            _check_subnet(store, pool, balancer, address, subnet_id)
            if zone is not None:
                raise invalid("availability_zone", "It can be set only for IP as backend servers.")
            zone = store.availability_zones[0]
        else:
            _check_ip_member(pool, balancer, address)
            zone = _check_zone(store, zone)
        endpoint = (address, given["protocol_port"])
        if endpoint in pool.endpoints:
            raise conflict(
                f"Pool {pool.id} already has the member {pool.endpoints[endpoint]} with address {address} and "
                f"protocol_port {given['protocol_port']}."
            )
        if len(pool.members) >= store.behaviour.member_quota:
            raise member_quota()

        stamp = now() if pool.created_at is not None else None
        member = Member(
            project_id=pool.project_id,
            pool_id=pool.id,
            # As the service writes it, which need not be how it was sent.
            address=str(address),
            protocol_port=given["protocol_port"],
            name=given.get("name", ""),
            weight=given.get("weight", 1),
            subnet_cidr_id=subnet_id,
            availability_zone=zone,
            instance_id=_instance_id(subnet_id, address) if subnet_id else "",
            created_at=stamp,
            checks=healthmonitors.begin(store, healthmonitors.of_pool(store, pool)),
            healthy_at=_healthy_at(store),
        )
        pool.members.add(member)
        pool.endpoints[endpoint] = member.id
        return member

    def update(self, store: Store, item: Member, given: Json) -> None:
        if "availability_zone" in given:
            if item.member_type != "ip":
                raise invalid("availability_zone", "It can be set only for IP as backend servers.")
            item.availability_zone = _check_zone(store, given["availability_zone"])
        if given.get("weight", item.weight) != item.weight:
            item.weight = given["weight"]
            item.healthy_at = _healthy_at(store)
        item.name = given.get("name", item.name)

    def delete(self, store: Store, item: Member) -> None:
        pool = _pool_of(store, item)
        if pool.member_deletion_protection_enable:
            raise conflict(f"Pool {pool.id} is protected against removals: member_deletion_protection_enable is true.")
        pool.members.remove(item.id)
        if pool.endpoints.get(item.endpoint) == item.id:
            del pool.endpoints[item.endpoint]

    def facts(self, store: Store) -> Mapping[str, Facts[Member]]:
        return {
            "address": lambda member: (member.ip or member.address,),
        }

    def show(self, store: Store, item: Member) -> Json:
        pool = _pool_of(store, item)
        of_listeners = {listener.id: listener_health(store, item, listener.id) for listener in listeners.of_pool(store, pool)}
        return {
            "name": item.name,
            "address": item.address,
            "protocol_port": item.protocol_port,
            "subnet_cidr_id": item.subnet_cidr_id,
            "weight": item.weight,
            "ip_version": item.ip_version,
            "operating_status": health(store, item)[0],
            "status": [
                {"listener_id": ident, "operating_status": status, **({} if reason is None else {"reason": reason})}
                for ident, (status, reason) in of_listeners.items()
            ],
            "member_type": item.member_type,
            "instance_id": item.instance_id,
            "availability_zone": item.availability_zone,
            # "Its actual value depends on whether cloud servers exist", whatever was sent.
            "admin_state_up": bool(item.instance_id),
        }


def seed(store: Store, pool: pools.Pool, given: Json) -> Member:
    """A member with the fields of the API. The address is kept as it is written; duplicates are not refused.

    `operating_status` and `status` are as if a test had set them.
    """
    values = {"project_id": pool.project_id, "pool_id": pool.id, **given}
    own = {"listener_id": None, "operating_status": values.pop("operating_status", None), "reason": values.pop("reason", None)}
    statuses = [own, *values.pop("status", [])]
    member = build(Member, values)
    for one in statuses:
        force(member, one["listener_id"], one["operating_status"], one.get("reason"))
    member.checks = healthmonitors.begin(store, healthmonitors.of_pool(store, pool))
    store.odd = store.odd or bool(member.odd)
    pool.members.add(member)
    pool.endpoints.setdefault(member.endpoint, member.id)
    return member


def _pool(store: Store, ids: Ids) -> pools.Pool:
    return store.find(pools.Pool, ids["project_id"], ids["pool_id"])


def _pool_of(store: Store, member: Member) -> pools.Pool:
    return store[pools.Pool].by_id[member.pool_id]


def force(member: Member, listener_id: str | None, status: str | None, reason: Json | str | None) -> None:
    """Say what is found of a member, by itself or at a listener. None: what its health check finds. A reason may be just its code."""
    member.forced.pop(listener_id, None)
    if status is not None:
        member.forced[listener_id] = (status, _reason(reason) if isinstance(reason, str) else reason)


def listener_health(store: Store, member: Member, listener_id: str) -> Status:
    """The status at a listener and, where it is bad, the reason."""
    return _forced(store, member, listener_id) or health(store, member)


def health(store: Store, member: Member) -> Status:
    monitor = healthmonitors.of_pool(store, _pool_of(store, member))
    failure = None
    if monitor is not None and member.checks is not None:
        address, port = monitor.target(member)
        failure = store.off.get((address, port), store.off.get((address, None)))
        member.checks.follow(monitor.schedule, failure, store.clock())
    return _forced(store, member, None) or _found(store, member, monitor)


def _forced(store: Store, member: Member, listener_id: str | None) -> Status | None:
    if listener_id not in member.forced:
        return None
    status, reason = member.forced[listener_id]
    return status, _reason(store.behaviour.health_reason) if status == "OFFLINE" and reason is None else reason


def _found(store: Store, member: Member, monitor: healthmonitors.HealthMonitor | None) -> Status:
    if monitor is None or member.checks is None or not monitor.admin_state_up:
        return "NO_MONITOR", None
    if store.behaviour.drained_offline and member.weight == 0:
        return "OFFLINE", None
    if time.monotonic() < member.healthy_at:
        return "OFFLINE", _reason(store.behaviour.health_reason, monitor)
    status, code = member.checks.status, member.checks.reason
    return status, _reason(code, monitor) if status == "OFFLINE" and code else None


def switch(store: Store, address: Address, port: int | None, failure: str | None) -> None:
    """From now on health checks of the server fail with this code (None: they do not). No port: on all of its ports."""
    for pool in store[pools.Pool]:
        for member in pool.members:
            health(store, member)
    for place in [one for one in store.off if one[0] == address and port in (None, one[1])]:
        del store.off[place]
    if failure is not None:
        store.off[address, port] = failure


def _reason(code: str, monitor: healthmonitors.HealthMonitor | None = None) -> Json:
    # The two codes are never null with a mismatch, says the reference; with the rest they say nothing.
    mismatch = code == "RESPONSE_MISMATCH"
    return {
        "reason_code": code,
        "expected_response": (monitor.expected_codes if monitor else "200") if mismatch else None,
        "healthcheck_response": "503" if mismatch else None,
    }


def _check_subnet(store: Store, pool: pools.Pool, balancer: loadbalancers.LoadBalancer | None, address: Address, subnet_id: str) -> None:
    if pool.type == "ip":
        raise invalid("subnet_cidr_id", "Only IP as backend servers can be added to a pool of the type ip.")
    if address.version == 6 and pool.ip_version == "v4":
        raise ipv6_member(f"the pool supports IPv4 only, and {address} is not.")
    # A VPC subnet's own ID is not a subnet here: Neutron, which is asked, does not know it.
    subnet = store.subnets.get(subnet_id)
    if subnet is None:
        raise not_found("subnet", subnet_id)
    vpc_id = pool.vpc_id or (balancer.vpc_id if balancer else "")
    if vpc_id and subnet.vpc_id != vpc_id:
        raise invalid("subnet_cidr_id", f"Subnet {subnet_id} is not in the VPC {vpc_id}.")
    if address not in store.networks[subnet_id]:
        raise invalid("address", f"{address} is not in the subnet {subnet_id} ({subnet.cidr}).")


def _check_ip_member(pool: pools.Pool, balancer: loadbalancers.LoadBalancer | None, address: Address) -> None:
    if pool.protocol not in {"TCP", "HTTP", "HTTPS"}:
        raise ip_member_protocol()
    if isinstance(address, ipaddress.IPv6Address):
        raise ipv6_member(f"without subnet_cidr_id the address must be IPv4, and {address} is not.")
    if balancer is not None and not balancer.ip_target_enable:
        raise ip_member_disabled()


def _check_zone(store: Store, zone: str | None) -> str:
    if zone is None or zone in store.availability_zones:
        return zone or ""
    raise invalid("availability_zone", f"{zone} is none of {', '.join(store.availability_zones)}.")


def _healthy_at(store: Store) -> float:
    delay = store.behaviour.health_delay_ms
    return time.monotonic() + delay / 1000 if delay else 0.0


def _instance_id(subnet_id: str, address: Address) -> str:
    """The server that has the address. There always is one, and always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{subnet_id}/{address}"))
