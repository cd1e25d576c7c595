# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator remembers: resources by their kind, and what happens to them later."""

from __future__ import annotations

import ipaddress
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

from .config import Behaviour, Config, SubnetConfig
from .errors import not_found
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


@dataclass(kw_only=True)
class Entity:
    """What every resource has."""

    id: str = field(default_factory=new_id)
    project_id: str
    # None where the responses have no times.
    created_at: str | None = field(default_factory=now)
    updated_at: str | None = None
    # Laid over the responses, for seeds that are odd on purpose.
    odd: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.updated_at = self.updated_at or self.created_at


E = TypeVar("E", bound=Entity)


class Store:
    """One lock guards everything: a request either sees a change whole or not at all."""

    def __init__(self, config: Config) -> None:
        self.lock = threading.RLock()
        self.project_id = config.project_id
        self.behaviour = Behaviour(**vars(config.behaviour))
        self.availability_zones = list(config.availability_zones)
        self.subnets: dict[str, SubnetConfig] = {subnet.id: subnet for subnet in config.subnets}
        self.networks = {subnet.id: ipaddress.ip_network(subnet.cidr) for subnet in config.subnets}
        self.vpcs = {*config.vpcs, *(subnet.vpc_id for subnet in config.subnets)}
        self.clock = Clock()
        self.random = random.Random()
        # Servers that do not answer health checks, and why; with the port None: on none of their ports.
        self.off: dict[tuple[Address | str, int | None], str] = {}
        # Whether a test wrote something odd into it, so that responses cannot be held to the contract.
        self.odd = False
        self._kinds: dict[type[Any], Collection[Any]] = {}
        self._later: list[tuple[float, Callable[[], None]]] = []

    def __getitem__(self, kind: type[E]) -> Collection[E]:
        """All resources of a kind."""
        return self._kinds.setdefault(kind, Collection())

    def find(self, kind: type[E], project_id: str, ident: str) -> E:
        item = self[kind].get(ident)
        if item is None or item.project_id != project_id:
            raise not_found(kind.__name__.lower(), ident)
        return item

    def later(self, ms: float, work: Callable[[], None]) -> None:
        """Do something when milliseconds of the clock have passed."""
        self._later.append((self.clock() + ms / 1000, work))

    def settle(self) -> None:
        """Do what is due. Called with the lock held, before anything looks at the store."""
        now = self.clock()
        due = [work for at, work in self._later if at <= now]
        self._later = [(at, work) for at, work in self._later if at > now]
        for work in due:
            work()


class Clock:
    """The time of health checks and of changes that last, which tests can make pass faster, stop, and put forward."""

    def __init__(self) -> None:
        self.factor = 1.0
        self._passed = 0.0
        self._since = time.monotonic()

    def __call__(self) -> float:
        """Seconds."""
        return self._passed + (time.monotonic() - self._since) * self.factor

    def set(self, factor: float | None = None, advance: float = 0) -> None:
        self._passed, self._since = self() + advance, time.monotonic()
        self.factor = self.factor if factor is None else factor
