# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Runs ansible-test on what git knows or would add: ``python -m tools.ansible_test sanity --test pylint``.

ansible-test wants the collection in a folder .../ansible_collections/otc/elb, and keeps its environments under HOME.
Both are in the virtual environment, so that the checkout may be anywhere and nothing is left outside.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import yaml

from tests.credentials import aksk
from tests.emulator.client import start

CHECKOUT = Path(__file__).resolve().parent.parent

# ansible-test fetches a script that brings pip into its environments, unless it finds that script in its cache.
# Python has pip with it, so that nothing needs to be fetched.
BRING_PIP = """\
import ensurepip
ensurepip.bootstrap()
"""


class AnsibleTest:
    """The ansible-test of a virtual environment, this one if no other is named."""

    def __init__(self, prefix: Path = Path(sys.prefix)) -> None:
        self.program = prefix / "bin" / "ansible-test"
        (self.library,) = prefix.glob("lib/python*/site-packages")
        self.home = prefix / "ansible-test" / "home"
        self.copy = prefix / "ansible-test" / "ansible_collections" / "otc" / "elb"

    def run(self, kind: str, *arguments: str) -> int:
        copy_checkout(self.copy)
        self._provide_pip()
        environment = {
            **os.environ,
            "HOME": str(self.home),
            # The copy is inside another git repository, which ignores it: say where it starts rather than let it be found.
            "ANSIBLE_TEST_CONTENT_ROOT": str(self.copy),
            # It brings its own.
            "ANSIBLE_COLLECTIONS_PATH": "",
        }
        options = ["--venv", "--python", self.library.parent.name.removeprefix("python"), "--color", "no"]
        with self._emulator() if kind == "integration" else nullcontext():
            return subprocess.run([self.program, kind, *options, *arguments], cwd=self.copy, env=environment, check=False).returncode

    def _provide_pip(self) -> None:
        # The script's name follows the version of pip that this ansible-test asks for.
        source = (self.library / "ansible_test" / "_internal" / "python_requirements.py").read_text(encoding="utf-8")
        cache = self.home / ".ansible" / "test" / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        for version in set(re.findall(r"pip='([0-9.]+)'", source)):
            (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(BRING_PIP, encoding="utf-8")

    @contextmanager
    def _emulator(self) -> Iterator[None]:
        """What stands in for the cloud, and the configuration that leads the targets there."""
        with start() as emulator:
            config = {"elb_environment": aksk(emulator), "elb_loadbalancer": "demo", "elb_prefix": "ansible-test"}
            path = self.copy / "tests" / "integration" / "integration_config.yml"
            path.write_text(yaml.safe_dump(config), encoding="utf-8")
            yield


def known_files() -> list[str]:
    """What git knows of the checkout, or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    # It may be deleted but not yet committed so.
    return [name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]


def copy_checkout(to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    for name in known_files():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, to / name)


if __name__ == "__main__":
    sys.exit(AnsibleTest().run(*sys.argv[1:]))
