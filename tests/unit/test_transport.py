# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The messages where no request can be sent."""

from __future__ import annotations

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
