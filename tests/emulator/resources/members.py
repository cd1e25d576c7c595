# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Members: what the reference allows to be done with a backend server."""

from __future__ import annotations

import ipaddress
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ..config import build
from ..errors import conflict, invalid, ip_member_disabled, ip_member_protocol, ipv6_member, member_quota, not_found
from ..paging import Collection, Facts
from ..resource import Ids, Resource, require_active
from ..store import Address, Entity, Json, Store, now, parse_address
from . import listeners, loadbalancers, pools


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
    # A health check, where there is one, fails until then.
    healthy_at: float = 0.0
    # Said by a test, and stronger than everything else: (operating_status, reason).
    forced_status: tuple[str, Json | None] | None = None

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
            "operating_status": lambda member: (health(_pool_of(store, member), member)[0],),
            "admin_state_up": lambda member: (bool(member.instance_id),),
        }

    def show(self, store: Store, item: Member) -> Json:
        pool = _pool_of(store, item)
        status, reason = health(pool, item)
        if status == "OFFLINE" and reason is None:
            reason = _reason(store.behaviour.health_reason)
        entry = {"operating_status": status} if reason is None else {"operating_status": status, "reason": reason}
        return {
            "name": item.name,
            "address": item.address,
            "protocol_port": item.protocol_port,
            "subnet_cidr_id": item.subnet_cidr_id,
            "weight": item.weight,
            "ip_version": item.ip_version,
            "operating_status": status,
            "status": [{"listener_id": listener.id, **entry} for listener in listeners.of_pool(store, pool)],
            "member_type": item.member_type,
            "instance_id": item.instance_id,
            "availability_zone": item.availability_zone,
            # "Its actual value depends on whether cloud servers exist", whatever was sent.
            "admin_state_up": bool(item.instance_id),
        }


def seed(store: Store, pool: pools.Pool, given: Json) -> Member:
    """A member with the fields of the API. The address is kept as it is written; duplicates are not refused."""
    values = {"project_id": pool.project_id, "pool_id": pool.id, **given}
    status, reason = values.pop("operating_status", None), values.pop("reason", None)
    member = build(Member, values)
    if status is not None:
        member.forced_status = (status, reason)
    store.odd = store.odd or bool(member.odd)
    pool.members.add(member)
    pool.endpoints.setdefault(member.endpoint, member.id)
    return member


def _pool(store: Store, ids: Ids) -> pools.Pool:
    return store.find(pools.Pool, ids["project_id"], ids["pool_id"])


def _pool_of(store: Store, member: Member) -> pools.Pool:
    return store[pools.Pool].by_id[member.pool_id]


def health(pool: pools.Pool, member: Member) -> tuple[str, Json | None]:
    """The status and, where it is bad, the reason that the health check gives."""
    if member.forced_status is not None:
        return member.forced_status
    if not pool.healthmonitor_id:
        return "NO_MONITOR", None
    if time.monotonic() < member.healthy_at:
        return "OFFLINE", None
    return "ONLINE", None


def _reason(code: str) -> Json:
    # The two codes are never null with a mismatch, says the reference; with the rest they say nothing.
    mismatch = code == "RESPONSE_MISMATCH"
    return {
        "reason_code": code,
        "expected_response": "200" if mismatch else None,
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
