# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A traffic probe that misses no moment: the members of one pool after each change, taken before any other change can follow."""

from __future__ import annotations

import time

from .resources.members import health
from .resources.pools import Pool
from .store import Json, Store


class Watch:
    """The moments after each request: between two of them, only health checks change anything."""

    def __init__(self) -> None:
        self.pool_id: str | None = None
        self.moments: list[Json] = []

    def start(self, store: Store, pool_id: str) -> None:
        self.pool_id = pool_id
        self.moments = []
        self.look(store)

    def look(self, store: Store) -> None:
        """Called with the store's lock held. A pool that is gone has no members."""
        if self.pool_id is None:
            return
        pool = store[Pool].get(self.pool_id)
        seen = (
            [
                {"address": member.address, "name": member.name, "weight": member.weight, "operating_status": health(store, member)[0]}
                for member in pool.members
            ]
            if pool
            else []
        )
        if not self.moments or self.moments[-1]["members"] != seen:
            self.moments.append({"time": time.time(), "members": seen})
