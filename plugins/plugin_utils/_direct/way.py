# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a task can run in Ansible's own process, decided from what is known before its first request."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import typing as t
from pathlib import Path

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.otc.elb.plugins.module_utils._errors import Json
from ansible_collections.otc.elb.plugins.module_utils._http.libraries import HAS_REQUESTS

#: False for the ordinary way. The variable beats the environment.
DIRECT_VARIABLE = "otc_elb_direct"
DIRECT_IN_ENVIRONMENT = "OTC_ELB_DIRECT"

#: Values that have Ansible look for a Python on the host, so that no Python in particular is meant.
_DISCOVERED = ("", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent")
#: What a Python reads when it starts, to find its libraries.
_PATHS = ("PYTHONHOME", "PYTHONPATH")


def reason_against(task: t.Any, connection: t.Any, environment: Json, variables: Json, value: t.Callable[[Json, str], t.Any]) -> str | None:
    """Why a task has to be the module that Ansible sends and starts; ``None`` where it runs in Ansible's own process.

    :param environment: the task's, without what Ansible was started with.
    :param value: gives the value of a variable.
    :raises AnsibleError: when a setting is no boolean.
    """
    for name, setting in (
        (DIRECT_VARIABLE, value(variables, DIRECT_VARIABLE)),
        (DIRECT_IN_ENVIRONMENT, environment.get(DIRECT_IN_ENVIRONMENT, os.environ.get(DIRECT_IN_ENVIRONMENT) or None)),
    ):
        if setting is not None:
            if not _boolean(name, setting):
                return f"{name} is false"
            break
    if connection.transport != "local":
        return f"the connection is {connection.transport}"
    if task.async_val:
        return "of async"
    for name in _PATHS:
        if environment.get(name, os.environ.get(name)) != os.environ.get(name):
            return f"the task's environment sets {name}"
    known = (variables.get("ansible_delegated_vars") or {}).get(task.delegate_to, {}) if task.delegate_to else variables
    interpreter = str(value(known, "ansible_python_interpreter") or constants.config.get_config_value("INTERPRETER_PYTHON", variables={}))
    if not is_own_python(interpreter.strip(), environment.get("PATH")):
        return f"ansible_python_interpreter is {interpreter}, and Ansible's own Python is {sys.executable}"
    return None if HAS_REQUESTS else "Ansible's own Python has no requests"


def _boolean(name: str, value: t.Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError:
        raise AnsibleError(f"{name} is true or false, not {value!r}.") from None


def is_own_python(interpreter: str, path: str | None = None) -> bool:
    """Whether a setting means the Python that runs Ansible, or none in particular.

    Two virtual environments of one Python are two: they have different libraries.

    :param interpreter: a path, a name, or ``/usr/bin/env`` and a name.
    :param path: where to look for a name, as in ``PATH``; by default in Ansible's own.
    """
    if interpreter in _DISCOVERED or interpreter == sys.executable:
        return True
    try:
        words = shlex.split(interpreter)
    except ValueError:
        return False
    if len(words) == 2 and Path(words[0]).name == "env":
        del words[0]
    found = shutil.which(words[0], path=path) if len(words) == 1 else None
    if found is None or Path(found).resolve() != Path(sys.executable).resolve():
        return False
    return _prefix(Path(found)) == _prefix(Path(sys.executable))


def _prefix(executable: Path) -> Path | None:
    """The virtual environment of a Python, found as Python itself does; ``None`` where it is in none.

    Source: PEP 405. Links in the path of its folder are followed, the executable itself is one and is not.
    """
    folder = executable.parent.resolve()
    return next((place for place in (folder, folder.parent) if (place / "pyvenv.cfg").is_file()), None)
