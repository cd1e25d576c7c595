# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation is complete: options match the argument specs, each has an example, everything has version_added, and no link
is broken.
"""

from __future__ import annotations

import ast
import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.otc.elb.plugins.module_utils._resource import pool as pool_resource
from ansible_collections.otc.elb.plugins.module_utils._resource import registry
from ansible_collections.otc.elb.plugins.module_utils._resource.registry import RESOURCES
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from tools.generated import RETURNS, constant
from tools.markdown import anchors, is_external, links
from tools.release.site import PAGES

from ..permissions import notes

CHECKOUT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(
    path for kind in ("callback", "filter", "inventory", "modules", "test") for path in (CHECKOUT / "plugins" / kind).glob("*.py")
)
FRAGMENTS = sorted((CHECKOUT / "plugins" / "doc_fragments").glob("*.py"))
#: The constants that document options and attributes.
DOCUMENTED = ("DOCUMENTATION", "INFO", "POOL")
MODULES = [path for path in PLUGINS if path.parent.name == "modules"]
ROLES = sorted((CHECKOUT / "roles").glob("*/meta/argument_specs.yml"))


def fragment(name: str) -> dict[str, Any]:
    """The options in a documentation fragment, such as ``members`` or ``members.pool``."""
    file, dummy, part = name.partition(".")
    text = (CHECKOUT / "plugins" / "doc_fragments" / f"{file}.py").read_text(encoding="utf-8")
    (found,) = re.findall(rf'{part.upper() or "DOCUMENTATION"} = r"""(.*?)"""', text, re.DOTALL)
    options: dict[str, Any] = yaml.safe_load(found)["options"]
    return options


def documentation(path: Path) -> dict[str, Any]:
    """The documentation of a plugin, with the options of its fragments about members."""
    found: dict[str, Any] = yaml.safe_load(constant(path, "DOCUMENTATION"))
    for name in found.get("extends_documentation_fragment", ()):
        if name.startswith("otc.elb.members"):
            found["options"] |= fragment(name.removeprefix("otc.elb."))
    return found


def options(documented: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The option and its suboptions, as ("members", "weight")."""
    for name, option in documented.items():
        yield (name,)
        for below in options(option.get("suboptions", {})):
            yield (name, *below)


def texts(documented: Any) -> Iterator[str]:
    """Each description that is text rather than a list. Those of ``seealso``, a list, are text."""
    for name, below in documented.items() if isinstance(documented, dict) else ():
        if name == "description" and isinstance(below, str):
            yield below
        yield from texts(below)


def keys(value: Any) -> Iterator[tuple[str, ...]]:
    """The same of values that are given to options."""
    if isinstance(value, list):
        for item in value:
            yield from keys(item)
    elif isinstance(value, dict):
        for name, below in value.items():
            yield (name,)
            yield from ((name, *rest) for rest in keys(below))


def said(options: Mapping[str, Any], below: str) -> dict[str, Any]:
    """The properties of options that documentation and argument specs share."""
    return {
        name: {key: option[key] for key in ("type", "elements", "choices", "default", "aliases", "required") if key in option}
        | {"suboptions": said(option.get(below, {}), below)}
        for name, option in options.items()
    }


# ansible-test checks this as well, but takes minutes.
@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_documented_options_match_the_argument_spec(path: Path) -> None:
    assert said(documentation(path)["options"], "suboptions") == said(TASKS[path.stem].options, "options")


def types_of_results() -> dict[str, Any]:
    """The types of values in results that are one resource or a list of them, by their keys."""
    found: dict[str, Any] = {}
    for resource in RESOURCES:
        # A description says of which type its resource is: ``POOL: Resource[Pool] = ...``.
        modules = [module for name, module in sys.modules.items() if name.startswith(f"{registry.__package__}.")]
        (shape,) = {
            typing.get_args(typing.get_type_hints(module)[name])[0]
            for module in modules
            for name, value in vars(module).items()
            if value is resource and name in module.__annotations__
        }
        found |= {resource.kind.replace(" ", "_"): shape, resource.collection.many: types.GenericAlias(list, (shape,))}
    return found


TYPES = types_of_results()


def in_documentation(kind: Any) -> dict[str, Any]:
    """A type as RETURN describes it."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        (kind,) = (each for each in typing.get_args(kind) if each is not types.NoneType)
    if typing.get_origin(kind) is list:
        element = in_documentation(typing.get_args(kind)[0])
        return {**element, "type": "list", "elements": element["type"]}
    if typing.is_typeddict(kind):
        return {"type": "dict", "contains": {name: in_documentation(each) for name, each in typing.get_type_hints(kind).items()}}
    return {"type": (typing.get_origin(kind) or kind).__name__}


def described(value: Mapping[str, Any]) -> dict[str, Any]:
    """The type of a value in RETURN."""
    found = {key: value[key] for key in ("type", "elements") if key in value}
    if "contains" in value:
        found["contains"] = {name: described(each) for name, each in value["contains"].items()}
    return found


@pytest.mark.parametrize("path", [*PLUGINS, *FRAGMENTS], ids=lambda path: path.stem)
def test_each_description_is_a_list(path: Path) -> None:
    """Of text, the help of ansible-console shows the first letter."""
    constants = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Assign)]
    documented = [ast.literal_eval(node.value) for node in constants if getattr(node.targets[0], "id", "") in DOCUMENTED]
    assert documented
    assert [text for each in documented for text in texts(yaml.safe_load(each))] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_field_of_a_resource_is_described_where_it_is_returned(path: Path) -> None:
    resources = {name: value for name, value in yaml.safe_load(constant(path, "RETURN")).items() if name in TYPES}
    assert resources
    included = {option.removeprefix("include_") for option in TASKS[path.stem].options if option.startswith("include_")}
    for name, value in resources.items():
        expected = in_documentation(TYPES[name])
        expected.get("contains", {}).update({each: in_documentation(TYPES[each]) for each in included})
        assert described(value) == expected


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_module_has_the_common_parts(path: Path) -> None:
    assert list(notes(path.stem)) == [note for note in documentation(path)["notes"] if "IAM action" in note]
    documented = yaml.safe_load(constant(path, "RETURN"))
    common = {name: yaml.safe_load((RETURNS / f"{name}.yml").read_text(encoding="utf-8")) for name in ("failures", "required_actions")}
    assert [name for name, block in common.items() if not block.items() <= documented.items()] == []


def role(name: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Its documented variables, its vars/main.yml, and its page."""
    folder = CHECKOUT / "roles" / name
    entries = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"].values()
    documented = {name: option for entry in entries for name, option in entry["options"].items()}
    return (
        documented,
        yaml.safe_load((folder / "vars" / "main.yml").read_text(encoding="utf-8")),
        (folder / "README.md").read_text(encoding="utf-8"),
    )


@pytest.mark.parametrize("name", ["backend", "rolling_update"])
def test_a_role_documents_its_variables_and_their_defaults(name: str) -> None:
    documented, variables, page = role(name)
    assert {f"{name}_{option}" for option in variables[f"__{name}_types"]} == documented.keys()
    defaults = {f"{name}_{option}": default for option, default in variables[f"__{name}_defaults"].items()}
    # A template.
    defaults.pop("rolling_update_address", None)
    documented.pop("rolling_update_address", None)
    assert {option: spec["default"] for option, spec in documented.items() if "default" in spec} == defaults
    for option, default in defaults.items():
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        assert f"| `{option}` | `{shown}` |" in page, option
    # Ansible validates these before the role runs: an empty value must pass, and a null one where there is a default.
    assert [option for option, spec in documented.items() if spec["type"] != "raw" and (spec["type"] != "str" or "default" in spec)] == []
    assert [option for option, spec in documented.items() if "choices" in spec] == []


def test_the_role_backend_takes_every_field_of_a_pool() -> None:
    documented, variables, page = role("backend")
    tasks = yaml.safe_load((CHECKOUT / "roles" / "backend" / "tasks" / "main.yml").read_text(encoding="utf-8"))
    (passed,) = (each["otc.elb.elb_pool"] for task in tasks for each in task.get("block", ()) if "otc.elb.elb_pool" in each)
    for field in pool_resource.FIELDS:
        key = field.option_key
        same = {name: field.option[name] for name in ("type", "choices") if name in field.option}
        if "choices" in same:
            same["choices"] = [choice for choice in same["choices"] if choice]
            assert all(f"V({choice})" in documented[f"backend_{key}"]["description"] for choice in same["choices"])
        assert variables["__backend_types"][key] == same, key
        assert re.fullmatch(rf"{{{{ __backend_(options|desired)\.{key}( \| default\(omit\))? }}}}", passed.get(key, "")), key
        assert f"`backend_{key}`" in page


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_option_has_an_example(path: Path) -> None:
    tasks = yaml.safe_load(constant(path, "EXAMPLES"))
    shown = {found for task in tasks for found in keys(task.get(f"otc.elb.{path.stem}") or {})}
    assert [".".join(option) for option in options(documentation(path)["options"]) if option not in shown] == []


def test_every_option_of_the_connection_has_an_example() -> None:
    pages = "\n".join(
        block
        for path in (*MODULES, CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md"))
        for block in (
            [constant(path, "EXAMPLES")] if path in MODULES else re.findall("```yaml(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        )
    )
    assert [name for name in fragment("connection") if not re.search(rf"^\s*{name}:", pages, re.MULTILINE)] == []


@pytest.mark.parametrize("path", ROLES, ids=lambda path: path.parts[-3])
def test_every_variable_of_a_role_has_an_example(path: Path) -> None:
    readme = (path.parents[1] / "README.md").read_text(encoding="utf-8")
    examples = re.findall("^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    shown = {name for example in examples for found in keys(yaml.safe_load(example)) for name in found}
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values()
    assert sorted({name for entry in entries for name in entry["options"]} - shown) == []


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.stem)
def test_every_plugin_has_version_added(path: Path) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", documentation(path)["version_added"])


@pytest.mark.parametrize("path", ROLES, ids=lambda path: path.parts[-3])
def test_every_role_has_version_added(path: Path) -> None:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", entry["version_added"]) for entry in entries)


def test_modules_refer_to_one_another() -> None:
    seen = {
        path.stem: {item["module"].removeprefix("otc.elb.") for item in documentation(path).get("seealso", []) if "module" in item}
        for path in MODULES
    }
    for module, others in seen.items():
        assert others <= seen.keys() - {module}, module
        assert {other for other in others if module not in seen[other]} == set(), f"not in their seealso: {module}"
    # The one that reads is found from the one that writes.
    assert all(f"{module}_info" in others for module, others in seen.items() if f"{module}_info" in seen)


def broken_links(page: Path, text: str) -> Iterator[str]:
    """The links of a page to files, or to headings of files, that do not exist."""
    for link in links(text):
        name, dummy, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not is_external(link) and not (target.exists() and (not anchor or anchor in anchors(target.read_text(encoding="utf-8")))):
            yield link


@pytest.mark.parametrize("page", sorted(path for pattern in PAGES for path in CHECKOUT.glob(pattern)), ids=lambda path: path.stem)
def test_no_link_among_files_is_broken(page: Path) -> None:
    assert list(broken_links(page, page.read_text(encoding="utf-8"))) == []


def test_a_broken_link_is_found() -> None:
    broken = ["#no-heading", "CONTRIBUTING.md#no-heading", "NO_FILE.md"]
    right = ["https://example.com/#no-heading", "#try-it", "CONTRIBUTING.md#set-up", "CONTRIBUTING.md"]
    text = "".join(f"[x]({link})" for link in (*broken, *right)) + "`[x](NO_FILE.md)`"
    assert list(broken_links(CHECKOUT / "README.md", text)) == broken


def test_every_test_that_a_report_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (CHECKOUT / "tests" / "reports.md").read_text(encoding="utf-8"))
    assert named
    for file, test in named:
        assert (f"def {test}(" if test else "def test_") in (CHECKOUT / file).read_text(encoding="utf-8"), f"{file}::{test}"
