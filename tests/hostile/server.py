# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that does whatever a test wants with a connection: no HTTP library would let it."""

from __future__ import annotations

import functools
import json
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
PROJECT = "0123456789abcdef0123456789abcdef"


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Connection:
    """One connection of a client."""

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self._sock = sock
        self._stopped = stopped

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def for_ever(self, data: bytes, pause: float = 0.02) -> None:
        """Send *data* again and again, until the client has enough or the server ends."""
        while not self._stopped.wait(pause):
            self._sock.sendall(data)

    def silence(self) -> None:
        """Neither send anything nor close."""
        self._stopped.wait()

    def receive(self) -> Request | None:
        """The next request, or ``None`` where the client has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self._sock.recv(65536)
            if not part:
                return None
            data += part
        head, dummy, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, dummy, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            part = self._sock.recv(65536)
            if not part:
                return None
            body += part
        method, target = first.split()[:2]
        return Request(method, target, headers, body)


#: Responds to a request.
Respond = Callable[[Connection, Request], None]


@dataclass
class Server:
    respond: Respond
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    port: int = 0
    #: Sent at once, and then the connection is closed.
    greeting: bytes | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def seen(self, method: str) -> list[Request]:
        return [request for request in self.requests if request.method == method]

    def serve(self, sock: socket.socket, stopped: threading.Event) -> None:
        with suppress(OSError), sock:
            if self.greeting is not None:
                sock.recv(65536)
                sock.sendall(self.greeting)
                return
            with self.tls.wrap_socket(sock, server_side=True) if self.tls else sock as wrapped:
                connection = Connection(wrapped, stopped)
                self.connections.append(connection)
                while request := connection.receive():
                    self.requests.append(request)
                    self.respond(connection, request)


@contextmanager
def serve(respond: Respond, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server on a free port of the loopback interface; every connection has a thread, and all end with the test."""
    server, stopped = Server(respond, tls), threading.Event()
    handles: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def handle(sock: socket.socket, handle: socket.socket) -> None:
        server.serve(sock, stopped)
        end(handle)

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, dummy = listener.accept()
                # A handle of its own, which stays what it is where TLS takes the socket over.
                handles.append(sock.dup())
                threads.append(threading.Thread(target=handle, args=(sock, handles[-1])))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server.port = listener.getsockname()[1]
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            stopped.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for each in handles:
                end(each)
            for thread in threads:
                thread.join()


def end(handle: socket.socket) -> None:
    """Close a connection, also where others have a handle of it."""
    with suppress(OSError), handle:
        handle.shutdown(socket.SHUT_RDWR)


def response(body: Any = None, status: str = "200 OK", *headers: str) -> bytes:
    """A whole response; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(content)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def head(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, "", ""]).encode()


@functools.cache
def bomb(megabytes: int) -> bytes:
    """Zeros, compressed to a thousandth."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return b"".join(compressor.compress(bytes(1 << 20)) for dummy in range(megabytes)) + compressor.flush()


def keystone_and_elb(connection: Connection, request: Request) -> None:
    """Keystone, which refuses to show its versions, and an ELB without pools."""
    if request.path == "/v3":
        connection.send(response({}, "401 Unauthorized"))
    elif request.method == "POST":
        token = {"methods": ["password"], "expires_at": "2099-01-01T00:00:00Z", "project": {"id": "p", "name": "p"}}
        connection.send(response({"token": token}, "201 Created", "X-Subject-Token: the-token"))
    else:
        connection.send(response({"pools": []}))


class Service:
    """As much of ELB as a task needs; in place of its response to some requests it sends what a test wants.

    :param trouble: what it does to the first requests of a method, after it did what they ask for.
    """

    def __init__(self, method: str = "", trouble: Callable[[Connection], None] | None = None, times: int = 1) -> None:
        self.pools: list[Json] = []
        self.members: list[Json] = []
        self.method = method
        self.trouble = trouble
        self.times = times
        self.lock = threading.Lock()

    def __call__(self, connection: Connection, request: Request) -> None:
        with self.lock:
            whole = self.carry_out(request)
            troubled = self.trouble is not None and request.method == self.method and self.times > 0
            self.times -= troubled
        if troubled and self.trouble:
            self.trouble(connection)
        else:
            connection.send(whole)

    def carry_out(self, request: Request) -> bytes:
        kind = "member" if "/members" in request.path else "pool"
        found = self.members if kind == "member" else self.pools
        if request.method == "POST":
            new = {**json.loads(request.body)[kind], "id": f"00000000-0000-0000-0000-{len(found) + 1:012}"}
            found.append(new)
            return response({kind: new}, "201 Created")
        return response({f"{kind}s": found, "page_info": {}})
