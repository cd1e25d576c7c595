# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX: docs/awx.md and docs/examples/awx.yml, run with ansible-runner and ansible-builder.

The job's OpenStack credential is played against a real Keystone, in tests/keystone.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .. import awx
from ..emulator.client import Emulator
from .engine import Engine

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"
OPTIONS: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((Path(__file__).parents[1] / "awx_options.yml").read_text(encoding="utf-8"))
# Takes the place of each module of awx.awx: checks the options and gives them back.
MODULE = """\
import json
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(argument_spec=json.loads({spec!r}))
module.exit_json(module={name!r}, given={{name: value for name, value in module.params.items() if value is not None}})
"""
HEALTH = "5a8f7e6d-0001-4b2c-9d3e-4f5061728301"
MEMBERS = [
    {"name": "web-1", "address": "192.168.0.11", "protocol_port": 80, "weight": 3, "operating_status": "OFFLINE"},
    {"name": "web-2", "address": "192.168.0.12", "protocol_port": 80, "weight": 5, "operating_status": "ONLINE"},
    {"name": "web-3", "address": "192.168.0.13", "protocol_port": 80, "weight": 5, "operating_status": "OFFLINE"},
]


def block(name: str) -> str:
    """A block of code of docs/awx.md."""
    (found,) = re.findall(rf"^```yaml {name}\n(.*?)^```$", (DOCS / "awx.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def given(engine: Engine, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The options of each module of awx.awx in docs/examples/awx.yml."""
    modules = tmp_path / "collections" / "ansible_collections" / "awx" / "awx" / "plugins" / "modules"
    modules.mkdir(parents=True)
    for name, spec in OPTIONS.items():
        (modules / f"{name}.py").write_text(MODULE.format(name=name, spec=json.dumps(spec)), encoding="utf-8")
    path = f"{tmp_path / 'collections'}:{Path(sys.prefix, 'collections')}"
    played = engine.playbook(EXAMPLES / "awx.yml", env={"ANSIBLE_COLLECTIONS_PATH": path})
    assert played.rc == 0, played.output
    return {result["module"]: result["given"] for result in played.results}


def test_from_the_example_to_a_job(engine: Engine, emulator: Emulator, tmp_path: Path, given: dict[str, dict[str, Any]]) -> None:
    # The page and the playbook say the same.
    inputs, injectors = yaml.safe_load(block("input")), yaml.safe_load(block("injector"))
    assert given["credential_type"]["inputs"] == inputs
    assert given["credential_type"]["injectors"] == injectors
    fields = {field["id"]: field for field in inputs["fields"]}
    assert {name for name, field in fields.items() if field.get("secret")} == {"secret_key", "security_token"}
    template = given["job_template"]
    assert template["credentials"] == [given["credential"]["name"]]
    assert template["inventory"] == given["inventory_source"]["inventory"] == given["inventory"]["name"]

    # A credential of that type; of a user that may do nothing but read, at first.
    emulator.seed({"name": "web", "protocol": "HTTP", "healthmonitor_id": HEALTH, "members": MEMBERS})
    reading = ["elb:pools:list", "elb:members:list", "elb:members:get"]
    emulator.grant("limited", reading)
    user = emulator.user("limited")
    keys = {"access_key": user["access_key"], "secret_key": user["secret_key"], "security_token": ""}
    values = {**keys, "project_id": emulator.project_id, "region_name": fields["region_name"]["default"], "endpoint": emulator.url}
    assert set(inputs["required"]) <= {name for name, value in values.items() if value} <= set(fields)
    env = awx.injected(injectors, values)

    # The update of the inventory.
    project = EXAMPLES / "awx"
    assert yaml.safe_load(block("elb_members.yml")) == yaml.safe_load((project / "elb_members.yml").read_text(encoding="utf-8"))
    outside: dict[str, str | None] = dict.fromkeys(engine.env)
    source = str(project / given["inventory_source"]["source_path"])
    updated = engine.command("ansible-inventory", "--list", "--export", f"--inventory={source}", env={**outside, **env})
    inventory = json.loads(updated.stdout)
    assert inventory["elb_pool_web_healthy"]["hosts"] == ["web-2"], updated.stderr
    # What is marked as no template would be a dict, and a name that is one ends AWX's import.
    assert "__ansible_unsafe" not in updated.stdout

    # The survey's answers, and a job that only checks, for the servers that are not healthy.
    survey = {question["variable"]: question["default"] for question in template["survey_spec"]["spec"]}
    answers = {**survey, "survey_weight": 0, "survey_wait": "yes"}
    limit = ("-l", "elb_pool_web_not_healthy")
    how: dict[str, Any] = {"env": env, "inventory": inventory, "extra_vars": answers}
    checked = awx.run(engine, tmp_path / "1", project, template["playbook"], arguments=("--check", "--diff", *limit), **how)
    assert checked.rc == 0, checked.traces
    items = checked.results("runner_item_on_ok")
    assert [(each["changed"], each["diff"]["after"]["weight"]) for each in items] == [(True, 0)] * 2
    needed = {action for each in items for action in each["required_actions"]}
    assert needed == {"elb:members:get", "elb:members:put"}
    assert emulator.writes() == []

    # The same job in earnest: refused, and then with what the events named.
    denied = awx.run(engine, tmp_path / "2", project, template["playbook"], arguments=limit, **how)
    assert denied.rc != 0
    assert {each["missing_action"] for each in denied.results("runner_item_on_failed")} == {"elb:members:put"}
    emulator.grant("limited", sorted({*reading, *needed}))
    done = awx.run(engine, tmp_path / "3", project, template["playbook"], arguments=limit, **how)
    assert done.rc == 0, done.traces
    (left,) = emulator.state()["pools"]
    assert {member["name"]: member["weight"] for member in left["members"]} == {"web-1": 0, "web-2": 5, "web-3": 0}
    for job in (checked, denied, done):
        assert user["secret_key"] not in job.traces
    assert user["secret_key"] not in updated.stdout + updated.stderr


def test_the_execution_environment(engine: Engine, tmp_path: Path) -> None:
    definition = tmp_path / "execution-environment.yml"
    definition.write_text(block("execution-environment.yml"), encoding="utf-8")
    created = engine.command("ansible-builder", "create", "--file", str(definition), "--context", str(tmp_path / "context"))
    assert created.returncode == 0, created.stdout + created.stderr
    desired = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert [each["name"] for each in desired["collections"]] == ["otc.elb"]
    # From the archive, where Galaxy cannot be reached: the build runs the same command in the same folder.
    built = engine.command("ansible-galaxy", "collection", "build", "--output-path", str(tmp_path), cwd=DOCS.parent)
    assert built.returncode == 0, built.stderr
    definition.write_text(block("without-galaxy.yml"), encoding="utf-8")
    context = tmp_path / "without-galaxy"
    created = engine.command("ansible-builder", "create", "--context", str(context), cwd=tmp_path)
    assert created.returncode == 0, created.stdout + created.stderr
    install = ("collection", "install", "--offline", "--requirements-file", "requirements.yml")
    empty = {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections")}
    installed = engine.command("ansible-galaxy", *install, cwd=context / "_build", env=empty)
    assert " was installed successfully" in installed.stdout, installed.stdout + installed.stderr
    # What it will find in the collection, once that is installed.
    found = engine.command("ansible-builder", "introspect", str(Path(sys.prefix, "collections")))
    assert found.returncode == 0, found.stdout + found.stderr
    listed = yaml.safe_load(found.stdout)
    assert [each.partition("  #")[0] for each in listed["python"]] == ["requests>=2.25.1,<3", "openstacksdk>=1.0.0,<5"]
    assert any(each.startswith("gcc [compile platform:rpm") for each in listed["system"])
