# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task in Ansible's own process does to that process, in this one: nothing that lasts."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import tracemalloc
import warnings
from pathlib import Path
from typing import Any

import certifi
import pytest
from ansible.errors import AnsibleError
from openstack.config import loader

from ansible_collections.otc.elb.plugins.module_utils._auth import connect
from ansible_collections.otc.elb.plugins.module_utils._errors import NoCredential
from ansible_collections.otc.elb.plugins.module_utils._http import adapter
from ansible_collections.otc.elb.plugins.module_utils._http.transport import KeptAdapter
from ansible_collections.otc.elb.plugins.module_utils._runtime import context
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from ansible_collections.otc.elb.plugins.plugin_utils._direct import way
from ansible_collections.otc.elb.plugins.plugin_utils._direct.door import run
from ansible_collections.otc.elb.plugins.plugin_utils._direct.process import applied
from ansible_collections.otc.elb.plugins.plugin_utils._direct.progress import Progress
from ansible_collections.otc.elb.plugins.plugin_utils._direct.token_files import TokenFiles

from ..credentials import aksk
from ..emulator.client import Emulator
from ..hostile.server import keystone_and_elb, serve
from ..unit.inprocess import call

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGHUP, signal.SIGPIPE]


def perform(module: str, folder: Path, env: dict[str, str], kept: KeptAdapter | None = None, **options: Any) -> dict[str, Any]:
    """A task, as its action runs it.

    :param kept: by default, this is the only item of the process.
    """
    with applied(env, str(folder)):
        return run(TASKS[module], options, Progress(print, 0), TokenFiles(str(folder)), kept)


def state() -> dict[str, Any]:
    """What a task could leave behind in its process."""
    mask = os.umask(0)
    os.umask(mask)
    return {
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "umask": mask,
        "signals": [signal.getsignal(number) for number in SIGNALS],
        "filters": list(warnings.filters),
        "logging": (logging.root.manager.disable, logging.root.level, list(logging.root.handlers)),
        "threads": threading.active_count(),
        "path": list(sys.path),
        "excepthook": sys.excepthook,
    }


class Ended(BaseException):
    """What Ansible raises at the timeout of a task is no Exception, either."""


@pytest.mark.parametrize("error", [None, ValueError, Ended])
def test_the_process_is_as_before(emulator: Emulator, tmp_path: Path, error: type[BaseException] | None) -> None:
    env: dict[str, Any] = {**aksk(emulator), "HOME": "/nowhere", "OTC_NUMBER": 5}
    before = state()
    try:
        with applied(env, str(tmp_path)):
            assert (os.environ["OTC_NUMBER"], Path.cwd()) == ("5", tmp_path)
            warnings.warn("not shown", stacklevel=1)
            logging.getLogger("urllib3").critical("not shown")
            assert "pools" in run(TASKS["elb_pool_info"], {}, Progress(print, 0), TokenFiles(str(tmp_path)))
            if error:
                raise error
    except (ValueError, Ended):
        pass
    assert state() == before


def test_from_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though openstacksdk, which is imported, asks for its path."""
    gone, folder = tmp_path / "gone", tmp_path / "folder"
    gone.mkdir()
    folder.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    before = Path().stat()
    with applied({}, str(folder)):
        assert Path.cwd() == folder
    assert os.path.samestat(Path().stat(), before)


@pytest.mark.parametrize(("env", "reason"), [({"GOOD": "1", "A=B": "x"}, "'A=B'"), ({"GOOD": "1", "NULL": "a\0b"}, "'NULL'")])
def test_an_environment_that_cannot_be(tmp_path: Path, env: dict[str, str], reason: str) -> None:
    before = state()
    with pytest.raises(AnsibleError, match=f"cannot have a variable {reason}"), applied(env, str(tmp_path)):
        pass
    assert state() == before
    with pytest.raises(AnsibleError, match="The folder of the playbook cannot be used: No such file"), applied({}, str(tmp_path / "gone")):
        pass
    assert state() == before


def test_clouds_yaml_is_found_where_a_module_finds_it(tmp_path: Path) -> None:
    """openstacksdk decides at its import where to look, and that may have been before the task."""
    before = list(loader.CONFIG_FILES)
    with applied({"HOME": str(tmp_path / "home")}, str(tmp_path)):
        assert loader.CONFIG_FILES[0] == str(tmp_path / "clouds.yaml")
        assert str(tmp_path / "home/.config/openstack/clouds.yaml") in loader.CONFIG_FILES
    assert before == loader.CONFIG_FILES


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_hundreds_of_items_leave_nothing(emulator: Emulator, tmp_path: Path) -> None:
    """A loop is one process. 500 items, and the last 300 need no more memory or descriptors than the first ones did."""
    emulator.seed({"name": "web", "protocol": "HTTP", "members": [{"address": "192.168.0.1", "protocol_port": 80}]})
    env, kept = aksk(emulator), KeptAdapter()

    def items(count: int) -> None:
        for number in range(count):
            module: str = ("elb_member_info", "elb_pool", "elb_pool_members")[number % 3]
            options: dict[str, Any] = {"pool": "web"} if module != "elb_pool" else {"name": "web", "nothing": 1}
            if module == "elb_pool_members":
                options["members"] = [{"address": "192.168.0.1", "port": 80, "protocol_port": 80}]
            perform(module, tmp_path, env, kept, **options)

    items(200)
    gc.collect()
    opened = descriptors()
    tracemalloc.start()
    try:
        items(30)
        gc.collect()
        first = tracemalloc.get_traced_memory()[0]
        items(270)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - first
    finally:
        tracemalloc.stop()
    assert descriptors() <= opened
    assert grown < 64 * 1024


def test_one_socket_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To ELB, for the next item of a loop, and none to Keystone, even if something still refers to what has it."""
    made: list[adapter.Adapter] = []
    begin = adapter.Adapter.__init__

    def remember(self: adapter.Adapter, *args: Any, **options: Any) -> None:
        made.append(self)
        begin(self, *args, **options)

    monkeypatch.setattr(adapter.Adapter, "__init__", remember)
    kept = KeptAdapter()
    opened = descriptors()
    with serve(keystone_and_elb) as server:
        auth = {"auth_url": f"{server.url}/v3", "username": "u", "password": "pppp", "user_domain_id": "d", "project_id": "p"}
        for number in range(5):
            folder = tmp_path / str(number)
            folder.mkdir()
            result = perform("elb_pool_info", folder, {"OTC_ELB_ENDPOINT": server.url}, kept, auth=auth)
            assert result.get("pools") == [], result
        # Five to Keystone.
        assert len(made) == 6
        (ours,) = kept.values()
        ours.close()
    assert descriptors() <= opened


def test_a_connection_is_for_those_who_trust_the_same(emulator: Emulator, tmp_path: Path) -> None:
    """The next item may have another CA, or verify nothing: it must not go by what the one before it trusted."""
    kept = KeptAdapter()
    cas = [str(tmp_path / name) for name in ("one.pem", "two.pem")]
    for ca in cas:
        Path(ca).write_bytes(Path(certifi.where()).read_bytes())
    ways: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": ""}, {}),
        ({"REQUESTS_CA_BUNDLE": cas[0]}, {}),
        ({}, {"ca_cert": cas[1]}),
        ({}, {"validate_certs": False}),
    ]
    used: list[tuple[Any, adapter.Adapter]] = []
    for env, options in ways:
        for dummy in range(2):
            assert "pools" in perform("elb_pool_info", tmp_path, aksk(emulator) | env, kept, **options)
            # The one of before is closed.
            used.extend(kept.items())
    assert [key[0].verify for key, dummy in used[::2]] == [True, *cas, False]
    assert all(used[number] == used[number + 1] for number in range(0, 8, 2))
    assert len({id(each) for dummy, each in used}) == len(ways)


def test_an_interrupt_is_not_a_result(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends Ansible: a failed result would be retried, or ignored, or the next item would follow."""

    def interrupt(*dummy: Any, **dummies: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(context.ApiContext, "client", property(interrupt))
    with pytest.raises(KeyboardInterrupt):
        perform("elb_pool_info", tmp_path, aksk(emulator))
    assert "Interrupted" in call("elb_pool_info", env=aksk(emulator))["msg"]


def test_no_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that Ansible starts may have another environment than the one that the user looks at."""

    def refuse(*dummy: Any, **dummies: Any) -> Any:
        raise NoCredential("No credential is given.")

    monkeypatch.setattr(connect, "connect", refuse)
    assert perform("elb_pool_info", tmp_path, {})["msg"] == "No credential is given."
    ordinary = call("elb_pool_info")["msg"]
    assert ordinary.startswith("No credential is given. Looked in the environment of user ")
    assert f" on host {os.uname().nodename}." in ordinary


def test_another_python(tmp_path: Path) -> None:
    """Two virtual environments of one Python are two, and a link from outside is in none."""
    own = Path(sys.executable)
    link = tmp_path / "python"
    link.symlink_to(own)
    assert way.is_own_python(str(own))
    assert way.is_own_python(str(own.with_name("python3")))
    assert way.is_own_python("env python3", str(own.parent))
    assert way.is_own_python("python3", str(own.parent))
    for other in (str(link), str(own.resolve()), "/usr/bin/env -S python3 -u", f"{own} -E", "/nowhere/python", "python3.4"):
        assert not way.is_own_python(other), other


def keep(folder: str, number: int) -> None:
    """What each of many forks does with the token of a run."""
    files = TokenFiles(folder)
    for turn in range(50):
        files.save("credential", f"{number}-{turn}-" + "x" * 5000)
        state = files.load("credential")
        assert state is not None
        assert len(state.rpartition("-")[2]) == 5000


def test_tokens_of_many_forks(tmp_path: Path) -> None:
    """Each reads a whole state at any time, and in the end there is one, for its owner alone."""
    fork = multiprocessing.get_context("fork")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        processes = [fork.Process(target=keep, args=(str(tmp_path), number)) for number in range(20)]
        for process in processes:
            process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 20
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len((TokenFiles(str(tmp_path)).load("credential") or "").rpartition("-")[2]) == 5000
    assert TokenFiles(str(tmp_path)).load("another credential") is None


def test_a_token_that_cannot_be_kept(tmp_path: Path) -> None:
    files = TokenFiles(str(tmp_path / "gone"))
    files.save("credential", "state")
    assert files.load("credential") is None
