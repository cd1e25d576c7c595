# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load balancers: looked up where an option names one.

Source: "Querying Load Balancers" of the API reference.
"""

from __future__ import annotations

import typing as t

from .resource import Collection, Resource, Verb

LOADBALANCER: Resource[t.Mapping[str, t.Any]] = Resource(
    kind="load balancer",
    collection=Collection(
        "/v3/{project_id}/elb/loadbalancers",
        "loadbalancer",
        "loadbalancers",
        {Verb.LIST: "Querying load balancers"},
    ),
)
