# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs with the vendor's own signer, which the emulator's check knows nothing of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from tests.emulator.client import Json


@dataclass
class Signed:
    """A signed request, which a test may still spoil before it is sent."""

    method: str
    url: str
    headers: Json
    body: bytes
    query: list[tuple[str, Any]] = field(default_factory=list)

    def send(self) -> requests.Response:
        with requests.Session() as session:
            prepared = requests.Request(self.method, self.url, data=self.body or None).prepare()
            prepared.url = self.url
            prepared.headers.clear()
            prepared.headers.update(self.headers)
            prepared.headers["Content-Length"] = str(len(self.body))
            return session.send(prepared, timeout=30)


def sign(user: Json, method: str, url: str, body: Json | None = None, query: list[tuple[str, Any]] | None = None, **headers: str) -> Signed:
    parts = urlsplit(url)
    raw = b"" if body is None else json.dumps(body).encode()
    sent: Json = {"Content-Type": "application/json"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    asked = SdkRequest(
        method=method,
        schema=parts.scheme,
        host=parts.netloc,
        resource_path=parts.path,
        query_params=query or [],
        header_params=sent,
        body=raw.decode(),
    )
    Signer(BasicCredentials(user["access_key"], user["secret_key"])).sign(asked)
    return Signed(method, f"{parts.scheme}://{parts.netloc}{asked.uri}", dict(asked.header_params), raw, query or [])
