# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the user gave to a ``requests`` auth object, an endpoint and a project.

There are three ways to authenticate, a file for each, and this decides which one is meant. Within one source they
exclude one another.
"""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path

from .._errors import ElbError, NoCredential
from .._http.deadline import Deadline
from . import aksk, token
from .connection import Connection, TokenCache
from .settings import ENVIRONMENT, Settings

#: The ways to authenticate, by the options that stand for each.
_WAYS: t.Mapping[str, tuple[str, ...]] = {
    "AK/SK": ("access_key", "secret_key", "security_token"),
    "a token": ("auth_token",),
    "cloud/auth": ("cloud", "auth"),
}
_NO_CREDENTIAL = (
    "No credential is given. Give one of: access_key and secret_key with project_id "
    "(OS_ACCESS_KEY, OS_SECRET_KEY, OS_PROJECT_ID); auth_token with project_id (OS_AUTH_TOKEN, OS_PROJECT_ID); "
    "cloud (OS_CLOUD), the name of an entry in clouds.yaml; auth, a dict of auth_url, username, password and so on "
    "(OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, ...)."
)


def connect(options: t.Mapping[str, t.Any], deadline: Deadline, token_cache: TokenCache | None = None) -> Connection:
    """Decide which credential is used. No request is made: the first one is that of ``Connection.locate``.

    What the options leave out is read from the environment.

    :param options: the module's parameters.
    :param deadline: the task's, within which a token is asked for again after trouble.
    :param token_cache: keeps Keystone's tokens for other tasks; by default they are not kept.
    :raises ElbError: says which credential is missing, which two clash, or what cannot be used.
    :raises ImportError: where openstacksdk is missing, and the credential needs it.
    """
    settings = Settings(options, os.environ)
    settings.check_project_id()
    way = _way(_in_options(settings), "options") or _way(_in_environment(settings), "environment variables")
    if way == "AK/SK":
        return aksk.connect(settings)
    if way == "a token":
        return token.connect(settings)
    # Here rather than above: it imports openstacksdk, which takes longer than all the rest of a task.
    from . import cloud  # noqa: PLC0415

    try:
        config = cloud.Config()
    except ImportError:
        if way or _has_clouds(os.environ):
            raise
        raise NoCredential(f"{_NO_CREDENTIAL} clouds.yaml and auth need the library openstacksdk, which {sys.executable} lacks.") from None
    if way is None and "auth_type" not in settings.environment and config.default_cloud not in config.names:
        if config.names:
            raise NoCredential(
                f"No cloud is chosen. {config.config_filename} has: {', '.join(config.names)}. Give one of them as 'cloud' or in OS_CLOUD."
            )
        reason, advice = config.unread or ("", "")
        raise NoCredential(f"{_NO_CREDENTIAL} {reason}. {advice}" if reason else _NO_CREDENTIAL)
    return cloud.connect(settings, config, deadline, token_cache)


def expects_keystone(environ: t.Mapping[str, str]) -> bool:
    """Whether tasks whose options give no credential get a token from Keystone."""
    try:
        way = _way(_in_environment(Settings({}, environ)), "environment variables")
    except ElbError:
        return False
    return way == "cloud/auth" or (way is None and _has_clouds(environ))


def _has_clouds(environ: t.Mapping[str, str]) -> bool:
    """Whether there is a file of clouds where openstacksdk looks first. To ask openstacksdk itself takes its import.

    Source: the documentation of openstacksdk, "Configuring OpenStack SDK Applications".
    """
    home = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config")
    folders = (Path(), home / "openstack", Path("/etc/openstack"))
    named = environ.get("OS_CLIENT_CONFIG_FILE")
    return bool(named) or any((folder / f"clouds.{kind}").is_file() for folder in folders for kind in ("yaml", "yml", "json"))


def _in_options(settings: Settings) -> dict[str, list[str]]:
    return {way: [option for option in options if option in settings.options] for way, options in _WAYS.items()}


def _in_environment(settings: Settings) -> dict[str, list[str]]:
    """The variables that stand for each way, by their names."""
    found = {
        way: [settings.variable(option) for option in options if option in settings.environment and option in ENVIRONMENT]
        for way, options in _WAYS.items()
    }
    found["cloud/auth"] += settings.keystone_variables()
    if found["a token"] and settings.exchanges_token():
        # It is requested to be exchanged for a token of the project.
        found["cloud/auth"] += found.pop("a token")
    return found


def _way(found: t.Mapping[str, list[str]], source: str) -> str | None:
    """The way to authenticate that a source is about; ``None`` where it is about none."""
    ways = [way for way, names in found.items() if names]
    if len(ways) > 1:
        clash = " and ".join(f"{way} ({', '.join(found[way])})" for way in ways)
        raise ElbError(f"The {source} hold {'two' if len(ways) == 2 else 'three'} kinds of credential: {clash}. Give one of them.")
    return ways[0] if ways else None
