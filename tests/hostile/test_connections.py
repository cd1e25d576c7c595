# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that are kept for the next item of a loop, and when they are not taken."""

from __future__ import annotations

import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme

from ansible_collections.otc.elb.plugins.module_utils._errors import Unreachable
from ansible_collections.otc.elb.plugins.module_utils._http import adapter
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline
from ansible_collections.otc.elb.plugins.module_utils._http.transport import KeptAdapter, Tls, Transport

from .server import Connection, Request, response, serve


class Items:
    """The items of a loop: each has a time limit of its own.

    :param tls: what all of them trust.
    """

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._kept = KeptAdapter()

    def get(self, url: str, deadline: Deadline | None = None) -> int:
        """One request of one item.

        :returns: the status of the response.
        """
        transport = Transport(lambda request: request, self._tls, 30.0, deadline or Deadline(30), 2, self._kept)
        return transport.send("GET", url, None, "try").status


@pytest.fixture
def items() -> Items:
    return Items(Tls())


def answer(connection: Connection, request: Request) -> None:
    connection.send(response({}))


def test_a_connection_is_taken_again(items: Items) -> None:
    with serve(answer) as server:
        assert [items.get(server.url) for dummy in range(3)] == [200] * 3
        assert len(server.connections) == 1


def test_not_one_that_ended(items: Items) -> None:
    """As after a pause of the loop: the next item takes another one."""

    def once(connection: Connection, request: Request) -> None:
        answer(connection, request)
        raise ConnectionError

    with serve(once) as server:
        for dummy in range(3):
            assert items.get(server.url) == 200
            time.sleep(0.2)
        assert len(server.connections) == 3


def test_not_one_that_was_idle_for_long(items: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall on the way may have forgotten it: the request would wait in vain, and nobody knew whether it had arrived."""
    monkeypatch.setattr(adapter, "_MAX_IDLE", 0.1)
    with serve(answer) as server:
        assert items.get(server.url) == 200
        time.sleep(0.2)
        assert [items.get(server.url), items.get(server.url)] == [200, 200]
        assert len(server.connections) == 2


def refused(items: Items, url: str) -> bool:
    try:
        return items.get(url) != 200
    except Unreachable:
        return True


def test_not_one_of_other_files(authority: trustme.CA, tmp_path: Path) -> None:
    """The files are the same by name, and were replaced between two items."""
    other = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    # What a client of TLS 1.3 sends before it is refused may break the connection first.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    ca, cert = tmp_path / "ca.pem", tmp_path / "cert.pem"
    trusted = {ca: authority.cert_pem.bytes(), cert: authority.issue_cert("client").private_key_and_cert_chain_pem.bytes()}
    untrusted = {ca: other.cert_pem.bytes(), cert: other.issue_cert("client").private_key_and_cert_chain_pem.bytes()}
    items = Items(Tls(str(ca), str(cert)))
    with serve(answer, context) as server:
        for path in trusted:
            for file, pem in trusted.items():
                file.write_bytes(pem)
            assert not refused(items, server.url)
            path.write_bytes(untrusted[path])
            assert refused(items, server.url)
            path.unlink()
            assert refused(items, server.url)


def test_an_item_that_ends_takes_nothing_from_the_next(items: Items) -> None:
    """Each request has the limit of its own item, though they share connections."""
    asked, go_on = threading.Semaphore(0), threading.Event()

    def wait(connection: Connection, request: Request) -> None:
        asked.release()
        if request.path == "/wait":
            go_on.wait()
        answer(connection, request)

    first, second = Deadline(30), Deadline(30)
    with serve(wait) as server, ThreadPoolExecutor() as threads:
        try:
            left_behind = threads.submit(items.get, f"{server.url}/wait", first)
            asked.acquire()
            under_way = threads.submit(items.get, f"{server.url}/wait", second)
            asked.acquire()
            first.expire()
            with pytest.raises(Unreachable):
                left_behind.result()
            with pytest.raises(Unreachable):
                items.get(server.url, first)
            assert items.get(server.url, second) == 200
        finally:
            go_on.set()
        assert under_way.result() == 200
