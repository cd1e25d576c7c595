# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that cannot be converted are named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .inprocess import call

#: The beginning of a message about entries of a list.
LEAD = "Cannot set up the members of pool 'web': "


@pytest.mark.parametrize("option", ["health_check", "session_persistence", "slow_start"])
@pytest.mark.parametrize(("value", "kind"), [(["a"], "a list"), (True, "a boolean"), (7, "a number")])
def test_a_dict_of_options_is_needed(option: str, value: Any, kind: str) -> None:
    refused = call("elb_pool", name="web", **{option: value})
    assert f"{option} must be a dict of options, not {kind}" in refused["msg"]


@pytest.mark.parametrize(
    ("module", "options", "words"),
    [
        ("elb_pool", {"name": "web", "descripton": "x"}, "Did you mean 'description'?"),
        ("elb_pool", {"name": "web", "health_check": {"dellay": 3}}, "Did you mean 'delay'?"),
        ("elb_pool_members", {"pool": "web", "members": [{"adress": "192.168.0.1", "port": 80}]}, "Did you mean 'address'?"),
        ("elb_pool_info", {"loadbalancers": "demo"}, "Did you mean 'loadbalancer'?"),
        ("elb_pool_info", {"members": True}, "Did you mean 'include_members'?"),
    ],
)
def test_an_unknown_option_gets_the_nearest(module: str, options: dict[str, Any], words: str) -> None:
    assert words in call(module, **options)["msg"]
    assert "Did you mean" not in call("elb_pool", name="web", xyzzy=1)["msg"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("192.168.0.11", "members[0]: must be a dict with address and protocol_port, not text"),
        ({"address": "192.168.0.11"}, "members[0] (192.168.0.11): missing required arguments: protocol_port"),
    ],
)
def test_an_entry_lacks_something(entry: object, words: str) -> None:
    assert call("elb_pool_members", pool="web", members=[entry])["msg"] == f"{LEAD}{words}"
    assert words in call("elb_pool_members", members=[entry])["msg"]


def test_null_is_no_list_of_members() -> None:
    """A variable without a value, where a list was meant: nothing is removed because of it."""
    expected = f"{LEAD}members is null. Give a list. To remove all members, give [] with 'purge: true' and 'allow_empty: true'"
    assert call("elb_pool_members", pool="web", members=None, purge=True, allow_empty=True)["msg"] == expected
    assert call("elb_pool_members", pool="web")["msg"] == "missing required arguments: members"


def test_a_pool_needs_a_name() -> None:
    assert call("elb_pool", name=None, state="absent")["msg"] == "Cannot remove pool '': name must not be empty where no id is given"


def test_an_empty_address_is_named() -> None:
    for options in ({"address": "", "protocol_port": 80}, {"address": None, "protocol_port": None, "name": ""}):
        assert "Cannot set up member '' of pool 'web': " in call("elb_member", pool="web", **options)["msg"]


def test_an_old_python_is_named() -> None:
    """Before any import that would fail on it."""
    entry = Path(__file__).parents[2] / "plugins/module_utils/_runtime/entry.py"
    code = "import sys; sys.version_info = (3, 8, 10, 'final', 0); exec(compile(open(sys.argv[1]).read(), 'entry', 'exec'))"
    done = subprocess.run([sys.executable, "-c", code, str(entry)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert result["failed"]
    assert "otc.elb needs Python 3.9 or newer" in result["msg"]
    assert done.stderr == ""


@pytest.mark.parametrize("text", ["a", "{not JSON}"])
def test_text_that_is_no_dict_is_explained(text: str) -> None:
    refused = call("elb_pool", name="web", health_check=text)
    assert refused["msg"].startswith("health_check: ")
    assert len(refused["msg"]) > len("health_check: ")


@pytest.mark.parametrize("text", ["", "web-1", "a=1, web-1"])
def test_text_is_no_list_of_members(text: str) -> None:
    # ansible-core 2.17 fails with an exception at the last one.
    exception = "members has a value that Ansible cannot convert (ValueError). Check numbers and dicts."
    assert call("elb_pool_members", pool="web", members=text)["msg"] in (f"{LEAD}members must be a list of dicts, not text", exception)


def test_what_ansible_fails_at_is_named() -> None:
    one, both = {"timeout": 10**400}, {"timeout": 10**400, "api_timeout": 10**400}
    rest = "that Ansible cannot convert (OverflowError). Check numbers and dicts."
    assert call("elb_pool", name="web", **one)["msg"] == f"timeout has a value {rest}"
    assert call("elb_pool", name="web", **both)["msg"] == f"api_timeout and timeout have values {rest}"


def test_a_list_is_no_dict_of_options() -> None:
    assert "slow_start must be a dict" in call("elb_pool", name="web", slow_start=[1])["msg"]
