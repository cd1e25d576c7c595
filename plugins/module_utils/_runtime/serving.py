# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking members into and out of service: what the tasks about one member and about many have in common."""

from __future__ import annotations

from .._errors import ApiError, Json
from .._resource.member import Member
from .context import MAX_SECONDS
from .resource_client import ResourceClient
from .wait import WAIT_OPTIONS, invalid_wait

#: Options, as in an argument spec.
SERVING_OPTIONS: Json = {**WAIT_OPTIONS, "drain_seconds": {"type": "float", "default": 0.0}}


def invalid_serving(params: Json) -> list[str]:
    """The errors in these options, which may be no finite numbers."""
    seconds = params["drain_seconds"]
    reasons = [] if 0 <= seconds <= MAX_SECONDS else [f"drain_seconds must be 0 to {MAX_SECONDS:g}, not {seconds:g}"]
    return reasons + invalid_wait(params)


def drain(client: ResourceClient[Member], member: Member) -> Member | None:
    """Let a member get no new requests.

    :returns: the member as it is then; ``None`` where it gets none already, or does not exist any more: nothing is to be waited for.
    """
    if member.get("weight") == 0:
        return None
    try:
        return client.set(member, f"drain member {client.resource.label(member)}", {"weight": 0})
    except ApiError as error:
        if not error.not_found:
            raise
        return None
