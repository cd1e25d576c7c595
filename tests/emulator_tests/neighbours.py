# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Just enough of the services around ELB for otcextensions' own functional tests: identity, network, compute, and what the
emulator itself leaves out, load balancers and listeners that come and go. All other requests for ELB go on to the emulator.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.emulator.client import Emulator

Json = dict[str, Any]
ADDRESS = "192.168.0.77"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def neighbours(emulator: Emulator) -> Iterator[str]:
    """Serve them, and give the URL of the identity service."""
    app = Flask("neighbours")
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    _identity(app, url, emulator)
    _elb(app, emulator)
    things: dict[str, Json] = {}
    _network(app, things)
    _compute(app, things)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{url}/v3"
        # The tests clean up after themselves.
        assert things == {}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _identity(app: Flask, url: str, emulator: Emulator) -> None:
    places = {"elbv3": f"v3/{emulator.project_id}", "network": "network", "compute": "compute/v2.1", "identity": "v3"}

    @app.get("/v3")
    def version() -> Json:
        return {"version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": f"{url}/v3"}]}}

    @app.post("/v3/auth/tokens")
    def token() -> tuple[Json, int, Json]:
        catalog = [
            {
                "type": kind,
                "name": kind,
                "id": kind,
                "endpoints": [{"interface": "public", "region": "eu-de", "url": f"{url}/{place}", "id": kind}],
            }
            for kind, place in places.items()
        ]
        named = {"id": emulator.project_id, "name": "eu-de", "domain": {"id": "d", "name": "d"}}
        issued: Json = {"catalog": catalog, "project": named, "user": {"id": "u", "name": "u", "domain": named["domain"]}, "roles": []}
        times = {"issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": "2099-01-01T00:00:00.000000Z"}
        return {"token": {**issued, **times}}, 201, {"X-Subject-Token": emulator.user("admin")["token"]}


def _elb(app: Flask, emulator: Emulator) -> None:
    fields = {
        "loadbalancer": ("name", "description", "vpc_id", "ip_target_enable"),
        "listener": ("name", "protocol", "protocol_port", "loadbalancer_id"),
    }

    @app.route("/v3/<project>/elb/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def forward(project: str, rest: str) -> Any:
        kind, dummy, ident = rest.partition("/")
        singular = kind.removesuffix("s")
        if request.method == "POST" and singular in fields:
            given = request.get_json()[singular]
            (ident,) = emulator.seed_kind(kind, {name: given[name] for name in fields[singular]})
            made = requests.get(f"{emulator.url}{request.path}/{ident}", headers=_headers(), timeout=10).json()
            if kind == "loadbalancers":
                made[singular]["publicips"] = [{"publicip_id": "0"}]
            return made, 201
        if request.method == "DELETE" and singular in fields:
            emulator.remove(kind, ident)
            return "", 204
        response = requests.request(
            request.method,
            emulator.url + request.path,
            params=request.query_string,
            data=request.get_data(),
            headers=_headers(),
            timeout=10,
        )
        return Response(response.content, response.status_code, content_type=response.headers.get("Content-Type"))


def _headers() -> dict[str, str]:
    return {name: request.headers[name] for name in ("X-Auth-Token", "Content-Type") if name in request.headers}


def _network(app: Flask, things: dict[str, Json]) -> None:
    @app.get("/network/v2.0/<kind>s")
    def find(kind: str) -> Json:
        return {f"{kind}s": [thing for thing in things.values() if thing["name"] == request.args.get("name")]}

    @app.post("/network/v2.0/<kind>s")
    def create(kind: str) -> tuple[Json, int]:
        thing = {**request.get_json()[kind], "id": str(uuid.uuid4())}
        things[thing["id"]] = thing
        return {kind: thing}, 201

    @app.get("/network/v2.0/<kind>s/<ident>")
    def show(kind: str, ident: str) -> Json:
        return {kind: things[ident]}

    @app.delete("/network/v2.0/<kind>s/<ident>")
    def delete(kind: str, ident: str) -> tuple[str, int]:
        if kind != "floatingip":
            del things[ident]
        return "", 204

    @app.put("/network/v2.0/routers/<ident>/<action>")
    def interface(ident: str, action: str) -> Json:
        return {"id": ident, "subnet_id": request.get_json()["subnet_id"], "port_id": "0"}


def _compute(app: Flask, things: dict[str, Json]) -> None:
    @app.get("/compute/v2.1/<any(images, flavors):kind>/<name>")
    def known(kind: str, name: str) -> Json:
        return {kind.removesuffix("s"): {"id": name, "name": name}}

    @app.post("/compute/v2.1/os-keypairs")
    def create_keypair() -> Json:
        keypair = request.get_json()["keypair"]
        things[keypair["name"]] = keypair
        return {"keypair": keypair}

    @app.post("/compute/v2.1/servers")
    def create_server() -> tuple[Json, int]:
        given = request.get_json()["server"]
        network = things[given["networks"][0]["uuid"]]["name"]
        server = {
            "id": str(uuid.uuid4()),
            "name": given["name"],
            "status": "ACTIVE",
            "addresses": {network: [{"addr": ADDRESS, "version": 4}]},
        }
        things[server["id"]] = server
        return {"server": server}, 202

    @app.get("/compute/v2.1/servers/<ident>")
    def show_server(ident: str) -> tuple[Json, int]:
        return ({"server": things[ident]}, 200) if ident in things else ({"itemNotFound": {"code": 404, "message": "gone"}}, 404)

    @app.delete("/compute/v2.1/<any(servers, 'os-keypairs'):kind>/<ident>")
    def remove(kind: str, ident: str) -> tuple[str, int]:
        del things[ident]
        return "", 204
