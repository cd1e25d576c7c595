# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the connection, from options and the environment. An option overrides the environment."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

from .._errors import ElbError, Json
from .secrets import is_pem

#: Where each option is read from when it is not given; the first variable that is set wins.
ENVIRONMENT: t.Mapping[str, tuple[str, ...]] = {
    "cloud": ("OS_CLOUD",),
    "auth_type": ("OS_AUTH_TYPE", "OS_AUTH_PLUGIN"),
    "access_key": ("OS_ACCESS_KEY",),
    "secret_key": ("OS_SECRET_KEY",),
    "security_token": ("OS_SECURITY_TOKEN",),
    "auth_token": ("OS_AUTH_TOKEN", "OS_TOKEN"),
    "project_id": ("OS_PROJECT_ID", "OS_TENANT_ID"),
    "region_name": ("OS_REGION_NAME", "OS_REGION"),
    "endpoint": ("OTC_ELB_ENDPOINT",),
    "interface": ("OS_INTERFACE",),
    "ca_cert": ("OS_CACERT",),
    "client_cert": ("OS_CERT",),
    "client_key": ("OS_KEY",),
}
_INSECURE = "OS_INSECURE"
#: Variables that are a credential for Keystone, or a part of one. OS_AUTH_URL is none: others have it, too.
_KEYSTONE = ("USERNAME", "USER_ID", "PASSWORD", "PASSCODE", *(f"APPLICATION_CREDENTIAL_{part}" for part in ("ID", "NAME", "SECRET")))
#: The types of authentication that get a token for a token.
_TOKEN_TYPES = ("token", "v3token")

#: The connection's part of every module's argument spec; documented in the fragment ``connection``.
#: ``cloud`` and ``auth`` are not no_log as a whole: a region or a user name would be masked in every result.
#: See ``_auth.secrets``.
ARGUMENT_SPEC: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "cloud": {"type": "raw"},
    "auth": {"type": "dict"},
    "auth_type": {"type": "str"},
    "access_key": {"type": "str", "no_log": True},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "auth_token": {"type": "str", "no_log": True},
    "project_id": {"type": "str"},
    "region_name": {"type": "str", "aliases": ["region"]},
    "endpoint": {"type": "str"},
    "interface": {"type": "str", "choices": ["public", "internal", "admin"], "aliases": ["endpoint_type"]},
    "validate_certs": {"type": "bool", "aliases": ["verify"]},
    "ca_cert": {"type": "path", "aliases": ["cacert"]},
    "client_cert": {"type": "path", "aliases": ["cert"]},
    "client_key": {"type": "path", "aliases": ["key"], "no_log": False},
    "api_timeout": {"type": "float", "default": 30.0},
    "timeout": {"type": "float", "default": 180.0},
}

#: The region where none is given.
DEFAULT_REGION = "eu-de"
#: The service's host in each region. Source: "Regions and Endpoints" of Open Telekom Cloud.
_ENDPOINT_HOSTS = {
    "eu-de": "elb.eu-de.otc.t-systems.com",
    "eu-nl": "elb.eu-nl.otc.t-systems.com",
    "eu-ch2": "elb.eu-ch2.sc.otc.t-systems.com",
}
#: A project's name begins with its region; its ID is of hexadecimal digits. Source: "Obtaining a Project ID" of the API reference.
_PROJECT_NAME = re.compile(r"[a-z]{2}-[a-z]+\d*(_.*)?")
#: Hosts of the provider; a token of any other Keystone is not sent to the provider's endpoints by default.
_PROVIDER = ".otc.t-systems.com"


class Settings:
    """The settings of the connection, by the names of the options.

    :param options: the module's parameters.
    :param environ: the environment.
    """

    def __init__(self, options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> None:
        # An empty string is what a lookup of something that is not set leaves behind: not given.
        self.options: Json = {name: options[name] for name in ARGUMENT_SPEC if options.get(name) not in (None, "", {})}
        self.environ = environ
        self.environment: Json = {option: value for option in ENVIRONMENT for value in [self._variable(option)[1]] if value}
        if "access_key" in self.options and "secret_key" in self.options:
            # A security token belongs to one pair of keys: the one of another pair is not sent along.
            self.environment.pop("security_token", None)
        insecure = to_bool(environ.get(_INSECURE))
        if insecure is not None:
            self.environment["validate_certs"] = not insecure

    def get(self, name: str, default: t.Any = None) -> t.Any:
        """The value of an option, or of the environment."""
        return self.options.get(name, self.environment.get(name, default))

    def require(self, way: str, *options: str) -> list[str]:
        """The values of *options*.

        :param way: the way to authenticate that needs them.
        :raises ElbError: names the first one that is missing.
        """
        for option in options:
            if not self.get(option):
                named = option == "project_id" and any(self.environ.get(name) for name in ("OS_PROJECT_NAME", "OS_TENANT_NAME"))
                advice = " The project's name is not enough here." if named else ""
                raise ElbError(
                    f"{option} is needed to authenticate with {way}. Give it as an option or in {self.variable(option)}.{advice}"
                )
        return [str(self.get(option)) for option in options]

    def check_project_id(self) -> None:
        """Check the project's ID.

        :raises ElbError: when it is the name of a project.
        """
        what = "project_id" if "project_id" in self.options else self.variable("project_id")
        check_project_id(self.get("project_id"), what)

    def variable(self, option: str) -> str:
        """The environment variable that an option came from, or would come from."""
        return self._variable(option)[0]

    def keystone_variables(self) -> list[str]:
        """The environment variables that are meant for Keystone."""
        return [name for name in (f"OS_{part}" for part in _KEYSTONE) if self.environ.get(name)]

    def exchanges_token(self) -> bool:
        """Whether OS_TOKEN is to be exchanged for one of the project, rather than used as it is."""
        return self.environment.get("auth_type") in _TOKEN_TYPES and bool(self.environ.get("OS_AUTH_URL"))

    def _variable(self, option: str) -> tuple[str, str]:
        names = ENVIRONMENT[option]
        return next(((name, self.environ[name]) for name in names if self.environ.get(name)), (names[0], ""))

    def tls(self) -> tuple[bool | str, str | tuple[str, str] | None]:
        """``verify`` and ``cert`` as ``requests`` takes them. TLS is verified by default.

        :raises ElbError: when a file is missing.
        """
        verify = bool(self.get("validate_certs", True)) and (self.get("ca_cert") or True)
        return tls_files(verify, self.get("client_cert"), self.get("client_key"))

    def endpoint(self) -> str | None:
        """The service's root as it was given; ``None`` where it was not.

        :raises ElbError: when it is not a URL.
        """
        given = self.get("endpoint")
        what = self.variable("endpoint") if "endpoint" not in self.options and "endpoint" in self.environment else "endpoint"
        return root_of(str(given), what) if given else None

    def region_endpoint(self, region: str | None = None) -> str:
        """The service's root as it follows from the region.

        :param region: by default that of the options or the environment.
        :raises ElbError: when there is no such region: the credential would go to another host.
        """
        region = str(region or self.get("region_name", DEFAULT_REGION))
        if region not in _ENDPOINT_HOSTS:
            known = ", ".join(_ENDPOINT_HOSTS)
            raise ElbError(f"region_name {region!r} is not a known region. Known are: {known}. For another one, give 'endpoint' as well.")
        return f"https://{_ENDPOINT_HOSTS[region]}"


def check_project_id(project_id: t.Any, what: str) -> None:
    """Check the ID of a project.

    :param what: what the user knows it as.
    :raises ElbError: when it is the name of one.
    """
    if project_id and _PROJECT_NAME.fullmatch(str(project_id)):
        raise ElbError(
            f"{what} is {project_id!r}, which is the name of a project. Give the project's ID, 32 hexadecimal digits; the console shows it "
            "under 'My Credentials'."
        )


def tls_files(verify: bool | str, cert: str | None, key: str | None) -> tuple[bool | str, str | tuple[str, str] | None]:
    """``verify`` and ``cert`` as ``requests`` takes them, of files that exist.

    :param verify: whether to verify; or the file of the CAs to trust.
    :param cert: the client's certificate.
    :param key: its key, where the certificate's file does not hold it.
    :raises ElbError: when a file is missing.
    """
    ca = _file("ca_cert", verify) if isinstance(verify, str) else verify
    cert, key = _file("client_cert", cert), _file("client_key", key)
    if key and not cert:
        raise ElbError("client_key is given without client_cert. Give both, or one file with both as client_cert.")
    return ca or False, (cert, key) if cert and key else cert


def _file(name: str, given: str | None) -> str | None:
    if not given:
        return None
    if is_pem(given):
        raise ElbError(f"{name} is a key or a certificate itself. Write it to a file, and give the file's path.")
    path = Path(given).expanduser()
    if not path.exists():
        raise ElbError(f"{name} is {given}, but there is no such file.")
    return str(path)


def root_of(url: str, what: str = "endpoint") -> str:
    """The service's root from a URL that may end in the version and the project, as those of the catalog do.

    :raises ElbError: when it is not a URL.
    """
    parts = check_url(url, what, "https://elb.eu-de.otc.t-systems.com")
    root = url.rstrip("/")
    return root[: root.index("/v3", len(parts.scheme) + 3)] if "/v3" in parts.path else root


def check_url(url: str, what: str, example: str) -> t.Any:
    """Split a URL that requests can be sent to.

    :param what: what the user knows it as.
    :raises ElbError: when it is not one, or holds a password: that would be in messages and logs.
    """
    try:
        parts = urlsplit(url)
        # urlsplit validates the port only when it is read.
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    else:
        if "@" in parts.netloc:
            raise ElbError(f"{what} holds a user or a password. Give it without; credentials have options of their own.")
        if "?" in url or "#" in url:
            raise ElbError(f"{what} has a query or a fragment. Give it without, such as {example}.")
    if wrong or any(letter.isspace() for letter in url):
        shown = "" if "@" in url else f" {url!r}"
        raise ElbError(f"{what}{shown} is not a URL. Give it with its scheme, such as {example}.")
    return parts


def is_provider(url: str) -> bool:
    """Whether a URL is one of Open Telekom Cloud's own."""
    return (urlsplit(url).hostname or "").endswith(_PROVIDER)


def to_bool(value: t.Any) -> bool | None:
    """A boolean as people write them; ``None`` for anything else."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    return True if word in ("1", "true", "yes", "on", "y", "t") else False if word in ("0", "false", "no", "off", "n", "f") else None
