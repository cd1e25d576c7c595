# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's configuration: users with their actions, and resources that the API itself does not create."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

DEFAULT = Path(__file__).with_name("default.yaml")
RESOURCES = Path(__file__).with_name("resources")

T = TypeVar("T")


class ConfigError(Exception):
    """The configuration is not usable, and why."""


def build(cls: type[T], values: dict[str, Any]) -> T:
    """Make a dataclass of a mapping, and refuse keys that it does not have: a typo would otherwise do nothing."""
    known = {item.name for item in fields(cls) if item.init}  # type: ignore[arg-type]
    unknown = set(values) - known
    if unknown:
        raise ConfigError(f"{cls.__name__}: unknown keys {sorted(unknown)}, known are {sorted(known)}")
    try:
        return cls(**values)
    except TypeError as error:
        raise ConfigError(f"{cls.__name__}: {error}") from error


@dataclass
class User:
    """A user, the ways to authenticate as this user, and what the user may do: nothing unless it says so."""

    name: str
    token: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    # Set for temporary keys: the signature alone is not enough then.
    security_token: str | None = field(default=None, repr=False)
    actions: list[str] = field(default_factory=list)
    # Where it may do that; None: in the emulator's own project.
    projects: list[str] | None = None


@dataclass
class SubnetConfig:
    """One address family of a VPC subnet. `id` is what Neutron calls it, and what `subnet_cidr_id` wants."""

    id: str
    vpc_subnet_id: str
    cidr: str
    vpc_id: str


@dataclass
class Keystone:
    """A Keystone that knows whether a token is good. Its user's name, or else its roles, name a configured user."""

    auth_url: str
    roles: dict[str, str] = field(default_factory=dict)
    timeout: float = 10.0


@dataclass
class Behaviour:
    """What may be turned while the emulator runs."""

    pool_quota: int = 500
    member_quota: int = 10000
    healthmonitor_quota: int = 500
    # Every request takes this much longer.
    latency_ms: float = 0
    # More requests than these within a second are answered with 429; 0: there is no limit.
    requests_per_second: int = 0
    # After each change, the load balancer refuses the next one for so long.
    busy_ms: float = 0
    # After a pool was deleted, it is still there for so long, and refuses everything.
    delete_ms: float = 0
    # Whether a pool with member_deletion_protection_enable cannot be deleted even if it has no members.
    protects_empty_pools: bool = False
    # When a new member is checked first, as a part of the health check's interval; None: at random.
    first_check: float | None = None
    # Whether members with the weight 0 are OFFLINE where there is a health check.
    drained_offline: bool = False
    # With a health check: how long a new member, or one with a new weight, is OFFLINE, whatever was found.
    health_delay_ms: float = 0
    # Of a member that is OFFLINE where no check says why.
    health_reason: str = "CONNECT_REFUSED"
    # Pages are never longer than this, whatever `limit` says.
    page_cap: int = 2000


@dataclass
class Config:
    project_id: str
    users: list[User]
    subnets: list[SubnetConfig]
    vpcs: list[str]
    availability_zones: list[str]
    behaviour: Behaviour
    # By the plural of their kind, in the order in which they are made: written into the store as they are, past all rules.
    seeds: dict[str, list[dict[str, Any]]]
    keystone: Keystone | None = None


def parse(raw: dict[str, Any]) -> Config:
    """Make a configuration of plain data. What it leaves out is as in default.yaml."""
    merged = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    contracts = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(RESOURCES.glob("*.yaml"))}
    merged.update({name: contract["seeds"] for name, contract in contracts.items() if "seeds" in contract})
    known = {item.name for item in fields(Config)} - {"seeds"} | set(contracts)
    unknown = set(raw) - known
    if unknown:
        raise ConfigError(f"unknown keys {sorted(unknown)}, known are {sorted(known)}")
    merged.update(copy.deepcopy(raw))
    project_id = merged["project_id"]
    keystone = merged.get("keystone")
    return Config(
        project_id=project_id,
        users=[build(User, {"projects": [project_id], **item}) for item in merged["users"]],
        subnets=[build(SubnetConfig, item) for item in merged["subnets"]],
        vpcs=list(merged["vpcs"]),
        availability_zones=list(merged["availability_zones"]),
        behaviour=build(Behaviour, merged["behaviour"]),
        seeds={name: list(items) for name, items in merged.items() if name in contracts},
        keystone=build(Keystone, keystone) if keystone else None,
    )


def load(path: Path | None) -> Config:
    if path is None:
        return parse({})
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: a mapping is needed")
    return parse(raw)
