# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code of the benchmark, with small sizes; the measured values do not matter."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.otc.elb.plugins.module_utils._tasks.pool_members import TASK

from ..benchmark import bulk, concurrency, credentials, members, report, tasks
from ..benchmark.setting import Json, Setting
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

    loop = tasks.LOOP.format(10)
    taken = {tasks.DEBUG: 0.1, tasks.PING: 1.5, "elb_pool": 0.14, "elb_pool, ordinary": 1.6, "elb_member": 0.1, loop: 0.4, tasks.AWS: 2.0}
    taken |= {tasks.DEBUG_LOOP.format(10): 0.37, tasks.members_of(10): 0.2, tasks.members_of(1000): 0.4}
    clouds = {tasks.DEBUG: 0.1, credentials.FIRST: 0.5, credentials.CLOUD: 0.15, credentials.OPENSTACK: 0.6}
    hosts = {tasks.DEBUG: 0.5, "elb_member": 1.0, "elb_member, ordinary": 6.0}
    figures: Json = {
        "machine": {"python": "3", "ansible-core": "2", "requests": "2", "cpus": 2, "load": 0.0, "minutes": 1},
        "tasks": {name: [seconds] for name, seconds in taken.items()},
        "clouds": {name: [seconds] for name, seconds in clouds.items()},
        "hosts": 40,
        "for hosts": {name: [seconds] for name, seconds in hosts.items()},
        "looped": 10,
        "many": 1000,
        "stages": {"elb_pool": {"credential": [0.001], "session": [0.002]}},
        "members": [*cells(0), *cells(20)],
        "bulk": [
            {"size": 1000, "latency": 20, "concurrency": degree, "seconds": [seconds], "processor": [1.5]}
            for degree, seconds in ((8, 3.0), (1, 21.0))
        ],
        "concurrency": list(concurrency.sweep(setting, 2, 1, [(0, 0), (1, 0), (1, 100)], degrees=(2, 8))),
    }
    page = report.page(figures)
    for found in (
        "1.40 times. **Met.**",
        "14.3 times. **Missed.**",
        "4.00 times. **Missed.**",
        "6.0 times. **Met.**",
        "1.20 times. **Met.**",
    ):
        assert found in page
    assert "1.50 times. **Met.**" in page


def test_workers_are_measured(setting: Setting) -> None:
    found = bulk.create(setting, 12, 1, 4, 2)
    assert len(found["seconds"]) == len(found["processor"]) == 2
    assert min(found["seconds"]) >= 12 * 0.001 / 4
