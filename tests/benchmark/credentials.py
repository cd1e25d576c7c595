# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task takes with a password in clouds.yaml, against a real Keystone on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from ..keystone.conftest import DOMAIN, PASSWORD, PROJECT
from ..keystone.server import Keystone
from ..playbooks.engine import task
from .bulk import service
from .setting import Setting, certificate
from .tasks import DEBUG, ORDINARY, QUICK, Seconds, interpreter, named, ordinary, play

CLOUD = "elb_pool_info, clouds.yaml with a password"
FIRST = CLOUD + ", the first of a run"
OPENSTACK = "openstack.cloud.project_info, the same credential"


def seconds(setting: Setting, rounds: int) -> Seconds:
    """The seconds of a task that gets a token, of those that follow it, and of a module of ``openstack.cloud``."""
    with clouds(setting.home) as file:
        ours = named(CLOUD, task("elb_pool_info", cloud="team"))
        quick = [named(DEBUG, task(DEBUG)), ours] * QUICK
        slow = [ordinary(named(CLOUD + ORDINARY, task("elb_pool_info", cloud="team")))]
        slow.append(named(OPENSTACK, task("openstack.cloud.project_info", cloud="team") | interpreter(setting)))
        tasks = [named("start", task(DEBUG)), named(FIRST, ours), *(quick + slow) * rounds]
        played = play(setting, tasks, {"OS_CLIENT_CONFIG_FILE": str(file)})
    found: Seconds = {}
    for before, result, one in zip(played, played[1:], tasks[1:], strict=False):
        assert not result.failed, result
        found.setdefault(one["name"], []).append(result.ended - before.ended)
    return found


@contextmanager
def clouds(home: Path) -> Iterator[Path]:
    """Keystone, a service in its catalog, and a clouds.yaml with a password."""
    made = certificate(home)
    (home / "keystone").mkdir()
    with Keystone(home / "keystone", (made.chain, made.key)) as keystone:
        domain = keystone.create("domain", name=DOMAIN)
        project = keystone.create("project", name=PROJECT, domain_id=domain)
        user = keystone.create("user", name="operator", password=PASSWORD, domain_id=domain)
        # Only an administrator may list projects, which is what the other module does.
        keystone.grant(user, project, "admin")
        # The emulator would ask Keystone about each token.
        with service(home, 0) as url:
            keystone.endpoints("elbv3", {("eu-de", "public"): f"{url}/v3/$(project_id)s"})
            keystone.endpoints("identity", {("eu-de", "public"): keystone.url})
            auth: dict[str, Any] = {"auth_url": keystone.url, "username": "operator", "password": PASSWORD, "user_domain_name": DOMAIN}
            auth |= {"project_name": PROJECT, "project_domain_name": DOMAIN}
            file = home / "clouds.yaml"
            file.write_text(yaml.safe_dump({"clouds": {"team": {"auth": auth, "region_name": "eu-de"}}}), encoding="utf-8")
            yield file
