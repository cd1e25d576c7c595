# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports once, before Ansible forks a process for each task, what tasks need."""

from __future__ import annotations

import contextlib
import importlib
import os
import typing as t
from pathlib import Path

from ansible_collections.otc.elb.plugins.module_utils._auth import aksk, token  # noqa: F401  pylint: disable=unused-import  # tasks need them

#: What stands for a credential of another kind, with which a task does without openstacksdk.
_OTHERS = ("OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_AUTH_TOKEN", "OS_TOKEN")
_FILES = ("clouds.yaml", "clouds.yml", "clouds.json")


def preload() -> None:
    """Import openstacksdk where the environment says that tasks will need it. It takes longer than many a task."""
    if expects_keystone(os.environ):
        with contextlib.suppress(ImportError):
            for name in ("openstack.config", "keystoneauth1.identity", "keystoneauth1.loading", "keystoneauth1.session"):
                importlib.import_module(name)
            importlib.import_module("ansible_collections.otc.elb.plugins.module_utils._auth.cloud")


def expects_keystone(environ: t.Mapping[str, str]) -> bool:
    """Whether the environment, or a clouds.yaml where openstacksdk looks for one, has a credential for Keystone."""
    if any(environ.get(name) for name in ("OS_CLOUD", "OS_CLIENT_CONFIG_FILE", "OS_AUTH_URL")):
        return True
    if any(environ.get(name) for name in _OTHERS):
        return False
    home = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config")
    # Source: the documentation of openstacksdk, "Configuring OpenStack SDK Applications".
    folders = (Path(), home / "openstack", Path("/etc/openstack"))
    return any((folder / name).is_file() for folder in folders for name in _FILES)
