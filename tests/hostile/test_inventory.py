# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses that anyone may have given to pools and members: nothing of them runs on the controller."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..playbooks.engine import PREFIX_VARIABLE
from ..unit.inprocess import environment
from .server import PROJECT, Connection, Json, Request, response, serve
from .test_limits import POOL_ID

#: The virtual environment whose Ansible is tested.
PREFIX = Path(os.environ.get(PREFIX_VARIABLE, sys.prefix))
EVIL = "{{ lookup('pipe', 'touch MARKER') }}"
ODD = {
    "template": EVIL,
    "statement": "{% set x = lookup('pipe', 'touch MARKER') %}",
    "header": "#jinja2: variable_start_string: '[[', variable_end_string: ']]'\n[[ lookup('pipe', 'touch MARKER') ]]",
    "option": "-oProxyCommand=touch MARKER",
    "localhost": "localhost",
    "terminal": "\x1b[2J\x9b1m\r",
    "line": "10.0.0.1\nlocalhost",
}
NO_ADDRESSES = [
    *ODD.values(),
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "10.0.0.1 ",
    "10.0.0",
    "fe80::1%" + EVIL,
    "",
    7,
]

PLAY = """
- hosts: all
  gather_facts: false
  connection: local
  vars:
    again: "{{ elb_members }}"
    keys: "{{ elb_keys | default({}) }}"
    joined: "{{ elb_name }}{{ elb_pool_name }} {{ composed }}"
  tasks:
    - ansible.builtin.set_fact:
        kept: "{{ keys }}"
        text: "x {{ keys }}"
    - ansible.builtin.debug:
        msg: "{{ kept }} {{ text }} {{ keys | string }}"
    - ansible.builtin.debug:
        var: kept
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }} {{ group_names }} {{ again }} {{ joined }} {{ hostvars[inventory_hostname] }}"
    - ansible.builtin.debug:
        msg: "{{ lookup('vars', 'again') | to_json }} {{ query('ansible.builtin.dict', hostvars[inventory_hostname]) }}"
"""


def service(members: list[Json], pool_name: str = "web") -> Any:
    def respond(connection: Connection, request: Request) -> None:
        if "/members" in request.path:
            connection.send(response({"members": members}))
        else:
            connection.send(response({"pools": [{"id": POOL_ID, "name": pool_name, EVIL: {EVIL: EVIL}}]}))

    return respond


def ansible(program: str, *arguments: str, members: list[Json], folder: Path, pool_name: str = "web") -> subprocess.CompletedProcess[str]:
    with serve(service(members, pool_name)) as server:
        source = {
            "plugin": "otc.elb.elb_members",
            "endpoint": server.url,
            "project_id": PROJECT,
            "auth_token": "the-token",
            "api_timeout": 10,
            "compose": {"composed": "[elb_name, elb_members]"},
            "keyed_groups": [{"key": "elb_name", "prefix": "name"}],
        }
        (folder / "web.elb_members.yml").write_text(yaml.safe_dump(source), encoding="utf-8")
        (folder / "play.yml").write_text(PLAY, encoding="utf-8")
        env = {
            **environment({}),
            "ANSIBLE_COLLECTIONS_PATH": str(Path(sys.prefix, "collections")),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
            "ANSIBLE_NOCOLOR": "1",
            "PATH": f"{PREFIX / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }
        command = [str(PREFIX / "bin" / "python"), "-m", "ansible", program, "-i", "web.elb_members.yml", *arguments]
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def member(number: int, **fields: Any) -> Json:
    return {"id": f"m{number}", "name": f"web-{number}", "address": f"10.0.0.{number}", "protocol_port": 80, **fields}


@pytest.mark.parametrize("kind", ODD)
def test_nothing_runs_on_the_controller(tmp_path: Path, kind: str) -> None:
    odd = ODD[kind]
    members = [
        member(1, name=odd, operating_status=odd, new_field=odd, **{odd: odd}),
        member(2, nested={odd: {odd: odd, "list": [odd, {odd: 1}]}}),
        member(3, address=odd),
        member(4, address=odd, name=""),
        # Where no value is marked, nothing marks the whole.
        member(5, name="web-5", keys={odd: 1}),
    ]
    done = ansible("playbook", "play.yml", "-v", members=members, folder=tmp_path, pool_name=odd)
    assert list(tmp_path.glob("**/MARKER*")) == []
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok=5" in done.stdout
    assert "Left out of" in done.stderr
    assert "\x1b[2J" not in done.stdout + done.stderr


def test_what_has_no_address_is_no_host(tmp_path: Path) -> None:
    members = [member(1), *(member(100 + number, address=odd) for number, odd in enumerate(NO_ADDRESSES) if isinstance(odd, str))]
    done = ansible("inventory", "--list", members=members, folder=tmp_path)
    assert json.loads(done.stdout)["elb_pool_web"]["hosts"] == ["web-1"]
    assert all(f"m{100 + number}" in " ".join(done.stderr.split()) for number, odd in enumerate(NO_ADDRESSES) if isinstance(odd, str))


def test_a_name_is_no_option_and_none_of_ansibles_own(tmp_path: Path) -> None:
    names = ["-oProxyCommand=x", "localhost", "all", "ungrouped", "10.0.0.200", "a b", "a\nb", "web{{ 1 }}", "../x"]
    done = ansible("inventory", "--list", members=[member(n, name=name) for n, name in enumerate(names, 1)], folder=tmp_path)
    assert json.loads(done.stdout)["elb_pool_web"]["hosts"] == [f"10.0.0.{n}" for n in range(1, len(names) + 1)]
