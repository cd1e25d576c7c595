# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process of a direct task: environment and folder as for a module that Ansible starts, restored afterwards."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import logging
import os
import sys
import typing as t
import warnings
from pathlib import Path

from ansible.errors import AnsibleError

from ansible_collections.otc.elb.plugins.module_utils._errors import Json

#: Where openstacksdk looks for clouds.yaml: it reads that from the process when it is imported.
_PLACES = "openstack.config.loader"
#: Opens a directory that may not be listed, where the system can.
_NO_MORE_THAN_A_PLACE = getattr(os, "O_PATH", os.O_RDONLY)


@contextlib.contextmanager
def applied(environment: Json, folder: str) -> t.Iterator[None]:
    """Have a task's environment and working directory, and nothing printed by libraries, while the context lasts.

    :param environment: is added to the process's own.
    :param folder: the playbook's, in which Ansible starts modules of a local connection.
    :raises AnsibleError: where one of them cannot be had; all is as before.
    """
    try:
        # A path of the current directory is of no use where that was removed.
        elsewhere = not Path().samefile(folder)
    except OSError as error:
        raise AnsibleError(f"The folder of the playbook cannot be used: {error.strerror} ({folder}).") from None
    relocated = (environment or elsewhere) and _PLACES in sys.modules
    before = {name: os.environ.get(name) for name in environment}
    _spare_what_is_loaded()
    disabled = logging.root.manager.disable
    with contextlib.ExitStack() as stack:
        if relocated:
            # Last of all: with the environment and the directory of before.
            stack.callback(_look_again)
        # What a module's libraries print or log is never seen.
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.callback(logging.disable, disabled)
        logging.disable()
        stack.callback(_restore, before)
        for name, value in environment.items():
            try:
                os.environ[name] = str(value)
            except (OSError, ValueError) as error:
                raise AnsibleError(f"The task's environment cannot have a variable {name!r}: {error}.") from None
        if elsewhere:
            # A descriptor finds back where a path may not.
            here = os.open(".", _NO_MORE_THAN_A_PLACE)
            stack.callback(os.close, here)
            stack.callback(os.chdir, here)
            os.chdir(folder)
        if relocated:
            _look_again()
        yield


@functools.cache
def _spare_what_is_loaded() -> None:
    """Have no garbage looked for among what Ansible has loaded: that takes longer than most tasks.

    This process is a fork for one task, so looking would also copy memory that it shares with the other processes.
    """
    gc.freeze()


def _look_again() -> None:
    """Have openstacksdk look for clouds.yaml from where the process is now."""
    # A directory that was removed has none.
    with contextlib.suppress(FileNotFoundError):
        importlib.reload(sys.modules[_PLACES])


def _restore(environment: t.Mapping[str, str | None]) -> None:
    for name, value in environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
