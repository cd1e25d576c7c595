# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer tells. Everything that the service says goes through here, and nobody else has to look at its kinds."""

from __future__ import annotations

import functools
import typing as t

from .._resource.fields import Field, Json

_KINDS: t.Mapping[str, type] = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list}
_TEXT: Json = {"type": "str"}
_REFERENCES: Json = {"type": "list", "elements": {"type": "dict", "options": {"id": {"type": "str", "required": True}}}}
_REASON: Json = {"type": "dict"}

#: What a resource has besides the fields that users manage; any other is left as it is.
_SHOWN: Json = {
    **dict.fromkeys(("id", "name", "ip_version", "healthmonitor_id", "operating_status"), _TEXT),
    **dict.fromkeys(("loadbalancers", "listeners", "members"), _REFERENCES),
    "reason": _REASON,
    "status": {"type": "list", "elements": {"type": "dict", "options": {"reason": _REASON}}},
}
_PAGE_INFO: Json = {"type": "dict", "options": {"next_marker": _TEXT}}


def told(resource: Json, envelope: str) -> Json:
    """What a resource in an answer tells: a field that is not of its kind tells nothing, as if it were missing.

    :param envelope: the key that wraps it, one or many of them.
    """
    return t.cast(Json, _of_kind(resource, _resource(envelope)))


@functools.cache
def _resource(envelope: str) -> Json:
    """The kinds of a resource's fields, as in an argument spec. Who meets only pools or only members does not compile the other's."""
    fields: tuple[Field, ...] = ()
    if envelope in ("pool", "pools"):
        from .._resource import pool as _pool_fields

        fields = _pool_fields.FIELDS
    elif envelope in ("member", "members"):
        from .._resource import member as _member_fields

        fields = _member_fields.FIELDS
    return {"type": "dict", "options": {**{field.name: field.option for field in fields}, **_SHOWN}}


def next_marker(body: Json) -> str | None:
    """Where the next page of a list begins; ``None`` where the answer names none."""
    return (_of_kind(body.get("page_info"), _PAGE_INFO) or {}).get("next_marker")


def _of_kind(value: t.Any, kind: Json) -> t.Any:
    """The value with only those parts that are of their kind; ``None`` where it is not of its kind itself."""
    expected = _KINDS[kind["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        return None
    if isinstance(value, list):
        # With an entry that tells nothing, nobody knows what the list is.
        entries = [_of_kind(entry, kind["elements"]) for entry in value]
        return None if None in entries else entries
    if not isinstance(value, dict):
        return value
    options = kind.get("options", {})
    parts = {name: _of_kind(part, options[name]) if name in options else part for name, part in value.items()}
    if any(option.get("required") and parts.get(name) is None for name, option in options.items()):
        return None
    # A null is told; what became one is not.
    return {name: part for name, part in parts.items() if part is not None or value[name] is None}
