# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Writes pools and members into the store as a test wants them, past all rules."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .config import ConfigError
from .store import Json, Member, Pool, SlowStart, Stickiness, Store, new_id, now


def _known(cls: type[Any], values: Json, extra: set[str]) -> None:
    unknown = set(values) - {item.name for item in fields(cls)} - extra
    if unknown:
        raise ConfigError(f"{cls.__name__}: unknown keys {sorted(unknown)}")


def seed_pool(store: Store, project_id: str, given: Json) -> Pool:
    """A pool with the fields of the API. What it lacks is made up; `odd` is laid over the answers as it is.

    `members`: a list of what seed_member takes. `loadbalancer_id` and `listener_id` as in a request.
    """
    values = dict(given)
    _known(Pool, {name: value for name, value in values.items() if name != "members"}, {"listener_id"})
    members = values.pop("members", [])
    listener_id = values.pop("listener_id", None)
    listener = store.listeners.by_id[listener_id] if listener_id else None
    values.setdefault("id", new_id())
    values.setdefault("project_id", project_id)
    values.setdefault("protocol", "HTTP")
    values.setdefault("lb_algorithm", "ROUND_ROBIN")
    if listener is not None:
        values.setdefault("loadbalancer_id", listener.loadbalancer_id)
    balancer = store.loadbalancers.get(values.get("loadbalancer_id") or "")
    dedicated = balancer is None or balancer.dedicated
    layer_4 = values["protocol"] not in ("HTTP", "HTTPS")
    values.setdefault("ip_version", "dualstack" if dedicated and layer_4 else "v4")
    values.setdefault("enterprise_project_id", balancer.enterprise_project_id if balancer else "0")
    values.setdefault("created_at", now())
    values.setdefault("updated_at", values["created_at"])
    sticky, slow = values.get("session_persistence"), values.get("slow_start")
    if sticky is not None:
        values["session_persistence"] = Stickiness(**{"cookie_name": "", "persistence_timeout": 1, **sticky})
    if slow is not None:
        values["slow_start"] = SlowStart(**{"enable": False, "duration": 30, **slow})
    pool = Pool(**values)
    store.odd = store.odd or bool(pool.odd)
    store.pools.add(pool)
    if listener is not None:
        listener.default_pool_id = pool.id
    for member in members:
        seed_member(store, pool, member)
    return pool


def seed_member(store: Store, pool: Pool, given: Json) -> Member:
    """A member with the fields of the API. The address is kept as it is written; duplicates are not refused."""
    values = dict(given)
    _known(Member, values, {"operating_status", "reason"})
    status, reason = values.pop("operating_status", None), values.pop("reason", None)
    values.setdefault("id", new_id())
    values.setdefault("project_id", pool.project_id)
    values.setdefault("created_at", now())
    values.setdefault("updated_at", values["created_at"])
    member = Member(**values)
    if status is not None:
        member.forced_status = (status, reason)
    store.odd = store.odd or bool(member.odd)
    pool.members.add(member)
    pool.endpoints.setdefault(member.endpoint, member.id)
    return member
