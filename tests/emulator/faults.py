# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults between a client and the service, by kind of request.

A fault says which requests it meets, how many of them it lets through first, and how many it then spoils.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from .config import ConfigError
from .store import Json

# reset: the connection is torn down (RST). close: it ends without a response. truncate: the response stops half-way.
# trickle: its body comes byte by byte, one each `ms`.
# answer: something else is answered. delay: everything takes longer. later: answered (or, with no status, reset) at
# once, and done `ms` later: a gateway that gave up on a slow service. expire: 401, as for an expired token.
KINDS = ("reset", "close", "truncate", "trickle", "answer", "delay", "later", "expire")
WHEN = ("before", "after")

_numbers = itertools.count(1)

DEFAULT_CODES = {400: "ELB.8902", 401: "ELB.1103", 403: "ELB.9802", 404: "ELB.8904", 409: "ELB.8907", 429: "APIGW.0308"}
DEFAULT_MESSAGES = {
    429: "The throttling threshold has been reached.",
    500: "Internal server error.",
    502: "Bad gateway.",
    503: "Service unavailable.",
    504: "Backend timeout.",
}


@dataclass
class Fault:
    do: str
    # Which requests; None and "" mean any. `path` is a regular expression that is searched for.
    method: str | None = None
    path: str = ""
    action: str | None = None
    # How many to let through first, and how many to spoil; None: all that follow.
    skip: int = 0
    times: int | None = 1
    # Whether the service did what was asked before it went wrong.
    when: str = "before"
    ms: float = 0
    status: int | None = None
    # The body: an HTML page, this text, or else the documented JSON error with this code and message.
    html: bool = False
    body: str | None = None
    error_code: str | None = None
    error_msg: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: str | int | None = None
    id: int = field(default_factory=lambda: next(_numbers))
    # How often it happened.
    done: int = 0

    def __post_init__(self) -> None:
        if self.do not in KINDS:
            raise ConfigError(f"fault: do must be one of {KINDS}, not {self.do!r}")
        if self.when not in WHEN:
            raise ConfigError(f"fault: when must be one of {WHEN}, not {self.when!r}")
        if self.do == "answer" and self.status is None:
            raise ConfigError("fault: answer needs a status")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ConfigError(f"fault: path: {error}") from error

    def meets(self, method: str, path: str, action: str | None) -> bool:
        return (
            (self.method is None or self.method.upper() == method)
            and re.search(self.path, path) is not None
            and (self.action is None or self.action == action)
        )

    def answer(self, request_id: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of what is answered instead."""
        status = self.status or 504
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.body is not None:
            headers.setdefault("Content-Type", "text/html" if self.html else "application/json")
            return status, headers, self.body.encode()
        message = self.error_msg or DEFAULT_MESSAGES.get(status, "Something went wrong.")
        if self.html:
            headers.setdefault("Content-Type", "text/html")
            page = f"<html><head><title>{status}</title></head><body><h1>{status} {message}</h1></body></html>"
            return status, headers, page.encode()
        headers.setdefault("Content-Type", "application/json")
        return status, headers, error_body(self.error_code or DEFAULT_CODES.get(status, "ELB.8906"), message, request_id)


def error_body(code: str, message: str, request_id: str) -> bytes:
    return json.dumps({"error_msg": message, "error_code": code, "request_id": request_id}).encode()


class FaultPlan:
    """The faults to come. Requests in parallel each take their own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self, ident: int | None = None) -> None:
        with self._lock:
            self._faults = [] if ident is None else [fault for fault in self._faults if fault.id != ident]

    def show(self) -> list[Json]:
        with self._lock:
            return [dict(vars(fault)) for fault in self._faults]

    def take(self, method: str, path: str, action: str | None) -> tuple[list[Fault], Fault | None]:
        """The delays that meet a request, and the first other fault that does."""
        delays: list[Fault] = []
        found: Fault | None = None
        with self._lock:
            for fault in self._faults:
                if fault.times is not None and fault.done >= fault.times:
                    continue
                if fault.do != "delay" and found is not None:
                    continue
                if not fault.meets(method, path, action):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.done += 1
                if fault.do == "delay":
                    delays.append(fault)
                else:
                    found = fault
        return delays, found


class RateLimit:
    """Counts the requests of each second, as gateways do."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._second = self._count = 0

    def exceeded(self, per_second: int) -> bool:
        """Count one more. Returns whether it is one too many. With a limit of 0, none is."""
        with self._lock:
            second = int(time.monotonic())
            if second != self._second:
                self._second, self._count = second, 0
            self._count += 1
            return self._count > per_second > 0


@dataclass
class Distortion:
    """Answers that differ from the reference: fields missing, null, of another kind, or unknown.

    Fields are named as the resource has them (``session_persistence.cookie_name``), or from the top of the body with a
    leading ``$.`` (``$.page_info.next_marker``).
    """

    method: str | None = None
    path: str = ""
    action: str | None = None
    times: int | None = None
    drop: list[str] = field(default_factory=list)
    null: list[str] = field(default_factory=list)
    set: dict[str, Any] = field(default_factory=dict)
    done: int = 0

    def meets(self, method: str, path: str, action: str | None) -> bool:
        return (
            (self.times is None or self.done < self.times)
            and (self.method is None or self.method.upper() == method)
            and re.search(self.path, path) is not None
            and (self.action is None or self.action == action)
        )

    def apply(self, body: Json) -> None:
        for name in self.drop:
            for holder, key in _places(body, name):
                holder.pop(key, None)
        for name in self.null:
            for holder, key in _places(body, name):
                holder[key] = None
        for name, value in self.set.items():
            for holder, key in _places(body, name):
                holder[key] = value


def _places(body: Json, name: str) -> list[tuple[Json, str]]:
    if name.startswith("$."):
        roots, name = [body], name.removeprefix("$.")
    else:
        # One resource in its envelope, or a list of them.
        envelopes = [value if isinstance(value, list) else [value] for key, value in body.items() if key != "page_info"]
        roots = [each for envelope in envelopes for each in envelope if isinstance(each, dict)]
    *way, last = name.split(".")
    for step in way:
        roots = [item[step] for item in roots if isinstance(item.get(step), dict)]
    return [(root, last) for root in roots]
