# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets inside of options, besides the options that are secret as a whole (``no_log``).

``no_log`` for ``auth`` and ``cloud`` would mask every value of the dict wherever it appears: a region, a project, a user name,
and so the results of the task.
"""

from __future__ import annotations

import json
import re
import typing as t
from urllib.parse import unquote

from ansible.module_utils.common.validation import check_type_dict

#: What a dict of credentials holds that is no secret; anything else is one, known or not.
_HARMLESS = re.compile(
    r"auth_url|auth_type|username|(user|project|tenant|domain|application_credential|trust|access_key)_(id|name)"
    r"|(default|(default_)?(user|project))_domain(_id|_name)?|system_scope|region_name|interface|identity_provider|protocol"
    r"|discovery_endpoint|openid_scope|auth_methods|scope"
)
#: The names of secrets elsewhere.
_SECRET_NAME = re.compile(r"pass|secret|token|(^|_)(sk|ak)$|access_key|(^|_)code$")
#: Of a URL: user and password, and the query.
_USER = re.compile(r"//([^/?#\s]+)@")
_USER_AND_PASSWORD = re.compile(r"//[^/?#\s:]*:[^/?#\s]+@")
_QUERY = re.compile(r"://[^\s?]*\?([^\s#]+)")
#: The names of plugins that authenticate. What is none of them may be a secret in the wrong place; a plugin of another name is
#: masked, too, which does no harm.
_AUTH_TYPE = re.compile(
    r"none|noauth|admin_token|http_basic|(v[23])?(password|token|totp|multifactor|applicationcredential|tokenlessauth|(adfs|saml)password"
    r"|kerberos|fedkerb|oidc[a-z]+|oauth[12][a-z]*)"
)
#: What no name of an entry holds, but a dict that was turned into text does.
_NO_NAME = "{}[]=:@\n"


def secrets_in(params: t.Mapping[str, t.Any]) -> set[str]:
    """The secret values in a module's parameters, as they are given: nothing is validated yet.

    :returns: also in the spelling that they have inside of a text, where that is another: Ansible logs dicts as text.
    """
    found: set[str] = set()
    auth, cloud = params.get("auth"), params.get("cloud")
    if auth:
        _in_auth(_parsed(auth), found)
    if isinstance(cloud, str) and not is_entry_name(cloud):
        parsed = _parsed(cloud)
        (_in_entry if isinstance(parsed, dict) else _add)(parsed, found)
    elif cloud and not isinstance(cloud, str):
        _in_entry(cloud, found)
    for name, value in params.items():
        # A credential that was given by a name that is no option is refused, and shown with what was given.
        if _SECRET_NAME.search(name) and not name.startswith("_ansible_"):
            _add(value, found)
    for name in ("client_key", "client_cert"):
        if is_pem(params.get(name)):
            _add(params[name], found)
    if not _is_auth_type(params.get("auth_type")):
        _add(params["auth_type"], found)
    _in_urls([auth, cloud, params.get("endpoint")], found)
    return {spelling for secret in found for spelling in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1])}


def _is_auth_type(value: t.Any) -> bool:
    """Whether a value can be the name of a plugin that authenticates, or is none at all."""
    return value is None or _AUTH_TYPE.fullmatch(str(value)) is not None


def secrets_of_proxies(environ: t.Mapping[str, str]) -> set[str]:
    """The passwords of proxies: a proxy may send them back. A user alone is none: all results that have the same word would be masked."""
    found: set[str] = set()
    _in_urls([value for name, value in environ.items() if name.lower().endswith("_proxy") and _USER_AND_PASSWORD.search(value)], found)
    return found


def is_entry_name(cloud: str) -> bool:
    """Whether a text can be the name of an entry of clouds.yaml, rather than a credential that was put in its place."""
    return not any(mark in cloud for mark in _NO_NAME)


def is_pem(value: t.Any) -> bool:
    """Whether a text is a key or a certificate itself, rather than the path of one."""
    return isinstance(value, str) and "-----BEGIN" in value


def _in_auth(auth: t.Any, found: set[str]) -> None:
    if not isinstance(auth, dict):
        # Not a dict, but a credential was meant.
        _add(auth, found)
        return
    for key, value in auth.items():
        if not is_harmless(key):
            _add(value, found)


def _in_entry(entry: t.Any, found: set[str]) -> None:
    if isinstance(entry, (list, tuple)):
        for each in entry:
            _in_entry(each, found)
    if not isinstance(entry, dict):
        return
    for key, value in entry.items():
        if key == "auth":
            _in_auth(_parsed(value), found)
        elif _SECRET_NAME.search(str(key).replace("-", "_")) or (key == "auth_type" and not _is_auth_type(value)):
            _add(value, found)
        else:
            _in_entry(value, found)


def _in_urls(given: t.Any, found: set[str]) -> None:
    """User and password in a URL, and its query: the URL is refused, and shown with what was given."""
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, (list, tuple)):
        for each in given:
            _in_urls(each, found)
    if not isinstance(given, str) or "://" not in given:
        return
    for user_and_password in _USER.findall(given):
        password = user_and_password.partition(":")[2]
        found.update({user_and_password, password, unquote(password)} - {""})
    found.update(_QUERY.findall(given))


def _add(value: t.Any, found: set[str]) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _add(inner, found)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _add(inner, found)
    elif value is not None and not isinstance(value, bool) and str(value):
        found.add(str(value))


def _parsed(given: t.Any) -> t.Any:
    """A dict option may also come as JSON, as Python writes a dict, or as ``key=value`` pairs.

    :returns: the dict, or the list of all that may be secret in a text that is none of the first two.
    """
    if not isinstance(given, str) or not given:
        return given
    try:
        read = check_type_dict(given)
    except TypeError:
        read = {}
    if read and given.lstrip().startswith("{"):
        return read
    pairs = dict(part.strip().split("=", 1) for part in re.split(r"[,\s]+", given) if "=" in part)
    values = [value for pair in (read, pairs) for key, value in pair.items() if not is_harmless(key)]
    # Quotes do not belong to the value, but it is not known how it will be read: it is masked with and without them, and as a whole.
    return [given, *values, *(value.strip("'\"") for value in values)]


def is_harmless(key: t.Any) -> bool:
    """Whether what a dict of credentials holds by that name is no secret."""
    return _HARMLESS.fullmatch(str(key).strip().replace("-", "_")) is not None
