# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP that every operation shares."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.emulator.client import Emulator

from .api import Api, refused


@pytest.mark.parametrize("path", ["/nothing", "/pools/", "/pools/x/members/", "/pools/x/members/y/z", "//pools", "/members"])
def test_unknown_paths(api: Api, path: str) -> None:
    refused(api.call("GET", path), 404, "ELB.8904", "URI")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/pools", "GET, POST"),
        ("DELETE", "/pools", "GET, POST"),
        ("OPTIONS", "/pools", "GET, POST"),
        ("TRACE", "/pools", "GET, POST"),
        ("BREW", "/pools", "GET, POST"),
        ("POST", "/pools/x", "DELETE, GET, PUT"),
        ("PATCH", "/pools/x/members/y", "DELETE, GET, PUT"),
        ("POST", "/loadbalancers", "GET"),
    ],
)
def test_wrong_methods(api: Api, method: str, path: str, allowed: str) -> None:
    response = api.call(method, path)
    refused(response, 405, "ELB.8902", method)
    assert response.headers["Allow"] == allowed


def test_head_is_no_method_here(api: Api) -> None:
    response = api.call("HEAD", "/pools")
    assert (response.status, response.headers["Allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"[]",
        b"null",
        b'"pool"',
        b'{"pool": null}',
        b'{"pool": []}',
        b'{"pool": {}, "pool": {}}',
        b'{"pool": {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "type": "ip", "name": NaN}}',
        b'{"pool": {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "type": "ip"}, "more": 1}',
        b'{"pool": {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "type": "ip", "name": "a", "name": "b"}}',
        b"\xff\xfe{}",
        b"[" * 100000,
    ],
)
def test_bad_bodies(api: Api, emulator: Emulator, body: bytes) -> None:
    response = api.call("POST", "/pools", data=body, headers={"Content-Type": "application/json"})
    refused(response, 400, "ELB.8902")
    assert emulator.state()["pools"] == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
def test_the_body_must_be_declared_as_json(api: Api, content_type: str) -> None:
    body = json.dumps({"pool": {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "type": "ip"}})
    response = api.call("POST", "/pools", data=body, headers={"Content-Type": content_type})
    refused(response, 400, "ELB.8902", "Content-Type")
    for good in ("application/json", "application/json;charset=UTF-8", "Application/JSON"):
        assert api.call("POST", "/pools", data=body, headers={"Content-Type": good}).status == 201


def test_names_may_hold_any_character(api: Api) -> None:
    name = 'ü 😀 " \\ </script> \u0000 %20+&=' + "\ud800"
    pool = api.pool(name=name)
    assert pool["name"] == name
    assert api.show_pool(pool)["name"] == name
    long = "ß" * 255
    assert api.update_pool(pool, name=long).body["pool"]["name"] == long


def test_connections_stay_open(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    for dummy in range(5):
        api.show_pool(pool)
    # Also after refusals, whose body was not read.
    refused(api.call("POST", "/nothing", {"x": "y" * 10000}), 404, "ELB.8904")
    Api(emulator, "wrong", api.session).call("POST", "/pools", {"x": "y" * 10000})
    api.show_pool(pool)
    assert len({entry["client_port"] for entry in emulator.requests()}) == 1


def test_chunked_bodies(emulator: Emulator) -> None:
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc)
    body = json.dumps({"pool": {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "type": "ip"}}).encode()
    for dummy in range(2):
        connection.request(
            "POST",
            f"/v3/{emulator.project_id}/elb/pools",
            iter([body[:10], body[10:]]),
            {"X-Auth-Token": "emulator-token", "Content-Type": "application/json"},
            encode_chunked=True,
        )
        response = connection.getresponse()
        assert response.status == 201, response.read()
        response.read()
    connection.close()


@pytest.mark.parametrize("length", ["-1", "many"])
def test_a_bad_content_length(emulator: Emulator, length: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc)
    connection.request("GET", f"/v3/{emulator.project_id}/elb/pools", headers={"Content-Length": length})
    response = connection.getresponse()
    assert response.status == 400
    response.read()
    connection.close()


def test_every_response_has_its_request_id(api: Api, emulator: Emulator) -> None:
    responses = [api.call("GET", "/pools"), api.call("GET", "/pools?x=1"), api.call("GET", "/nothing")]
    found = [response.body["request_id"] for response in responses]
    assert len(set(found)) == 3
    assert found == [response.headers["X-Request-Id"] for response in responses]
    assert found == [entry["request_id"] for entry in emulator.requests()]
