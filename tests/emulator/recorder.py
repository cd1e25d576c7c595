# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of the emulator, for tests that look at it. Secrets are never kept."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, TextIO

from .store import Json

KEPT_HEADERS = ("accept", "content-type", "user-agent", "x-project-id", "x-sdk-date", "host", "x-language")


class Recorder:
    def __init__(self, access_log: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._entries: list[Json] = []
        self._in_flight = 0
        self._log: TextIO | None = access_log.open("a", encoding="utf-8") if access_log else None

    def arrive(self) -> int:
        with self._lock:
            self._in_flight += 1
            return self._in_flight

    def leave(self) -> None:
        with self._lock:
            self._in_flight -= 1

    def add(self, entry: Json) -> None:
        with self._lock:
            self._entries.append(entry)
            if self._log is not None:
                line = {name: entry.get(name) for name in ("time", "method", "path", "user", "status", "error_code", "ms")}
                self._log.write(json.dumps(line) + "\n")
                self._log.flush()

    def amend(self, entry: Json, **values: Any) -> None:
        with self._lock:
            entry.update(values)

    def entries(self) -> list[Json]:
        with self._lock:
            return [dict(entry) for entry in self._entries]

    def forget(self) -> None:
        with self._lock:
            self._entries = []


def kept_headers(headers: dict[str, str]) -> Json:
    """The harmless headers, and how the request authenticated, but not with what."""
    kept: Json = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    kept["authentication"] = [
        kind
        for kind, name in (
            ("signature", "authorization"),
            ("token", "x-auth-token"),
            ("security-token", "x-security-token"),
        )
        if name in headers
    ]
    return kept
