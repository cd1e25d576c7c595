# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading resources with filters. The same for every resource."""

from __future__ import annotations

import typing as t

from .._errors import Json
from .._resource.resource import R
from .resource_client import ResourceClient


def listing(client: ResourceClient[R], params: Json) -> list[R]:
    """The resources that match the filters. A single ID and no other filter uses the get API.

    :param params: the options; the filters of the resource are among them.
    :raises ElbError: when they cannot be read.
    """
    query = query_of(params, client.resource.filters)
    resource_id = _single_id(query)
    if resource_id is None:
        return client.read_all(query)
    found = client.get(resource_id)
    return [found] if found else []


def query_of(params: Json, filters: Json) -> list[tuple[str, t.Any]]:
    """The filters that are given, a key repeated for each of its values."""
    query: list[tuple[str, t.Any]] = []
    for name in filters:
        value = params.get(name)
        query.extend((name, each) for each in (value if isinstance(value, list) else [] if value is None else [value]))
    return query


def _single_id(query: t.Sequence[tuple[str, t.Any]]) -> str | None:
    return str(query[0][1]) if len(query) == 1 and query[0][0] == "id" else None
