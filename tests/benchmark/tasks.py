# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task that changes nothing takes in a play: ours, both ways, and those that one would compare it with."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ..emulator.client import start
from ..playbooks.engine import Engine, Task, read_result, task
from .setting import POOL, Json, Setting, certificate, entries

DEBUG, PING, URI = "ansible.builtin.debug", "ansible.builtin.ping", "ansible.builtin.uri"
AWS = "community.aws.elb_target_group"
HTTPS = "elb_pool, HTTPS"
LOOP = "elb_member, a loop of {}"
DEBUG_LOOP = DEBUG + ", a loop of {}"
#: Follows the name of a task of ours that does not run in Ansible's own process.
ORDINARY = ", ordinary"
#: How often a round has each task that takes milliseconds.
QUICK = 3

Seconds = dict[str, list[float]]


def seconds(setting: Setting, rounds: int, looped: int, many: int) -> Seconds:
    """The seconds of each task; the tasks take turns, so that whatever else this machine does meets all of them.

    ``looped``: how many members the loop has, and the one task to compare with it; ``many``: a larger pool.
    """
    pool = setting.pool(entries(looped))
    (larger,) = setting.emulator.seed({**POOL, "name": "larger", "loadbalancer_id": setting.emulator.loadbalancer("demo")})
    setting.emulator.seed_members(larger["id"], *entries(many))
    with moto(setting) as aws, https(setting) as secure:
        env = {**setting.env, **aws, "REQUESTS_CA_BUNDLE": str(secure.bundle)}
        network = [task("amazon.aws.ec2_vpc_net", name="benchmark", cidr_block="10.0.0.0/16") | interpreter(setting)]
        vpc = play(setting, network, env)[0]["vpc"]["id"]
        group: Json = {"name": "web", "protocol": "http", "port": 80, "vpc_id": vpc, "state": "present"}
        ours = dict(_ours(pool, larger["id"], secure.url, looped, many))
        url = f"{setting.emulator.url}/v3/{setting.emulator.project_id}/elb/pools/{pool}"
        token = setting.emulator.user("admin")["token"]
        # With as many templates as the loop of ours, which the engine fills in for each item.
        filled: Task = task(DEBUG, msg=list(templates(entries(1)[0]).values())) | {"loop": "{{ few }}"}
        quick = [named(DEBUG, task(DEBUG)), named(DEBUG_LOOP.format(looped), filled)]
        quick += [named(name, one) for name, one in ours.items()]
        slow = [
            named(PING, task(PING)),
            named(URI, task(URI, url=url, headers={"X-Auth-Token": token})),
            *(named(name + ORDINARY, ordinary(one)) for name, one in ours.items() if "loop" not in one),
            named(AWS, task(AWS, **group) | interpreter(setting)),
        ]
        loop = LOOP.format(looped)
        last = [named(loop + ORDINARY, ordinary(ours[loop]))]
        # The first round makes what has to be there, and fills the engine's caches.
        rounds_of_tasks = [*(quick * QUICK + slow) * (rounds + 1), *last * max(1, rounds // 3)]
        played = play(setting, rounds_of_tasks, env, vars={"few": entries(looped), "many": entries(many)})
    return _taken(played, rounds_of_tasks, len(quick * QUICK + slow))


def _ours(pool: str, larger: str, secure_url: str, looped: int, many: int) -> Iterator[tuple[str, Task]]:
    member = entries(1)[0]
    yield "elb_pool", task("elb_pool", **POOL)
    yield HTTPS, task("elb_pool", endpoint=secure_url, **POOL)
    yield "elb_pool_info", task("elb_pool_info", name=[POOL["name"]])
    yield "elb_member", task("elb_member", pool=pool, **member)
    yield "elb_member_info", task("elb_member_info", pool=pool)
    yield members_of(looped), task("elb_pool_members", pool=pool, members="{{ few }}")
    yield members_of(many), task("elb_pool_members", pool=larger, members="{{ many }}")
    loop: Any = {"pool": pool, **templates(member)}
    yield LOOP.format(looped), task("elb_member", **loop) | {"loop": "{{ few }}"}


def templates(member: Json) -> Json:
    """The options of a member that is the item of a loop."""
    return {name: f"{{{{ item.{name} }}}}" for name in member}


def for_hosts(setting: Setting, hosts: int, rounds: int) -> Seconds:
    """The seconds that a task takes for many hosts together, delegated to localhost, with 20 forks."""
    pool = setting.pool(entries(hosts))
    addresses = {f"web-{number}": entry["address"] for number, entry in enumerate(entries(hosts))}
    inventory = {"all": {"hosts": {name: {"address": address} for name, address in addresses.items()}}}
    options: Json = {"pool": pool, "address": "{{ address }}", "protocol_port": 80}
    one = task("elb_member", **options) | {"delegate_to": "localhost"}
    tasks = [named(DEBUG, task(DEBUG)), named("elb_member", one), named("elb_member" + ORDINARY, ordinary(one))]
    played = play(setting, tasks * (rounds + 1), setting.env, inventory, forks=20)
    ended: dict[int, float] = {}
    for number, result in enumerate(played):
        assert not result.failed, result
        ended[number // hosts] = max(ended.get(number // hosts, 0.0), result.ended)
    found: Seconds = {}
    for number in range(len(tasks), len(ended)):
        found.setdefault(tasks[number % len(tasks)]["name"], []).append(ended[number] - ended[number - 1])
    return found


def _taken(played: Sequence[Any], tasks: Sequence[Task], skipped: int) -> Seconds:
    """From the end of the task before to the end of each: all that it adds to a play."""
    measured: Seconds = {}
    number, before = 0, 0.0
    for result in played:
        assert not result.failed, result
        if number >= skipped:
            assert not result.changed, result
            measured.setdefault(tasks[number]["name"], []).append(result.ended - before)
        number, before = number + 1, result.ended
    assert number == len(tasks), (number, len(tasks))
    return measured


def play(
    setting: Setting, tasks: Sequence[Task], env: Mapping[str, str], inventory: Json | None = None, forks: int = 5, **keywords: Any
) -> list[Any]:
    """The results of a play in a process of its own, with the collections of PyPI's ``ansible``."""
    home = Path(tempfile.mkdtemp(prefix="play-", dir=setting.home))
    engine = Engine(home, env, warm=False)
    (theirs,) = (setting.ansible / "lib").glob("python*/site-packages")
    hosts, path, record = home / "hosts.json", home / "play.yml", home / "results.jsonl"
    hosts.write_text(
        json.dumps(
            inventory or {"all": {"hosts": {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}}}
        ),
        encoding="utf-8",
    )
    # JSON is YAML, and is written a hundred times faster.
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, **keywords, "tasks": list(tasks)}]), encoding="utf-8")
    variables = {"RECORD_RESULTS_TO": str(record), "ANSIBLE_COLLECTIONS_PATH": f"{engine.collections}:{theirs}"}
    done = engine.command("ansible-playbook", f"--inventory={hosts}", f"--forks={forks}", str(path), env=variables, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
    return [read_result(line) for line in record.read_text(encoding="utf-8").splitlines()]


def named(name: str, one: Task) -> Task:
    return one | {"name": name}


def ordinary(one: Task) -> Task:
    """The task as a module that Ansible sends and starts."""
    return one | {"vars": {"otc_elb_direct": False}}


def interpreter(setting: Setting) -> Task:
    """What gives a task of another collection the Python that has its libraries."""
    return {"vars": {"ansible_python_interpreter": setting.python}}


def members_of(size: int) -> str:
    """What the task is called that manages so many members."""
    return f"elb_pool_members ({size:,} members)"


class Secure(NamedTuple):
    """A service over TLS."""

    url: str
    #: The CAs to trust.
    bundle: Path


@contextmanager
def https(setting: Setting) -> Iterator[Secure]:
    """An emulator over TLS, with the pool. The same keys are valid there."""
    folder = setting.home / "https"
    folder.mkdir()
    made = certificate(folder)
    with start(validate_responses=False, tls_cert=made.chain, tls_key=made.key) as emulator:
        emulator.seed(POOL)
        yield Secure(emulator.url, made.bundle)


@contextmanager
def moto(setting: Setting) -> Iterator[dict[str, str]]:
    """moto's server, which stands for AWS; gives the variables that lead boto3 to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [str(setting.ansible / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    env = {"PATH": os.environ["PATH"], "HOME": str(setting.home)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{url}/moto-api/", timeout=30).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-central-1"}
    finally:
        process.terminate()
        process.wait()
