# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The session of ``keystoneauth1`` through the same adapter: what is not Keystone ends, too."""

from __future__ import annotations

import time

import pytest
import requests
from keystoneauth1 import exceptions
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from ansible_collections.otc.elb.plugins.module_utils._http.adapter import limited_session
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline

from .server import response, serve
from .test_limits import FLOODS, HANGS


@pytest.mark.parametrize("kind", [*HANGS, "gzip bomb", "endless chunk"])
def test_a_request_for_a_token_ends(kind: str) -> None:
    trouble = {**HANGS, **FLOODS}[kind]
    http = limited_session(1.0, Deadline(10))
    with http, serve(lambda connection, request: trouble(connection)) as server:
        auth = v3.Password(f"{server.url}/v3", username="u", password="p", project_name="x", user_domain_id="d", project_domain_id="d")
        started = time.monotonic()
        with pytest.raises(exceptions.ClientException):
            auth.get_access(Session(session=http, timeout=1.0, redirect=False))
        assert time.monotonic() - started < 10


def test_requests_at_the_same_time_share_connections() -> None:
    http = limited_session(5.0, Deadline(10), 2)
    with http, serve(lambda connection, request: connection.send(response({"a": 1}))) as server:
        for dummy in range(3):
            found: requests.Response = http.get(server.url)
            assert found.json() == {"a": 1}
        assert len({id(each) for each in server.connections}) == 1
