# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the site of the documentation in build/docs/html: ``python -m tools.release.site``.

The pages are those of the repository, in the same folders, so that links among them work on GitHub and on the site. Links to other
files (an example, a folder) lead to GitHub. antsibull-docs writes the reference.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import yaml

from ..markdown import is_external, with_links

CHECKOUT = Path(__file__).resolve().parents[2]
SITE = CHECKOUT / "docs" / "site"
BUILD = CHECKOUT / "build" / "docs"
SOURCE = BUILD / "source"
ROLES = "roles/*/README.md"
PAGES = ("*.md", "*.rst", "docs/*.md", ROLES, "tests/emulator/README.md")
PICTURES = ("docs/*.svg",)
GITHUB = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]


def main() -> int:
    shutil.rmtree(BUILD, ignore_errors=True)
    gather(SOURCE)
    reference(SOURCE / "collections")
    if failed := run("sphinx-build", "-W", "--keep-going", "-q", "-j", "auto", "-c", str(SITE), str(SOURCE), str(BUILD / "html")):
        return failed
    print(f"The site is in {(BUILD / 'html' / 'index.html').relative_to(CHECKOUT)}.")
    return 0


def gather(source: Path) -> None:
    """Copy the hand-written pages; the README becomes the index."""
    pages = {path for pattern in PAGES for path in CHECKOUT.glob(pattern)}
    for path in sorted(pages):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".md":
            text = with_links(text, partial(for_site, path=path, pages=pages))
        if path.match(ROLES):
            # Linked, but not in the sidebar: the reference, which is there, has a page for each role.
            text = f"---\norphan: true\n---\n\n{text}"
        write(source / on_site(path).relative_to(CHECKOUT), text)
    for path in (path for pattern in PICTURES for path in CHECKOUT.glob(pattern)):
        shutil.copy2(path, source / path.relative_to(CHECKOUT))
    with (source / "index.md").open("a", encoding="utf-8") as index:
        index.write((SITE / "index.md").read_text(encoding="utf-8"))


def on_site(page: Path) -> Path:
    return CHECKOUT / "index.md" if page == CHECKOUT / "README.md" else page


def for_site(target: str, path: Path, pages: set[Path]) -> str:
    """The target on the site for a link of the page at ``path``."""
    ours = f"{GITHUB}/blob/main/"
    if target.startswith("#") or (is_external(target) and not target.startswith(ours)):
        return target
    name, mark, anchor = target.partition("#")
    found = CHECKOUT / name[len(ours) :] if name.startswith(ours) else (path.parent / name).resolve()
    if not found.exists():
        raise SystemExit(f"{path.relative_to(CHECKOUT)} links to {target}, which does not exist")
    if found in pages:
        return os.path.relpath(on_site(found), path.parent) + mark + anchor
    if any(found.match(pattern) for pattern in PICTURES):
        return target
    return f"{GITHUB}/{'tree' if found.is_dir() else 'blob'}/main/{found.relative_to(CHECKOUT)}"


def reference(folder: Path) -> None:
    """Check the documentation of modules, plugins and roles, and write a page for each of them and for docs/docsite."""
    folder.mkdir(parents=True)
    if run("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all", "."):
        raise SystemExit("antsibull-docs rejects the documentation")
    options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(folder)]
    if run("antsibull-docs", "collection", *options, "otc.elb"):
        raise SystemExit("antsibull-docs could not write the reference")
    for path in folder.glob("*.rst"):
        # The theme has its own table of contents.
        write(path, path.read_text(encoding="utf-8").replace(".. contents::\n   :local:\n   :depth: 1\n", ""))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(program: str, *arguments: str) -> int:
    return subprocess.run([str(Path(sys.prefix, "bin", program)), *arguments], cwd=CHECKOUT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
