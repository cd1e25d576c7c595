# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""How what Keystone is told is put together from several sources, and which of it is secret."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._auth.keystone_options import Source, merge
from ansible_collections.otc.elb.plugins.module_utils._auth.secrets import secrets_in

Json = dict[str, Any]


def merged(*sources: Json, types: tuple[str | None, ...] = (None, None, None)) -> tuple[str | None, Json]:
    found = merge(
        [Source(f"source {number}", auth, auth_type) for number, (auth, auth_type) in enumerate(zip(sources, types, strict=False))]
    )
    return found.auth_type, found.auth


@pytest.mark.parametrize(
    ("higher", "lower", "together"),
    [
        # What is about the same thing is replaced as a whole.
        ({"project_id": "1"}, {"project_name": "p"}, {"project_id": "1"}),
        ({"project_name": "p"}, {"project_id": "1"}, {"project_name": "p"}),
        ({"user_id": "1"}, {"username": "u", "password": "x"}, {"user_id": "1", "password": "x"}),
        ({"user_domain_name": "d"}, {"user_domain_id": "1"}, {"user_domain_name": "d"}),
        ({"token": "t"}, {"password": "x"}, {"token": "t"}),
        ({"password": "x"}, {"ak": "a", "sk": "s", "security_token": "t"}, {"password": "x"}),
        ({"secret_key": "s"}, {"security_token": "t", "access_key": "a"}, {"secret_key": "s"}),
        # The rest comes together.
        ({"password": "x"}, {"auth_url": "u", "username": "n"}, {"password": "x", "auth_url": "u", "username": "n"}),
        # An empty value is none.
        ({"project_name": ""}, {"project_id": "1"}, {"project_id": "1"}),
        # Older and other names.
        ({"tenant-name": "p"}, {"project_id": "1"}, {"project_name": "p"}),
        ({"ak": "a", "sk": "s"}, {}, {"access_key": "a", "secret_key": "s"}),
        # One domain for both.
        (
            {"domain_name": "d", "project_name": "p"},
            {},
            {"project_name": "p", "user_domain_name": "d", "project_domain_name": "d"},
        ),
        (
            {"domain_id": "d", "project_id": "1", "user_domain_name": "u"},
            {},
            {"project_id": "1", "user_domain_name": "u", "project_domain_id": "d"},
        ),
        ({"default_domain_id": "d"}, {}, {"user_domain_id": "d", "project_domain_id": "d"}),
        ({"user_domain_id": "d", "project_name": "p"}, {}, {"user_domain_id": "d", "project_name": "p", "project_domain_id": "d"}),
        (
            {"user_domain_id": "d", "project_name": "p", "project_domain_name": "e"},
            {},
            {"user_domain_id": "d", "project_name": "p", "project_domain_name": "e"},
        ),
        # Without a project, a domain is what the token is for.
        ({"domain_name": "d"}, {}, {"domain_name": "d"}),
        # An application credential has its project.
        (
            {"application_credential_id": "i", "application_credential_secret": "s"},
            {"username": "u", "password": "x", "project_name": "p", "project_domain_name": "d"},
            {"application_credential_id": "i", "application_credential_secret": "s"},
        ),
    ],
)
def test_sources_are_put_together(higher: Json, lower: Json, together: Json) -> None:
    assert merged(higher, lower)[1] == together


@pytest.mark.parametrize(
    ("sources", "types", "kind"),
    [
        (({"password": "x"},), (None,), "v3password"),
        (({"password": "x"},), ("password",), "v3password"),
        (({"password": "x"},), ("v3oidcpassword",), "v3oidcpassword"),
        (({"token": "x"},), (None,), "v3token"),
        (({"application_credential_secret": "x"},), (None,), "v3applicationcredential"),
        (({"passcode": "x"},), (None,), "v3totp"),
        (({},), (None,), None),
        # The type counts where the secret is, or above; below, it is about another secret.
        (({}, {"token": "x"}), ("token", "password"), "v3token"),
        (({"token": "x"}, {"password": "y"}), (None, "password"), "v3token"),
        (({"password": "y", "token": "x"},), ("token",), "v3token"),
    ],
)
def test_the_kind(sources: tuple[Json, ...], types: tuple[str | None, ...], kind: str | None) -> None:
    assert merged(*sources, types=types)[0] == kind


@pytest.mark.parametrize(
    ("params", "secrets"),
    [
        ({}, set()),
        ({"auth": None, "cloud": None}, set()),
        ({"cloud": "name"}, set()),
        (
            {"auth": {"auth_url": "u", "username": "n", "user_domain_name": "d", "project_id": "1", "password": "x", "passcode": 123}},
            {"x", "123"},
        ),
        ({"auth": {"application_credential_id": "i", "application-credential-secret": "x"}}, {"x"}),
        # Whatever nobody knows is a secret, above all a mistyped one.
        ({"auth": {"pasword": "x", "nested": {"deep": ["y", {"z": "z"}]}}}, {"x", "y", "z"}),
        ({"auth": {"username_and_all": "x", "scope_key": "y"}}, {"x", "y"}),
        ({"auth": {"password": "", "token": None}}, set()),
        ({"auth": '{"username": "n", "password": "x"}'}, {"x"}),
        ({"auth": ["x"]}, {"x"}),
        (
            {
                "cloud": {
                    "region_name": "eu-de",
                    "verify": False,
                    "auth": {"username": "n", "password": "x"},
                    "sk": "y",
                    "ak": "z",
                    "key": "/file",
                }
            },
            {"x", "y", "z"},
        ),
        ({"cloud": {"password": "x", "profile": "otc"}}, {"x"}),
    ],
)
def test_secrets_in_dicts(params: Json, secrets: set[str]) -> None:
    assert secrets_in(params) == secrets


@pytest.mark.parametrize("auth", ["username=n password=secret", "username=n, password='secret'", 'password="secret"'])
def test_secrets_in_key_value_pairs(auth: str) -> None:
    assert "secret" in secrets_in({"auth": auth})
    assert "n" not in secrets_in({"auth": auth})
