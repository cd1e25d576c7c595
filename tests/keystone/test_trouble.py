# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Keystone with transient failures: the token request is retried, within the timeout of the task."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.otc.elb.plugins.module_utils._auth.connect import connect
from ansible_collections.otc.elb.plugins.module_utils._auth.connection import Connection
from ansible_collections.otc.elb.plugins.module_utils._errors import ElbError
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline

from ..playbooks.engine import Engine
from ..playbooks.story import ended_right, story
from ..unit.inprocess import call
from .conftest import PASSWORD, Cloud


@contextmanager
def gateway(cloud: Cloud, trouble: Callable[[int], tuple[int, dict[str, str]] | None]) -> Iterator[tuple[str, list[int]]]:
    """A gateway before Keystone; gives its ``auth_url`` and the statuses of its responses.

    :param trouble: status and headers to send instead of Keystone's, by the number of requests before; 0 breaks the connection.
    """
    seen: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            instead = trouble(len(seen))
            if instead is None:
                url, headers = cloud.keystone.url + "/auth/tokens", {"Content-Type": "application/json"}
                response = requests.post(url, data=content, headers=headers, timeout=30)
                status, body = response.status_code, response.content
                headers = {name: value for name, value in response.headers.items() if name in ("X-Subject-Token", "Content-Type")}
            else:
                (status, headers), body = instead, b"<html>no</html>"
            seen.append(status)
            if not status:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v3", seen
    finally:
        server.shutdown()
        server.server_close()


def test_trouble_that_passes(cloud: Cloud) -> None:
    troubles = [(503, {}), (429, {"Retry-After": "1"}), (0, {})]
    with gateway(cloud, lambda number: dict(enumerate(troubles)).get(number)) as (url, seen):
        result = call("elb_pool_info", auth={**cloud.auth, "auth_url": url})
    assert not result.failed, result["msg"]
    assert seen == [503, 429, 0, 201]


class Cache:
    """Keeps tokens in memory."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}

    def load(self, cache_id: str) -> str | None:
        return self.states.get(cache_id)

    def save(self, cache_id: str, state: str) -> None:
        self.states[cache_id] = state


def test_a_kept_token_is_used_until_it_is_refused(cloud: Cloud) -> None:
    cache = Cache()
    with gateway(cloud, lambda number: None) as (url, seen):

        def token(password: str = PASSWORD) -> tuple[Connection, str]:
            found = connect({"api_timeout": 30.0, "auth": {**cloud.auth, "auth_url": url, "password": password}}, Deadline(180.0), cache)
            header = found.auth(requests.Request("GET", url).prepare()).headers["X-Auth-Token"]
            assert {header, password} <= found.secrets
            return found, header

        dummy, first = token()
        connection, again = token()
        assert (again, *connection.locate()) == (first, cloud.emulator.url, cloud.project_id)
        assert seen == [201]
        # As after a 401: a new one, for all tasks that follow.
        assert connection.renew is not None
        assert connection.renew()
        second = token()[1]
        assert second != first
        assert token()[1] == second
        assert seen == [201, 201]
        # Another credential has a token of its own, and a state that cannot be read is none.
        with pytest.raises(ElbError, match="status 401"):
            token("another")
        cache.states = dict.fromkeys(cache.states, "{}")
        assert token()[1] not in (first, second)
        assert seen == [201, 201, 401, 201]


def test_trouble_that_stays(cloud: Cloud) -> None:
    with gateway(cloud, lambda number: (502, {})) as (url, seen):
        result = call("elb_pool_info", auth={**cloud.auth, "auth_url": url}, timeout=4)
    assert result.failed
    assert len(seen) > 1
    assert f"status 502. Try again later. Tried {len(seen)} times." in result["msg"]
    assert PASSWORD not in result["msg"]
    assert cloud.seen() == []


def test_a_failed_renewal_is_not_a_lost_response(cloud: Cloud) -> None:
    """The request that needed the token was not sent, so no lookup follows."""
    new = {"name": "web", "loadbalancer": "demo", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    cloud.emulator.fault("expire", times=1, method="POST")
    with gateway(cloud, lambda number: (0, {}) if number else None) as (url, dummy):
        result = call("elb_pool", auth={**cloud.auth, "auth_url": url}, timeout=3, **new)
    assert result.failed
    assert "not known" not in result["msg"]
    assert [status for action, status in cloud.seen() if action == "elb:pools:create"] == [401]


def test_a_token_that_expires_at_every_operation(cloud: Cloud, engine: Engine) -> None:
    for action in OPERATIONS:
        cloud.emulator.fault("expire", action=action)
    played = engine.play(story({"auth": cloud.auth}))
    ended_right(cloud.emulator, played, "Keystone token expired (401)", list(OPERATIONS))
