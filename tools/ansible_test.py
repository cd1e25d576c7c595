# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-test on the tracked and untracked files of git: ``python -m tools.ansible_test sanity --test pylint``.

ansible-test needs the collection in a folder .../ansible_collections/otc/elb, and keeps its environments under HOME.
Both are in the virtual environment, so that the checkout can be anywhere and no files are left outside.
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

# ansible-test downloads a script that installs pip into its environments, unless the script is in its cache.
# This one copies the pip of the environment that has ansible-test: no download, and none of the seconds that ensurepip takes for each.
BRING_PIP = """\
import pathlib, shutil, sysconfig
for name in ("pip", "pip-*.dist-info"):
    for found in pathlib.Path({library!r}).glob(name):
        to = pathlib.Path(sysconfig.get_path("purelib"), found.name)
        # Not the files that another process is just writing.
        shutil.copytree(found, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.pyc.*"))
"""


class AnsibleTest:
    """The ansible-test of a virtual environment, by default the current one.

    :param kind: sanity, units or integration. Each has a copy and environments of its own, so that they can run at the same time.
    """

    def __init__(self, kind: str, prefix: Path = Path(sys.prefix)) -> None:
        self.kind = kind
        self.program = prefix / "bin" / "ansible-test"
        (self.library,) = prefix.glob("lib/python*/site-packages")
        self.home = prefix / "ansible-test" / kind / "home"
        self.copy = prefix / "ansible-test" / kind / "ansible_collections" / "otc" / "elb"

    def run(self, *arguments: str) -> int:
        copy_checkout(self.copy)
        self._provide_pip()
        environment = {
            **os.environ,
            "HOME": str(self.home),
            # The copy is inside another git repository, which ignores it, so ansible-test would not find its root.
            "ANSIBLE_TEST_CONTENT_ROOT": str(self.copy),
            # ansible-test sets its own.
            "ANSIBLE_COLLECTIONS_PATH": "",
        }
        options = ["--venv", "--python", self.library.parent.name.removeprefix("python"), "--color", "no"]
        with self._emulator() if self.kind == "integration" else nullcontext():
            return subprocess.run([self.program, self.kind, *options, *arguments], cwd=self.copy, env=environment, check=False).returncode

    def _provide_pip(self) -> None:
        # The name of the script depends on the version of pip that ansible-test requests.
        source = (self.library / "ansible_test" / "_internal" / "python_requirements.py").read_text(encoding="utf-8")
        cache = self.home / ".ansible" / "test" / "cache"
        if not (self.library / "pip").is_dir():
            raise SystemExit(f"ansible-test needs pip, and there is none in {self.library}. Run make clean, then make venv.")
        cache.mkdir(parents=True, exist_ok=True)
        bring_pip = BRING_PIP.format(library=str(self.library))
        for version in set(re.findall(r"pip='([0-9.]+)'", source)):
            (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(bring_pip, encoding="utf-8")

    @contextmanager
    def _emulator(self) -> Iterator[None]:
        """The emulator, and the configuration of the targets for it."""
        with start() as emulator:
            config = {"elb_environment": aksk(emulator), "elb_loadbalancer": "demo", "elb_prefix": "ansible-test"}
            path = self.copy / "tests" / "integration" / "integration_config.yml"
            path.write_text(yaml.safe_dump(config), encoding="utf-8")
            yield


def known_files() -> list[str]:
    """The tracked and untracked files of the checkout, without ignored ones."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    # A tracked file may be deleted in the work tree.
    return [name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]


def copy_checkout(to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    for name in known_files():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, to / name)


if __name__ == "__main__":
    sys.exit(AnsibleTest(sys.argv[1]).run(*sys.argv[2:]))
