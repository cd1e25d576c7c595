# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The operations of openapi.yaml by their IDs: what each does to the store, and the body of its success."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import lookups, members, pools
from .store import Json, Store

Ids = Mapping[str, str]
Run = Callable[[Store, Ids, Mapping[str, Any], Json], Json]


def _list_pools(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    found, info = pools.find(store, ids["project_id"], query)
    return {"pools": [pools.show(store, pool) for pool in found], "page_info": info}


def _create_pool(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    return {"pool": pools.show(store, pools.create(store, ids["project_id"], body["pool"]))}


def _show_pool(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    return {"pool": pools.show(store, store.find_pool(ids["project_id"], ids["pool_id"]))}


def _update_pool(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    return {"pool": pools.show(store, pools.update(store, ids["project_id"], ids["pool_id"], body["pool"]))}


def _delete_pool(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    pools.delete(store, ids["project_id"], ids["pool_id"])
    return {}


def _list_members(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    pool, found, info = members.find(store, ids["project_id"], ids["pool_id"], query)
    return {"members": list(map(members.Shower(store, pool), found)), "page_info": info}


def _create_member(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    pool, member = members.create(store, ids["project_id"], ids["pool_id"], body["member"])
    return {"member": members.Shower(store, pool)(member)}


def _show_member(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    pool = store.find_pool(ids["project_id"], ids["pool_id"])
    return {"member": members.Shower(store, pool)(store.find_member(pool, ids["member_id"]))}


def _update_member(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    pool, member = members.update(store, ids["project_id"], ids["pool_id"], ids["member_id"], body["member"])
    return {"member": members.Shower(store, pool)(member)}


def _delete_member(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    members.delete(store, ids["project_id"], ids["pool_id"], ids["member_id"])
    return {}


def _list_loadbalancers(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    found, info = lookups.find_loadbalancers(store, ids["project_id"], query)
    return {"loadbalancers": [lookups.show_loadbalancer(store, item) for item in found], "page_info": info}


def _list_listeners(store: Store, ids: Ids, query: Mapping[str, Any], body: Json) -> Json:
    found, info = lookups.find_listeners(store, ids["project_id"], query)
    return {"listeners": [lookups.show_listener(store, item) for item in found], "page_info": info}


OPERATIONS: dict[str, Run] = {
    "ListPools": _list_pools,
    "CreatePool": _create_pool,
    "ShowPool": _show_pool,
    "UpdatePool": _update_pool,
    "DeletePool": _delete_pool,
    "ListMembers": _list_members,
    "CreateMember": _create_member,
    "ShowMember": _show_member,
    "UpdateMember": _update_member,
    "DeleteMember": _delete_member,
    "ListLoadBalancers": _list_loadbalancers,
    "ListListeners": _list_listeners,
}
