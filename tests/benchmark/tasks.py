# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""What a task that changes nothing costs, as the engine sees it: ours, and those that one would compare it with."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..playbooks.engine import Engine, Task, task
from .setting import POOL, Json, Setting, entries

AWS = "community.aws.elb_target_group"
LOOP = "elb_member, in a loop"


def seconds(setting: Setting, rounds: int, looped: int, many: int) -> dict[str, list[float]]:
    """The seconds of each task; the tasks take turns, so that whatever else this machine does meets all of them.

    ``looped``: how many members the loop has, and the one task to compare with it; ``many``: a larger pool.
    """
    pool = setting.pool(entries(looped))
    (larger,) = setting.emulator.seed({**POOL, "name": "larger", "loadbalancer_id": setting.emulator.loadbalancer("demo")})
    setting.emulator.seed_members(larger["id"], *entries(many))
    with moto(setting) as aws:
        home = setting.home / "engine"
        home.mkdir()
        engine = Engine(home, {**setting.env, **aws}, setting.ansible)
        # The collections of the package `ansible` are found beside these.
        vpc = engine.run("amazon.aws.ec2_vpc_net", name="benchmark", cidr_block="10.0.0.0/16")
        assert not vpc.failed, vpc
        names, tasks = zip(*_tasks(setting, pool, larger["id"], vpc["vpc"]["id"], looped, many), strict=True)
        # The first round makes what has to be there, and fills the engine's caches.
        play = {"hosts": "all", "gather_facts": False, "vars": {"few": entries(looped), "many": entries(many)}}
        path = setting.home / "tasks.yml"
        # JSON is YAML, and is written a hundred times faster.
        path.write_text(json.dumps([{**play, "tasks": list(tasks) * (rounds + 1)}]), encoding="utf-8")
        played = engine.playbook(path, timeout=3600)
    measured: dict[str, list[float]] = {name: [] for name in names}
    assert len(played.results) == len(tasks) * (rounds + 1), played.output
    for number, result in enumerate(played.results):
        assert not result.failed, result
        if number >= len(names):
            assert not result.changed, result
            measured[names[number % len(names)]].append(result.seconds)
    return measured


def _tasks(setting: Setting, pool: str, larger: str, vpc: str, looped: int, many: int) -> Iterator[tuple[str, Task]]:
    member, emulator = entries(1)[0], setting.emulator
    url = f"{emulator.url}/v3/{emulator.project_id}/elb/pools/{pool}"
    yield "ansible.builtin.ping", task("ansible.builtin.ping")
    yield "ansible.builtin.uri", task("ansible.builtin.uri", url=url, headers={"X-Auth-Token": emulator.user("admin")["token"]})
    yield "elb_pool", task("elb_pool", **POOL)
    yield "elb_pool_info", task("elb_pool_info", name=[POOL["name"]])
    yield "elb_member", task("elb_member", pool=pool, **member)
    yield "elb_member_info", task("elb_member_info", pool=pool)
    yield members_of(looped), task("elb_pool_members", pool=pool, members="{{ few }}")
    yield members_of(many), task("elb_pool_members", pool=larger, members="{{ many }}")
    options: Json = {"name": "web", "protocol": "http", "port": 80, "vpc_id": vpc, "state": "present"}
    yield AWS, task(AWS, **options)
    loop: Any = {"pool": pool, **{name: f"{{{{ item.{name} }}}}" for name in member}}
    yield LOOP, task("elb_member", **loop) | {"loop": "{{ few }}"}


def members_of(size: int) -> str:
    """What the task is called that manages so many members."""
    return f"elb_pool_members ({size:,} members)"


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
