# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door of a module that Ansible sends and starts: an AnsibleModule around :func:`perform`."""

from __future__ import annotations

import json
import os
import platform
import pwd
import signal
import sys
import typing as t

#: The oldest Python that modules run on.
_MIN_PYTHON = (3, 9)

# Before all other imports of the collection, which an older Python cannot import.
if sys.version_info < _MIN_PYTHON:
    _REASON = (
        f"otc.elb needs Python {'.'.join(map(str, _MIN_PYTHON))} or newer, and {sys.executable} on host {platform.node()} is Python "
        f"{platform.python_version()}. Set ansible_python_interpreter to a newer one, or delegate the task to localhost."
    )
    sys.stdout.write(json.dumps({"failed": True, "msg": _REASON, "required_actions": []}))
    raise SystemExit(1)

from ansible.module_utils.basic import AnsibleModule

from .._auth.secrets import secrets_in
from .._errors import Json
from .context import Status, no_progress
from .options import UNCONVERTIBLE, convertible, explain_invalid, unconvertible
from .task import Task, failure_of, perform


class Module(AnsibleModule):
    """An AnsibleModule that knows what is secret inside of dicts, and explains what is wrong with options."""

    #: See :class:`Door`, here and below.
    reports_interrupt = True
    token_cache = None
    kept = None

    def __init__(self, task: Task) -> None:
        self._task = task
        self._started = False
        self._given: Json = {}
        try:
            super().__init__(argument_spec=task.argument_spec, supports_check_mode=True, **task.constraints)
        except UNCONVERTIBLE as error:
            sys.stdout.write(json.dumps(unconvertible(task.argument_spec, self._given, error)))
            raise SystemExit(1) from None
        self._started = True

    @property
    def show_diff(self) -> bool:
        """As :class:`Door` has it."""
        return bool(self._diff)

    @property
    def searched(self) -> str:
        """As :class:`Door` has it: rarely the environment of the user who started Ansible."""
        return f" Looked in the environment of user {_user()} on host {platform.node()}."

    def progress(self, status: Status) -> t.ContextManager[None]:
        """As :class:`Door` has it: what a module prints is its result, and only that."""
        return no_progress(status)

    @property
    def secrets(self) -> set[str]:
        """As :class:`Door` has it."""
        return self.no_log_values

    @secrets.setter
    def secrets(self, values: set[str]) -> None:
        self.no_log_values = values

    def _load_params(self) -> None:
        """Know the secrets before anything can show or log them."""
        super()._load_params()
        params = t.cast(Json, self.params)  # type: ignore[has-type, unused-ignore]  # set by AnsibleModule
        self._given = dict(params)
        self.params = convertible(self.argument_spec, params)
        self.no_log_values |= secrets_in(self.params)

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        """End with a failure; those of AnsibleModule itself, about the options, are explained."""
        if not self._started:
            kwargs.update(explain_invalid(self._task, self._given, msg), required_actions=[])
            msg = kwargs.pop("msg")
        super().fail_json(msg, **kwargs)


def _user() -> str:
    """The effective user, by name where it has one."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def run(task: Task) -> None:
    """Run a module."""
    module = Module(task)
    # A task that is ended reports what it did, like any other failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        result = perform(task, module)
    except ImportError as error:
        result = {"failed": True, **failure_of(error), "required_actions": []}
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
