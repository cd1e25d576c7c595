# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS, redirects and proxies, to the service and to Keystone."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ..credentials import aksk
from ..emulator.client import Emulator, start
from ..playbooks.engine import Engine
from ..unit.inprocess import call
from .conftest import Certificates, Cloud
from .test_kinds import play


@pytest.fixture(scope="module")
def tls_emulator(certificates: Certificates) -> Iterator[Emulator]:
    """Asks for a client certificate, too."""
    cert, key = certificates.server
    client = (str(certificates.client[0]), str(certificates.client[1]))
    with start(tls_cert=cert, tls_key=key, tls_client_ca=certificates.ca, control_cert=client) as emulator:
        yield emulator


def test_the_service(tls_emulator: Emulator, certificates: Certificates, engine: Engine, tmp_path: Path) -> None:
    ca, (cert, key) = str(certificates.ca), map(str, certificates.client)
    both = tmp_path / "both.pem"
    both.write_text(Path(cert).read_text(encoding="utf-8") + Path(key).read_text(encoding="utf-8"), encoding="utf-8")
    user = tls_emulator.user("admin")
    keys = {"access_key": user["access_key"], "secret_key": user["secret_key"], "project_id": tls_emulator.project_id}
    entry = {"auth": keys, "elbv3_endpoint_override": tls_emulator.url, "cacert": ca, "cert": cert, "key": key}
    nothing: dict[str, str] = {}
    tasks: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
        "options": ({"ca_cert": ca, "client_cert": cert, "client_key": key}, nothing),
        "one file, and aliases": ({"cacert": ca, "cert": str(both)}, nothing),
        "environment": ({}, {"OS_CACERT": ca, "OS_CERT": cert, "OS_KEY": key}),
        "requests' own variable": ({"client_cert": str(both)}, {"REQUESTS_CA_BUNDLE": ca}),
        "not verified": ({"validate_certs": False, "client_cert": str(both)}, nothing),
        "not verified, by the environment": ({"client_cert": str(both)}, {"OS_INSECURE": "true"}),
        "clouds.yaml": ({"cloud": entry}, dict.fromkeys(("OS_ACCESS_KEY", "OS_SECRET_KEY", "OTC_ELB_ENDPOINT"), "")),
        "unknown CA": ({"client_cert": str(both)}, nothing),
        "an option beats the environment": ({"validate_certs": True, "client_cert": str(both)}, {"OS_INSECURE": "true"}),
        "no client certificate": ({"ca_cert": ca}, nothing),
        "no such file": ({"ca_cert": "/nowhere/ca.pem"}, nothing),
    }
    results = play(engine, tasks, aksk(tls_emulator)).results
    assert [result.task for result in results if result.failed] == list(tasks)[7:]
    assert [result["msg"] for result in results if result.failed and result.task in list(tasks)[:7]] == []
    unknown, beaten, missing, nowhere = (result["msg"] for result in results[7:])
    for words in ("TLS certificate of 127.0.0.1", "ca_cert"):
        assert words in unknown
        assert words in beaten
    assert "client_cert" in missing
    assert "ca_cert is /nowhere/ca.pem, but there is no such file" in nowhere


@pytest.mark.parametrize("linger", [False, True], ids=["end", "reset"])
def test_a_server_that_misses_a_client_certificate_and_breaks_the_connection(certificates: Certificates, linger: bool) -> None:
    """What a client meets where the connection breaks before it has read the server's alert. Often it has: see above."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificates.server)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            accepted = context.wrap_socket(listening.accept()[0], server_side=True)
            accepted.recv(1 << 16)
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", linger, 0))
            accepted.close()

        threading.Thread(target=refuse, daemon=True).start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        result = call("elb_pool_info", **KEYS, endpoint=url, ca_cert=str(certificates.ca), timeout=0)
    assert "broke the" in result["msg"]
    assert "client_cert is missing" in result["msg"]


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_keystone(cloud: Cloud, certificates: Certificates) -> None:
    ca = str(certificates.ca)
    auth = {**cloud.auth, "auth_url": cloud.keystone.tls_url}
    accepted = [
        call("elb_pool_info", auth=auth, ca_cert=ca),
        call("elb_pool_info", auth=auth, env={"OS_CACERT": ca}),
        call("elb_pool_info", cloud={"auth": auth, "cacert": ca}),
        call("elb_pool_info", cloud={"auth": auth, "verify": False}),
        call("elb_pool_info", cloud={"auth": auth, "verify": ca}),
        call("elb_pool_info", auth=auth, validate_certs=False),
        # The environment and an option beat the entry.
        call("elb_pool_info", cloud={"auth": auth, "verify": False, "cacert": "/nowhere"}, env={"OS_CACERT": ca}),
    ]
    assert [result["msg"] for result in accepted if result.failed] == []
    for refused in (
        call("elb_pool_info", auth=auth),
        call("elb_pool_info", cloud={"auth": auth, "verify": False}, validate_certs=True),
    ):
        assert "TLS certificate was not accepted" in refused["msg"]
        assert "ca_cert" in refused["msg"]


@contextmanager
def server(status: int, **headers: str) -> Iterator[tuple[str, list[tuple[str, str, dict[str, str]]]]]:
    """Answers everything alike; gives its URL and what it was asked: method, target and headers."""
    asked: list[tuple[str, str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
            body = b'{"pools": []}'
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_CONNECT = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}", asked
        listening.shutdown()


KEYS = {"access_key": "AK", "secret_key": "secret-key", "project_id": "0" * 32}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """They would take the credential, or the password itself, elsewhere."""
    with server(200) as (elsewhere, followed):  # noqa: SIM117 (pylint does not see that the one comes before the other)
        with server(status, Location=elsewhere + "/v3") as (url, asked):
            password = {
                "auth_url": url + "/v3",
                "username": "u",
                "password": "secret-password",
                "user_domain_name": "d",
                "project_name": "p",
            }
            results = [
                call("elb_pool_info", **KEYS, endpoint=url),
                call("elb_pool_info", auth_token="secret-token", project_id="0" * 32, endpoint=url),
                call("elb_pool_info", auth=password),
            ]
    assert followed == []
    # Keystone is asked for its versions first.
    assert [request[0] for request in asked] == ["GET", "GET", "GET", "POST"]
    for result, option in zip(results, ("endpoint", "endpoint", "auth_url"), strict=True):
        assert f"redirects to {elsewhere}/v3" in result["msg"]
        assert option in result["msg"]
        assert result["status"] == status


def test_a_proxy_is_used_as_requests_does() -> None:
    endpoint = "http://elb.example.com"
    with server(200) as (proxy, asked):
        authority = proxy.removeprefix("http://")
        variables = {
            "http_proxy": f"http://me:proxy-password@{authority}",
            "https_proxy": f"http://me:proxy-password@{authority}",
            "no_proxy": "",
        }
        through = call("elb_pool_info", **KEYS, endpoint=endpoint, env=variables)
        (request,) = asked
        assert not through.failed, through["msg"]
        assert request[:2] == ("GET", f"{endpoint}/v3/{'0' * 32}/elb/pools")
        assert request[2]["proxy-authorization"].startswith("Basic ")
        # Signed for the service, not for the proxy.
        assert request[2]["host"] == "elb.example.com"
        asked.clear()
        password = {"username": "u", "password": "secret-password", "user_domain_name": "d", "project_name": "p"}
        to_keystone = call("elb_pool_info", auth={**password, "auth_url": "http://iam.example.com/v3"}, env=variables)
        assert [request[1] for request in asked] == ["http://iam.example.com/v3", "http://iam.example.com/v3/auth/tokens"]
        assert "did not come from Keystone" in to_keystone["msg"]
        asked.clear()
        around = call("elb_pool_info", **KEYS, endpoint="http://127.0.0.1:9", timeout=0.1, env={**variables, "no_proxy": "127.0.0.1"})
        assert asked == []
        assert "cannot be reached" in around["msg"]


@pytest.mark.parametrize("there", [True, False])
def test_a_proxys_password_is_in_no_message(engine: Engine, there: bool) -> None:
    password = {"username": "u", "password": "secret-password", "user_domain_name": "d", "project_name": "p"}
    with server(407) as (refusing, dummy):
        proxy = (refusing if there else "http://127.0.0.1:9").replace("//", "//me:proxy-password@")
        tasks: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}
        for scheme in ("http", "https"):
            tasks[f"{scheme}, service"] = ({**KEYS, "endpoint": f"{scheme}://elb.example.com", "timeout": 0.1}, {})
            tasks[f"{scheme}, Keystone"] = ({"auth": {**password, "auth_url": f"{scheme}://iam.example.com/v3"}}, {})
        played = play(engine, tasks, {"http_proxy": proxy, "https_proxy": proxy}, verbosity=3)
    messages = {result.task: result["msg"] for result in played.results if result.failed}
    assert list(messages) == list(tasks)
    assert {name: msg for name, msg in messages.items() if "proxy" not in msg and "status 407" not in msg} == {}
    assert "proxy-password" not in played.output
    assert "proxy-password" not in str(played.results)
