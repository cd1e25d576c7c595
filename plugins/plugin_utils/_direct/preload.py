# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports once, before Ansible forks a process for each task, what tasks need."""

from __future__ import annotations

import contextlib
import importlib
import os

from ansible_collections.otc.elb.plugins.module_utils._auth.connect import expects_keystone


def preload() -> None:
    """Import openstacksdk where the environment, or a clouds.yaml, says that tasks will need it. It takes longer than many a task."""
    if expects_keystone(os.environ):
        # Whatever is wrong with it, the task that needs it says it.
        with contextlib.suppress(Exception):
            for name in ("keystoneauth1.identity", "keystoneauth1.loading", "keystoneauth1.session"):
                importlib.import_module(name)
            importlib.import_module("ansible_collections.otc.elb.plugins.module_utils._auth.cloud")
            # It looks through the entry points of all packages, and remembers what it found.
            importlib.import_module("keystoneauth1.loading").get_plugin_loader("password")
