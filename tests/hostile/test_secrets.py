# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that repeat a secret, in any spelling and anywhere: no message, warning or result shows it."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.otc.elb.plugins.module_utils._auth.masking import masked

from .conftest import Run
from .server import response, serve
from .test_limits import POOL, POOL_ID

PASSWORD = 'S3cret/\u00e4 "&\x1b[2J'
#: Of what a header can have.
SENDABLE = "S3cret/ <\"&%'>"
KEYSTONE = {"OS_AUTH_TOKEN": "", "OS_USERNAME": "u", "OS_PASSWORD": SENDABLE, "OS_USER_DOMAIN_ID": "d", "OS_PROJECT_ID": "p"}


def base64_of(before: str, after: str) -> Callable[[str], str]:
    return lambda secret: base64.b64encode(f"{before}{secret}{after}".encode()).decode()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent": quote,
    "percent, also of slashes": lambda secret: quote(secret, safe=""),
    "percent, small letters": lambda secret: quote(secret, safe="").replace("%C3%A4", "%c3%a4"),
    "form": quote_plus,
    "percent twice": lambda secret: quote(quote(secret)),
    "percent three times": lambda secret: quote(quote(quote(secret))),
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON as a URL's part": lambda secret: quote(json.dumps(secret)),
    "Python": lambda secret: repr(secret)[1:-1],
    "HTML": html.escape,
    **{f"base64 after {n}": base64_of("u" * n, "") for n in range(4)},
    **{f"base64 before {n}": base64_of("", "x" * n) for n in range(4)},
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(f"?>{secret}".encode()).decode().rstrip("="),
    "base64 in a URL": lambda secret: quote(base64_of("u:", "")(secret), safe=""),
}


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize("secret", [PASSWORD, "S3cretValue", "gAAAAABm-_x==", "S3cret~~~?>?>Value"])
def test_a_secret_is_masked_in_any_spelling(kind: str, secret: str) -> None:
    echoed = SPELLINGS[kind](secret)
    text = masked(f"It redirects to https://h/?a=b&p={echoed}&c=d, not followed.", {secret})
    assert echoed not in text
    # Of one with blanks it is not clear where it begins.
    assert text.startswith("It redirects to ") or " " in echoed
    assert "*" * 8 in text


@pytest.mark.parametrize(
    "text", ["a%20b c+d &amp; \\x1b[2J \\ud83d dXNlcjp1c2Vy 0123456789abcdef " * 3, "100 % of \\u12, \\", "%", "=" * 99]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text, {PASSWORD, "S3cretValue", "a", "%%", "user"} - set(text)) == text.replace("dXNlcjp1c2Vy", "*" * 8)


@pytest.mark.parametrize("kind", SPELLINGS)
def test_keystone_redirects_with_the_password(run: Run, kind: str) -> None:
    echoed = SPELLINGS[kind](SENDABLE)
    location = f"https://login.example.com/?user=u&password={echoed}"
    with serve(lambda connection, request: connection.send(response({}, "302 Found", f"Location: {location}"))) as server:
        result = run(server, "elb_pool_info", env={**KEYSTONE, "OS_AUTH_URL": f"{server.url}/v3"})
    assert "redirects to" in result["msg"] or " " in echoed
    assert result["status"] == 302
    assert echoed not in result["msg"]
    assert "S3cret" not in result["msg"]


@pytest.mark.parametrize("where", ["error_msg", "Location", "X-Request-Id", "x-openstack-request-id"])
def test_the_authorization_header_comes_back(run: Run, where: str) -> None:
    """Before the response is shortened: the rest of a secret would not be recognised."""
    env = {"OS_AUTH_TOKEN": "", "OS_ACCESS_KEY": "AKAKAKAKAK", "OS_SECRET_KEY": "SKSKSKSKSK"}
    if where == "x-openstack-request-id":
        env = {**KEYSTONE, "OS_PASSWORD": "the-password"}
    secret = "the-password" if where == "x-openstack-request-id" else "AKAKAKAKAK"
    with serve(lambda connection, request: connection.send(echo)) as server:
        for before in range(230, 256, 3):
            echoed = f"{'-' * before}{secret} Basic {base64_of('u:', '')(secret)} {secret}"
            status = "302 Found" if where == "Location" else "400 Bad"
            echo = response({where: echoed} if where == "error_msg" else {}, status, f"{'X' if where == 'error_msg' else where}: {echoed}")
            result = run(server, "elb_pool_info", env={**env, "OS_AUTH_URL": f"{server.url}/v3" if "OS_PASSWORD" in env else ""})
            assert result.failed
            assert f"-{secret[:3]}" not in json.dumps(result)
            assert base64_of("u:", "")(secret)[4:12] not in json.dumps(result)


@pytest.mark.parametrize("spelling", [str, quote, quote_plus, str.lower])
def test_a_signature_comes_back(run: Run, spelling: Callable[[str], str]) -> None:
    """The request could be repeated with it."""
    env = {"OS_AUTH_TOKEN": "", "OS_ACCESS_KEY": "AKAKAKAKAK", "OS_SECRET_KEY": "SKSKSKSKSK"}
    with serve(lambda connection, request: connection.send(echo(request.headers["authorization"]))) as server:

        def echo(header: str) -> bytes:
            return response({"error_msg": f"Bad header {spelling(header)} of user 1"}, "400 Bad Request")

        result = run(server, "elb_pool_info", env=env)
    assert server.requests[0].headers["authorization"][-64:] not in json.dumps(result)
    assert "******** of user 1" in result["msg"]


def test_a_secret_with_control_characters_is_masked_before_it_is_escaped(run: Run) -> None:
    """In a message, in the facts of a failure, and in a warning."""
    token = "token\x9bwith\xad-control"
    found = [{"id": f"{POOL_ID}{token}{n}", "name": "web"} for n in range(2)]
    with serve(lambda connection, request: connection.send(response({"pools": found}))) as server:
        result = run(
            server,
            "elb_pool",
            **POOL,
            env={"OS_AUTH_TOKEN": "", "OS_SECURITY_TOKEN": token, "OS_ACCESS_KEY": "ak-ak", "OS_SECRET_KEY": "sk"},
        )
    assert "here are 2 pools named 'web'" in result["msg"]
    assert "with" not in json.dumps(result["ids"])
    assert "-control" not in result["msg"]


@pytest.mark.parametrize("place", ["field", "inside", "in a list", "encoded"])
def test_a_secret_as_the_name_of_a_field(run: Run, place: str) -> None:
    name = {"encoded": "the%2Dtoken"}.get(place, "the-token")
    pool = {"id": POOL_ID, "name": "web", "protocol": "HTTP"}
    odd: Any = {"inside": {"slow_start": {name: 1}}, "in a list": {"listeners": [{"id": "l", name: {name: 1}}]}}.get(place, {name: 1})
    with serve(lambda connection, request: connection.send(response({"pools": [{**pool, **odd}]}))) as server:
        result = run(server, "elb_pool_info")
    assert result["pools"][0].items() >= pool.items()
    assert name not in json.dumps(result)


def test_a_field_keeps_its_name(run: Run) -> None:
    """Though a secret has the same letters."""
    pool = {"id": POOL_ID, "name": "x", "protocol": "HTTP"}
    with serve(lambda connection, request: connection.send(response({"pools": [pool]}))) as server:
        result = run(server, "elb_pool_info", env={"OS_AUTH_TOKEN": "protocol"})
    assert result.get("pools") == [pool], result


@pytest.mark.parametrize("how", ["option", "environment", "cloud"])
def test_a_secret_as_auth_type(run: Run, how: str) -> None:
    secret = "S3cret-Value"
    auth = {"auth_url": "http://127.0.0.1:9/v3", "username": "u", "password": "pppppp", "user_domain_id": "d"}
    options: Any = {
        "option": {"auth": auth, "auth_type": secret},
        "environment": {"auth": auth, "env": {"OS_AUTH_TYPE": secret, "OS_AUTH_TOKEN": ""}},
        "cloud": {"cloud": {"auth": auth, "auth_type": secret}},
    }[how]
    with serve(lambda connection, request: None) as server:
        result = run(server, "elb_pool_info", **options)
    assert "There is no such auth_type" in result["msg"]
    assert secret not in json.dumps(result)


def test_the_password_of_a_proxy_comes_back(run: Run) -> None:
    with serve(lambda connection, request: connection.send(echo(request.headers))) as proxy:

        def echo(headers: dict[str, str]) -> bytes:
            return response({"error_msg": f"{headers['proxy-authorization']} for p%40ss-word"}, "400 Bad Request")

        env = {"http_proxy": proxy.url.replace("//", "//user:p%40ss-word@"), "no_proxy": ""}
        result = run(proxy, "elb_pool_info", endpoint="http://elb.example.com", env=env)
    assert "Basic ********" in result["msg"]
    assert "ss-word" not in json.dumps(result)


@pytest.mark.parametrize("user", ["web", "web:", "web:web-web"])
def test_the_user_of_a_proxy_is_no_secret(run: Run, user: str) -> None:
    """A pool of the same name keeps it in the result."""
    with serve(
        lambda connection, request: connection.send(response({"pools": [{"id": POOL_ID, "name": "web", "protocol": "HTTP"}]}))
    ) as proxy:
        env = {"http_proxy": proxy.url.replace("//", f"//{user}@"), "no_proxy": ""}
        result = run(proxy, "elb_pool_info", endpoint="http://elb.example.com", env=env)
    assert result["pools"][0]["name"] == "web"


@pytest.mark.parametrize(
    "text", ["x" * (2 << 20), "%41" * (2 << 20), "QUFB" * (2 << 20), "a b " * (2 << 20)], ids=["x", "percent", "base64", "words"]
)
@pytest.mark.parametrize("where", ["error_msg", "name", "id"])
def test_a_long_text_takes_no_time(run: Run, text: str, where: str) -> None:
    """It is looked for secrets in as much of it as is shown."""
    pools = [{"id": f"{n}", "name": "web", **({where: f"{text}{n}"} if where == "id" else {text: 1})} for n in range(2)]
    body, status = ({"error_msg": text}, "400 Bad") if where == "error_msg" else ({"pools": pools}, "200 OK")
    whole = response(body, status)
    with serve(lambda connection, request: connection.send(whole)) as server:
        started = time.monotonic()
        result = run(server, "elb_pool", **POOL, api_timeout=20)
        assert time.monotonic() - started < 10
    assert result.failed
    assert len(json.dumps(result)) < 500_000


def test_a_million_names_of_fields_take_no_time(run: Run) -> None:
    body = b'{"pools": [{"id": "a", "name": "web", %s "the-token": 1}]}' % b"".join(b'"%d": 1,' % n for n in range(1_000_000))
    with serve(lambda connection, request: connection.send(response(body))) as server:
        started = time.monotonic()
        result = run(server, "elb_pool_info", api_timeout=20)
        assert time.monotonic() - started < 20
    assert len(result["pools"][0]) < 2000
    assert "the-token" not in json.dumps(result)
