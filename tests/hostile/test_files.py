# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are written where others can write, too; and a policy that masking has changed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from openstack.config import loader

from ansible_collections.otc.elb.plugins.plugin_utils._permissions import files
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.needs import Need
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.policy import NoActions, actions_in

from .conftest import Run
from .server import serve

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


def test_a_link_that_comes_after_the_check_is_not_followed(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_target", lambda path: path)
    with pytest.raises(OSError, match=r"build"):
        files.write_whole(shared / "build" / "policy.json", "text")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["shared", "victim"]


def test_a_folder_that_cannot_be_read_is_gone_through(tmp_path: Path) -> None:
    (tmp_path / "closed" / "mine").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o311)
    files.write_whole(tmp_path / "closed" / "mine" / "policy.json", "text")
    assert (tmp_path / "closed" / "mine" / "policy.json").read_text(encoding="utf-8") == "text"


NAMED = {"CONFIG": "clouds", "SECURE": "secure"}


@pytest.mark.parametrize("kept", ["clouds.yaml", "secure.yaml", "clouds-public.yaml"])
@pytest.mark.parametrize(("mode", "owner", "used"), [(0o1777, OTHER_USER, False), (0o1777, 0, True), (0o755, OTHER_USER, True)])
def test_the_clouds_of_another_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, kept: str, mode: int, owner: int, used: bool
) -> None:
    """Where all may write to the working directory, they would say where the password of the environment goes."""
    if os.geteuid():
        pytest.skip("only root can give a file to another user")
    auth = {"auth_url": "http://127.0.0.1:9/v3", "username": "u", "user_domain_id": "d"}
    for name in sorted({"clouds.yaml", kept}):
        key = "public-clouds" if name == "clouds-public.yaml" else "clouds"
        (tmp_path / name).write_text(json.dumps({key: {"otc": {"profile": "otc", "auth": auth}}}), encoding="utf-8")
    os.chown(tmp_path / kept, owner, owner)
    tmp_path.chmod(mode)
    monkeypatch.chdir(tmp_path)
    places = {f"{what}_FILES": [str(tmp_path / name)] for what, name in (("CONFIG", "clouds.yaml"), ("SECURE", "secure.yaml"))}
    for name, value in {**places, "VENDOR_FILES": [str(tmp_path / "clouds-public.yaml")]}.items():
        monkeypatch.setattr(loader, name, value)
    with serve(lambda connection, request: None) as server:
        found, named = (
            run(server, "elb_pool_info", cloud="otc", env={"OS_AUTH_TOKEN": "", "OS_PASSWORD": "the-password", **variables})["msg"]
            for variables in ({}, {f"OS_CLIENT_{what}_FILE": str(tmp_path / f"{name}.yaml") for what, name in NAMED.items()})
        )
    assert ("is not used: it is another user's" in found) != used
    assert used or f"{kept} is not used" in found
    # A file that a variable names is meant.
    assert ("is not used" in named) == (not used and kept == "clouds-public.yaml")


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
    need.record(result)
    assert [words for words in need.doubts() if "changed by masking" in words]


def test_the_filter_refuses_an_action_that_was_masked() -> None:
    with pytest.raises(NoActions, match="masking"):
        actions_in({"required_actions": ["elb:pools:list", "elb:pools:********"]})
