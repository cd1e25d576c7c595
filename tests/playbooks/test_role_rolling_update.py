# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The role otc.elb.rolling_update, from hosts' own plays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ..emulator.client import Emulator, Json
from .engine import Engine, PlayRun, Task, task

HEALTHY = ("ONLINE", "NO_MONITOR")
DRAINED = "Send it no new requests"
RESTORED = "Give it its weight, and wait until it is healthy"
REFUSED = "Refuse to leave too few in service"
#: Where the rolling update's weights over time are written to, if it is set.
TABLE = "ROLLING_UPDATE_TABLE"


def hosts(number: int) -> list[str]:
    return [f"web-{n}" for n in range(1, number + 1)]


def servers(number: int, **fields: Any) -> list[Json]:
    return [{"name": f"web-{n}", "address": f"192.168.0.1{n}", "protocol_port": 8080, "weight": 10 * n, **fields} for n in range(1, number + 1)]


def pool(emulator: Emulator, members: Sequence[Json], **fields: Any) -> str:
    (seeded,) = emulator.seed(
        {"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo"), "members": list(members), **fields}
    )
    return str(seeded["id"])


def weights(emulator: Emulator) -> dict[str, int]:
    (found,) = emulator.state()["pools"]
    return {member["name"]: member["weight"] for member in found["members"]}


def entry(name: str, **options: Any) -> Task:
    return {
        "name": name,
        "ansible.builtin.include_role": {"name": "otc.elb.rolling_update", "tasks_from": name},
        "vars": {"rolling_update_pool": "web", **options},
    }


def update(engine: Engine, tasks: Sequence[Task], names: Sequence[str], variables: Mapping[str, Any] | None = None, **options: Any) -> PlayRun:
    """Plays tasks on hosts whose addresses follow from their names, as an inventory would say it."""
    known = {
        "rolling_update_drain_seconds": 0,
        "ansible_host": "192.168.0.1{{ inventory_hostname[-1] }}",
        **(variables or {}),
    }
    return engine.play(tasks, hosts=names, vars=known, ignore_errors=False, **options)


def serving(moment: Json) -> int:
    return sum(1 for member in moment["members"] if member["weight"] > 0 and member["operating_status"] in HEALTHY)


def table(moments: Sequence[Json]) -> str:
    names = [member["address"] for member in moments[0]["members"]]
    lines = [["seconds", *names, "serving"], ["---"] * (len(names) + 2)]
    for moment in moments:
        by_address = {member["address"]: member for member in moment["members"]}
        shown = [
            f"{by_address[name]['weight']}{'' if by_address[name]['operating_status'] in HEALTHY else ' (OFFLINE)'}" for name in names
        ]
        lines.append([f"{moment['time'] - moments[0]['time']:.1f}", *shown, str(serving(moment))])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def test_six_hosts_two_at_a_time_never_serve_with_fewer_than_four(engine: Engine, emulator: Emulator) -> None:
    pool_id = pool(emulator, servers(6))
    emulator.health_monitor(pool_id)
    emulator.configure(health_delay_ms=500)
    before = weights(emulator)
    emulator.watch(pool_id)
    work = task("ansible.builtin.debug", msg="work") | {"name": "Work"}
    played = update(
        engine,
        [entry("drain", rolling_update_min_serving=4, rolling_update_drain_seconds=1), work, entry("restore")],
        hosts(6),
        serial=2,
    )
    moments = emulator.moments()
    if TABLE in os.environ:
        Path(os.environ[TABLE]).write_text(table(moments), encoding="utf-8")
    assert played.rc == 0, played.output
    assert min(map(serving, moments)) == 4, table(moments)
    assert weights(emulator) == before
    drained = {name for moment in moments for name in (member["address"] for member in moment["members"] if not member["weight"])}
    assert len(drained) == 6
    # Both of a batch are out at the same time, with two requests each.
    assert sum(1 for moment in moments if [member["weight"] for member in moment["members"]].count(0) == 2) >= 3
    assert len(emulator.writes()) == 12
