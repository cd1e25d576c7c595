# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain client for the tests, which sends exactly what it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests

from tests.emulator.client import Emulator

Json = dict[str, Any]

V4 = "192.168.0.0/24"
V6 = "2001:db8:a583:6a::/64"
BIG = "10.16.0.0/16"
FOREIGN = "172.16.0.0/24"


@dataclass
class Response:
    status: int
    body: Json
    headers: Json

    @property
    def code(self) -> str | None:
        return self.body.get("error_code")

    @property
    def message(self) -> str:
        return str(self.body.get("error_msg", ""))


@dataclass
class Api:
    emulator: Emulator
    token: str | None = "emulator-token"
    session: requests.Session = field(default_factory=requests.Session)

    def url(self, path: str) -> str:
        return f"{self.emulator.url}/v3/{self.emulator.project_id}/elb{path}"

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Response:
        headers = {} if self.token is None else {"X-Auth-Token": self.token}
        headers.update(more.pop("headers", {}))
        url = path if path.startswith("http") else self.url(path)
        if body is not None:
            more["json"] = body
        got = self.session.request(method, url, headers=headers, timeout=30, **more)
        is_json = got.content and got.headers.get("Content-Type", "").startswith("application/json")
        return Response(got.status_code, got.json() if is_json else {}, dict(got.headers))

    def create_pool(self, **pool: Any) -> Response:
        return self.call("POST", "/pools", {"pool": {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", **pool}})

    def pool(self, **pool: Any) -> Json:
        """A new pool, on the load balancer demo unless something else is said."""
        if not {"loadbalancer_id", "listener_id", "type"} & set(pool):
            pool["loadbalancer_id"] = self.emulator.loadbalancer("demo")
        response = self.create_pool(**pool)
        assert response.status == 201, response
        return dict(response.body["pool"])

    def show_pool(self, pool: Json) -> Json:
        response = self.call("GET", f"/pools/{pool['id']}")
        assert response.status == 200, response
        return dict(response.body["pool"])

    def update_pool(self, pool: Json, **changes: Any) -> Response:
        return self.call("PUT", f"/pools/{pool['id']}", {"pool": changes})

    def delete_pool(self, pool: Json) -> Response:
        return self.call("DELETE", f"/pools/{pool['id']}")

    def create_member(self, pool: Json, **member: Any) -> Response:
        return self.call("POST", f"/pools/{pool['id']}/members", {"member": member})

    def member(self, pool: Json, address: str = "192.168.0.10", port: int = 80, **member: Any) -> Json:
        """A new member; in the subnet that its address is of, unless it is said otherwise (None: no subnet)."""
        if "subnet_cidr_id" not in member:
            member["subnet_cidr_id"] = self.emulator.subnet(V6 if ":" in address else V4)["id"]
        if member["subnet_cidr_id"] is None:
            del member["subnet_cidr_id"]
        response = self.create_member(pool, address=address, protocol_port=port, **member)
        assert response.status == 201, response
        return dict(response.body["member"])

    def show_member(self, pool: Json, member: Json) -> Json:
        response = self.call("GET", f"/pools/{pool['id']}/members/{member['id']}")
        assert response.status == 200, response
        return dict(response.body["member"])

    def update_member(self, pool: Json, member: Json, **changes: Any) -> Response:
        return self.call("PUT", f"/pools/{pool['id']}/members/{member['id']}", {"member": changes})

    def delete_member(self, pool: Json, member: Json) -> Response:
        return self.call("DELETE", f"/pools/{pool['id']}/members/{member['id']}")

    def create_monitor(self, pool: Json, **monitor: Any) -> Response:
        given = {"pool_id": pool["id"], "type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 3, **monitor}
        return self.call("POST", "/healthmonitors", {"healthmonitor": given})

    def monitor(self, pool: Json, **monitor: Any) -> Json:
        """A new health check."""
        response = self.create_monitor(pool, **monitor)
        assert response.status == 201, response
        return dict(response.body["healthmonitor"])

    def show_monitor(self, monitor: Json) -> Json:
        response = self.call("GET", f"/healthmonitors/{monitor['id']}")
        assert response.status == 200, response
        return dict(response.body["healthmonitor"])

    def update_monitor(self, monitor: Json, **changes: Any) -> Response:
        return self.call("PUT", f"/healthmonitors/{monitor['id']}", {"healthmonitor": changes})

    def delete_monitor(self, monitor: Json) -> Response:
        return self.call("DELETE", f"/healthmonitors/{monitor['id']}")

    def set_default_pool(self, listener: str, pool: Json) -> Response:
        """Let the requests of a listener go to the pool by default."""
        return self.call("PUT", f"/listeners/{self.emulator.listener(listener)}", {"listener": {"default_pool_id": pool["id"]}})

    def list(self, path: str, query: str = "") -> tuple[list[Json], Json]:
        response = self.call("GET", path + (f"?{query}" if query else ""))
        assert response.status == 200, response
        info = response.body["page_info"]
        return next(response.body[name] for name in response.body if name not in ("page_info", "request_id")), info


def refused(response: Response, status: int, code: str, *words: str) -> None:
    """The response is this refusal, in the documented shape, and says these words."""
    assert (response.status, response.code) == (status, code), response
    assert set(response.body) == {"error_msg", "error_code", "request_id"}
    for word in words:
        assert word in response.message, response.message
