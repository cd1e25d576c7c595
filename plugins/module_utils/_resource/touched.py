# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes of a pool by earlier tasks of a run, which check mode does not show to later tasks."""

from __future__ import annotations

import dataclasses
import typing as t

from .member import Key, key_of

#: Stands for a member that a task identifies by something else than its address and port.
ANY_MEMBER: t.Final[Key] = ("any", None)


@dataclasses.dataclass
class TouchedPool:
    """A pool that earlier tasks would create or change."""

    #: The names and IDs by which tasks refer to it.
    names: set[str] = dataclasses.field(default_factory=set)
    #: Its members that they would add or change.
    members: set[Key] = dataclasses.field(default_factory=set)
    #: Whether it may have a health check that check mode does not see.
    health_check: bool = False

    def merge(self, other: TouchedPool) -> None:
        """Add the facts of another one, which may be the same pool."""
        self.names |= other.names
        self.members |= other.members
        self.health_check |= other.health_check

    def has(self, member: t.Mapping[str, t.Any]) -> bool:
        """Whether a member, as options name it, may be among the touched ones."""
        return bool(self.members) and (ANY_MEMBER in self.members or not member["address"] or key_of(member) in self.members)
