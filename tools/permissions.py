# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Writes the tables of docs/permissions.md, from tests/permissions/situations.yml and the table of operations."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.permissions import MODULES, situations

# Where Ansible finds the collection in this virtual environment.
sys.path.insert(0, str(Path(sys.prefix, "collections")))

PAGE = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"
BEGIN, END = "<!-- made by `make permissions`: begin -->", "<!-- end -->"


def main() -> int:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_tables(text), encoding="utf-8")
    return 0


def with_tables(text: str) -> str:
    """The page with its tables as they should be."""
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{PAGE.name} has lost the marks between which the tables stand: {BEGIN} and {END}")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{rest.split(END)[1]}"


def tables() -> str:
    return "\n".join([*actions_table(), *(line for module in MODULES for line in module_table(module))])


def actions_table() -> Iterator[str]:
    """Every action that the collection knows, and which modules may need it."""
    from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS

    users = {module: {action for item in situations(module) for action in item.actions} for module in MODULES}
    yield "| IAM action | API | what it does | modules |"
    yield "| --- | --- | --- | --- |"
    for action, operation in OPERATIONS.items():
        needed_by = ", ".join(f"`{module}`" for module in MODULES if action in users[module])
        yield f"| `{action}` | `{operation.api}` | {operation.function} | {needed_by} |"
    yield ""


def module_table(module: str) -> Iterator[str]:
    """What each situation of a module needs, in the order of its requests."""
    from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS

    yield f"### {module}"
    yield ""
    yield "| to | IAM action | API |"
    yield "| --- | --- | --- |"
    for situation in situations(module):
        actions = "<br>".join(f"`{action}`" for action in situation.actions)
        calls = "<br>".join(f"`{OPERATIONS[action].api}`" for action in situation.actions)
        yield f"| {situation.title} | {actions} | {calls} |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
