# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy's tunnel that breaks after the service did what was asked: ``requests`` calls it the proxy's error, but it was sent."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator, start
from ..unit.inprocess import call
from .conftest import Certificates


@pytest.fixture
def tls_emulator(certificates: Certificates) -> Iterator[Emulator]:
    cert, key = certificates.server
    with start(tls_cert=cert, tls_key=key) as emulator:
        yield emulator


def pump(source: socket.socket, sink: socket.socket, lost: Callable[[], bool]) -> None:
    """Pass on what comes, until either side ends or something is to be lost."""
    with suppress(OSError):
        while (data := source.recv(65536)) and not lost():
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(lost: Callable[[], bool]) -> Iterator[str]:
    """A proxy that knows nothing but CONNECT; *lost* decides whether a response is lost."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            host, dummy, port = self.rfile.readline().split()[1].decode().rpartition(":")
            while self.rfile.readline().strip():
                pass
            with socket.create_connection((host, int(port))) as service:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                upwards = threading.Thread(target=pump, args=(self.connection, service, lambda: False), daemon=True)
                upwards.start()
                pump(service, self.connection, lost)
                upwards.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def test_a_lookup_follows_a_lost_response(tls_emulator: Emulator, certificates: Certificates) -> None:
    losses: list[bool] = []

    def lost() -> bool:
        """The response to the first creation, and nothing else."""
        if losses or not tls_emulator.writes():
            return False
        losses.append(True)
        return True

    with proxy(lost) as url:
        result = call(
            "elb_pool",
            name="web",
            loadbalancer="demo",
            protocol="HTTP",
            lb_algorithm="ROUND_ROBIN",
            ca_cert=str(certificates.ca),
            env={**aksk(tls_emulator), "https_proxy": url, "no_proxy": ""},
        )
    assert losses == [True]
    assert result.changed, result["msg"]
    assert [entry["action"] for entry in tls_emulator.writes()] == ["elb:pools:create"]
    assert len(tls_emulator.state()["pools"]) == 1
