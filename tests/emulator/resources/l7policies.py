# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forwarding policies, which exist by configuration, as far as they refer to pools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..paging import Facts
from ..resource import Resource
from ..store import Entity, Json, Store
from . import pools


@dataclass(kw_only=True)
class L7Policy(Entity):
    name: str = ""
    description: str = ""
    action: str = "REDIRECT_TO_POOL"
    listener_id: str = ""
    priority: int | None = None
    position: int = 1
    redirect_pool_id: str | None = None
    # [{"pool_id": ..., "weight": ...}], which goes before redirect_pool_id.
    redirect_pools_config: list[Json] | None = None
    redirect_listener_id: str | None = None
    redirect_url: str | None = None
    provisioning_status: str = "ACTIVE"
    admin_state_up: bool = True

    @property
    def pool_ids(self) -> list[str | None]:
        return [one["pool_id"] for one in self.redirect_pools_config or ()] or [self.redirect_pool_id]


class L7Policies(Resource[L7Policy]):
    kind = L7Policy

    def facts(self, store: Store) -> Mapping[str, Facts[L7Policy]]:
        # That one says what is shown, and not of which policies.
        return {"display_all_rules": lambda policy: (True, False)}

    def show(self, store: Store, item: L7Policy) -> Json:
        return {**super().show(store, item), "rules": []}


def of_pool(store: Store, pool: pools.Pool) -> list[L7Policy]:
    return [policy for policy in store[L7Policy] if pool.id in policy.pool_ids]
