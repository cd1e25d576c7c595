# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play that needs every operation, for every kind of failure: the source of the table in docs/reliability.md."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS

from ..emulator.client import Emulator
from .engine import PlayRun, Task, task

Json = dict[str, Any]
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
#: kind of trouble -> the fault, and the options of the modules while it happens
KINDS: dict[str, tuple[Json, Json]] = {
    "connection reset before the change": ({"do": "reset", "when": "before"}, {}),
    "connection reset after the change": ({"do": "reset", "when": "after"}, {}),
    "connection closed without a response, after the change": ({"do": "close", "when": "after"}, {}),
    "response truncated, after the change": ({"do": "truncate", "when": "after"}, {}),
    "HTML error page (502), before the change": ({"do": "answer", "status": 502, "html": True}, {}),
    "HTML page with status 200, before the change": ({"do": "answer", "status": 200, "html": True}, {}),
    "429 without Retry-After": ({"do": "answer", "status": 429}, {}),
    "429 with Retry-After: 1": ({"do": "answer", "status": 429, "retry_after": 1}, {}),
    "500 after the change": ({"do": "answer", "status": 500, "when": "after"}, {}),
    "503 before the change": ({"do": "answer", "status": 503}, {}),
    "504 after the change": ({"do": "answer", "status": 504, "when": "after"}, {}),
    "504, and the change half a second later": ({"do": "later", "status": 504, "ms": 500}, {}),
    "response sent slowly, after the change": ({"do": "trickle", "ms": 50}, {"api_timeout": 1.0}),
    "response later than api_timeout": ({"do": "delay", "ms": 1800}, {"api_timeout": 1.0}),
    "load balancer busy (409)": (
        {"do": "answer", "status": 409, "error_msg": "Load balancer is immutable and cannot be updated (PENDING_UPDATE)."},
        {},
    ),
}
READS = ("get", "list")
#: The columns of the page: read, create, update, remove. A cell has more than one outcome where operations differ.
COLUMNS = (READS, ("create",), ("put",), ("delete",))
CHANGED = [True, False, True, True, False, True, True, True, True, False, True, True, True, True]
#: How what may have been created is looked for, where the API has no filter for it.
LOOKS = {"elb:healthmonitors:create": "elb:pools:list"}


def story(options: Json) -> list[Task]:
    """The life of a pool, a member and a health check: each operation is needed."""
    pool, member = "{{ pool.pool.id }}", "{{ member.member.id }}"
    new = {"name": "web", "loadbalancer": "demo", "listener": "demo-http", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    one = {"pool": pool, "address": "192.168.0.11", "protocol_port": 80}
    return [
        task("elb_pool", **new, **options) | {"register": "pool"},
        task("elb_pool", id=pool, protocol="HTTP", **options),
        task("elb_pool", name="web", description="new", **options),
        task("elb_member", **one, weight=3, **options) | {"register": "member"},
        task("elb_member_info", pool=pool, id=member, **options),
        task("elb_member", **one, weight=0, **options),
        task("elb_member", **one, state="absent", **options),
        task("elb_pool", name="web", health_check={}, **options),
        task("elb_pool", name="web", health_check={"delay": 3}, **options),
        task("elb_pool_info", name="web", include_health_check=True, **options),
        task("elb_pool", name="web", health_check={"enable": False}, **options),
        task("elb_pool", name="web", listener="demo-http-2", **options),
        task("elb_member", **one, **options),
        task("elb_pool", name="web", state="absent", force=True, **options),
    ]


def ended_right(emulator: Emulator, played: PlayRun, kind: str, actions: Sequence[str]) -> None:
    """The play succeeded although each of *actions* failed once, and the page says how each failure was handled."""
    assert [result.failed for result in played.results] == [False] * len(CHANGED), [result.get("msg") for result in played.results]
    assert [result.changed for result in played.results] == CHANGED
    assert emulator.state()["pools"] == []
    assert played.results[0]["pool"]["name"] == "web"
    assert played.results[3]["member"]["weight"] == 3
    assert played.results[5]["member"]["weight"] == 0
    # Nothing was made twice, not even for a moment.
    done = [entry["action"] for entry in emulator.requests() if entry["done"]]
    assert [done.count(f"elb:{kind}:create") for kind in ("pools", "healthmonitors", "members")] == [1, 1, 2]
    assert sum(fault["done"] for fault in emulator.faults()) == len(actions)
    seen = {action: how(emulator, action) if action in actions else "not applicable" for action in OPERATIONS}
    check_row(kind, seen)


def how(emulator: Emulator, action: str) -> str:
    """How the failure of an operation was handled, from the requests."""
    entries = sorted(emulator.requests(), key=lambda entry: entry["time"])
    # Each operation meets its fault the first time that it is needed.
    first = next(place for place, entry in enumerate(entries) if entry["action"] == action)
    following = [entry["action"] for entry in entries[first + 1 :]]
    if not action.endswith(":create"):
        return "retried" if following[:1] == [action] else "not needed: no body"
    looks = next((n for n, each in enumerate(following) if each != LOOKS.get(action, action.replace(":create", ":list"))), len(following))
    if following[looks : looks + 1] != [action]:
        # How many looks it takes is a matter of when the change takes effect.
        return "found by lookup"
    return f"{looks} lookups, retried, lookup" if looks else "retried"


def check_row(kind: str, seen: dict[str, str]) -> None:
    """The row of the page matches the requests."""
    row = (
        f"| {kind} | "
        + " | ".join(" / ".join(sorted({seen[action] for action in OPERATIONS if action.endswith(verbs)})) for verbs in COLUMNS)
        + " |"
    )
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("WRITE_DOCS"):
        page = re.sub(rf"^\| {re.escape(kind)} \|.*$", lambda dummy: row, page, flags=re.MULTILINE)
        PAGE.write_text(page, encoding="utf-8")
    assert row in page.splitlines(), row
