# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One resource made present or absent: options → desired → current → plan → apply → result. The same for every resource."""

from __future__ import annotations

import typing as t

from .._errors import ElbError, Json, NotFound, ValidationFailed
from .._resource.plan import Outcome, Plan, PlanKind, make_plan, missing_in_response, plan_absent, shown_after
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


def allowed_to_ensure(resource: Resource[t.Any], params: Json, **more: t.Any) -> set[str]:
    """The IAM actions that a task which ensures a resource may need, whatever exists.

    :param more: what a creation sends besides the fields.
    """
    desired = {**resource.desired_from(params), **more}
    verbs = {Verb.GET if params["id"] else Verb.LIST}
    if params["state"] == "absent":
        verbs.add(Verb.DELETE)
    else:
        if not params["id"] and not resource.missing_to_create(desired, {}):
            verbs.add(Verb.CREATE)
        # What it is looked up by is never updated.
        identity = {} if params["id"] else resource.identity(desired).fields
        if resource.can_update({name: value for name, value in desired.items() if name not in identity}):
            verbs.add(Verb.UPDATE)
    return {resource.operation(verb).action for verb in verbs}


class Part(t.Generic[R]):
    """What belongs to a resource and is ensured after it, such as the health check of a pool."""

    #: What the result and the diff name it.
    name: str
    #: Its diff, once it is planned.
    before: t.Any = None
    after: t.Any = None
    #: The options that a response says nothing of, once it is planned.
    missing: t.Sequence[str] = ()

    def plan(self, current: R | None) -> list[str]:
        """Look at it, and plan what to do.

        :param current: the resource that it belongs to; ``None`` where that is to be created.
        :returns: the reasons against the plan.
        """
        raise NotImplementedError

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        raise NotImplementedError

    def apply(self, resource: R) -> R:
        """Carry out the plan.

        :param resource: the resource that it belongs to.
        :returns: the resource as it is then.
        """
        raise NotImplementedError

    @property
    def result(self) -> Json:
        """What the result has of it."""
        return {}


class Ensure(t.Generic[R]):
    """The run of one task. A subclass has what is particular to its resource."""

    resource: t.ClassVar[Resource[t.Any]]
    #: What to do instead of creating a resource with a given ID.
    no_such_id: t.ClassVar[str]

    def __init__(self, context: ApiContext) -> None:
        self.context = context
        self.params = context.params
        self.absent = self.params["state"] == "absent"
        self.desired = self.resource.desired_from(self.params)
        #: What is ensured after the resource.
        self.parts: list[Part[R]] = []

    @classmethod
    def run(cls, context: ApiContext) -> Json:
        """Make the resource present or absent, as the options say.

        :returns: ``changed``, the resource (as it is afterwards; empty when it does not exist), ``pool_id`` and ``diff``.
        :raises ElbError: when it cannot be done.
        """
        return cls(context)._run()

    # What a subclass says.

    @property
    def attempt(self) -> str:
        """What is to be done, to follow "Cannot"."""
        return f"{'remove' if self.absent else 'set up'} {self.resource.kind} {self.resource.label(self.params)}"

    def header(self, resource: t.Mapping[str, t.Any]) -> str:
        """The resource as the header of a diff names it.

        :param resource: what is known of it; perhaps nothing.
        """
        return f"{self.resource.kind} {resource.get('name') or self.params['name'] or self.params['id']}"

    def invalid(self) -> list[str]:
        """What is wrong with the options, as far as that is known before any request."""
        return self.resource.invalid(self.desired, self.absent) + invalid_id(self.context)

    def find(self) -> tuple[ResourceClient[R], R | None]:
        """Look for the resource.

        :returns: where it is or would be, and what it is now.
        :raises NotFound: when what it would be in does not exist.
        """
        raise NotImplementedError

    def assume(self, client: ResourceClient[R]) -> R | None:
        """In check mode, the placeholder for a resource that an earlier task of the same run may create."""
        return None

    def pool_id(self, client: ResourceClient[R], resource: t.Mapping[str, t.Any]) -> str:
        """The ID of the pool that the result is about."""
        raise NotImplementedError

    def removal_refusals(self, client: ResourceClient[R], current: R) -> list[str]:
        """The reasons against the removal."""
        return self.resource.blocks_removal(current, client.known_pool)

    def create(self, client: ResourceClient[R], plan: Plan) -> tuple[R, Outcome]:
        """Create the resource."""
        return client.create(self.desired, plan)

    def before_removal(self, client: ResourceClient[R], current: R) -> None:
        """Do what has to be done before the resource can be removed."""

    def after_present(self, client: ResourceClient[R], resource: R, outcome: Outcome) -> R:
        """Do what remains once the resource is as desired.

        :returns: the resource as it is then.
        """
        return resource

    # The way of every task.

    def _run(self) -> Json:
        reasons = self.invalid()
        if reasons:
            raise ValidationFailed(self.attempt, reasons)
        try:
            client, current = self.find()
        except NotFound:
            if not self.absent:
                raise
            return self._result({}, "", False, plan_absent(self.resource.fields, None))
        if current is None and not self.absent:
            if self.params["id"]:
                kind = self.resource.kind
                reason = f"there is no {kind} {self.params['id']}, and a {kind} cannot be created with a given ID. {self.no_such_id}"
                raise ElbError(f"Cannot {self.attempt}: {reason}")
            if self.context.check_mode:
                current = self.assume(client)
        placeholder = current is not None and any(map(self.context.is_placeholder, (current["id"], client.pool and client.pool.id)))
        plan = make_plan(self.resource.fields, self.desired, current, self.absent, placeholder)
        self._check(client, plan, current, placeholder)
        resource, changed = self._apply(client, plan, current)
        return self._result(resource, self.pool_id(client, current or resource), changed, plan)

    def _result(self, resource: t.Mapping[str, t.Any], pool_id: str, changed: bool, plan: Plan) -> Json:
        result: Json = {"changed": changed, self.resource.collection.one: resource, "pool_id": pool_id}
        before, after = dict(plan.before), dict(shown_after(self.resource.fields, plan))
        for part in self.parts:
            result.update(part.result)
            before.update({part.name: part.before} if part.before is not None else {})
            after.update({part.name: part.after} if part.after is not None else {})
        header = printable(self.header(resource or plan.before))
        return {**result, "diff": {"before": before, "after": after, "before_header": header, "after_header": header}}

    def _check(self, client: ResourceClient[R], plan: Plan, current: R | None, placeholder: bool) -> None:
        """Check what is known now, all of it at once and before the first write.

        :raises ValidationFailed: when the plan cannot be carried out.
        """
        if self.absent:
            reasons = self.removal_refusals(client, current) if current is not None else []
        else:
            reasons = self.resource.refusals(plan, self.desired, current, client.known_pool)
            reasons += [reason for part in self.parts for reason in part.plan(current)]
        # What an earlier task would create is not known, so nothing is refused.
        if placeholder:
            return
        if reasons:
            raise ValidationFailed(self.attempt, reasons)
        if self.absent:
            return
        missing = missing_in_response(self.resource.fields, self.desired, current)
        warn_of_missing(self.context, [*missing, *(option for part in self.parts for option in part.missing)])
        for warning in self.resource.warnings(self.desired, current, client.known_pool):
            self.context.warn(warning)

    def _apply(self, client: ResourceClient[R], plan: Plan, current: R | None) -> tuple[t.Mapping[str, t.Any], bool]:
        """Carry out the plan.

        :returns: the resource afterwards (in check mode as far as it is known), and whether anything was changed.
        """
        if plan.kind is PlanKind.DELETE and current is not None:
            self.before_removal(client, current)
            removed = client.delete(current, in_use=self.context.wrote)
            return {}, removed or self.context.wrote
        if self.absent:
            return {}, False
        if current is None:
            resource, outcome = self.create(client, plan)
        else:
            resource, outcome = client.update(current, plan), Outcome.UPDATED if plan.changed else Outcome.UNCHANGED
        for part in self.parts:
            resource = part.apply(resource)
        changed = outcome is not Outcome.UNCHANGED or any(part.changed for part in self.parts)
        return self.after_present(client, resource, outcome), changed


def warn_of_missing(context: ApiContext, options: t.Collection[str]) -> None:
    """Warn of options that could not be compared, because the service's response leaves them out."""
    if options:
        names = ", ".join(sorted(options))
        context.warn(f"The service's response does not include {names}: assumed to be as desired, so not changed.")
