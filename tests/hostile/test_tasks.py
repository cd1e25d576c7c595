# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks through ansible-playbook, in Ansible's own process and as modules: what hangs or floods ends the task, and only the task."""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ..playbooks.engine import Engine, PlayRun, task
from .server import PROJECT, Connection, Json, Request, Server, Service, response, serve
from .test_limits import FLOODS, HANGS, MEMBERS, POOL_ID, Trouble, hear_interrupts
from .test_responses import nested

PASSWORD = "S3cret/Pass word"
QUOTED = "S3cret%2FPass%20word"
TOKEN = {"methods": ["password"], "expires_at": "2099-01-01T00:00:00.000000Z", "project": {"id": PROJECT, "name": "p"}}


class LimitedEngine(Engine):
    """Each process of a play may take 2 GiB, of which Python and Ansible take a part: a bomb ends it."""

    def _start(self, command: list[str], env: dict[str, str], folder: Path) -> subprocess.Popen[str]:
        def before() -> None:
            hear_interrupts()
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

        pipes: Json = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=env, cwd=folder, start_new_session=True, preexec_fn=before, **pipes)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return LimitedEngine(tmp_path, {})


def token(body: Any, status: str = "201 Created", *headers: str) -> Trouble:
    return lambda connection: connection.send(response(body, status, "X-Subject-Token: the-token", *headers))


def expired(connection: Connection, request: Request) -> None:
    """Keystone gives tokens, and ELB takes none."""
    if request.method == "POST":
        token({"token": TOKEN})(connection)
    else:
        connection.send(response({"error_msg": "expired"}, "401 Unauthorized"))


ODD_TOKENS: list[Any] = [None, [], "x", 5, {}, {"token": None}, {"token": []}, {"token": {}}, {"token": "x"}]
KEYSTONE: dict[str, Trouble] = {
    **{f"it {kind}": HANGS[kind] for kind in ("says nothing", "body trickles in", "chunks trickle in", "header trickles in")},
    **{kind: FLOODS[kind] for kind in ("endless body", "endless chunk", "gzip bomb", "endless 100 Continue")},
    "deep": token(nested(100_000)),
    "deep in the token": token(b'{"token": {"project": %s}}' % nested(900)),
    "deep catalog": token(b'{"token": {"project": {"id": "p"}, "catalog": %s}}' % nested(900)),
    "open": token(b"[" * 100_000),
    "number": token(b"9" * 100_000),
    "no text": token(b'{"token": "\xff"}'),
    **{f"JSON {value}": token(value) for value in ODD_TOKENS},
    **{
        f"token with {json.dumps(odd)}": token({"token": {**TOKEN, **odd}})
        for odd in (
            {"project": 5},
            {"project": {"id": ["p"]}},
            {"catalog": [1]},
            {"catalog": 5},
            {"catalog": [{"type": "elbv3", "endpoints": [{"url": 5, "interface": "public", "region_id": "eu-de"}]}]},
            {"catalog": [{"type": "elbv3", "endpoints": [{"url": "gopher://[", "interface": "public", "region_id": "eu-de"}]}]},
            {"expires_at": 5},
        )
    },
    "token of odd characters": lambda connection: connection.send(response({"token": TOKEN}, "201 Created", "X-Subject-Token: \xe4\x9b")),
    **{
        f"redirect {status}": token({}, f"{status} Found", f"Location: https://login.example.com/?u=u&p={secret}")
        for status, secret in ((301, QUOTED), (302, PASSWORD), (307, QUOTED))
    },
    "300 with choices": token({"versions": nested(3).decode()}, "300 Multiple Choices"),
    "401": token(
        {"error": {"message": f"{PASSWORD} is wrong", "code": 401}}, "401 Unauthorized", 'WWW-Authenticate: Keystone uri="http://[::1"'
    ),
    "503 with the password as its ID": token({}, "503 Busy", f"x-openstack-request-id: req-{PASSWORD}", "Retry-After: 0"),
}


def ask(engine: Engine, servers: dict[str, Server], direct: bool, **options: Any) -> dict[str, Any]:
    """One task for all servers at the same time, a host for each."""
    hosts = {f"h{number}": server for number, server in enumerate(servers.values())}
    played = engine.play(
        [task("elb_pool_info", api_timeout=2, timeout=0, **options)],
        hosts=tuple(hosts),
        forks=4,
        verbosity=3,
        extra_vars={"urls": {host: server.url for host, server in hosts.items()}, "otc_elb_direct": direct},
    )
    assert ("ran in Ansible's own process" in played.output) == direct
    assert "Traceback" not in played.output
    found = {result.host: result for result in played.results}
    assert_no_secret(played)
    return {kind: found[f"h{number}"] for number, kind in enumerate(servers)}


def assert_no_secret(played: PlayRun) -> None:
    for spelling in (PASSWORD, QUOTED, "S3cret", "the-token"):
        assert spelling not in played.output, played.output[max(0, played.output.index(spelling) - 2000) :][:3000]


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "module"])
def test_what_is_not_keystone_fails_the_task(engine: Engine, direct: bool) -> None:
    with contextlib.ExitStack() as stack:
        servers = {
            kind: stack.enter_context(serve(lambda connection, request, trouble=trouble: trouble(connection)))  # type: ignore[misc]
            for kind, trouble in KEYSTONE.items()
        }
        servers["expired"] = stack.enter_context(serve(expired))
        auth = {"auth_url": "{{ urls[inventory_hostname] }}/v3", "username": "u", "password": PASSWORD, "user_domain_id": "d"}
        options: Json = {"auth": {**auth, "project_id": PROJECT}, "endpoint": "{{ urls[inventory_hostname] }}"}
        results = ask(engine, servers, direct, **options)
    for kind, result in results.items():
        assert result.failed, kind
        assert "This should not happen" not in result["msg"], kind
        assert result["msg"].isprintable(), kind
        assert result.seconds < 30, kind
    assert results["expired"]["status"] == 401
    # A token for each of two requests; before the first one, Keystone was asked for its versions.
    assert [len(servers["expired"].seen(method)) for method in ("POST", "GET")] == [2, 3]
    assert "redirects to" in results["redirect 307"]["msg"]
    assert "status 401" in results["401"]["msg"]
    assert "the response did not come from Keystone" in results["deep"]["msg"]


def test_what_is_not_elb_fails_the_task(engine: Engine) -> None:
    troubles: dict[str, Trouble] = {**HANGS, **FLOODS, "deep": partial(Connection.send, data=response(nested(100_000)))}
    with contextlib.ExitStack() as stack:
        servers = {kind: stack.enter_context(serve(Service("GET", trouble, times=100))) for kind, trouble in troubles.items()}
        options = {"endpoint": "{{ urls[inventory_hostname] }}", "project_id": PROJECT, "auth_token": "the-token"}
        results = ask(engine, servers, True, **options)
    for kind, result in results.items():
        assert result.failed, kind
        assert "127.0.0.1" in result["msg"] or "did not come from the ELB API" in result["msg"], kind
        assert result.seconds < 30, kind


@pytest.mark.parametrize("kind", ["says nothing", "body without a length trickles in", "100 Continue for ever"])
def test_the_timeout_of_a_task_ends_workers_that_hang(engine: Engine, kind: str) -> None:
    with serve(Service("POST", HANGS[kind], times=100)) as server:
        options: Json = {"endpoint": server.url, "project_id": PROJECT, "auth_token": "the-token"}
        hanging = task("elb_pool_members", pool=POOL_ID, members=MEMBERS, api_timeout=60, **options) | {"timeout": 3}
        started = time.monotonic()
        played = engine.play([hanging, task("elb_member_info", pool=POOL_ID, **options)])
        assert time.monotonic() - started < 30
        # What was asked for at the time of the timeout is not asked for again, and the rest is not asked for.
        assert len(server.seen("POST")) == 8
    first, second = played.results
    assert first.failed
    assert "time" in first["msg"].lower()
    assert len(second["members"]) == 8


@pytest.mark.parametrize("kind", ["says nothing", "headers of 100 Continue for ever"])
def test_an_interrupt_ends_workers_that_hang(engine: Engine, kind: str) -> None:
    """Ctrl-C: what Ansible started would hold the pipes that are read to their end."""
    with serve(Service("POST", HANGS[kind], times=100)) as server:
        options: Json = {"endpoint": server.url, "project_id": PROJECT, "auth_token": "the-token", "api_timeout": 60, "timeout": 60}
        play = {"hosts": "all", "gather_facts": False, "tasks": [task("elb_pool_members", pool=POOL_ID, members=MEMBERS, **options)]}
        interrupted: list[float] = []

        def interrupt() -> bool:
            if len(server.seen("POST")) < 8:
                return False
            interrupted.append(time.monotonic())
            return True

        engine.playbook([play], interrupt=interrupt)
        assert time.monotonic() - interrupted[0] < 20
        assert len(server.seen("POST")) == 8


# --- What a result may do afterwards ----------------------------------------------------------


def anything(text: str) -> Service:
    """A service whose pools and errors have a text wherever one can be."""

    class Anything(Service):
        def carry_out(self, request: Request) -> bytes:
            if request.path.endswith("/members"):
                error = {"error_msg": text, "error_code": text, "request_id": text}
                return response(error, "400 Bad Request")
            pool = {"id": POOL_ID, "name": text, "description": text, "protocol": "HTTP", "listeners": [{"id": text}], text: {text: [text]}}
            if request.path.endswith("/pools"):
                return response({"pools": [pool]})
            return response({"pool": pool})

    return Anything()


def test_a_result_is_no_template(engine: Engine, tmp_path: Path) -> None:
    """Whatever a playbook does with it, in either way."""
    marker = tmp_path / "MARKER"
    evil = "{{ lookup('pipe', 'touch " + str(marker) + "') }}"
    later: list[Json] = [
        task("ansible.builtin.debug", var="listed"),
        task("ansible.builtin.debug", msg="{{ listed }} {{ failed_task.msg }} {{ got }}"),
        task("ansible.builtin.set_fact", kept="{{ listed.pools }}", text="x {{ listed }} {{ failed_task }}"),
        task("ansible.builtin.debug", msg="{{ kept }} {{ text }} {{ kept | to_json }}"),
        task("ansible.builtin.debug", msg="{{ item }}")
        | {"loop": "{{ listed.pools | map('dict2items') | flatten }}", "loop_control": {"label": "{{ item.key }}"}},
        task("ansible.builtin.debug", msg="{{ again }} {{ lookup('vars', 'again') }}") | {"vars": {"again": "{{ listed.pools }}"}},
    ]
    with serve(anything(evil)) as server:
        options: Json = {"endpoint": server.url, "project_id": PROJECT, "auth_token": "the-token"}
        asked: list[Json] = [
            task("elb_pool_info", **options) | {"register": "listed"},
            task("elb_member_info", pool=POOL_ID, **options) | {"register": "failed_task"},
            task("elb_pool", id=POOL_ID, description="new", **options) | {"register": "got"},
        ]
        ordinary = [each | {"vars": {"otc_elb_direct": False}} for each in asked]
        played = engine.play([*asked, *later, *ordinary, *later], diff=True, verbosity=1)
    assert not marker.exists()
    results = played.results
    assert len(results) == 2 * (len(asked) + len(later))
    failures = [result.task for result in results if result.failed]
    assert failures == ["otc.elb.elb_member_info"] * 2, played.output
