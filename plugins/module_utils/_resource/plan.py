# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to change: a pure function of what is wanted and what is there.

The diff, the requests and the recorded actions are all read off the plan, so check mode cannot
disagree with the real run.
"""

from __future__ import annotations

import typing as t

from .fields import ALWAYS, NEVER, WHILE_BLANK, Field, Json

CREATE, UPDATE, DELETE, NOTHING, CONFLICT = "create", "update", "delete", "nothing", "conflict"
#: What became of a plan, as a summary calls it.
ADDED, UPDATED, REMOVED, UNCHANGED = "added", "updated", "removed", "unchanged"


class Conflict(t.NamedTuple):
    """A field that differs and cannot be changed in place."""

    option: str
    current: t.Any
    wanted: t.Any
    instead: str

    def __str__(self) -> str:
        return f"{self.option} is {_shown(self.current)} and cannot become {_shown(self.wanted)} in place: {self.instead}"


class Plan(t.NamedTuple):
    """What to do with one resource."""

    #: CREATE, UPDATE, DELETE, NOTHING or CONFLICT.
    kind: str
    #: What to send, with CREATE and UPDATE.
    body: Json
    #: The fields that the user manages, as they are and as they will be.
    before: Json
    after: Json
    conflicts: tuple[Conflict, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return self.kind in (CREATE, UPDATE, DELETE)

    @property
    def diff(self) -> Json:
        """The diff as Ansible shows it."""
        return {"before": self.before, "after": self.after}


def plan_present(fields: t.Sequence[Field], wanted: Json, current: Json | None) -> Plan:
    """Plan for a resource that should be there with the *wanted* fields.

    :param wanted: the fields that are managed, by the API's names.
    :param current: the service's answer for the resource, ``None`` where there is none.
    """
    if current is None:
        after = {field.name: field.target(wanted[field.name], None, wanted) for field in fields if field.name in wanted}
        return Plan(CREATE, {name: value for name, value in after.items() if value is not None}, {}, after)
    body, before, after, conflicts = {}, {}, {}, []
    for field in fields:
        if field.name not in wanted:
            continue
        now = field.of(current)
        target = field.target(wanted[field.name], now, current)
        before[field.name] = after[field.name] = now
        if field.same(target, now, current):
            continue
        after[field.name] = target
        if field.change == ALWAYS or (field.change == WHILE_BLANK and not now):
            body[field.name] = target
        else:
            conflicts.append(Conflict(field.option_key, now, target, field.instead))
    kind = CONFLICT if conflicts else UPDATE if body else NOTHING
    return Plan(kind, body, before, after, tuple(conflicts))


def untold(fields: t.Sequence[Field], wanted: Json, current: Json | None) -> list[str]:
    """The options of which the service's answer tells nothing, so that the plan takes them to be as they are wanted."""
    if current is None:
        return []
    return [field.option_key for field in fields if field.name in wanted and not field.nullable and field.of(current) is None]


def plan_unseen(fields: t.Sequence[Field], wanted: Json) -> Plan:
    """Plan for a resource that a task before this one would make: nobody knows yet what differs, so all that can be updated may have to be."""
    body = {
        field.name: field.target(wanted[field.name], None, wanted) for field in fields if field.name in wanted and field.change != NEVER
    }
    return Plan(UPDATE if body else NOTHING, body, {}, dict(body))


def choose(fields: t.Sequence[Field], wanted: Json, current: Json | None, absent: bool, unseen: bool) -> Plan:
    """The plan for a task.

    :param absent: whether the resource should not be there.
    :param unseen: whether *current* only stands for what a task before this one would make.
    """
    if absent:
        return plan_absent(fields, current)
    return plan_unseen(fields, wanted) if unseen else plan_present(fields, wanted, current)


def plan_absent(fields: t.Sequence[Field], current: Json | None) -> Plan:
    """Plan for a resource that should not be there."""
    if current is None:
        return Plan(NOTHING, {}, {}, {})
    return Plan(DELETE, {}, {field.name: field.of(current) for field in fields}, {})


def _shown(value: t.Any) -> str:
    if value in (None, ""):
        return "not set"
    # As people write it.
    return str(value).lower() if isinstance(value, bool) else str(value)
