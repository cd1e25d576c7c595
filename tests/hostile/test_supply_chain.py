# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed: exact versions with hashes, known vulnerabilities, bounds for those who build images."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.release import audit

CHECKOUT = Path(__file__).parents[2]
FOUND = """{"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "version": "2", "vulns": [
    {"id": "CVE-1", "fix_versions": ["3"]}, {"id": "CVE-2", "fix_versions": []}]}]}"""


@pytest.fixture
def pip_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of pip-audit."""
    program = tmp_path / "pip-audit"
    monkeypatch.setattr(audit, "PIP_AUDIT", str(program))
    monkeypatch.setattr(audit, "LOCKS", ("lock.txt",))
    return program


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def test_vulnerabilities_are_named(pip_audit: Path) -> None:
    write(pip_audit, f"echo '{FOUND}'; exit 1")
    assert list(audit.vulnerable()) == [
        "lock.txt has b 2, with CVE-1, fixed in 3.",
        "lock.txt has b 2, with CVE-2, fixed in no version.",
    ]


@pytest.mark.parametrize(("script", "why"), [("echo one >&2; echo no network >&2; exit 1", "no network"), ("exit 1", "it ended with 1")])
def test_an_audit_that_could_not_be_run_is_a_failure(pip_audit: Path, script: str, why: str) -> None:
    write(pip_audit, script)
    (reason,) = audit.vulnerable()
    assert "could not be run for lock.txt" in reason
    assert why in reason


def test_an_audit_without_a_finding(pip_audit: Path) -> None:
    write(pip_audit, """echo '{"dependencies": [{"name": "a", "skip_reason": "x"}, {"name": "b", "version": "1", "vulns": []}]}'""")
    assert list(audit.vulnerable()) == []


@pytest.mark.parametrize("lock", audit.LOCKS)
def test_locks_have_hashes(lock: str) -> None:
    entries = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", (CHECKOUT / lock).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(entries) > 10
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_what_an_execution_environment_installs_has_bounds() -> None:
    lines = (CHECKOUT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"#.*|[a-z0-9-]+>=[0-9.]+,<[0-9]+", line) for line in lines), lines
    images = re.findall(r"base_image:\n\s+name: (\S+)", (CHECKOUT / "docs" / "awx.md").read_text(encoding="utf-8"))
    assert [image for image in images if not re.search(r":\d+\.\d+\.\d+$|@sha256:", image)] == []
