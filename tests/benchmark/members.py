# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many members in one task: how long each size takes with each latency, how many requests, and how much memory."""

from __future__ import annotations

from collections.abc import Iterable

from .setting import Json, Setting, entries

#: What is done one after the other to a pool that is empty at first.
STEPS = ("create all", "no-op", "change every tenth", "replace all")


def lists(size: int) -> dict[str, list[Json]]:
    first = entries(size, weight=10)
    changed = [{**entry, "weight": 20} if n % 10 == 0 else entry for n, entry in enumerate(first)]
    return dict(zip(STEPS, (first, first, changed, entries(size, "10.128", weight=10)), strict=True))


def matrix(setting: Setting, sizes: Iterable[tuple[int, int]], latencies: Iterable[int]) -> Iterable[Json]:
    """``sizes`` come with how often each is measured."""
    for latency in latencies:
        for size, times in sizes:
            measured: dict[str, Json] = {}
            for dummy in range(times):
                pool = setting.pool(latency_ms=latency)
                for step, desired in lists(size).items():
                    one = measured.setdefault(step, {"size": size, "latency": latency, "step": step, "seconds": [], "kib": []})
                    setting.emulator.forget()
                    run = setting.run("elb_pool_members", pool=pool, members=desired, purge=True)
                    one["seconds"].append(run.seconds)
                    one["kib"].append(run.kib)
                    one["requests"] = len(setting.emulator.requests())
            yield from measured.values()
