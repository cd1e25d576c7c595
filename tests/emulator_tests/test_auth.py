# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication and authorisation: signatures (made by the vendor's signer), tokens, projects, and policies by IAM action."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
import requests

from tests.emulator.client import Emulator, start

from .api import Api, Json, Response, refused
from .signing import Signed, sign

OTHER_PROJECT = "fedcba9876543210fedcba9876543210"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
# IAM action: method and path.
OPERATIONS = {
    "elb:pools:list": ("GET", "/pools"),
    "elb:pools:create": ("POST", "/pools"),
    "elb:pools:get": ("GET", "/pools/{pool}"),
    "elb:pools:put": ("PUT", "/pools/{pool}"),
    "elb:pools:delete": ("DELETE", "/pools/{empty}"),
    "elb:members:list": ("GET", "/pools/{pool}/members"),
    "elb:members:create": ("POST", "/pools/{pool}/members"),
    "elb:members:get": ("GET", "/pools/{pool}/members/{member}"),
    "elb:members:put": ("PUT", "/pools/{pool}/members/{member}"),
    "elb:members:delete": ("DELETE", "/pools/{pool}/members/{member}"),
    "elb:loadbalancers:list": ("GET", "/loadbalancers"),
    "elb:listeners:list": ("GET", "/listeners"),
}


def response_of(got: requests.Response) -> Response:
    return Response(got.status_code, got.json() if got.content else {}, dict(got.headers))


def signed(emulator: Emulator, user: str = "admin", **more: Any) -> Signed:
    url = f"{emulator.url}/v3/{emulator.project_id}/elb/pools"
    return sign(emulator.user(user), more.pop("method", "GET"), more.pop("url", url), **more)


# --- signatures


@pytest.mark.parametrize(
    "query",
    [
        [],
        [("limit", 5)],
        [("name", ["b", "a"]), ("limit", 5), ("page_reverse", False)],
        [("name", "a b+c&d=e/é~*'%20"), ("type", "")],
        [("description", "x"), ("name", "Z"), ("id", "1")],
    ],
)
def test_a_good_signature(emulator: Emulator, query: list[tuple[str, Any]]) -> None:
    response = response_of(signed(emulator, query=query, X_Project_Id=emulator.project_id).send())
    assert response.status == 200, response
    entry = emulator.requests()[0]
    assert (entry["user"], entry["headers"]["authentication"]) == ("admin", ["signature"])
    assert "EMULATORACCESSKEY" not in json.dumps(entry)
    expected: dict[str, list[str]] = {}
    for name, value in query:
        for item in value if isinstance(value, list) else [value]:
            expected.setdefault(name, []).append(str(item).lower() if isinstance(item, bool) else str(item))
    assert {name: sorted(values) for name, values in entry["query"].items()} == {name: sorted(values) for name, values in expected.items()}


def test_a_signature_covers_the_body(emulator: Emulator) -> None:
    body = {"pool": {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "type": "ip", "name": "ä"}}
    asked = signed(emulator, method="POST", body=body)
    assert asked.send().status_code == 201
    asked = signed(emulator, method="POST", body=body)
    asked.body = asked.body.replace(b"ROUND", b"ROUNd")
    refused(response_of(asked.send()), 401, "APIGW.0301", "signature")
    assert len(emulator.state()["pools"]) == 1


@pytest.mark.parametrize(
    ("find", "put"),
    [
        (r"Signature=(.)", lambda found: "Signature=" + ("0" if found[1] != "0" else "1")),
        (r"Access=\w+", lambda found: "Access=NOBODYHASTHISKEY"),
        (r"Access=\w+", lambda found: "Access=EMULATORREADER"),
        (r"^SDK-HMAC-SHA256 ", lambda found: "SDK-HMAC-SHA256-X "),
        (r"Signature=\w+", lambda found: "Signature="),
        (r"x-sdk-date", lambda found: "x-sdk-datf"),
        (r"SignedHeaders=[^,]+", lambda found: "SignedHeaders=host"),
        (r"SignedHeaders=([^,]+)", lambda found: f"SignedHeaders={found[1]};x-nothing"),
        (r"SignedHeaders=([^,]+)", lambda found: f"SignedHeaders={found[1]};{found[1]}"),
        (r"SDK-HMAC-SHA256", lambda found: "SDK-HMAC-SM3"),
    ],
)
def test_a_bad_authorization_header(emulator: Emulator, find: str, put: Any) -> None:
    asked = signed(emulator)
    before = asked.headers["Authorization"]
    asked.headers["Authorization"] = re.sub(find, put, before)
    assert asked.headers["Authorization"] != before
    response = response_of(asked.send())
    assert response.status == 401
    assert response.code == ("SYS.0401" if "SM3" in asked.headers["Authorization"] else "APIGW.0301")


def test_what_is_sent_must_be_what_was_signed(emulator: Emulator) -> None:
    asked = signed(emulator, query=[("limit", 5)])
    asked.url = asked.url.replace("limit=5", "limit=6")
    refused(response_of(asked.send()), 401, "APIGW.0301")
    asked = signed(emulator)
    asked.url += "?limit=5"
    refused(response_of(asked.send()), 401, "APIGW.0301")
    asked = signed(emulator)
    asked.url += f"/{UNKNOWN}"
    refused(response_of(asked.send()), 401, "APIGW.0301")
    asked = signed(emulator, X_Project_Id=emulator.project_id)
    asked.headers["X-Project-Id"] = OTHER_PROJECT
    refused(response_of(asked.send()), 401, "APIGW.0301")
    asked = signed(emulator)
    asked.method = "PUT"
    refused(response_of(asked.send()), 405, "ELB.8902")
    asked = signed(emulator)
    asked.headers["Host"] = "elb.example"
    refused(response_of(asked.send()), 401, "APIGW.0301")
    asked = signed(emulator)
    asked.headers["X-Sdk-Content-Sha256"] = "UNSIGNED-PAYLOAD"
    refused(response_of(asked.send()), 401, "APIGW.0301", "Sha256")
    # A plus sign is no space to a signer.
    asked = signed(emulator, query=[("name", "a b")])
    asked.url = asked.url.replace("a%20b", "a+b")
    refused(response_of(asked.send()), 401, "APIGW.0301")


def test_the_order_of_the_query_does_not_matter(emulator: Emulator) -> None:
    asked = signed(emulator, query=[("limit", 5), ("name", ["b", "a"])])
    address, query = asked.url.split("?")
    asked.url = f"{address}?{'&'.join(reversed(query.split('&')))}"
    assert not asked.url.endswith(query)
    assert asked.send().status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(-14, 200), (14, 200), (-16, 401), (16, 401)])
def test_the_clock_may_differ_by_15_minutes(emulator: Emulator, minutes: int, status: int) -> None:
    date = (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")
    response = response_of(signed(emulator, X_Sdk_Date=date).send())
    assert response.status == status
    if status == 401:
        refused(response, 401, "APIGW.0301", "15 minutes")


def test_the_date_must_be_there(emulator: Emulator) -> None:
    asked = signed(emulator)
    del asked.headers["X-Sdk-Date"]
    refused(response_of(asked.send()), 401, "APIGW.0301", "X-Sdk-Date")
    asked = signed(emulator)
    asked.headers["X-Sdk-Date"] = "yesterday"
    refused(response_of(asked.send()), 401, "APIGW.0301", "X-Sdk-Date")


def test_temporary_keys_need_their_security_token(emulator: Emulator) -> None:
    token = emulator.user("temp")["security_token"]
    assert signed(emulator, "temp", X_Security_Token=token).send().status_code == 200
    for headers in ({}, {"X_Security_Token": "another"}):
        refused(response_of(signed(emulator, "temp", **headers).send()), 401, "APIGW.0301", "security token")
    refused(response_of(signed(emulator, "admin", X_Security_Token=token).send()), 401, "APIGW.0301", "not temporary")


def test_the_host_must_be_there(emulator: Emulator) -> None:
    asked = signed(emulator)
    host, port = emulator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        lines = [f"GET /v3/{emulator.project_id}/elb/pools HTTP/1.1", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in asked.headers.items() if name != "Host"]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    assert response.startswith(b"HTTP/1.1 401")
    assert b"Host header is missing" in response


# --- tokens


def test_tokens(api: Api, emulator: Emulator) -> None:
    assert api.call("GET", "/pools").status == 200
    assert emulator.requests()[0]["user"] == "admin"
    refused(Api(emulator, None).call("GET", "/pools"), 401, "SYS.0401")
    refused(Api(emulator, "").call("GET", "/pools"), 401, "SYS.0401")
    for wrong in ("emulator-tokem", "emulator-token-", "é"):
        refused(api.call("GET", "/pools", headers={"X-Auth-Token": wrong.encode()}), 401, "ELB.1103", "Token")
    assert "emulator-token" not in json.dumps(emulator.requests())


def test_a_token_expires(api: Api, emulator: Emulator) -> None:
    emulator.expire_token("emulator-token")
    refused(api.call("GET", "/pools"), 401, "ELB.1103")
    assert Api(emulator, "emulator-reader-token").call("GET", "/pools").status == 200
    emulator.reset()
    assert api.call("GET", "/pools").status == 200


class _Keystone(BaseHTTPRequestHandler):
    """As much of Keystone as says whose token it is."""

    tokens: ClassVar[dict[str, Json]] = {
        "of-admin": {"user": {"name": "admin"}, "project": {"id": "0123456789abcdef0123456789abcdef"}},
        "of-role": {
            "user": {"name": "operator"},
            "project": {"id": "0123456789abcdef0123456789abcdef"},
            "roles": [{"name": "member"}, {"name": "elb_reader"}],
        },
        "unscoped": {"user": {"name": "admin"}},
        "of-stranger": {"user": {"name": "operator"}, "project": {"id": "0123456789abcdef0123456789abcdef"}},
    }

    def do_GET(self) -> None:
        token = self.tokens.get(self.headers["X-Subject-Token"])
        good = self.path == "/v3/auth/tokens" and self.headers["X-Auth-Token"] and token is not None
        raw = json.dumps({"token": token}).encode()
        self.send_response(200 if good else 404)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def keystone() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Keystone)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("suffix", ["", "/v3", "/v3/"])
def test_keystone_knows_the_tokens(keystone: str, suffix: str) -> None:
    with start({"keystone": {"auth_url": keystone + suffix, "roles": {"elb_reader": "reader"}}}) as emulator:
        assert Api(emulator, "of-admin").call("GET", "/pools").status == 200
        by_role = Api(emulator, "of-role")
        assert by_role.call("GET", "/pools").status == 200
        refused(by_role.call("DELETE", f"/pools/{UNKNOWN}"), 403, "ELB.9802", "elb:pools:delete")
        refused(Api(emulator, "unknown").call("GET", "/pools"), 401, "ELB.1103")
        refused(Api(emulator, "of-stranger").call("GET", "/pools"), 401, "ELB.1103")
        refused(Api(emulator, "unscoped").call("GET", "/pools"), 403, "SYS.0403")
        elsewhere = f"{emulator.url}/v3/{OTHER_PROJECT}/elb/pools"
        refused(Api(emulator, "of-admin").call("GET", elsewhere), 403, "SYS.0403")
        # The configured ones are good as well.
        assert Api(emulator).call("GET", "/pools").status == 200
        assert [entry["user"] for entry in emulator.requests()][:2] == ["admin", "reader"]


# --- projects


def test_projects(api: Api, emulator: Emulator) -> None:
    stranger = Api(emulator, "emulator-stranger-token")
    refused(stranger.call("GET", "/pools"), 403, "SYS.0403", emulator.project_id)
    elsewhere = f"{emulator.url}/v3/{OTHER_PROJECT}/elb/pools"
    assert stranger.call("GET", elsewhere).status == 200
    refused(response_of(signed(emulator, "stranger").send()), 403, "SYS.0403")
    asked = signed(emulator, X_Project_Id=OTHER_PROJECT)
    refused(response_of(asked.send()), 403, "SYS.0403")
    refused(api.call("GET", "/pools", headers={"X-Project-Id": OTHER_PROJECT}), 403, "SYS.0403")
    assert api.call("GET", "/pools", headers={"X-Project-Id": emulator.project_id}).status == 200


# --- policies


def perform(api: Api, emulator: Emulator, action: str) -> Response:
    """Do what the action is for, on resources that are there for it."""
    made, empty = emulator.seed({"type": "ip", "members": [{"address": "10.0.0.1", "protocol_port": 80}]}, {"type": "ip"})
    method, path = OPERATIONS[action]
    body = {
        "elb:pools:create": {"pool": {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "type": "ip"}},
        "elb:pools:put": {"pool": {"name": "x"}},
        "elb:members:create": {"member": {"address": "10.0.0.2", "protocol_port": 80}},
        "elb:members:put": {"member": {"weight": 0}},
    }.get(action)
    return api.call(method, path.format(pool=made["id"], empty=empty["id"], member=made["members"][0]), body)


@pytest.mark.parametrize("action", OPERATIONS)
def test_each_operation_needs_its_own_action(emulator: Emulator, action: str) -> None:
    limited = Api(emulator, "emulator-limited-token")
    refused(perform(limited, emulator, action), 403, "ELB.9802", f"{action} is not obtained.")
    emulator.grant("limited", sorted(set(OPERATIONS) - {action}))
    before = emulator.state()
    refused(perform(limited, emulator, action), 403, "ELB.9802", f"{action} is not obtained.")
    # Refused before anything was done (the seeds of this test apart).
    after = emulator.state()
    assert [pool for pool in after["pools"] if pool in before["pools"]] == before["pools"]
    emulator.grant("limited", [action])
    assert perform(limited, emulator, action).status < 300
    assert emulator.requests()[-1]["action"] == action


def test_nothing_is_allowed_by_default(emulator: Emulator) -> None:
    denied = Api(emulator, "emulator-denied-token")
    for action in OPERATIONS:
        refused(perform(denied, emulator, action), 403, "ELB.9802", action)


def test_wildcards(emulator: Emulator) -> None:
    reader = Api(emulator, "emulator-reader-token")
    for action in OPERATIONS:
        expected = action.endswith((":list", ":get"))
        assert (perform(reader, emulator, action).status < 300) is expected, action
    emulator.grant("limited", ["ELB:*:*", "elb:pool:*"])
    refused(Api(emulator, "emulator-limited-token").call("GET", "/pools"), 403, "ELB.9802")


def test_authorisation_comes_before_validation_and_before_the_resource(emulator: Emulator) -> None:
    denied = Api(emulator, "emulator-denied-token")
    refused(denied.call("POST", "/pools", {"nonsense": 1}), 403, "ELB.9802")
    refused(denied.call("GET", "/pools?colour=red"), 403, "ELB.9802")
    refused(denied.call("GET", f"/pools/{UNKNOWN}"), 403, "ELB.9802")
    stranger = Api(emulator, "emulator-stranger-token")
    refused(stranger.call("POST", "/pools", {"nonsense": 1}), 403, "SYS.0403")
    refused(Api(emulator, "wrong").call("POST", "/pools", {"nonsense": 1}), 401, "ELB.1103")
