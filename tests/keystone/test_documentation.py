# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/authentication.md shows works as it is written there, once the placeholders are filled in."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ..playbooks.engine import Engine
from .conftest import PASSWORD, Cloud
from .server import passcode

PAGE = Path(__file__).parents[2] / "docs" / "authentication.md"
AUTH_URL = "https://iam.eu-de.otc.t-systems.com/v3"
PLAY = "- hosts: localhost\n  tasks:\n    - otc.elb.elb_pool_info:\n"


def sections() -> dict[str, list[tuple[str, str]]]:
    """The blocks of code below each heading: what they are, and their text."""
    parts = re.split(
        r"^### (.+)$", PAGE.read_text(encoding="utf-8").partition("\n## Credentials\n")[2].partition("\n## ")[0], flags=re.MULTILINE
    )
    blocks = {
        title: re.findall(r"^```(\S.*?)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    return {title: found for title, found in blocks.items() if found}


def values(cloud: Cloud) -> dict[str, str]:
    user, temporary = cloud.emulator.user("admin"), cloud.emulator.user("temp")
    return {
        "access key": user["access_key"],
        "secret key": user["secret_key"],
        "temporary access key": temporary["access_key"],
        "temporary secret key": temporary["secret_key"],
        "security token": temporary["security_token"],
        "token": cloud.token(),
        "project ID": cloud.project_id,
        "password": PASSWORD,
        "passcode": passcode(cloud.totp_key),
        "credential ID": cloud.application_credential["id"],
        "credential secret": cloud.application_credential["secret"],
    }


def filled(text: str, cloud: Cloud, kind: str) -> str:
    for name, value in values(cloud).items():
        quoted = shlex.quote(value) if kind == "shell" else f"'{value}'"
        text = text.replace(f"'<{name}>'", quoted)
    assert "'<" not in text
    return text.replace(AUTH_URL, cloud.keystone.url)


def test_every_way_of_the_table_has_a_section() -> None:
    text = PAGE.read_text(encoding="utf-8")
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in sections()}
    assert set(re.findall(r"\]\(#([^)]+)\) \|", text)) <= anchors


@pytest.mark.parametrize("title", sections())
def test_it_works_as_shown(cloud: Cloud, engine: Engine, tmp_path: Path, title: str) -> None:
    blocks = [(kind, filled(text, cloud, kind)) for kind, text in sections()[title]]
    # AK/SK and a plain token know no catalog that would name the emulator.
    env = {"OTC_ELB_ENDPOINT": cloud.emulator.url}
    plays = [text for kind, text in blocks if kind == "yaml"] or [PLAY]
    for kind, text in blocks:
        if kind == "shell":
            for line in text.splitlines():
                export, setting = shlex.split(line)
                name, dummy, value = setting.partition("=")
                assert export == "export"
                env[name] = value
        elif kind != "yaml":
            name = kind.removeprefix("yaml ")
            (tmp_path / name).write_text(text, encoding="utf-8")
            env["OS_CLIENT_CONFIG_FILE" if name == "clouds.yaml" else "OS_CLIENT_SECURE_FILE"] = str(tmp_path / name)
    variables = {f"vault_{name.lower().replace(' ', '_')}": value for name, value in values(cloud).items()}
    for number, text in enumerate(plays):
        playbook = tmp_path / f"{number}.yml"
        playbook.write_text(text, encoding="utf-8")
        played = engine.playbook(playbook, env=env, extra_vars=variables)
        assert [result["msg"] for result in played.results if result.failed] == [], played.output
    assert {status for dummy, status in cloud.seen()} == {200}
    assert len(cloud.seen()) == sum(text.count("otc.elb.elb_pool_info") for text in plays)
