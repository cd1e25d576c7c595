# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look-ups: from a name or an ID to the one resource that is meant."""

from __future__ import annotations

import typing as t

from .._api.client import Call
from .._api.operations import LISTENER_LIST, LOADBALANCER_LIST, MEMBER_LIST, POOL_GET, POOL_LIST, Operation
from .._errors import ApiError, ElbError, NotThere
from .._resource.fields import Json, as_id, looks_like_id
from .context import Session

Found = t.TypeVar("Found")


def optional(ask: t.Callable[..., Found], *args: t.Any) -> Found | None:
    """What *ask* returns; ``None`` for a resource that is not there."""
    try:
        return ask(*args)
    except ApiError as error:
        if not error.not_found:
            raise
        return None


def only(found: list[Json], what: str, meant: str, advice: str) -> Json | None:
    """The one resource that was found, or ``None``.

    :param meant: what it was looked for by, to follow its kind, such as "named 'web'".
    :raises ElbError: when there are several; it lists their IDs.
    """
    if len(found) > 1:
        ids = sorted(str(resource.get("id")) for resource in found)
        raise ElbError(f"There are {len(found)} {what}s {meant}: {', '.join(ids)}. {advice}", ids=ids)
    return found[0] if found else None


def wrong_id(session: Session) -> list[str]:
    """What is wrong with the option ``id``: a name given as one would be "not there", and nobody would look further."""
    given = session.params["id"]
    return (
        [f"id {given!r} is not a UUID; to look up by name, use the option 'name'"]
        if given and not (looks_like_id(given) or session.will_be(given))
        else []
    )


def pool_by_id(session: Session, pool_id: str) -> Json | None:
    """The pool with that ID, or ``None``."""
    pool = optional(session.read, Call(POOL_GET, f"get pool {pool_id}", {"pool_id": as_id(pool_id)}))
    # As it would be created. The callback required_actions knows of members that later tasks would add.
    return {**pool, "members": []} if pool and session.will_be(pool_id) else pool


def pool_by_name(
    session: Session, name: str, loadbalancer_id: str | None = None, listener_id: str | None = None, option: str = "pool"
) -> Json | None:
    """The one pool of that name, on that load balancer and listener where they are given; or ``None``.

    :param option: the option that takes the pool's ID, for the message.

    :raises ElbError: when several have the name.
    """
    found = pools_by_name(session, name, loadbalancer_id, listener_id)
    return only(found, "pool", f"named {name!r}", f"Give the ID of the one that is meant as '{option}'.")


def pools_by_name(session: Session, name: str, loadbalancer_id: str | None = None, listener_id: str | None = None) -> list[Json]:
    """All pools of that name, on that load balancer and listener where they are given."""
    narrowed = [("loadbalancer_id", loadbalancer_id), ("listener_id", listener_id)]
    query = [("name", name), *((key, value) for key, value in narrowed if value)]
    return named(session.pages(Call(POOL_LIST, f"look for pool {name!r}", query=[*query, *scope(session)])), name)


def list_members(session: Session, pool_id: str, label: str, query: t.Sequence[tuple[str, t.Any]] | None = None) -> list[Json]:
    """The members of a pool.

    :param label: the pool as the user calls it, for messages.
    :param query: what the list is limited to, where that is more than the enterprise projects of every look-up.
    """
    limits = scope(session) if query is None else query
    return session.pages(Call(MEMBER_LIST, f"list the members of pool {label}", {"pool_id": pool_id}, limits))


def named(found: list[Json], name: str) -> list[Json]:
    """Those of that very name. Where an answer leaves the name out, the service's filter is believed."""
    return [{**each, "name": name} for each in found if each.get("name") in (None, name)]


def scope(session: Session) -> list[tuple[str, str]]:
    """The enterprise projects that a look-up is limited to."""
    given = session.params.get("enterprise_project_id") or []
    return [("enterprise_project_id", value) for value in ([given] if isinstance(given, str) else given)]


def scope_hint(session: Session) -> str:
    """Where else to look for what was not found, to follow a sentence; empty where the user said where to look."""
    if session.params.get("enterprise_project_id"):
        return ""
    return " Only the default enterprise project was searched: for another one, give enterprise_project_id."


def loadbalancer_id(session: Session, name_or_id: str) -> str:
    """The ID of a load balancer. What looks like an ID is one; a name costs a request.

    :raises NotThere: when none has the name.
    :raises ElbError: when several have it.
    """
    return _id_by_name(session, LOADBALANCER_LIST, "load balancer", "loadbalancer", name_or_id)


def listener_id(session: Session, name_or_id: str, loadbalancer_id: str | None) -> str:
    """The ID of a listener, as :func:`loadbalancer_id`; on that load balancer where it is given."""
    query = [("loadbalancer_id", loadbalancer_id)] if loadbalancer_id else []
    return _id_by_name(session, LISTENER_LIST, "listener", "listener", name_or_id, query)


def _id_by_name(session: Session, operation: Operation, what: str, option: str, name: str, query: t.Sequence[tuple[str, str]] = ()) -> str:
    if looks_like_id(name):
        return as_id(name)
    found = session.pages(Call(operation, f"look for {what} {name!r}", query=[("name", name), *query, *scope(session)]))
    one = only(named(found, name), what, f"named {name!r}", f"Give the ID of the one that is meant as '{option}'.")
    if one is None:
        where = " on that load balancer" if query else " in this project and region"
        raise NotThere(f"There is no {what} named {name!r}{where}. Give its name or ID as '{option}'.{scope_hint(session)}")
    return str(one["id"])
