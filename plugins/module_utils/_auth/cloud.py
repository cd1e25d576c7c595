# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticate with what users of OpenStack have: an entry of clouds.yaml, a dict ``auth``, or ``OS_*`` variables.

A token is requested from Keystone; AK/SK in an entry are used without one.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.validation import check_type_dict

from .._errors import ElbError, Json
from . import keystone_options as _keystone_options
from .aksk import with_keys
from .connection import Connection
from .keystone_options import Merged, Source
from .settings import Settings, check_url, is_provider, root_of, to_bool

_KEYS = ("ak", "sk", "access_key", "secret_key", "security_token")
#: An entry's names of our options.
_ENTRY_NAMES = {
    "region_name": "region_name",
    "interface": "interface",
    "elbv3_endpoint_override": "endpoint",
    "cacert": "ca_cert",
    "cert": "client_cert",
    "key": "client_key",
}


def finds_default(settings: Settings) -> bool:
    """Whether there is an entry to use although none was named, as ``openstacksdk`` does: the only one of its file.

    AWX relies on it. Asked when there is no other credential, for it costs an import.
    """
    from .clouds_yaml import Clouds

    try:
        return Clouds(settings.environ).only() is not None
    except ImportError:
        if settings.environ.get("OS_CLIENT_CONFIG_FILE"):
            raise
        return False


def connect(settings: Settings) -> Connection:
    """Find out what was given, and get a token where one is needed.

    :raises ElbError: says what is missing, or why there is no token.
    :raises ImportError: where ``openstacksdk`` is not installed.
    """
    entry = _read_entry(settings)
    settings.entry = _entry_settings(entry)
    merged = _keystone_options.merge(list(_sources(settings, entry)))
    if merged.has_keys:
        return _with_keys(settings, merged, entry.get("title", "The option auth"))
    _keystone_options.check(merged)
    return _with_keystone(settings, merged, entry)


def _read_entry(settings: Settings) -> Json:
    cloud = settings.get("cloud")
    if isinstance(cloud, str) and cloud.lstrip().startswith("{"):
        cloud = _as_dict(cloud)
    if cloud is not None and not isinstance(cloud, (str, dict)):
        raise ElbError("cloud is the name of an entry in clouds.yaml, or a dict of the same shape.")
    complete = "auth" in settings.options or settings.keystone_variables() or "auth_token" in settings.environment
    if cloud is None and complete:
        return {}
    from .clouds_yaml import Clouds

    clouds = Clouds(settings.environ)
    named = cloud or clouds.only()
    return clouds.entry(named, settings.get("region_name")) if named else {}


def _as_dict(cloud: str) -> Json:
    """A dict that came as text, as on a command line."""
    try:
        return dict(check_type_dict(cloud))
    except TypeError:
        raise ElbError("cloud begins as a dict, but cannot be read as one. Give it as JSON, or as a dict in YAML.") from None


def _entry_settings(entry: Json) -> Json:
    found: Json = {option: entry[name] for name, option in _ENTRY_NAMES.items() if entry.get(name)}
    interface = found.get("interface")
    if isinstance(interface, list):
        found["interface"] = interface[0]
    verify = entry.get("verify", True)
    if isinstance(verify, str) and to_bool(verify) is None:
        # requests takes a file here, and so did others.
        found.setdefault("ca_cert", verify)
        verify = True
    found["validate_certs"] = to_bool(verify) is not False and not to_bool(entry.get("insecure"))
    return found


def _sources(settings: Settings, entry: Json) -> t.Iterator[Source]:
    options = dict(settings.options.get("auth", {}))
    if "project_id" in settings.options:
        options = {"project_id": settings.options["project_id"], **options}
    yield Source("The option auth", options, settings.options.get("auth_type"))
    if "cloud" not in settings.options:
        # A task that names an entry means it: variables for another cloud, left behind in a shell, do not get into it.
        variables = {name: settings.environ.get(f"OS_{name.upper()}") for name in _keystone_options.KNOWN + _keystone_options.LEGACY}
        variables["token"] = settings.environment.get("auth_token")
        yield Source("The environment", variables, settings.environment.get("auth_type"))
    if entry:
        # Both places are usual for AK/SK; those outside of auth are for other services where auth has a credential.
        keys = {name: entry[name] for name in _KEYS if entry.get(name)}
        auth: Json = {name: entry[name] for name in _keystone_options.KNOWN if entry.get(name) and name not in keys}
        yield Source(entry["title"], {**auth, **(entry.get("auth") or {})}, entry.get("auth_type"))
        yield Source(entry["title"], keys)


def _with_keys(settings: Settings, merged: Merged, where: str) -> Connection:
    project_id = merged.auth.get("project_id") or settings.get("project_id")
    for value, names in (
        (merged.auth.get("access_key"), "access_key (ak)"),
        (merged.auth.get("secret_key"), "secret_key (sk)"),
        (project_id, "project_id"),
    ):
        if not value:
            advice = " AK/SK need the ID of the project; its name is not enough." if names == "project_id" else ""
            raise ElbError(f"{names} is needed to authenticate with AK/SK. {where} has the other keys: give it there.{advice}")
    access_key, secret_key = str(merged.auth["access_key"]), str(merged.auth["secret_key"])
    token = merged.auth.get("security_token")
    return with_keys(settings, access_key, secret_key, str(token) if token else None, str(project_id))


def _with_keystone(settings: Settings, merged: Merged, entry: Json) -> Connection:
    from .keystone import Keystone

    # The cheap mistakes come first: a request is made only with what can work.
    check_url(str(merged.auth["auth_url"]), "auth_url", "https://iam.eu-de.otc.t-systems.com/v3")
    given = settings.endpoint()
    verify, cert = settings.tls()
    keystone = Keystone(merged, _others(settings, entry), verify, cert, float(settings.get("api_timeout", 30.0)), settings.deadline)
    project_id = keystone.project_id()
    wanted = settings.options.get("project_id")
    if wanted and wanted != project_id:
        raise ElbError(f"The credential is bound to the project {project_id}; it cannot be used for project_id {wanted}.")
    return Connection(keystone, given or _from_catalog(settings, keystone), project_id, keystone.secrets, verify, cert, keystone.renew)


def _others(settings: Settings, entry: Json) -> Json:
    """What plugins may want that this collection does not know: from the environment, and the entry."""
    environ = {} if "cloud" in settings.options else settings.environ
    variables = {name[3:].lower(): value for name, value in environ.items() if name.startswith("OS_") and value}
    return {**entry, **variables}


def _from_catalog(settings: Settings, keystone: t.Any) -> str:
    interface = str(settings.get("interface", "public")).replace("URL", "")
    url = keystone.endpoint(interface, settings.get("region_name"))
    if url is not None:
        return root_of(url, "the endpoint in Keystone's catalog")
    if is_provider(keystone.auth_url):
        return settings.region_endpoint()
    # The token of another Keystone is none of the provider's business.
    raise ElbError(f"The catalog of {keystone.auth_url} has no service of type elbv3. Give its URL as endpoint (OTC_ELB_ENDPOINT).")
