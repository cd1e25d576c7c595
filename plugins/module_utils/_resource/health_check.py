# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The health check of a pool: its fields and rules.

Source: "Configuring a Health Check", "Updating a Health Check" and "Querying Health Checks" of the API reference.
"""

from __future__ import annotations

import re
import typing as t

from .._errors import Json
from .fields import Field, Rule, Value, number, text
from .pool import Reference
from .resource import Collection, Resource, Verb
from .specs import HTTP_PROTOCOLS, REFERENCES

TYPES = ("TCP", "UDP_CONNECT", "HTTP", "HTTPS")
#: Which types a pool can have, by its protocol; the first is the default.
_TYPES_OF: t.Mapping[str, tuple[str, ...]] = {
    "TCP": ("TCP", "HTTP", "HTTPS"),
    "HTTP": ("HTTP", "TCP", "HTTPS"),
    "HTTPS": ("HTTPS", "TCP", "HTTP"),
    "UDP": ("UDP_CONNECT",),
    "QUIC": ("UDP_CONNECT",),
}
#: What the console fills in for a new health check.
_CONSOLE_DEFAULTS: Json = {"delay": 5, "timeout": 3, "max_retries": 3}

_DOMAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*")
_CODES = re.compile(r"[1-9]\d{2}(([,-])[1-9]\d{2})*")


class HealthCheck(t.TypedDict, total=False):
    """A health check as the API returns it. Any field may be missing, and most may be null."""

    id: str
    name: str
    project_id: str
    pools: list[Reference]
    type: str
    #: Seconds.
    delay: int
    timeout: int
    max_retries: int
    max_retries_down: int
    monitor_port: int | None
    domain_name: str | None
    url_path: str | None
    expected_codes: str | None
    http_method: str | None
    http_version: str | None
    content_check_enable: bool
    send_content: str | None
    receive_content: str | None
    content_format: str | None
    admin_state_up: bool
    created_at: str
    updated_at: str


def _port(value: Value) -> str | None:
    return None if value == 0 else number(1, 65535)(value)


def _domain(value: Value) -> str | None:
    if value and not _DOMAIN.fullmatch(value):
        return f"may have letters, digits, '-' and '.' only, and begins with a letter or digit, not {value!r}"
    return text(100)(value)


def _path(value: Value) -> str | None:
    return text(80, 1)(value) or (None if value.startswith("/") else f"must begin with '/', not {value!r}")


def _codes(value: Value) -> str | None:
    if not _CODES.fullmatch(value):
        return f"must be a code, a list or a range, such as 200, 200,202 or 200-204, not {value!r}"
    return text(64, 1)(value)


def _or_null(desired: Value, current: Value, resource: t.Mapping[str, t.Any]) -> Value:
    """Null resets a field to the service's default."""
    return desired or None


FIELDS: tuple[Field, ...] = (
    Field("name", {"type": "str"}, default="", check=text(255)),
    Field("type", {"type": "str", "choices": list(TYPES)}),
    Field("delay", {"type": "int"}, check=number(1, 50)),
    Field("timeout", {"type": "int"}, check=number(1, 50)),
    Field("max_retries", {"type": "int"}, check=number(1, 10)),
    Field("max_retries_down", {"type": "int"}, default=3, check=number(1, 10)),
    Field("monitor_port", {"type": "int", "aliases": ["port"]}, nullable=True, off=0, check=_port, target=_or_null),
    Field("domain_name", {"type": "str"}, nullable=True, off="", check=_domain, target=_or_null),
    Field("url_path", {"type": "str"}, default="/", check=_path),
    Field("expected_codes", {"type": "str"}, default="200", check=_codes),
    Field("admin_state_up", {"type": "bool"}, default=True),
)


def _http_only(name: str) -> Rule:
    """A field that only checks by HTTP and HTTPS have."""

    def broken(check: Json) -> str | None:
        chosen = check.get("type")
        if check.get(name) and chosen not in (None, *HTTP_PROTOCOLS):
            return f"{name} is for type HTTP and HTTPS only, not for {chosen}"
        return None

    return Rule((name,), broken)


#: What the service is known to refuse; checked before any request, and again with the current health check.
RULES: tuple[Rule, ...] = tuple(map(_http_only, ("domain_name", "url_path", "expected_codes")))


def with_defaults(desired: Json, protocol: str | None) -> Json:
    """The fields of a new health check: the console's defaults for those that are not given.

    :param protocol: the pool's, which decides the type, as far as it is known.
    """
    possible = _TYPES_OF.get(protocol or "")
    return {**({"type": possible[0]} if possible else {}), **_CONSOLE_DEFAULTS, **desired}


def type_conflict(desired: Json, protocol: str | None) -> list[str]:
    """The conflict of the type with the protocol of the pool, as far as both are known."""
    chosen, possible = desired.get("type"), _TYPES_OF.get(protocol or "")
    if chosen is None or possible is None or chosen in possible:
        return []
    return [f"type {chosen} does not fit a pool with protocol {protocol}, which takes {', '.join(sorted(possible))}"]


def _missing_to_create(desired: Json, pool: t.Mapping[str, t.Any]) -> list[str]:
    if "type" in desired:
        return []
    return ["type has to be given: it follows from the pool's protocol, which the service's response does not include"]


HEALTH_CHECK: Resource[HealthCheck] = Resource(
    kind="health check",
    collection=Collection(
        "/v3/{project_id}/elb/healthmonitors",
        "healthmonitor",
        "healthmonitors",
        {
            Verb.CREATE: "Configuring a health check",
            Verb.GET: "Querying a health check",
            Verb.LIST: "Querying health checks",
            Verb.UPDATE: "Modifying a health check",
            Verb.DELETE: "Deleting a health check",
        },
        irregular_actions={Verb.DELETE: "elb:healthmonitor:delete"},
    ),
    fields=FIELDS,
    rules=RULES,
    shown={"pools": REFERENCES},
    missing_to_create=_missing_to_create,
    incomplete=lambda desired, current, pool: type_conflict(desired, pool.get("protocol")),
)
