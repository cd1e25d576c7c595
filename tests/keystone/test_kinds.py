# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to authenticate, through ansible-playbook and against a real Keystone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from ansible_collections.otc.elb.plugins.module_utils._auth import connect as _credentials
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline

from .. import awx
from ..playbooks.engine import Engine, PlayRun, task
from ..unit.inprocess import call
from .conftest import DOMAIN, PASSWORD, PROJECT, Cloud

Tasks = dict[str, tuple[dict[str, Any], dict[str, str]]]


def play(engine: Engine, tasks: Tasks, env: dict[str, str] | None = None, **how: Any) -> PlayRun:
    """Reads the pools once for each: its options, and the variables of its environment."""
    named = [task("elb_pool_info", **options) | {"name": name, "environment": variables} for name, (options, variables) in tasks.items()]
    return engine.play(named, env=env, **how)


def all_succeed(cloud: Cloud, tasks: Tasks, env: dict[str, str] | None = None, engine: Engine | None = None) -> None:
    """Through the engine; without one in this process, where a task costs a tenth of the time."""
    if engine is not None:
        results = {result.task: result for result in play(engine, tasks, env).results}
    else:
        results = {name: call("elb_pool_info", env={**(env or {}), **variables}, **options) for name, (options, variables) in tasks.items()}
    assert {name: result["msg"] for name, result in results.items() if result.failed} == {}
    assert list(results) == list(tasks)
    assert cloud.seen() == [("elb:pools:list", 200)] * len(tasks)


def openrc(cloud: Cloud, **changes: str) -> dict[str, str]:
    """The variables of an openrc file."""
    variables = {
        "OS_AUTH_URL": cloud.keystone.url,
        "OS_USERNAME": "operator",
        "OS_PASSWORD": PASSWORD,
        "OS_USER_DOMAIN_NAME": DOMAIN,
        "OS_PROJECT_NAME": PROJECT,
        "OS_PROJECT_DOMAIN_NAME": DOMAIN,
        "OS_IDENTITY_API_VERSION": "3",
        "OS_INTERFACE": "public",
    }
    return {name: value for name, value in {**variables, **changes}.items() if value}


def test_options(cloud: Cloud) -> None:
    url, credential = cloud.keystone.url, cloud.application_credential
    password = cloud.auth
    unscoped = cloud.keystone.token(cloud.identity)
    by_id = {"auth_url": url, "application_credential_id": credential["id"], "application_credential_secret": credential["secret"]}
    by_name = {
        "auth_url": url,
        "application_credential_name": credential["name"],
        "application_credential_secret": credential["secret"],
        "username": "operator",
        "user_domain_name": DOMAIN,
    }
    scope = {"project_name": PROJECT, "project_domain_name": DOMAIN}
    all_succeed(
        cloud,
        {
            "password": ({"auth": password}, {}),
            "password, named": ({"auth": password, "auth_type": "password"}, {}),
            "password, by IDs": (
                {"auth": {"auth_url": url, "user_id": cloud.user_id, "password": PASSWORD}, "project_id": cloud.project_id},
                {},
            ),
            "password, other names": (
                {"auth": {"auth-url": url, "username": "operator", "password": PASSWORD, "domain-name": DOMAIN, "tenant_name": PROJECT}},
                {},
            ),
            "Keystone's root": ({"auth": {**password, "auth_url": url.removesuffix("/v3") + "/"}}, {}),
            "token": ({"auth": {"auth_url": url, "token": unscoped, **scope}, "auth_type": "token"}, {}),
            "token, v3": ({"auth": {"auth_url": url, "token": unscoped, **scope}, "auth_type": "v3token"}, {}),
            "token, not named": ({"auth": {"auth_url": url, "token": unscoped, **scope}}, {}),
            "application credential": ({"auth": by_id, "auth_type": "v3applicationcredential"}, {}),
            "application credential, not named": ({"auth": by_id}, {}),
            "application credential, by name": ({"auth": by_name}, {}),
            "auth_token": ({"auth_token": cloud.token(), "project_id": cloud.project_id, "endpoint": cloud.emulator.url}, {}),
            "cloud": ({"cloud": {"auth": password, "region_name": "eu-de"}}, {}),
            "endpoint": ({"auth": password, "endpoint": cloud.emulator.url, "region_name": "eu-nl"}, {}),
            "interface": ({"auth": password, "interface": "internal", "region_name": "eu-de"}, {}),
        },
    )
    hosts = [entry["headers"]["host"].partition(":")[0] for entry in cloud.emulator.requests()]
    assert hosts == ["127.0.0.1"] * (len(hosts) - 1) + ["localhost"]


def test_environment(cloud: Cloud) -> None:
    credential = cloud.application_credential
    no_user = {"OS_USERNAME": "", "OS_PASSWORD": "", "OS_PROJECT_NAME": "", "OS_USER_DOMAIN_NAME": ""}
    application = {"OS_APPLICATION_CREDENTIAL_ID": credential["id"], "OS_APPLICATION_CREDENTIAL_SECRET": credential["secret"]}
    by_id = {"OS_PROJECT_NAME": "", "OS_PROJECT_ID": cloud.project_id}
    exchanged = {"OS_TOKEN": cloud.keystone.token(cloud.identity), "OS_PROJECT_ID": cloud.project_id}
    direct = {"OS_TOKEN": cloud.token(), "OS_PROJECT_ID": cloud.project_id, "OTC_ELB_ENDPOINT": cloud.emulator.url}
    all_succeed(
        cloud,
        {
            "password": ({}, openrc(cloud)),
            "project by ID": ({}, openrc(cloud, **by_id)),
            "old names": ({}, openrc(cloud, OS_PROJECT_NAME="", OS_TENANT_NAME=PROJECT, OS_USER_DOMAIN_NAME="", OS_DOMAIN_NAME=DOMAIN)),
            "application credential": ({}, openrc(cloud, **no_user, **application, OS_AUTH_TYPE="v3applicationcredential")),
            "application credential, not named": ({}, openrc(cloud, **no_user, **application)),
            "token to exchange": ({}, openrc(cloud, **{**no_user, **exchanged}, OS_AUTH_TYPE="v3token")),
            "token to use as it is": ({}, openrc(cloud, **{**no_user, **direct})),
            "internal": ({}, openrc(cloud, OS_INTERFACE="internalURL", OS_REGION_NAME="eu-de")),
            # Options beat the environment, each by itself.
            "password from the environment": ({"auth": {"project_name": PROJECT}}, openrc(cloud, OS_PROJECT_NAME="eu-de_other")),
            "project by option": ({"project_id": cloud.project_id}, openrc(cloud, OS_PROJECT_NAME="eu-de_other")),
        },
    )


def entries(cloud: Cloud) -> dict[str, Any]:
    """A clouds.yaml with entries of all shapes."""
    credential, temporary = cloud.application_credential, cloud.emulator.user("temp")
    whole = {"auth": cloud.auth, "region_name": "eu-de", "interface": "public"}
    short = {"ak": temporary["access_key"], "sk": temporary["secret_key"], "security_token": temporary["security_token"]}
    override = {"elbv3_endpoint_override": f"{cloud.emulator.url}/v3/{cloud.project_id}"}
    application = {"application_credential_id": credential["id"], "application_credential_secret": credential["secret"]}
    token = {"auth_url": cloud.keystone.url, "token": cloud.token(), "project_id": cloud.project_id}
    return {
        "whole": whole,
        "no-password": {**whole, "auth": {name: value for name, value in cloud.auth.items() if name != "password"}},
        "no-project": {**whole, "auth": {**cloud.auth, "project_name": "eu-de_other"}},
        "old": {**cloud.auth, "region_name": "eu-de"},
        "of-profile": {"profile": "team", "auth": {"username": "operator", "password": PASSWORD, "project_id": cloud.project_id}},
        "application": {"auth_type": "v3applicationcredential", "auth": {"auth_url": cloud.keystone.url, **application}},
        "token": {"auth_type": "token", "auth": token},
        "overridden": {**whole, "region_name": "eu-nl", **override},
        "elsewhere": {**whole, "region_name": "eu-nl"},
        "internal": {**whole, "interface": "internal"},
        "regions": {"auth": cloud.auth, "regions": [{"name": "eu-nl"}, {"name": "eu-de", "values": {"interface": "internal"}}]},
        "keys": {"auth": {**keys(cloud), "project_id": cloud.project_id}, **override},
        "temporary-keys": {"auth": {**short, "project_id": cloud.project_id}, **override},
        "keys-outside": {**short, **override},
        "keys-for-others": {**whole, "ak": "AK of another service", "sk": "SK of another service"},
    }


def keys(cloud: Cloud) -> dict[str, str]:
    user = cloud.emulator.user("admin")
    return {"access_key": user["access_key"], "secret_key": user["secret_key"]}


def test_entries_of_clouds_yaml(cloud: Cloud, clouds_yaml: Callable[..., Path]) -> None:
    path = clouds_yaml(entries(cloud))
    override = {"elbv3_endpoint_override": f"{cloud.emulator.url}/v3/{cloud.project_id}"}
    all_succeed(
        cloud,
        {
            "by option": ({"cloud": "whole"}, {}),
            "by environment": ({}, {"OS_CLOUD": "whole"}),
            "top level": ({"cloud": "old"}, {}),
            "application credential": ({"cloud": "application"}, {}),
            "token": ({"cloud": "token"}, {}),
            "elbv3_endpoint_override": ({"cloud": "overridden"}, {}),
            "AK/SK for other services": ({"cloud": "keys-for-others"}, {}),
            "AK/SK": ({"cloud": "keys"}, {}),
            "temporary AK/SK": ({}, {"OS_CLOUD": "temporary-keys"}),
            "AK/SK outside of auth": ({"cloud": "keys-outside", "project_id": cloud.project_id}, {}),
            "AK/SK of a dict": ({"cloud": {"auth": {**keys(cloud), "project_id": cloud.project_id}, **override}}, {}),
            # An option beats the entry.
            "project by option": ({"cloud": "no-project", "project_id": cloud.project_id}, {}),
            "project by auth": ({"cloud": "no-project", "auth": {"project_name": PROJECT}}, {}),
            # As openstacksdk's command line asks for a password that is missing.
            "password by environment": ({}, {"OS_CLOUD": "no-password", "OS_PASSWORD": PASSWORD}),
            "auth over OS_CLOUD": ({"auth": {"password": PASSWORD}}, {"OS_CLOUD": "no-password"}),
            "region by option": ({"cloud": "regions", "region": "eu-de"}, {"OS_REGION_NAME": "eu-nl"}),
            # As openstacksdk reads an entry, variables are of another cloud.
            "leftovers": ({"cloud": "whole"}, openrc(cloud, OS_PASSWORD="of another cloud", OS_PROJECT_NAME="eu-de_other")),
            "project_name beats an ID": ({"auth": {"project_name": PROJECT}}, openrc(cloud, OS_PROJECT_ID=cloud.other_project_id)),
            "region by environment": ({"cloud": "regions"}, {"OS_REGION_NAME": "eu-de"}),
            "another region than the entry's": ({"cloud": "elsewhere"}, {"OS_REGION_NAME": "eu-de"}),
            "interface": ({"cloud": "internal"}, {}),
        },
        {"OS_CLIENT_CONFIG_FILE": str(path)},
    )
    sent = [entry["headers"] for entry in cloud.emulator.requests()]
    assert [headers["host"].startswith("localhost:") for headers in sent[-6:]] == [True, False, False, True, False, True]
    assert [headers["authentication"] for headers in sent[7:11]] == [
        ["signature"],
        ["signature", "security-token"],
        ["signature", "security-token"],
        ["signature"],
    ]
    assert {tuple(headers["authentication"]) for headers in sent[:7] + sent[11:]} == {("token",)}


def test_through_playbooks(cloud: Cloud, engine: Engine, clouds_yaml: Callable[..., Path]) -> None:
    """Each way that people use, as they use it."""
    url, credential = cloud.keystone.url, cloud.application_credential
    path = clouds_yaml(entries(cloud), "files/any.yaml")
    secure = clouds_yaml({"no-password": {"auth": {"password": PASSWORD}}}, "files/any-secure.yaml")
    # The files beside clouds.yaml are looked for where openstacksdk does.
    profile = {"auth": {"auth_url": url, "user_domain_name": DOMAIN}, "region_name": "eu-de"}
    clouds_yaml({"team": profile}, "config/openstack/clouds-public.yaml", "public-clouds")
    home = {"XDG_CONFIG_HOME": str(path.parents[1] / "config")}
    clouds_yaml({"mine": {"auth": cloud.auth, "region_name": "eu-de"}}, "config/openstack/clouds.yaml")
    files = {"OS_CLIENT_CONFIG_FILE": str(path), "OS_CLIENT_SECURE_FILE": str(secure), **home}
    application = {
        "auth_url": url,
        "application_credential_id": credential["id"],
        "application_credential_secret": credential["secret"],
    }
    token = {"auth_url": url, "token": cloud.keystone.token(cloud.identity), "project_name": PROJECT, "project_domain_name": DOMAIN}
    dict_of_profile = {"profile": "team", "auth": {"username": "operator", "password": PASSWORD, "project_id": cloud.project_id}}
    all_succeed(
        cloud,
        {
            "password": ({"auth": cloud.auth, "region_name": "eu-de"}, {}),
            "token": ({"auth": token, "auth_type": "token"}, {}),
            "application credential": ({"auth": application, "auth_type": "v3applicationcredential"}, {}),
            "auth_token": ({"auth_token": cloud.token(), "project_id": cloud.project_id, "endpoint": cloud.emulator.url}, {}),
            "AK/SK": ({**keys(cloud), "project_id": cloud.project_id, "endpoint": cloud.emulator.url}, {}),
            "environment": ({}, openrc(cloud)),
            "OS_CLOUD": ({}, {**files, "OS_CLOUD": "whole"}),
            "secure.yaml": ({"cloud": "no-password"}, files),
            "profile": ({"cloud": "of-profile"}, files),
            "profile of a dict": ({"cloud": dict_of_profile}, home),
            "AK/SK of an entry": ({"cloud": "temporary-keys"}, files),
            "a file in its usual place": ({"cloud": "mine"}, home),
            "the only entry, as openstacksdk takes it": ({}, home),
            "auth over the only entry": ({"auth": {"project_name": PROJECT}}, home),
            "interface of an entry": ({"cloud": "internal"}, files),
        },
        engine=engine,
    )
    assert cloud.emulator.requests()[-1]["headers"]["host"].startswith("localhost:")


def test_awx(cloud: Cloud, engine: Engine, clouds_yaml: Callable[..., Path]) -> None:
    """The file that AWX's credential type "OpenStack" writes; its path is all that AWX sets.

    Source: _openstack_data in AWX's awx_plugins/credentials/injectors.py.
    """
    auth = {"auth_url": cloud.keystone.url, "username": "operator", "password": PASSWORD, "project_name": PROJECT}
    one = {"devstack": {"auth": {**auth, "domain_name": DOMAIN}, "verify": True}}
    other = {"devstack": {"auth": {**auth, "project_domain_name": DOMAIN, "domain_name": DOMAIN}, "verify": False, "region_name": "eu-de"}}
    files = [str(clouds_yaml(content, name)) for content, name in ((one, "tmp1"), (other, "tmp2"))]
    all_succeed(cloud, {path: ({}, {"OS_CLIENT_CONFIG_FILE": path}) for path in files}, engine=engine)


def test_a_job_of_awx(cloud: Cloud, engine: Engine, clouds_yaml: Callable[..., Path], tmp_path: Path) -> None:
    """As AWX starts it: the file is beside the job's environment, and only the job knows of it."""
    auth = {"auth_url": cloud.keystone.url, "username": "operator", "password": PASSWORD, "project_name": PROJECT, "domain_name": DOMAIN}
    path = clouds_yaml({"devstack": {"auth": auth, "verify": True}}, "job/env/tmp1")
    member = {"name": "web-1", "address": "192.168.0.11", "protocol_port": 80, "weight": 3}
    (pool,) = cloud.emulator.seed({"name": "web", "protocol": "HTTP", "members": [member]})
    variables = {"elb_members": [{**member, "id": pool["members"][0], "pool_id": pool["id"], "pool_name": "web"}]}
    job = awx.run(
        engine,
        tmp_path / "job",
        Path(__file__).parents[2] / "docs" / "examples" / "awx",
        "weight.yml",
        env={"OS_CLIENT_CONFIG_FILE": str(path)},
        inventory={"all": {"hosts": ["web-1"]}, "_meta": {"hostvars": {"web-1": variables}}},
        extra_vars={"survey_pool": "web", "survey_weight": 7, "survey_wait": "no"},
    )
    assert job.rc == 0, job.traces
    (result,) = job.results("runner_item_on_ok")
    assert (result["changed"], result["member"]["weight"]) == (True, 7)
    assert cloud.seen() == [("elb:members:get", 200), ("elb:members:put", 200)]
    assert PASSWORD not in job.traces
    # Nor as JSON writes it.
    assert PASSWORD.replace('"', '\\"') not in job.traces


def test_a_token_that_expires_is_renewed_once(cloud: Cloud, engine: Engine) -> None:
    fixed = {"auth_token": cloud.token(), "project_id": cloud.project_id, "endpoint": cloud.emulator.url}
    web = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    # The lookups pass, the change meets the expired token.
    cloud.emulator.fault("expire", times=1, method="POST")
    created, *refused = engine.play(
        [
            task("elb_pool", auth=cloud.auth, **web),
            task("elb_pool_info", auth=cloud.auth, name=["x"]),
            task("elb_pool_info", **fixed),
        ]
    ).results
    assert created.changed, created["msg"]
    assert [result.failed for result in refused] == [False, False]
    assert [status for action, status in cloud.seen() if action == "elb:pools:create"] == [401, 201]

    cloud.emulator.reset()
    cloud.emulator.fault("expire", times=None)
    results = play(engine, {"refused for ever": ({"auth": cloud.auth}, {}), "no renewal possible": (fixed, {})}).results
    assert [result["status"] for result in results] == [401, 401]
    assert cloud.seen() == [("elb:pools:list", 401)] * 3


def test_a_revoked_token_is_replaced_by_another(cloud: Cloud) -> None:
    connection = _credentials.connect({"api_timeout": 30.0, "auth": cloud.auth}, Deadline(180.0))

    def ask() -> tuple[str, int]:
        endpoint, project_id = connection.locate()
        url = f"{endpoint}/v3/{project_id}/elb/pools"
        prepared = connection.auth(requests.Request("GET", url).prepare())
        with requests.Session() as session:
            return prepared.headers["X-Auth-Token"], session.send(prepared).status_code

    first, status = ask()
    assert status == 200
    cloud.keystone.revoke(first)
    assert ask() == (first, 401)
    assert connection.renew is not None
    assert connection.renew()
    second, status = ask()
    assert status == 200
    assert second != first
    assert {first, second, PASSWORD} <= connection.secrets


def test_a_token_that_cannot_be_renewed(cloud: Cloud) -> None:
    """One that was exchanged for a token which is revoked meanwhile."""
    source = cloud.keystone.token(cloud.identity)
    options = {"api_timeout": 30.0, "auth": {"auth_url": cloud.keystone.url, "token": source}, "project_id": cloud.project_id}
    connection = _credentials.connect(options, Deadline(180.0))
    cloud.keystone.revoke(source)
    assert connection.renew is not None
    assert not connection.renew()
