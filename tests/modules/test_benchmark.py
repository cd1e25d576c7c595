# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The code of the benchmark, with small sizes; the measured values do not matter."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.otc.elb.plugins.module_utils._tasks.pool_members import TASK

from ..benchmark import concurrency, members, report
from ..benchmark.setting import Json, Setting
from ..benchmark.tasks import AWS, LOOP, members_of
from ..emulator.client import Emulator


@pytest.fixture
def setting(emulator: Emulator, tmp_path: Path) -> Setting:
    return Setting(emulator, tmp_path, Path(sys.prefix))


def test_the_page_explains_the_current_default() -> None:
    assert TASK.options["concurrency"]["default"] == report.DEFAULT_CONCURRENCY


def test_each_step_sends_the_requests_that_it_should(setting: Setting) -> None:
    found = {one["step"]: one for one in members.matrix(setting, [(11, 1)], [0])}
    assert {step: one["requests"] for step, one in found.items()} == dict(zip(members.STEPS, (12, 1, 3, 23), strict=True))
    # A process that runs Python and requests has at least ten MiB, and cannot have none.
    assert all(one["kib"][0] > 10_000 for one in found.values())


def test_the_page_names_missed_goals(setting: Setting) -> None:
    def cells(latency: int) -> list[Json]:
        return [
            {"size": size, "latency": latency, "step": step, "seconds": [size / 100], "kib": [30_000 + size], "requests": 1}
            for size in (10, 1000, 5000)
            for step in members.STEPS
        ]

    tasks = {report.PING: 1.0, report.URI: 1.4, "elb_pool": 1.3, AWS: 2.0, LOOP: 10.0, members_of(10): 1.5, members_of(1000): 2.0}
    figures: Json = {
        "machine": {"python": "3", "ansible-core": "2", "requests": "2", "cpus": 2, "load": 0.0, "minutes": 1},
        "tasks": {name: [seconds] for name, seconds in tasks.items()},
        "looped": 10,
        "many": 1000,
        "stages": {"elb_pool": {"interpreter": [0.1], "compile ours": [0.1]}},
        "members": [*cells(0), *cells(20)],
        "one by one": {"size": 1000, "latency": 20, "seconds": [70.0]},
        "concurrency": list(concurrency.sweep(setting, 2, 1, [(0, 0), (1, 0), (1, 100)], degrees=(2, 8))),
    }
    page = report.page(figures)
    assert "0.93 of it. **Met.**" in page
    assert "1.54 times. **Missed.**" in page
    assert "7.0 times. **Met.**" in page
