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
