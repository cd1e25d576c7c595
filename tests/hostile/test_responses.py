# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that are whole, but not what the ELB API says."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from ansible_collections.otc.elb.plugins.plugin_utils._direct.preload import preload

from .conftest import Run
from .server import PROJECT, Connection, Request, Service, head, response, serve
from .test_limits import LB, POOL, POOL_ID

OTHER_ID = "00000000-0000-0000-0000-00000000000e"
EVIL = "\x1b[2J\x1b]0;title\x07\rok: [web]\n\x9b1mred\u202egnp\ud800"


def always(whole: bytes) -> Callable[[Connection, Request], None]:
    return lambda connection, request: connection.send(whole)


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def pools(field: bytes) -> bytes:
    return b'{"pools": [{"id": "%s", "name": "web", "new_field": %s}]}' % (POOL_ID.encode(), field)


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, nested(100_000), pools(nested(900)), pools(b'{"a":' * 900 + b"1" + b"}" * 900), b"9" * 100_000, b'{"pools": "\xff"}'],
    ids=["open", "deep", "unknown field", "objects", "number", "no text"],
)
def test_odd_json_is_not_the_api(run: Run, body: bytes) -> None:
    with serve(always(response(body))) as server:
        result = run(server, "elb_pool_info")
    assert "did not come from the ELB API" in result["msg"]


UNCERTAIN = {
    "two lengths": head("Content-Length: 2", "Content-Length: 3", status="201 Created") + b"{} ",
    "two lengths in one": head("Content-Length: 2, 3", status="201 Created") + b"{} ",
    "negative length": head("Content-Length: -1", "Connection: close", status="201 Created"),
    "deep JSON": response(nested(100_000), "201 Created"),
    "odd gzip": response(b"no gzip", "201 Created", "Content-Encoding: gzip"),
    "half a gzip": response(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "201 Created", "Content-Encoding: gzip"),
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "many headers": head(*(f"X-{n}: 1" for n in range(200))),
    "long header": head("X-Long: " + "x" * 100_000),
    **{f"status {status}": response({}, f"{status} Odd") for status in (103, 408, 499, 501, 520, 599, 999)},
}


def closing(whole: bytes) -> Callable[[Connection], None]:
    def trouble(connection: Connection) -> None:
        connection.send(whole)
        raise ConnectionError  # so that a client which reads on sees the end

    return trouble


@pytest.mark.parametrize("kind", UNCERTAIN)
def test_what_was_created_is_found(run: Run, kind: str) -> None:
    with serve(Service("POST", closing(UNCERTAIN[kind]))) as server:
        result = run(server, "elb_pool", **POOL, timeout=20)
    assert result.changed, result["msg"]
    assert result["pool"]["id"] == POOL_ID
    assert len(server.seen("POST")) == 1


@pytest.mark.parametrize("kind", UNCERTAIN)
def test_what_was_perhaps_created_is_not_known(run: Run, kind: str) -> None:
    """The pool does not show up, and no time is left."""

    def respond(connection: Connection, request: Request) -> None:
        if request.method == "GET":
            connection.send(response({"pools": []}))
        else:
            closing(UNCERTAIN[kind])(connection)

    with serve(respond) as server:
        result = run(server, "elb_pool", **POOL, timeout=0.3)
    assert "It is not known whether it will still be created" in result["msg"]


@pytest.mark.parametrize("status", [100, 300, 304, 305, 306, 399, 600, 999])
def test_a_status_that_the_api_never_has(run: Run, status: int) -> None:
    with serve(always(response({}, f"{status} Odd", "Connection: close"))) as server:
        result = run(server, "elb_pool_info")
    assert f"status {status}" in result["msg"] or status == 100
    assert result.failed


@pytest.mark.parametrize("location", ["http://[", "https://elb.example.com/" + "x" * 50_000, "", "\x1b[2J"])
def test_a_redirect_is_not_followed(run: Run, location: str) -> None:
    with serve(always(response({}, "302 Found", f"Location: {location}"))) as server:
        result = run(server, "elb_pool_info")
    assert "redirects to" in result["msg"]
    assert result["msg"].isprintable()
    assert len(result["msg"]) < 1000
    assert len(server.requests) == 1


# --- Something else ---------------------------------------------------------------------------


@pytest.mark.parametrize(("module", "options"), [("elb_pool", {"state": "absent"}), ("elb_pool", {"name": "new"}), ("elb_pool_info", {})])
def test_another_pool_than_the_one_that_was_asked_for(run: Run, module: str, options: Any) -> None:
    with serve(always(response({"pool": {"id": OTHER_ID, "name": "other"}}))) as server:
        result = run(server, module, id=[POOL_ID] if module.endswith("info") else POOL_ID, **options)
    assert "did not come from the ELB API" in result["msg"]
    assert {request.method for request in server.requests} == {"GET"}


def test_another_pool_than_the_one_that_was_changed(run: Run) -> None:
    def respond(connection: Connection, request: Request) -> None:
        connection.send(response({"pool": {"id": POOL_ID if request.method == "GET" else OTHER_ID, "name": "web"}}))

    with serve(respond) as server:
        result = run(server, "elb_pool", id=POOL_ID, name="new")
    assert "did not come from the ELB API" in result["msg"]
    assert "It is not known whether the change was made" in result["msg"]


def test_another_spelling_of_the_id_is_the_same(run: Run) -> None:
    with serve(always(response({"pool": {"id": OTHER_ID.upper(), "name": "web"}}))) as server:
        result = run(server, "elb_pool", id=OTHER_ID, name="web")
    assert not result.failed, result["msg"]


CREATED = {"id": POOL_ID, "name": "web", "protocol": "HTTP"}


@pytest.mark.parametrize("odd", [{"name": "other"}, {"name": "WEB"}])
def test_another_pool_than_the_one_that_was_created(run: Run, odd: Any) -> None:
    """It may have been created nevertheless."""

    def respond(connection: Connection, request: Request) -> None:
        whole = response({"pools": []}) if request.method == "GET" else response({"pool": {**CREATED, **odd}}, "201 Created")
        connection.send(whole)

    with serve(respond) as server:
        result = run(server, "elb_pool", **POOL, timeout=0.3)
    assert "did not come from the ELB API" in result["msg"]
    assert "It is not known whether it will still be created" in result["msg"]


@pytest.mark.parametrize("odd", [{"address": "192.168.0.2"}, {"protocol_port": 81}, {"name": "other"}, {"id": OTHER_ID}])
def test_another_member_than_the_one_that_was_created(run: Run, odd: Any) -> None:
    """The last one existed before."""
    first = {"id": OTHER_ID, "address": "192.168.0.9", "protocol_port": 80}

    def respond(connection: Connection, request: Request) -> None:
        new = {"id": POOL_ID, **json.loads(request.body or b'{"member": {}}')["member"]}
        whole = response({"members": [first]}) if request.method == "GET" else response({"member": {**new, **odd}}, "201 Created")
        connection.send(whole)

    with serve(respond) as server:
        members = [{"address": "192.168.0.1", "protocol_port": 80, "name": "web-1"}]
        result = run(server, "elb_pool_members", pool=POOL_ID, members=members, timeout=0.3)
    assert "did not come from the ELB API" in json.dumps(result["failed_members"])


def test_another_spelling_of_an_address_is_the_same(run: Run) -> None:
    def respond(connection: Connection, request: Request) -> None:
        new = {"id": POOL_ID, **json.loads(request.body or b'{"member": {}}')["member"], "address": "2001:db8:0:0::1"}
        connection.send(response({"members": []}) if request.method == "GET" else response({"member": new}, "201 Created"))

    with serve(respond) as server:
        result = run(server, "elb_member", pool=OTHER_ID, address="2001:DB8::1", protocol_port=80, subnet_cidr_id=LB)
    assert result.changed, result


@pytest.mark.parametrize("odd", ["../x", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\r\nX-Auth-Token: x", "\u2028"])
def test_an_id_is_no_path(run: Run, odd: str) -> None:
    """Of a response, which names the pool; and of the user."""
    with serve(always(response({"pools": [{"id": odd, "name": "web"}], "members": []}))) as server:
        result = run(server, "elb_member_info", pool="web")
        assert "is not an ID (pool_id)" in result["msg"]
        refused = run(server, "elb_pool", id=odd, state="absent")
        assert "is not a UUID" in refused["msg"]
        project = run(server, "elb_pool_info", project_id=odd)
        assert "is not an ID (project_id)" in project["msg"]
    assert [request.path for request in server.requests] == [f"/v3/{PROJECT}/elb/pools"]


# --- Workers at the same time -----------------------------------------------------------------


def test_workers_find_the_proxy_of_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, whichever comes first."""
    read = requests.utils.get_environ_proxies

    def slowly(*args: Any) -> Any:
        time.sleep(0.05)
        return read(*args)

    monkeypatch.setattr(requests.utils, "get_environ_proxies", slowly)
    with serve(Service()) as proxy:
        env = {"http_proxy": proxy.url, "no_proxy": ""}
        members = [{"address": f"192.168.0.{n}", "protocol_port": 80} for n in range(1, 9)]
        options = {"endpoint": "http://elb.example.com", "pool": POOL_ID, "members": members}
        for dummy in range(3):
            result = run(proxy, "elb_pool_members", env=env, api_timeout=5, **options)
            assert not result.failed, result
    assert {request.target.split("/v3/")[0] for request in proxy.requests} == {"http://elb.example.com"}


# --- What is shown ----------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["error_msg", "error_code", "request_id", "X-Request-Id", "Content-Type"])
def test_an_error_cannot_control_the_terminal(run: Run, where: str) -> None:
    error = {"error_msg": "no", "error_code": "ELB.8902", where: EVIL + "x" * 5000}
    header = f"{where}: \x1b[2J\x9b{'x' * 5000}" if where in ("X-Request-Id", "Content-Type") else "X: 1"
    whole = response(b"<html>" if where == "Content-Type" else error, "400 Bad Request", header)
    if where == "Content-Type":
        whole = whole.replace(b"Content-Type: application/json\r\n", b"")
    with serve(always(whole)) as server:
        result = run(server, "elb_pool_info")
    assert result.failed
    assert all(str(value).isprintable() for value in result.values()), result
    assert "\\x1b[2J" in str(result["msg"])
    assert len(result["msg"]) < 3000


def test_a_name_cannot_control_the_terminal(run: Run) -> None:
    """The IDs in the message are a response's."""
    found = [{"id": f"{POOL_ID}{EVIL}{n}", "name": "web"} for n in range(2)]
    with serve(always(response({"pools": found}))) as server:
        result = run(server, "elb_pool", **POOL)
    assert "here are 2 pools named 'web'" in result["msg"]
    assert json.dumps(result["ids"], ensure_ascii=False).isprintable()
    assert result["msg"].isprintable()


def test_several_pools_of_a_name_say_how_that_may_have_come(run: Run) -> None:
    found = [{"id": each, "name": "web"} for each in (POOL_ID, OTHER_ID)]
    with serve(always(response({"pools": found}))) as server:
        result = run(server, "elb_pool", **POOL)
    assert "run_once" in result["msg"]


# --- Clear text -------------------------------------------------------------------------------


@pytest.mark.parametrize("credential", [{}, {"OS_AUTH_TOKEN": "", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk-sk-sk"}])
def test_a_credential_without_tls_is_warned_of(run: Run, credential: dict[str, str]) -> None:
    with serve(always(response({"pools": []}))) as proxy:
        env = {"http_proxy": proxy.url, "no_proxy": "", **credential}
        result = run(proxy, "elb_pool_info", endpoint="http://elb.example.com", env=env)
    assert proxy.requests[0].target.startswith("http://elb.example.com/")
    assert [warning for warning in result.warnings if "unencrypted" in warning], result


def test_the_loopback_interface_is_not_warned_of(run: Run) -> None:
    with serve(always(response({"pools": []}))) as server:
        assert run(server, "elb_pool_info").warnings == []


@pytest.mark.parametrize("how", [{"validate_certs": False}, {"env": {"OS_INSECURE": "1"}}])
def test_tls_without_verification_is_warned_of(run: Run, tls: ssl.SSLContext, ca_cert: Path, how: Any) -> None:
    with serve(always(response({"pools": []})), tls) as server:
        assert [warning for warning in run(server, "elb_pool_info", **how).warnings if "not verified" in warning]
        assert run(server, "elb_pool_info", ca_cert=str(ca_cert)).warnings == []


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of CAs that were read, each time."""
    files: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(self: ssl.SSLContext, cafile: Any = None, *args: Any, **options: Any) -> None:
        files.append(str(cafile))
        load(self, cafile, *args, **options)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    return files


def test_a_certificate_for_another_host_is_refused(run: Run, authority: trustme.CA, ca_cert: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elb.example.com").configure_cert(context)
    with serve(always(response({"pools": []})), context) as server:
        result = run(server, "elb_pool_info", ca_cert=str(ca_cert))
        assert server.requests == []
    assert "TLS certificate of 127.0.0.1" in result["msg"]
    assert "was not accepted" in result["msg"]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_cas_are_read_once_for_each_state_of_their_file(
    run: Run, tls: ssl.SSLContext, ca_cert: Path, tmp_path: Path, read: list[str]
) -> None:
    file = tmp_path / "ca.pem"
    with serve(always(response({"pools": []})), tls) as server:
        for pem, refused in ((ca_cert.read_bytes(), False), (trustme.CA().cert_pem.bytes(), True), (ca_cert.read_bytes(), False)):
            (tmp_path / "new").write_bytes(pem)
            (tmp_path / "new").replace(file)
            for dummy in range(2):
                # What another task does not verify is no matter.
                assert "pools" in run(server, "elb_pool_info", validate_certs=False)
                result = run(server, "elb_pool_info", ca_cert=str(file))
                assert refused == ("certificate" in result.get("msg", "")), result
    assert read.count(str(file)) == 3


def test_cas_of_the_environment_are_read_before_tasks(
    run: Run, tls: ssl.SSLContext, ca_cert: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(ca_cert.read_bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    preload()
    assert read == [str(file)]
    with serve(always(response({"pools": []})), tls) as server:
        assert "pools" in run(server, "elb_pool_info", env={"REQUESTS_CA_BUNDLE": str(file)})
    assert read == [str(file)]


# --- How no connection comes about ------------------------------------------------------------


@pytest.mark.parametrize(
    "proxy", ["http://[", "http://", "ftp://127.0.0.1:1", "socks5://127.0.0.1:1", "http://user:the-password@[::1:80", "http://a b:80"]
)
def test_an_unusable_proxy_is_a_proxy(run: Run, proxy: str) -> None:
    with serve(always(b"")) as server:
        result = run(server, "elb_pool_info", endpoint="https://elb.example.com", env={"https_proxy": proxy, "no_proxy": ""})
    assert "unusable proxy" in result["msg"]
    assert ("SOCKS is not supported" in result["msg"]) == proxy.startswith("socks")
    assert "the-password" not in str(result)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_ca_bundle_that_does_not_exist(run: Run, tls: ssl.SSLContext, variable: str) -> None:
    with serve(always(b""), tls) as server:
        result = run(server, "elb_pool_info", env={"REQUESTS_CA_BUNDLE": "", variable: "/no/such/bundle.pem"})
    assert "/no/such/bundle.pem" in result["msg"]
    assert variable in result["msg"]


def alert(description: int) -> bytes:
    return bytes([21, 3, 1, 0, 2, 2, description])


#: The beginning of a ServerHello of TLS 1.1.
TLS_1_1 = bytes([22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2, *range(32), 0, 0, 47, 0])


@pytest.mark.parametrize("first", [alert(70), TLS_1_1], ids=["alert", "hello"])
def test_a_server_of_old_tls(run: Run, first: bytes) -> None:
    with serve(always(b"")) as server:
        server.greeting = first
        result = run(server, "elb_pool_info", endpoint=f"https://127.0.0.1:{server.port}")
    assert "TLS 1.2 or newer" in result["msg"]


@pytest.mark.parametrize("first", [b"", alert(20), b"\x16\x03\x03\x00\x02\x00\x00"], ids=["end", "alert", "nonsense"])
def test_a_tls_handshake_that_breaks(run: Run, first: bytes) -> None:
    with serve(always(b"")) as server:
        server.greeting = first
        result = run(server, "elb_pool_info", endpoint=f"https://127.0.0.1:{server.port}")
    assert "broke the" in result["msg"]
    assert "was not accepted" not in result["msg"]
    assert ("client_cert" in result["msg"]) is (first != alert(20))


def test_a_tls_handshake_that_takes_too_long(run: Run, tls: ssl.SSLContext, ca_cert: Path) -> None:
    with serve(always(b"")) as server:
        silent = run(server, "elb_pool_info", endpoint=f"https://127.0.0.1:{server.port}")
    assert "did not answer within 0.5 seconds" in silent["msg"]
    with serve(always(b""), tls) as server:
        # The time ends at any step: in the handshake, before the request is sent, or later.
        for number in range(40):
            result = run(server, "elb_pool_info", api_timeout=0.01 + number / 4000, ca_cert=str(ca_cert), timeout=0)
            assert "did not answer within" in result["msg"]


def test_a_client_certificate_that_is_given_is_not_missing(run: Run, authority: trustme.CA, tmp_path: Path) -> None:
    cert = tmp_path / "cert.pem"
    authority.issue_cert("client").private_key_and_cert_chain_pem.write_to_path(str(cert))
    with serve(always(b"")) as server:
        server.greeting = b""
        result = run(server, "elb_pool_info", endpoint=f"https://127.0.0.1:{server.port}", client_cert=str(cert))
    assert "broke the" in result["msg"]
    assert "does not accept client_cert" in result["msg"]
    assert "missing" not in result["msg"]


@pytest.mark.parametrize("slow", [False, True], ids=["fast", "slow"])
def test_a_name_that_is_not_known_is_no_slow_server(run: Run, monkeypatch: pytest.MonkeyPatch, slow: bool) -> None:
    """Also where the search for it takes longer than a request may: nothing was sent, and no longer limit would help."""

    def search(*dummy: Any, **dummies: Any) -> Any:
        time.sleep(0.2 if slow else 0)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", search)
    with serve(always(b"")) as server:
        result = run(server, "elb_pool_info", endpoint="http://elb.example.com", api_timeout=0.1, timeout=0)
    assert "elb.example.com cannot be reached" in result["msg"]
    assert "api_timeout" not in result["msg"]


def test_a_load_balancer_is_not_believed_either(run: Run) -> None:
    """A name that is looked up: the response must have what was asked for."""
    with serve(always(response({"loadbalancers": [{"id": LB, "name": "another"}]}))) as server:
        result = run(server, "elb_pool", **{**POOL, "loadbalancer": "production"})
    assert "here is no load balancer 'production'" in result["msg"]
