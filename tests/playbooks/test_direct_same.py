# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task in Ansible's own process comes to the same as the module that Ansible starts: the same tasks both ways, compared to the last key."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator
from ..result import Result
from .engine import Engine, PlayRun, Task, task

CHECKOUT = Path(__file__).parents[2]
VAULT_PASSWORD = "open sesame"
SECRET = "not-a-word-of-any-message"
UNSAFE = "{{ 1 + 1 }} is no template"

MEMBERS = [
    {"name": "web-1", "address": "192.168.0.11", "protocol_port": 80, "weight": 3},
    {"name": "web-2", "address": "192.168.0.12", "protocol_port": 80},
]
ENTRY = MEMBERS[0]
HEALTHY: Task = {"pool": "web", "address": "192.168.0.12", "protocol_port": 80}


def named(title: str, module: str, /, keywords: Task | None = None, **options: Any) -> Task:
    return {"name": title, **task(module, **options), **(keywords or {})}


def scenario(emulator: Emulator) -> list[Task]:
    """All modules: success, failure, check mode, diff, wrong options, and all that Ansible itself does with a task."""
    pool: Task = {"name": "web", "loadbalancer": emulator.loadbalancer("demo"), "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    check, diff = {"check_mode": True}, {"diff": True}
    denied = {"OS_ACCESS_KEY": emulator.user("denied")["access_key"], "OS_SECRET_KEY": emulator.user("denied")["secret_key"]}
    switch: Task = {"listener": "demo-http", "switch_listener": True}
    return [
        named("create, predicted", "elb_pool", {**check, **diff}, **pool),
        named("member of a pool to come", "elb_member", check, pool="web", address="192.168.0.11", protocol_port=80),
        named("create", "elb_pool", {**diff, "register": "made"}, **pool),
        named("again", "elb_pool", diff, **pool),
        named(
            "update, predicted", "elb_pool", {**check, **diff}, name="web", description="new", slow_start={"enable": True, "duration": 30}
        ),
        named("update", "elb_pool", diff, name="web", description="new", slow_start={"enable": True, "duration": 30}),
        named("registered", "elb_pool_info", id=["{{ made.pool.id }}"]),
        named("a conflict", "elb_pool", name="web", protocol="TCP"),
        named("required options", "elb_pool", state="present"),
        named("an unknown option", "elb_pool", nme="web", name="web"),
        named("choices and kinds", "elb_pool", name="web", protocol="HTPP", force="perhaps", timeout="long"),
        named("not a dict", "elb_pool", name="web", slow_start=[1]),
        named("a text that is not a dict", "elb_pool", name="web", session_persistence="type SOURCE_IP"),
        named("a dict as text", "elb_pool", check, name="web", session_persistence="type=HTTP_COOKIE"),
        named("an unknown suboption", "elb_pool", name="web", slow_start={"duration": 30, "seconds": 1}),
        named("a number without end", "elb_pool", name="web", slow_start={"duration": "1e99999999999999999999"}),
        named("a number that is not one", "elb_pool_info", timeout="nan"),
        named("members predicted", "elb_pool_members", {**check, **diff}, pool="web", members=MEMBERS),
        named("members", "elb_pool_members", diff, pool="web", members=MEMBERS),
        named("members again", "elb_pool_members", pool="web", members=MEMBERS),
        named(
            "members with concurrency", "elb_pool_members", pool="web", members=[*MEMBERS, {**ENTRY, "protocol_port": 81}], concurrency=1
        ),
        named("members purged", "elb_pool_members", diff, pool="web", members=MEMBERS, purge=True),
        named("wrong entries", "elb_pool_members", pool="web", members=[{"address": "here"}, 1, {**ENTRY, "wight": 1}, ENTRY, ENTRY]),
        named(
            "some fail", "elb_pool_members", pool="web", members=[*MEMBERS, {"address": "10.99.0.1", "protocol_port": 80, "subnet": "none"}]
        ),
        named("no list", "elb_pool_members", pool="web"),
        named("text for a list", "elb_pool_members", pool="web", members=""),
        named("another kind of list", "elb_pool_members", pool="web", members=1),
        named("wrong kinds of suboptions", "elb_pool", name="web", slow_start={"duration": [1], "enable": "perhaps"}, auth=[1]),
        named("member", "elb_member", diff, pool="web", address="192.168.0.13", protocol_port=80),
        named("member waits for nothing", "elb_member", {**check}, pool="web", address="192.168.0.14", protocol_port=80, wait=True),
        named("member changed", "elb_member", diff, pool="web", name="", address="192.168.0.13", protocol_port=80, weight=0),
        named("member removed", "elb_member", diff, pool="web", address="192.168.0.13", protocol_port=80, state="absent"),
        named("no pool", "elb_member", pool="other", address="192.168.0.13", protocol_port=80),
        named("an option and its alias", "elb_member", pool="web", pool_id="web", address="192.168.0.11", protocol_port=80, port=80),
        named("an entry's option and its alias", "elb_pool_members", pool="web", members=[{**ENTRY, "port": 80}]),
        named(
            "weight on SOURCE_IP", "elb_pool", name="sticky", loadbalancer=pool["loadbalancer"], protocol="TCP", lb_algorithm="SOURCE_IP"
        ),
        named("warned", "elb_member", pool="sticky", address="192.168.0.11", protocol_port=80, weight=7),
        named("warned in check mode", "elb_member", check, pool="sticky", name="to come", weight=7),
        named("pools", "elb_pool_info", include_members=True),
        named("pools by filter", "elb_pool_info", protocol="HTTP"),
        named("no such pool", "elb_pool_info", id=["5a8f7e6d-0001-4b2c-9d3e-4f5061728301"]),
        named("info of members", "elb_member_info", pool="web"),
        named("info of no pool", "elb_member_info", pool="other"),
        # Ansible's own.
        named("no_log", "elb_pool_info", {"no_log": True}, name=["web"]),
        named("no_log, failed", "elb_pool_info", {"no_log": True}, nme=SECRET),
        named("loop", "elb_member_info", {"loop": ["web", "sticky", "other"]}, pool="{{ item }}"),
        named(
            "loop with warnings", "elb_member", {"loop": [1, 2], **check}, pool="sticky", address="192.168.0.2{{ item }}", port=80, weight=5
        ),
        named("loop over nothing", "elb_member_info", {"loop": []}, pool="web"),
        named("skipped", "elb_member_info", {"when": False}, pool="web"),
        named(
            "until", "elb_member_info", {"until": "found.members | length > 5", "retries": 2, "delay": 0, "register": "found"}, pool="web"
        ),
        named("conditions", "elb_member_info", {"failed_when": "true", "changed_when": "true"}, pool="web"),
        named("failed_when", "elb_member_info", {"failed_when": "'other' not in r.msg", "register": "r"}, pool="other"),
        named("defaults", "elb_member_info", {"module_defaults": {"group/otc.elb.elb": {"region_name": "eu-nl"}}}, pool="web"),
        named("environment", "elb_pool_info", {"environment": denied}),
        named("environment undone", "elb_pool_info", name=["web"]),
        named("environment of numbers", "elb_pool_info", {"environment": {"OTC_NUMBER": 1, "OS_PROJECT_ID": "{{ 5 }}"}}),
        named("vault", "elb_pool_info", name=["{{ encrypted }}"]),
        named("vault in a key", "elb_pool_info", access_key="{{ key }}", secret_key="{{ encrypted }}", project_id=emulator.project_id),
        named("a secret in a message", "elb_pool", name=f"is {SECRET}", auth={"auth_url": "{{ here }}", "password": SECRET}, protocol="X"),
        named("a secret in the wrong place", "elb_pool", passwort=SECRET, name="web"),
        named("two credentials", "elb_pool_info", auth_token=SECRET, access_key=SECRET),
        named("unsafe", "elb_pool", check, name="{{ unsafe }}", description="{{ unsafe }}", protocol="HTTP", lb_algorithm="ROUND_ROBIN"),
        named("service text", "elb_pool_info", {"register": "seen"}, name=["{{ unsafe }}"]),
        named("service text, used", "ansible.builtin.debug", msg="{{ seen.pools[0].name }}"),
        named("nested variables", "elb_pool_members", check, pool="web", members="{{ nested.members }}"),
        named("omitted", "elb_pool", check, name="web", description="{{ omit }}", slow_start={"duration": "{{ omit }}", "enable": False}),
        named("numbers, dates, null", "elb_pool", check, name=5, description="{{ when }}", enterprise_project_id=None, protocol="HTTP"),
        named("text in any language", "elb_pool", check, name="wéb \u2603 \U0001f980", protocol="HTTP", lb_algorithm="ROUND_ROBIN"),
        named("undefined", "elb_pool", name="{{ not_there }}"),
        named("unreachable", "elb_pool_info", endpoint="http://127.0.0.1:9", timeout=0),
        named("time limits", "elb_pool_info", api_timeout=0),
        named("listener, predicted", "elb_pool", {**check, **diff}, name="web", listener="demo-http"),
        named("listener", "elb_pool", diff, name="web", listener="demo-http"),
        named("health check, predicted", "elb_pool", {**check, **diff}, name="web", health_check={}),
        named("health check", "elb_pool", diff, name="web", health_check={"delay": 3}),
        named("health check, changed", "elb_pool", diff, name="web", health_check={"delay": 4, "url_path": "/up"}),
        named("health check, again", "elb_pool", diff, name="web", health_check={"delay": 4}),
        named("health check, wrong", "elb_pool", name="web", health_check={"delay": 0, "typ": "TCP"}),
        named("health check, shown", "elb_pool_info", name=["web"], include_health_check=True),
        named("waited for", "elb_member", diff, **HEALTHY, wait=True),
        named("members waited for", "elb_pool_members", pool="web", members=MEMBERS, wait=True),
        named("drained", "elb_member", diff, **HEALTHY, weight=0, drain_seconds=1),
        named("health check, removed", "elb_pool", diff, name="web", health_check={"enable": False}),
        named("listener of another pool", "elb_pool", **{**pool, "name": "green"}, listener="demo-http"),
        named("listener switched, predicted", "elb_pool", {**check, **diff}, **{**pool, "name": "green"}, **switch),
        named("listener switched", "elb_pool", diff, **{**pool, "name": "green"}, **switch),
        named("handler", "elb_pool", {"notify": "listed"}, name="web", description="notified"),
        named("members stay", "elb_pool", name="web", state="absent"),
        named("removed by force", "elb_pool", diff, name="web", state="absent", force=True),
        named("removed already", "elb_pool", diff, name="web", state="absent"),
    ]


def anonymous(text: str) -> str:
    """Without what differs from one run to the next: IDs, times, and the playbook's folder."""
    text = re.sub(r"[\w./-]*/play-\d+/", "play/", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?", "TIME", text)
    return re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b", "ID", text)


def ordered(value: Any) -> Any:
    """With members in one order: the service lists them by their IDs."""
    if isinstance(value, dict):
        return {key: ordered(each) for key, each in value.items()}
    if isinstance(value, list):
        return (
            sorted(map(ordered, value), key=json.dumps)
            if all(isinstance(each, dict) and "id" in each for each in value)
            else list(map(ordered, value))
        )
    return value


def comparable(played: PlayRun) -> list[tuple[str, Any]]:
    return [(result.task, ordered(json.loads(anonymous(json.dumps(result, sort_keys=True))))) for result in played.results]


def lines(text: str) -> list[str]:
    """Output, with each result that it shows in one order of members."""

    def shown(found: re.Match[str]) -> str:
        return f"=> {json.dumps(ordered(json.loads(found[1])), sort_keys=True)}"

    return re.sub(r"=> (\{.*\})$", shown, anonymous(text), flags=re.MULTILINE).splitlines()


class Scene:
    """The scenario with all that it needs."""

    def __init__(self, engine: Engine, emulator: Emulator) -> None:
        self._engine, self._emulator = engine, emulator
        self._password = engine.home / "password"
        self._password.write_text(VAULT_PASSWORD, encoding="utf-8")
        self._variables = engine.home / "variables.yml"
        self._variables.write_text(
            f"unsafe: !unsafe '{UNSAFE}'\n"
            "here: https://iam.example.com/v3\n"
            "when: 2026-01-02\n"
            "first: 192.168.0.11\n"
            "nested: {members: [{address: '{{ first }}', protocol_port: '{{ 79 + 1 }}', weight: 3}]}\n"
            f"{self._encrypted('encrypted', 'web')}\n{self._encrypted('key', SECRET)}\n",
            encoding="utf-8",
        )

    def _encrypted(self, name: str, value: str) -> str:
        arguments = (f"--vault-password-file={self._password}", f"--name={name}", value)
        return self._engine.command("ansible-vault", "encrypt_string", *arguments).stdout

    def play(self, direct: bool, **env: str) -> PlayRun:
        """Play it in a new world."""
        self._emulator.reset()
        # What a wait sees, and how often it looks, does not depend on the time.
        self._emulator.configure(first_check=0)
        self._emulator.seed({"name": UNSAFE, "protocol": "HTTP"})
        return self._engine.play(
            scenario(self._emulator),
            env={"ANSIBLE_VAULT_PASSWORD_FILE": str(self._password), **env},
            timeout=900,
            vars={"otc_elb_direct": direct},
            vars_files=[str(self._variables)],
            handlers=[named("listed", "elb_pool_info", name=["web"])],
        )


class BothWays:
    """The scenario, played both ways."""

    def __init__(self, emulator: Emulator, home: Path) -> None:
        scene = Scene(Engine(home, aksk(emulator)), emulator)
        self.played: dict[bool, PlayRun] = {}
        self.requests: dict[bool, list[tuple[str, str, int]]] = {}
        for direct in (True, False):
            self.played[direct] = scene.play(direct)
            self.requests[direct] = [(entry["method"], entry["action"], entry["status"]) for entry in emulator.requests()]


@pytest.fixture(scope="module")
def both(running_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> BothWays:
    return BothWays(running_emulator, tmp_path_factory.mktemp("both"))


def test_results(both: BothWays) -> None:
    direct, ordinary = comparable(both.played[True]), comparable(both.played[False])
    assert [name for name, dummy in direct] == [name for name, dummy in ordinary]
    different = {name: (one, other) for (name, one), (dummy, other) in zip(direct, ordinary, strict=True) if one != other}
    assert different == {}


def test_output(both: BothWays) -> None:
    assert lines(both.played[True].stdout) == lines(both.played[False].stdout)
    assert lines(both.played[True].stderr) == lines(both.played[False].stderr)
    assert both.played[True].rc == both.played[False].rc


def test_requests(both: BothWays) -> None:
    assert both.requests[True] == both.requests[False]
    assert len(both.requests[True]) > 50


def test_the_scenario_has_what_it_says(both: BothWays) -> None:
    """So that two equal failures are not taken for two equal successes."""
    results: dict[str, Result] = {result.task: result for result in both.played[True].results}
    succeed = "create, again, update, registered, members, members purged, member, pools, loop with warnings, vault, service text, listed"
    succeed += ", listener, health check, waited for, members waited for, drained, listener switched, removed by force"
    assert [name for name in succeed.split(", ") if results[name].failed] == []
    assert results["health check, shown"]["pools"][0]["health_check"]["delay"] == 4
    assert "switch_listener: true" in results["listener of another pool"]["msg"]
    assert results["an option and its alias"].warnings
    assert results["warned"].warnings
    assert results["some fail"]["failed_members"]
    assert results["until"]["attempts"] == 2
    assert results["environment"]["status"] == 403
    assert not results["environment undone"].failed
    assert results["service text, used"]["msg"] == UNSAFE
    assert "diff" in results["create, predicted"]
    assert SECRET not in json.dumps([result for name, result in results.items() if name != "no_log, failed"])


def test_deprecations(emulator: Emulator, engine: Engine, tmp_path: Path) -> None:
    """There is no deprecated option yet: this is a copy of the collection in which there are two."""
    copy = tmp_path / "collections/ansible_collections/otc/elb"
    for name in ("plugins", "meta"):
        shutil.copytree(CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "galaxy.yml", copy)
    options = copy / "plugins/module_utils/_runtime/lookup.py"
    alias = '"deprecated_aliases": [{"name": "pool_id", "version": "9.0.0", "collection_name": "otc.elb"}], "aliases": ["pool_id"]'
    options.write_text(options.read_text(encoding="utf-8").replace('"aliases": ["pool_id"]', alias), encoding="utf-8")
    options = copy / "plugins/module_utils/_tasks/info.py"
    removed = '**MEMBER.filters, "name": {**MEMBER.filters["name"], "removed_at_date": "2099-01-01", "removed_from_collection": "otc.elb"}'
    options.write_text(options.read_text(encoding="utf-8").replace("**MEMBER.filters", removed), encoding="utf-8")
    emulator.seed({"name": "web", "protocol": "HTTP"})
    tasks = [
        task("elb_member_info", pool_id="web"),
        task("elb_member_info", pool_id="web", name=["x"]),
        task("elb_member_info", pool="web"),
    ]
    env = {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections")}
    direct, ordinary = (engine.play(tasks, env=env, vars={"otc_elb_direct": direct}) for direct in (True, False))
    assert [len(result.get("deprecations", [])) for result in direct.results] == [1, 2, 0]
    assert comparable(direct) == comparable(ordinary)
    assert direct.stderr == ordinary.stderr
