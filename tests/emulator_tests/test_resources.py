# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new resource takes two files: those that the README has as its example."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import requests

from tests.emulator.client import HERE

FLAVORS = "v3/0123456789abcdef0123456789abcdef/elb/flavors"


def test_a_new_resource_is_what_the_readme_says(tmp_path: Path) -> None:
    shutil.copytree(HERE, tmp_path / "emulator", ignore=shutil.ignore_patterns("__pycache__"))
    example = (HERE / "README.md").read_text(encoding="utf-8").partition("## A new resource")[2]
    for kind, suffix in (("yaml", ".yaml"), ("python", ".py")):
        found = re.search(rf"```{kind}\n(.*?)```", example, re.DOTALL)
        assert found
        (tmp_path / "emulator" / "resources" / f"flavors{suffix}").write_text(found[1], encoding="utf-8")
    with subprocess.Popen([sys.executable, "-m", "emulator"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            headers = {"X-Auth-Token": "emulator-reader-token"}
            for query, count in (("", 1), ("?shared=true&name=L4_flavor.elb.s1.small", 1), ("?name=another", 0)):
                got = requests.get(f"{url}/{FLAVORS}{query}", headers=headers, timeout=10)
                assert got.status_code == 200, got.text
                assert got.json()["page_info"]["current_count"] == count
            (flavor,) = requests.get(f"{url}/{FLAVORS}", headers=headers, timeout=10).json()["flavors"]
            shown = requests.get(f"{url}/{FLAVORS}/{flavor['id']}", headers=headers, timeout=10).json()["flavor"]
            assert shown == flavor
            assert shown["name"] == "L4_flavor.elb.s1.small"
            assert requests.get(f"{url}/{FLAVORS}?colour=red", headers=headers, timeout=10).status_code == 400
            assert requests.post(f"{url}/{FLAVORS}", headers=headers, timeout=10).status_code == 405
        finally:
            process.terminate()
