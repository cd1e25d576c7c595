# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Keystone, and an emulator of ELB that stands in its catalog and asks it whether a token is valid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from ..emulator.client import Emulator, start
from ..playbooks.engine import Engine
from .server import Keystone

DOMAIN = "OTC-EU-DE-00000000001000000001"
PROJECT = "eu-de_team"
# The characters are such as would be lost where one layer too many reads them.
PASSWORD = 'pa$$w0rd {of} the "operator" %7e'


@dataclass(frozen=True)
class Cloud:
    """Keystone, the emulator, and their users and projects."""

    keystone: Keystone
    emulator: Emulator
    project_id: str
    #: A project in which the user has no role.
    other_project_id: str
    user_id: str
    application_credential: dict[str, str]
    #: The key of the user's one-time passwords, which Keystone takes, but does not ask for.
    totp_key: bytes

    @property
    def auth(self) -> dict[str, Any]:
        """The user's password, as an option ``auth``."""
        return {
            "auth_url": self.keystone.url,
            "username": "operator",
            "password": PASSWORD,
            "user_domain_name": DOMAIN,
            "project_name": PROJECT,
            "project_domain_name": DOMAIN,
        }

    @property
    def identity(self) -> dict[str, Any]:
        return {"methods": ["password"], "password": {"user": {"id": self.user_id, "password": PASSWORD}}}

    def token(self) -> str:
        """A new token for the project."""
        return self.keystone.token(self.identity, {"project": {"id": self.project_id}})

    def seen(self) -> list[tuple[str, int]]:
        """What arrived at the emulator: the action and the status of each request."""
        return [(entry["action"], entry["status"]) for entry in self.emulator.requests()]


@dataclass(frozen=True)
class Certificates:
    """Files of a CA that only the tests trust."""

    ca: Path
    #: Certificate and key of a server on this machine, and of a client.
    server: tuple[Path, Path]
    client: tuple[Path, Path]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    where = tmp_path_factory.mktemp("certificates")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(where / "ca.pem"))

    def issue(name: str, *identities: str) -> tuple[Path, Path]:
        issued = ca.issue_cert(*identities)
        certificate, key = where / f"{name}.pem", where / f"{name}.key"
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(certificate), append=True)
        issued.private_key_pem.write_to_path(str(key))
        return certificate, key

    return Certificates(where / "ca.pem", issue("server", "127.0.0.1", "localhost"), issue("client", "operator@example.com"))


@pytest.fixture(scope="session")
def keystone(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Keystone]:
    with Keystone(tmp_path_factory.mktemp("keystone"), certificates.server) as started:
        yield started


@pytest.fixture(scope="session")
def running_cloud(keystone: Keystone) -> Iterator[Cloud]:
    domain = keystone.create("domain", name=DOMAIN)
    project, other = (keystone.create("project", name=name, domain_id=domain) for name in (PROJECT, "eu-de_other"))
    user = keystone.create("user", name="operator", password=PASSWORD, domain_id=domain)
    keystone.grant(user, project)
    identity = {"methods": ["password"], "password": {"user": {"id": user, "password": PASSWORD}}}
    own = {"X-Auth-Token": keystone.token(identity, {"project": {"id": project}})}
    path = f"/users/{user}/application_credentials"
    credential = keystone.call("POST", path, {"application_credential": {"name": "ansible"}}, **own)["application_credential"]
    config = {"project_id": project, "keystone": {"auth_url": keystone.url, "roles": {"member": "admin"}, "timeout": 60}}
    with start(config) as emulator:
        port = emulator.url.rpartition(":")[2]
        keystone.endpoints(
            "elbv3",
            {
                ("eu-de", "public"): f"{emulator.url}/v3/$(project_id)s",
                ("eu-de", "internal"): f"http://localhost:{port}/v3/$(project_id)s",
                # Nothing listens on this port.
                ("eu-nl", "public"): "http://127.0.0.1:9/v3/$(project_id)s",
            },
        )
        secret = {"id": credential["id"], "name": "ansible", "secret": credential["secret"]}
        yield Cloud(keystone, emulator, project, other, user, secret, keystone.totp(user))


@pytest.fixture
def cloud(running_cloud: Cloud) -> Iterator[Cloud]:
    """As good as new; a test that makes the emulator break its own contract fails."""
    running_cloud.emulator.reset()
    yield running_cloud
    assert running_cloud.emulator.violations() == []


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """ansible-playbook without any credential in its environment."""
    return Engine(tmp_path, {})


@pytest.fixture
def clouds_yaml(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file, such as ``clouds_yaml({"production": {...}})``; gives its path."""

    def write(clouds: dict[str, Any], name: str = "clouds.yaml", key: str = "clouds") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({key: clouds}), encoding="utf-8")
        return path

    return write
