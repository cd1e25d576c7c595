# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports and reads once, before Ansible forks a process for each task, what tasks need."""

from __future__ import annotations

import contextlib
import importlib
import os

from ansible_collections.otc.elb.plugins.module_utils._auth.connect import expects_keystone
from ansible_collections.otc.elb.plugins.module_utils._auth.settings import Settings
from ansible_collections.otc.elb.plugins.module_utils._http.adapter import ca_file_of_environment, trusting
from ansible_collections.otc.elb.plugins.module_utils._http.libraries import HAS_REQUESTS, requests


def preload() -> None:
    """Read the CAs that tasks will trust, and import openstacksdk where the environment, or a clouds.yaml, says that they will need it.

    Each takes longer than many a task. Whatever is wrong with them, the task that needs them says it.
    """
    if HAS_REQUESTS:
        with contextlib.suppress(Exception):
            named = Settings({}, os.environ).get("ca_cert") or ca_file_of_environment()
            trusting(named or requests.utils.DEFAULT_CA_BUNDLE_PATH)
    if expects_keystone(os.environ):
        with contextlib.suppress(Exception):
            for name in ("keystoneauth1.identity", "keystoneauth1.loading", "keystoneauth1.session"):
                importlib.import_module(name)
            importlib.import_module("ansible_collections.otc.elb.plugins.module_utils._auth.cloud")
            # It looks through the entry points of all packages, and remembers what it found.
            importlib.import_module("keystoneauth1.loading").get_plugin_loader("password")
