# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the package index's vulnerability service about all versions in the locks.

Its answer changes without a commit, so it is no part of the check whether a commit can be released.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PIP_AUDIT = str(Path(sys.prefix, "release", "bin", "pip-audit"))
#: The exact versions that the targets of make install.
LOCKS = ("requirements-dev.txt", "tools/release/requirements.txt", "tests/keystone/requirements.txt", "tests/benchmark/requirements.txt")


def main() -> int:
    found = [*vulnerable()]
    for line in found:
        print(f"- {line}")
    if not found:
        print("No version in a lock has a known vulnerability.")
    return int(bool(found))


def vulnerable() -> Iterator[str]:
    """Versions in the locks that have a known vulnerability; or why that is not known, which is no success either."""
    # Strict: a version that the service does not know is no success.
    command = (PIP_AUDIT, "--strict", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json", "--requirement")
    for lock in LOCKS:
        print(f"==> pip-audit {lock}", flush=True)
        done = subprocess.run([*command, lock], cwd=CHECKOUT, check=False, capture_output=True, text=True)
        try:
            packages = json.loads(done.stdout)["dependencies"]
        except ValueError:
            why = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
            yield f"pip-audit could not be run for {lock}, so its vulnerabilities are not known ({why}). It needs the index's vulnerability service."
            return
        for package in packages:
            for each in package.get("vulns", ()):
                fixed = ", ".join(each["fix_versions"]) or "no version"
                yield f"{lock} has {package['name']} {package['version']}, with {each['id']}, fixed in {fixed}."


if __name__ == "__main__":
    sys.exit(main())
