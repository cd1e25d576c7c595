# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Plays tasks through the real ansible-playbook, and gives their results back.

    result = engine.run("elb_pool", name="web", protocol="HTTP", lb_algorithm="ROUND_ROBIN")
    assert result.changed

A playbook costs about a second to start and each task of it about 0.4 s, so a test with many tasks plays them in one go:

    created, again = engine.play([task("elb_pool", **pool), task("elb_pool", **pool)]).results
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..result import Result

Task = dict[str, Any]

CALLBACKS = Path(__file__).parent / "callback_plugins"

# Nothing of the tester's own configuration or credentials reaches a play: its environment is made of these alone.
KEPT_FROM_OUTSIDE = ("PATH", "TMPDIR", "COVERAGE_PROCESS_START")

CONFIGURATION = f"""\
[defaults]
callback_plugins = {CALLBACKS}
callbacks_enabled = record_results
deprecation_warnings = true
localhost_warning = false
retry_files_enabled = false

[inventory]
inventory_unparsed_warning = false

[connection]
pipelining = true
"""


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

    ``env`` holds the environment variables of each play, above all the credentials.
    """

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.home = home
        self.env = dict(env)
        self._number: Iterator[int] = itertools.count(1)
        (home / "ansible.cfg").write_text(CONFIGURATION, encoding="utf-8")

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
    ) -> PlayRun:
        """Plays a playbook: a file, or plays as data. A None in ``env`` takes a variable of the engine's away.

        ``hosts`` are names, or an inventory.
        """
        folder = self.home / f"play-{next(self._number)}"
        folder.mkdir()
        record = folder / "results.jsonl"
        record.touch()
        if not isinstance(playbook, Path):
            path = folder / "playbook.yml"
            path.write_text(yaml.safe_dump(list(playbook), sort_keys=False), encoding="utf-8")
            playbook = path
        variables = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            **(extra_vars or {}),
        }
        command = [
            str(Path(sys.prefix, "bin", "ansible-playbook")),
            f"--inventory={hosts if isinstance(hosts, Path) else ','.join(hosts) + ','}",
            f"--extra-vars={json.dumps(variables)}",
            *(["--check"] if check else []),
            *(["--diff"] if diff else []),
            *([f"-{'v' * verbosity}"] if verbosity else []),
            *([f"--forks={forks}"] if forks else []),
            str(playbook),
        ]
        done = subprocess.run(
            command,
            env=self._environment({**(env or {}), "RECORD_RESULTS_TO": str(record)}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        results = [read_result(line) for line in record.read_text(encoding="utf-8").splitlines()]
        assert results, f"no task was played:\n{done.stdout}\n{done.stderr}"
        return PlayRun(results, done.stdout, done.stderr, done.returncode)

    def _environment(self, extra: Mapping[str, str | None]) -> dict[str, str]:
        environment: dict[str, str | None] = {
            **{name: os.environ[name] for name in KEPT_FROM_OUTSIDE if name in os.environ},
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(self.home / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(Path(sys.prefix, "collections")),
            **self.env,
            **extra,
        }
        return {name: value for name, value in environment.items() if value is not None}


def read_result(line: str) -> Result:
    recorded = json.loads(line)
    result = {key: value for key, value in recorded["result"].items() if not key.startswith("_ansible_")}
    return Result(result, task=recorded["task"], host=recorded["host"])
