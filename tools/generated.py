# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
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

import yaml

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS
from tests.permissions import MODULES, notes, situations

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
FILES = (*MODULE_FILES, *(CHECKOUT / name for name in ("README.md", "docs/permissions.md", "meta/runtime.yml")))

_BLOCK = re.compile(
    r"^(?P<begin>(?P<indent> *)(?P<open># |<!-- )BEGIN generated: (?P<name>\w+)(?P<close>| -->)\n)"
    r".*?"
    r"(?P<end>^(?P=indent)(?P=open)END generated: (?P=name)(?P=close)\n)",
    re.MULTILINE | re.DOTALL,
)
_WIDTH = 140


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
        return "".join(f"{line}\n" for line in BLOCKS[name](path.stem))
    if not (RETURNS / f"{name}.yml").is_file():
        raise SystemExit(f"{path}: there is no {RETURNS / name}.yml for the generated block {name}")
    return fields_of(name)


def fields_of(name: str) -> str:
    """A file of tools/returns, without the comments at its beginning."""
    return re.sub(r"\A(---|#.*|)$\n(^(#.*|)$\n)*", "", (RETURNS / f"{name}.yml").read_text(encoding="utf-8"), flags=re.MULTILINE)


def pool_with_members(*dummy: str) -> Iterator[str]:
    """The fields of a pool whose members may be whole ones."""
    before, described, rest = re.split(r"^(members:\n(?:  .*\n)*?  contains:\n)(?:    .*\n)+", fields_of("pool"), flags=re.MULTILINE)
    described = described.replace("The pool's members.", "The pool's members; only their IDs without O(include_members=true).")
    yield from (before + described + indent(fields_of("member"), "    ") + rest).splitlines()


def iam_notes(module: str) -> Iterator[str]:
    """The notes on IAM actions in the documentation of a module."""
    for note in notes(module):
        yield "- >-"
        yield fill(note, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def iam_tables(*dummy: str) -> Iterator[str]:
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


def action_group(*dummy: str) -> Iterator[str]:
    """All modules, as members of the action group."""
    for path in MODULE_FILES:
        yield f"- {path.stem}"


def other_names(*dummy: str) -> Iterator[str]:
    """The info modules under the names of what they list, as plugin routing."""
    for path in MODULE_FILES:
        for name in names_besides(path.stem):
            yield f"{name}:"
            yield f"  redirect: otc.elb.{path.stem}"


def names_besides(module: str) -> list[str]:
    """The other names of a module."""
    return [module.removeprefix("elb_")] if module.endswith("_info") else []


def module_table(*dummy: str) -> Iterator[str]:
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


BLOCKS: Mapping[str, Callable[[str], Iterator[str]]] = {
    function.__name__: function for function in (iam_notes, iam_tables, action_group, other_names, module_table, pool_with_members)
}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
