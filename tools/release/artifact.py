# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the artifact for Galaxy in build/, and checks it: galaxy-importer shows no warnings, and the demo runs from it.

python -m tools.release.artifact
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.credentials import aksk
from tests.emulator.client import start
from tools.constraints import constraints

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build"
CONFIGURATION = Path(__file__).with_name("importer.cfg")
DEMO = Path("ansible_collections", "otc", "elb", "docs", "examples", "quickstart.yml")
RELEASE = Path(sys.prefix, "release", "bin")


def main() -> int:
    artifact = build(BUILD)
    check_import(artifact)
    play(artifact)
    print(f"{artifact.relative_to(CHECKOUT)} can be released.")
    return 0


def build(to: Path) -> Path:
    """Build the artifact from the checkout."""
    galaxy = str(Path(sys.prefix, "bin", "ansible-galaxy"))
    done = subprocess.run(
        [galaxy, "collection", "build", "--force", "--output-path", str(to)], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True
    )
    (found,) = re.findall(r"\S+\.tar\.gz", done.stdout)
    return Path(found)


def check_import(artifact: Path) -> None:
    """Import the artifact with galaxy-importer, without warnings."""
    with tempfile.TemporaryDirectory(prefix="importer-") as home:
        environment = {
            "PATH": f"{RELEASE}{os.pathsep}{os.environ['PATH']}",
            "HOME": home,
            "LC_ALL": "C.UTF-8",
            "GALAXY_IMPORTER_CONFIG": str(CONFIGURATION),
        }
        command = [str(RELEASE / "python"), "-m", "galaxy_importer.main", str(artifact)]
        done = subprocess.run(command, cwd=home, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout, end="", flush=True)
    if done.returncode or "Importer processing completed successfully" not in done.stdout:
        raise SystemExit("galaxy-importer rejects the artifact")
    if re.search("^(WARNING|ERROR)", done.stdout, re.MULTILINE):
        raise SystemExit("galaxy-importer shows warnings for the artifact")


def play(artifact: Path) -> None:
    """Run the demo from the installed artifact, in an environment with ansible-core and requests only."""
    with tempfile.TemporaryDirectory(prefix="installed-") as name, start() as emulator:
        home = Path(name)
        venv.create(home / "venv", with_pip=True)
        programs = home / "venv" / "bin"
        environment = {
            "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": name,
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }
        steps = (
            ("pip", "install", "-qq", "--disable-pip-version-check", "--constraint", str(constraints()), "ansible-core", "requests"),
            ("ansible-galaxy", "collection", "install", "--offline", str(artifact), "-p", str(home / "collections")),
            ("ansible-playbook", str(home / "collections" / DEMO)),
        )
        for program, *arguments in steps:
            given = aksk(emulator) if program == "ansible-playbook" else {}
            subprocess.run([programs / program, *arguments], cwd=home, env={**environment, **given}, check=True)
        if not emulator.writes() or emulator.state()["pools"]:
            raise SystemExit("the demo did not create and remove its pool")


if __name__ == "__main__":
    sys.exit(main())
