# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A custom policy of IAM from the results of tasks, for the filter and the callback."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.otc.elb.plugins.module_utils._errors import type_name

#: An IAM action: service, resource type and operation. A wildcard would grant more than is needed.
_ACTION = re.compile(r"[a-z][a-z0-9]*:[A-Za-z0-9]+:[A-Za-z0-9]+")
#: The number of characters of an invalid value that a message shows.
_SHOWN = 60


class NoActions(ValueError):
    """A value from which no actions can be read. The message is for the user."""


def policy(actions: Iterable[str]) -> dict[str, t.Any]:
    """The custom policy that allows *actions* and nothing else.

    IAM does not accept a statement without actions, so without actions there is no statement.
    """
    allowed = sorted(set(actions))
    return {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": allowed}] if allowed else []}


def is_action(value: t.Any) -> bool:
    """Whether *value* has the form of an IAM action."""
    return isinstance(value, str) and _ACTION.fullmatch(value) is not None


def missing_actions(result: Mapping[t.Any, t.Any]) -> set[str]:
    """The missing actions of a failure. Each failed member may have its own."""
    failed = result.get("failed_members")
    each = [result, *(failed if isinstance(failed, list) else [])]
    return {_plain(one["missing_action"]) for one in each if isinstance(one, Mapping) and is_action(one.get("missing_action"))}


def actions_in(value: t.Any) -> set[str]:
    """The needed actions in *value*.

    :param value: an action, a registered result, a policy, or any nesting of lists of these.
    :raises NoActions: for any other value.
    """
    try:
        return _actions_in(value)
    except RecursionError:
        raise NoActions("the lists are nested too deeply, or a list contains itself") from None


def _actions_in(value: t.Any) -> set[str]:
    if isinstance(value, str):
        return {_action(value)}
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        found: set[str] = set()
        for each in value:
            found |= _actions_in(each)
        return found
    raise NoActions(f"{_shown(value)} is neither an IAM action nor a registered result")


def _action(value: str) -> str:
    if "********" in value:
        raise NoActions(f"{_shown(value)} is an action that masking has changed: a secret of the task has the same letters as a part of it")
    if "*" in value:
        raise NoActions(f"{_shown(value)} has a wildcard, which grants more than is needed: name each action")
    if not is_action(value):
        raise NoActions(f"{_shown(value)} is not an IAM action, which has three parts, such as 'elb:pools:list'")
    return _plain(value)


def _plain(value: str) -> str:
    """A plain string without the tags of ansible-core."""
    return "".join(value)


def _of_mapping(value: Mapping[t.Any, t.Any]) -> set[str]:
    """The actions of a registered result, of a loop's items, or of a policy."""
    if "Statement" in value:
        return _of_policy(value)
    if isinstance(value.get("results"), list):
        return _actions_in(value["results"])
    if "censored" in value:
        raise NoActions("no_log hides the actions of a task: remove no_log, secrets are also masked without it")
    required, missing = value.get("required_actions"), missing_actions(value)
    if isinstance(required, list) or (required is None and missing):
        return _actions_in(required or []) | missing
    if value.get("skipped"):
        return set()
    if value.get("ansible_job_id"):
        raise NoActions("an asynchronous task has no actions in its first result: give the result of async_status for the finished task")
    if value.get("failed") or value.get("unreachable"):
        raise NoActions(f"a task{_item(value)} failed before its module ran, so its actions are not known")
    raise NoActions(f"a result{_item(value)} has no 'required_actions': only the modules of otc.elb return them")


def _item(result: Mapping[t.Any, t.Any]) -> str:
    """The loop item of a result, for a message."""
    label = result.get("_ansible_item_label", result.get("item"))
    return f" (item {_shown(label)})" if isinstance(label, (str, int)) else ""


def _of_policy(value: Mapping[t.Any, t.Any]) -> set[str]:
    statements = value["Statement"]
    if not isinstance(statements, list) or any(not isinstance(each, Mapping) or each.get("Effect") != "Allow" for each in statements):
        raise NoActions("only policies in which every statement has the effect 'Allow' can be merged")
    # Without its condition or resource, a statement would allow more.
    others = [name for each in statements for name in each if name not in ("Effect", "Action")]
    if others:
        raise NoActions(f"only statements of 'Effect' and 'Action' can be merged, but one has {_shown(others[0])}")
    return _actions_in([each.get("Action") or [] for each in statements])


def _shown(value: t.Any) -> str:
    """The beginning of a string, or the type of any other value, which may contain anything."""
    if not isinstance(value, str):
        return type_name(value)
    return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "...")
