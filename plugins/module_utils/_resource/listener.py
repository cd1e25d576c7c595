# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listeners, as far as pools need them: their default pools.

Source: "Querying Listeners" and "Updating a Listener" of the API reference.
"""

from __future__ import annotations

import typing as t

from .fields import Field
from .ids import comparable_id
from .pool import Reference
from .resource import Collection, Resource, Verb
from .specs import REFERENCES, TEXT

#: Which protocols its default pool can have, by the listener's own.
POOL_PROTOCOLS: t.Mapping[str, tuple[str, ...]] = {
    "TCP": ("TCP",),
    "UDP": ("UDP", "QUIC"),
    "HTTP": ("HTTP",),
    "HTTPS": ("HTTP", "HTTPS"),
    "TERMINATED_HTTPS": ("HTTP",),
}


class Listener(t.TypedDict, total=False):
    """A listener as the API returns it, as far as it is read."""

    id: str
    name: str
    protocol: str
    default_pool_id: str | None
    loadbalancers: list[Reference]


def protocol_conflict(listener: Listener, protocol: str | None) -> list[str]:
    """Why the listener cannot have a pool of that protocol, as far as both are known."""
    own = listener.get("protocol")
    possible = POOL_PROTOCOLS.get(own or "")
    if possible is None or protocol is None or protocol in possible:
        return []
    return [f"the listener's protocol {own} takes pools with protocol {' or '.join(possible)}, not {protocol}"]


LISTENER: Resource[Listener] = Resource(
    kind="listener",
    collection=Collection(
        "/v3/{project_id}/elb/listeners",
        "listener",
        "listeners",
        {Verb.LIST: "Querying listeners", Verb.UPDATE: "Modifying a listener"},
    ),
    fields=(Field("default_pool_id", TEXT, default="", comparable=comparable_id),),
    shown={"protocol": TEXT, "loadbalancers": REFERENCES},
)
