# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the roles are safe to tag: ``--tags`` selects the tasks of the role, not only what includes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ..emulator.client import Emulator
from .engine import Engine

CHECKOUT = Path(__file__).parents[2]
ROLES = ("otc.elb.backend", "otc.elb.rolling_update")
TAGS = {"tags": ["deploy"]}


def examples() -> Iterator[tuple[str, Any]]:
    """Every YAML document of the documentation that names a role, with the file that it is from."""
    pages = sorted(
        [*CHECKOUT.glob("docs/examples/*.yml"), *CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md"), *CHECKOUT.glob("roles/*/*.md")]
    )
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for document in [text] if path.suffix == ".yml" else re.findall(r"^ *```yaml\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
            if any(role in document for role in ROLES):
                yield str(path.relative_to(CHECKOUT)), yaml.safe_load(document)


def uses(value: Any) -> Iterator[dict[str, Any]]:
    """The tasks that use a role of ours, and the entries of ``roles``."""
    if isinstance(value, list):
        for item in value:
            yield from uses(item)
    elif isinstance(value, dict):
        module = next((name for name in value if name.endswith(("include_role", "import_role"))), None)
        if value.get("role") in ROLES or (module and value[module].get("name") in ROLES):
            yield value
        else:
            yield from (use for below in value.values() for use in uses(below))


def test_every_example_runs_the_tasks_of_the_role_with_tags(engine: Engine, emulator: Emulator) -> None:
    found = [(where, use) for where, example in examples() for use in uses(example)]
    assert {where for where, dummy in found} >= {
        "docs/examples/rolling_update.yml",
        "roles/backend/README.md",
        "roles/rolling_update/README.md",
    }
    plays, dynamic = [], []
    for number, (where, use) in enumerate(found):
        tagged = {key: value for key, value in use.items() if key != "tags"} | TAGS
        module = next((name for name in use if name.endswith("include_role")), None)
        if module:
            # ansible-playbook does not list these: see the play below.
            assert use[module].get("apply") == TAGS, where
            dynamic.append(tagged)
        else:
            part = "roles" if "role" in use else "tasks"
            plays.append({"name": f"{number}: {where}", "hosts": "localhost", "gather_facts": False, part: [tagged]})
    playbook = engine.home / "tagged.yml"
    playbook.write_text(yaml.safe_dump(plays), encoding="utf-8")
    listed = engine.command("ansible-playbook", "--list-tasks", "--tags=deploy", str(playbook))
    assert listed.returncode == 0, listed.stderr
    parts = re.split(r"^  play #", listed.stdout, flags=re.MULTILINE)[1:]
    assert len(parts) == len(plays)
    for part in parts:
        assert "Read the variables" in part, part
    # The one with apply is refused for want of a pool, by a task of the role.
    (apply,) = dynamic
    played = engine.play([apply, {"name": "Not tagged", "ansible.builtin.meta": "noop"}], env={"ANSIBLE_RUN_TAGS": "deploy"})
    assert any("rolling_update_pool" in str(result.get("msg")) for result in played.results if result.failed), played.output
