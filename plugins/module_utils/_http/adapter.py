# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The adapter that every request goes through, to ELB and to Keystone: a limit for its time, and one for its response.

``requests`` and ``urllib3`` limit each read from a socket, not the request: a server that sends one byte now and then is read for
ever. Here every socket operation of a request gets what is left of its time, whatever is being read: the response of a proxy,
interim responses, headers, chunks, trailers, the body. That needs one hook in ``http.client``, whose responses all read through
one file object, and works with ``urllib3`` 1.26 and 2.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import io
import os
import socket
import threading
import time
import typing as t
import zlib
from pathlib import Path

from .deadline import Deadline
from .libraries import HTTPAdapter, requests, urllib3

#: The largest response, in bytes: as it is sent, and its body as it is decoded.
MAX_BYTES = 64 << 20
#: A timeout of a socket must not be zero.
_LEAST_SECONDS = 0.001
#: How many bytes of a body are read at once, at most.
_CHUNK = 1 << 16
#: The only encodings that are asked for, and read.
_GZIP = ("gzip", "x-gzip")
#: Seconds without a request after which a connection is not reused: a firewall or NAT may have dropped it without closing it.
_MAX_IDLE = 30.0


class TooLarge(OSError):
    """A response is larger than :data:`MAX_BYTES`."""


class Adapter(HTTPAdapter):
    """An adapter of ``requests`` whose responses have their body already, within the limits.

    :param connections: how many requests may be under way at the same time.
    """

    def __init__(self, connections: int) -> None:
        super().__init__(pool_maxsize=connections)

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        """Make the pools of connections."""
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call, unused-ignore]
        _limit(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
        """The pools of connections through a proxy.

        :raises requests.exceptions.InvalidSchema: at one for SOCKS, whose library has a limit for each read only.
        """
        if proxy.lower().startswith("socks"):
            raise requests.exceptions.InvalidSchema("SOCKS")
        if proxy.lower().startswith("https:"):
            # TLS in TLS has a limit for each read only.
            _thread.request.abort_in_time()
        return _limit(super().proxy_manager_for(proxy, **kwargs))  # type: ignore[no-untyped-call, unused-ignore]

    def close(self) -> None:
        """Close the connections."""
        super().close()  # type: ignore[no-untyped-call, unused-ignore]

    def cert_verify(self, conn: t.Any, url: t.Any, verify: t.Any, cert: t.Any) -> None:
        """Give the connections to a server the CAs to trust, read already where they can be shared."""
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call, unused-ignore]
        # Not with a client's certificate, which urllib3 adds to the context, nor where it trusts a proxy by the same file.
        if conn.ca_certs and not cert and getattr(conn.proxy, "scheme", "http") == "http":
            # urllib3 meets an error, too, and reports it.
            with contextlib.suppress(OSError):
                conn.conn_kw["ssl_context"], conn.ca_certs = trusting(conn.ca_certs), None

    def fetch(self, request: t.Any, seconds: float, deadline: Deadline, verify: t.Any, cert: t.Any, proxies: t.Any) -> requests.Response:
        """Send a request, and read the whole response.

        :param seconds: the limit.
        :param deadline: when it expires, the request ends at once, or is not sent.
        :param verify: as for ``send``, like what follows.
        :raises requests.RequestException, OSError, ValueError: as ``requests`` does.
        """
        # What may come is what _decoded limits; urllib3 decodes a whole chunk at once, of many layers in its older versions.
        request.headers["Accept-Encoding"] = "gzip"
        _thread.request = under_way = _Request(seconds)
        try:
            with deadline.ending(under_way.abort):
                response = super().send(request, True, seconds, verify, cert, proxies)
                try:
                    response._content = _decoded(response)
                except BaseException:
                    response.close()
                    raise
                # A response without a body is never read, and so does not give its connection back.
                response.raw.release_conn()
                return response
        except urllib3.exceptions.ReadTimeoutError as error:
            raise requests.ReadTimeout(error, request=request) from error
        except (urllib3.exceptions.HTTPError, TooLarge, zlib.error) as error:
            raise requests.ConnectionError(error, request=request) from error
        except requests.ConnectionError as error:
            # urllib3 takes a time limit that ends a handshake, or the sending, for a connection that broke.
            if under_way.left() or isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
                raise
            raise requests.ReadTimeout(error, request=request) from error
        finally:
            under_way.closing.close()


class _SessionAdapter(Adapter):
    """An adapter for one task, whose limits a session of ``requests`` does not know."""

    def __init__(self, connections: int, seconds: float, deadline: Deadline) -> None:
        super().__init__(connections)
        self._seconds = seconds
        self._deadline = deadline

    def send(
        self, request: t.Any, stream: bool = False, timeout: t.Any = None, verify: t.Any = True, cert: t.Any = None, proxies: t.Any = None
    ) -> requests.Response:
        """See :meth:`fetch`."""
        seconds = self._seconds if timeout is None else min(self._seconds, timeout)
        return self.fetch(request, seconds, self._deadline, verify, cert, proxies)


def limited_session(seconds: float, deadline: Deadline, connections: int = 1) -> requests.Session:
    """A session of ``requests`` that has nothing but this adapter, for libraries that take a session.

    :param seconds: the limit for one request; a ``timeout`` of the request may be shorter.
    :param deadline: when it expires, requests under way end at once, and no other is sent.
    :param connections: see :class:`Adapter`.
    """
    session = requests.Session()
    # A password of ~/.netrc is for others.
    session.auth = lambda request: request
    adapter = _SessionAdapter(connections, seconds, deadline)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def ca_file_of_environment() -> str | None:
    """The file of the CAs to trust where the task names none, as ``requests`` looks for it."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")


#: What changes when a file does.
FileState = tuple[int, int, int]


def file_state(path: str) -> FileState:
    """The state of a file.

    :raises OSError: where there is none.
    """
    status = Path(path).stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def trusting(ca_file: str) -> t.Any:
    """A TLS context that trusts the CAs in a file. ``urllib3`` reads the file for each connection, which takes longer than a request.

    :raises OSError: where the file cannot be used.
    """
    return _trusting(ca_file, file_state(ca_file))


@functools.lru_cache(maxsize=4)
def _trusting(ca_file: str, dummy_state: FileState) -> t.Any:
    context = urllib3.util.ssl_.create_urllib3_context()
    context.load_verify_locations(ca_file)
    return context


class _Request:
    """A request under way.

    :param seconds: its limit.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._left = MAX_BYTES
        self._handles: list[socket.socket] = []
        #: Closes what was opened for the request; urllib3 leaves a response open whose headers it does not accept.
        self.closing = contextlib.ExitStack()

    def left(self) -> float:
        """Seconds that are left, never below zero."""
        return max(0.0, self._end - time.monotonic())

    def limit(self, sock: t.Any) -> None:
        """Give the next operation of a socket what is left of the time.

        :raises socket.timeout: when nothing is.
        """
        left = self.left()
        if not left:
            raise socket.timeout("timed out")
        sock.settimeout(left)

    def count(self, received: int) -> None:
        """Count bytes that were received.

        :raises TooLarge: when they are too many.
        """
        self._left -= received
        if self._left < 0:
            raise TooLarge

    def watch(self, sock: t.Any) -> None:
        """Let :meth:`abort` end what waits for a socket. By a second handle: the socket itself may become one of TLS meanwhile."""
        handle = socket.socket(fileno=os.dup(sock.fileno()))
        self._handles.append(self.closing.enter_context(handle))

    def abort_in_time(self) -> None:
        """End the request when its time is up, whatever it waits for."""
        timer = threading.Timer(self.left(), self.abort)
        timer.daemon = True
        timer.start()
        self.closing.callback(timer.cancel)

    def abort(self) -> None:
        """End the request, from another thread."""
        self._end = 0.0
        for handle in self._handles:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


class _Thread(threading.local):
    """The request of the current thread."""

    request: _Request


_thread = _Thread()


class _Connection:
    """A mixin for the connection classes of ``urllib3``."""

    sock: t.Any
    timeout: t.Any
    port: int
    _dns_host: str
    #: When something was sent, by ``time.monotonic``.
    _used = 0.0

    @property
    def is_idle_for_long(self) -> bool:
        """Whether it should not be used again."""
        return self.sock is not None and time.monotonic() - self._used > _MAX_IDLE

    def _new_conn(self) -> t.Any:
        sock = self._connected()
        try:
            _thread.request.watch(sock)
            # A TLS handshake takes the socket's timeout for the whole of it.
            _thread.request.limit(sock)
        except OSError:
            # The time is up.
            sock.close()
            raise
        return sock

    def _connected(self) -> t.Any:
        """A socket to one of the addresses of a name. ``urllib3`` gives each of them the whole time; here they share it."""
        connect = super()._new_conn  # type: ignore[misc]
        host, timeout = self._dns_host, self.timeout
        try:
            addresses = [str(each[4][0]) for each in socket.getaddrinfo(host.strip("[]"), self.port, 0, socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            # urllib3 meets it, too, and reports it.
            return connect()
        try:
            while True:
                self._dns_host, self.timeout = addresses.pop(0), max(_LEAST_SECONDS, _thread.request.left() / (len(addresses) + 1))
                try:
                    return connect()
                except (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError):
                    if not addresses or not _thread.request.left():
                        raise
        finally:
            self._dns_host, self.timeout = host, timeout

    def send(self, data: t.Any) -> None:
        if self.sock is not None:
            _thread.request.limit(self.sock)
        self._used = time.monotonic()
        super().send(data)  # type: ignore[misc]


class _Pool:
    """A mixin for the pools of connections of ``urllib3``."""

    _new_conn: t.Callable[[], t.Any]

    def _get_conn(self, timeout: t.Any = None) -> t.Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc]
        if not connection.is_idle_for_long:
            return connection
        connection.close()
        # Not the same one: with urllib3 1.26, that of a proxy's tunnel cannot connect again.
        return self._new_conn()


class _Response(http.client.HTTPResponse):
    """A response, of a server or of a proxy, that is read within the limits."""

    def __init__(self, sock: t.Any, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: t.Any = io.BufferedReader(_Reader(sock, self.fp.detach(), _thread.request))
        _thread.request.closing.callback(self.fp.close)


class _Reader(io.RawIOBase):
    """The raw stream of a response.

    :param raw: reads from *sock*.
    """

    def __init__(self, sock: t.Any, raw: t.Any, request: _Request) -> None:
        self._sock = sock
        self._raw = raw
        self._request = request
        request.watch(sock)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        self._request.limit(self._sock)
        received: int = self._raw.readinto(buffer)
        self._request.count(received)
        return received

    def close(self) -> None:
        self._raw.close()
        super().close()


def _limit(manager: t.Any) -> t.Any:
    """Let a manager of ``urllib3`` make limited connections, whatever classes it has: those for SOCKS are others."""
    manager.pool_classes_by_scheme = {scheme: _limited(pool) for scheme, pool in manager.pool_classes_by_scheme.items()}
    return manager


@functools.cache
def _limited(pool: t.Any) -> t.Any:
    if issubclass(pool.ConnectionCls, _Connection):
        return pool
    connection = type(pool.ConnectionCls.__name__, (_Connection, pool.ConnectionCls), {"response_class": _Response})
    return type(pool.__name__, (_Pool, pool), {"ConnectionCls": connection})


def _decoded(response: requests.Response) -> bytes:
    """The body.

    :raises TooLarge: when it is too large.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", *_GZIP):
        raise requests.exceptions.ContentDecodingError(f"Content-Encoding: {encoding}")
    decoder = zlib.decompressobj(zlib.MAX_WBITS + 16) if encoding in _GZIP else None
    content = bytearray()
    for part in response.raw.stream(_CHUNK, decode_content=False):
        content += decoder.decompress(part, MAX_BYTES + 1 - len(content)) if decoder else part
        if len(content) > MAX_BYTES:
            raise TooLarge
    if decoder and content and not decoder.eof:
        raise requests.exceptions.ContentDecodingError("incomplete")
    return bytes(content)
