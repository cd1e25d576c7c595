# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that never ends, in time or in bytes: the task does."""

from __future__ import annotations

import _thread
import contextlib
import json
import resource
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._api import client
from ansible_collections.otc.elb.plugins.module_utils._errors import ElbError
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline
from ansible_collections.otc.elb.plugins.module_utils._runtime.concurrency import WorkerPool

from ..unit.inprocess import environment
from .conftest import Run
from .server import PROJECT, Connection, Json, Request, Server, Service, bomb, head, response, serve

CHECKOUT = Path(__file__).parents[2]
LB = "00000000-0000-0000-0000-00000000000b"
POOL = {"name": "web", "loadbalancer": LB, "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
POOL_ID = "00000000-0000-0000-0000-000000000001"
CHUNKED = head("Transfer-Encoding: chunked")

Trouble = Callable[[Connection], None]


def then_for_ever(first: bytes, again: bytes, connection: Connection) -> None:
    connection.send(first)
    connection.for_ever(again)


HANGS: dict[str, Trouble] = {
    "says nothing": Connection.silence,
    "status line trickles in": partial(then_for_ever, b"HTTP/1.1 200 ", b"O"),
    "header trickles in": partial(then_for_ever, b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "100 Continue for ever": lambda connection: connection.for_ever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers of 100 Continue for ever": partial(then_for_ever, b"HTTP/1.1 100 Continue\r\n", b"X-More: 1\r\n"),
    "body trickles in": partial(then_for_ever, head("Content-Length: 100000"), b" "),
    "body without a length trickles in": partial(then_for_ever, head("Connection: close"), b" "),
    "chunks trickle in": partial(then_for_ever, CHUNKED, b"1\r\n \r\n"),
    "chunk extension trickles in": partial(then_for_ever, CHUNKED + b"2;", b"x"),
    "chunk size trickles in": partial(then_for_ever, CHUNKED, b"0"),
    "trailers for ever": partial(then_for_ever, CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-More: 1\r\n"),
    "gzip body trickles in": partial(then_for_ever, head("Content-Encoding: gzip", "Connection: close") + bomb(1)[:20], b"\0\0\0\xff\xff"),
}


@pytest.mark.parametrize("kind", HANGS)
def test_a_request_ends(run: Run, kind: str) -> None:
    with serve(Service("GET", HANGS[kind], times=100)) as server:
        started = time.monotonic()
        result = run(server, "elb_pool_info")
        assert time.monotonic() - started < 10
    assert result.failed
    assert "127.0.0.1" in result["msg"]
    assert "This should not happen" not in result["msg"]


@pytest.mark.parametrize("kind", HANGS)
def test_a_request_over_tls_ends(run: Run, tls: ssl.SSLContext, ca_cert: Path, kind: str) -> None:
    with serve(Service("GET", HANGS[kind], times=100), tls) as server:
        started = time.monotonic()
        result = run(server, "elb_pool_info", ca_cert=str(ca_cert))
        assert time.monotonic() - started < 10
    assert result.failed
    assert server.requests
    assert "This should not happen" not in result["msg"]


@pytest.mark.parametrize("kind", HANGS)
def test_what_was_created_is_found(run: Run, kind: str) -> None:
    """The pool is there, only the response never ends."""
    with serve(Service("POST", HANGS[kind])) as server:
        result = run(server, "elb_pool", **POOL, timeout=20)
    assert result.changed, result["msg"]
    assert result["pool"]["id"] == POOL_ID
    assert len(server.seen("POST")) == 1


def test_a_tls_handshake_ends(run: Run) -> None:
    def respond(connection: Connection, request: Request) -> None:
        raise AssertionError(request)

    with serve(respond) as server:
        # The bytes of a handshake are no request, so the server waits for more.
        started = time.monotonic()
        result = run(server, "elb_pool_info", endpoint=f"https://127.0.0.1:{server.port}")
        assert time.monotonic() - started < 10
    assert result.failed


def test_a_proxy_with_tls_ends(run: Run, tls: ssl.SSLContext, ca_cert: Path) -> None:
    """It lets the bytes of a TLS handshake inside of TLS trickle in."""

    def respond(connection: Connection, request: Request) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        # A record of TLS, of 16 kB.
        connection.send(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xf0")
        connection.for_ever(b"\0")

    with serve(respond, tls) as proxy:
        env = {"https_proxy": proxy.url, "no_proxy": "", "REQUESTS_CA_BUNDLE": str(ca_cert)}
        started = time.monotonic()
        result = run(proxy, "elb_pool_info", endpoint="https://elb.example.com", env=env)
        assert time.monotonic() - started < 10
    assert {request.method for request in proxy.requests} == {"CONNECT"}
    assert result.failed


@pytest.mark.parametrize("number", [2, 5])
def test_all_addresses_of_a_name_share_the_time(run: Run, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A listener whose queue is full does not answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as stack:
        for dummy in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname())] * number
        resolve = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args: found if host == "elb.example.com" else resolve(host, *args))
        started = time.monotonic()
        with serve(lambda connection, request: None) as server:
            port = full.getsockname()[1]
            result = run(server, "elb_pool_info", endpoint=f"http://elb.example.com:{port}", api_timeout=1, timeout=0)
        assert 0.9 < time.monotonic() - started < 1.6
    assert "did not answer within 1 seconds" in result["msg"]


def test_the_next_address_is_tried(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(lambda connection, request: connection.send(response({"pools": []}))) as server, socket.socket() as closed:
        closed.bind(("127.0.0.2", server.port))
        resolve = socket.getaddrinfo
        found = [resolve(host, server.port, type=socket.SOCK_STREAM)[0] for host in ("127.0.0.2", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args: found if host == "elb.example.com" else resolve(host, *args))
        result = run(server, "elb_pool_info", endpoint=f"http://elb.example.com:{server.port}")
    assert result["pools"] == []
    assert server.requests[0].headers["host"] == f"elb.example.com:{server.port}"


@pytest.mark.parametrize("kind", ["says nothing", "status line trickles in", "header trickles in", "headers of 100 Continue for ever"])
def test_a_proxy_ends(run: Run, kind: str) -> None:
    """It never gets to the end of its response to CONNECT."""
    with serve(lambda connection, request: HANGS[kind](connection)) as proxy:
        started = time.monotonic()
        result = run(proxy, "elb_pool_info", endpoint="https://elb.example.com", env={"https_proxy": proxy.url, "no_proxy": ""})
        assert time.monotonic() - started < 10
    assert {request.method for request in proxy.requests} == {"CONNECT"}
    assert result.failed
    assert "elb.example.com" in result["msg"]


def test_a_connection_that_had_little_time_left_serves_the_next_request(run: Run) -> None:
    """What is left of one request's time is none of the next one's."""

    def respond(connection: Connection, request: Request) -> None:
        whole = response({"pools": [], "page_info": {}})
        time.sleep(0.3)
        connection.send(whole)

    with serve(respond) as server:
        result = run(server, "elb_pool", **POOL, state="absent", api_timeout=0.45)
    assert not result.failed, result["msg"]


# --- In a process of its own ------------------------------------------------------------------

RUN = """
import json, sys
sys.path[:0] = [sys.argv[2], "."]
from tests.unit.inprocess import call
module, options, env = json.loads(sys.argv[1])
print(json.dumps(call(module, env=env, **options)))
"""
MEMBERS = [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in range(1, 17)]


def start(server: Server, module: str, before: Callable[[], None], **options: Any) -> subprocess.Popen[str]:
    env = {"OS_PROJECT_ID": PROJECT, "OS_AUTH_TOKEN": "the-token"}
    arguments = json.dumps([module, {"endpoint": server.url, **options}, env])
    command = [sys.executable, "-c", RUN, arguments, str(Path(sys.prefix, "collections"))]
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment({}), stdout=subprocess.PIPE, text=True, preexec_fn=before)


def hear_interrupts() -> None:
    """A shell lets what it starts in the background ignore SIGINT, and so the tests of a CI server."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def endless(first: bytes, again: bytes, connection: Connection) -> None:
    connection.send(first)
    connection.for_ever(again, pause=0)


FLOODS: dict[str, Trouble] = {
    "endless body": partial(endless, head("Connection: close"), bytes(1 << 20)),
    "endless chunk": partial(endless, CHUNKED + b"ffffffffff\r\n", bytes(1 << 20)),
    "endless chunks": partial(endless, CHUNKED, b"100000\r\n" + bytes(1 << 20) + b"\r\n"),
    "endless chunk extension": partial(endless, CHUNKED + b"2;", b"x" * (1 << 20)),
    "endless trailers": partial(endless, CHUNKED + b"0\r\n", b"X-More: " + b"x" * 60000 + b"\r\n"),
    "endless 100 Continue": partial(endless, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10000),
    "gzip bomb": lambda connection: connection.send(response(bomb(100), "200 OK", "Content-Encoding: gzip")),
    "gzip bomb, endless": partial(endless, head("Content-Encoding: gzip", "Connection: close"), bomb(64)[:-9]),
    "gzip in gzip": lambda connection: connection.send(response(bomb(10), "200 OK", "Content-Encoding: gzip, gzip")),
    "other encoding": lambda connection: connection.send(response(b"x", "200 OK", "Content-Encoding: br")),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_response_has_a_limit(kind: str) -> None:
    with serve(Service("GET", FLOODS[kind], times=100)) as server:
        process = start(server, "elb_pool_info", little_memory, api_timeout=4, timeout=0)
        try:
            result = json.loads(process.communicate(timeout=60)[0])
        finally:
            process.kill()
    assert result["failed"]
    # Whatever it meets first.
    limits = ("larger than 64 MiB", "cannot be decoded", "broke the connection", "did not answer within 4 seconds")
    assert any(limit in result["msg"] for limit in limits), result["msg"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["says nothing", "body without a length trickles in", "100 Continue for ever"])
def test_an_interrupt_ends_workers_that_hang(number: signal.Signals, kind: str) -> None:
    with serve(Service("POST", HANGS[kind], times=100)) as server:
        options: Json = {"pool": POOL_ID, "members": MEMBERS, "concurrency": 8, "api_timeout": 60, "timeout": 60}
        process = start(server, "elb_pool_members", hear_interrupts, **options)
        try:
            deadline = time.monotonic() + 30
            while len(server.seen("POST")) < 8 and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.2)
            process.send_signal(number)
            started = time.monotonic()
            result = json.loads(process.communicate(timeout=30)[0])
        finally:
            process.kill()
    assert "Interrupted" in result["msg"]
    assert time.monotonic() - started < 10
    assert len(server.seen("POST")) <= 16


def test_workers_that_hang_end(run: Run) -> None:
    with serve(Service("POST", HANGS["header trickles in"], times=100)) as server:
        started = time.monotonic()
        result = run(server, "elb_pool_members", pool=POOL_ID, members=MEMBERS, concurrency=8, timeout=20)
        assert time.monotonic() - started < 20
    # Each is found by the look after its response got lost.
    assert result.changed, result["msg"]
    assert len(server.seen("POST")) == len(MEMBERS)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell lets what it starts in the background ignore SIGINT, and so does Python then."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_that_wakes_no_wait_is_seen() -> None:
    """A signal that arrives between Python's look for signals and a wait does not end the wait; so does interrupt_main().

    The workers have ended by then, and began nothing else.
    """
    threads = threading.active_count()
    deadline, both, begun = Deadline(60), threading.Barrier(2), list[int]()

    def step(number: int) -> None:
        begun.append(number)
        both.wait(5)
        if number:
            time.sleep(0.2)
            _thread.interrupt_main()
        deadline.sleep(30)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        WorkerPool(2, deadline).map(step, range(4))
    assert time.monotonic() - started < 20
    assert threading.active_count() == threads
    assert sorted(begun) == [0, 1]


def test_a_worker_that_nothing_wakes_holds_nothing_back() -> None:
    """As one that resolves a name."""
    awake = threading.Event()

    def step(number: int) -> None:
        if number:
            raise ElbError("It failed.")
        awake.wait(60)

    started = time.monotonic()
    with pytest.raises(ElbError):
        WorkerPool(2, Deadline(60)).map(step, range(2))
    assert time.monotonic() - started < 20
    awake.set()


# --- Pages ------------------------------------------------------------------------------------


def page(first: int, marker: str | None, times: int = 1) -> bytes:
    pools = [{"id": f"00000000-0000-0000-0000-{first + n:012}", "name": "web"} for n in range(times)]
    return response({"pools": pools, "page_info": {"next_marker": marker}})


def test_a_list_ends_that_always_has_another_page(run: Run) -> None:
    with serve(lambda connection, request: connection.send(page(len(server.requests), str(len(server.requests))))) as server:
        result = run(server, "elb_pool_info", timeout=100)
    assert "the list has no end, after 1000 entries" in result["msg"]
    assert len(server.requests) == 1000


def test_a_list_ends_whose_last_page_names_itself(run: Run) -> None:
    """It is empty, as the API's may be."""
    with serve(lambda connection, request: connection.send(page(1, "m", int(len(server.requests) == 1)))) as server:
        result = run(server, "elb_pool_info")
    assert [pool["id"] for pool in result["pools"]] == [POOL_ID]
    assert len(server.requests) == 2


@pytest.mark.parametrize("markers", ["m", "mn", "mnm"])
def test_pages_that_come_again_are_no_list(run: Run, markers: str) -> None:
    """A service that does not know markers would have more than it shows."""
    with serve(lambda connection, request: connection.send(page(1, (markers * 9)[len(server.requests)]))) as server:
        result = run(server, "elb_pool_info")
    assert "the list has no end, after 1 entries" in result["msg"]
    assert len(server.requests) < 5


def test_nothing_is_lost_behind_an_empty_page(run: Run) -> None:
    with serve(lambda connection, request: connection.send(pages[len(server.requests) - 1])) as server:
        pages = [page(1, "a"), page(2, "b", 0), page(1, "c"), page(3, None)]
        result = run(server, "elb_pool_info")
    assert [int(pool["id"][-4:]) for pool in result["pools"]] == [1, 3]


def test_pages_together_have_a_limit() -> None:
    """Of 20 MiB each: the fourteenth is one too many."""

    def respond(connection: Connection, request: Request) -> None:
        number = len(server.requests)
        pool = b'{"id": "00000000-0000-0000-0000-%012d", "more": "%s"}' % (number, b"x" * (20 << 20))
        connection.send(response(b'{"pools": [%s], "page_info": {"next_marker": "%d"}}' % (pool, number)))

    with serve(respond) as server:
        process = start(server, "elb_pool_info", little_memory, api_timeout=30, timeout=100)
        try:
            result = json.loads(process.communicate(timeout=100)[0])
        finally:
            process.kill()
    assert "the list has no end" in result["msg"]
    assert len(server.requests) == 13


@pytest.mark.parametrize("value", [b"[],", b"{},", b'{"a":{}},', b"0,"])
def test_json_has_a_limit_in_memory(value: bytes) -> None:
    """60 MiB of text would be gigabytes of values."""
    body = b'{"pools": [%s0]}' % (value * ((60 << 20) // len(value)))
    with serve(lambda connection, request: connection.send(response(body))) as server:
        process = start(server, "elb_pool_info", little_memory, api_timeout=30, timeout=0)
        try:
            result = json.loads(process.communicate(timeout=100)[0])
        finally:
            process.kill()
    assert "did not come from the ELB API" in result["msg"]


def test_pages_are_charged_to_the_timeout(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """All lists of a task together: here the members of one pool after another."""
    monkeypatch.setattr(client, "_LEAST_SECONDS", 1.0)

    def respond(connection: Connection, request: Request) -> None:
        if request.path.endswith("/pools"):
            connection.send(page(1, None, 100))
            return
        time.sleep(0.05)
        after = {"marker=m": {"next_marker": "n"}, "marker=n": {}}.get(request.target[-8:], {"next_marker": "m"})
        members = [{"id": f"m{len(server.requests)}", "address": "192.168.0.1", "protocol_port": 80}]
        connection.send(response({"members": members, "page_info": after}))

    with serve(respond) as server:
        result = run(server, "elb_pool_info", include_members=True, timeout=1)
    assert "the list has no end" in result["msg"]
    assert len(server.requests) < 200


def test_a_pool_on_two_pages_is_one(run: Run) -> None:
    with serve(lambda connection, request: connection.send(page(len(server.requests), "next" * (len(server.requests) < 3), 2))) as server:
        result = run(server, "elb_pool_info")
    assert [int(pool["id"][-4:]) for pool in result["pools"]] == [1, 2, 3, 4]
