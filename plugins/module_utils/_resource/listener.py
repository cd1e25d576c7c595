# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listeners: looked up where an option names one."""

from __future__ import annotations

from .resource import Collection, Resource, Verb

LISTENER = Resource(
    kind="listener",
    collection=Collection(
        "/v3/{project_id}/elb/listeners",
        "listener",
        "listeners",
        {Verb.LIST: "Querying listeners"},
    ),
)
