# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Members: what the reference allows to be done with a backend server, without any HTTP."""

from __future__ import annotations

import ipaddress
import time
import uuid
from collections.abc import Mapping
from typing import Any

from .errors import (
    conflict,
    invalid,
    ip_member_disabled,
    ip_member_protocol,
    ipv6_member,
    member_quota,
    not_found,
)
from .paging import Facts, matcher, page
from .store import Address, Json, LoadBalancer, Member, Pool, Store, enterprise_projects, new_id, now, parse_address


def create(store: Store, project_id: str, pool_id: str, given: Json) -> tuple[Pool, Member]:
    pool = store.find_pool(project_id, pool_id)
    balancer = store.loadbalancer_of(pool)
    store.require_active(balancer)
    if given.get("project_id", project_id) != project_id:
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
        id=new_id(),
        project_id=project_id,
        # As the service writes it, which need not be how it was sent.
        address=str(address),
        protocol_port=given["protocol_port"],
        name=given.get("name", ""),
        weight=given.get("weight", 1),
        subnet_cidr_id=subnet_id,
        availability_zone=zone,
        instance_id=_instance_id(subnet_id, address) if subnet_id else "",
        created_at=stamp,
        updated_at=stamp,
        healthy_at=_healthy_at(store),
    )
    pool.members.add(member)
    pool.endpoints[endpoint] = member.id
    store.changed(balancer)
    return pool, member


def update(store: Store, project_id: str, pool_id: str, member_id: str, given: Json) -> tuple[Pool, Member]:
    pool = store.find_pool(project_id, pool_id)
    member = store.find_member(pool, member_id)
    balancer = store.loadbalancer_of(pool)
    store.require_active(balancer)
    if "availability_zone" in given:
        if member.member_type != "ip":
            raise invalid("availability_zone", "It can be set only for IP as backend servers.")
        member.availability_zone = _check_zone(store, given["availability_zone"])
    if given.get("weight", member.weight) != member.weight:
        member.weight = given["weight"]
        member.healthy_at = _healthy_at(store)
    member.name = given.get("name", member.name)
    if member.updated_at is not None:
        member.updated_at = now()
    store.changed(balancer)
    return pool, member


def delete(store: Store, project_id: str, pool_id: str, member_id: str) -> None:
    pool = store.find_pool(project_id, pool_id)
    member = store.find_member(pool, member_id)
    balancer = store.loadbalancer_of(pool)
    store.require_active(balancer)
    if pool.member_deletion_protection_enable:
        raise conflict(f"Pool {pool.id} is protected against removals: member_deletion_protection_enable is true.")
    pool.members.remove(member.id)
    if pool.endpoints.get(member.endpoint) == member.id:
        del pool.endpoints[member.endpoint]
    store.changed(balancer)


def find(store: Store, project_id: str, pool_id: str, query: Mapping[str, Any]) -> tuple[Pool, list[Member], Json]:
    pool = store.find_pool(project_id, pool_id)
    wanted = dict(query)
    if "address" in wanted:
        wanted["address"] = [parse_address(text) or text for text in wanted["address"]]
    facts: dict[str, Facts[Member]] = {
        "id": lambda member: (member.id,),
        "name": lambda member: (member.name,),
        "weight": lambda member: (member.weight,),
        "subnet_cidr_id": lambda member: (member.subnet_cidr_id,),
        "address": lambda member: (member.ip or member.address,),
        "protocol_port": lambda member: (member.protocol_port,),
        "operating_status": lambda member: (health(pool, member)[0],),
        "ip_version": lambda member: (_ip_version(member),),
        "member_type": lambda member: (member.member_type,),
        "instance_id": lambda member: (member.instance_id,),
        "availability_zone": lambda member: (member.availability_zone,),
        "admin_state_up": lambda member: (bool(member.instance_id),),
    }
    fits = matcher(wanted, facts)
    enterprise = enterprise_projects(wanted)
    visible = enterprise is None or pool.enterprise_project_id in enterprise
    found, info = page(pool.members, lambda member: visible and fits(member), wanted, store.behaviour.page_cap)
    return pool, found, info


def health(pool: Pool, member: Member) -> tuple[str, Json | None]:
    """The status and, where it is bad, the reason that the health check gives."""
    if member.forced_status is not None:
        return member.forced_status
    if not pool.healthmonitor_id:
        return "NO_MONITOR", None
    if time.monotonic() < member.healthy_at:
        return "OFFLINE", None
    return "ONLINE", None


class Shower:
    """Shows many members of one pool, and looks up what they have in common once."""

    def __init__(self, store: Store, pool: Pool) -> None:
        self.pool = pool
        self.listener_ids = [listener.id for listener in store.listeners_of(pool)]
        self.reason_code = store.behaviour.health_reason

    def __call__(self, member: Member) -> Json:
        status, reason = health(self.pool, member)
        if status == "OFFLINE" and reason is None:
            reason = _reason(self.reason_code)
        statuses: list[Json] = []
        for listener_id in self.listener_ids:
            entry: Json = {"listener_id": listener_id, "operating_status": status}
            if reason is not None:
                entry["reason"] = reason
            statuses.append(entry)
        answer: Json = {
            "id": member.id,
            "name": member.name,
            "project_id": member.project_id,
            "address": member.address,
            "protocol_port": member.protocol_port,
            "subnet_cidr_id": member.subnet_cidr_id,
            "weight": member.weight,
            "ip_version": _ip_version(member),
            "operating_status": status,
            "status": statuses,
            "member_type": member.member_type,
            "instance_id": member.instance_id,
            "availability_zone": member.availability_zone,
            # "Its actual value depends on whether cloud servers exist", whatever was sent.
            "admin_state_up": bool(member.instance_id),
        }
        if member.created_at is not None:
            answer["created_at"] = member.created_at
        if member.updated_at is not None:
            answer["updated_at"] = member.updated_at
        answer.update(member.odd)
        return answer


def _reason(code: str) -> Json:
    # The two codes are never null with a mismatch, says the reference; with the rest they say nothing.
    mismatch = code == "RESPONSE_MISMATCH"
    return {
        "reason_code": code,
        "expected_response": "200" if mismatch else None,
        "healthcheck_response": "503" if mismatch else None,
    }


def _check_subnet(store: Store, pool: Pool, balancer: LoadBalancer | None, address: Address, subnet_id: str) -> None:
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


def _check_ip_member(pool: Pool, balancer: LoadBalancer | None, address: Address) -> None:
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


def _ip_version(member: Member) -> str:
    return "v6" if ":" in member.address else "v4"


def _instance_id(subnet_id: str, address: Address) -> str:
    """The server that has the address. There always is one, and always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{subnet_id}/{address}"))
