# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin through ansible-inventory and ansible: hosts of pools, and members that are not ONLINE."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..credentials import aksk
from ..emulator.client import Emulator
from .engine import Engine

HEALTH = "5a8f7e6d-0001-4b2c-9d3e-4f5061728301"
TEMPLATE = "{{ 6 * 7 }}"
WEB = {
    "name": "web",
    "protocol": "HTTP",
    "healthmonitor_id": HEALTH,
    "members": [
        {"name": "web-1", "address": "192.168.0.11", "protocol_port": 80, "weight": 3, "operating_status": "OFFLINE"},
        {"name": "web-2", "address": "192.168.0.12", "protocol_port": 80, "weight": 5, "operating_status": "ONLINE"},
        {"name": TEMPLATE, "address": "192.168.0.13", "protocol_port": 80, "operating_status": "OFFLINE"},
    ],
}
# web-1 is in both, and serves here.
API = {
    "name": "api v2",
    "protocol": "HTTP",
    "healthmonitor_id": HEALTH,
    "members": [
        {"name": "web-1", "address": "192.168.0.11", "protocol_port": 8080, "weight": 7, "operating_status": "ONLINE"},
        {"address": "192.168.0.14", "protocol_port": 8080, "weight": 7, "operating_status": "ONLINE"},
    ],
}
CONDITIONS: dict[str, Any] = {
    "strict": True,
    "groups": {
        "not_healthy": "not elb_healthy and elb_weight > 0",
        "not_online": "elb_operating_status != 'ONLINE'",
        "web_not_online": "elb_pool_name == 'web' and elb_operating_status != 'ONLINE'",
        "api_not_online": "elb_pool_name == 'api v2' and elb_operating_status != 'ONLINE'",
        "of_ops": "ansible_user == 'ops'",
    },
    "keyed_groups": [
        {"key": "elb_pool_group ~ ('_healthy' if elb_healthy else '_not_healthy')", "separator": ""},
        {"key": "elb_weight", "prefix": "weight"},
        {"key": "elb_healthy", "prefix": "healthy"},
    ],
    "compose": {
        "ansible_user": "'ops'",
        "ports": "elb_members | map(attribute='protocol_port') | list",
        "names": "{'pools': elb_members | map(attribute='pool_name') | list}",
        "odd": "elb_name",
    },
}


class Inventory:
    """What ansible-inventory says of some sources."""

    def __init__(self, engine: Engine, env: Mapping[str, str | None], *arguments: str) -> None:
        done = engine.command("ansible-inventory", "--list", *arguments, env=env)
        self.rc = done.returncode
        self.words = " ".join(done.stderr.split())
        self.output = done.stdout + done.stderr
        found = (
            plain(json.loads(re.split(r"^(?={$)", done.stdout, flags=re.MULTILINE)[-1]))
            if done.returncode == 0
            else {"_meta": {"hostvars": {}}}
        )
        self.hosts: dict[str, dict[str, Any]] = found.pop("_meta")["hostvars"]
        self.groups = {name: sorted(group.get("hosts", [])) for name, group in found.items()}


def plain(value: Any) -> Any:
    """Without the wrapping that shows what is not to be taken for a template. AWX cannot read it: nothing else has it, and no name."""
    if isinstance(value, dict):
        if "__ansible_unsafe" in value:
            assert "{" in value["__ansible_unsafe"]
            return value["__ansible_unsafe"]
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def source(folder: Path, name: str = "test", **options: Any) -> str:
    path = folder / f"{name}.elb_members.yml"
    path.write_text(yaml.safe_dump({"plugin": "otc.elb.elb_members", **options}), encoding="utf-8")
    return f"--inventory={path}"


def test_hosts_groups_and_variables(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    web, dummy, empty = emulator.seed(WEB, API, {"name": "empty", "protocol": "TCP"})
    found = Inventory(engine, {}, source(tmp_path, **CONDITIONS))
    assert found.rc == 0, found.words
    # One list of pools, and one of members for each pool that has any.
    assert emulator.actions() == ["elb:pools:list", "elb:members:list", "elb:members:list"]
    assert found.groups["elb_pool_web"] == ["192.168.0.13", "web-1", "web-2"]
    assert found.groups["elb_pool_api_v2"] == ["192.168.0.14", "web-1"]
    assert found.groups["of_ops"] == sorted(found.hosts)
    # Each member is judged by itself.
    assert found.groups["not_healthy"] == ["192.168.0.13", "web-1"]
    assert found.groups["web_not_online"] == found.groups["not_online"] == ["192.168.0.13", "web-1"]
    assert "api_not_online" not in found.groups
    assert found.groups["elb_pool_web_not_healthy"] == ["192.168.0.13", "web-1"]
    assert found.groups["elb_pool_api_v2_healthy"] == ["192.168.0.14", "web-1"]
    assert found.groups["elb_pool_web_healthy"] == ["web-2"]
    # A number and a boolean may be a key.
    assert found.groups["weight_3"] == ["web-1"]
    assert found.groups["healthy_False"] == ["192.168.0.13", "web-1"]
    assert (found.hosts["web-1"]["names"], found.hosts["192.168.0.13"]["odd"]) == ({"pools": ["api v2", "web"]}, TEMPLATE)
    one = found.hosts["web-2"]
    expected = {
        "ansible_host": "192.168.0.12",
        "elb_address": "192.168.0.12",
        "elb_protocol_port": 80,
        "elb_weight": 5,
        "elb_operating_status": "ONLINE",
        "elb_healthy": True,
        "elb_name": "web-2",
        "elb_pool_id": web["id"],
        "elb_pool_name": "web",
        "elb_pool_protocol": "HTTP",
        "elb_pool_group": "elb_pool_web",
        "ansible_user": "ops",
        "ports": [80],
    }
    assert {name: one.get(name) for name in expected} == expected
    assert one["elb_id"] in web["members"]
    # A field that differs between the pools is not a variable of the host.
    both = found.hosts["web-1"]
    assert [(member["pool_name"], member["weight"], member["operating_status"]) for member in both["elb_members"]] == [
        ("api v2", 7, "ONLINE"),
        ("web", 3, "OFFLINE"),
    ]
    assert both["elb_address"] == both["ansible_host"] == "192.168.0.11"
    assert [member["healthy"] for member in both["elb_members"]] == [True, False]
    assert not {"elb_weight", "elb_healthy", "elb_operating_status", "elb_protocol_port", "elb_pool_name", "elb_id"} & both.keys()
    assert sorted(both["ports"]) == [80, 8080]
    assert f"cannot be a host's name: 192.168.0.13 ('{TEMPLATE}')" in found.words
    # A pool that exists, but not on that load balancer; and a name that no load balancer has.
    elsewhere = source(tmp_path, "elsewhere", pools=["web"], filters={"loadbalancer": "demo"})
    misspelt = source(tmp_path, "misspelt", filters={"loadbalancer_id": "Demo"})
    # An export has plain values, but for what looks like a template.
    exported = engine.command("ansible-inventory", "--list", "--export", "--yaml", source(tmp_path, **CONDITIONS))
    assert [line for line in exported.stdout.splitlines() if "unsafe" in line and TEMPLATE not in line] == []
    assert "ansible_user: ops" in exported.stdout
    graph = engine.command("ansible-inventory", "--graph", source(tmp_path, pools=[empty["id"]]), elsewhere, misspelt)
    assert "@elb_pool_empty:" in graph.stdout
    words = " ".join(graph.stderr.split())
    assert "There is no pool 'web' in this project and region that matches the filters (loadbalancer)." in words
    assert "There is no load balancer named 'Demo' in this project and region, so no pool belongs to it." in words
    assert emulator.actions()[6:] == ["elb:pools:get", "elb:loadbalancers:list", "elb:pools:list", "elb:loadbalancers:list"]


def test_what_is_not_online_in_a_pool_is_addressed(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    emulator.seed(WEB, API)
    member = "(elb_members | selectattr('pool_name', 'eq', 'web') | first)"
    options = f"pool=web address={{{{ ansible_host }}}} port={{{{ {member}.protocol_port }}}} weight=0 name={{{{ {member}.name }}}}"
    python = f"ansible_python_interpreter={sys.executable}"
    inventory = source(tmp_path, **CONDITIONS)
    arguments = (inventory, "--connection=local", "--extra-vars", python, "--module-name=otc.elb.elb_member", "--args", options)
    done = engine.command("ansible", "web_not_online", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    state = {(pool["name"], each["address"]): each for pool in emulator.state()["pools"] for each in pool["members"]}
    assert sorted(key for key, each in state.items() if each["weight"] == 0) == [("web", "192.168.0.11"), ("web", "192.168.0.13")]
    # What looks like a template went all the way as it is.
    assert state["web", "192.168.0.13"]["name"] == TEMPLATE


def test_the_cache_is_used_for_the_same_source_only(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    emulator.seed(WEB, API)
    kept = tmp_path / "kept"
    cache: dict[str, Any] = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(kept)}
    inventory = source(tmp_path, **CONDITIONS, **cache)
    first = Inventory(engine, {}, inventory)
    asked = len(emulator.requests())
    again = Inventory(engine, {}, inventory)
    assert (again.hosts, again.groups) == (first.hosts, first.groups)
    assert len(emulator.requests()) == asked == 3
    secret = emulator.user("admin")["secret_key"]
    files = [path.read_text(encoding="utf-8") for path in kept.iterdir()]
    assert len(files) == 1
    assert secret not in files[0]
    # Another project does not use the cache: the request is refused.
    other = Inventory(engine, {"OS_PROJECT_ID": "fedcba9876543210fedcba9876543210"}, inventory)
    assert other.hosts == {}
    emulator.seed({"name": "new", "protocol": "HTTP"})
    # ansible-inventory itself has this option since ansible-core 2.19 only.
    playbook = tmp_path / "play.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "tasks": []}]), encoding="utf-8")
    flushed = engine.command("ansible-playbook", "--list-hosts", "--flush-cache", inventory, str(playbook))
    assert len(emulator.requests()) == asked + 1 + 3
    assert set(first.hosts) <= set(flushed.stdout.split())


def test_options_beat_the_environment_and_that_beats_clouds_yaml(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    """And options may be templates, of variables and lookups; vaulted, too."""
    emulator.seed(WEB, API)
    wrong, right = aksk(emulator, "denied"), aksk(emulator)
    keys = {"access_key": right["OS_ACCESS_KEY"], "secret_key": right["OS_SECRET_KEY"], "project_id": emulator.project_id}
    clouds = tmp_path / "clouds.yaml"
    entry = {"auth": {**keys, "secret_key": "of clouds.yaml"}, "elbv3_endpoint_override": emulator.url}
    clouds.write_text(yaml.safe_dump({"clouds": {"one": entry}}), encoding="utf-8")
    password = tmp_path / "password"
    password.write_text("open sesame", encoding="utf-8")
    vaulted = engine.command("ansible-vault", "encrypt_string", f"--vault-password-file={password}", right["OS_SECRET_KEY"])
    options: dict[str, dict[str, Any]] = {
        "named": {
            "pools": ["web", "{{ second }}"],
            "hostnames": ["address"],
            "group_prefix": "",
            "timeout": "{{ seconds }}",
            "access_key": "{{ lookup('ansible.builtin.env', 'TEAM_KEY') }}",
            "secret_key": "{{ team_secret }}",
            "filters": {"protocol": "HTTP", "enterprise_project_id": "0"},
        },
        "clouds": {"cloud": "one", "pools": ["api v2"]},
    }
    named, by_id = (source(tmp_path, name, **given) for name, given in options.items())
    lines = f"plugin: otc.elb.elb_members\npools: [gone]\naccess_key: {right['OS_ACCESS_KEY']}\nsecret_key: {vaulted.stdout}"
    (tmp_path / "vaulted.elb_members.yaml").write_text(lines, encoding="utf-8")
    extra = json.dumps({"second": "api v2", "seconds": 60, "team_secret": right["OS_SECRET_KEY"]})
    inventories = (named, f"--inventory={tmp_path / 'vaulted.elb_members.yaml'}", f"--vault-password-file={password}")
    env = {**wrong, "TEAM_KEY": right["OS_ACCESS_KEY"], "OS_CLIENT_CONFIG_FILE": str(clouds)}
    found = Inventory(engine, env, *inventories, by_id, "--extra-vars", extra)
    assert found.groups["web"] == ["192.168.0.11", "192.168.0.12", "192.168.0.13"]
    assert found.groups["api_v2"] == ["192.168.0.11", "192.168.0.14"]
    assert "There is no pool 'gone'" in found.words
    # The secret of the file is wrong, and the one of the source's cloud is not replaced by the environment's.
    assert "(status 401" in found.words
    assert "elb_pool_api_v2" not in found.groups
    # ansible-inventory shows extra variables as every host's, but what the plugin says has no secret.
    for secret in (right["OS_SECRET_KEY"], wrong["OS_SECRET_KEY"], "of clouds.yaml"):
        assert secret not in found.words


def test_just_the_documented_actions_are_needed(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    documented = engine.command("ansible-doc", "--type=inventory", "--json", "otc.elb.elb_members")
    notes = json.loads(documented.stdout)["otc.elb.elb_members"]["doc"]["notes"]
    actions = set(re.findall(r"C\((elb:\w+:\w+)\)", notes[0]))
    by_name = {"elb:loadbalancers:list", "elb:listeners:list"}
    assert actions == {"elb:pools:list", "elb:pools:get", "elb:members:list"} | by_name
    web, dummy = emulator.seed(WEB, API)
    users = ("limited", "denied", "reader", "temp", "stranger")
    rights = dict(zip(users, ({"elb:pools:list", "elb:members:list"}, *({action} for action in actions - by_name), set()), strict=True))
    for user, granted in rights.items():
        emulator.grant(user, sorted(granted))
    emulator.grant("admin", ["elb:pools:get", "elb:members:list"])
    emulator.grant("limited", sorted(rights["limited"] | by_name))

    def inventory(user: str, **options: Any) -> str:
        keys = {name[3:].lower(): value for name, value in aksk(emulator, user).items() if name.startswith("OS_")}
        return source(tmp_path, "_".join([user, *options]), **keys, group_prefix=f"{user}_", **options)

    filtered = inventory("limited", filters={"loadbalancer": "demo", "listener": "demo-http"})
    allowed = [inventory("limited"), inventory("admin", pools=[web["id"]]), filtered]
    denied = [inventory(user) for user in rights if user != "limited"]
    found = Inventory(engine, {name: None for name in engine.env if name != "OTC_ELB_ENDPOINT"}, *allowed, *denied)
    assert {name for name in found.groups if name.endswith(("_web", "_api_v2"))} == {"limited_web", "limited_api_v2", "admin_web"}
    asked = {(entry["action"], entry["status"]) for entry in emulator.requests()}
    assert {action for action, status in asked if status == 200} == actions
    for user, granted in rights.items():
        if user != "limited":
            missing = "elb:members:list" if "elb:pools:list" in granted else "elb:pools:list"
            api = "pools/{pool_id}/members" if missing == "elb:members:list" else "pools"
            assert f"The credential lacks the IAM action {missing} (GET /v3/{{project_id}}/elb/{api})" in found.words
        assert aksk(emulator, user)["OS_SECRET_KEY"] not in found.output


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"pool": "web"}, "There is no option 'pool'"),
    "misplaced": ({"listener": "demo-http"}, "There is no option 'listener'. It is a filter: give it under 'filters'."),
    "filter": ({"filters": {"name": "web"}}, "There is no filter 'name'"),
    "choice": ({"filters": {"protocol": "HTTP/3"}}, "value of protocol must be one or more of:"),
    "type": ({"timeout": "long"}, "argument 'timeout' is of type"),
    "verify": ({"validate_certs": "perhaps"}, "argument 'validate_certs' is of type"),
    "limit": ({"timeout": -1}, "timeout must be 0 to 86400 seconds"),
    "hostname": ({"hostnames": ["fqdn"]}, "value of hostnames must be one or more of:"),
    "unbalanced": ({"auth": {"auth_url": "http://127.0.0.1:9", "password": "hush-hush{{ x"}}, "The option auth cannot be resolved:"),
    "undefined": ({"secret_key": "{{ nowhere }}"}, "The option secret_key cannot be resolved:"),
    "clash": ({"auth_token": "t0ken-of-mine", "access_key": "AK"}, "The options hold two kinds of credential"),
    "secret": ({"secret_key": "hush-hush", "auth": "hush-hush"}, "argument 'auth' is of type"),
    "keys": ({"secret_key": "hush-hush"}, "(status 401"),
    "refused": ({"endpoint": "http://127.0.0.1:9", "timeout": 0}, "cannot be reached"),
    "strict": ({"strict": True, "compose": {"x": "elb_nothing"}}, "Could not set x for host"),
}


def test_error_messages_have_no_secrets(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    emulator.seed(WEB)
    sources = [source(tmp_path, name, **options) for name, (options, dummy) in MISTAKES.items()]
    found = Inventory(engine, {}, *sources, "-vvvv")
    for name, (dummy, message) in MISTAKES.items():
        assert f"otc.elb.elb_members: {message}" in found.words or (name in ("keys", "refused", "strict") and message in found.words), name
    assert "This should not happen" not in found.words
    for secret in ("hush-hush", "t0ken-of-mine", emulator.user("admin")["secret_key"]):
        assert secret not in found.output


def test_other_files_are_not_its_own(engine: Engine, emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "other.yml"
    path.write_text("plugin: otc.elb.elb_members\n", encoding="utf-8")
    found = Inventory(engine, {}, f"--inventory={path}")
    assert found.hosts == {}
    assert "The file's name must end in elb_members.yml or elb_members.yaml." in found.words
    # It declines the files of others without a word.
    path.write_text("ungrouped: {hosts: {web-1: }}\n", encoding="utf-8")
    enabled = {"ANSIBLE_INVENTORY_ENABLED": "otc.elb.elb_members,yaml"}
    found = Inventory(engine, enabled, f"--inventory={path}")
    assert list(found.groups["ungrouped"]) == ["web-1"]
    assert "elb_members.yml" not in found.words
    assert emulator.requests() == []
