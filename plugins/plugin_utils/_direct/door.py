# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door in Ansible's own process: options as AnsibleModule validates them, a result as AnsibleModule returns it, and nothing global."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common import warnings as common_warnings
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import PASS_VARS, remove_values
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.otc.elb.plugins.module_utils._auth.connection import TokenCache
from ansible_collections.otc.elb.plugins.module_utils._auth.secrets import secrets_in
from ansible_collections.otc.elb.plugins.module_utils._errors import Json
from ansible_collections.otc.elb.plugins.module_utils._http.transport import KeptAdapter
from ansible_collections.otc.elb.plugins.module_utils._runtime.context import Status
from ansible_collections.otc.elb.plugins.module_utils._runtime.options import UNCONVERTIBLE, convertible, explain_invalid, unconvertible
from ansible_collections.otc.elb.plugins.module_utils._runtime.task import Task, perform

from .progress import Progress


class DirectDoor:
    """See :class:`Door`.

    :param given: the options, and what Ansible passes to every module.
    :raises UNCONVERTIBLE: at a few values, as AnsibleModule does.
    """

    searched = ""
    reports_interrupt = False

    def __init__(self, task: Task, given: Json, progress: Progress, token_cache: TokenCache, kept: KeptAdapter | None) -> None:
        passed = {name: given.pop(f"_ansible_{name}", default) for name, (dummy, default) in PASS_VARS.items()}
        self.check_mode = bool(passed["check_mode"])
        self.show_diff = bool(passed["diff"])
        self.token_cache: TokenCache | None = token_cache
        self.kept = kept
        # From ansible-core 2.21 on, it is shown on demand only.
        self._shows_invocation = bool(passed.get("inject_invocation", True))
        self._progress = progress
        self._warnings: list[str] = []
        self.params = convertible(task.argument_spec, given)
        self.secrets = secrets_in(self.params)
        validated = self._validate(ArgumentSpecValidator(task.argument_spec, **task.constraints))
        self.params.update(validated.validated_parameters)
        self.secrets |= validated._no_log_values
        self._deprecations = [{key: value for key, value in each.items() if value is not None} for each in validated._deprecations]
        self._warnings += [f"Both option {each['option']} and its alias {each['alias']} are set." for each in validated._warnings]
        #: What is wrong with the options; ``None`` where nothing is.
        self.refusal: Json | None = None
        if validated.error_messages:
            msg = validated.errors.msg
            if isinstance(validated.errors[0], UnsupportedError):
                msg = f"Unsupported parameters for ({passed['module_name']}) module: {msg}"
            self.refusal = explain_invalid(task, given, msg)

    def _validate(self, validator: ArgumentSpecValidator) -> ValidationResult:
        known = len(common_warnings.get_warning_messages())
        validated = validator.validate(self.params)
        # Before ansible-core 2.19, the validator keeps what it warns of sub-options in a list of the process.
        found: list[str] = getattr(common_warnings, "_global_warnings", [])
        if isinstance(found, list):
            self._warnings += found[known:]
            del found[known:]
        return validated

    def warn(self, warning: str) -> None:
        """See :class:`Door`."""
        self._warnings.append(warning)

    def progress(self, status: Status) -> t.ContextManager[None]:
        """See :class:`Door`."""
        return self._progress.shown(status)

    def result(self, outcome: Json) -> Json:
        """The outcome with what AnsibleModule adds, secrets masked."""
        result = dict(outcome)
        if self._shows_invocation:
            result["invocation"] = {"module_args": self.params}
        for key, messages in (("warnings", self._warnings), ("deprecations", self._deprecations)):
            if messages:
                result[key] = messages
        # A flag is not masked, even if a secret is "True".
        flags = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        return {**remove_values(result, self.secrets), **flags}


def run(task: Task, given: Json, progress: Progress, token_cache: TokenCache, kept: KeptAdapter | None = None) -> Json:
    """Run a task.

    :param given: the options, and what Ansible passes to every module.
    :param kept: see :class:`Transport`.
    :returns: the result, as the module would print it.
    :raises ImportError: where a library is missing. No request was made.
    """
    try:
        door = DirectDoor(task, given, progress, token_cache, kept)
    except UNCONVERTIBLE as error:
        return unconvertible(task.argument_spec, given, error)
    if door.refusal is not None:
        return door.result({"failed": True, **door.refusal, "required_actions": []})
    return door.result(perform(task, door))
