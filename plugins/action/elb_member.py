# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of ``elb_member``, written by ``make generated``."""

from __future__ import annotations

from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from ansible_collections.otc.elb.plugins.plugin_utils._direct.action import DirectAction


class ActionModule(DirectAction):
    """Runs ``elb_member``."""

    implementation = TASKS["elb_member"]
