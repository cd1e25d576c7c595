# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Where the time of a task that changes nothing goes, inside of the module's process."""

from __future__ import annotations

import json
import time
from pathlib import Path

from ..playbooks.engine import Engine, task
from .setting import POOL, Setting, entries

PROFILER = Path(__file__).with_name("profiler.py")
INTERPRETER = "interpreter"
MODULES = ("elb_pool", "elb_member", "elb_pool_members")


def profile(setting: Setting, times: int) -> dict[str, dict[str, list[float]]]:
    """The seconds of each stage of each module, the interpreter's start included."""
    members = entries(10)
    pool = setting.pool(members)
    home = setting.home / "stages"
    home.mkdir()
    # What Ansible would run on the managed host is left behind, so that it can be run again.
    kept = {"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_PIPELINING": "0", "ANSIBLE_REMOTE_TEMP": str(home / "remote")}
    options = {"elb_pool": POOL, "elb_member": {"pool": pool, **members[0]}, "elb_pool_members": {"pool": pool, "members": members}}
    played = Engine(home, setting.env, setting.ansible).play([task(name, **options[name]) for name in MODULES], env=kept)
    assert not any(result.failed or result.changed for result in played.results), played.output
    report = home / "report.json"
    found: dict[str, dict[str, list[float]]] = {name: {} for name in MODULES}
    for dummy in range(times):
        for name in MODULES:
            (payload,) = (home / "remote").rglob(f"AnsiballZ_{name}.py")
            begun = time.perf_counter()
            setting.process("-c", "pass")
            stages = {INTERPRETER: time.perf_counter() - begun}
            setting.process(str(PROFILER), str(report), str(payload))
            stages.update(json.loads(report.read_text(encoding="utf-8")))
            for stage, seconds in stages.items():
                found[name].setdefault(stage, []).append(seconds)
    return found
