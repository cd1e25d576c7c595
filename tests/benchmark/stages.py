# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of a direct task that changes nothing goes, inside of the process that Ansible forks for it."""

from __future__ import annotations

import json
from pathlib import Path

from ..playbooks.engine import CONFIGURATION, task
from .setting import POOL, Setting, entries
from .tasks import named, play

CALLBACKS = Path(__file__).with_name("callback_plugins")
MODULES = ("elb_pool", "elb_member", "elb_pool_members")


def profile(setting: Setting, times: int) -> dict[str, dict[str, list[float]]]:
    """The seconds of each stage of each module."""
    members = entries(10)
    pool = setting.pool(members)
    options = {"elb_pool": POOL, "elb_member": {"pool": pool, **members[0]}, "elb_pool_members": {"pool": pool, "members": members}}
    report = setting.home / "stages.jsonl"
    env = {
        "STAGES_TO": str(report),
        "ANSIBLE_CALLBACK_PLUGINS": f"{CALLBACKS}:{CONFIGURATION.parent / 'callback_plugins'}",
        "ANSIBLE_CALLBACKS_ENABLED": "record_results,stages",
    }
    played = play(setting, [named(name, task(name, **options[name])) for name in MODULES] * (times + 1), {**setting.env, **env})
    assert not any(result.failed or result.changed for result in played)
    found: dict[str, dict[str, list[float]]] = {name: {} for name in MODULES}
    for line in report.read_text(encoding="utf-8").splitlines()[len(MODULES) :]:
        one = json.loads(line)
        for stage, seconds in one["seconds"].items():
            found[one["task"]].setdefault(stage, []).append(seconds)
    return found
