# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages where no request can be sent."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from .inprocess import call

NOWHERE = {"endpoint": "http://127.0.0.1:9", "project_id": "0" * 32, "timeout": 0.1}


@pytest.mark.parametrize("token", ["line\nbreak", "sn\N{SNOWMAN}w"])
def test_a_credential_that_is_invalid_in_a_header(token: str) -> None:
    result = call("elb_pool_info", **NOWHERE, auth_token=token)
    assert "Could not list pools: the credential holds a character that no HTTP header can have" in result["msg"]
    assert token not in str(result)


def test_an_invalid_host_name() -> None:
    result = call("elb_pool_info", **{**NOWHERE, "endpoint": f"http://{'a' * 64}.example.com"}, auth_token="token")
    assert "Check 'endpoint'" in result["msg"]


def test_no_server_listens() -> None:
    result = call("elb_pool_info", **NOWHERE, auth_token="token")
    assert "127.0.0.1:9 cannot be reached (Connection refused)" in result["msg"]


@pytest.mark.parametrize("option", ["ca_cert", "REQUESTS_CA_BUNDLE", "client_cert"])
def test_a_broken_file_is_not_the_servers_certificate(option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate", encoding="utf-8")
    options: dict[str, Any] = {**NOWHERE, "auth_token": "token"}
    if option.isupper():
        monkeypatch.setenv(option, str(broken))
    else:
        options[option] = str(broken)
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = call("elb_pool_info", **{**options, "endpoint": f"https://127.0.0.1:{server.getsockname()[1]}"})
    assert "was not accepted" not in result["msg"]
    words = "client_cert cannot be used" if option == "client_cert" else "the file of CA certificates has none in PEM format"
    assert words in result["msg"]


@pytest.mark.parametrize(
    ("scheme", "variable"), [("http", "HTTP_PROXY"), ("http", "http_proxy"), ("https", "HTTPS_PROXY"), ("https", "ALL_PROXY")]
)
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "http://"])
def test_the_variable_of_the_proxy_is_named(scheme: str, variable: str, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv(variable, proxy)
    result = call("elb_pool_info", **{**NOWHERE, "endpoint": f"{scheme}://elb.example.com"}, auth_token="token")
    assert f"Check {variable}" in result["msg"]
    assert ("HTTPS_PROXY" in result["msg"]) == (variable == "HTTPS_PROXY")
