# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One resource made present or absent: options → desired → current → plan → apply → result. The same for every resource."""

from __future__ import annotations

import abc
import typing as t

from .._errors import ElbError, Json, NotFound, ValidationFailed
from .._resource.plan import Outcome, Plan, PlanKind, make_plan, missing_in_response, shown_after
from .._resource.resource import R, Resource, Verb
from .context import ApiContext
from .lookup import invalid_id
from .printable import printable
from .resource_client import ResourceClient

#: The options of every such task, as in an argument spec.
ENSURE_OPTIONS: Json = {
    "id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "enterprise_project_id": {"type": "str"},
}


def is_absent(params: Json) -> bool:
    """Whether a task with these options removes its resource."""
    return bool(params["state"] == "absent")


def allowed_to_ensure(resource: Resource[t.Any], params: Json, **more: t.Any) -> set[str]:
    """The IAM actions that a task which ensures a resource may need, whatever exists.

    :param more: what a creation sends besides the fields.
    """
    desired = {**resource.desired_from(params), **more}
    verbs = {Verb.GET if params["id"] else Verb.LIST}
    if is_absent(params):
        verbs.add(Verb.DELETE)
    else:
        if not params["id"] and not resource.missing_to_create(desired, {}):
            verbs.add(Verb.CREATE)
        # What it is looked up by is never updated.
        identity = {} if params["id"] else resource.identity(desired).fields
        if resource.can_update({name: value for name, value in desired.items() if name not in identity}):
            verbs.add(Verb.UPDATE)
    return {resource.operation(verb).action for verb in verbs}


class Ensure(t.Generic[R]):
    """The walk of one resource: find → plan → check → apply → result. A subclass has what is particular to its resource.

    What belongs to a resource, such as the health check of a pool, is a part of it: a walk of its own, with the resource as its owner.

    :param options: by default those of the task.
    """

    resource: t.ClassVar[Resource[t.Any]]
    #: What to do instead of creating a resource with a given ID.
    no_such_id: t.ClassVar[str] = ""
    #: The options that narrow a lookup by name.
    narrowed_by: t.ClassVar[tuple[str, ...]] = ()

    def __init__(self, context: ApiContext, options: Json | None = None) -> None:
        self.context = context
        self.params = context.params if options is None else options
        self.absent = is_absent(self.params)
        self.desired = self.resource.desired_from(self.params)
        self.client: ResourceClient[R] = ResourceClient(context, self.resource)
        self.parts: list[Part[t.Any]] = []
        #: The resource as it is; once the plan is applied, as it is then.
        self.current: R | None = None
        #: The resource as it was before that.
        self.found: R | None = None
        self.plan = Plan(PlanKind.NOTHING)
        #: Whether the plan was applied and changed anything; in check mode, whether it would.
        self.changed = False

    @classmethod
    def run(cls, context: ApiContext) -> Json:
        """Make the resource present or absent, as the options of the task say.

        :returns: ``changed``, ``diff`` and :attr:`result`.
        :raises ElbError: when it cannot be done.
        """
        return cls(context)._run()

    # For subclasses to override.

    @property
    def attempt(self) -> str:
        """The attempt, to follow "Cannot"."""
        return f"{'remove' if self.absent else 'set up'} {self.resource.kind} {self.resource.label(self.params)}"

    def header(self, resource: t.Mapping[str, t.Any]) -> str:
        """The resource as the header of a diff names it.

        :param resource: what is known of it; perhaps nothing.
        """
        return f"{self.resource.kind} {resource.get('name') or self.params['name'] or self.params['id']}"

    @property
    def if_several(self) -> str:
        """What to do where the identity means several."""
        others = " or ".join(repr(name) for name in self.narrowed_by if not self.params[name])
        advice = f"Give the ID of the right one as 'id'{others and f', or narrow the lookup with {others}'}."
        if self.absent:
            return advice
        return f"{advice} Where two tasks created them at the same time, such as on two hosts, remove one by its ID, and use run_once."

    def invalid(self) -> list[str]:
        """The errors in the options that are known before any request."""
        reasons = self.resource.invalid(self.desired, self.absent) + invalid_id(self.context)
        return reasons + [reason for part in self.parts for reason in part.invalid()]

    def find(self) -> R | None:
        """Look for the resource: by its ID, else by what identifies it.

        :raises NotFound: when what it would be in does not exist.
        """
        if self.params["id"]:
            return self.client.get(self.params["id"])
        return self.client.find_one(self.resource.identity(self.desired), self.attempt, self.if_several)

    def assume(self) -> R | None:
        """In check mode, the placeholder for a resource that an earlier task of the same run may create."""
        return None

    @property
    def parent(self) -> t.Mapping[str, t.Any]:
        """What is known of the resource that it is in, or belongs to."""
        return self.client.known_parent

    def refusals(self) -> list[str]:
        """The reasons against the plan."""
        if not self.absent:
            return self.resource.refusals(self.plan, self.desired, self.current, self.parent)
        return [] if self.current is None else self.removal_refusals(self.current)

    def removal_refusals(self, current: R) -> list[str]:
        """The reasons against the removal."""
        return self.resource.blocks_removal(current, self.parent)

    def create(self) -> tuple[R, Outcome]:
        """Create the resource."""
        return self.client.create(self.desired, self.plan)

    def remove(self, current: R) -> bool:
        """Remove the resource.

        :returns: whether this task did it; ``False`` where it did not exist any more.
        """
        return self.client.delete(current)

    def after_present(self, resource: R, outcome: Outcome) -> R:
        """Do what remains once the resource is as desired.

        :returns: the resource as it is then.
        """
        return resource

    @property
    def result(self) -> Json:
        """What the result of the task has of the resource: as it is afterwards, empty where it does not exist."""
        return {self.resource.collection.one: self.current or {}}

    # The walk.

    def _run(self) -> Json:
        self._refuse(self.invalid())
        try:
            self._refuse(self.make_plan())
        except NotFound:
            if not self.absent:
                raise
        if not self.absent and not self.is_placeholder:
            warn_of_missing(self.context, self.missing_in_response())
            for warning in self.resource.warnings(self.desired, self.current, self.parent):
                self.context.warn(warning)
        self.found = self.current
        self.apply()
        result: Json = {"changed": self.changed, **self.result}
        before, after = dict(self.plan.before), dict(shown_after(self.resource.fields, self.plan))
        for part in self.parts:
            result.update(part.result)
            if part.plan.changed or part.plan.before:
                before[part.name], after[part.name] = part.plan.before, part.plan.after
        header = printable(self.header(self.current or self.plan.before), self.context.mask)
        return {**result, "diff": {"before": before, "after": after, "before_header": header, "after_header": header}}

    def _refuse(self, reasons: t.Sequence[str]) -> None:
        if reasons:
            raise ValidationFailed(self.attempt, reasons)

    @property
    def is_placeholder(self) -> bool:
        """Whether the resource stands for one that an earlier task would create: unknown values are no reason against a plan."""
        parent = self.client.parent
        return self.current is not None and any(map(self.context.is_placeholder, (self.current["id"], parent and parent.id)))

    def make_plan(self) -> list[str]:
        """Find the resource, and plan what to do with it and its parts. Nothing is written.

        :returns: the reasons against the plan, all of them at once.
        :raises ElbError: when it cannot be planned.
        """
        self.current = self.find()
        if self.current is None and not self.absent:
            if self.params["id"]:
                reason = f"it does not exist, and a {self.resource.kind} cannot be created with a given ID. {self.no_such_id}"
                raise ElbError(f"Cannot {self.attempt}: {reason}")
            if self.context.check_mode:
                self.current = self.assume()
        self.plan = make_plan(self.resource.fields, self.desired, self.current, self.absent, self.is_placeholder)
        reasons = self.refusals()
        if self.is_placeholder:
            reasons = []
        return reasons + [reason for part in self.parts for reason in part.plan_for(self.current)]

    def missing_in_response(self) -> list[str]:
        """The options that could not be compared, because the service's response leaves them out."""
        missing = [] if self.absent else missing_in_response(self.resource.fields, self.desired, self.current)
        return missing + [f"{part.name}.{option}" for part in self.parts for option in part.missing_in_response()]

    def apply(self) -> None:
        """Carry out the plan, for its parts as well."""
        if self.absent:
            if self.current is not None:
                removed = self.remove(self.current)
                self.current, self.changed = None, removed or self.context.wrote
            return
        if self.current is None:
            self.current, outcome = self.create()
        else:
            self.current = self.client.update(self.current, self.plan)
            outcome = Outcome.UPDATED if self.plan.changed else Outcome.UNCHANGED
        for part in self.parts:
            self.current = part.apply_to(self.current)
        self.changed = outcome is not Outcome.UNCHANGED or any(part.changed for part in self.parts)
        self.current = self.after_present(self.current, outcome)


class Part(Ensure[R], abc.ABC):
    """The walk of what belongs to a resource, its owner: planned and applied with it, such as the health check of a pool."""

    #: The key of the diff, and of the options that could not be compared.
    name: t.ClassVar[str]

    @abc.abstractmethod
    def plan_for(self, owner: t.Any) -> list[str]:
        """As :meth:`make_plan`.

        :param owner: ``None`` where it is to be created.
        """

    @abc.abstractmethod
    def apply_to(self, owner: t.Any) -> t.Any:
        """As :meth:`apply`.

        :returns: the owner as it is then.
        """

    @property
    def result(self) -> Json:
        """What the result of the owner's task has of it."""
        return {}


def warn_of_missing(context: ApiContext, options: t.Collection[str]) -> None:
    """Warn of options that could not be compared, because the service's response leaves them out."""
    if options:
        names = ", ".join(sorted(options))
        context.warn(f"The service's response does not include {names}: assumed to be as desired, so not changed.")
