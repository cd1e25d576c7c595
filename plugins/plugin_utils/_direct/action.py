# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of every task: in Ansible's own process where that comes to the same, and the module that Ansible sends and starts elsewhere."""

from __future__ import annotations

import json
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.common import json as common_json
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.otc.elb.plugins.module_utils._errors import Json
from ansible_collections.otc.elb.plugins.module_utils._http.transport import KeptAdapter
from ansible_collections.otc.elb.plugins.module_utils._runtime.task import Task

from .door import run
from .preload import preload
from .process import applied
from .progress import Progress
from .token_files import TokenFiles
from .way import reason_against

#: A variable: the seconds between two lines about a task's progress, 0 for none.
PROGRESS_VARIABLE = "otc_elb_progress"
PROGRESS_SECONDS = 10.0

# How Ansible sends options to a module and reads its result, from ansible-core 2.19 on.
_PROFILE = "legacy"
_HAS_PROFILES = hasattr(common_json, "get_module_encoder")

if _HAS_PROFILES:
    # Both are imported when they are first asked for, which would be in each fork.
    common_json.get_module_encoder(_PROFILE, common_json.Direction.CONTROLLER_TO_MODULE)
    common_json.get_module_decoder(_PROFILE, common_json.Direction.MODULE_TO_CONTROLLER)

#: Of this process, which Ansible forks for a task: the items of its loop use one connection, which ends with the process.
_KEPT: KeptAdapter = {}

# Ansible loads this file before it forks a process for each task, so that what is imported here is imported once.
preload()


class DirectAction(NormalAction):
    """Everything but the way of executing the module is Ansible's own ``normal`` action."""

    implementation: t.ClassVar[Task]

    def _execute_module(self, *args: t.Any, **options: t.Any) -> Json:
        """Execute the module, one way or the other. The way is chosen before the first request."""
        variables = options.get("task_vars") or {}
        name, host = self._task.action, variables.get("inventory_hostname")
        environment: Json = {}
        self._compute_environment_string(environment)
        reason = reason_against(self._task, self._connection, environment, variables, self._variable)
        if reason is None:
            try:
                result = self._execute_here(name, variables, environment)
            except ImportError as error:
                reason = f"Ansible's own Python has no {error.name}"
            else:
                self._display.vvv(f"{name}: ran in Ansible's own process", host=host)
                return result
        self._display.vvv(f"{name}: runs as a module that Ansible starts, because {reason}", host=host)
        return t.cast(Json, super()._execute_module(*args, **options))

    def _execute_here(self, name: str, variables: Json, environment: Json) -> Json:
        """Execute the module in this process.

        :raises ImportError: where a library is missing. No request was made.
        """
        # On a copy: what is for the module would otherwise be shown as options of the task.
        given = dict(self._task.args)
        self._update_module_args(name, given, variables)
        progress = Progress(
            lambda line: self._display.display(f"{name} [{variables.get('inventory_hostname')}]: {line}"), self._interval(variables)
        )
        with applied(environment, self._loader.get_basedir()):
            result = run(self.implementation, _as_sent(given), progress, TokenFiles(constants.DEFAULT_LOCAL_TMP), _KEPT)
        return self._as_received(json.dumps(result))

    def _as_received(self, text: str) -> Json:
        """A result as Ansible makes it of what a module prints."""
        received = {"stdout": text, "stderr": "", "rc": 0}
        if not _HAS_PROFILES:
            # Text that is not marked may be taken for a template.
            return t.cast(Json, wrap_var(self._parse_returned_data(received)))
        result = self._parse_returned_data(received, _PROFILE)
        # From ansible-core 2.21 on, it is an object of Ansible's.
        return t.cast(Json, result if isinstance(result, dict) else result.as_result_dict(for_round_trip=True))

    def _variable(self, variables: t.Mapping[str, t.Any], name: str) -> t.Any:
        """The value of a variable; ``None`` where there is none."""
        return self._templar.template(variables[name]) if variables.get(name) is not None else None

    def _interval(self, variables: Json) -> float:
        """Seconds between two lines about the progress; 0 for none."""
        if self._task.no_log:
            return 0.0
        value = self._variable(variables, PROGRESS_VARIABLE)
        try:
            seconds = PROGRESS_SECONDS if value is None else float(value)
        except (TypeError, ValueError):
            seconds = -1.0
        if not 0 <= seconds <= 86400:
            raise AnsibleError(f"{PROGRESS_VARIABLE} is the number of seconds between two lines, 0 for none, not {value!r}.")
        return seconds


def _as_sent(given: Json) -> Json:
    """The options as a module gets them: plain JSON, decrypted."""
    if _HAS_PROFILES:
        encoder = common_json.get_module_encoder(_PROFILE, common_json.Direction.CONTROLLER_TO_MODULE)
        return t.cast(Json, json.loads(json.dumps(given, cls=encoder)))
    return t.cast(Json, json.loads(json.dumps(given, cls=common_json.AnsibleJSONEncoder, vault_to_text=True)))
