# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans: a pure function of desired and current.

The diff, the requests and the recorded actions are all read off the plan, so check mode cannot disagree with the real run.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .._errors import Json
from .fields import Field, Updatable


class PlanKind(enum.Enum):
    """The change that a plan makes."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NOTHING = "nothing"
    CONFLICT = "conflict"


class Outcome(str, enum.Enum):
    """The change that was made, as a summary names it."""

    ADDED = "added"
    UPDATED = "updated"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


@dataclasses.dataclass(frozen=True)
class Conflict:
    """A field that differs and cannot be changed in place."""

    option: str
    current: t.Any
    desired: t.Any
    instead: str

    def __str__(self) -> str:
        return f"{self.option} is {_shown(self.current)} and cannot become {_shown(self.desired)} in place: {self.instead}"


@dataclasses.dataclass(frozen=True)
class Plan:
    """The change of one resource."""

    kind: PlanKind
    #: What to send, with CREATE and UPDATE.
    body: Json = dataclasses.field(default_factory=dict)
    #: The managed fields, as they are and as they will be.
    before: Json = dataclasses.field(default_factory=dict)
    after: Json = dataclasses.field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return self.kind in (PlanKind.CREATE, PlanKind.UPDATE, PlanKind.DELETE)


def make_plan(fields: t.Sequence[Field], desired: Json, current: t.Mapping[str, t.Any] | None, absent: bool, placeholder: bool) -> Plan:
    """The plan for a resource.

    :param desired: the managed fields, by the API's names.
    :param current: the service's response for the resource, ``None`` where there is none.
    :param absent: whether the resource should not exist.
    :param placeholder: whether *current* only stands for what an earlier task of the same run would create.
    """
    if absent:
        return plan_absent(fields, current)
    return plan_placeholder(fields, desired) if placeholder else plan_present(fields, desired, current)


def plan_present(fields: t.Sequence[Field], desired: Json, current: t.Mapping[str, t.Any] | None) -> Plan:
    """The plan for a resource that should exist with the *desired* fields."""
    if current is None:
        after = {field.name: field.target(desired[field.name], None, desired) for field in fields if field.name in desired}
        return Plan(PlanKind.CREATE, {name: value for name, value in after.items() if value is not None}, {}, after)
    body, before, after, conflicts = {}, {}, {}, []
    for field in fields:
        if field.name not in desired:
            continue
        now = field.value_in(current)
        target = field.target(desired[field.name], now, current)
        before[field.name] = after[field.name] = now
        if field.equal(target, now, current):
            continue
        after[field.name] = target
        if field.updatable is Updatable.ALWAYS or (field.updatable is Updatable.WHILE_BLANK and not now):
            body[field.name] = target
        else:
            conflicts.append(Conflict(field.option_key, now, target, field.instead))
    kind = PlanKind.CONFLICT if conflicts else PlanKind.UPDATE if body else PlanKind.NOTHING
    return Plan(kind, body, before, after, tuple(conflicts))


def shown_after(fields: t.Sequence[Field], plan: Plan) -> Json:
    """The managed fields as a diff shows them: of a new resource all that are known, as of one that is removed."""
    if plan.kind is not PlanKind.CREATE:
        return plan.after
    # What the service fills in is not known of a field that it may set by itself.
    known = {field.name: field.default for field in fields if field.default is not None and field.updatable is not Updatable.WHILE_BLANK}
    values = {**known, **plan.after}
    return {field.name: values[field.name] for field in fields if field.name in values}


def plan_placeholder(fields: t.Sequence[Field], desired: Json) -> Plan:
    """The plan for a resource that an earlier task would create: what differs is not known, so all that can be updated is."""
    body = {
        field.name: field.target(desired[field.name], None, desired)
        for field in fields
        if field.name in desired and field.updatable is not Updatable.NEVER
    }
    return Plan(PlanKind.UPDATE if body else PlanKind.NOTHING, body, {}, dict(body))


def plan_absent(fields: t.Sequence[Field], current: t.Mapping[str, t.Any] | None) -> Plan:
    """The plan for a resource that should not exist."""
    if current is None:
        return Plan(PlanKind.NOTHING)
    return Plan(PlanKind.DELETE, before={field.name: field.value_in(current) for field in fields})


def missing_in_response(fields: t.Sequence[Field], desired: Json, current: t.Mapping[str, t.Any] | None) -> list[str]:
    """The options that the service's response leaves out, so that the plan assumes them to be as desired."""
    if current is None:
        return []
    return [field.option_key for field in fields if field.name in desired and not field.nullable and field.value_in(current) is None]


def _shown(value: t.Any) -> str:
    if value in (None, ""):
        return "not set"
    # In YAML's spelling.
    return str(value).lower() if isinstance(value, bool) else str(value)
