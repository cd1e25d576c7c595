# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""otcextensions' own functional tests, as they are installed, against the emulator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.emulator.client import HERE, Emulator

from .neighbours import neighbours


@pytest.mark.parametrize(
    ("module", "count", "actions"),
    [
        ("test_pool", 4, {"elb:pools:list", "elb:pools:create", "elb:pools:get", "elb:pools:put", "elb:pools:delete"}),
        ("test_member", 4, {"elb:members:list", "elb:members:create", "elb:members:get", "elb:members:put", "elb:members:delete"}),
        (
            "test_health_monitor",
            4,
            {
                "elb:healthmonitors:list",
                "elb:healthmonitors:create",
                "elb:healthmonitors:get",
                "elb:healthmonitors:put",
                "elb:healthmonitor:delete",
            },
        ),
        ("test_service", 1, set()),
    ],
)
def test_they_pass(emulator: Emulator, tmp_path: Path, module: str, count: int, actions: set[str]) -> None:
    with neighbours(emulator) as auth_url:
        auth = {"auth_url": auth_url, "username": "u", "password": "p", "project_name": "eu-de", "user_domain_name": "d"}
        # Versions that are said need not be looked for.
        versions = {"network_api_version": "2", "compute_api_version": "2", "vlb_api_version": "3"}
        cloud = {"auth": {**auth, "project_domain_name": "d"}, "region_name": "eu-de", **versions}
        config = tmp_path / "clouds.yaml"
        config.write_text(yaml.safe_dump({"clouds": {"otc": cloud}}), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "tests.emulator_tests.functional", module],
            cwd=HERE.parent.parent,
            env={**os.environ, "OS_CLIENT_CONFIG_FILE": str(config)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    ran = re.search(r"^Ran (\d+) tests? in .*\n\nOK$", done.stderr, re.MULTILINE)
    assert ran, done.stderr
    assert int(ran[1]) == count
    assert actions <= set(emulator.actions())
    # A search by name is tried as an ID first, and refused.
    assert [entry for entry in emulator.writes() if entry["status"] >= 300] == []
    assert emulator.state()["pools"] == []
