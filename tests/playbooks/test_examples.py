# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The examples of the documentation do what they say."""

from __future__ import annotations

from pathlib import Path

from ..emulator.client import Emulator
from .engine import Engine

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_quickstart_ends_well_and_leaves_nothing(engine: Engine, emulator: Emulator) -> None:
    played = engine.playbook(EXAMPLES / "quickstart.yml")
    assert played.rc == 0, played.output
    (drained,) = played.of("Take one server out, it gets no new requests")
    assert drained["member"]["weight"] == 0
    assert emulator.state()["pools"] == []
    assert emulator.requests(method="DELETE")
