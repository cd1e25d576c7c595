# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The examples of the documentation do what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ..credentials import aksk
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


def test_least_privilege_in_ci(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    env = {
        f"{role}_{key[3:]}": value
        for role, user in {"READER": "reader", "DEPLOYER": "limited"}.items()
        for key, value in aksk(emulator, user).items()
    }
    # The pipeline itself has no credential.
    env |= {"PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"}
    none = {"OS_ACCESS_KEY": None, "OS_SECRET_KEY": None}

    def pipeline(*agreed: str) -> subprocess.CompletedProcess[str]:
        emulator.grant("limited", list(agreed))
        statement = {"Effect": "Allow", "Action": list(agreed)}
        policy.write_text(json.dumps({"Version": "1.1", "Statement": [statement]}), encoding="utf-8")
        script = str(EXAMPLES / "least_privilege_ci.sh")
        return engine.command("/bin/sh", script, str(EXAMPLES / "migrate.yml"), str(policy), env={**none, **env})

    reading = ["elb:loadbalancers:list", "elb:members:list", "elb:pools:list"]
    stopped = pipeline(*reading, "elb:pools:create")
    assert stopped.returncode != 0
    assert "Not agreed on, add it to the policy if it is meant: elb:members:create" in stopped.stdout
    assert emulator.writes() == []
    done = pipeline(*reading, "elb:pools:create", "elb:members:create")
    assert done.returncode == 0, done.stdout + done.stderr
    (pool,) = emulator.state()["pools"]
    assert len(pool["members"]) == 2
