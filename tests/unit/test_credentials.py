# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Which credential is used, where it goes, and what is said when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.otc.elb.plugins.module_utils import _credentials
from ansible_collections.otc.elb.plugins.module_utils._errors import ElbError

AKSK = {"access_key": "AK", "secret_key": "SK", "project_id": "p"}
AKSK_ENV = {"OS_ACCESS_KEY": "AK-env", "OS_SECRET_KEY": "SK-env", "OS_PROJECT_ID": "p-env"}
TOKEN_ENV = {"OS_AUTH_TOKEN": "token-env", "OS_PROJECT_ID": "p-env"}


def headers(connection: _credentials.Connection) -> dict[str, str]:
    """The headers that the credential adds to a request."""
    return dict(connection.auth(requests.Request("GET", connection.endpoint + "/v3").prepare()).headers)


def refusal(options: dict[str, Any], environ: dict[str, str]) -> str:
    with pytest.raises(ElbError) as caught:
        _credentials.connect(options, environ)
    return caught.value.msg


def test_keys_from_options() -> None:
    connection = _credentials.connect(AKSK, {})
    assert connection.project_id == "p"
    assert connection.endpoint == "https://elb.eu-de.otc.t-systems.com"
    assert headers(connection)["Authorization"].startswith("SDK-HMAC-SHA256 Access=AK, ")
    assert headers(connection)["X-Project-Id"] == "p"
    assert connection.secrets == {"SK"}


def test_temporary_keys() -> None:
    connection = _credentials.connect({**AKSK, "security_token": "temporary"}, {})
    assert headers(connection)["X-Security-Token"] == "temporary"
    assert "x-security-token" in headers(connection)["Authorization"]
    assert connection.secrets == {"SK", "temporary"}


@pytest.mark.parametrize("variable", ["OS_AUTH_TOKEN", "OS_TOKEN"])
def test_a_token_from_the_environment(variable: str) -> None:
    connection = _credentials.connect({"project_id": "p"}, {variable: "token-env"})
    assert headers(connection)["X-Auth-Token"] == "token-env"
    assert connection.secrets == {"token-env"}


def test_an_option_beats_the_environment() -> None:
    assert "Access=AK," in headers(_credentials.connect(AKSK, AKSK_ENV))["Authorization"]


def test_another_way_in_the_options_beats_the_environments() -> None:
    sent = headers(_credentials.connect({"auth_token": "t"}, AKSK_ENV))
    assert sent["X-Auth-Token"] == "t"
    assert "Authorization" not in sent


def test_what_the_options_leave_out_comes_from_the_environment() -> None:
    connection = _credentials.connect({"access_key": "AK"}, AKSK_ENV)
    assert connection.project_id == "p-env"
    assert connection.secrets == {"SK-env"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_string_is_not_a_credential(nothing: str | None) -> None:
    """A lookup of a variable that is not set gives one."""
    assert headers(_credentials.connect({"access_key": nothing, "secret_key": nothing}, TOKEN_ENV))["X-Auth-Token"] == "token-env"


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
        ({}, {**AKSK_ENV, **TOKEN_ENV}, ["environment variables hold two kinds", "secret_key", "auth_token"]),
        ({**AKSK, "endpoint": "elb.example.com"}, {}, ["'elb.example.com' is not a URL", "https://"]),
        ({**AKSK, "endpoint": "ftp://elb.example.com"}, {}, ["is not a URL"]),
        ({**AKSK, "endpoint": "https://"}, {}, ["is not a URL"]),
    ],
)
def test_what_is_missing_or_clashes_is_named(options: dict[str, Any], environ: dict[str, str], words: list[str]) -> None:
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
    assert _credentials.connect({**AKSK, **given}, environ).endpoint == endpoint


@pytest.mark.parametrize(
    ("options", "environ", "settings"),
    [
        ({}, {}, (True, None)),
        ({"validate_certs": False}, {}, (False, None)),
        ({}, {"OS_INSECURE": "true"}, (False, None)),
        ({"validate_certs": True}, {"OS_INSECURE": "1"}, (True, None)),
        ({}, {"OS_INSECURE": "0"}, (True, None)),
        ({"ca_cert": "/ca.pem"}, {}, ("/ca.pem", None)),
        ({"ca_cert": "/ca.pem", "validate_certs": False}, {}, (False, None)),
        ({}, {"OS_CACERT": "/ca.pem", "OS_CERT": "/cert.pem", "OS_KEY": "/key.pem"}, ("/ca.pem", ("/cert.pem", "/key.pem"))),
        ({"client_cert": "/both.pem"}, {}, (True, "/both.pem")),
    ],
)
def test_tls(options: dict[str, Any], environ: dict[str, str], settings: Any) -> None:
    assert _credentials.tls_settings(options, environ) == settings


def test_a_client_key_needs_its_certificate() -> None:
    with pytest.raises(ElbError, match="client_key is given without client_cert"):
        _credentials.tls_settings({"client_key": "/key.pem"}, {})
