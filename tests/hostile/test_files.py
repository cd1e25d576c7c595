# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Files that are written where others can write, too; and a policy that masking has changed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.otc.elb.plugins.plugin_utils._permissions import files
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.needs import Need
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.policy import NoActions, actions_in

OTHER_USER = 12345


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that all may write to, as /tmp."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    (tmp_path / "victim").write_text("mine", encoding="utf-8")
    (folder / "policy.json").symlink_to(tmp_path / "victim")
    (folder / "build").symlink_to(tmp_path)
    return folder


@pytest.fixture
def theirs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The links are another user's."""
    if os.geteuid():
        monkeypatch.setattr(os, "geteuid", lambda: OTHER_USER)
    else:
        for link in shared.iterdir():
            os.lchown(link, OTHER_USER, OTHER_USER)


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize("path", ["policy.json", "build/policy.json", "build/shared/policy.json"])
def test_the_link_of_another_user_is_not_followed(shared: Path, tmp_path: Path, path: str) -> None:
    with pytest.raises(OSError, match="link of another user"):
        files.write_whole(shared / path, "text")
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "policy.json").exists()


@pytest.mark.parametrize("path", ["policy.json", "build/victim", "../shared/policy.json"])
def test_ones_own_link_is_followed(shared: Path, tmp_path: Path, path: str) -> None:
    files.write_whole(shared / path, "text")
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "text"
    assert (shared / "policy.json").is_symlink()


def test_links_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="link"):
        files.write_whole(tmp_path / "a", "text")


def test_a_file_is_written_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_whole(tmp_path / "new" / "policy.json", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "policy.json").stat().st_mode) == 0o640
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["policy.json"]


@pytest.mark.parametrize(
    "result",
    [
        {"required_actions": ["elb:pools:list", "elb:pools:********"]},
        {"required_actions": ["elb:pools:list"], "missing_action": "********:pools:create", "msg": "no"},
        {"required_actions": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"},
    ],
)
def test_an_action_that_was_masked_is_a_doubt(result: dict[str, object]) -> None:
    need = Need("make a pool", "play.yml:7")
    need.take(result)
    assert [words for words in need.doubts() if "changed by masking" in words]


def test_the_filter_refuses_an_action_that_was_masked() -> None:
    with pytest.raises(NoActions, match="masking"):
        actions_in({"required_actions": ["elb:pools:list", "elb:pools:********"]})
