# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session of ``keystoneauth1`` through the same adapter: what is not Keystone ends, too."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import requests
from keystoneauth1 import exceptions
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from ansible_collections.otc.elb.plugins.module_utils._http.adapter import limited_session
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline

from .conftest import Run
from .server import keystone_and_elb, response, serve
from .test_limits import FLOODS, HANGS, POOL_ID


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


def test_keystone_refuses_to_show_its_versions(run: Run) -> None:
    """keystoneauth1 would ask for a token to ask again, while it asks for a token. What the URL says is enough."""
    with serve(keystone_and_elb) as server:
        auth = {"auth_url": f"{server.url}/v3", "username": "u", "password": "pppp", "user_domain_id": "d", "project_id": "p"}
        result = run(server, "elb_pool_info", auth=auth, env={"OS_AUTH_TOKEN": "", "OS_PROJECT_ID": ""})
    assert result["pools"] == [], result


NETRC = "default login other password the-netrc-password\n"


def test_a_password_of_netrc_is_sent_nowhere(run: Run, tmp_path: Path) -> None:
    """Its default is for any host; the credential of the task is what was asked for."""
    (tmp_path / ".netrc").write_text(NETRC, encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    with serve(lambda connection, request: connection.send(response({}, "401 Unauthorized"))) as server:
        env = {"HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc")}
        run(server, "elb_pool_info", env=env)
        keystone = {
            "OS_AUTH_TOKEN": "",
            "OS_AUTH_URL": f"{server.url}/v3",
            "OS_USERNAME": "u",
            "OS_PASSWORD": "p",
            "OS_USER_DOMAIN_ID": "d",
        }
        run(server, "elb_pool_info", env={**env, **keystone})
    assert {request.path.split("/")[-1] for request in server.requests} >= {"pools", "tokens"}
    assert [request for request in server.requests if "authorization" in request.headers] == []


def test_elb_keeps_no_cookies(run: Run) -> None:
    """Only what a credential is needed for goes along with it."""
    cookie = "Set-Cookie: session=1; Path=/; Domain=127.0.0.1"
    pools = [{"id": POOL_ID, "name": "web"}]
    with serve(lambda connection, request: connection.send(response({"pools": pools, "members": []}, "200 OK", cookie))) as server:
        assert run(server, "elb_pool_info", include_members=True)["pools"]
    assert len(server.requests) == 2
    assert [request for request in server.requests if "cookie" in request.headers] == []


def test_requests_at_the_same_time_share_connections() -> None:
    http = limited_session(5.0, Deadline(10), 2)
    with http, serve(lambda connection, request: connection.send(response({"a": 1}))) as server:
        for dummy in range(3):
            found: requests.Response = http.get(server.url)
            assert found.json() == {"a": 1}
        assert len({id(each) for each in server.connections}) == 1
