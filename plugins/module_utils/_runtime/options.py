# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that cannot be converted, in words: Ansible's own messages do not say which entry of a list they are about."""

from __future__ import annotations

import difflib
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_dict, check_type_list
from ansible.module_utils.errors import UnsupportedError

from .._errors import Json, type_name, with_reasons
from .._resource.member import entry_label
from .task import Task


def convertible(spec: Json, params: Json) -> Json:
    """The options, in a form in which Ansible can refuse them.

    Ansible fails with an exception at a value that is no dict where sub-options belong; as text it is refused in words.
    """
    return {
        name: str(value) if _has_suboptions(spec.get(name)) and not isinstance(value, (dict, str, type(None))) else value
        for name, value in params.items()
    }


#: What Ansible fails with at a value, such as a number with a huge exponent.
UNCONVERTIBLE = (ArithmeticError, TypeError, ValueError)


def unconvertible(spec: Json, given: Json, error: Exception) -> Json:
    """The result where Ansible fails with an exception at a value. It names the options, and has none of their values.

    :param error: one of :data:`UNCONVERTIBLE`.
    """
    names = [name for name, option in spec.items() if name in given and not _is_convertible(name, option, given[name])]
    what = " and ".join(names) or "An option"
    reason = f"{what} {'have values' if names[1:] else 'has a value'} that Ansible cannot convert ({type(error).__name__}). Check numbers and dicts."
    return {"failed": True, "msg": reason, "required_actions": []}


def _is_convertible(name: str, option: Json, value: object) -> bool:
    try:
        ArgumentSpecValidator({name: option}).validate({name: value})
    except UNCONVERTIBLE:
        return False
    return True


def explain_invalid(task: Task, given: Json, msg: str) -> Json:
    """All errors in the options, so that a list need not be corrected twice.

    :param given: the options before they were converted.
    :param msg: Ansible's message.
    :returns: the result, as of :func:`with_reasons`.
    """
    reasons: list[str] = []
    valid: dict[int, Json] = {}
    similar = _suggestion(task.argument_spec, given)
    for name, option in task.argument_spec.items():
        value = given.get(name)
        if name in task.if_null and name in given and value is None:
            reasons.append(f"{name} is null. {task.if_null[name]}")
        if _has_suboptions(option) and isinstance(value, dict):
            similar += _suggestion(option["options"], value)
        if _has_suboptions(option) and value is not None:
            try:
                check_type_dict(value)
            except TypeError as error:
                # Ansible explains why text is no dict.
                wrong = f": {error}" if isinstance(value, str) else f" must be a dict of options, not {type_name(value)}"
                reasons.append(name + wrong)
        if option.get("elements") == "dict" and isinstance(value, (list, str)):
            # Ansible splits text at commas.
            found, valid = _check_entries(name, option["options"], check_type_list(value))
            reasons += found if isinstance(value, list) or not found else [f"{name} must be a list of dicts, not text"]
    names_its_pool = all(given.get(name) for name in task.pools)
    beginning = f"Cannot {task.attempt(given)}: " if reasons and task.attempt and names_its_pool else ""
    return with_reasons([*(reasons or [msg + similar]), *task.invalid_entries(valid)], beginning)


def nearest(name: str, known: t.Iterable[str]) -> str:
    """What an unknown name was meant to be, as a question to follow a sentence; empty where nothing is similar."""
    found = sorted(difflib.get_close_matches(str(name), list(known)), key=lambda each: str(name) not in each)
    return f" Did you mean {found[0]!r}?" if found else ""


def _suggestion(spec: Json, given: Json) -> str:
    """What the options that do not exist were meant to be."""
    known = {*spec, *(alias for option in spec.values() for alias in option.get("aliases", ()))}
    return "".join(nearest(name, known) for name in given if name not in known and not str(name).startswith("_ansible_"))


def _has_suboptions(option: Json | None) -> bool:
    return option is not None and option["type"] == "dict" and bool(option.get("options"))


def _check_entries(name: str, spec: Json, entries: list[object]) -> tuple[list[str], dict[int, Json]]:
    """The errors in the keys and types of a list's entries, and the valid entries, by their indices."""
    reasons: list[str] = []
    valid: dict[int, Json] = {}
    validator = ArgumentSpecValidator(spec)
    for index, entry in enumerate(entries):
        try:
            given = check_type_dict(entry)
            result = validator.validate(given)
            similar = _suggestion(spec, given)
        except TypeError:
            messages = [f"must be a dict with {' and '.join(n for n in spec if spec[n].get('required'))}, not {type_name(entry)}"]
        else:
            messages = [
                f"there is no option {error.msg}{similar}" if isinstance(error, UnsupportedError) else error.msg for error in result.errors
            ]
            if not messages:
                valid[index] = result.validated_parameters
        reasons += [f"{entry_label(name, index, entry)}: {message.rstrip('.')}" for message in messages]
    return reasons, valid
