# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module in the process of the test: the same for AnsibleModule, and some twenty times faster."""

from __future__ import annotations

import importlib
import io
import json
import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any
from unittest import mock

from ansible.module_utils import basic
from ansible.module_utils.common import warnings

from ..result import Result


# The keywords are Any, so that options may come as **dict[str, str]: mypy holds its values against every one of them.
def call(module: str, /, *, check: Any = False, diff: Any = False, env: Any = None, **options: Any) -> Result:
    """The result of one module of the collection, such as ``call("elb_pool", name="web", state="absent")``.

    ``env`` is all that the module sees of connection variables (``OS_*``, ``OTC_*``): the tester's own stay outside.
    """
    main = importlib.import_module(f"ansible_collections.otc.elb.plugins.modules.{module}").main
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_module_name": module}
    # Ansible keeps warnings per process, which in the real world is one task.
    warnings._global_warnings.clear()
    warnings._global_deprecations.clear()
    output = io.StringIO()
    with (
        mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()),
        # ansible-core >= 2.19 reads the profile for the serialization; older versions ignore it.
        mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True),
        # It also behaves differently in a process that has loaded code of the controller.
        mock.patch.object(getattr(warnings, "_internal", warnings), "is_controller", False, create=True),
        mock.patch.dict(os.environ, environment(env or {}), clear=True),
        redirect_stdout(output),
    ):
        try:
            main()
        except SystemExit:
            pass
        else:
            raise AssertionError(f"{module} ended without exit_json or fail_json")
    result = json.loads(output.getvalue())
    # From ansible-core 2.19 on, the controller formats these.
    for kind in ("warnings", "deprecations"):
        if kind in result:
            result[kind] = [item["event"]["msg"] if "event" in item else item for item in result[kind]]
    return Result(result, task=module, host="localhost")


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with the connection variables of ``extra`` instead of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("OS_", "OTC_"))}
    return {**kept, **extra}
