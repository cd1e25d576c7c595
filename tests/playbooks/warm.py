# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts Ansible's programs without their imports: a process that has imported Ansible forks another one for each program.

The imports are two thirds of a short play. What is forked is the program, in a session of its own, with its own arguments, environment,
folder and output. It shares only what Ansible reads while it is imported; so programs with other START_VARIABLES come of another process.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: Programs that can be started so.
PROGRAMS = ("ansible", "ansible-doc", "ansible-inventory", "ansible-playbook")
#: How the names of variables begin that Ansible and Python read at their start.
START_VARIABLES = ("ANSIBLE_", "LC_", "PYTHON", "TMPDIR")
#: What programs and the collection import. Not openstacksdk, which reads the environment while it is imported.
IMPORTS = (
    "ansible.cli.adhoc",
    "ansible.cli.doc",
    "ansible.cli.inventory",
    "ansible.cli.playbook",
    "ansible.executor.process.worker",
    "ansible.plugins.action.normal",
    "keystoneauth1.identity",
    "keystoneauth1.loading",
    "keystoneauth1.session",
    "requests",
)
#: The kinds of plugins that Ansible loads for each play.
PLUGINS = ("cache", "callback", "connection", "filter", "inventory", "shell", "strategy", "test", "vars")


class Warm:
    """A process that has imported the Ansible of a virtual environment; it ends with the one that started it.

    :param env: with all START_VARIABLES.
    """

    def __init__(self, python: Path, env: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair()
        # Ansible makes folders in it when it is imported.
        self._home = tempfile.TemporaryDirectory()
        with theirs:
            self._process = subprocess.Popen(
                [str(python), __file__, str(theirs.fileno())],
                env={**env, "HOME": self._home.name},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def start(self, command: Sequence[str], env: Mapping[str, str], folder: Path) -> Started:
        """Start a program."""
        ours, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            socket.send_fds(self._control, [b"."], [theirs.fileno(), stdout.fileno(), stderr.fileno()])
            outputs = [open(os.dup(output.fileno()), encoding="utf-8") for output in (stdout, stderr)]  # noqa: SIM115, PTH123
        ours.sendall(json.dumps([list(command), dict(env), str(folder)]).encode() + b"\n")
        return Started(ours, outputs)


class Started:
    """A program that runs, with the part of subprocess.Popen that the engine needs."""

    def __init__(self, connection: socket.socket, outputs: Sequence[Any]) -> None:
        self._connection = connection
        self._outputs = outputs
        self.returncode: int | None = None
        self.pid = int(connection.recv(16))

    def poll(self) -> int | None:
        """The status, once it has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._wait(0.001)
        return self.returncode

    def _wait(self, timeout: float) -> None:
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                self.returncode = int(self._connection.recv(16))
            except TimeoutError:
                raise subprocess.TimeoutExpired("ansible", timeout) from None

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What it printed, once it has ended.

        :raises subprocess.TimeoutExpired: where it has not.
        """
        self._wait(timeout)
        self._connection.close()
        texts = []
        for output in self._outputs:
            with output:
                output.seek(0)
                texts.append(output.read())
        return texts[0], texts[1]


#: How many programs with an environment are started before it has a process: one may be the only one.
COLD_STARTS = 1
_asked: Counter[tuple[Any, ...]] = Counter()
_found: dict[tuple[Any, ...], Warm] = {}


def warm_process(executables: Path, env: Mapping[str, str]) -> Warm | None:
    """A process to start programs with an environment; ``None`` the first times that it is asked for."""
    if "COVERAGE_PROCESS_START" in env:
        return None
    read = {name: value for name, value in env.items() if name.startswith(START_VARIABLES)}
    key = (executables, *sorted(read.items()))
    _asked[key] += 1
    if _asked[key] <= COLD_STARTS:
        return None
    if key not in _found:
        _found[key] = Warm(executables / "python", {"PATH": env["PATH"], **read})
    return _found[key]


def serve(control: socket.socket) -> None:
    """Fork for each request; return in the process that is to be the program."""
    # The processes between this one and the programs need no parent to wait for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, files, dummy, dummy = socket.recv_fds(control, 1, 3)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection = socket.socket(fileno=files[0])
    with connection.makefile("rb") as lines:
        command, env, folder = json.loads(lines.readline())
    program = os.fork()
    if program:
        connection.sendall(b"%d" % program)
        status = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
        with contextlib.suppress(OSError):
            connection.sendall(b"%d" % status)
        os._exit(0)
    connection.close()
    os.setsid()
    for file, place in zip(files[1:], (1, 2), strict=True):
        os.dup2(file, place)
        os.close(file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = command
    sys.path[0] = str(Path(command[0]).parent)


def own_folder() -> None:
    """Have a temporary folder of the program's own, as Ansible makes it when it is imported."""
    from ansible import constants
    from ansible.utils.path import cleanup_tmp_file

    atexit.unregister(cleanup_tmp_file)
    folder = Path(os.environ["HOME"], ".ansible", "tmp")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix=f"ansible-local-{os.getpid()}", dir=folder)
    atexit.register(cleanup_tmp_file, constants.DEFAULT_LOCAL_TMP, warn=True)


def prepare() -> None:
    """Import, and do what Ansible does at each start: it keeps neither compiled code of collections nor parsed documentation."""
    import ansible

    for name in IMPORTS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    loaders = importlib.import_module("ansible.plugins.loader")
    for kind in PLUGINS:
        list(getattr(loaders, f"{kind}_loader").all(class_only=True))
    finder: Any = importlib.import_module("ansible.utils.collection_loader._collection_finder")
    finder.compile = functools.cache(compile)
    finder._meta_yml_to_dict = functools.cache(finder._meta_yml_to_dict)
    finder._meta_yml_to_dict(
        Path(ansible.__path__[0], "config", "ansible_builtin_runtime.yml").read_bytes(), ("ansible.builtin", "runtime.yml")
    )
    collection = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"], "ansible_collections", "otc", "elb")
    for path in collection.glob("plugins/**/*.py"):
        finder.compile(source=path.read_bytes(), filename=str(path), mode="exec", flags=0, dont_inherit=True)


if __name__ == "__main__":
    own = socket.socket(fileno=int(sys.argv[1]))
    sys.argv[:] = ["ansible-playbook"]
    prepare()
    # Pages that nothing writes to stay shared.
    gc.freeze()
    serve(own)
    own_folder()
    runpy.run_path(sys.argv[0], run_name="__main__")
