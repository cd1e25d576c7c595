# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a name or an ID in an option to the resource that it means. A UUID is used as the ID, without a lookup."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, ElbError, Json, NotFound
from .._resource.ids import is_name, normalized_id
from .._resource.pool import POOL
from .._resource.resource import Resource, Verb, by_name
from .context import ApiContext
from .resource_client import PoolRef, ResourceClient, scope

Found = t.TypeVar("Found")

#: The option that names the pool of members, as in an argument spec.
POOL_OPTION: Json = {"type": "str", "required": True, "aliases": ["pool_id"]}


def invalid_id(context: ApiContext) -> list[str]:
    """The error in the option ``id``: no request would find a name."""
    given = context.params["id"]
    return [f"id {given!r} is not a UUID; to look up by name, use the option 'name'"] if given and is_name(given) else []


def no_such(resource: Resource[t.Any], name_or_id: str, where: str = "in this project and region") -> str:
    """What does not exist, to follow "There is".

    :param where: where it was looked for.
    """
    return f"no {resource.kind} {name_or_id!r} {where}"


def resolve_id(context: ApiContext, attempt: str, resource: Resource[t.Any], option: str, name_or_id: str) -> str:
    """The ID of a resource that an option names.

    :param attempt: what cannot be done without it, to follow "Cannot".
    :raises NotFound: when none has the name.
    :raises ElbError: when several have it.
    """
    if not is_name(name_or_id):
        return normalized_id(name_or_id)
    found = ResourceClient(context, resource).find_one(by_name(name_or_id), attempt, f"Give the ID of the right one as '{option}'.")
    if found is None:
        raise NotFound(f"Cannot {attempt}: there is {no_such(resource, name_or_id)}. Give its name or ID as '{option}'.")
    return str(found["id"])


def resolve_filter(context: ApiContext, resource: Resource[t.Any], names_or_ids: list[str], consequence: str) -> list[str]:
    """The IDs of the resources that a filter names: all of a name. A name that none has is warned of, so that nothing found is no mystery.

    :param consequence: what that means, to follow "so".
    """
    names = [each for each in names_or_ids if is_name(each)]
    ids = [normalized_id(each) for each in names_or_ids if each not in names]
    if names:
        found = ResourceClient(context, resource).read_all([*(("name", name) for name in names), *scope(context)])
        for name in names:
            if not any(each.get("name") == name for each in found):
                context.warn(f"There is no {resource.kind} named {name!r} in this project and region, so {consequence}.")
        ids += [str(each["id"]) for each in found if each.get("name") in names]
    return ids


def resolve_pool(context: ApiContext, attempt: str, find: t.Callable[[PoolRef], Found], assume: bool = False) -> tuple[PoolRef, Found]:
    """Resolve the option ``pool``, and find something in that pool.

    A pool that is given by its ID is not asked for itself: what is looked for in it shows whether it exists.

    :param attempt: what cannot be done without the pool, to follow "Cannot".
    :param assume: whether check mode goes on without the pool: an earlier task of the same run may create it.
    :returns: the pool, and what *find* found.
    :raises NotFound: when there is no such pool.
    """
    name = context.params["pool"]
    if not name:
        raise ElbError("pool must not be empty. Give the pool's name or ID.")
    facts: Json = {}
    try:
        pool = _pool_ref(context, attempt, name)
        if pool is not None:
            return pool, find(pool)
    except ApiError as error:
        if not error.not_found:
            raise
        facts = error.facts
    if not (assume and context.check_mode and is_name(name)):
        hint = "Create it with elb_pool first, or check its name." if is_name(name) else "Check the ID."
        raise NotFound(f"Cannot {attempt}: there is {no_such(POOL, name)}. {hint}", **facts)
    assumed = context.assume(POOL, repr(name), f"there is {no_such(POOL, name)}")
    pool = PoolRef(assumed["id"], repr(name), {})
    return pool, find(pool)


def allowed_to_resolve_pool(params: Json) -> set[str]:
    """The IAM action that :func:`resolve_pool` needs besides those of what it finds in the pool."""
    return {POOL.operation(Verb.LIST).action} if is_name(params["pool"]) else set()


def _pool_ref(context: ApiContext, attempt: str, name: str) -> PoolRef | None:
    if not is_name(name):
        return PoolRef(normalized_id(name), name, {})
    found = ResourceClient(context, POOL).find_one(by_name(name), attempt, "Give the ID of the right one as 'pool'.")
    return PoolRef(str(found["id"]), repr(name), found) if found else None
