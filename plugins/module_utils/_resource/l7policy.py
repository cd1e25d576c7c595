# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forwarding policies, as far as pools need them: their target pools.

Source: "Querying Forwarding Policies" of the API reference.
"""

from __future__ import annotations

import typing as t

from .._errors import Json
from .resource import Collection, Resource, Verb
from .specs import TEXT


class ForwardingPolicy(t.TypedDict, total=False):
    """A forwarding policy as the API returns it, as far as it is read."""

    id: str
    name: str
    redirect_pool_id: str | None
    redirect_pools_config: list[Json] | None


def uses_pool(policy: ForwardingPolicy, pool_id: str) -> bool:
    """Whether a policy sends requests to the pool, to it alone or to several by their weights."""
    pools = [policy.get("redirect_pool_id"), *(each.get("pool_id") for each in policy.get("redirect_pools_config") or ())]
    return pool_id in pools


FORWARDING_POLICY: Resource[ForwardingPolicy] = Resource(
    kind="forwarding policy",
    collection=Collection(
        "/v3/{project_id}/elb/l7policies",
        "l7policy",
        "l7policies",
        {Verb.LIST: "Querying forwarding policies"},
    ),
    shown={
        "redirect_pool_id": TEXT,
        "redirect_pools_config": {"type": "list", "elements": {"type": "dict", "options": {"pool_id": TEXT}}},
    },
)
