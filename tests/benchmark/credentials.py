# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""How long a task takes by its kind of credential, as a ratio to AK/SK, against a real Keystone on this machine.

    .venv/bin/python -m tests.benchmark.credentials [--rounds N]

Each kind plays as many tasks as there are rounds in one playbook; what a playbook without tasks of ours takes is subtracted. The kinds take
turns, so that whatever else this machine does meets all of them, and the least of a kind's times counts. The second ratio is of
the processor's time that the play took, without Keystone's and the emulator's: a machine that does something else does not change it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import trustme
import yaml

from ..emulator.client import start
from ..keystone.conftest import DOMAIN, PASSWORD, PROJECT
from ..keystone.server import Keystone
from ..playbooks.engine import Engine, task

TURNS = 3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kinds = prepare(stack, home)
        (home / "engine").mkdir()
        engine = Engine(home / "engine", {})
        best: dict[str, tuple[float, float]] = {}
        for dummy in range(TURNS):
            for kind, (options, env) in {"(none)": ({}, {}), **kinds}.items():
                tasks = [task("ansible.builtin.debug")] if kind == "(none)" else [task("elb_pool_info", **options)] * rounds
                begun, used = time.perf_counter(), processor()
                played = engine.play(tasks, env=env)
                spent = time.perf_counter() - begun, processor() - used
                assert not any(result.failed for result in played.results), played.output
                best[kind] = tuple(map(min, best.get(kind, spent), spent))  # type: ignore[assignment]
    idle = best.pop("(none)")
    seconds = {kind: [(mine - nobodys) / rounds for mine, nobodys in zip(spent, idle, strict=True)] for kind, spent in best.items()}
    print(f"{'':30} ratio of time, of processor's time")
    for kind, (spent_time, used_time) in seconds.items():
        ratios = spent_time / seconds["AK/SK"][0], used_time / seconds["AK/SK"][1]
        print(f"{kind:30} {ratios[0]:5.2f} {ratios[1]:5.2f}  ({spent_time * 1000:.0f} ms, {used_time * 1000:.0f} ms a task)")


def processor() -> float:
    """Seconds that children took which have ended."""
    times = os.times()
    return times.children_user + times.children_system


def prepare(stack: ExitStack, home: Path) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    """Starts what is needed; gives each kind's options and environment."""
    issued = trustme.CA().issue_cert("127.0.0.1")
    certificate = (home / "server.pem", home / "server.key")
    issued.cert_chain_pems[0].write_to_path(str(certificate[0]))
    issued.private_key_pem.write_to_path(str(certificate[1]))
    (home / "keystone").mkdir()
    keystone = stack.enter_context(Keystone(home / "keystone", certificate))
    domain = keystone.create("domain", name=DOMAIN)
    project = keystone.create("project", name=PROJECT, domain_id=domain)
    user = keystone.create("user", name="operator", password=PASSWORD, domain_id=domain)
    keystone.grant(user, project)
    identity = {"methods": ["password"], "password": {"user": {"id": user, "password": PASSWORD}}}
    scoped = keystone.token(identity, {"project": {"id": project}})
    body = {"application_credential": {"name": "ansible"}}
    made = keystone.call("POST", f"/users/{user}/application_credentials", body, **{"X-Auth-Token": scoped})["application_credential"]
    config = {"project_id": project, "keystone": {"auth_url": keystone.url, "roles": {"member": "admin"}}}
    emulator = stack.enter_context(start(config, validate_responses=False))
    keystone.endpoints("elbv3", {("eu-de", "public"): f"{emulator.url}/v3/$(project_id)s"})
    auth = {"auth_url": keystone.url, "username": "operator", "password": PASSWORD, "user_domain_name": DOMAIN, "project_name": PROJECT}
    admin = emulator.user("admin")
    keys = {"access_key": admin["access_key"], "secret_key": admin["secret_key"], "project_id": project}
    override = {"elbv3_endpoint_override": emulator.url}
    path = home / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"team": {"auth": auth}, "keys": {"auth": keys, **override}}}), encoding="utf-8")
    file = {"OS_CLIENT_CONFIG_FILE": str(path)}
    application = {"application_credential_id": made["id"], "application_credential_secret": made["secret"]}
    return {
        "AK/SK": ({**keys, "endpoint": emulator.url}, {}),
        "auth_token": ({"auth_token": scoped, "project_id": project, "endpoint": emulator.url}, {}),
        "auth: password": ({"auth": auth}, {}),
        "auth: application credential": ({"auth": {"auth_url": keystone.url, **application}}, {}),
        "auth: token": ({"auth": {"auth_url": keystone.url, "token": scoped, "project_id": project}}, {}),
        "cloud: password": ({"cloud": "team"}, file),
        "cloud: AK/SK": ({"cloud": "keys"}, file),
    }


if __name__ == "__main__":
    main()
