# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator
from ..result import Result
from .engine import Engine, PlayRun

#: Files whose tests mostly wait: for pauses between retries, and for health checks.
WAITING = ("test_reliability", "test_wait")
#: Files with a test that takes longer than any other.
LONG = ("test_direct_same",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that wait run beside others that need the CPU, and have no long one at the end, for which all CPUs would wait."""
    waiting = [item for item in items if item.path.stem in WAITING]
    others = [item for item in items if item.path.stem not in WAITING]
    others.sort(key=lambda item: item.path.stem not in LONG)
    step = len(others) // (len(waiting) + 1)
    mixed: list[pytest.Item] = []
    for number, item in enumerate(waiting):
        mixed += [item, *others[number * step : (number + 1) * step]]
    items[:] = mixed + others[len(waiting) * step :]


@pytest.fixture
def engine(emulator: Emulator, tmp_path: Path) -> Engine:
    """ansible-playbook with the credentials of the emulator's admin in its environment."""
    return Engine(tmp_path, aksk(emulator))


@pytest.fixture
def run(engine: Engine) -> Callable[..., Result]:
    """One task: ``run("elb_pool", name="web", state="absent")``; see Engine.run."""
    return engine.run


@pytest.fixture
def play(engine: Engine) -> Callable[..., PlayRun]:
    """Some tasks in one play; see Engine.play."""
    return engine.play
