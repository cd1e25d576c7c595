# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task finds in its process: as a module that Ansible starts would find it, and afterwards as it was."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import typing as t
import warnings

from ansible_collections.otc.elb.plugins.module_utils._errors import Json

#: Where openstacksdk looks for clouds.yaml: it reads that from the process when it is imported.
_PLACES = "openstack.config.loader"


@contextlib.contextmanager
def applied(environment: Json, folder: str) -> t.Iterator[None]:
    """Have a task's environment and working directory, and nothing printed by libraries, while the context lasts.

    :param environment: is added to the process's own.
    :param folder: the playbook's, in which Ansible starts modules of a local connection.
    """
    elsewhere = os.path.realpath(folder) != os.path.realpath(".")
    relocated = (environment or elsewhere) and _PLACES in sys.modules
    before = {name: os.environ.get(name) for name in environment}
    disabled = logging.root.manager.disable
    with contextlib.ExitStack() as stack:
        if relocated:
            # Last of all: with the environment and the directory of before.
            stack.callback(importlib.reload, sys.modules[_PLACES])
        # What a module's libraries print or log is never seen.
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.callback(logging.disable, disabled)
        logging.disable()
        stack.callback(_restore, before)
        for name, value in environment.items():
            os.environ[name] = str(value)
        if elsewhere:
            # A descriptor finds back where a path may not.
            here = os.open(".", os.O_RDONLY)
            stack.callback(os.close, here)
            stack.callback(os.chdir, here)
            os.chdir(folder)
        if relocated:
            importlib.reload(sys.modules[_PLACES])
        yield


def _restore(environment: t.Mapping[str, str | None]) -> None:
    for name, value in environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
