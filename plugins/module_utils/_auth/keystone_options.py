# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Keystone is given, put together from several sources: the options, the environment and an entry of clouds.yaml.

Names are those of ``keystoneauth1``. A source that says who the user is, which project is meant or what the secret is
replaces what a lower source says about the same, under whatever name: an ID does not meet another one's name.
"""

from __future__ import annotations

import typing as t

from .._errors import ElbError, Json

#: Which names are about the same thing.
_ASPECTS: t.Mapping[str, tuple[str, ...]] = {
    "where Keystone is": ("auth_url",),
    "who": ("user_id", "username", "application_credential_id", "application_credential_name"),
    "the user's domain": ("user_domain_id", "user_domain_name"),
    "the project": ("project_id", "project_name", "system_scope", "trust_id"),
    "the domain": ("domain_id", "domain_name"),
    "the project's domain": ("project_domain_id", "project_domain_name"),
    "the default domain": ("default_domain_id", "default_domain_name"),
    "the secret": ("password", "passcode", "token", "application_credential_secret"),
    "the access key": ("access_key",),
    "the secret key": ("secret_key", "security_token"),
}
_ASPECT_OF = {name: aspect for aspect, names in _ASPECTS.items() for name in names}
KNOWN: tuple[str, ...] = tuple(_ASPECT_OF)
#: What older openrc files say for the project.
LEGACY = ("tenant_id", "tenant_name")
#: Other names of them.
_ALIASES = {
    "user_name": "username",
    "tenant_id": "project_id",
    "tenant_name": "project_name",
    "auth_token": "token",
    "ak": "access_key",
    "sk": "secret_key",
}
#: What kind a credential is of, where nobody says: by its secret. Version 3 is named because there is no other Keystone any
#: more, and to be asked which one it is would cost it and us a request.
_KINDS = {"password": "v3password", "token": "v3token", "application_credential_secret": "v3applicationcredential", "passcode": "v3totp"}
_VERSION_3 = {"password": "v3password", "token": "v3token"}
#: What each kind cannot do without, besides auth_url; one of each group.
_REQUIRED: t.Mapping[str, tuple[tuple[str, ...], ...]] = {
    "v3password": (("username", "user_id"), ("password",)),
    "v3token": (("token",),),
    "v3applicationcredential": (("application_credential_id", "application_credential_name"), ("application_credential_secret",)),
    "v3totp": (("username", "user_id"), ("passcode",)),
}


class Source(t.NamedTuple):
    """One source of settings for Keystone."""

    #: What the user knows it as, to be named in a message.
    title: str
    auth: Json
    auth_type: str | None = None


class Merged(t.NamedTuple):
    """What came of all sources."""

    #: ``None`` where nothing tells.
    auth_type: str | None
    auth: Json

    @property
    def has_keys(self) -> bool:
        """Whether it is AK/SK, which is no business of Keystone's."""
        return "access_key" in self.auth or "secret_key" in self.auth


def merge(sources: t.Sequence[Source]) -> Merged:
    """Put the sources together; the first one is the highest.

    :raises ElbError: when one source holds two kinds of credential, or names what nobody knows.
    """
    auth: Json = {}
    auth_type: str | None = None
    for source in sources:
        given = {_name(key): value for key, value in source.auth.items() if value not in (None, "")}
        secret_was_found = bool(_secrets_of(auth))
        if not secret_was_found:
            auth_type = auth_type or source.auth_type
            _refuse_two_kinds(source, given, auth_type)
        settled = {_ASPECT_OF.get(name, name) for name in auth}
        if secret_was_found:
            settled |= {"the secret", "the access key", "the secret key"}
        auth.update({name: value for name, value in given.items() if _ASPECT_OF.get(name, name) not in settled})
    if auth_type is None:
        auth_type = next((_KINDS[name] for name in _secrets_of(auth) if name in _KINDS), None)
    return Merged(_VERSION_3.get(auth_type or "", auth_type), _complete(auth, auth_type))


def check(merged: Merged) -> None:
    """Refuse what Keystone would refuse in words that do not help.

    :raises ElbError: names what is missing.
    """
    kind = merged.auth_type or "v3password"
    for names in (("auth_url",), *_REQUIRED.get(kind, ())):
        if not any(name in merged.auth for name in names):
            options = " or ".join(f"auth.{name}" for name in names)
            variables = " or ".join(f"OS_{name.upper()}" for name in names)
            raise ElbError(
                f"{options} is needed to get a token from Keystone ({kind}). Give it in the option auth, in clouds.yaml or in {variables}."
                + (" For Open Telekom Cloud it is such as https://iam.eu-de.otc.t-systems.com/v3." if names[0] == "auth_url" else "")
            )
    named = "username" in merged.auth and "user_id" not in merged.auth
    if kind in ("v3password", "v3totp") and named and not _any(merged.auth, "user_domain_id", "user_domain_name"):
        raise ElbError(
            "auth.user_domain_name is needed with auth.username: names are unique within a domain only. "
            "Give it in the option auth, in clouds.yaml or in OS_USER_DOMAIN_NAME, or give auth.user_id."
        )


def _name(key: str) -> str:
    name = str(key).replace("-", "_")
    return _ALIASES.get(name, name)


def _secrets_of(auth: Json) -> list[str]:
    return [name for name in (*_ASPECTS["the secret"], "secret_key") if name in auth]


def _refuse_two_kinds(source: Source, auth: Json, auth_type: str | None) -> None:
    """Where a type is given, it says which one is meant; AK/SK has none."""
    keys = [name for name in ("access_key", "secret_key") if name in auth]
    secrets = [name for name in _ASPECTS["the secret"] if name in auth]
    if keys and secrets:
        raise ElbError(
            f"{source.title} holds two kinds of credential: AK/SK ({', '.join(keys)}) and {', '.join(secrets)}. Give one of them."
        )
    if len(secrets) > 1 and auth_type is None:
        raise ElbError(f"{source.title} holds two kinds of credential: {' and '.join(secrets)}. Give one of them, or auth_type.")


def _complete(auth: Json, auth_type: str | None) -> Json:
    """Spell out what may be left out."""
    auth = dict(auth)
    if auth_type == "v3applicationcredential":
        # It is bound to its project; Keystone refuses to be told one.
        scope = ("the project", "the domain", "the project's domain", "the default domain")
        return {name: value for name, value in auth.items() if _ASPECT_OF.get(name) not in scope}
    for kind in ("id", "name"):
        default = auth.pop(f"default_domain_{kind}", None)
        if _any(auth, "project_id", "project_name"):
            # One domain for both, as openstacksdk reads it; AWX writes its field "Domain Name" this way.
            default = auth.pop(f"domain_{kind}", None) or default
        for whose in ("user", "project"):
            if default and not _any(auth, f"{whose}_domain_id", f"{whose}_domain_name"):
                auth[f"{whose}_domain_{kind}"] = default
    if "project_name" in auth and not _any(auth, "project_domain_id", "project_domain_name"):
        # A project is the user's domain's on Open Telekom Cloud, and its openrc files leave it out.
        auth.update({f"project_domain_{kind}": auth[f"user_domain_{kind}"] for kind in ("id", "name") if f"user_domain_{kind}" in auth})
    return auth


def _any(auth: Json, *names: str) -> bool:
    return any(name in auth for name in names)
