# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .emulator.client import Emulator, start

# Nothing of the tester's own credentials, and no proxy: every server of these tests is on this machine.
for name in list(os.environ):
    if name.upper().startswith(("OS_", "OTC_")) or name.upper().endswith("_PROXY"):
        del os.environ[name]

# No test measures time, and a busy machine exceeds Hypothesis' own limits.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# The virtual environment links the checkout to where Ansible would install it; under ansible-test it needs no help.
collections = Path(sys.prefix, "collections")
if collections.is_dir():
    sys.path.insert(0, str(collections))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """What ``-n auto`` and ``-n logical`` mean.

    ``auto`` is for tests that wait, for pauses between retries and for services, and so leave their CPU to others; ``logical`` is for those
    that never do: each further worker only imports once more.
    """
    return (1 if config.getoption("numprocesses") == "logical" else 2) * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    """One emulator for each process of the test run (of pytest-xdist's, too)."""
    with start() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Iterator[Emulator]:
    """An emulator as good as new; a test that makes it break its own contract fails."""
    running_emulator.reset()
    yield running_emulator
    assert running_emulator.violations() == []
