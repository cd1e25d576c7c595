# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The info modules: reading resources."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, Json, NotFound, ValidationFailed
from .._resource.health_check import HEALTH_CHECK, HealthCheck
from .._resource.ids import is_name
from .._resource.listener import LISTENER
from .._resource.loadbalancer import LOADBALANCER
from .._resource.member import MEMBER, Member
from .._resource.pool import POOL, Pool
from .._resource.resource import Resource, Verb
from .._runtime.concurrency import MAX_READS, WorkerPool
from .._runtime.context import ApiContext
from .._runtime.listing import allowed_to_list, listing
from .._runtime.lookup import POOL_OPTION, allowed_to_resolve_pool, no_such, resolve_filter, resolve_pool
from .._runtime.resource_client import PoolRef, ResourceClient, scope_of_related
from .._runtime.task import Task

#: How many IDs one request asks for.
_IDS_IN_URL = 50
#: The options that filter pools by another resource, which take its names as well, by the API's filters.
_BY_NAME: t.Mapping[str, tuple[str, Resource[t.Any]]] = {
    "loadbalancer_id": ("loadbalancer", LOADBALANCER),
    "listener_id": ("listener", LISTENER),
}
#: The filters of pools, as in an argument spec.
POOL_FILTERS: Json = {
    **{name: option for name, option in POOL.filters.items() if name not in _BY_NAME},
    **{option: {**POOL.filters[name], "aliases": [name]} for name, (option, dummy) in _BY_NAME.items()},
}


def info_name(resource: Resource[t.Any]) -> str:
    """The name of the module that lists a resource: that of the API's key, such as ``elb_flavor_info``."""
    return f"elb_{resource.collection.one}_info"


def info_task(resource: Resource[t.Any]) -> Task:
    """A task that lists the resources of a project."""

    def read(context: ApiContext) -> Json:
        return {"changed": False, resource.collection.many: listing(ResourceClient(context, resource), context.params)}

    return Task(info_name(resource), read, resource.filters, lambda params: allowed_to_list(resource, params))


def list_pools(context: ApiContext) -> Json:
    """List pools, with their members where that is asked for.

    :returns: ``changed`` and ``pools``.
    """
    # With whole members and health checks, where these are asked for.
    pools: list[Json] = [dict(pool) for pool in _pools(context)]
    workers = WorkerPool(MAX_READS, context.deadline)
    if context.params["include_members"]:
        for pool, members in zip(pools, workers.map(lambda pool: _members_of(context, pool), pools)):
            pool["members"] = members
    if context.params["include_health_check"]:
        checks = _health_checks(context, workers, [pool["healthmonitor_id"] for pool in pools if pool.get("healthmonitor_id")])
        for pool in pools:
            pool["health_check"] = checks.get(pool.get("healthmonitor_id"))
    return {"changed": False, "pools": pools}


def _pools(context: ApiContext) -> list[Pool]:
    """The pools that match the filters, as they are listed."""
    params = _by_filter(context.params)
    for name, (dummy, resource) in _BY_NAME.items():
        if params[name]:
            params[name] = resolve_filter(context, resource, params[name], "no pool belongs to it")
            if not params[name]:
                return []
    return listing(ResourceClient(context, POOL), params)


def _by_filter(params: Json) -> Json:
    """The options, with names and IDs of other resources by the API's filters."""
    return {**params, **{name: params[option] for name, (option, dummy) in _BY_NAME.items()}}


def _health_checks(context: ApiContext, workers: WorkerPool, ids: list[str]) -> dict[t.Any, HealthCheck]:
    """The health checks with these IDs, as many in one request as a URL can name."""
    client = ResourceClient(context, HEALTH_CHECK)
    parts = [ids[start : start + _IDS_IN_URL] for start in range(0, len(ids), _IDS_IN_URL)]
    lists = workers.map(lambda part: client.read_all([*scope_of_related(context), *(("id", each) for each in part)]), parts)
    return {check["id"]: check for checks in lists for check in checks}


def _members_of(context: ApiContext, pool: Json) -> list[Member]:
    if pool.get("members") == [] or context.is_placeholder(pool["id"]):
        return []
    try:
        return ResourceClient(context, MEMBER, PoolRef(pool["id"], pool["id"], t.cast(Pool, pool))).read_all(scope_of_related(context))
    except ApiError as error:
        # Removed since it was listed.
        if not error.not_found:
            raise
        return []


def _list_members(context: ApiContext) -> Json:
    """List the members of a pool.

    :returns: ``changed`` and ``members``.
    """
    params = context.params
    attempt = f"list the members of pool {params['pool']!r}"
    filters = [(field, value) for field in MEMBER.fields if field.option["type"] == "int" for value in params[field.name] or ()]
    reasons = [f"{field.name} {reason}" for field, value in filters for reason in [field.check(value)] if reason]
    if reasons:
        raise ValidationFailed(attempt, reasons)
    members: list[Member] = []
    try:
        dummy, members = resolve_pool(context, attempt, lambda pool: listing(ResourceClient(context, MEMBER, pool), params))
    except NotFound:
        context.warn(f"There is {no_such(POOL, params['pool'])}, so it has no members.")
    return {"changed": False, "members": members}


def _allowed_for_pools(params: Json) -> set[str]:
    included = [
        resource.operation(Verb.LIST).action
        for option, resource in (("include_members", MEMBER), ("include_health_check", HEALTH_CHECK))
        if params[option]
    ]
    looked_up = [resource.operation(Verb.LIST).action for option, resource in _BY_NAME.values() if any(map(is_name, params[option] or ()))]
    return {*allowed_to_list(POOL, _by_filter(params)), *included, *looked_up}


def _allowed_for_members(params: Json) -> set[str]:
    return allowed_to_list(MEMBER, params) | allowed_to_resolve_pool(params)


POOLS: t.Final = Task(
    name="elb_pool_info",
    function=list_pools,
    options={**POOL_FILTERS, **{name: {"type": "bool", "default": False} for name in ("include_members", "include_health_check")}},
    allowed=_allowed_for_pools,
    pools=("id", "name"),
)
MEMBERS: t.Final = Task(
    name="elb_member_info",
    function=_list_members,
    options={"pool": POOL_OPTION, **MEMBER.filters},
    allowed=_allowed_for_members,
    pools=("pool",),
)
