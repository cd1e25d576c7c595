# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all resources have in common. A module of ``resources`` has one subclass of ``Resource``, and says only what is its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic

import yaml

from . import resources
from .config import build
from .errors import immutable, not_found
from .paging import Collection, Facts, matcher, page
from .store import E, Json, Store, now

if TYPE_CHECKING:
    from .resources.loadbalancers import LoadBalancer

Ids = Mapping[str, str]


class Resource(Generic[E]):
    """The operations of one kind of resource, without any HTTP. Its contract is the YAML file beside its module."""

    kind: type[E]
    #: Filters that are not compared as they are written.
    parse: ClassVar[Mapping[str, Callable[[str], Any]]] = {}

    def __init__(self, contract: Path) -> None:
        self.plural = contract.stem
        self.contract: Json = yaml.safe_load(contract.read_text(encoding="utf-8"))
        self.noun: str = self.contract["noun"]
        #: In bodies, in the names of IDs, and in errors.
        self.singular = self.noun.lower()

    # What a resource says of itself.

    def all(self, store: Store, ids: Ids) -> Collection[E]:
        """Those that the path speaks of."""
        return store[self.kind]

    def facts(self, store: Store) -> Mapping[str, Facts[E]]:
        """What filters are compared with, where it is neither the attribute of that name nor what responses show under it."""
        return {}

    def enterprise_project(self, store: Store, item: E) -> str:
        balancer = self.balancer(store, item)
        return "0" if balancer is None else balancer.enterprise_project_id

    def balancer(self, store: Store, item: E) -> LoadBalancer | None:
        """The load balancer that a change of the item keeps busy."""
        return None

    def show(self, store: Store, item: E) -> Json:
        """What answers have besides ID, project and times."""
        return {name: value for name, value in vars(item).items() if name != "odd"}

    def create(self, store: Store, ids: Ids, given: Json) -> E:
        raise NotImplementedError

    def update(self, store: Store, item: E, given: Json) -> None:
        raise NotImplementedError

    def delete(self, store: Store, item: E) -> None:
        raise NotImplementedError

    def seed(self, store: Store, given: Json) -> E:
        """Write one into the store, past all rules, with the fields of the dataclass. What it lacks is made up."""
        item = build(self.kind, {"project_id": store.project_id, **given})
        store.odd = store.odd or bool(item.odd)
        store[self.kind].add(item)
        return item

    # What all of them do alike.

    def run(self, verb: str, store: Store, ids: Ids, query: Json, body: Json) -> Json:
        """An operation, and the body of its success."""
        if verb == "list":
            found, info = self._list(store, ids, query)
            return {self.plural: [self.as_response(store, item) for item in found], "page_info": info}
        given = body.get(self.singular, {})
        item = self.create(store, ids, given) if verb == "create" else self._find(store, ids)
        if verb == "show":
            return {self.singular: self.as_response(store, item)}
        balancer = self.balancer(store, item)
        if verb != "create":
            require_active(balancer)
        if verb == "update":
            self.update(store, item, given)
            item.updated_at = item.updated_at and now()
        elif verb == "delete":
            self.delete(store, item)
        if balancer is not None:
            balancer.change(store)
        return {} if verb == "delete" else {self.singular: self.as_response(store, item)}

    def as_response(self, store: Store, item: E) -> Json:
        shown = {"id": item.id, "project_id": item.project_id, "created_at": item.created_at, "updated_at": item.updated_at}
        # No times, rather than times that are null.
        shown = {
            name: value for name, value in {**self.show(store, item), **shown}.items() if value is not None or not name.endswith("_at")
        }
        return {**shown, **item.odd}

    def _find(self, store: Store, ids: Ids) -> E:
        ident = ids[f"{self.singular}_id"]
        item = self.all(store, ids).get(ident)
        if item is None or item.project_id != ids["project_id"]:
            raise not_found(self.singular, ident)
        return item

    def _list(self, store: Store, ids: Ids, query: Json) -> tuple[list[E], Json]:
        requested = {name: [self.parse[name](text) for text in value] if name in self.parse else value for name, value in query.items()}
        facts = {name: self._fact(store, name) for name in self.contract["operations"]["list"]["filters"]} | dict(self.facts(store))
        # Without this filter the reference looks into the default enterprise project only.
        enterprise = requested.get("enterprise_project_id", ["0"])
        if "all_granted_eps" not in enterprise:
            requested["enterprise_project_id"] = enterprise
            facts["enterprise_project_id"] = lambda item: (self.enterprise_project(store, item),)
        fits = matcher(requested, facts)
        return page(self.all(store, ids), lambda item: item.project_id == ids["project_id"] and fits(item), query, store.behaviour.page_cap)

    def _fact(self, store: Store, name: str) -> Facts[E]:
        return lambda item: (getattr(item, name) if hasattr(item, name) else self.show(store, item).get(name),)


def require_active(balancer: LoadBalancer | None) -> None:
    if balancer is not None and balancer.status() != "ACTIVE":
        raise immutable(balancer.id, balancer.status())


def load() -> dict[str, Resource[Any]]:
    """The resources, by the names of their modules."""
    found = {}
    for info in pkgutil.iter_modules(resources.__path__):
        module = importlib.import_module(f"{resources.__name__}.{info.name}")
        (cls,) = (one for one in Resource.__subclasses__() if one.__module__ == module.__name__)
        found[info.name] = cls(Path(resources.__path__[0], f"{info.name}.yaml"))
    return found
