# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""How many requests should be under way at the same time: with an API that takes all of them, and with one that throttles."""

from __future__ import annotations

from collections.abc import Iterable

from .setting import Json, Setting, entries

DEGREES = (1, 2, 4, 8, 16, 32)
#: Requests a second that are answered; 0: all.
LIMITS = (0, 100)


def sweep(setting: Setting, size: int, latency: int, times: int, degrees: Iterable[int] = DEGREES) -> Iterable[Json]:
    """Create a pool's members, with each degree of concurrency."""
    for limit in LIMITS:
        for degree in degrees:
            seconds: list[float] = []
            refused: list[int] = []
            for dummy in range(times):
                pool = setting.pool(latency_ms=latency, requests_per_second=limit)
                run = setting.run("elb_pool_members", pool=pool, members=entries(size), concurrency=degree)
                seconds.append(run.seconds)
                refused.append(len(setting.emulator.requests(status=429)))
            yield {
                "size": size, "latency": latency, "limit": limit, "concurrency": degree, "seconds": seconds, "refused": refused
            }  # fmt: skip
