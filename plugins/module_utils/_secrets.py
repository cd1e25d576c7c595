# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is secret inside of the options ``auth`` and ``cloud``.

``no_log`` knows whole options only. It would mask every value of the dict wherever it appears: a region, a project,
a user name, and so the results of the task.
"""

from __future__ import annotations

import json
import re
import typing as t

#: What a dict of credentials holds that is no secret; anything else is one, known or not.
_HARMLESS = re.compile(
    r"auth_url|auth_type|username|(user|project|tenant|domain|application_credential|trust|access_key)_(id|name)"
    r"|(default|(default_)?(user|project))_domain(_id|_name)?|system_scope|region_name|interface|identity_provider|protocol"
    r"|discovery_endpoint|openid_scope|auth_methods|scope"
)
#: What is secret in the rest of an entry, by its name.
_SECRET = re.compile(r"pass|secret|token|(^|_)(sk|ak)$|access_key|(^|_)code$")


def secrets_in(params: t.Mapping[str, t.Any]) -> set[str]:
    """The secret values inside of the options ``auth`` and ``cloud``, as they are given: nothing is validated yet."""
    found: set[str] = set()
    _in_auth(_parsed(params.get("auth")), found)
    cloud = params.get("cloud")
    if isinstance(cloud, dict):
        _in_entry(cloud, found)
    return found


def _in_auth(auth: t.Any, found: set[str]) -> None:
    if not isinstance(auth, dict):
        # Not a dict, but a credential was meant.
        _add(auth, found)
        return
    for key, value in auth.items():
        if not _HARMLESS.fullmatch(str(key).replace("-", "_")):
            _add(value, found)


def _in_entry(entry: t.Mapping[t.Any, t.Any], found: set[str]) -> None:
    for key, value in entry.items():
        if key == "auth":
            _in_auth(_parsed(value), found)
        elif _SECRET.search(str(key).replace("-", "_")) or key == "clouds":
            _add(value, found)


def _add(value: t.Any, found: set[str]) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _add(inner, found)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _add(inner, found)
    elif value is not None and not isinstance(value, bool) and str(value):
        found.add(str(value))


def _parsed(auth: t.Any) -> t.Any:
    """A dict option may also come as JSON or as ``key=value`` pairs."""
    if not isinstance(auth, str) or not auth:
        return auth
    try:
        return json.loads(auth)
    except ValueError:
        pairs = dict(part.strip().split("=", 1) for part in re.split(r"[,\s]+", auth) if "=" in part)
        # Quotes are none of the value, but nobody knows how it will be read: both are masked, and so is the whole.
        values = [value.strip("'\"") for key, value in pairs.items() if not _HARMLESS.fullmatch(key.strip())]
        return {"whole": auth, "values": values, "quoted": [value for key, value in pairs.items() if not _HARMLESS.fullmatch(key.strip())]}
