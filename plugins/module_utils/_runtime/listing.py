# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading resources with filters. The same for every resource."""

from __future__ import annotations

import typing as t

from .._errors import Json
from .._resource.ids import is_name
from .._resource.resource import R, Resource, Verb
from .resource_client import ResourceClient


def listing(client: ResourceClient[R], params: Json) -> list[R]:
    """The resources that match the filters. A single ID and no other filter uses the get API.

    :param params: the options; the filters of the resource are among them.
    :raises ElbError: when they cannot be read.
    """
    for given in filter(is_name, params.get("id") or ()):
        client.context.warn(f"id {given!r} is not a UUID, so no {client.resource.kind} has it. To look up by name, use the option 'name'.")
    query = _query_of(client.resource, params)
    if not _is_single_id(query):
        return client.read_all(query)
    found = client.get(str(query[0][1]))
    return [found] if found else []


def allowed_to_list(resource: Resource[t.Any], params: Json) -> set[str]:
    """The IAM action of :func:`listing`."""
    return {resource.operation(Verb.GET if _is_single_id(_query_of(resource, params)) else Verb.LIST).action}


def _query_of(resource: Resource[t.Any], params: Json) -> list[tuple[str, t.Any]]:
    """The filters that are given, a key repeated for each of its values."""
    query: list[tuple[str, t.Any]] = []
    for name in resource.filters:
        value = params.get(name)
        query.extend((name, each) for each in (value if isinstance(value, list) else [] if value is None else [value]))
    return query


def _is_single_id(query: t.Sequence[tuple[str, t.Any]]) -> bool:
    return [name for name, dummy in query] == ["id"]
