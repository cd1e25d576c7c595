# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether the checkout can be released; see docs/releasing.md."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from packaging.version import Version

from tests.benchmark.report import LOADED

CHECKOUT = Path(__file__).resolve().parents[2]
CHANGELOG = str(Path(sys.prefix, "release", "bin", "antsibull-changelog"))

# The fastest first. Each is a target of make or a command.
STEPS = (
    (CHANGELOG, "lint"),
    (CHANGELOG, "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml"),
    ("make", "--no-print-directory", "docs"),
    ("make", "--no-print-directory", "artifact"),
    ("make", "--no-print-directory", "sanity"),
)


def main(tag: str = "") -> int:
    wrong = [*unclean(), *unequal_versions(tag), *later_versions(), *unreleased(), *unsettled()]
    for line in wrong:
        print(f"- {line}")
    for step in () if wrong else STEPS:
        print(f"==> {' '.join(step)}", flush=True)
        if subprocess.run(step, cwd=CHECKOUT, check=False).returncode:
            wrong.append(f"{' '.join(step)} failed")
            break
    print(f"Not yet: {wrong[-1]}." if wrong else f"{version()} can be released.")
    return int(bool(wrong))


def version() -> str:
    return str(yaml.safe_load(text("galaxy.yml"))["version"])


def text(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def unclean() -> Iterator[str]:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True)
    if done.stdout:
        yield f"uncommitted changes: {', '.join(line[3:] for line in done.stdout.splitlines())}"


def unequal_versions(tag: str) -> Iterator[str]:
    """Places with a version that differs from galaxy.yml; ``tag`` is the tag of the release, if it has one."""
    if tag not in ("", version()):
        yield f"the tag is {tag}, but galaxy.yml has the version {version()}"
    newest = max(yaml.safe_load(text("changelogs/changelog.yaml"))["releases"], key=Version)
    if newest != version():
        yield f"galaxy.yml has the version {version()}, but the newest version of the changelog is {newest}"
    if f"\nv{version()}\n=" not in text("CHANGELOG.rst"):
        yield f"CHANGELOG.rst has no section for {version()}"
    for page in ("README.md", "docs/getting-started.md", "docs/awx.md"):
        for found in re.findall(r"otc-elb-(\d+\.\d+\.\d+)\.tar\.gz", text(page)):
            if found != version():
                yield f"{page} installs {found}"


def later_versions() -> Iterator[str]:
    """Files with a version_added later than the version of galaxy.yml."""
    paths = sorted(path for folder in ("plugins", "roles") for path in (CHECKOUT / folder).rglob("*") if path.suffix in (".py", ".yml"))
    for path in paths:
        for added in re.findall(r"^\s*version_added:\s*[\"']?([^\s\"']+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            if Version(added) > Version(version()):
                yield f"{path.relative_to(CHECKOUT)} has version_added: {added}, which is later than {version()}"


def unsettled() -> Iterator[str]:
    if LOADED in " ".join(text("docs/benchmarks.md").split()):
        yield "docs/benchmarks.md was measured on a machine with other load: run make benchmark on an idle machine"


def unreleased() -> Iterator[str]:
    fragments = sorted(path.name for path in (CHECKOUT / "changelogs" / "fragments").glob("*.y*ml"))
    if fragments:
        yield f"unreleased fragments of the changelog: {', '.join(fragments)}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
