# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the same on each ansible-core from 2.17 on, and compares what users see: recaps, results, policies, hosts and warnings.

It plays the scenario of tests/playbooks/test_direct_same.py, then both roles on the hosts of the inventory plugin, in check mode and for real.
"""

from __future__ import annotations

import difflib
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.credentials import aksk
from tests.emulator.client import start
from tests.playbooks.engine import Engine, PlayRun
from tests.playbooks.test_direct_same import Scene, anonymous

#: The newest patch of each, and the Pythons that it may have.
CORES = {"2.17": ("3.10",), "2.18": ("3.11", "3.12"), "2.19": ("3.12", "3.11"), "2.20": ("3.12", "3.13"), "2.21": ("3.13", "3.12")}

POOL = {"backend_name": "site", "backend_loadbalancer": "demo", "backend_protocol": "HTTP", "backend_lb_algorithm": "ROUND_ROBIN"}
SERVERS = [{"name": f"web-{n}", "address": f"192.168.0.2{n}", "protocol_port": 80, "weight": n} for n in (1, 2, 3)]
SOURCE = {
    "plugin": "otc.elb.elb_members",
    "strict": True,
    "pools": ["site"],
    "compose": {"ansible_user": "'ops'", "ports": "elb_members | map(attribute='protocol_port') | list"},
    "groups": {"serving": "elb_healthy and elb_weight > 0"},
    "keyed_groups": [{"key": "elb_weight", "prefix": "weight"}],
}


def role(name: str, **options: Any) -> dict[str, Any]:
    return {"name": f"Role {name}", "ansible.builtin.include_role": {"name": f"otc.elb.{name}", **options}}


def show(name: str, expression: str) -> dict[str, Any]:
    """A task whose result has the value of an expression, in one order."""
    return {"name": name, "ansible.builtin.set_fact": {"shown": f"{{{{ {expression} | to_json(sort_keys=true) }}}}"}}


SITE = [
    {
        "name": "Backend",
        "hosts": "localhost",
        "gather_facts": False,
        "collections": ["otc.elb"],
        "vars": {**POOL, "backend_members": SERVERS, "module": "elb_member_info"},
        "tasks": [
            role("backend"),
            {"name": "Template", "action": "{{ module }}", "args": {"pool": "site"}, "register": "found"},
            show("Filter iam_policy", "found | otc.elb.iam_policy"),
            show("Filter options", "found.members | sort(attribute='name') | otc.elb.options"),
            show("Test healthy", "found.members | select('otc.elb.healthy') | map(attribute='name') | sort"),
            show("Test same_address", "found.members | map(attribute='address') | select('otc.elb.same_address', '192.168.0.22') | list"),
        ],
    }
]
UPDATE = [
    {
        "name": "Rolling update",
        "hosts": "serving",
        "serial": 1,
        "gather_facts": False,
        "vars": {"rolling_update_pool": "site", "rolling_update_drain_seconds": 0, "rolling_update_min_healthy_seconds": 0},
        "tasks": [role("rolling_update", tasks_from="drain"), role("rolling_update", tasks_from="restore")],
    }
]


def compare(environments: Mapping[str, Path]) -> int:
    """Show what differs from the first ansible-core.

    :param environments: virtual environments by the names to show.
    :returns: 1 where something differs, else 0.
    """
    seen: dict[str, dict[str, list[str]]] = {}
    lines: list[str] = []
    for name, prefix in environments.items():
        began = time.monotonic()
        seen[name] = look(prefix)
        first = next(iter(seen.values()))
        cells = ["same" if seen[name][aspect] == first[aspect] else "DIFFERS" for aspect in first]
        lines.append("".join(f"{cell:<12}" for cell in (*cells, f"{time.monotonic() - began:.0f} s")) + name)
    (first_name, first), *others = seen.items()
    for name, found in others:
        for aspect, expected in first.items():
            print(
                *difflib.unified_diff(expected, found[aspect], f"{aspect}, {first_name}", f"{aspect}, {name}", lineterm="", n=0), sep="\n"
            )
    print("", "".join(f"{aspect:<12}" for aspect in (*first, "time")), *lines, sep="\n", flush=True)
    return int(any("DIFFERS" in line for line in lines))


def look(prefix: Path) -> dict[str, list[str]]:
    """What users see with the Ansible of a virtual environment, as lines of text, by what it is about."""
    with start() as emulator, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        engine = Engine(home, aksk(emulator), prefix)
        policy = home / "policy.json"
        asked: dict[str, str] = {
            "ANSIBLE_CALLBACKS_ENABLED": "record_results,otc.elb.required_actions",
            "OTC_ELB_REQUIRED_ACTIONS_FILE": str(policy),
        }
        ever: dict[str, str] = {**asked, "OTC_ELB_REQUIRED_ACTIONS_SCOPE": "ever"}
        plays = {"tasks": Scene(engine, emulator).play(direct=True, **asked)}
        policies = {"tasks": policy.read_text(encoding="utf-8")}
        emulator.reset()
        for name, env, check in (
            ("backend, check", asked, True),
            ("backend, ever", ever, True),
            ("backend", asked, False),
            ("again", asked, False),
        ):
            policy.unlink(missing_ok=True)
            plays[name] = engine.playbook(SITE, check=check, env=env)
            policies[name] = policy.read_text(encoding="utf-8")
        source = home / "site.elb_members.yml"
        source.write_text(yaml.safe_dump(SOURCE), encoding="utf-8")
        hosts = json.loads(engine.command("ansible-inventory", "--list", "--export", f"--inventory={source}").stdout)
        for name, check in (("update, check", True), ("update", False)):
            policy.unlink(missing_ok=True)
            plays[name] = engine.playbook(UPDATE, check=check, env=asked, hosts=source)
            policies[name] = policy.read_text(encoding="utf-8")
    return {
        "recap": [f"{name}: {line}" for name, play in plays.items() for line in recap(play)],
        "results": [f"{name}: {line}" for name, play in plays.items() for line in outcomes(play)],
        "policies": [f"{name}: {', '.join(actions(text))}" for name, text in policies.items()],
        "hosts": anonymous(json.dumps({**hosts, "_meta": hosts["_meta"]["hostvars"]}, indent=1, sort_keys=True)).splitlines(),
        "warnings": [f"{name}: {line}" for name, play in plays.items() for line in warnings(play)],
    }


def recap(play: PlayRun) -> list[str]:
    return [f"rc={play.rc}", *play.stdout.partition("PLAY RECAP")[2].partition("LEAST IAM POLICY")[0].splitlines()[1:]]


def outcomes(play: PlayRun) -> Iterator[str]:
    """Each task with its result, without the texts of Ansible itself."""
    for result in play.results:
        flags = [flag for flag in ("changed", "failed", "skipped") if result.get(flag)]
        shown = json.dumps(result.get("ansible_facts", {}).get("shown", ""), sort_keys=True)
        yield anonymous(f"{result.task} [{result.host}]: {' '.join([*flags, *result.get('required_actions', []), shown])}")


def actions(policy: str) -> list[str]:
    return [action for statement in json.loads(policy)["Statement"] for action in statement["Action"]]


def warnings(play: PlayRun) -> list[str]:
    """The warnings that name the collection, a plugin or a policy, and all deprecations, but for the one of ansible-core 2.17 and 2.18 about
    a module's name that is a template."""
    words = " ".join(play.stderr.split())
    found = [part.strip() for part in words.replace("[DEPRECATION", "[WARNING]: [DEPRECATION").split("[WARNING]:")[1:]]
    about = ("otc.elb", "plugin", "policy", "DEPRECATION")
    other = "is not a valid collection reference"
    return sorted({anonymous(part) for part in found if any(word in part for word in about) and other not in part})


def install(core: str, python: str, prefix: Path) -> None:
    """Make a virtual environment, once, with nothing but an ansible-core and what modules need."""
    ready = prefix / ".ready"
    if ready.is_file():
        return
    subprocess.run([python, "-m", "venv", "--clear", str(prefix)], check=True)
    packages = [f"ansible-core~={core}.0", "requests"]
    subprocess.run([prefix / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check", *packages], check=True)
    ready.touch()
