# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of a run in check mode, as :mod:`_pending` follows it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.otc.elb.plugins.module_utils._api.operations import MEMBER_DELETE, MEMBER_UPDATE, Operation
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Json, is_later


class Step:
    """One task: its options as the module takes them, its result, and what it needs."""

    def __init__(self, args: Json, result: Json, told: t.Collection[str]) -> None:
        self.args = args
        self.result = result
        #: The ID of the pool that check mode found; empty where it found none.
        self.real_id = "" if is_later(result.get("pool_id")) else str(result.get("pool_id") or "")
        self.actions = set(told)
        #: Of these, the ones that are needed only if there is what check mode cannot show.
        self.perhaps: set[str] = set()

    def needs(self, *operations: Operation) -> None:
        """Add what the task surely needs."""
        self.actions.update(operation.action for operation in operations)

    def may_need(self, *operations: Operation) -> None:
        """Add what it needs perhaps."""
        unsure = {operation.action for operation in operations} - self.actions
        self.perhaps |= unsure
        self.actions |= unsure

    def guessed(self, operation: Operation) -> None:
        """Take back what the module could only guess."""
        self.actions.discard(operation.action)

    def removal(self, weight: int) -> tuple[Operation, ...]:
        """What it takes to remove a member."""
        return (MEMBER_UPDATE, MEMBER_DELETE) if self.args["drain_seconds"] and weight else (MEMBER_DELETE,)

    def shown(self, name: str) -> Json:
        """A resource of the result; empty where it has none."""
        return _resource(self.result.get(name))

    def listed(self, name: str) -> list[Json]:
        """The resources of a list of the result."""
        value = self.result.get(name)
        return list(filter(None, map(_resource, value))) if isinstance(value, list) else []


def _resource(value: t.Any) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}
