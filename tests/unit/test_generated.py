# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tools/generated.py writes between markers, and when its check fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import generated

MODULE = """\
notes:
  # BEGIN generated: iam_notes
  - old
  # END generated: iam_notes
contains:
    # BEGIN generated: failures
    # END generated: failures
end
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "elb_pool_info.py"
    path.write_text(MODULE, encoding="utf-8")
    monkeypatch.setattr(generated, "CHECKOUT", tmp_path)
    monkeypatch.setattr(generated, "FILES", (path,))
    return path


def test_blocks_are_written_with_their_indentation_and_nothing_else(module: Path) -> None:
    assert generated.main() == 0
    lines = module.read_text(encoding="utf-8").splitlines()
    assert lines[:3] == ["notes:", "  # BEGIN generated: iam_notes", "  - >-"]
    assert lines[3].startswith("    IAM actions in any case: to get a pool by a single O(id)")
    start = lines.index("    # BEGIN generated: failures")
    assert lines[start + 1 : start + 3] == ["    status:", "      description: The HTTP status of the response."]
    assert lines[-2:] == ["    # END generated: failures", "end"]


def test_the_check_names_what_is_stale_and_writes_nothing(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generated.main("--check") == 1
    assert capsys.readouterr().out == "elb_pool_info.py is stale. Run: make generated\n"
    assert module.read_text(encoding="utf-8") == MODULE
    generated.main()
    assert generated.main("--check") == 0


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (MODULE.replace("# END generated: failures", ""), "lacks its counterpart"),
        (MODULE.replace("# BEGIN generated: failures", ""), "lacks its counterpart"),
        (MODULE.replace("END generated: failures", "END generated: status"), "lacks its counterpart"),
        (MODULE.replace("generated: failures", "generated: nothing"), "nothing.yml"),
    ],
)
def test_markers_that_are_wrong_are_an_error(module: Path, broken: str, reason: str) -> None:
    module.write_text(broken, encoding="utf-8")
    with pytest.raises(SystemExit, match=reason):
        generated.main("--check")


def test_every_module_is_in_the_lists() -> None:
    modules = [path.stem for path in generated.MODULE_FILES]
    assert list(generated.action_group()) == [f"- {module}" for module in modules]
    assert all(any(f"otc.elb.{module}`" in line for line in generated.module_table()) for module in modules)
