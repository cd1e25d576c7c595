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
from pathlib import Path

import ansible_test

CHECKOUT = Path(__file__).resolve().parent.parent
PLACE = Path(sys.prefix, "ansible-test")
HOME = PLACE / "home"
COPY = PLACE / "ansible_collections" / "otc" / "elb"

# ansible-test fetches a script that brings pip into its environments, unless it finds that script in its cache.
# Python has pip with it, so that nothing needs to be fetched.
BRING_PIP = """\
import ensurepip
ensurepip.bootstrap()
"""


def main(command: str, *arguments: str) -> int:
    copy_checkout()
    provide_pip()
    environment = {
        **os.environ,
        "HOME": str(HOME),
        # The copy is inside another git repository, which ignores it: say where it starts rather than let it be found.
        "ANSIBLE_TEST_CONTENT_ROOT": str(COPY),
    }
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    program = str(Path(sys.prefix, "bin", "ansible-test"))
    options = ["--venv", "--python", python, "--color", "no"]
    return subprocess.run([program, command, *options, *arguments], cwd=COPY, env=environment, check=False).returncode


def copy_checkout() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (CHECKOUT / name).is_file():  # it may be deleted but not yet committed so
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, COPY / name)


def provide_pip() -> None:
    # The script's name follows the version of pip that this ansible-test asks for.
    source = Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
    versions = set(re.findall(r"pip='([0-9.]+)'", source))
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(BRING_PIP, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
