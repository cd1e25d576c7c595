# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: how a test looks at the emulator and changes what it does.

It is no part of the service: it lives under /_control/, needs no authentication (the emulator listens on the loopback
interface only), is not in the contract and is not recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from .config import Behaviour, ConfigError, User, build
from .faults import Distortion, Fault
from .resources import healthmonitors, members
from .resources.healthmonitors import HealthMonitor
from .resources.l7policies import L7Policy
from .resources.listeners import Listener
from .resources.loadbalancers import LoadBalancer
from .resources.members import seed as seed_member
from .resources.pools import Pool
from .store import Json, new_id, parse_address

if TYPE_CHECKING:
    from .app import Runtime


def blueprint(runtime: Runtime) -> Blueprint:
    """Every command is a POST to its name with a JSON object; the response is JSON too."""
    control = Blueprint("control", "control", url_prefix="/_control")
    commands = Commands(runtime)

    @control.post("/<command>")
    def run(command: str) -> tuple[Response, int]:
        method: Callable[..., Any] | None = getattr(commands, f"do_{command}", None)
        if method is None:
            return jsonify(error=f"no such command: {command}"), 404
        try:
            with runtime.store.lock:
                runtime.store.settle()
                result = method(**(request.get_json(silent=True) or {}))
        except (ConfigError, KeyError, TypeError, ValueError) as error:
            return jsonify(error=f"{command}: {type(error).__name__}: {error}"), 400
        return jsonify(result=result), 200

    return control


class Commands:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def do_ping(self) -> str:
        return "pong"

    def do_requests(self) -> list[Json]:
        return self.runtime.recorder.entries()

    def do_forget(self) -> None:
        self.runtime.recorder.forget()

    def do_reset(self) -> None:
        self.runtime.reset()

    def do_violations(self) -> list[str]:
        return list(self.runtime.violations)

    def do_state(self) -> Json:
        """Pools with whole members, and health checks, in the order of their IDs, and which listener has which pool."""
        store, resources = self.runtime.store, self.runtime.resources
        return {
            "pools": [
                {
                    **resources["pools"].as_response(store, pool),
                    "members": [resources["members"].as_response(store, item) for item in pool.members],
                }
                for pool in store[Pool]
            ],
            "healthmonitors": [resources["healthmonitors"].as_response(store, item) for item in store[HealthMonitor]],
            "listeners": {listener.name: listener.default_pool_id for listener in store[Listener]},
            "loadbalancers": {balancer.id: balancer.status() for balancer in store[LoadBalancer]},
        }

    def do_configure(self, loadbalancers: dict[str, Json] | None = None, users: dict[str, Json] | None = None, **behaviour: Any) -> None:
        """Behaviour by name; load balancers by ID or name; users by name (new ones too)."""
        store = self.runtime.store
        known = {item.name for item in fields(Behaviour)}
        unknown = set(behaviour) - known
        if unknown:
            raise ConfigError(f"unknown: {sorted(unknown)}; known are {sorted(known)}")
        for name, value in behaviour.items():
            setattr(store.behaviour, name, value)
        for key, values in (loadbalancers or {}).items():
            found = [item for item in store[LoadBalancer] if key in (item.id, item.name)]
            if not found:
                raise ConfigError(f"no load balancer {key}")
            for item in found:
                for name, value in values.items():
                    if not hasattr(item, name):
                        raise ConfigError(f"a load balancer has no {name}")
                    setattr(item, name, value)
        directory = self.runtime.directory
        for name, values in (users or {}).items():
            current = (
                vars(directory.by_name[name]) if name in directory.by_name else {"name": name, "projects": [self.runtime.config.project_id]}
            )
            directory.by_name[name] = build(User, {**current, **values})

    def do_grant(self, user: str, actions: list[str], projects: list[str] | None = None) -> None:
        """From now on the user may do exactly this; without `projects`, where it could before."""
        found = self.runtime.directory.by_name[user]
        found.actions = list(actions)
        found.projects = found.projects if projects is None else projects

    def do_seed(self, pools: list[Json]) -> list[Json]:
        made = [self.runtime.resources["pools"].seed(self.runtime.store, item) for item in pools]
        return [{"id": pool.id, "members": list(pool.members.order)} for pool in made]

    def do_seed_members(self, pool_id: str, members: list[Json]) -> list[str]:
        pool = self._pool(pool_id)
        return [seed_member(self.runtime.store, pool, item).id for item in members]

    def do_seed_kind(self, kind: str, items: list[Json]) -> list[str]:
        """Resources by the plural of their kind; gives their IDs."""
        return [self.runtime.resources[kind].seed(self.runtime.store, item).id for item in items]

    def do_remove(self, kind: str, id: str) -> None:
        """Take a resource away, past all rules."""
        self.runtime.store[self.runtime.resources[kind].kind].remove(id)

    def do_set_status(
        self, pool_id: str, member_id: str, operating_status: str | None, reason: Json | str | None = None, listener_id: str | None = None
    ) -> None:
        """What the health check says of a member, at all listeners or at one; None: what it would say by itself."""
        members.force(self._pool(pool_id).members.by_id[member_id], listener_id, operating_status, reason)

    def do_server(self, address: str, port: int | None = None, failure: str | None = None) -> None:
        """Let health checks of a server fail with this code, or let it answer them again; without a port, on all of them."""
        found = parse_address(address)
        if found is None:
            raise ConfigError(f"not an address: {address}")
        members.switch(self.runtime.store, found, port, failure)
        self.runtime.watch.look(self.runtime.store)

    def do_clock(self, factor: float | None = None, advance: float = 0) -> float:
        """The store's clock: how fast it goes, and seconds that pass at once. Gives what it shows then."""
        self.runtime.store.clock.set(factor, advance)
        self.runtime.watch.look(self.runtime.store)
        return self.runtime.store.clock()

    def do_watch(self, pool_id: str) -> None:
        self.runtime.watch.start(self.runtime.store, self._pool(pool_id).id)

    def do_moments(self) -> list[Json]:
        self.runtime.watch.look(self.runtime.store)
        return list(self.runtime.watch.moments)

    def do_health_monitor(self, pool_id: str, healthmonitor_id: str | None = "") -> str | None:
        """Give a pool a health check that finds members healthy at once, or take it away (None)."""
        store, pool = self.runtime.store, self._pool(pool_id)
        known = healthmonitors.of_pool(store, pool)
        if known is not None:
            self.runtime.resources["healthmonitors"].delete(store, known)
        if healthmonitor_id is not None:
            healthmonitors.seed_plain(store, pool, healthmonitor_id or new_id())
        return pool.healthmonitor_id

    def do_forwarding_policy(self, pool_id: str, listener_id: str | None = None, policy_id: str | None = None) -> str:
        values = {"id": policy_id or new_id(), "redirect_pool_id": pool_id, "listener_id": listener_id or ""}
        return str(self.runtime.resources["l7policies"].seed(self.runtime.store, values).id)

    def do_remove_forwarding_policy(self, policy_id: str) -> None:
        self.runtime.store[L7Policy].remove(policy_id)

    def do_fault(self, **values: Any) -> int:
        fault = build(Fault, values)
        self.runtime.faults.add(fault)
        return fault.id

    def do_faults(self) -> list[Json]:
        return self.runtime.faults.show()

    def do_clear_faults(self, id: int | None = None) -> None:
        self.runtime.faults.clear(id)

    def do_distort(self, **values: Any) -> None:
        self.runtime.distortions.append(build(Distortion, values))

    def do_clear_distortions(self) -> None:
        self.runtime.distortions.clear()

    def do_expire_token(self, token: str) -> None:
        self.runtime.expired_tokens.add(token)

    def _pool(self, pool_id: str) -> Pool:
        return self.runtime.store[Pool].by_id[pool_id]
