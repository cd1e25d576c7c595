# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which IAM actions each module needs, in situations/MODULE.yml. A new module adds a file there.

From these files come the notes on IAM actions in the documentation of modules, roles and the inventory plugin, and the tables of
docs/permissions.md (``make generated``),
and the tests that play every situation with exactly its actions and without each of them (tests/playbooks/test_permissions.py).

``declared``: by a key, what the module does (``for``), the IAM action for it, and the option that it belongs to (``when``, such as
``O(state=absent)``; empty in any case).

``situations``: a list of

- ``title``
- ``needs``: keys of ``declared``, in the order of the requests
- ``options``: those of the task. Placeholders: ``{name}`` and ``{pool}`` are the name and ID of the pool that exists or is to be created,
  ``{member}`` the ID of its first member, ``{other}`` an ID that nothing has, ``{loadbalancer}`` the ID of the load balancer named demo,
  ``{listener}`` and ``{listener_name}`` the ID and name of ``listener``.
- ``seed``: what exists before, a key of seeds.yml; nothing by default
- ``listener``: a listener that exists before: ``free`` (without a default pool), ``own`` (that pool is it) or ``taken`` (another pool is it)
- ``policy``: whether a forwarding policy uses the pool that exists before; false by default
- ``changed``: whether the task changes something; false by default
- ``fails``: where the task fails although it has all actions: what the message ``says``, and whether it fails in ``check`` mode, too
- ``leaves``: what was done before a missing action was noticed: by action, what the message says was done
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS

HERE = Path(__file__).parent
SEEDS: Mapping[str, Mapping[str, Any]] = yaml.safe_load((HERE / "seeds.yml").read_text(encoding="utf-8"))
_FILES: Mapping[str, Any] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((HERE / "situations").glob("*.yml"))
}
MODULES: tuple[str, ...] = tuple(_FILES)

#: Where the actions can be granted: the API reference says this of each of them.
SCOPE = "A task needs only the IAM actions for what it does, and each can be granted for projects and for enterprise projects."


@dataclass(frozen=True)
class Declared:
    """One thing that a module does, and the action for it."""

    key: str
    when: str
    what: str
    action: str


@dataclass(frozen=True)
class Situation:
    module: str
    title: str
    needs: tuple[str, ...]
    options: Mapping[str, Any]
    seed: str | None = None
    listener: str = ""
    policy: bool = False
    changed: bool = False
    fails: Mapping[str, Any] = field(default_factory=dict)
    leaves: Mapping[str, str] = field(default_factory=dict)

    @property
    def actions(self) -> list[str]:
        """The actions in the order in which the task needs them, each once."""
        by_key = {item.key: item.action for item in declared(self.module)}
        return list(dict.fromkeys(by_key[key] for key in self.needs))


def declared(module: str) -> list[Declared]:
    return [Declared(key, item["when"], item["for"], item["action"]) for key, item in _FILES[module]["declared"].items()]


def situations(module: str) -> list[Situation]:
    return [Situation(module, **{**item, "needs": tuple(item["needs"])}) for item in _FILES[module]["situations"]]


def notes(module: str) -> Iterator[str]:
    """The notes on IAM actions in the module's documentation."""
    for when, needs in grouped(declared(module)):
        yield f"IAM actions{f' with {when}' if when else ' in any case'}: {needs}."
    yield SCOPE


def grouped(items: Sequence[Declared]) -> Iterator[tuple[str, str]]:
    """For each condition, what is done and the actions for it."""
    for when in dict.fromkeys(item.when for item in items):
        yield when, "; ".join(f"{item.what}, C({item.action})" for item in items if item.when == when)


def declared_with(module: str, options: Mapping[str, Any]) -> list[Declared]:
    """What a module may do with these options.

    :param options: as in a task; a template may have any value of the option's type.
    """
    task = TASKS[module]
    given = {
        name: typical(option) if "{{" in str(options[name]) else options[name] for name, option in task.options.items() if name in options
    }
    params = {**{name: option.get("default") for name, option in task.options.items()}, **given}
    states = task.options["state"]["choices"] if "{{" in str(options.get("state")) else [params.get("state")]
    allowed = {action for state in states for action in task.allowed({**params, "state": state} if state else params)}

    def applies(condition: str) -> bool:
        name, dummy, value = condition.removeprefix("O(").removesuffix(")").partition("=")
        return not name or (value in states if name == "state" else bool(params[name]))

    return [item for item in declared(module) if item.action in allowed and applies(item.when)]


def typical(option: Mapping[str, Any]) -> Any:
    """A value of an option, with all sub-options."""
    if "choices" in option:
        return option["choices"][0]
    if option["type"] == "list":
        return [typical({**option, "type": option["elements"]})]
    if option["type"] == "dict":
        return {name: typical(each) for name, each in option["options"].items()}
    return {"str": "x", "int": 1, "float": 1.0, "bool": True}[option["type"]]
