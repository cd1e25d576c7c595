# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the user gave to a ``requests`` auth object, an endpoint and a project.

An option beats the environment. Within one source the ways to authenticate exclude one another.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ._errors import ElbError
from ._signer import AkskAuth

#: Where each option is read from when it is not given; the first variable that is set wins.
ENVIRONMENT: t.Mapping[str, tuple[str, ...]] = {
    "access_key": ("OS_ACCESS_KEY",),
    "secret_key": ("OS_SECRET_KEY",),
    "security_token": ("OS_SECURITY_TOKEN",),
    "auth_token": ("OS_AUTH_TOKEN", "OS_TOKEN"),
    "project_id": ("OS_PROJECT_ID",),
    "region_name": ("OS_REGION_NAME",),
    "endpoint": ("OTC_ELB_ENDPOINT",),
    "ca_cert": ("OS_CACERT",),
    "client_cert": ("OS_CERT",),
    "client_key": ("OS_KEY",),
}
_INSECURE = "OS_INSECURE"

#: The connection's part of every module's argument spec; documented in the fragment ``connection``.
ARGUMENT_SPEC: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "access_key": {"type": "str", "no_log": True},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "auth_token": {"type": "str", "no_log": True},
    "project_id": {"type": "str"},
    "region_name": {"type": "str", "aliases": ["region"]},
    "endpoint": {"type": "str"},
    "validate_certs": {"type": "bool", "aliases": ["verify"]},
    "ca_cert": {"type": "path", "aliases": ["cacert"]},
    "client_cert": {"type": "path", "aliases": ["cert"]},
    "client_key": {"type": "path", "aliases": ["key"], "no_log": False},
    "api_timeout": {"type": "float", "default": 30.0},
    "timeout": {"type": "float", "default": 180.0},
}

#: The ways to authenticate, by the options that belong to each.
_WAYS: t.Mapping[str, tuple[str, ...]] = {
    "AK/SK": ("access_key", "secret_key", "security_token"),
    "a token": ("auth_token",),
}

_DEFAULT_REGION = "eu-de"
_ENDPOINT_HOSTS = {"eu-ch2": "elb.eu-ch2.sc.otc.t-systems.com"}

Settings = dict[str, t.Any]


class Connection(t.NamedTuple):
    """All that a client needs to know."""

    auth: t.Callable[[t.Any], t.Any]
    #: The service's root, without version and slash.
    endpoint: str
    project_id: str
    #: Values that must never be shown, wherever they came from.
    secrets: frozenset[str]


def connect(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> Connection:
    """Decide which credential is used.

    :param options: the module's parameters.
    :param environ: the environment.
    :raises ElbError: says which credential is missing, or which two clash.
    """
    from_options = _given(options, ARGUMENT_SPEC)
    from_environment = _read_environment(environ)
    way = _way(from_options, "options") or _way(from_environment, "environment variables")
    if way is None:
        raise ElbError(
            "No credential is given. Give access_key and secret_key (OS_ACCESS_KEY, OS_SECRET_KEY) "
            "or auth_token (OS_AUTH_TOKEN), and project_id (OS_PROJECT_ID)."
        )
    settings = {**from_environment, **from_options}
    for option in _missing(way, settings):
        variable = ENVIRONMENT[option][0]
        raise ElbError(f"{option} is needed to authenticate with {way}. Give it as an option or in {variable}.")
    project_id = settings["project_id"]
    auth: t.Callable[[t.Any], t.Any]
    if way == "AK/SK":
        auth = AkskAuth(settings["access_key"], settings["secret_key"], project_id, settings.get("security_token"))
    else:
        auth = TokenAuth(settings["auth_token"])
    secrets = frozenset(settings[option] for option in ("secret_key", "security_token", "auth_token") if option in settings)
    return Connection(auth, _endpoint(settings), project_id, secrets)


class TokenAuth:
    """Adds a token that the caller already has; for use as ``requests``' ``auth``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: t.Any) -> t.Any:
        """Add the token to *request*, and return it."""
        request.headers["X-Auth-Token"] = self._token
        return request


def tls_settings(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> tuple[t.Any, t.Any]:
    """``verify`` and ``cert`` as ``requests`` takes them. TLS is verified unless somebody says no."""
    settings = {**_read_environment(environ), **_given(options, ARGUMENT_SPEC)}
    verify = settings.get("validate_certs", True) and settings.get("ca_cert", True)
    cert, key = settings.get("client_cert"), settings.get("client_key")
    if key and not cert:
        raise ElbError("client_key is given without client_cert. Give both, or one file with both as client_cert.")
    return verify, (cert, key) if key else cert


def _given(source: t.Mapping[str, t.Any], names: t.Iterable[str]) -> Settings:
    """An empty string is what a lookup of something that is not set leaves behind: not given."""
    return {name: source[name] for name in names if source.get(name) not in (None, "")}


def _read_environment(environ: t.Mapping[str, str]) -> Settings:
    found = {option: next((environ[name] for name in names if environ.get(name)), "") for option, names in ENVIRONMENT.items()}
    settings: Settings = {option: value for option, value in found.items() if value}
    if environ.get(_INSECURE, "").lower() in ("1", "true", "yes", "on"):
        settings["validate_certs"] = False
    return settings


def _way(settings: Settings, source: str) -> str | None:
    """The way to authenticate that *settings* are about; ``None`` where they are about none."""
    ways = {way: [option for option in options if option in settings] for way, options in _WAYS.items()}
    found = [way for way, options in ways.items() if options]
    if len(found) > 1:
        clash = " and ".join(f"{way} ({', '.join(ways[way])})" for way in found)
        raise ElbError(f"The {source} hold two kinds of credential: {clash}. Give one of them.")
    return found[0] if found else None


def _missing(way: str, settings: Settings) -> list[str]:
    needed = ("access_key", "secret_key", "project_id") if way == "AK/SK" else ("auth_token", "project_id")
    return [option for option in needed if option not in settings]


def _endpoint(settings: Settings) -> str:
    """The service's root: as given, or the region's.

    Source of the hosts: "Regions and Endpoints" of Open Telekom Cloud.
    """
    given: str = settings.get("endpoint", "")
    if not given:
        region = settings.get("region_name", _DEFAULT_REGION)
        return "https://" + _ENDPOINT_HOSTS.get(region, f"elb.{region}.otc.t-systems.com")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ElbError(f"endpoint {given!r} is not a URL. Give it with its scheme, such as https://elb.eu-de.otc.t-systems.com.")
    # A catalog's URL ends in /v3/{project_id}; users paste those.
    root = given.rstrip("/")
    return root[: root.index("/v3", len(parts.scheme) + 3)] if "/v3" in parts.path else root
