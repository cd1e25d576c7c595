# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator
from ..result import Result
from ..unit.inprocess import call


@pytest.fixture
def module(emulator: Emulator) -> Callable[..., Result]:
    """Runs a module in this process against the emulator: ``module("elb_pool", name="web", check=True)``."""
    return partial(call, env=aksk(emulator))
