# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""What situations.yml says, for the tests and for tools/permissions.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
DATA: Mapping[str, Any] = yaml.safe_load((HERE / "situations.yml").read_text(encoding="utf-8"))
SEEDS: Mapping[str, Mapping[str, Any]] = DATA["seeds"]
MODULES: tuple[str, ...] = tuple(DATA["modules"])

#: The documentation's word on where the actions can be granted; the API reference says it of each of them.
SCOPE = "A task needs only the IAM actions for what it does, and each can be granted for projects and for enterprise projects."


@dataclass(frozen=True)
class Declared:
    """One thing that a module does, and the action for it."""

    key: str
    # The options that it belongs to, such as O(state=absent); empty where it may be in any case.
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
    changed: bool = False
    fails: Mapping[str, Any] = field(default_factory=dict)
    leaves: Mapping[str, str] = field(default_factory=dict)

    @property
    def actions(self) -> list[str]:
        """The actions in the order in which the task comes to them, each once."""
        by_key = {item.key: item.action for item in declared(self.module)}
        return list(dict.fromkeys(by_key[key] for key in self.needs))


def declared(module: str) -> list[Declared]:
    return [Declared(key, item["when"], item["for"], item["action"]) for key, item in DATA["modules"][module]["declared"].items()]


def situations(module: str) -> list[Situation]:
    return [Situation(module, **{**item, "needs": tuple(item["needs"])}) for item in DATA["modules"][module]["situations"]]


def notes(module: str) -> list[str]:
    """The notes on IAM actions that the module's documentation has to have."""
    return list(_notes(module))


def _notes(module: str) -> Iterator[str]:
    items = declared(module)
    for when in dict.fromkeys(item.when for item in items):
        parts = [f"{item.what}, C({item.action})" for item in items if item.when == when]
        yield f"IAM actions{f' with {when}' if when else ' in any case'}: {'; '.join(parts)}."
    yield SCOPE
