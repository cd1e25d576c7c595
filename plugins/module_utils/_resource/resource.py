# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Descriptions of the API's resources. One driver (``_runtime``) serves them all."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .._errors import Json
from .fields import Field, Rule, Updatable, argument_spec, broken_rules, desired_from, wrong_values
from .plan import Plan, PlanKind


class Verb(enum.Enum):
    """The operations on a resource; the value is the last part of the IAM action."""

    CREATE = "create"
    GET = "get"
    LIST = "list"
    UPDATE = "put"
    DELETE = "delete"


_METHODS = {Verb.CREATE: "POST", Verb.GET: "GET", Verb.LIST: "GET", Verb.UPDATE: "PUT", Verb.DELETE: "DELETE"}


class Operation(t.NamedTuple):
    """One call of the API."""

    #: The IAM action that a user needs for it.
    action: str
    method: str
    #: Path below the endpoint, with ``{placeholders}``.
    path: str
    #: The API reference's title of the call.
    function: str
    verb: Verb
    #: The key that wraps the resource in request and response; empty where there is no body.
    envelope: str

    @property
    def lists(self) -> bool:
        """Whether the response holds a list, in pages."""
        return self.verb is Verb.LIST

    @property
    def api(self) -> str:
        """Method and path as the API reference writes them, for messages and documentation."""
        return f"{self.method} {self.path}"


@dataclasses.dataclass(frozen=True)
class Collection:
    """Where the API keeps the resources of a kind; paths, methods, envelopes and IAM actions follow from it."""

    #: Path below the endpoint, with ``{placeholders}``.
    path: str
    #: The keys that wrap one resource and a list of them.
    one: str
    many: str
    #: What the API can do with them: the API reference's title of each call.
    functions: t.Mapping[Verb, str]
    #: IAM actions that the API's tables spell in another way.
    irregular_actions: t.Mapping[Verb, str] = dataclasses.field(default_factory=dict)

    @property
    def id_name(self) -> str:
        """The placeholder for the ID of one of them, in paths."""
        return f"{self.one}_id"

    def operation(self, verb: Verb) -> Operation:
        """One of the calls.

        :raises KeyError: where the collection has no such call.
        """
        path = self.path if verb in (Verb.CREATE, Verb.LIST) else f"{self.path}/{{{self.id_name}}}"
        envelope = {Verb.LIST: self.many, Verb.DELETE: ""}.get(verb, self.one)
        action = self.irregular_actions.get(verb, f"elb:{self.many}:{verb.value}")
        return Operation(action, _METHODS[verb], path, self.functions[verb], verb, envelope)


class Identity(t.NamedTuple):
    """The key of a lookup for one resource."""

    #: As messages name it, such as "'web'", and how it is known by that, such as "named 'web'".
    label: str
    known_by: str
    #: The filters of the list call.
    query: tuple[tuple[str, t.Any], ...]
    #: The values by which it is recognised in the response. The service's own filters are trusted where a response leaves one out.
    fields: Json


def by_name(name: str, *query: tuple[str, t.Any]) -> Identity:
    """Look up by name.

    :param query: further filters.
    """
    return Identity(repr(name), f"named {name!r}", (("name", name), *query), {"name": name})


def by_id(resource_id: str) -> Identity:
    """Look up by ID with the list call, where the task needs its IAM action in any case."""
    return Identity(resource_id, f"with the ID {resource_id}", (("id", resource_id),), {"id": resource_id})


def id_or_name(resource: t.Mapping[str, t.Any]) -> str:
    """A resource as messages name it: its ID, else its name."""
    return str(resource["id"]) if resource.get("id") else repr(resource.get("name") or "")


def _no_reasons(*arguments: t.Any) -> list[str]:
    return []


#: A resource as the API returns it: a ``TypedDict``.
R = t.TypeVar("R", bound=t.Mapping[str, t.Any])


@dataclasses.dataclass(frozen=True)
class Resource(t.Generic[R]):
    """One kind of resource."""

    #: As messages name it.
    kind: str
    collection: Collection
    #: How one of them is named in messages.
    label: t.Callable[[t.Mapping[str, t.Any]], str] = id_or_name
    #: The fields that users manage, and what they allow of one another.
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    #: The types of the other fields of a response that are read, as in an argument spec.
    shown: Json = dataclasses.field(default_factory=dict)
    #: The filters of the list call, as in an argument spec.
    filters: Json = dataclasses.field(default_factory=dict)
    #: The verb of messages about creating one.
    create_verb: str = "create"
    #: ``desired -> what it is looked up by``.
    identity: t.Callable[[Json], Identity] = lambda desired: by_name(desired["name"])
    #: What is known of the *parent*, that is the resource that it is in or belongs to, is empty where there is none.
    #: ``(desired, parent) -> the reasons against its creation``.
    missing_to_create: t.Callable[[Json, t.Mapping[str, t.Any]], list[str]] = _no_reasons
    #: ``(desired, current, parent) -> what is wrong with them together, where a rule of values cannot say it``.
    incomplete: t.Callable[[Json, t.Mapping[str, t.Any] | None, t.Mapping[str, t.Any]], list[str]] = _no_reasons
    #: ``(desired, current, parent) -> what has no effect``.
    warnings: t.Callable[[Json, t.Mapping[str, t.Any] | None, t.Mapping[str, t.Any]], list[str]] = _no_reasons
    #: ``(current, parent) -> the reasons against its removal``.
    blocks_removal: t.Callable[[t.Mapping[str, t.Any], t.Mapping[str, t.Any]], list[str]] = _no_reasons

    @property
    def kinds(self) -> str:
        """Several of them, as messages name them."""
        return f"{self.kind[:-1]}ies" if self.kind.endswith("y") else f"{self.kind}s"

    def operation(self, verb: Verb) -> Operation:
        """One of the API's calls for it."""
        return self.collection.operation(verb)

    @property
    def argument_spec(self) -> Json:
        """The options of its fields."""
        return argument_spec(self.fields)

    @property
    def response_spec(self) -> Json:
        """The types of its fields in a response, as in an argument spec."""
        return {**{field.name: field.option for field in self.fields}, "id": {"type": "str"}, "name": {"type": "str"}, **self.shown}

    def desired_from(self, params: Json) -> Json:
        """The fields that the options give a value, by the API's names."""
        return desired_from(self.fields, params)

    def can_update(self, desired: Json) -> bool:
        """Whether any of the desired fields can be updated."""
        return any(field.name in desired and field.updatable is not Updatable.NEVER for field in self.fields)

    def invalid(self, desired: Json, absent: bool = False) -> list[str]:
        """The errors in the desired values that are known before any request."""
        return wrong_values(self.fields, desired) + ([] if absent else broken_rules(self.rules, self.fields, desired))

    def refusals(self, plan: Plan, desired: Json, current: t.Mapping[str, t.Any] | None, parent: t.Mapping[str, t.Any]) -> list[str]:
        """The reasons against the plan, all of it at once and before the first write.

        :param parent: what is known of the resource that it is in or belongs to.
        """
        reasons = [str(conflict) for conflict in plan.conflicts]
        reasons += broken_rules(self.rules, self.fields, desired, current or {})
        reasons += self.incomplete(desired, current, parent)
        if plan.kind is PlanKind.CREATE:
            reasons += self.missing_to_create(desired, parent)
        return reasons

    def matches(self, found: t.Mapping[str, t.Any], identity: Identity) -> bool:
        """Whether a resource of a list is the one that was looked for."""
        filtered = {name for name, dummy in identity.query}
        comparable = {field.name: field.comparable for field in self.fields}
        for name, value in identity.fields.items():
            current = found.get(name)
            if current is None:
                if name not in filtered:
                    return False
            elif name not in comparable:
                if current != value:
                    return False
            elif comparable[name](current, found) != comparable[name](value, found):
                return False
        return True
