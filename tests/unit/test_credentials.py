# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential is used, where it is sent, and the messages if it cannot be used."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests
import yaml
from openstack.config import loader

from ansible_collections.otc.elb.plugins.module_utils._auth import connect as _credentials
from ansible_collections.otc.elb.plugins.module_utils._auth.connection import Connection
from ansible_collections.otc.elb.plugins.module_utils._errors import ElbError
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline

from .inprocess import environment

CLOUD = "ansible_collections.otc.elb.plugins.module_utils._auth.cloud"
AKSK = {"access_key": "AK", "secret_key": "SK", "project_id": "p"}
AKSK_ENV = {"OS_ACCESS_KEY": "AK-env", "OS_SECRET_KEY": "SK-env", "OS_PROJECT_ID": "p-env"}
TOKEN_ENV = {"OS_AUTH_TOKEN": "token-env", "OS_PROJECT_ID": "p-env"}


PASSWORD = {"auth_url": "https://iam.example.com/v3", "username": "u", "password": "secret-p", "user_domain_name": "d", "project_name": "p"}
PASSWORD_ENV = {f"OS_{name.upper()}": value for name, value in PASSWORD.items()}


@pytest.fixture(autouse=True)
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the user's own clouds.yaml."""
    monkeypatch.setattr(loader, "CONFIG_FILES", [])
    monkeypatch.setattr(loader, "SECURE_FILES", [])


def connect(options: dict[str, Any], environ: dict[str, str]) -> Connection:
    """A connection by the options and the environment. No request is made."""
    with mock.patch.dict(os.environ, environment(environ), clear=True):
        return _credentials.connect({"api_timeout": 30.0, **options}, Deadline(options.get("timeout", 180.0)))


def headers(connection: Connection) -> dict[str, str]:
    """The headers that the credential adds to a request."""
    return dict(connection.auth(requests.Request("GET", connection.locate()[0] + "/v3").prepare()).headers)


def refusal(options: dict[str, Any], environ: dict[str, str]) -> str:
    with pytest.raises(ElbError) as caught:
        connect(options, environ)
    return caught.value.msg


def test_keys_from_options() -> None:
    connection = connect(AKSK, {})
    assert connection.locate() == ("https://elb.eu-de.otc.t-systems.com", "p")
    assert headers(connection)["Authorization"].startswith("SDK-HMAC-SHA256 Access=AK, ")
    assert headers(connection)["X-Project-Id"] == "p"
    assert connection.secrets == {"AK", "SK"}


def test_temporary_keys() -> None:
    connection = connect({**AKSK, "security_token": "temporary"}, {})
    assert headers(connection)["X-Security-Token"] == "temporary"
    assert "x-security-token" in headers(connection)["Authorization"]
    assert connection.secrets == {"AK", "SK", "temporary"}


@pytest.mark.parametrize("variable", ["OS_AUTH_TOKEN", "OS_TOKEN"])
def test_a_token_from_the_environment(variable: str) -> None:
    connection = connect({"project_id": "p"}, {variable: "token-env"})
    assert headers(connection)["X-Auth-Token"] == "token-env"
    assert connection.secrets == {"token-env"}


def test_an_option_beats_the_environment() -> None:
    assert "Access=AK," in headers(connect(AKSK, AKSK_ENV))["Authorization"]


def test_another_kind_in_the_options_beats_the_environment() -> None:
    sent = headers(connect({"auth_token": "t"}, AKSK_ENV))
    assert sent["X-Auth-Token"] == "t"
    assert "Authorization" not in sent


def test_a_security_token_belongs_to_its_own_pair_of_keys() -> None:
    leftover = {"OS_SECURITY_TOKEN": "of-another-pair"}
    assert "X-Security-Token" not in headers(connect(AKSK, leftover))
    assert headers(connect({"project_id": "p"}, {**AKSK_ENV, **leftover}))["X-Security-Token"] == "of-another-pair"


def test_the_variables_of_terraform() -> None:
    connection = connect({}, {"OS_TOKEN": "t", "OS_TENANT_ID": "p-1", "OS_REGION": "eu-nl"})
    assert connection.locate() == ("https://elb.eu-nl.otc.t-systems.com", "p-1")
    both = {"OS_TENANT_ID": "p-1", "OS_PROJECT_ID": "p-2", "OS_REGION": "eu-nl", "OS_REGION_NAME": "eu-de"}
    connection = connect({"auth_token": "t"}, both)
    assert connection.locate() == ("https://elb.eu-de.otc.t-systems.com", "p-2")


def test_missing_options_come_from_the_environment() -> None:
    connection = connect({"access_key": "AK"}, AKSK_ENV)
    assert connection.locate()[1] == "p-env"
    assert connection.secrets == {"AK", "SK-env"}


IAM = {"auth_url": "https://iam.example.com/v3"}


@pytest.mark.parametrize(
    ("auth", "secrets"),
    [
        (PASSWORD, {"secret-p"}),
        ({**IAM, "application_credential_id": "a", "application_credential_secret": "secret-a"}, {"secret-a"}),
        ({**IAM, "token": "secret-t", "project_id": "p"}, {"secret-t"}),
        ({"ak": "AK", "sk": "SK", "project_id": "p"}, {"AK", "SK"}),
    ],
)
@pytest.mark.parametrize("environ", [{"OS_AUTH_TOKEN": "token-env"}, {"OS_TOKEN": "token-env"}, {"OS_PASSWORD": "password-env"}])
def test_auth_beats_another_kind_of_secret_in_the_environment(auth: dict[str, str], secrets: set[str], environ: dict[str, str]) -> None:
    assert connect({"auth": auth}, environ).secrets == secrets


@pytest.mark.parametrize("variable", ["OS_AUTH_TOKEN", "OS_TOKEN"])
def test_a_token_in_the_environment_is_no_password(variable: str) -> None:
    assert "auth.password is needed" in refusal({"auth": {**PASSWORD, "password": ""}}, {variable: "token-env"})


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_string_is_not_a_credential(nothing: str | None) -> None:
    """A lookup of a variable that is not set gives one."""
    assert headers(connect({"access_key": nothing, "secret_key": nothing}, TOKEN_ENV))["X-Auth-Token"] == "token-env"


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        ({}, {}, ["No credential", "access_key", "OS_ACCESS_KEY", "auth_token", "OS_AUTH_TOKEN"]),
        ({}, {"OS_ACCESS_KEY": ""}, ["No credential"]),
        ({"access_key": "AK", "project_id": "p"}, {}, ["secret_key is needed", "AK/SK", "OS_SECRET_KEY"]),
        ({"secret_key": "SK", "project_id": "p"}, {}, ["access_key is needed", "OS_ACCESS_KEY"]),
        ({"security_token": "t", "project_id": "p"}, {}, ["access_key is needed"]),
        ({"access_key": "AK", "secret_key": "SK"}, {}, ["project_id is needed", "OS_PROJECT_ID"]),
        ({"auth_token": "t"}, {}, ["project_id is needed", "a token"]),
        ({**AKSK, "auth_token": "t"}, {}, ["options hold two kinds", "access_key", "auth_token"]),
        ({}, {**AKSK_ENV, **TOKEN_ENV}, ["environment variables hold two kinds", "OS_SECRET_KEY", "OS_AUTH_TOKEN"]),
        ({**AKSK, "endpoint": "elb.example.com"}, {}, ["'elb.example.com' is not a URL", "https://"]),
        ({**AKSK, "endpoint": "ftp://elb.example.com"}, {}, ["is not a URL"]),
        (AKSK, {"OTC_ELB_ENDPOINT": "elb.example.com"}, ["OTC_ELB_ENDPOINT 'elb.example.com' is not a URL"]),
        ({**AKSK, "endpoint": "https://elb.example.com/?x=SK-env"}, {}, ["endpoint has a query"]),
        ({**AKSK, "region_name": "eu-de.example.com/"}, {}, ["'eu-de.example.com/' is not a known region"]),
        ({**AKSK, "region_name": "eu-fr"}, {}, ["region_name 'eu-fr' is not a known region. Known are: eu-de, eu-nl, eu-ch2.", "endpoint"]),
        ({**AKSK, "project_id": "eu-de_team"}, {}, ["project_id is 'eu-de_team', which is the name of a project", "32 hexadecimal digits"]),
        ({"auth": PASSWORD}, {"OS_PROJECT_ID": "eu-de"}, ["OS_PROJECT_ID is 'eu-de', which is the name of a project"]),
        ({"cloud": {"auth": {"ak": "AK", "sk": "SK-env", "project_id": "eu-nl_x"}}}, {}, ["project_id of the option cloud is 'eu-nl_x'"]),
        ({"auth": {**PASSWORD, "agency_name": "a"}}, {}, ["The option auth names an agency", "temporary AK/SK", "security_token"]),
        ({"cloud": {"auth_type": "v3agency", "auth": PASSWORD}}, {}, ["The option cloud names an agency", "temporary AK/SK"]),
        ({}, {"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK-env", "OS_TENANT_NAME": "eu-de"}, ["project_id is needed", "name is not enough"]),
        ({**AKSK, "endpoint": "https://"}, {}, ["is not a URL"]),
        ({**AKSK, "endpoint": "https://elb.example.com:x"}, {}, ["is not a URL"]),
        ({**AKSK, "endpoint": "https://elb example.com"}, {}, ["is not a URL"]),
        ({**AKSK, "endpoint": "https://me:SK-env@elb.example.com"}, {}, ["endpoint holds a user or a password"]),
        ({**AKSK, "endpoint": "me:SK-env@elb.example.com"}, {}, ["endpoint is not a URL"]),
        ({**AKSK, "auth": PASSWORD, "auth_token": "t"}, {}, ["options hold three kinds", "access_key", "auth_token", "(auth)"]),
        ({**AKSK, "cloud": "x"}, {}, ["options hold two kinds", "access_key", "cloud"]),
        ({"auth": PASSWORD, "auth_token": "t"}, {}, ["options hold two kinds", "auth_token"]),
        (
            {},
            {**PASSWORD_ENV, "OS_ACCESS_KEY": "AK"},
            ["environment variables hold two kinds", "OS_ACCESS_KEY", "OS_USERNAME", "OS_PASSWORD"],
        ),
        ({}, {**PASSWORD_ENV, **TOKEN_ENV}, ["environment variables hold two kinds", "OS_AUTH_TOKEN", "OS_USERNAME"]),
        ({}, {**TOKEN_ENV, "OS_CLOUD": "x"}, ["environment variables hold two kinds", "OS_AUTH_TOKEN", "OS_CLOUD"]),
        ({}, {"OS_AUTH_URL": "https://iam.example.com/v3"}, ["No credential"]),
        (
            {},
            {"OS_AUTH_URL": "https://iam.example.com/v3", "OS_REGION_NAME": "eu-de", "OS_INTERFACE": "public"},
            ["No credential", "cloud"],
        ),
    ],
)
def test_missing_or_conflicting_options_are_named(options: dict[str, Any], environ: dict[str, str], words: list[str]) -> None:
    message = refusal(options, environ)
    assert all(word in message for word in words), message
    assert "SK-env" not in message


@pytest.mark.parametrize(
    ("given", "environ", "endpoint"),
    [
        ({}, {"OS_REGION_NAME": "eu-nl"}, "https://elb.eu-nl.otc.t-systems.com"),
        ({"region_name": "eu-ch2"}, {"OS_REGION_NAME": "eu-nl"}, "https://elb.eu-ch2.sc.otc.t-systems.com"),
        ({"endpoint": "http://127.0.0.1:8080/"}, {}, "http://127.0.0.1:8080"),
        ({"endpoint": "https://elb.example.com/v3/0123"}, {}, "https://elb.example.com"),
        ({"endpoint": "https://elb.example.com/v3/"}, {}, "https://elb.example.com"),
        ({"endpoint": "https://gateway.example.com/elb/v3"}, {}, "https://gateway.example.com/elb"),
        ({"endpoint": "https://v3.example.com"}, {}, "https://v3.example.com"),
        ({}, {"OTC_ELB_ENDPOINT": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
        ({"endpoint": "http://127.0.0.1:2"}, {"OTC_ELB_ENDPOINT": "http://127.0.0.1:1"}, "http://127.0.0.1:2"),
        ({"region_name": "eu-nl"}, {"OTC_ELB_ENDPOINT": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
    ],
)
def test_the_endpoint(given: dict[str, Any], environ: dict[str, str], endpoint: str) -> None:
    assert connect({**AKSK, **given}, environ).locate()[0] == endpoint


@pytest.mark.parametrize(
    ("options", "environ", "settings"),
    [
        ({}, {}, (True, None)),
        ({"validate_certs": False}, {}, (False, None)),
        ({}, {"OS_INSECURE": "true"}, (False, None)),
        ({"validate_certs": True}, {"OS_INSECURE": "1"}, (True, None)),
        ({}, {"OS_INSECURE": "0"}, (True, None)),
        ({}, {"OS_INSECURE": "maybe"}, (True, None)),
        ({"ca_cert": "ca"}, {}, ("ca", None)),
        ({"ca_cert": "ca", "validate_certs": False}, {}, (False, None)),
        ({}, {"OS_CACERT": "ca", "OS_CERT": "cert", "OS_KEY": "key"}, ("ca", ("cert", "key"))),
        ({"ca_cert": "ca"}, {"OS_CACERT": "cert"}, ("ca", None)),
        ({"client_cert": "cert"}, {}, (True, "cert")),
    ],
)
def test_tls(options: dict[str, Any], environ: dict[str, str], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ca", "cert", "key"):
        Path(name).touch()
    connection = connect({**AKSK, **options}, environ)
    assert (connection.verify, connection.cert) == settings


@pytest.mark.parametrize("option", ["ca_cert", "client_cert", "client_key"])
def test_a_file_that_does_not_exist_is_named(option: str) -> None:
    assert f"{option} is /nowhere/x, but there is no such file" in refusal({**AKSK, option: "/nowhere/x"}, {})


def test_a_client_key_needs_its_certificate() -> None:
    assert "client_key is given without client_cert" in refusal({**AKSK, "client_key": __file__}, {})


@pytest.mark.parametrize(
    ("auth", "auth_type", "words"),
    [
        ({"auth_url": ""}, None, ["auth.auth_url is needed", "OS_AUTH_URL", "https://iam.eu-de"]),
        ({"auth_url": "iam.example.com/v3"}, None, ["auth_url 'iam.example.com/v3' is not a URL", "https://"]),
        ({"auth_url": "https://me:secret-p@iam.example.com/v3"}, None, ["auth_url holds a user"]),
        ({"password": ""}, None, ["auth.password is needed", "WHERE lacks it", "OS_PASSWORD"]),
        ({"user_domain_name": ""}, "v3password", ["user_domain_name"]),
        ({}, "secret-p", ["no such auth_type", "v3applicationcredential"]),
        ({}, "none", ["WHERE has something in auth", "auth_type none"]),
        ({}, "token", ["WHERE has something in auth", "auth_type token", "It takes: auth_url, ", "token"]),
        ({}, "v3applicationcredential", ["application credential ID"]),
        ({}, "v3oidcpassword", ["discovery-endpoint"]),
        (
            {"discovery_endpoint": "https://idp.example.com", "project_domain_name": "d"},
            "v3oidcpassword",
            ["auth.identity_provider and auth.protocol are needed", "OS_PROTOCOL"],
        ),
        ({"secret-p": "secret-p"}, None, ["WHERE has something in auth", "auth_type password", "user_domain_name"]),
        ({"token": "secret-p"}, None, ["WHERE has something in auth", "auth_type password"]),
        ({"ak": "AK", "sk": "secret-p"}, None, ["WHERE holds two kinds", "AK/SK", "password"]),
        ({"password": "", "ak": "AK"}, None, ["secret_key (sk) is needed", "WHERE"]),
        ({"password": "", "sk": "secret-p"}, None, ["access_key (ak) is needed", "WHERE"]),
        ({"password": "", "ak": "AK", "sk": "secret-p"}, None, ["project_id is needed", "its name is not enough"]),
    ],
)
def test_errors_in_auth_are_named_without_a_request(auth: dict[str, str], auth_type: str | None, words: list[str]) -> None:
    given = {**PASSWORD, **auth}
    as_option = refusal({"auth": given, "auth_type": auth_type}, {})
    as_entry = refusal({"cloud": {"auth": given, **({"auth_type": auth_type} if auth_type else {})}}, {})
    for message, where in ((as_option, "The option auth"), (as_entry, "The option cloud")):
        assert all(word.replace("WHERE", where) in message for word in words), message
        assert "secret-p" not in message


def test_a_kind_that_gets_no_token() -> None:
    assert "gets no token" in refusal({"auth": {"endpoint": "https://elb.example.com"}, "auth_type": "none"}, {})


@pytest.mark.parametrize("cloud", [5, ["x"], True])
def test_a_cloud_is_a_name_or_a_dict(cloud: Any) -> None:
    assert "cloud is the name of an entry" in refusal({"cloud": cloud}, {})


@pytest.fixture
def file(tmp_path: Path) -> Callable[[Any], dict[str, str]]:
    """Writes a clouds.yaml; gives the variable that names it."""

    def write(content: Any) -> dict[str, str]:
        path = tmp_path / "my-clouds.yaml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        return {"OS_CLIENT_CONFIG_FILE": str(path)}

    return write


@pytest.mark.parametrize(
    ("content", "cloud", "words"),
    [
        (
            {"clouds": {"one": {}, "two": {}}},
            "three",
            ["no cloud 'three'", "my-clouds.yaml", "It has: one, two. Give one of them as 'cloud' or in OS_CLOUD."],
        ),
        ({"clouds": {"one": {}, "two": {}}}, None, ["No cloud is chosen.", "my-clouds.yaml has: one, two. Give one of them as 'cloud'"]),
        ({"clouds": {}}, "one", ["no cloud 'one'", "It has: none. Add an entry"]),
        ({"clouds": {}}, None, ["No credential"]),
        ({"clouds": {"one": None}}, "one", ["'one'", "is empty"]),
        ({"cloud": {"one": {}}}, "one", ["no cloud 'one'", "It has: none."]),
        ({"clouds": {"one": {"auth": PASSWORD, "x": "{secret-p}"}}}, "one", ["'one'", "cannot be used", "braces"]),
        ({"clouds": {"one": {"auth": PASSWORD, "regions": ["a"]}}}, "one", ["'one'", "cannot be used with region 'b'", "regions"]),
        ({"clouds": {"one": {"auth": {**PASSWORD, "ak": "AK", "sk": "secret-p"}}}}, "one", ["The entry 'one' of ", "two kinds", "AK/SK"]),
        ("clouds: {one: {auth: {password: secret-p", "one", ["my-clouds.yaml cannot be read as YAML"]),
        ("clouds: {one: {auth: {password: secret-p", None, ["my-clouds.yaml cannot be read as YAML"]),
        ({"clouds": ["one"]}, "one", ["my-clouds.yaml", "needs a mapping"]),
        ("just a text", "one", ["my-clouds.yaml", "needs a mapping"]),
        ("", "one", ["no cloud 'one'"]),
    ],
)
def test_errors_in_a_file_are_named(file: Callable[[Any], dict[str, str]], content: Any, cloud: str | None, words: list[str]) -> None:
    environ = file(content)
    messages = [refusal({"cloud": cloud, "region_name": "b"}, environ)]
    if cloud:
        messages.append(refusal({"region_name": "b"}, {**environ, "OS_CLOUD": cloud}))
    for message in messages:
        assert all(word in message for word in words), message
        assert "secret-p" not in message


def test_a_single_entry_beside_a_variable_is_not_called_several(file: Callable[[Any], dict[str, str]]) -> None:
    """openstacksdk makes an entry of its own of any variable such as OS_PROJECT_ID, which may be left over from AK/SK."""
    msg = refusal({}, {**file({"clouds": {"one": {"auth": PASSWORD}}}), "OS_PROJECT_ID": "0" * 32})
    assert msg.startswith("No cloud is chosen.")
    assert "my-clouds.yaml has: one. Give one of them as 'cloud' or in OS_CLOUD." in msg
    assert "several" not in msg


def test_a_missing_file_is_named() -> None:
    reason, named = "/nowhere/x, which OS_CLIENT_CONFIG_FILE names, does not exist", {"OS_CLIENT_CONFIG_FILE": "/nowhere/x"}
    assert refusal({"cloud": "x"}, named).startswith(f"{reason}, so there is no cloud 'x'. ")
    assert "No credential is given. Give one of: " in refusal({}, named)
    assert reason in refusal({}, named)
    assert refusal({"cloud": "x"}, {}).startswith("There is no clouds.yaml in any of ")
    assert "clouds.yaml in any of" not in refusal({}, {})
    assert "is a whole clouds.yaml" in refusal({"cloud": {"clouds": {}}}, {})


def test_keys_of_an_entry(file: Callable[[Any], dict[str, str]]) -> None:
    """No token is requested, so no server is needed."""
    short = {"auth": {"ak": "AK-1", "sk": "SK-1", "project_id": "p-1"}, "region_name": "eu-nl"}
    whole = {
        "auth": {"access_key": "AK-2", "secret_key": "SK-2", "security_token": "st-2"},
        "elbv3_endpoint_override": "http://127.0.0.1:1/v3/p",
    }
    environ = file({"clouds": {"short": short, "whole": whole}})
    first = connect({"cloud": "short"}, {**environ, "OS_PROJECT_ID": "of another cloud"})
    assert "Access=AK-1," in headers(first)["Authorization"]
    assert (first.locate(), first.renew) == (("https://elb.eu-nl.otc.t-systems.com", "p-1"), None)
    assert first.secrets == {"AK-1", "SK-1"}
    second = connect({"cloud": "whole", "project_id": "p-2"}, environ)
    assert headers(second)["X-Security-Token"] == "st-2"
    assert (second.locate(), second.secrets) == (("http://127.0.0.1:1", "p-2"), {"AK-2", "SK-2", "st-2"})
    third = connect({"endpoint": "http://127.0.0.1:2"}, {**environ, "OS_CLOUD": "short", "OS_PROJECT_ID": "p-3"})
    assert third.locate() == ("http://127.0.0.1:2", "p-1")


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (AKSK, {}),
        ({}, AKSK_ENV),
        ({}, TOKEN_ENV),
        ({"auth_token": "t", "project_id": "p"}, {}),
        # An openrc file's settings that are no credential.
        ({}, {**AKSK_ENV, "OS_AUTH_URL": "https://iam.example.com/v3", "OS_CLIENT_CONFIG_FILE": "/x", "OS_AUTH_TYPE": "password"}),
    ],
)
def test_keys_and_tokens_load_no_library_of_openstack(options: dict[str, str], environ: dict[str, str]) -> None:
    """Their import takes longer than all the rest of a task."""
    code = f"""
import json, os, sys
sys.path[:0] = {sys.path!r}
from ansible_collections.otc.elb.plugins.module_utils._api import client as _client
from ansible_collections.otc.elb.plugins.module_utils._auth import connect as _credentials
from ansible_collections.otc.elb.plugins.module_utils._http import deadline as _deadline
from ansible_collections.otc.elb.plugins.module_utils._http import transport as _transport
os.environ.update({environ!r})
_credentials.connect({options!r}, _deadline.Deadline(180.0))
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment({}))
    loaded = set(json.loads(done.stdout))
    assert "requests" in loaded
    assert loaded.isdisjoint({"openstack", "keystoneauth1", "os_service_types", "stevedore", "dogpile", "yaml"})


@pytest.fixture(params=["openstack", "keystoneauth1"])
def missing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is not installed."""
    # Imported once before, so that it is the one that is restored.
    importlib.import_module(CLOUD)
    package = sys.modules[CLOUD.rpartition(".")[0]]
    ours = [f"{package.__name__}.{name}" for name in ("cloud", "keystone", "libraries")]
    for name in [name for name in sys.modules if name.partition(".")[0] == request.param or name in ours]:
        monkeypatch.delitem(sys.modules, name)
        if name in ours:
            monkeypatch.delattr(package, name.rpartition(".")[2])
    monkeypatch.setitem(sys.modules, request.param, None)


@pytest.mark.usefixtures("missing")
@pytest.mark.parametrize(
    ("options", "environ"),
    [({"auth": PASSWORD}, {}), ({"cloud": "x"}, {}), ({}, {"OS_CLIENT_CONFIG_FILE": "/nowhere"}), ({}, PASSWORD_ENV)],
)
def test_a_missing_library_is_named(options: dict[str, Any], environ: dict[str, str]) -> None:
    with pytest.raises(ImportError) as caught:
        connect(options, environ)
    assert caught.value.name == "openstacksdk"


@pytest.mark.usefixtures("missing")
def test_without_the_library_no_credential_is_still_no_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = refusal({}, {})
    assert "No credential" in found
    assert f"clouds.yaml and auth need the library openstacksdk, which {sys.executable} lacks." in found
    # With a clouds.yaml, the ordinary way may have the library.
    (tmp_path / "clouds.yaml").touch()
    with pytest.raises(ImportError):
        connect({}, {})


@pytest.mark.parametrize(
    ("options", "environ", "secrets"),
    [
        ({"auth": PASSWORD}, {}, {"secret-p"}),
        ({}, PASSWORD_ENV, {"secret-p"}),
        ({"cloud": {"auth": {**PASSWORD, "password": ""}}}, {"OS_PASSWORD": "secret-p"}, {"secret-p"}),
        (
            {},
            {**PASSWORD_ENV, "OS_AUTH_TYPE": "v3multifactor", "OS_AUTH_METHODS": "v3password,v3totp", "OS_PASSCODE": "1"},
            {"secret-p", "1"},
        ),
        ({"auth": {"auth_url": "https://iam.example.com/v3", "token": "secret-t", "project_id": "p"}}, {}, {"secret-t"}),
    ],
)
def test_secrets_are_known_before_the_first_request(options: dict[str, Any], environ: dict[str, str], secrets: set[str]) -> None:
    """Nothing listens at the auth_url: a request would fail."""
    connection = connect({**options, "timeout": 0.1}, {**environ, "OS_PROJECT_DOMAIN_NAME": "d"})
    assert connection.secrets == secrets


@pytest.mark.parametrize(
    ("environ", "without_file", "with_file"),
    [
        ({}, False, True),
        ({"OS_CLIENT_CONFIG_FILE": "clouds.yaml"}, True, True),
        ({"OS_CLOUD": "otc"}, True, True),
        ({"OS_AUTH_URL": "https://iam", "OS_PASSWORD": "x"}, True, True),
        ({"OS_AUTH_URL": "https://iam", "OS_AUTH_TYPE": "v3token", "OS_TOKEN": "x"}, True, True),
        ({"OS_TOKEN": "x"}, False, False),
        ({"OS_ACCESS_KEY": "x"}, False, False),
        ({"OS_ACCESS_KEY": "x", "OS_CLOUD": "otc"}, False, False),
    ],
)
def test_openstacksdk_is_loaded_early_where_the_environment_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], without_file: bool, with_file: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"HOME": str(tmp_path), **environ}
    assert _credentials.expects_keystone(environ) is without_file
    (tmp_path / "clouds.yaml").touch()
    assert _credentials.expects_keystone(environ) is with_file
