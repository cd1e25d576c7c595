# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication and authorisation: tokens, signatures, and policies by IAM action.

The signature is verified from the description of SDK-HMAC-SHA256: the canonical request is built anew from what
arrived on the wire, so that a client that signs something else than it sends is found out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import Protocol
from urllib.parse import quote, unquote_to_bytes

import requests

from .config import Keystone, User
from .errors import bad_signature, bad_token, no_credentials, not_granted, wrong_project

ALGORITHM = "SDK-HMAC-SHA256"
TOLERANCE = timedelta(minutes=15)
AUTHORIZATION = re.compile(
    r"SDK-HMAC-SHA256 +Access=(?P<access>[^, ]+), *SignedHeaders=(?P<headers>[^, ]+), *Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Wire:
    """A request as it was sent: nothing in it is decoded."""

    method: str
    path: str
    query: str
    # Names in lower case.
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Caller:
    user: User
    # Where a token is bound to a project, that project.
    project_id: str | None = None


class Directory:
    """The users, and what they may do at the moment."""

    def __init__(self, users: Iterable[User]) -> None:
        self.by_name = {user.name: user for user in users}

    def with_token(self, token: str) -> User | None:
        found = None
        for user in self.by_name.values():
            if user.token is not None and hmac.compare_digest(user.token.encode(), token.encode()):
                found = user
        return found

    def with_access_key(self, access_key: str) -> User | None:
        return next((user for user in self.by_name.values() if user.access_key == access_key), None)


class TokenVerifier(Protocol):
    """The interface of what validates tokens and knows their users."""

    def verify(self, token: str) -> Caller | None:
        """Whose it is, or None."""


class ConfiguredTokens:
    """Tokens that stand in the configuration."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def verify(self, token: str) -> Caller | None:
        user = self.directory.with_token(token)
        return None if user is None else Caller(user)


class KeystoneTokens:
    """Tokens that a real Keystone issued: it is asked each time, so that a revoked token is refused at once."""

    def __init__(self, keystone: Keystone, directory: Directory) -> None:
        self.keystone = keystone
        self.directory = directory

    def verify(self, token: str) -> Caller | None:
        response = requests.get(
            self.keystone.auth_url.rstrip("/").removesuffix("/v3") + "/v3/auth/tokens",
            headers={"X-Auth-Token": token, "X-Subject-Token": token},
            timeout=self.keystone.timeout,
        )
        if response.status_code in (401, 403, 404):
            return None
        response.raise_for_status()
        facts = response.json()["token"]
        names = [facts["user"]["name"]]
        names += [self.keystone.roles[role["name"]] for role in facts.get("roles", []) if role["name"] in self.keystone.roles]
        project = facts.get("project", {}).get("id")
        for name in names:
            if name in self.directory.by_name:
                # A token without a project is good for none: the empty ID matches no path.
                return Caller(self.directory.by_name[name], project or "")
        return None


class FirstOf:
    """Several verifiers, asked in turn."""

    def __init__(self, *verifiers: TokenVerifier) -> None:
        self.verifiers = verifiers

    def verify(self, token: str) -> Caller | None:
        for verifier in self.verifiers:
            caller = verifier.verify(token)
            if caller is not None:
                return caller
        return None


def authenticate(wire: Wire, directory: Directory, tokens: TokenVerifier) -> Caller:
    """A signature, where there is one, counts; otherwise the token."""
    if wire.headers.get("authorization", "").startswith(ALGORITHM):
        return Caller(_verify_signature(wire, directory))
    token = wire.headers.get("x-auth-token")
    if not token:
        raise no_credentials()
    caller = tokens.verify(token)
    if caller is None:
        raise bad_token()
    return caller


def check_project(wire: Wire, caller: Caller, project_id: str) -> None:
    """The project of the URI is the caller's, and the one that X-Project-Id names."""
    named = wire.headers.get("x-project-id")
    if named is not None and named != project_id:
        raise wrong_project(project_id)
    if caller.project_id is not None and caller.project_id != project_id:
        raise wrong_project(project_id)
    if caller.user.projects is not None and project_id not in caller.user.projects:
        raise wrong_project(project_id)


def authorize(caller: Caller, action: str) -> None:
    if not any(fnmatchcase(action, granted) for granted in caller.user.actions):
        raise not_granted(action)


def _verify_signature(wire: Wire, directory: Directory) -> User:
    parts = AUTHORIZATION.fullmatch(wire.headers["authorization"].strip())
    if parts is None:
        raise bad_signature("the Authorization header is malformed.")
    _check_date(wire.headers.get("x-sdk-date"))
    if not wire.headers.get("host"):
        raise bad_signature("the Host header is missing.")
    signed = parts["headers"].split(";")
    if "x-sdk-date" not in signed:
        raise bad_signature("x-sdk-date is not signed.")
    if signed != sorted(set(signed)) or any(name != name.lower() for name in signed):
        raise bad_signature("SignedHeaders must be in lower case, sorted, and each once.")
    missing = [name for name in signed if name not in wire.headers]
    if missing:
        raise bad_signature(f"the signed header {missing[0]} is missing.")
    digest = hashlib.sha256(wire.body).hexdigest()
    if wire.headers.get("x-sdk-content-sha256", digest) != digest:
        raise bad_signature("X-Sdk-Content-Sha256 is not the body's.")

    user = directory.with_access_key(parts["access"])
    if user is None or not user.secret_key:
        raise bad_signature(f"the access key {parts['access']} does not exist.")
    canonical = canonical_request(wire, signed, digest)
    to_sign = "\n".join((ALGORITHM, wire.headers["x-sdk-date"], hashlib.sha256(canonical).hexdigest()))
    expected = hmac.new(user.secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts["signature"]):
        raise bad_signature("the signature does not match.")

    given = wire.headers.get("x-security-token")
    if user.security_token is not None:
        if given is None or not hmac.compare_digest(given.encode(), user.security_token.encode()):
            raise bad_signature("the security token of the temporary access key is missing or wrong.")
    elif given is not None:
        raise bad_signature("the access key is not temporary, and a security token was sent.")
    return user


def _check_date(text: str | None) -> None:
    if text is None:
        raise bad_signature("X-Sdk-Date is missing.")
    try:
        date = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise bad_signature("X-Sdk-Date is malformed.") from None
    if abs(datetime.now(timezone.utc) - date) > TOLERANCE:
        raise bad_signature("X-Sdk-Date is not within 15 minutes of the server's time.")


def _encode(raw: str) -> str:
    """Percent-encode what may be encoded already, so that every client's spelling becomes the same one."""
    return quote(unquote_to_bytes(raw), safe="~")


def canonical_request(wire: Wire, signed: list[str], digest: str) -> bytes:
    path = "/".join(_encode(segment) for segment in wire.path.split("/"))
    if not path.endswith("/"):
        path += "/"
    pairs = []
    for item in wire.query.split("&") if wire.query else []:
        name, dummy, value = item.partition("=")
        # In the order of what they mean, as the vendor's clients sort them, rather than of how it is encoded.
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(pairs))
    # WSGI hands the bytes of a header over as Latin-1.
    headers = b"".join(f"{name}:".encode() + wire.headers[name].strip().encode("latin-1") + b"\n" for name in signed)
    return b"\n".join((wire.method.encode(), path.encode(), query.encode(), headers, ";".join(signed).encode(), digest.encode()))
