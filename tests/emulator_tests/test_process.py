# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as a program, and its control API."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import yaml

from tests.emulator.client import HERE, Control, Emulator, EmulatorError, start

from .api import Api, refused

ROOT = HERE.parent.parent
PROJECT = "0123456789abcdef0123456789abcdef"


def test_started_by_one_command(tmp_path: Path) -> None:
    ready = tmp_path / "url"
    log = tmp_path / "access.log"
    command = [sys.executable, "-m", "tests.emulator", "--port", "0", "--ready-file", str(ready), "--access-log", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
            assert found, line
            deadline = time.monotonic() + 5
            while not ready.exists():
                assert time.monotonic() < deadline
            assert ready.read_text(encoding="utf-8") == found[1]
            got = requests.get(f"{found[1]}/v3/{PROJECT}/elb/pools", headers={"X-Auth-Token": "emulator-token"}, timeout=5)
            assert got.status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    entry = json.loads(log.read_text(encoding="utf-8"))
    assert (entry["method"], entry["status"], entry["user"]) == ("GET", 200, "admin")


def test_a_given_port_and_sigint() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    emulator = start(port=port)
    try:
        assert emulator.url == f"http://127.0.0.1:{port}"
        with pytest.raises(EmulatorError):
            start(port=port, timeout=20)
    finally:
        emulator.process.send_signal(signal.SIGINT)
        assert emulator.process.wait(10) == 0
        emulator.stop()


def test_ends_while_clients_stay_connected() -> None:
    emulator = start()
    with requests.Session() as session:
        Api(emulator, session=session).call("GET", "/pools")
        begin = time.monotonic()
        assert emulator.stop() == 0
        assert time.monotonic() - begin < 5


def test_ends_with_its_parent() -> None:
    """Also when the parent had no chance to end it."""
    code = (
        "import os, sys; from tests.emulator.client import start; emulator = start();"
        "print(emulator.process.pid, emulator.url, flush=True); os.kill(os.getpid(), 9)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        dummy, url = parent.stdout.readline().split()
        assert parent.wait(10) == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while True:
        try:
            Control(url).command("ping")
        except OSError:
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux who listens")
def test_listens_on_loopback_only(emulator: Emulator) -> None:
    port = int(emulator.url.rsplit(":", 1)[1])
    with Path("/proc/net/tcp").open(encoding="ascii") as table:
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"colours": []},
        {"users": [{"name": "x", "colour": "red"}]},
        {"loadbalancers": [{"name": "x"}], "listeners": []},
        {"behaviour": {"speed": 1}},
    ],
)
def test_a_bad_configuration_is_told(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.emulator", "--config", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("emulator: ")
    assert "Traceback" not in done.stderr


def test_the_configuration_replaces_top_level_keys() -> None:
    user = {"name": "only", "token": "the-token", "actions": ["elb:*:*"]}
    config = {"users": [user], "pools": [{"name": "seeded", "type": "ip"}], "behaviour": {"page_cap": 1}}
    with start(config) as emulator:
        assert emulator.user("only") == user
        api = Api(emulator, "the-token")
        found, dummy = api.list("/pools")
        assert [item["name"] for item in found] == ["seeded"]
        refused(Api(emulator).call("GET", "/pools"), 401, "ELB.1103")
        assert len(api.list("/loadbalancers")[0]) == 1
        api.delete_pool(found[0])
        emulator.reset()
        assert [item["name"] for item in api.list("/pools")[0]] == ["seeded"]


def test_without_response_validation(tmp_path: Path) -> None:
    with start(validate_responses=False, access_log=tmp_path / "log") as emulator:
        assert Api(emulator).pool()["name"] == ""


# --- TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA, and certificates of it for the server and a client, made with the openssl program."""
    where = tmp_path_factory.mktemp("tls")
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", "req", "-x509", *ec, *arguments], cwd=where, check=True, capture_output=True)  # noqa: S607

    openssl("-subj", "/CN=emulator-ca", "-keyout", "ca.key", "-out", "ca.crt", "-addext", "keyUsage=keyCertSign,digitalSignature")
    for name in ("server", "client"):
        openssl(
            *("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt"),
            *("-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:false", "-addext", "keyUsage=digitalSignature"),
        )
    return where


def test_tls(certificates: Path) -> None:
    with start(tls_cert=certificates / "server.crt", tls_key=certificates / "server.key") as emulator:
        assert emulator.url.startswith("https://127.0.0.1:")
        url = f"{emulator.url}/v3/{PROJECT}/elb/pools"
        headers = {"X-Auth-Token": "emulator-token"}
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, headers=headers, timeout=5)
        good = str(certificates / "ca.crt")
        assert requests.get(url, headers=headers, timeout=5, verify=good).status_code == 200
        emulator.fault("reset")
        with pytest.raises(requests.ConnectionError):
            requests.get(url, headers=headers, timeout=5, verify=good)
        # A client that sends nothing does not block the others.
        with socket.create_connection(("127.0.0.1", int(emulator.url.rsplit(":", 1)[1]))):
            assert requests.get(url, headers=headers, timeout=5, verify=good).status_code == 200


def test_client_certificates(certificates: Path) -> None:
    pair = (str(certificates / "client.crt"), str(certificates / "client.key"))
    with start(
        tls_cert=certificates / "server.crt",
        tls_key=certificates / "server.key",
        tls_client_ca=certificates / "ca.crt",
        control_cert=pair,
    ) as emulator:
        url = f"{emulator.url}/v3/{PROJECT}/elb/pools"
        headers = {"X-Auth-Token": "emulator-token"}
        good = str(certificates / "ca.crt")
        assert requests.get(url, headers=headers, timeout=5, verify=good, cert=pair).status_code == 200
        with pytest.raises(requests.ConnectionError):
            requests.get(url, headers=headers, timeout=5, verify=good)
        assert len(emulator.requests()) == 1


# --- the control API


def test_the_record(api: Api, emulator: Emulator) -> None:
    pool = api.pool(name="a")
    api.call("GET", "/pools?name=a&name=b&limit=5")
    api.call("GET", "/nothing")
    created, listed, nothing = emulator.requests()
    assert created["body"] == {
        "pool": {
            "protocol": "HTTP",
            "lb_algorithm": "ROUND_ROBIN",
            "name": "a",
            "loadbalancer_id": emulator.loadbalancer("demo"),
        }
    }
    picked = ("method", "path", "action", "user", "status", "done", "error_code", "fault")
    base = f"/v3/{PROJECT}/elb"
    assert [created[name] for name in picked] == [*("POST", f"{base}/pools", "elb:pools:create", "admin", 201, 201, None, None)]
    assert listed["query"] == {"name": ["a", "b"], "limit": ["5"]}
    assert (listed["body"], listed["action"]) == (None, "elb:pools:list")
    assert (nothing["action"], nothing["status"], nothing["error_code"]) == (None, 404, "ELB.8904")
    assert emulator.actions() == ["elb:pools:create", "elb:pools:list", None]
    assert emulator.writes() == [created]
    assert emulator.requests(method="GET", status=200) == [listed]
    emulator.forget()
    assert emulator.requests() == []
    assert api.show_pool(pool)["name"] == "a"


def test_reset_puts_everything_back(api: Api, emulator: Emulator) -> None:
    before = emulator.state()
    api.pool(listener_id=emulator.listener("demo-http"))
    emulator.grant("admin", [])
    emulator.configure(page_cap=1, latency_ms=5, loadbalancers={"demo": {"provisioning_status": "ERROR"}})
    emulator.configure(users={"new": {"token": "new-token", "actions": ["elb:*:*"]}})
    emulator.expire_token("emulator-token")
    emulator.fault("reset", times=None)
    emulator.distort(drop=["name"])
    emulator.reset()
    assert emulator.state() == before
    assert emulator.requests() == []
    assert emulator.faults() == []
    found, info = api.list("/loadbalancers")
    assert info["current_count"] == len(found) > 1
    assert "name" in found[0]
    refused(Api(emulator, "new-token").call("GET", "/pools"), 401, "ELB.1103")
    assert api.pool()["name"] == ""


def test_users_can_be_made(emulator: Emulator) -> None:
    emulator.configure(users={"new": {"token": "new-token", "actions": ["elb:pools:list"]}})
    assert Api(emulator, "new-token").call("GET", "/pools").status == 200


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("nothing", {}),
        ("configure", {"speed": 1}),
        ("configure", {"loadbalancers": {"unknown": {}}}),
        ("configure", {"loadbalancers": {"demo": {"colour": 1}}}),
        ("configure", {"users": {"admin": {"colour": 1}}}),
        ("grant", {"user": "unknown", "actions": []}),
        ("seed", {"pools": [{"colour": "red"}]}),
        ("set_status", {"pool_id": "x", "member_id": "y", "operating_status": "ONLINE"}),
        ("fault", {}),
        ("distort", {"colour": 1}),
    ],
)
def test_wrong_commands_are_told(emulator: Emulator, command: str, values: dict[str, object]) -> None:
    with pytest.raises(EmulatorError):
        emulator.command(command, **values)


def test_the_control_api_is_not_recorded(emulator: Emulator) -> None:
    emulator.state()
    assert emulator.requests() == []


def test_nothing_of_the_collection_is_used() -> None:
    """An emulator that shared code with what it tests would share its mistakes."""
    for path in HERE.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.lstrip().startswith(("import ", "from ")):
                assert "plugins" not in line, path
                assert "ansible" not in line, path
