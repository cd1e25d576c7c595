# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves the WSGI application over HTTP/1.1 on the loopback interface.

Werkzeug's own server closes every connection after one response. Clients are to be tested with connections that stay
open, and with connections that break, so this one keeps them open and lets the application break them.
"""

from __future__ import annotations

import io
import os
import socket
import socketserver
import ssl
import struct
import sys
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Set by the application in the environ: what to do to the connection instead of answering properly.
BREAK = "emulator.break"
# How many seconds pass between two bytes of its body.
TRICKLE = "emulator.trickle"


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One thread for each connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, application: Application, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.application = application
        self.tls = tls
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        # In the connection's own thread, so that a slow client does not block the others.
        try:
            wrapped = self.tls.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            return
        try:
            super().finish_request(wrapped, client_address)
        finally:
            wrapped.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


def tls_context(certificate: Path, key: Path, client_ca: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Handler(BaseHTTPRequestHandler):
    """HTTP for WSGI, with the whole body read first: what is left of it would be taken for the next request."""

    protocol_version = "HTTP/1.1"
    server_version = "elb-emulator"
    sys_version = ""
    # A small response must not wait for the acknowledgement of the one before.
    disable_nagle_algorithm = True
    server: Server

    def __getattr__(self, name: str) -> Any:
        # Whatever the method is called, the application decides about it.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the application keeps its own record."""

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        environ = self._environ(body)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., Any]:
            started[:] = [status, headers]
            return lambda data: None

        chunks = self.server.application(environ, start_response)
        try:
            payload = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = started
        code = int(status.split(" ", 1)[0])
        lines = [f"HTTP/1.1 {status}", f"Date: {self.date_time_string()}", f"Server: {self.server_version}"]
        lines += [f"{name}: {value}" for name, value in headers if name.lower() not in ("content-length", "connection")]
        if code >= 200 and code not in (204, 304):
            lines.append(f"Content-Length: {len(payload)}")
        else:
            payload = b""
        lines.append(f"Connection: {'close' if self.close_connection else 'keep-alive'}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        breakage = environ.get(BREAK)
        if breakage == "reset":
            self._reset()
            return
        if breakage == "close":
            self.close_connection = True
            return
        if breakage == "truncate":
            self.close_connection = True
            payload = payload[: len(payload) // 2]
        if self.command == "HEAD":
            payload = b""
        if breakage == "trickle" and payload:
            self._trickle(head, payload, environ[TRICKLE])
            return
        self.wfile.write(head + payload)

    def _trickle(self, head: bytes, payload: bytes, seconds: float) -> None:
        """Send a response byte by byte, until the client closes the connection."""
        self.wfile.write(head)
        for byte in payload:
            time.sleep(seconds)
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                self.close_connection = True
                return

    def _read_body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            return None
        return self.rfile.read(int(length))

    def _read_chunks(self) -> bytes | None:
        parts: list[bytes] = []
        while True:
            try:
                size = int(self.rfile.readline(256).split(b";")[0], 16)
            except ValueError:
                return None
            if size < 0:
                return None
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return b"".join(parts)
            parts.append(self.rfile.read(size))
            self.rfile.readline(8)

    def _environ(self, body: bytes) -> Environ:
        target = self.path
        if target.startswith(("http://", "https://")):
            target = "/" + target.split("://", 1)[1].partition("/")[2]
        path, dummy, query = target.partition("?")
        address, port = self.server.server_address[:2]
        environ: Environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": str(address),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": self.client_address[1],
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.server.tls else "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            # As they were sent: a signature covers the spelling.
            "emulator.path": path,
            "emulator.headers": {name.lower(): value for name, value in self.headers.items()},
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING") and "_" not in name:
                environ[f"HTTP_{key}"] = value
        return environ

    def _reset(self) -> None:
        """End the connection with RST, at once: shutting it down in an orderly way would send FIN before."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
