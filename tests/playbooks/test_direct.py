# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks in Ansible's own process: when they run there, and that nothing of them is left behind."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from .. import awx
from ..credentials import aksk
from ..emulator.client import Emulator
from .engine import Engine, Task, task

OWN = re.compile(r"^<(\S+)> (\S+): ran in Ansible's own process$", re.MULTILINE)
OTHER = re.compile(r"^<(\S+)> (\S+): runs as a module that Ansible starts, because (.*)$", re.MULTILINE)


def ways(output: str) -> list[str]:
    """The way that each task took: "own", or the reason for the other one."""
    found = [(match.start(), "own") for match in OWN.finditer(output)] + [(match.start(), match[3]) for match in OTHER.finditer(output)]
    return [way for dummy, way in sorted(found)]


def pools(**keywords: Any) -> Task:
    return task("elb_pool_info") | keywords


def raw(engine: Engine, play: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    """ansible-playbook without the engine's variables for connection and Python."""
    path = engine.home / "raw.yml"
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, **play}], sort_keys=False), encoding="utf-8")
    return engine.command("ansible-playbook", *arguments, str(path), env={"RECORD_RESULTS_TO": str(engine.home / "raw.jsonl")})


def test_the_way_and_its_reason(engine: Engine, tmp_path: Path) -> None:
    venv.create(tmp_path / "other")
    other = str(tmp_path / "other" / "bin" / "python")
    own = engine.bin / "python"
    tasks: dict[str, tuple[Task, str]] = {
        "by default": (pools(), "own"),
        "variable": (pools(vars={"otc_elb_direct": "{{ 1 == 2 }}"}), "otc_elb_direct is false"),
        "environment": (pools(environment={"OTC_ELB_DIRECT": "false"}), "OTC_ELB_DIRECT is false"),
        "variable first": (pools(vars={"otc_elb_direct": "yes"}, environment={"OTC_ELB_DIRECT": "false"}), "own"),
        "async": (pools(vars={"ansible_async_dir": str(tmp_path)}, poll=1, **{"async": 30}), "of async"),
        "connection": (pools(vars={"way": "ssh"}), "the connection is ssh"),
        "another name of this Python": (pools(vars={"python": str(own.with_name("python3"))}), "own"),
        "by a link in the path": (pools(vars={"python": str(tmp_path / "link" / "bin" / "python")}), "own"),
        "by its name": (
            pools(vars={"python": "/usr/bin/env python"}, environment={"PATH": f"{own.parent}:/usr/bin:/bin"}),
            "own",
        ),
        "discovered": (pools(vars={"python": "auto_silent"}), "own"),
        "another environment of this Python": (
            pools(vars={"python": other}),
            f"ansible_python_interpreter is {other}, and Ansible's own Python is {own}",
        ),
        "other libraries": (pools(environment={"PYTHONPATH": "/nowhere"}), "the task's environment sets PYTHONPATH"),
    }
    (tmp_path / "link").symlink_to(engine.bin.parent)
    variables = {"ansible_python_interpreter": f"{{{{ python | default('{own}') }}}}", "ansible_connection": "{{ way | default('local') }}"}
    played = engine.play([{"name": name, **each} for name, (each, dummy) in tasks.items()], verbosity=3, extra_vars=variables)
    assert dict(zip(tasks, ways(played.output), strict=False)) == {name: way for name, (dummy, way) in tasks.items()}
    failed = {result.task for result in played.results if result.failed or result.unreachable}
    # There is no SSH server, and the new environment has no requests.
    assert failed == {"connection", "another environment of this Python"}
    assert other in next(iter(played.of("another environment of this Python")))["msg"]


@pytest.mark.parametrize(
    ("value", "setting"),
    [("perhaps", {"otc_elb_direct": "perhaps"}), ("often", {"otc_elb_progress": "often"}), (-1, {"otc_elb_progress": -1})],
)
def test_a_setting_that_is_none(engine: Engine, emulator: Emulator, value: Any, setting: Task) -> None:
    (result,) = engine.play([pools(vars=setting)]).results
    assert result.failed
    assert f"{next(iter(setting))} is" in result["msg"]
    assert repr(value) in result["msg"]
    assert emulator.requests() == []


@pytest.mark.parametrize(("library", "options"), [("requests", {}), ("openstack", {"cloud": "otc"})])
def test_a_library_that_is_missing(engine: Engine, emulator: Emulator, tmp_path: Path, library: str, options: Task) -> None:
    package = tmp_path / "missing" / library
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"raise ImportError(name={library!r})", encoding="utf-8")
    played = engine.play([task("elb_pool_info", **options)], verbosity=3, env={"PYTHONPATH": str(package.parent)})
    (way,) = ways(played.output)
    assert way.startswith(f"Ansible's own Python has no {library}")
    # The module has the same Python here.
    python = re.escape(f"{engine.bin}/python")
    assert re.search(rf"The Python library \w+ is needed, which {python} on host \S+ lacks\.", played.results[0]["msg"])
    assert emulator.requests() == []


def test_from_a_play_over_hosts(engine: Engine, emulator: Emulator) -> None:
    """Delegated, with become for the hosts: nothing is asked of the hosts, or of sudo, and credentials are those of the environment."""
    emulator.seed({"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo")})
    member = task("elb_member", pool="web", name="{{ inventory_hostname }}", address="{{ ansible_host }}", protocol_port=80)
    play = {
        "become": True,
        "tasks": [
            member | {"delegate_to": "localhost", "vars": {"ansible_become_method": "sudo", "ansible_become_password": "none"}},
            pools(delegate_to="localhost", run_once=True),
        ],
    }
    hosts = engine.home / "hosts.ini"
    hosts.write_text("web-1 ansible_host=192.168.0.1\nweb-2 ansible_host=192.168.0.2\n", encoding="utf-8")
    done = raw(engine, play, f"--inventory={hosts}", "-vvv")
    assert done.returncode == 0, done.stdout
    assert ways(done.stdout) == ["own"] * 3
    (left,) = emulator.state()["pools"]
    assert sorted(each["name"] for each in left["members"]) == ["web-1", "web-2"]


def test_strategies(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP"})
    plays = [
        {"hosts": "all", "gather_facts": False, "strategy": name, "tasks": [pools(), task("elb_member_info", pool="web")]}
        for name in ("linear", "free", "host_pinned")
    ]
    played = engine.playbook(plays, hosts=["a", "b", "c"], verbosity=3)
    assert played.rc == 0, played.output
    assert ways(played.output) == ["own"] * 18


RECORDER = """
import os, sys
def note(event, args):
    if event == "import" and args[0] in ("requests", "openstack.config"):
        with open(os.environ["IMPORTS"], "a") as file:
            file.write(f"{args[0]} {os.getpid()}\\n")
sys.addaudithook(note)
"""


@pytest.mark.parametrize("credential", ["clouds.yaml", "environment", "options"])
def test_libraries_are_loaded_once(engine: Engine, emulator: Emulator, tmp_path: Path, credential: str) -> None:
    """By Ansible's main process, and openstacksdk only where there is a clouds.yaml."""
    clouds, options = credential == "clouds.yaml", dict[str, str]()
    (tmp_path / "sitecustomize.py").write_text(RECORDER, encoding="utf-8")
    imports = tmp_path / "imports"
    env: dict[str, str | None] = {**dict.fromkeys(engine.env), "PYTHONPATH": str(tmp_path), "IMPORTS": str(imports)}
    if clouds:
        auth = {"auth_url": "http://127.0.0.1:9/v3", "username": "x", "password": "y", "project_name": "z"}
        (tmp_path / ".config/openstack").mkdir(parents=True)
        (tmp_path / ".config/openstack/clouds.yaml").write_text(yaml.safe_dump({"clouds": {"otc": {"auth": auth}}}), encoding="utf-8")
    elif credential == "environment":
        env.update(engine.env)
    else:
        keys = aksk(emulator)
        options = {
            "endpoint": keys["OTC_ELB_ENDPOINT"],
            **{name: keys[f"OS_{name.upper()}"] for name in ("access_key", "secret_key", "project_id")},
        }
    engine.play([task("elb_pool_info", **options)] * 3, env=env)
    found = imports.read_text(encoding="utf-8").splitlines()
    assert len(set(found)) == len({line.split()[0] for line in found}), found
    assert any(line.startswith("openstack") for line in found) is clouds
    assert any(line.startswith("requests") for line in found)


def test_by_hand(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP"})
    done = engine.ad_hoc("localhost", "otc.elb.elb_pool_info", "name=web", "-vvv")
    assert ways(done.output) == ["own"]
    console = subprocess.run(
        [str(engine.bin / "ansible-console"), "--inventory=localhost,", "--connection=local", "-vvv", "all"],
        input="otc.elb.elb_pool_info name=web\n",
        env=engine._environment({}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ways(console.stdout) == ["own"], console.stdout
    assert '"name": "web"' in console.stdout


def many(count: int, **options: Any) -> Task:
    members = [{"address": f"192.168.0.{number}", "protocol_port": 80} for number in range(1, count + 1)]
    return task("elb_pool_members", pool="web", members=members, **options)


def test_the_timeout_of_a_task_ends_it(engine: Engine, emulator: Emulator) -> None:
    """Neither its workers nor its other items go on, and the next task runs as if nothing had been."""
    emulator.seed({"name": "web", "protocol": "HTTP"})
    emulator.configure(latency_ms=200)
    played = engine.play([many(200, concurrency=4) | {"timeout": 2, "name": "many"}, pools(name="next")], forks=1)
    (ended,), (following,) = played.of("many"), played.of("next")
    assert ended.failed
    assert ended.seconds < 10
    assert not following.failed
    created = [entry["action"] for entry in emulator.requests()]
    assert created[-1] == "elb:pools:list", "the task went on"
    assert 0 < created.count("elb:members:create") < 100
    before = len(created)
    time.sleep(1)
    assert len(emulator.requests()) == before


@contextmanager
def single(emulator: Emulator) -> Iterator[str]:
    """A URL of the emulator that takes one connection; all others remain half open."""

    def relay(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            theirs = listener.accept()[0]
            # It stays in the queue, which has no place for a second one.
            sockets.extend((theirs, socket.create_connection(listener.getsockname())))
            ours = socket.create_connection(("127.0.0.1", urlsplit(emulator.url).port or 0))
            sockets.append(ours)
            threads.append(threading.Thread(target=relay, args=(theirs, ours)))
            threads[-1].start()
            relay(ours, theirs)

    sockets: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        threads = [threading.Thread(target=accept)]
        threads[0].start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for each in sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
            for each in sockets:
                each.close()


def test_a_worker_that_is_connecting_holds_nothing_back(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP"})
    emulator.configure(latency_ms=100)
    with single(emulator) as url:
        created = many(200, concurrency=4, api_timeout=60, endpoint=url) | {"timeout": 3, "name": "many"}
        (ended,) = engine.play([created], forks=1).results
    assert ended.failed
    assert ended.seconds < 12
    assert 0 < len(emulator.requests(action="elb:members:create")) < 100


def test_items_of_a_loop_use_one_connection(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP"})
    with single(emulator) as url:
        item = task("elb_member", pool="web", address="192.168.0.{{ item }}", protocol_port=80, endpoint=url, api_timeout=5, timeout=0)
        (added,) = engine.play([item | {"loop": [1, 2, 3]}]).results
    assert not added.failed, added
    assert len(emulator.requests(action="elb:members:create")) == 3


PROGRESS = r"^otc\.elb\.elb_pool_members \[localhost\]: (.*)$"


def lines(output: str) -> list[str]:
    return re.findall(PROGRESS, output, re.MULTILINE)


def test_progress(engine: Engine, emulator: Emulator) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP"})
    emulator.configure(latency_ms=100)
    every = {"otc_elb_progress": 0.5}
    slow: dict[str, Any] = {"concurrency": 2}
    played = engine.play([many(60, **slow) | {"vars": every}])
    found = lines(played.stdout)
    assert 3 <= len(found) <= 12, played.output
    assert all(re.fullmatch(r"added \d+ of 60", line) for line in found)
    assert not any(line in str(played.results[0]) for line in found)

    # The seconds that are left of a pause, who is not healthy yet; and nothing where nothing is wanted.
    emulator.configure(latency_ms=0, health_delay_ms=600000)
    tasks = [
        many(60, wait=True, timeout=2) | {"vars": every},
        many(50, purge=True, drain_seconds=2) | {"vars": every},
        many(40, purge=True, drain_seconds=1) | {"vars": {"otc_elb_progress": 0}},
        many(30, purge=True, drain_seconds=1) | {"vars": every, "no_log": True},
        many(20, purge=True, drain_seconds=1),
        task("elb_pool", name="web", state="absent", force=True) | {"vars": {"otc_elb_progress": 0.01}},
    ]
    played = engine.play(tasks)
    assert re.search(r"^otc\.elb\.elb_pool \[localhost\]: removed \d+ of 20 members$", played.stdout, re.MULTILINE), played.output
    found = lines(played.stdout)
    assert {re.sub(r"\d+( seconds| of)", r"N\1", line) for line in found} <= {
        "not healthy yet: 192.168.0.1:80, 192.168.0.2:80, 192.168.0.3:80 and 57 more, N seconds left",
        "draining 10 members, N seconds left",
        # On a machine that is busy.
        "removed N of 10",
    }
    assert sum(line.startswith("draining") for line in found) in (2, 3, 4)


def test_progress_under_ansible_runner(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    emulator.seed({"name": "web", "protocol": "HTTP"})
    emulator.configure(latency_ms=100)
    project = tmp_path / "project"
    project.mkdir()
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": {"otc_elb_progress": 0.5}, "tasks": [many(60)]}
    (project / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    inventory = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}
    job = awx.run(engine, tmp_path / "job", project, "play.yml", env=aksk(emulator), inventory=inventory, extra_vars={})
    assert job.rc == 0, job.traces
    assert lines(job.traces), job.traces
