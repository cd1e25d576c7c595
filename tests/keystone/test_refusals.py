# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages if no token can be obtained."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from ..playbooks.engine import Engine
from ..result import Result
from ..unit.inprocess import call
from .conftest import DOMAIN, PASSWORD, PROJECT, Cloud
from .test_kinds import play

WRONG = "refuses the credential (status 401)"
Cases = dict[str, tuple[dict[str, Any], list[str]]]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def all_explained(cases: Cases, results: Mapping[str, Result]) -> None:
    assert [name for name in cases if not results[name].failed] == []
    said = {name: results[name]["msg"] for name in cases}
    assert {name: said[name] for name, (dummy, words) in cases.items() if not all(word in said[name] for word in words)} == {}
    # A response has a request ID for the support.
    answered = {name: results[name] for name in cases if "status 40" in said[name]}
    assert {name: result for name, result in answered.items() if not (result.get("status") and result.get("request_id"))} == {}


def test_through_playbooks(cloud: Cloud, engine: Engine) -> None:
    auth, url = cloud.auth, cloud.keystone.url
    revoked, used = cloud.token(), cloud.token()
    cloud.keystone.revoke(revoked)
    cloud.keystone.revoke(used)
    token = {"auth_url": url, "token": revoked, "project_id": cloud.project_id}
    cases: Cases = {
        "wrong password": ({"auth": {**auth, "password": "wrong-password"}}, [WRONG, url, "'operator'", DOMAIN, PROJECT]),
        "no role in the project": ({"auth": {**auth, "project_name": "eu-de_other"}}, [WRONG, "project 'eu-de_other'", "role"]),
        "revoked token": ({"auth": token}, ["status 404", "revoked"]),
        "revoked token, used as it is": (
            {"auth_token": used, "project_id": cloud.project_id, "endpoint": cloud.emulator.url},
            ["Could not list pools", "401", "Check that the token"],
        ),
    }
    played = play(engine, {name: (options, {}) for name, (options, dummy) in cases.items()}, verbosity=3)
    all_explained(cases, {result.task: result for result in played.results})
    assert "Traceback" not in played.output
    secrets = [PASSWORD, "wrong-password", revoked, used]
    assert [secret for secret in secrets if secret in played.output or secret in str(played.results)] == []


def test_every_refusal(cloud: Cloud) -> None:
    auth, url = cloud.auth, cloud.keystone.url
    credential = {"application_credential_id": cloud.application_credential["id"]}
    secret = {"application_credential_secret": cloud.application_credential["secret"]}
    closed = f"http://127.0.0.1:{closed_port()}/v3"
    cases: Cases = {
        "unknown user": ({"auth": {**auth, "username": "unknown"}}, [WRONG, "'unknown'"]),
        "unknown domain": ({"auth": {**auth, "user_domain_name": "nowhere"}}, [WRONG, "'nowhere'"]),
        "unknown project": ({"auth": {**auth, "project_name": "nothing"}}, [WRONG, "project 'nothing'"]),
        "wrong secret": (
            {"auth": {"auth_url": url, **credential, "application_credential_secret": "wrong-secret"}},
            [WRONG, "application credential"],
        ),
        "token of another project": (
            {"auth_token": cloud.token(), "project_id": cloud.other_project_id, "endpoint": cloud.emulator.url},
            ["Could not list pools", "Check project_id"],
        ),
        "application credential of another project": (
            {"auth": {"auth_url": url, **credential, **secret}, "project_id": cloud.other_project_id},
            ["bound to the project", cloud.project_id, cloud.other_project_id],
        ),
        "no project": ({"auth": {**auth, "project_name": ""}}, ["not for a project", "project_name"]),
        "connection refused": (
            {"auth": {**auth, "auth_url": closed}, "timeout": 0.1},
            ["cannot be reached (Connection refused)", closed, "auth_url"],
        ),
        "wrong path": ({"auth": {**auth, "auth_url": url + "/x/v3"}}, ["status 404", "Check auth_url"]),
        "no such region": ({"auth": auth, "region_name": "eu-ch2"}, ["in region 'eu-ch2'", "eu-de, eu-nl", "region_name"]),
        "region of the catalog": ({"auth": auth, "region_name": "eu-nl", "timeout": 0.1}, ["127.0.0.1:9", "Could not list pools"]),
        "no such interface": ({"auth": auth, "interface": "admin"}, ["no admin endpoint", "internal, public"]),
    }
    all_explained(cases, {name: call("elb_pool_info", **options) for name, (options, dummy) in cases.items()})
