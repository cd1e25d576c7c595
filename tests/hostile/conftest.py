# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from ..result import Result
from ..unit.inprocess import call
from .server import PROJECT, Server

#: Runs a module against a server: ``run(server, "elb_pool_info", timeout=1)``.
Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def run(server: Server, module: str, *, env: Any = None, **options: Any) -> Result:
        # A busy machine takes its time for a handshake.
        limits = {"api_timeout": 2.0 if server.tls else 0.5, "timeout": 0.2, "endpoint": server.url}
        environment = {"OS_PROJECT_ID": PROJECT, "OS_AUTH_TOKEN": "the-token", **(env or {})}
        return call(module, env=environment, **{**limits, **options})

    return run


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_cert(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "elb.example.com").configure_cert(context)
    return context
