# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifact for Galaxy has the files that users need and no others, and its pages link to existing files."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from tools.ansible_test import known_files
from tools.markdown import is_external, links

CHECKOUT = Path(__file__).resolve().parents[2]
NEEDED = re.compile(
    r"README\.md|COPYING|SECURITY\.md|CHANGELOG\.rst|changelogs/changelog\.yaml|requirements\.txt|bindep\.txt"
    r"|meta/[\w-]+\.(yml|txt)|plugins/(\w+/)+\w+\.py|roles/\w+/(README\.md|\w+/\w+\.yml)"
    r"|docs/[\w-]+\.(md|svg)|docs/docsite/(\w+/)?[\w-]+\.(yml|rst)|docs/examples/[\w/]+\.(yml|sh)"
    # galaxy-importer lints the artifact, and this says which modules of other collections the examples use.
    r"|\.ansible-lint"
    r"|MANIFEST\.json|FILES\.json"
)
FOR_DEVELOPERS = ("docs/architecture.md", "docs/inclusion.md", "docs/releasing.md")
# Files that git ignores or only developers need are excluded; these are the places for users.
EXPECTED = ("README.md", "COPYING", "CHANGELOG.rst", "meta/runtime.yml", "docs/permissions.md", "docs/examples/quickstart.yml")


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of the artifact with what is in them."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("the artifact is made of a checkout; this is a copy, of ansible-test")
    to = tmp_path_factory.mktemp("artifact")
    galaxy = str(Path(sys.prefix, "bin", "ansible-galaxy"))
    subprocess.run([galaxy, "collection", "build", "--output-path", str(to)], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE)
    (path,) = to.glob("otc-elb-*.tar.gz")
    with tarfile.open(path) as tar:
        tar.extractall(to / "files", filter="data")
    return {str(file.relative_to(to / "files")): file.read_text(encoding="utf-8") for file in (to / "files").rglob("*") if file.is_file()}


def test_it_has_the_files_for_users_and_no_others(artifact: dict[str, str]) -> None:
    assert [name for name in artifact if not NEEDED.fullmatch(name) or name in FOR_DEVELOPERS] == []
    assert [name for name in EXPECTED if name not in artifact] == []
    for_users = {name for name in known_files() if name.startswith(("plugins/", "roles/", "docs/examples/"))}
    assert for_users <= artifact.keys()


def test_its_pages_link_to_its_files(artifact: dict[str, str]) -> None:
    for page, text in artifact.items():
        for target in links(text) if page.endswith(".md") else ():
            if not is_external(target) and not target.startswith("#"):
                name = (CHECKOUT / page).parent.joinpath(target.partition("#")[0]).resolve().relative_to(CHECKOUT)
                there = str(PurePosixPath(name))
                assert any(file == there or file.startswith(f"{there}/") for file in artifact), f"{page} links to {target}"
