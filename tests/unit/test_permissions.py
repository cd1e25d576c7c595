# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One table of operations: it is the API reference's, nothing else can be called, and the situations agree with it."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.otc.elb.plugins.module_utils._api.client import Call, Client
from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline
from ansible_collections.otc.elb.plugins.module_utils._http.transport import Response
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Operation, Verb
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.touched import Touched, allowed

from ..permissions import MODULES, declared, situations

CHECKOUT = Path(__file__).resolve().parents[2]
# The rows of the two tables of IAM actions in the API reference, "Permissions and Supported Actions".
REFERENCE = CHECKOUT / "tests" / "permissions" / "reference.tsv"
# What the emulator takes from the reference by itself.
CONTRACTS = sorted((CHECKOUT / "tests" / "emulator" / "resources").glob("*.yaml"))
METHODS = {"create": "POST", "show": "GET", "list": "GET", "update": "PUT", "delete": "DELETE"}


def test_the_table_is_the_api_references() -> None:
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        reference = list(csv.DictReader(file, delimiter="\t"))
    expected = {row["action"]: (row["api"], row["function"]) for row in reference}
    assert len(expected) == len(reference) == 10
    ours = {action: (operation.api, operation.function) for action, operation in OPERATIONS.items()}
    assert {action: ours[action] for action in expected} == expected


def contracted() -> Iterator[tuple[str, str]]:
    """The operations of the emulator: IAM action, and API as in the tables."""
    for file in CONTRACTS:
        contract = yaml.safe_load(file.read_text(encoding="utf-8"))
        for verb, operation in contract["operations"].items():
            one = "" if verb in ("create", "list") else f"/{{{contract['noun'].lower()}_id}}"
            yield operation["action"], f"{METHODS[verb]} /v3/{{project_id}}/elb{contract['path']}{one}"


def test_the_table_is_the_emulators() -> None:
    assert {(action, operation.api) for action, operation in OPERATIONS.items()} <= set(contracted())


class Wire:
    """Records requests instead of a transport."""

    connections = 1

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, method: str, url: str, body: Any, attempt: str, again: bool) -> Response:
        self.sent.append((method, url))
        return Response(200, {}, {"pools": []}, "application/json", not_json=False)


def client(wire: Wire, actions: set[str]) -> Client:
    made: Any = Client
    found: Client = made(wire, Deadline(5), "https://elb.example", "p", actions)
    return found


def test_the_client_can_call_nothing_else() -> None:
    wire, actions = Wire(), set[str]()
    with pytest.raises(KeyError):
        client(wire, actions).call(Call(Operation("elb:loadbalancers:delete", "DELETE", "/v3/x", "Other", Verb.DELETE, ""), "do it"))
    assert (wire.sent, actions) == ([], set())
    # An action of the table goes with the method and path of the table, whatever a caller says.
    client(wire, actions).pages(
        Call(POOL.operation(Verb.LIST)._replace(method="DELETE", path="/v3/{project_id}/elb/loadbalancers"), "do it")
    )
    assert (wire.sent, actions) == ([("GET", "https://elb.example/v3/p/elb/pools")], {"elb:pools:list"})


def test_declared_actions_are_in_the_table_and_used() -> None:
    assert {item.action for module in MODULES for item in declared(module)} == set(OPERATIONS)
    for module in MODULES:
        needed = {key for situation in situations(module) for key in situation.needs}
        assert needed == {item.key for item in declared(module)}, module


def test_actions_of_a_state_are_needed_in_that_state_only() -> None:
    for module in MODULES:
        when = {item.key: item.when for item in declared(module)}
        for situation in situations(module):
            given = {"state": situation.options.get("state", "present"), "purge": str(situation.options.get("purge", False)).lower()}
            there = {"", *(f"O({name}={value})" for name, value in given.items()), *(f"O({name})" for name in situation.options)}
            assert {when[key] for key in situation.needs} <= there, situation


@pytest.mark.parametrize("module", TASKS)
def test_what_is_needed_is_among_what_the_options_allow_also_after_other_tasks(module: str) -> None:
    touched = Touched()
    touched.follow("elb_pool", {"name": "web"}, {})
    for situation in situations(module):
        later = touched.follow(module, situation.options, {})
        assert {*situation.actions, *later} <= allowed(module, situation.options), situation


def test_an_empty_list_of_names_does_not_make_a_get_call_a_list_call() -> None:
    assert allowed("elb_pool_info", {"id": [str(uuid.UUID(int=1))], "name": [], "loadbalancer": []}) == {POOL.operation(Verb.GET).action}


def test_there_is_no_module_without_situations() -> None:
    assert TASKS.keys() == set(MODULES)
