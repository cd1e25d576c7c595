# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the test coverage of plugins/ in all processes: ``python -m tools.coverage``.

Modules run in their own processes, from an archive that Ansible makes, and filters in forked workers. So every Python process of
this virtual environment measures itself, and the results are combined by the paths of the plugins in the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PLACE = CHECKOUT / "build" / "coverage"
# One after the other: imports of the controller in unit tests change the warnings of a module in the same process.
SUITES = ("tests/unit", "tests/modules", "tests/playbooks", "tests/keystone")
AT_LEAST = 95

CONFIGURATION = f"""\
[run]
branch = true
parallel = true
relative_files = false
data_file = {PLACE / "data"}
include = */ansible_collections/otc/elb/plugins/*, {CHECKOUT / "plugins"}/*
omit = */__init__.py
disable_warnings = no-data-collected, module-not-measured, couldnt-parse
patch = _exit, fork
concurrency = thread, multiprocessing

[paths]
plugins =
    {CHECKOUT / "plugins"}
    */ansible_collections/otc/elb/plugins

[report]
show_missing = true
skip_covered = true
precision = 1
fail_under = {AT_LEAST}
exclude_also =
    if t\\.TYPE_CHECKING:
    \\.\\.\\.$

[html]
directory = {PLACE / "html"}
"""


def main(*suites: str) -> int:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    configuration = PLACE / "configuration"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    environment = {**os.environ, "COVERAGE_PROCESS_START": str(configuration)}
    failed = 0
    for suite in suites or SUITES:
        # As in the Makefile: the tests with a real Keystone share one.
        workers = [] if suite == "tests/keystone" else ["-n", "auto"]
        command = [sys.executable, "-m", "pytest", *workers, "-q", suite]
        failed |= subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode
    for step in ("combine", "html", "report"):
        done = subprocess.run(
            [sys.executable, "-m", "coverage", step, f"--rcfile={configuration}", *(["-q"] if step != "report" else [])],
            cwd=CHECKOUT,
            check=False,
        )
        failed |= done.returncode
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
