# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the other tests rely on: the two ways to run a module agree, so do the two ways to start Ansible, and nothing of the tester's own gets
in.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.util import source_hash
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator
from ..result import Result
from ..unit.inprocess import call
from . import warm
from .engine import COMPILED, Engine, task
from .warm import Started, Warm, warm_process

POOL = {"name": "web", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "loadbalancer": "demo"}


def without_invocation(result: Result) -> dict[str, object]:
    # Which of the two has the arguments of the module depends on the version of ansible-core.
    return {key: value for key, value in result.items() if key not in ("invocation", "exception")}


def test_a_module_in_process_gives_what_it_gives_through_the_engine(engine: Engine, emulator: Emulator) -> None:
    env = aksk(emulator)
    assert call("elb_pool", env=env, **POOL).changed
    updated = {**POOL, "lb_algorithm": "SOURCE_IP"}
    played = engine.play([task("elb_pool", **updated), task("elb_pool", **{**POOL, "protocol": "TCP"})], check=True, diff=True)
    for result, options in zip(played.results, (updated, {**POOL, "protocol": "TCP"}), strict=True):
        inside = call("elb_pool", env=env, check=True, diff=True, **options)
        assert without_invocation(result) == {"changed": False, **without_invocation(inside)}
    assert [result.changed for result in played.results] == [True, False]
    assert [result.failed for result in played.results] == [False, True]


def test_credentials_of_the_tester_stay_outside(engine: Engine, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_ACCESS_KEY", "mine")
    monkeypatch.setenv("OS_SECRET_KEY", "mine")
    monkeypatch.setenv("OTC_ELB_ENDPOINT", emulator.url)
    nothing = dict.fromkeys(aksk(emulator))
    for result in (engine.run("elb_pool_info", env=nothing), call("elb_pool_info", project_id=emulator.project_id)):
        assert result.failed
    assert emulator.requests() == []


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Counts the programs that are forked, which the first one is, too."""
    found: list[object] = []
    fork = Warm.start

    def counted(*arguments: Any) -> Started:
        found.append(arguments)
        return fork(*arguments)

    monkeypatch.setattr(Warm, "start", counted)
    monkeypatch.setattr(warm, "COLD_STARTS", 0)
    return found


def test_a_forked_program_is_like_one_that_was_started(emulator: Emulator, tmp_path: Path, forked: list[object]) -> None:
    """It has the environment, the folder and the exit status of its own, nothing of another one, and leaves no temporary files."""
    # Ansible's temporary folder of the program is one of its own.
    show = 'import glob, json, os; print(json.dumps([dict(os.environ), len(glob.glob(os.environ["HOME"] + "/.ansible/tmp/*"))]))'
    tasks = [
        {"ansible.builtin.debug": {"msg": "{{ lookup('pipe', command) }}"}},
        {"ansible.builtin.debug": {"msg": "{{ '.' | realpath }}"}},
        {"ansible.builtin.fail": {"msg": "fails"}},
    ]
    seen = []
    for number, forks in enumerate([False, True, True]):
        home = tmp_path / str(number)
        home.mkdir()
        engine = Engine(home, {**aksk(emulator), f"OWN_{number}": "", "ANSIBLE_NOCOLOR": "1", "PYTHONPATH": ""}, warm=forks)
        played = engine.play(tasks, ignore_errors=False, extra_vars={"command": f"{engine.bin}/python -c '{show}'"})
        environment, folders = json.loads(played.results[0]["msg"])
        assert environment.pop(f"OWN_{number}") == ""
        text = json.dumps([environment, folders, played.results[1]["msg"]]).replace(str(home), "home")
        seen.append((text, played.rc, played.stderr, list(home.glob(".ansible/tmp/*"))))
    assert len(forked) == 2
    assert seen[1:] == seen[:1] * 2


@pytest.mark.parametrize("forks", [True, False])
def test_an_interrupt_ends_a_program(tmp_path: Path, forked: list[object], forks: bool) -> None:
    engine, begun = Engine(tmp_path, {"ANSIBLE_NOCOLOR": "1"}, warm=forks), tmp_path / "begun"
    tasks = [
        {"ansible.builtin.debug": {"msg": "{{ lookup('pipe', command) }}"}},
        {"ansible.builtin.wait_for": {"timeout": 60}},
    ]

    def waits() -> bool:
        """Not between the two tasks, where a worker that ends may be all that the interrupt meets."""
        return begun.exists() and time.time() - begun.stat().st_mtime > 2

    started = time.monotonic()
    play = {"hosts": "localhost", "gather_facts": False, "vars": {"command": f"touch {begun}"}, "tasks": tasks}
    assert engine.playbook([play], interrupt=waits).rc != 0
    assert time.monotonic() - started < 50
    assert len(forked) == forks


def test_what_ansible_reads_at_its_start_takes_another_process(tmp_path: Path) -> None:
    """The first calls for an environment get no process."""
    first = {"PATH": "/bin", "ANSIBLE_OWN": str(tmp_path)}
    for executables, env in ((tmp_path, first), (tmp_path, {**first, "ANSIBLE_OWN": ""}), (tmp_path / "other", first)):
        assert warm_process(executables, env) is None


def test_what_comes_in_archives_is_compiled_once(tmp_path: Path) -> None:
    source = f"def where():\n    return where.__code__.co_filename  # only in {tmp_path}\n".encode()
    kept = Path(sys.prefix, "compiled", source_hash(source).hex())
    written = []
    for name in ("first", "second"):
        archive = tmp_path / f"{name}.zip"
        with ZipFile(archive, "w") as opened:
            opened.writestr("own.py", source)
        command = [sys.executable, "-c", "import own; print(own.where())"]
        shown = subprocess.run(command, env={"PYTHONPATH": f"{COMPILED}:{archive}"}, stdout=subprocess.PIPE, text=True, check=True).stdout
        assert shown.strip() == f"{archive}/own.py"
        written.append(kept.stat().st_mtime_ns)
    kept.unlink()
    assert written[0] == written[1]
