# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages and filters, the same for every list.

Lists are ordered by ID, as in the reference's examples. A page is cut by walking from the marker, so that a list of
thousands costs one pass at the most.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from .errors import invalid


class Identified(Protocol):
    id: str


R = TypeVar("R", bound=Identified)


@dataclass
class Collection(Generic[R]):
    """Resources by ID, which also know their order."""

    by_id: dict[str, R] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.by_id)

    def __iter__(self) -> Iterator[R]:
        return (self.by_id[ident] for ident in self.order)

    def __contains__(self, ident: object) -> bool:
        return ident in self.by_id

    def get(self, ident: str) -> R | None:
        return self.by_id.get(ident)

    def add(self, item: R) -> None:
        if item.id not in self.by_id:
            insort(self.order, item.id)
        self.by_id[item.id] = item

    def remove(self, ident: str) -> None:
        del self.by_id[ident]
        del self.order[bisect_left(self.order, ident)]


# What a resource has to be compared with a filter: any of these values may be among the requested ones.
Facts = Callable[[R], Iterable[Any]]


def matcher(query: Mapping[str, Any], facts: Mapping[str, Facts[R]]) -> Callable[[R], bool]:
    """Several values of one filter are alternatives; all filters must hold."""
    tests: list[tuple[Facts[R], frozenset[Any]]] = []
    for name, fact in facts.items():
        if name in query:
            requested = query[name]
            tests.append((fact, frozenset(requested if isinstance(requested, list) else [requested])))

    def matches(item: R) -> bool:
        return all(not requested.isdisjoint(fact(item)) for fact, requested in tests)

    return matches


def page(items: Collection[R], matches: Callable[[R], bool], query: Mapping[str, Any], cap: int) -> tuple[list[R], dict[str, Any]]:
    """Cut one page, and describe it as the reference's page_info does.

    next_marker is absent on the last page. previous_marker is the first ID of any page that is not empty: the
    reference's first page has it too.
    """
    limit = query.get("limit")
    marker = query.get("marker")
    reverse = bool(query.get("page_reverse", False))
    if limit is None and marker is not None:
        raise invalid("marker", "It must be used together with limit.")
    if limit is None and "page_reverse" in query:
        raise invalid("page_reverse", "It must be used together with limit.")
    if marker is not None and marker not in items:
        raise invalid("marker", f"{marker} is not the ID of a record.")
    size = min(2000 if limit is None else limit, cap)

    order = items.order
    if reverse:
        end = len(order) if marker is None else bisect_left(order, marker)
        positions: Iterable[int] = range(end - 1, -1, -1)
    else:
        positions = range(0 if marker is None else bisect_right(order, marker), len(order))

    found: list[R] = []
    more = False
    for position in positions:
        item = items.by_id[order[position]]
        if not matches(item):
            continue
        if len(found) == size:
            more = True
            break
        found.append(item)
    if reverse:
        found.reverse()
        # A client that pages backwards came from a later page, so there is one.
        more = marker is not None

    info: dict[str, Any] = {"current_count": len(found)}
    if found:
        info["previous_marker"] = found[0].id
        if more:
            info["next_marker"] = found[-1].id
    return found, info
