# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that is never the bottleneck: several processes that accept every new member, each response MS milliseconds later.

    python server.py PORT_FILE PROCESSES MS

It checks nothing, and keeps nothing: what a module does is tested elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import uuid
from pathlib import Path
from typing import Any

POOL = {"id": str(uuid.UUID(int=1)), "name": "web", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "members": [], "project_id": "p"}
DEFAULTS = {
    "weight": 1,
    "operating_status": "NO_MONITOR",
    "admin_state_up": True,
    "ip_version": "v4",
    "member_type": "ip",
    "project_id": "p",
}


class Service(asyncio.Protocol):
    """One connection."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        if len(body) < length:
            return
        self._read = b""
        response: dict[str, Any]
        if head.startswith(b"POST"):
            status, response = "201 Created", {"member": {**DEFAULTS, **json.loads(body)["member"], "id": str(uuid.uuid4())}}
        elif head.split(b" ")[1].partition(b"?")[0].endswith(b"/members"):
            status, response = "200 OK", {"members": [], "page_info": {"current_count": 0}}
        elif b"/pools/" in head:
            status, response = "200 OK", {"pool": POOL}
        else:
            status, response = "200 OK", {"pools": [POOL], "page_info": {"current_count": 1}}
        content = json.dumps({**response, "request_id": "r"}).encode()
        answer = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
        asyncio.get_running_loop().call_later(self._seconds, self._transport.write, answer)  # type: ignore[attr-defined]


async def serve(listening: socket.socket, seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Service(seconds), sock=listening)
    await server.serve_forever()


def main() -> None:
    port_file, processes, milliseconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    listening = socket.create_server(("127.0.0.1", 0), backlog=100)
    port_file.write_text(str(listening.getsockname()[1]), encoding="utf-8")
    for dummy in range(processes - 1):
        if os.fork() == 0:
            break
    asyncio.run(serve(listening, milliseconds / 1000))


if __name__ == "__main__":
    main()
