# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-test, and tasks both ways, with the oldest and the newest ansible-core that the Pythons of this machine can have, and
compares what users see on each ansible-core.

requirements-dev.txt sets the ansible-core for each Python. A missing Python is reported and skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.playbooks.engine import PREFIX_VARIABLE
from tools import cores
from tools.ansible_test import CHECKOUT, AnsibleTest
from tools.constraints import constraints

KINDS = ("sanity", "units", "integration", "direct")
#: The kind that compares each ansible-core with the oldest.
COMPARED = "cores"
# The oldest ansible-core is the one of the oldest Python. The newest has dropped it, and runs on both of the others.
OLDEST, NEWEST = ("3.10",), ("3.13", "3.12")


def main(*kinds: str) -> int:
    results = []
    if not kinds or COMPARED in kinds:
        print(f"==> {COMPARED}", flush=True)
        start = time.monotonic()
        result = "failed" if compare_cores() else "ok"
        results.append(f"{COMPARED} {result}, {time.monotonic() - start:.0f} s")
    each = [kind for kind in kinds or KINDS if kind != COMPARED]
    for end, versions in (("oldest", OLDEST), ("newest", NEWEST)) if each else ():
        python = next(filter(None, map(find_python, versions)), None)
        if python is None:
            print(f"==> The {end} ansible-core is skipped: it needs Python {' or '.join(versions)}, which is not installed.", flush=True)
            continue
        prefix = environment(python)
        core = version_of_core(prefix)
        for kind in each:
            print(f"==> {kind}, {core}", flush=True)
            start = time.monotonic()
            result = "failed" if (compare_ways(prefix) if kind == "direct" else AnsibleTest(kind, prefix).run()) else "ok"
            results.append(f"{core}: {kind} {result}, {time.monotonic() - start:.0f} s")
    print("", *results, sep="\n", flush=True)
    return int(not results or any(" failed, " in line for line in results))


def compare_cores() -> int:
    """Each ansible-core that there is a Python for."""
    environments = {}
    for core, versions in cores.CORES.items():
        python = next(filter(None, map(find_python, versions)), None)
        if python is None:
            print(f"==> ansible-core {core} is skipped: it needs Python {' or '.join(versions)}, which is not installed.", flush=True)
            continue
        prefix = Path(sys.prefix, "matrix", f"core-{core}")
        cores.install(core, python, prefix)
        environments[version_of_core(prefix)] = prefix
    return cores.compare(environments) if environments else 1


def compare_ways(prefix: Path) -> int:
    """Tasks in Ansible's own process against modules, with the Ansible of another environment than the one that has pytest."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/playbooks/test_direct.py", "tests/playbooks/test_direct_same.py"]
    return subprocess.run(command, cwd=CHECKOUT, env={**os.environ, PREFIX_VARIABLE: str(prefix)}, check=False).returncode


def find_python(version: str) -> str | None:
    """A Python of this version, on the PATH or of pyenv."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python{version}"), *root.glob(f"versions/{version}.*/bin/python{version}")]
    # pyenv has commands on the PATH for disabled versions, too, which only fail.
    return next((str(found) for found in candidates if found and works(str(found))), None)


def works(python: str) -> bool:
    return subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0


def environment(python: str) -> Path:
    """A virtual environment that has ansible-core, ansible-runner and what modules need, and no more."""
    version = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    prefix = Path(sys.prefix, "matrix", version)
    if not (prefix / "bin" / "ansible-test").is_file():
        subprocess.run([python, "-m", "venv", "--clear", str(prefix)], check=True)
    packages = ("ansible-core", "ansible-runner", "openstacksdk", "requests")
    install = ["install", "-qq", "--disable-pip-version-check", "--constraint", str(constraints()), *packages]
    subprocess.run([prefix / "bin" / "python", "-m", "pip", *install], cwd=CHECKOUT, check=True)
    return prefix


def version_of_core(prefix: Path) -> str:
    said = "import ansible.release, sys; print('ansible-core %s on Python %d.%d' % (ansible.release.__version__, *sys.version_info[:2]))"
    return subprocess.run([prefix / "bin" / "python", "-c", said], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
