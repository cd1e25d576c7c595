# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CI and the hooks of pre-commit run what make runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement

from tools.constraints import LOCK, constraints

CHECKOUT = Path(__file__).resolve().parents[2]
MAKEFILE = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))


def variable(name: str) -> set[str]:
    """The words of a variable of the Makefile."""
    (value,) = re.findall(rf"^{name} := (.*)$", MAKEFILE, flags=re.MULTILINE)
    return set(value.split())


def targets() -> set[str]:
    """What make can make, but for patterns; `lint-%` stands for the linters."""
    return set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, flags=re.MULTILINE))


def steps() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items():
            for step in job.get("steps", ()):
                if "run" in step:
                    yield f"{path.name}: {name}", step["run"], job


def test_the_hooks_are_the_linters() -> None:
    configuration = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = {hook["id"]: hook["entry"] for repo in configuration["repos"] for hook in repo["hooks"]}
    assert hooks == {name: f"make lint-{name}" for name in variable("LINTERS")}
    assert {f"lint-{name}" for name in hooks} <= targets()


def test_a_step_of_ci_is_one_target_of_make() -> None:
    for where, command, job in steps():
        found = re.fullmatch(r'make (?:"\$(TARGET)"|([a-z-]+))(?: ARGS=\S+)?', command)
        if not found:
            # The job that branches are protected by.
            assert (where, command) == ("ci.yml: passed", 'test "$RESULTS" = "success success"')
        elif found[1]:
            assert set(job["strategy"]["matrix"]["target"]) <= targets()
        else:
            assert found[2] in targets(), where


def test_ci_has_all_of_make_test() -> None:
    jobs = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    assert variable("SHORT") | variable("LONG") <= set(jobs["check"]["strategy"]["matrix"]["target"])


def test_constraints_have_the_versions_of_the_lock_and_no_hashes() -> None:
    """pip takes them as requirements without an option."""
    found = [str(Requirement(line)) for line in constraints().read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(found) == len(re.findall(r"^[\w.-]+==", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)) > 50
