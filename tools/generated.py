# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the generated blocks of the documentation, each from one source, and the action plugins: ``make generated``. ``--check`` only
compares.

A block is from ``# BEGIN generated: NAME`` to ``# END generated: NAME`` (``<!-- ... -->`` in Markdown), indented like its first line.
The name of a block is a key of ``BLOCKS`` or the name of a file in tools/returns.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import fill, indent
from typing import Any

import yaml

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from tests.permissions import MODULES, Declared, declared, declared_with, grouped, notes, situations

CHECKOUT = Path(__file__).resolve().parent.parent
RETURNS = CHECKOUT / "tools" / "returns"
MODULE_FILES = sorted((CHECKOUT / "plugins" / "modules").glob("*.py"))
ACTIONS = CHECKOUT / "plugins" / "action"
ACTION_FILES = [ACTIONS / path.name for path in MODULE_FILES]
#: Ansible finds the action plugin of a module by its name.
ACTION = '''# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of ``{module}``, written by ``make generated``."""

from __future__ import annotations

from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from ansible_collections.otc.elb.plugins.plugin_utils._direct.action import DirectAction


class ActionModule(DirectAction):
    """Runs ``{module}``."""

    implementation = TASKS["{module}"]
'''
INVENTORY = CHECKOUT / "plugins" / "inventory" / "elb_members.py"
ROLE_FILES = sorted((CHECKOUT / "roles").glob("*/README.md"))
FILES = (*MODULE_FILES, INVENTORY, *ROLE_FILES, *(CHECKOUT / name for name in ("README.md", "docs/permissions.md", "meta/runtime.yml")))

_BLOCK = re.compile(
    r"^(?P<begin>(?P<indent> *)(?P<open># |<!-- )BEGIN generated: (?P<name>\w+)(?P<close>| -->)\n)"
    r".*?"
    r"(?P<end>^(?P=indent)(?P=open)END generated: (?P=name)(?P=close)\n)",
    re.MULTILINE | re.DOTALL,
)
_WIDTH = 140
#: What the inventory plugin lists pools with: any filters, or a single ID.
LISTS: tuple[Mapping[str, Any], ...] = (
    {**dict.fromkeys(TASKS["elb_pool_info"].options, "{{ any }}"), "include_health_check": False},
    {"id": ["x"]},
)


def main(*arguments: str) -> int:
    texts = {path: path.read_text(encoding="utf-8") if path.exists() else "" for path in (*FILES, *ACTION_FILES)}
    stale = {path: new for path, text in texts.items() if (new := generated(path, text)) != text}
    stale |= {path: "" for path in ACTIONS.glob("*.py") if path not in ACTION_FILES}
    if arguments == ("--check",):
        for path in stale:
            print(f"{path.relative_to(CHECKOUT)} is stale. Run: make generated")
        return int(bool(stale))
    for path, text in stale.items():
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink()
        print(f"{path.relative_to(CHECKOUT)} is {'written' if text else 'removed'}.")
    return 0


def generated(path: Path, text: str) -> str:
    """The generated text of a file: a whole action plugin, or a file with its blocks."""
    if path in ACTION_FILES:
        return ACTION.format(module=path.stem)
    found = list(_BLOCK.finditer(text))
    if len(found) != text.count("BEGIN generated") or len(found) != text.count("END generated"):
        raise SystemExit(f"{path}: a BEGIN or END of a generated block lacks its counterpart")
    for block in reversed(found):
        content = indent(content_of(block["name"], path), block["indent"])
        text = text[: block.end("begin")] + content + text[block.start("end") :]
    return text


def content_of(name: str, path: Path) -> str:
    """The content of a block; *path* is the file that has the block."""
    if name in BLOCKS:
        return "".join(f"{line}\n" for line in BLOCKS[name](path))
    if not (RETURNS / f"{name}.yml").is_file():
        raise SystemExit(f"{path}: there is no {RETURNS / name}.yml for the generated block {name}")
    return fields_of(name)


def fields_of(name: str) -> str:
    """A file of tools/returns, without the comments at its beginning."""
    return re.sub(r"\A(---|#.*|)$\n(^(#.*|)$\n)*", "", (RETURNS / f"{name}.yml").read_text(encoding="utf-8"), flags=re.MULTILINE)


def pool_with_members(*dummy: Path) -> Iterator[str]:
    """The fields of a pool whose members may be whole ones."""
    before, described, rest = re.split(r"^(members:\n(?:  .*\n)*?  contains:\n)(?:    .*\n)+", fields_of("pool"), flags=re.MULTILINE)
    described = described.replace("The pool's members.", "The pool's members; only their IDs without O(include_members=true).")
    yield from (before + described + indent(fields_of("member"), "    ") + rest).splitlines()


def iam_notes(path: Path) -> Iterator[str]:
    """The notes on IAM actions in the documentation of a module, or of the inventory plugin."""
    found = notes(path.stem)
    if path == INVENTORY:
        found = (
            f"IAM actions: {re.sub(r'O[(]', 'O(otc.elb.elb_pool_info#module:', needs)}."
            for dummy, needs in grouped(declared_for_inventory())
        )
    for note in found:
        yield "- >-"
        yield fill(note, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def iam_of_role(path: Path) -> Iterator[str]:
    """What the modules of a role do with the options that it passes, and the IAM actions for it."""
    files = sorted((path.parent / "tasks").glob("*.yml"))
    calls = [call for file in files for call in module_calls(yaml.safe_load(file.read_text(encoding="utf-8")))]
    yield ""
    for module in dict.fromkeys(module for module, dummy in calls):
        items = dict.fromkeys(item for name, options in calls if name == module for item in declared_with(module, options))
        for when, needs in grouped(list(items)):
            text = f"`{module}`{f' with {when}' if when else ''}: {needs}."
            yield fill(in_markdown(text), _WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
    yield ""


def module_calls(tasks: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The modules of this collection in tasks and their blocks, with the options that they get."""
    for key, value in tasks.items() if isinstance(tasks, dict) else ((None, each) for each in tasks):
        if str(key).removeprefix("otc.elb.") in TASKS:
            yield str(key).removeprefix("otc.elb."), value or {}
        elif isinstance(value, (dict, list)):
            yield from module_calls(value)


def in_markdown(text: str) -> str:
    """Ansible's markup of options and code as Markdown's."""
    return re.sub(r"[OC]\(([^)]*)\)", r"`\1`", text)


def declared_for_inventory() -> list[Declared]:
    possible = {item for options in LISTS for item in declared_with("elb_pool_info", options)}
    return [item for item in declared("elb_pool_info") if item in possible]


def iam_of_inventory(*dummy: Path) -> Iterator[str]:
    """The IAM actions of the inventory plugin."""
    yield ""
    yield "| request | IAM action | API |"
    yield "| --- | --- | --- |"
    for item in declared_for_inventory():
        yield f"| {in_markdown(item.what).removeprefix('to ')} | `{item.action}` | `{OPERATIONS[item.action].api}` |"
    yield ""


def iam_tables(*dummy: Path) -> Iterator[str]:
    """All IAM actions with the modules that may need them, and for each module the actions of each situation."""
    users = {module: {action for item in situations(module) for action in item.actions} for module in MODULES}
    yield ""
    yield "| IAM action | API | what it does | modules |"
    yield "| --- | --- | --- | --- |"
    for action, operation in OPERATIONS.items():
        needed_by = ", ".join(f"`{module}`" for module in MODULES if action in users[module])
        yield f"| `{action}` | `{operation.api}` | {operation.function} | {needed_by} |"
    for module in MODULES:
        yield ""
        yield f"### {module}"
        yield ""
        yield "| situation | IAM action | API |"
        yield "| --- | --- | --- |"
        for situation in situations(module):
            actions = "<br>".join(f"`{action}`" for action in situation.actions)
            calls = "<br>".join(f"`{OPERATIONS[action].api}`" for action in situation.actions)
            yield f"| {situation.title} | {actions} | {calls} |"
    yield ""


def iam_exceptions(*dummy: Path) -> Iterator[str]:
    """What a task has done before a missing action is noticed, for each situation where that is something."""
    yield ""
    yield "| task | missing action | done before |"
    yield "| --- | --- | --- |"
    for situation in (each for module in MODULES for each in situations(module)):
        for done in dict.fromkeys(situation.leaves.values()):
            actions = ", ".join(f"`{action}`" for action, each in situation.leaves.items() if each == done)
            text = done.strip().format(name="web") or "the other changes, see `summary` and `failed_members`"
            yield f"| `{situation.module}`: {situation.title} | {actions} | {text} |"
    yield ""


def action_group(*dummy: Path) -> Iterator[str]:
    """All modules, as members of the action group."""
    for path in MODULE_FILES:
        yield f"- {path.stem}"


def other_names(*dummy: Path) -> Iterator[str]:
    """The info modules under the names of what they list, as plugin routing."""
    for path in MODULE_FILES:
        for name in names_besides(path.stem):
            yield f"{name}:"
            yield f"  redirect: otc.elb.{path.stem}"


def names_besides(module: str) -> list[str]:
    """The other names of a module."""
    return [module.removeprefix("elb_")] if module.endswith("_info") else []


def module_table(*dummy: Path) -> Iterator[str]:
    """All modules with their short descriptions."""
    yield ""
    yield "| module | description |"
    yield "| --- | --- |"
    for path in MODULE_FILES:
        documentation = yaml.safe_load(constant(path, "DOCUMENTATION"))
        other = "".join(f", also `otc.elb.{name}`" for name in names_besides(path.stem))
        yield f"| `otc.elb.{path.stem}`{other} | {documentation['short_description']} |"
    yield ""


def constant(path: Path, name: str) -> str:
    """The value of a constant of a plugin, such as EXAMPLES, without importing it."""
    (found,) = (
        node.value
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name
    )
    return str(ast.literal_eval(found))


BLOCKS: Mapping[str, Callable[[Path], Iterator[str]]] = {
    function.__name__: function
    for function in (
        iam_notes,
        iam_of_role,
        iam_of_inventory,
        iam_tables,
        iam_exceptions,
        action_group,
        other_names,
        module_table,
        pool_with_members,
    )
}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
