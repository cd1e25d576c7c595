# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is shown, whatever kind of credential it belongs to and however the task ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ..playbooks.engine import Engine, Task, task
from .conftest import PASSWORD, Cloud
from .test_kinds import keys, openrc

#: What each token of Keystone's begins with.
FERNET = "gAAAAA"
KINDS = (
    "AK/SK",
    "temporary AK/SK",
    "auth_token",
    "password",
    "password as a string",
    "token",
    "application credential",
    "cloud",
    "cloud with AK/SK",
    "environment",
    "clouds.yaml",
)


def credentials(cloud: Cloud, clouds_yaml: Callable[..., Path]) -> dict[str, tuple[dict[str, Any], dict[str, str], list[str]]]:
    """Of each kind the options, the environment and the secrets."""
    url, credential, temporary = cloud.keystone.url, cloud.application_credential, cloud.emulator.user("temp")
    direct = {"project_id": cloud.project_id, "endpoint": cloud.emulator.url}
    pair = keys(cloud)
    short = {"ak": temporary["access_key"], "sk": temporary["secret_key"], "security_token": temporary["security_token"]}
    entry = {"auth": {**short, "project_id": cloud.project_id}, "elbv3_endpoint_override": cloud.emulator.url}
    exchanged, used = cloud.keystone.token(cloud.identity), cloud.token()
    plain = "plain-password"
    path = clouds_yaml({"mine": {"auth": cloud.auth}})
    application = {"application_credential_id": credential["id"], "application_credential_secret": credential["secret"]}
    as_string = f"auth_url={url} username=operator password={plain} user_domain_name=Default project_name=x"
    temporary_keys = {"access_key": short["ak"], "secret_key": short["sk"], "security_token": short["security_token"]}
    temporary_secrets = [short["sk"], short["security_token"]]
    return {
        "AK/SK": ({**pair, **direct}, {}, [pair["access_key"], pair["secret_key"]]),
        "temporary AK/SK": ({**temporary_keys, **direct}, {}, temporary_secrets),
        "auth_token": ({"auth_token": used, **direct}, {}, [used]),
        "password": ({"auth": cloud.auth}, {}, [PASSWORD]),
        "password as a string": ({"auth": as_string}, {}, [plain]),
        "token": ({"auth": {"auth_url": url, "token": exchanged, "project_id": cloud.project_id}}, {}, [exchanged]),
        "application credential": ({"auth": {"auth_url": url, **application}}, {}, [credential["secret"]]),
        "cloud": ({"cloud": {"auth": cloud.auth}}, {}, [PASSWORD]),
        "cloud with AK/SK": ({"cloud": entry}, {}, temporary_secrets),
        "environment": ({}, openrc(cloud), [PASSWORD]),
        "clouds.yaml": ({"cloud": "mine"}, {"OS_CLIENT_CONFIG_FILE": str(path)}, [PASSWORD]),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_shown(cloud: Cloud, engine: Engine, clouds_yaml: Callable[..., Path], kind: str) -> None:
    given, variables, secrets = credentials(cloud, clouds_yaml)[kind]
    works = kind != "password as a string"
    # From variables, as people have them from a vault: Ansible itself shows the lines of a playbook where a task failed.
    options = {name: f"{{{{ given.{name} }}}}" for name in given}
    web = {"name": "web", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "loadbalancer": cloud.emulator.loadbalancer("demo")}
    tasks: list[Task] = [
        # The service may return the values that it got: here in the response and the diff.
        task("elb_pool", **options, **web, description="made with {{ secret }}"),
        # Failures: the service's, a validation of Ansible's, and no way there.
        task("elb_pool", **options, name="{{ secret }}", description="x"),
        task("elb_pool", **options, name="web", no_such_option=True),
        task("elb_pool_info", **{**options, "endpoint": "http://127.0.0.1:9", "timeout": 0.1}),
    ]
    played = engine.play(tasks, env=variables, diff=True, verbosity=3, extra_vars={"given": given, "secret": secrets[-1]})
    assert [result.failed for result in played.results] == [not works, True, True, True]
    everything = played.output + json.dumps(played.results)
    for secret in (*secrets, FERNET):
        assert secret not in everything
        # As it would be inside of JSON, and of a URL.
        assert json.dumps(secret)[1:-1] not in everything
        assert quote(secret, safe="") not in everything
    if works:
        assert played.results[0]["diff"]["after"]["description"].startswith("made with ")
        assert played.results[0]["pool"]["name"] == "web"
    # A region, a user or a project is no secret: masking them would spoil results.
    if "auth" in given and works:
        assert cloud.keystone.url in json.dumps(played.results[0]["invocation"])
