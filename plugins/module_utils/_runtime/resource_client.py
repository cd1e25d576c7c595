# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resources of one kind: lookups and changes, with their messages. Tasks for one resource and for many use it alike."""

from __future__ import annotations

import typing as t

from .._api.client import Call, Query
from .._errors import ApiError, ElbError, Json, ValidationFailed
from .._resource.ids import normalized_id
from .._resource.plan import Outcome, Plan, PlanKind, plan_present
from .._resource.pool import Pool
from .._resource.resource import Identity, R, Resource, Verb
from .context import ApiContext
from .create import create_once

#: How many IDs a message has at most, of those that have the same name.
_MOST_IDS = 100


class PoolRef(t.NamedTuple):
    """A pool, as its members refer to it."""

    id: str
    #: As messages name it.
    label: str
    #: What is known of it; perhaps nothing besides its ID.
    known: Pool


class ResourceClient(t.Generic[R]):
    """The pools of a project, the members of a pool, and so on.

    :param parent: the pool that they are in, where they are in one.
    :param label: how one of them is named in messages; by default by the label of the resource.
    """

    def __init__(
        self,
        context: ApiContext,
        resource: Resource[R],
        parent: PoolRef | None = None,
        label: t.Callable[[t.Mapping[str, t.Any]], str] | None = None,
    ) -> None:
        self.context = context
        self.resource = resource
        self.parent = parent
        self.label = label or resource.label
        self._parent_id: t.Mapping[str, str] = {"pool_id": parent.id} if parent else {}

    @property
    def known_parent(self) -> Pool:
        """The known fields of the pool that they are in."""
        return self.parent.known if self.parent else {}

    def get(self, resource_id: str) -> R | None:
        """The one of that ID, or ``None``.

        :raises ApiError: also where the pool that it would be in does not exist.
        """
        resource_id = normalized_id(resource_id)
        try:
            return t.cast(R, self.context.read(self._call(Verb.GET, f"get {self.resource.kind} {resource_id}", "of", resource_id)))
        except ApiError as error:
            if not error.not_found or self._is_about_parent(error, resource_id):
                raise
            return None

    def _is_about_parent(self, error: ApiError, resource_id: str) -> bool:
        """Whether it is the pool that does not exist: the message names it."""
        if self.parent is None or self.parent.id not in error.reason:
            return False
        return resource_id not in error.reason or resource_id == self.parent.id

    def read_all(self, query: Query | None = None, purpose: str = "") -> list[R]:
        """Those that match filters.

        :param query: filters; by default those of :func:`scope`.
        :param purpose: what they are read for, to follow "list ..." in messages.
        """
        limits = scope(self.context) if query is None else query
        attempt = f"list {'the ' if self.parent else ''}{self.resource.kinds}{purpose}"
        return t.cast("list[R]", self.context.pages(self._call(Verb.LIST, attempt, "of")._replace(query=limits)))

    def find(self, identity: Identity) -> list[R]:
        """Those that an identity means: at most one, where the service knows only one."""
        call = self._call(Verb.LIST, f"look for {self.resource.kind} {identity.label}", "in")
        found = self.context.pages(call._replace(query=[*identity.query, *scope(self.context)]))
        return [_completed(each, identity) for each in found if self.resource.matches(each, identity)]

    def find_one(self, identity: Identity, attempt: str, advice: str) -> R | None:
        """The one that an identity means, or ``None``; see :meth:`only`."""
        return self.only(self.find(identity), identity, attempt, advice)

    def only(self, found: list[R], identity: Identity, attempt: str, advice: str) -> R | None:
        """The one that was found, or ``None``.

        :param attempt: what cannot be done otherwise, to follow "Cannot".
        :param advice: what to do where there are several.
        :raises ElbError: when there are several; it lists their IDs.
        """
        if len(found) > 1:
            ids = sorted(str(each.get("id")) for each in found)[:_MOST_IDS]
            several = f"there are {len(found)} {self.resource.kinds} {identity.known_by}: {', '.join(ids)}"
            raise ElbError(f"Cannot {attempt}: {several}. {advice}", ids=ids)
        return found[0] if found else None

    def create(self, desired: Json, plan: Plan, look: t.Callable[[], list[R]] | None = None) -> tuple[R, Outcome]:
        """Create one, exactly once.

        :param look: finds those that the request would create, where their identity does not.

        :returns: it (in check mode as far as it is known), and what this task did: ADDED, or else, where another client was faster,
            UPDATED or UNCHANGED.
        :raises ValidationFailed: when the one of the other client cannot become as desired.
        """
        resource = self.resource
        call = self._call(Verb.CREATE, f"{resource.create_verb} {resource.kind} {self.label(desired)}", "to")._replace(body=plan.body)
        found = t.cast("t.Callable[[], list[Json]]", look or (lambda: self.find(resource.identity(desired))))
        created = create_once(self.context, call, found)
        if created.as_planned:
            predicted = {**plan.body, **self.context.id_of_created(f"{resource.kind} {self.label(desired)}")}
            return t.cast(R, created.resource or predicted), Outcome.ADDED
        again = plan_present(resource.fields, desired, created.resource)
        reasons = resource.refusals(again, desired, created.resource, self.known_parent)
        if reasons:
            raise ValidationFailed(call.attempt, reasons)
        outcome = Outcome.ADDED if created.ours else Outcome.UPDATED if again.changed else Outcome.UNCHANGED
        return self.update(t.cast(R, created.resource), again), outcome

    def update(self, current: R, plan: Plan) -> R:
        """Update one, where the plan changes it.

        :returns: it; in check mode as far as it is known.
        """
        if plan.kind is PlanKind.NOTHING:
            return current
        return self.set(current, f"update {self.resource.kind} {self.label(current)}", plan.body)

    def set(self, current: R, attempt: str, body: Json) -> R:
        """Send an update.

        :param current: the resource as it is.
        :param attempt: to follow "Could not" in a message.
        :param body: the fields to send.
        :returns: the resource; in check mode as far as it is known.
        """
        call = self._call(Verb.UPDATE, attempt, "of", str(current["id"]))._replace(body=body)
        return t.cast(R, self.context.write(call) or {**current, **body})

    def delete(self, current: R, in_use: str = "") -> bool:
        """Remove one.

        :param in_use: what the service may still count as a use of it, because this task removed it just before; see
            :meth:`ApiContext.remove`.
        :returns: whether this task did it; ``False`` where it did not exist any more.
        """
        attempt = f"remove {self.resource.kind} {self.label(current)}"
        return self.context.remove(self._call(Verb.DELETE, attempt, "from", str(current["id"])), in_use)

    def _call(self, verb: Verb, attempt: str, preposition: str, resource_id: str | None = None) -> Call:
        where = f" {preposition} pool {self.parent.label}" if self.parent else ""
        ids = {**self._parent_id, self.resource.collection.id_name: resource_id} if resource_id is not None else self._parent_id
        return Call(self.resource.operation(verb), attempt + where, ids)


def _completed(found: Json, identity: Identity) -> t.Any:
    """A resource with the fields that it was found by: the service's filters are trusted where a response leaves one out."""
    return {**identity.fields, **{name: value for name, value in found.items() if value is not None or name not in identity.fields}}


def scope(context: ApiContext) -> list[tuple[str, str]]:
    """The enterprise projects that a lookup is limited to."""
    given = context.params.get("enterprise_project_id") or []
    return [("enterprise_project_id", value) for value in ([given] if isinstance(given, str) else given)]


def scope_of_related(context: ApiContext) -> list[tuple[str, str]]:
    """The enterprise projects of what belongs to a resource that the task found: those of :func:`scope`, but any for one found by ID."""
    return scope(context) or ([("enterprise_project_id", "all_granted_eps")] if context.params.get("id") else [])
