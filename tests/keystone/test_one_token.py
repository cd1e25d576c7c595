# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One token for a run: what Keystone gave a task in Ansible's own process serves the others, in forks, too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..playbooks.engine import Engine, task
from .conftest import Cloud
from .test_kinds import openrc

READ = task("elb_pool_info")
# Where the tokens of a run are, and how they are kept.
LOOK = task("ansible.builtin.command", cmd="find {{ lookup('env', 'HOME') }}/.ansible/tmp -name 'otc-elb-token-*' -printf '%m %f %s\\n'")


def kept(result: dict[str, Any]) -> list[str]:
    return [line.split()[0] for line in result["stdout_lines"]]


def test_tasks_one_after_the_other(cloud: Cloud, engine: Engine) -> None:
    before = cloud.keystone.issued()
    played = engine.play([READ, READ | {"loop": [1, 2, 3]}, READ | {"environment": {"OS_REGION_NAME": "eu-de"}}, LOOK], env=openrc(cloud))
    assert not any(result.failed for result in played.results), played.output
    assert kept(played.results[-1]) == ["600"]
    assert cloud.keystone.issued() - before == 1
    assert not list(Path(engine.home).rglob("otc-elb-token-*")), "a token is left"
    assert not re.search("gAAAA", played.output)


def test_twenty_forks_at_once(cloud: Cloud, engine: Engine) -> None:
    """Each of the first has to get one itself; in the end there is one, whole."""
    hosts = [f"web-{number}" for number in range(20)]
    before = cloud.keystone.issued()
    # This Keystone answers one request after the other.
    patient = task("elb_pool_info", api_timeout=120)
    played = engine.play([patient, patient, LOOK | {"run_once": True}], env=openrc(cloud), hosts=hosts, forks=20)
    assert [result["msg"] for result in played.results if result.failed] == []
    assert kept(played.results[-1]) == ["600"]
    assert cloud.keystone.issued() - before <= 20
    assert len(cloud.seen()) == 40


def test_a_token_that_is_refused_is_renewed_for_all(cloud: Cloud, engine: Engine) -> None:
    cloud.emulator.fault("expire", skip=1, times=1)
    before = cloud.keystone.issued()
    played = engine.play([READ, READ, READ], env=openrc(cloud))
    assert not any(result.failed for result in played.results), played.output
    assert [status for dummy, status in cloud.seen()] == [200, 401, 200, 200]
    assert cloud.keystone.issued() - before == 2


def test_another_credential_has_its_own(cloud: Cloud, engine: Engine) -> None:
    credential = {
        "OS_AUTH_URL": cloud.keystone.url,
        "OS_AUTH_TYPE": "v3applicationcredential",
        "OS_APPLICATION_CREDENTIAL_ID": cloud.application_credential["id"],
        "OS_APPLICATION_CREDENTIAL_SECRET": cloud.application_credential["secret"],
    }
    played = engine.play([READ | {"environment": openrc(cloud)}, READ | {"environment": credential}, LOOK])
    assert not any(result.failed for result in played.results), played.output
    assert kept(played.results[-1]) == ["600", "600"]
