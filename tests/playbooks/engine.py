# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays tasks through the real ansible-playbook, and gives their results back.

    result = engine.run("elb_pool", name="web", protocol="HTTP", lb_algorithm="ROUND_ROBIN")
    assert result.changed

Each play has a process of its own, so a test with many tasks plays them in one go:

    created, again = engine.play([task("elb_pool", **pool), task("elb_pool", **pool)]).results
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..result import Result
from .warm import PROGRAMS, Started, warm_process

Task = dict[str, Any]

CONFIGURATION = Path(__file__).parent / "ansible.cfg"
COMPILED = Path(__file__).parent / "compiled"

#: An environment variable: another virtual environment whose Ansible is tested, as tools/matrix.py does.
PREFIX_VARIABLE = "TESTED_PREFIX"

# Nothing of the tester's own configuration or credentials reaches a play: its environment is made of these alone.
KEPT_FROM_OUTSIDE = ("PATH", "TMPDIR", "COVERAGE_PROCESS_START")


def task(module: str, /, **options: Any) -> Task:
    """A task; the collection's own modules go by their short names. Keywords join by ``task(...) | {"loop": ...}``."""
    return {module if "." in module else f"otc.elb.{module}": options}


@dataclass(frozen=True)
class PlayRun:
    """What came of a playbook: the tasks' results in the order in which they ended, and how the process ended."""

    results: list[Result]
    stdout: str
    stderr: str
    rc: int

    def of(self, name: str) -> list[Result]:
        """The results of the tasks of that name, one for each host."""
        return [result for result in self.results if result.task == name]

    @property
    def output(self) -> str:
        return f"{self.stdout}\n{self.stderr}"


class Engine:
    """The ansible-playbook of this virtual environment, in a home of its own.

    ``env`` holds the environment variables of each play, above all the credentials; ``prefix`` is another virtual environment
    that has Ansible. Plays are forked from a process that has imported Ansible (warm.py), and modules are compiled once
    (compiled/sitecustomize.py), unless ``warm`` is false.
    """

    def __init__(self, home: Path, env: Mapping[str, str], prefix: Path | None = None, warm: bool = True) -> None:
        self.home = home
        self._warm = warm
        self.bin = (prefix or Path(os.environ.get(PREFIX_VARIABLE, sys.prefix))) / "bin"
        self.env = dict(env)
        self.collections = Path(sys.prefix, "collections")
        self._number: Iterator[int] = itertools.count(1)

    # The keywords are Any, so that options may come as **dict[str, str]: mypy holds its values against every one of them.
    def run(self, module: str, /, *, check: Any = False, diff: Any = False, verbosity: Any = 0, env: Any = None, **options: Any) -> Result:
        """The result of a single task."""
        played = self.play([task(module, **options)], check=check, diff=diff, verbosity=verbosity, env=env)
        (result,) = played.results
        return result

    def play(
        self,
        tasks: Sequence[Task],
        *,
        check: bool = False,
        diff: bool = False,
        verbosity: int = 0,
        env: Mapping[str, str | None] | None = None,
        hosts: Sequence[str] = ("localhost",),
        extra_vars: Mapping[str, Any] | None = None,
        forks: int | None = None,
        timeout: float = 300,
        **keywords: Any,
    ) -> PlayRun:
        """Plays the tasks on hosts that are all this machine; ``keywords`` are the play's, such as ``serial=2``.

        A task that fails does not end the play, so that its failure is a result as any other.
        """
        play = {
            "name": "Test",
            "hosts": "all",
            "gather_facts": False,
            "ignore_errors": True,
            "ignore_unreachable": True,
            **keywords,
            "tasks": list(tasks),
        }
        return self.playbook(
            [play],
            check=check,
            diff=diff,
            verbosity=verbosity,
            env=env,
            hosts=hosts,
            extra_vars=extra_vars,
            forks=forks,
            timeout=timeout,
        )

    def playbook(
        self,
        playbook: Path | Sequence[Mapping[str, Any]],
        *,
        check: bool = False,
        diff: bool = False,
        verbosity: int = 0,
        env: Mapping[str, str | None] | None = None,
        hosts: Sequence[str] | Path = ("localhost",),
        extra_vars: Mapping[str, Any] | None = None,
        forks: int | None = None,
        timeout: float = 300,
        interrupt: Callable[[], bool] | None = None,
    ) -> PlayRun:
        """Plays a playbook: a file, or plays as data. A None in ``env`` takes a variable of the engine's away.

        ``hosts`` are names, or an inventory. As soon as ``interrupt`` says so, everything that the playbook started is interrupted,
        as by ctrl-C in a terminal.
        """
        folder = self._folder()
        if not isinstance(playbook, Path):
            path = folder / "playbook.yml"
            path.write_text(yaml.safe_dump(list(playbook), sort_keys=False), encoding="utf-8")
            playbook = path
        variables = {
            "ansible_connection": "local",
            "ansible_python_interpreter": str(self.bin / "python"),
            **(extra_vars or {}),
        }
        arguments = [
            f"--inventory={hosts if isinstance(hosts, Path) else ','.join(hosts) + ','}",
            f"--extra-vars={json.dumps(variables)}",
            *(["--check"] if check else []),
            *(["--diff"] if diff else []),
            *([f"-{'v' * verbosity}"] if verbosity else []),
            *([f"--forks={forks}"] if forks else []),
            str(playbook),
        ]
        return self._played("ansible-playbook", arguments, env, folder, timeout, interrupt)

    def ad_hoc(self, pattern: str, module: str, options: str, *arguments: str, env: Mapping[str, str | None] | None = None) -> PlayRun:
        """Runs a module as people do by hand; ``options`` is what follows ``-a``."""
        variables = {"ansible_connection": "local", "ansible_python_interpreter": str(self.bin / "python")}
        command = [pattern, f"--module-name={module}", f"--args={options}", f"--extra-vars={json.dumps(variables)}", *arguments]
        # Of itself, ansible calls no callbacks.
        return self._played("ansible", command, {**(env or {}), "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true"}, self._folder(), 300)

    def _folder(self) -> Path:
        folder = self.home / f"play-{next(self._number)}"
        folder.mkdir()
        return folder

    def _played(
        self,
        program: str,
        arguments: Sequence[str],
        env: Mapping[str, str | None] | None,
        folder: Path,
        timeout: float,
        interrupt: Callable[[], bool] | None = None,
    ) -> PlayRun:
        record = folder / "results.jsonl"
        record.touch()
        recorded = {**(env or {}), "RECORD_RESULTS_TO": str(record)}
        done = self.command(program, *arguments, env=recorded, cwd=folder, timeout=timeout, interrupt=interrupt)
        results = [read_result(line) for line in record.read_text(encoding="utf-8").splitlines()]
        assert results or interrupt, f"no task was played:\n{done.stdout}\n{done.stderr}"
        return PlayRun(results, done.stdout, done.stderr, done.returncode)

    def command(
        self,
        program: str,
        *arguments: str,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        timeout: float = 300,
        interrupt: Callable[[], bool] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs another of this virtual environment's programs, such as ansible-inventory."""
        command = [str(self.bin / program), *arguments]
        process = self._start(command, self._environment(env or {}), cwd or self.home)
        try:
            while interrupt and process.poll() is None:
                if interrupt():
                    os.killpg(process.pid, signal.SIGINT)
                    break
                time.sleep(0.05)
            stdout, stderr = process.communicate(timeout=timeout)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(command, int(process.returncode or 0), stdout, stderr)

    def _start(self, command: list[str], env: dict[str, str], folder: Path) -> subprocess.Popen[str] | Started:
        warm = warm_process(self.bin, env) if self._warm and Path(command[0]).name in PROGRAMS else None
        if warm:
            return warm.start(command, env, folder)
        return subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell lets what it starts in the background ignore SIGINT, and so the tests of a CI server.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def _environment(self, extra: Mapping[str, str | None]) -> dict[str, str]:
        environment: dict[str, str | None] = {
            **{name: os.environ[name] for name in KEPT_FROM_OUTSIDE if name in os.environ},
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(CONFIGURATION),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "PYTHONPATH": str(COMPILED) if self._warm else None,
            **self.env,
            **extra,
        }
        return {name: value for name, value in environment.items() if value is not None}


def read_result(line: str) -> Result:
    recorded = json.loads(line)
    result = {key: value for key, value in recorded["result"].items() if not key.startswith("_ansible_")}
    return Result(result, task=recorded["task"], host=recorded["host"], seconds=recorded["seconds"], ended=recorded["ended"])
