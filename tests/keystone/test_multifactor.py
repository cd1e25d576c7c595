# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user whom Keystone accepts only with a password and a time-based one-time password (TOTP)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..playbooks.engine import Engine
from ..unit.inprocess import call
from .conftest import DOMAIN, PROJECT, Cloud
from .server import passcode
from .test_kinds import play
from .test_refusals import WRONG

PASSWORD = "first-factor"


@pytest.fixture(scope="module")
def key(running_cloud: Cloud) -> bytes:
    """The user's second factor."""
    keystone = running_cloud.keystone
    (domain,) = keystone.call("GET", f"/domains?name={DOMAIN}")["domains"]
    options = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}
    user = keystone.create("user", name="careful", password=PASSWORD, domain_id=domain["id"], options=options)
    keystone.grant(user, running_cloud.project_id)
    return keystone.totp(user)


def first_factor(cloud: Cloud) -> dict[str, str]:
    return {
        "auth_url": cloud.keystone.url,
        "username": "careful",
        "password": PASSWORD,
        "user_domain_name": DOMAIN,
        "project_name": PROJECT,
        "project_domain_name": DOMAIN,
    }


def test_every_way(cloud: Cloud, key: bytes, engine: Engine, clouds_yaml: Callable[..., Path]) -> None:
    one, both = first_factor(cloud), {**first_factor(cloud), "passcode": passcode(key)}
    methods = ["v3password", "v3totp"]
    kind = {"auth_type": "v3multifactor", "auth_methods": methods}
    file = {"OS_CLIENT_CONFIG_FILE": str(clouds_yaml({"both": {**kind, "auth": both}, "one": {**kind, "auth": one}}))}
    variables = {f"OS_{name.upper()}": value for name, value in both.items()}
    tasks: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
        "clouds.yaml": ({"cloud": "both"}, file),
        "OS_CLOUD": ({}, {**file, "OS_CLOUD": "both"}),
        "passcode in auth": ({"cloud": "one", "auth": {"passcode": passcode(key)}}, file),
        "passcode in the environment": ({"cloud": "one"}, {**file, "OS_PASSCODE": passcode(key)}),
        "environment": ({}, {**variables, "OS_AUTH_TYPE": "v3multifactor", "OS_AUTH_METHODS": "v3password,v3totp"}),
        "auth": ({"auth_type": "v3multifactor", "auth": {**both, "auth_methods": methods}}, {}),
        "auth, methods as text": ({"auth_type": "v3multifactor", "auth": {**both, "auth_methods": ",".join(methods)}}, {}),
        "cloud as a dict": ({"cloud": {**kind, "auth": both}}, {}),
    }
    played = play(engine, tasks)
    assert {result.task: result["msg"] for result in played.results if result.failed} == {}
    assert cloud.seen() == [("elb:pools:list", 200)] * len(tasks)
    # Keystone does not take the password alone, which proves that both factors arrived.
    alone = call("elb_pool_info", auth=one)
    assert "requires password and totp" in alone["msg"]
    assert PASSWORD not in played.output + str(played.results)


@pytest.mark.usefixtures("key")
def test_what_is_missing_or_wrong(cloud: Cloud) -> None:
    auth = {**first_factor(cloud), "auth_methods": ["v3password", "v3totp"]}
    missing = call("elb_pool_info", auth=auth, auth_type="v3multifactor")
    assert "auth.passcode is needed" in missing["msg"]
    assert "OS_PASSCODE" in missing["msg"]
    wrong = call("elb_pool_info", auth={**auth, "passcode": "secret-code"}, auth_type="v3multifactor")
    assert WRONG in wrong["msg"]
    assert "'careful'" in wrong["msg"]
    unknown = call("elb_pool_info", auth={**auth, "auth_methods": ["v3pasword"]}, auth_type="v3multifactor")
    assert "v3totp" in unknown["msg"]
    assert "auth_methods" in unknown["msg"]
    for result in (missing, wrong, unknown):
        assert PASSWORD not in str(result)
        assert "secret-code" not in str(result)
