# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``elb_pool_members``: the members of a pool as in a list. This compares; :mod:`pool_members_apply` carries the plans out."""

from __future__ import annotations

import typing as t

from .._errors import Json, ValidationFailed
from .._resource.member import FIELDS, MEMBER, Key, Member, entry_label, key_of
from .._resource.plan import Plan, PlanKind, missing_in_response, plan_absent, plan_present, shown_after
from .._resource.resource import Verb
from .._resource.touched import ANY_MEMBER, TouchedPool
from .._runtime.context import ApiContext
from .._runtime.ensure import warn_of_missing
from .._runtime.lookup import POOL_OPTION, allowed_to_resolve_pool, resolve_pool
from .._runtime.no_effect import NoEffect
from .._runtime.printable import printable
from .._runtime.resource_client import PoolRef, ResourceClient
from .._runtime.serving import SERVING_OPTIONS, invalid_serving
from .._runtime.task import Changes, Task
from .._runtime.wait import warn_of_no_requests
from .pool_members_apply import CHANGES, Item, Rollout, counts_of

#: The bounds of the option ``concurrency``.
MIN_CONCURRENCY, MAX_CONCURRENCY = 1, 32


def _attempt(params: Json) -> str:
    return f"set up the members of pool {str(params['pool'])!r}"


def _ensure(context: ApiContext) -> Json:
    """Make the members of a pool match the list.

    :returns: ``changed``, ``members`` (all of the pool's, as they are afterwards, unless ``return_members`` is false), ``added``,
        ``updated``, ``removed``, ``pool_id``, ``summary`` and ``diff``.
    :raises PartialFailure: when some of it failed; the rest is done, and ``failed_members`` and ``summary`` say what.
    """
    attempt = _attempt(context.params)
    entries = _desired(context, attempt)
    pool, found = resolve_pool(context, attempt, lambda pool: ResourceClient(context, MEMBER, pool).read_all(), assume=True)
    items = _plan(context, attempt, pool, entries, found)
    listed = [item for item in items if item.index is not None]
    for warning in dict.fromkeys(warning for item in listed for warning in MEMBER.warnings(item.desired, item.before, pool.known)):
        context.warn(warning)
    warn_of_missing(context, {option for item in listed for option in missing_in_response(FIELDS, item.desired, item.before)})
    if context.params["wait"]:
        warn_of_no_requests(context, [item.desired for item in listed if not item.serves_after])
    if any(item.plan.changed for item in items) or (context.params["wait"] and not context.check_mode):
        Rollout(context, pool, items).run()
    result = {**counts_of(context, pool, items), **_changes(items)}
    if context.params["return_members"]:
        result["members"] = [item.now for item in items if item.now is not None]
    return {**result, **({"diff": _diff(context, pool, items)} if context.show_diff else {})}


def _changes(items: list[Item]) -> Json:
    """Which members were added, updated and removed."""
    return {outcome.value: [item.reference for item in items if item.outcome is outcome] for outcome in CHANGES}


def _diff(context: ApiContext, pool: PoolRef, items: list[Item]) -> Json:
    managed = [item for item in items if item.index is not None or item.plan.changed]
    header = printable(f"members of pool {pool.known.get('name') or pool.id}", context.mask)
    return {
        "before_header": header,
        "after_header": header,
        "before": {item.label: item.plan.before for item in managed if item.before is not None},
        "after": {item.label: shown_after(FIELDS, item.plan) for item in managed if item.index is not None},
    }


def _desired(context: ApiContext, attempt: str) -> list[Json]:
    """The list as desired fields, checked whole.

    :raises ValidationFailed: when an entry or another option cannot work.
    """
    params = context.params
    entries = [MEMBER.desired_from(entry) for entry in params["members"]]
    reasons = _invalid(dict(enumerate(entries)))
    if not entries and params["purge"] and not params["allow_empty"]:
        reasons.append(
            "members is empty, and 'purge: true' would remove every member of the pool. Check what the list is made of; "
            "if the pool is to be emptied, set 'allow_empty: true'"
        )
    if not MIN_CONCURRENCY <= params["concurrency"] <= MAX_CONCURRENCY:
        reasons.append(f"concurrency must be {MIN_CONCURRENCY} to {MAX_CONCURRENCY}, not {params['concurrency']}")
    reasons += invalid_serving(params)
    if reasons:
        raise ValidationFailed(attempt, reasons)
    return entries


def _invalid_entries(entries: t.Mapping[int, Json]) -> list[str]:
    """The errors in the values of the list's entries.

    :param entries: as options, by their indices.
    """
    return _invalid({index: MEMBER.desired_from(entry) for index, entry in entries.items()})


def _invalid(entries: t.Mapping[int, Json]) -> list[str]:
    reasons: list[str] = []
    first: dict[Key, int] = {}
    for index, desired in entries.items():
        wrong = MEMBER.invalid(desired)
        same = first.setdefault(key_of(desired), index)
        if same != index and not wrong:
            wrong.append(f"members[{same}] has the same address and port")
        reasons += [f"{entry_label('members', index, desired)}: {reason}" for reason in wrong]
    return reasons


def _plan(context: ApiContext, attempt: str, pool: PoolRef, entries: list[Json], found: list[Member]) -> list[Item]:
    """Compare the list with the pool's members, by address and port.

    :raises ValidationFailed: when an entry cannot work; nothing is written then.
    """
    purge = context.params["purge"]
    existing: dict[Key, list[Member]] = {}
    for member in found:
        existing.setdefault(key_of(member), []).append(member)
    items: list[Item] = []
    # Without its address, a member could be taken for another one and be removed although the list has it.
    reasons = [f"the service's response has no address or port for member {member['id']}" for member in found if None in key_of(member)]
    for index, desired in enumerate(entries):
        same = existing.pop(key_of(desired), [])
        entry = entry_label("members", index, desired)
        if len(same) > 1:
            ids = ", ".join(str(member["id"]) for member in same)
            reasons.append(
                f"{entry}: the pool has {len(same)} members with this address and port: {ids}. Remove one of them by its ID first"
            )
        current = same[0] if same else None
        plan = plan_present(FIELDS, desired, current)
        reasons += [f"{entry}: {reason}" for reason in MEMBER.refusals(plan, desired, current, pool.known)]
        items.append(Item(index, desired, current, plan))
    if existing and purge:
        reasons += MEMBER.blocks_removal({}, pool.known)
    if reasons:
        raise ValidationFailed(attempt, reasons)
    for member in (member for members in existing.values() for member in members):
        items.append(Item(None, dict(member), member, plan_absent(FIELDS, member) if purge else Plan(PlanKind.NOTHING)))
    return items


def _allowed(params: Json) -> set[str]:
    """The IAM actions that a task with these options may need."""
    verbs = {Verb.LIST}
    if params["members"]:
        verbs.add(Verb.CREATE)
    if any(MEMBER.can_update(MEMBER.desired_from(entry)) for entry in params["members"]):
        verbs.add(Verb.UPDATE)
    if params["purge"]:
        verbs |= {Verb.DELETE, Verb.UPDATE} if params["drain_seconds"] else {Verb.DELETE}
    return {MEMBER.operation(verb).action for verb in verbs} | allowed_to_resolve_pool(params)


def _touch(pool: TouchedPool, params: Json) -> None:
    pool.members |= {key_of(entry) for entry in params["members"]} | ({ANY_MEMBER} if params["purge"] else set())


def _allowed_after(params: Json, pool: TouchedPool) -> set[str]:
    """See :class:`Changes`."""
    entries = [entry for entry in params["members"] if pool.has(entry)]
    return _allowed({**params, "members": entries, "purge": params["purge"] and bool(pool.members)})


_NO_EFFECT = (
    NoEffect(
        ("drain_seconds",),
        "without 'purge: true' or a member with 'weight: 0'",
        lambda params: not params["purge"] and all(entry["weight"] != 0 for entry in params["members"]),
    ),
    NoEffect(("allow_empty",), "without 'purge: true'", lambda params: not params["purge"]),
    NoEffect(("wait", "min_healthy_seconds"), "where the list has no member", lambda params: not params["members"]),
)

_ENTRY = MEMBER.argument_spec

TASK: t.Final = Task(
    name="elb_pool_members",
    function=_ensure,
    options={
        "pool": POOL_OPTION,
        "members": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {**_ENTRY, **{name: {**_ENTRY[name], "required": True} for name in ("address", "protocol_port")}},
        },
        "purge": {"type": "bool", "default": False},
        "allow_empty": {"type": "bool", "default": False},
        **SERVING_OPTIONS,
        "concurrency": {"type": "int", "default": 8},
        "return_members": {"type": "bool", "default": True},
        "enterprise_project_id": {"type": "str"},
    },
    allowed=_allowed,
    pools=("pool",),
    changes=Changes(_touch, _allowed_after),
    attempt=_attempt,
    invalid_entries=_invalid_entries,
    if_null={"members": "Give a list. To remove all members, give [] with 'purge: true' and 'allow_empty: true'"},
    no_effect=_NO_EFFECT,
)
