# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests should be under way at the same time: with an API that takes all of them, and with one that throttles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .setting import Json, Setting, entries

DEGREES = (1, 2, 4, 8, 16, 32)
#: The latency in milliseconds, and the limit of requests per second; 0: none.
CONDITIONS = ((20, 0), (100, 0), (20, 100))


def sweep(
    setting: Setting, size: int, times: int, conditions: Iterable[tuple[int, int]] = CONDITIONS, degrees: Sequence[int] = DEGREES
) -> Iterable[Json]:
    """Create a pool's members, with each degree of concurrency under each condition."""
    for latency, limit in conditions:
        for degree in degrees:
            seconds: list[float] = []
            refused: list[int] = []
            for dummy in range(times):
                pool = setting.pool(latency_ms=latency, requests_per_second=limit)
                run = setting.run("elb_pool_members", pool=pool, members=entries(size), concurrency=degree)
                seconds.append(run.seconds)
                refused.append(len(setting.emulator.requests(status=429)))
            facts = {"size": size, "latency": latency, "limit": limit, "concurrency": degree}
            yield {**facts, "seconds": seconds, "refused": refused}
