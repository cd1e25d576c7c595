# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a Keystone of its own for the tests, and manages users, projects and the catalog in it by its API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

HERE = Path(__file__).resolve().parent
#: Where the Makefile installs Keystone.
HOME = Path(sys.prefix, "keystone")
Json = dict[str, Any]

ADMIN_PASSWORD = "bootstrap-password"

CONFIGURATION = """\
[DEFAULT]
log_file = {where}/keystone.log
[database]
connection = sqlite:///{where}/keystone.db?timeout=30
[fernet_tokens]
key_repository = {where}/fernet
[fernet_receipts]
key_repository = {where}/fernet
[auth]
methods = password,token,application_credential,totp
[totp]
# The tests may take minutes after the passcode was made.
included_previous_windows = 10
[credential]
key_repository = {where}/credential
[identity]
# The least that bcrypt takes: these passwords need no protection.
password_hash_rounds = 4
[oslo_policy]
policy_file = {where}/policy.yaml
"""


def passcode(key: bytes) -> str:
    """The current one-time password.

    Source: RFC 6238.
    """
    digest = hmac.new(key, struct.pack(">Q", int(time.time() / 30)), hashlib.sha1).digest()
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1000000:06d}"


class Keystone:
    """A Keystone that ends with the block, or with this process.

    :param where: an empty directory for its files.
    :param certificate: certificate and key for HTTPS.
    """

    def __init__(self, where: Path, certificate: tuple[Path, Path], timeout: float = 120) -> None:
        assert (HOME / ".ready").exists(), "Keystone is not installed: run 'make keystone'"
        self.where = where
        config = where / "keystone.conf"
        config.write_text(CONFIGURATION.format(where=where), encoding="utf-8")
        ready = where / "ready.json"
        command = [str(HOME / "bin" / "python"), str(HERE / "serve.py")]
        command += [f"--config-file={config}", f"--database={where / 'keystone.db'}", f"--admin-password={ADMIN_PASSWORD}"]
        command += [f"--ready-file={ready}", f"--tls-cert={certificate[0]}", f"--tls-key={certificate[1]}"]
        # Nothing of the tester's credentials, and Keystone's own deprecations are not ours to read.
        environ = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", "HOME": str(where)}
        with (where / "serve.log").open("wb") as output:
            self._process = subprocess.Popen(command, env=environ, cwd=where, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        deadline = time.monotonic() + timeout
        while not ready.exists():
            ended = self._process.poll() is not None or time.monotonic() > deadline
            assert not ended, (where / "serve.log").read_text(encoding="utf-8")
            time.sleep(0.05)
        urls = json.loads(ready.read_text(encoding="utf-8"))
        self.url: str = urls["http"]
        self.tls_url: str = urls["https"]
        self._session = requests.Session()
        # Neither a proxy nor a .netrc of the tester's.
        self._session.trust_env = False
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        user = {"name": "admin", "domain": {"id": "default"}, "password": ADMIN_PASSWORD}
        self._session.headers["X-Auth-Token"] = self.token({"methods": ["password"], "password": {"user": user}}, scope)

    def call(self, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        """One request, as the administrator unless a header says otherwise."""
        answer = self._session.request(method, self.url + path, json=body, headers=headers, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        found: Json = answer.json() if answer.content else {}
        return found

    def token(self, identity: Json, scope: Json | None = None) -> str:
        """A new token; without a scope, one for no project."""
        body = {"auth": {"identity": identity, "scope": scope or "unscoped"}}
        answer = self._session.post(f"{self.url}/auth/tokens", json=body, headers={"X-Auth-Token": ""}, timeout=30)
        assert answer.ok, answer.text
        return str(answer.headers["X-Subject-Token"])

    def issued(self) -> int:
        """How many tokens were made so far."""
        log = (self.where / "serve.log").read_text(encoding="utf-8")
        # Werkzeug colours what is not 200.
        return len(re.findall(r'POST /v3/auth/tokens HTTP/1\.1[^"]*" 201', log))

    def revoke(self, token: str) -> None:
        self.call("DELETE", "/auth/tokens", None, **{"X-Subject-Token": token})

    def create(self, kind: str, **values: Any) -> str:
        """Create a "project", a "user" and so on; gives its ID."""
        made = self.call("POST", f"/{kind}s", {kind: values})[kind]
        return str(made["id"])

    def grant(self, user: str, project: str, role: str = "member") -> None:
        (found,) = self.call("GET", f"/roles?name={role}")["roles"]
        self.call("PUT", f"/projects/{project}/users/{user}/roles/{found['id']}")

    def totp(self, user: str) -> bytes:
        """Give a user a second factor; gives its key."""
        key = os.urandom(20)
        self.create("credential", type="totp", blob=base64.b32encode(key).decode().rstrip("="), user_id=user)
        return key

    def endpoints(self, service: str, urls: dict[tuple[str, str], str]) -> None:
        """Put a service into the catalog; its URLs by region and interface."""
        service_id = self.create("service", type=service, name=service)
        for region in {region for region, dummy in urls} - {found["id"] for found in self.call("GET", "/regions")["regions"]}:
            self.create("region", id=region)
        for (region, interface), url in urls.items():
            self.create("endpoint", service_id=service_id, region_id=region, interface=interface, url=url)

    def stop(self) -> None:
        self._session.close()
        self._process.terminate()
        self._process.wait(10)

    def __enter__(self) -> Keystone:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
