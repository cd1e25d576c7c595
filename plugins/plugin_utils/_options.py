# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From resources, as the info modules return them, to the options that make the same again."""

from __future__ import annotations

import typing as t

from ansible_collections.otc.elb.plugins.module_utils._errors import Json, type_name
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Field, Updatable
from ansible_collections.otc.elb.plugins.module_utils._resource.health_check import HEALTH_CHECK
from ansible_collections.otc.elb.plugins.module_utils._resource.member import MEMBER
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Resource


class NoOptions(Exception):
    """It is no pool, no member, and no list of them."""


def options_of(found: t.Any, references: bool = True) -> t.Any:
    """The options that make the same again.

    :param found: a pool, a member, or a list of them.
    :param references: whether to keep the IDs of other resources, such as the load balancer, which no other project has.
    :returns: a dict, or a list of dicts.
    :raises NoOptions: when it is something else.
    """
    if isinstance(found, (list, tuple)):
        return [options_of(each, references) for each in found]
    if not isinstance(found, dict):
        raise NoOptions(f"a pool, a member, or a list of them is expected, not {type_name(found)}")
    if "protocol_port" in found:
        return _options(MEMBER, found, references)
    if "lb_algorithm" not in found:
        part = next((name for name in ("pools", "members", "pool", "member") if name in found), None)
        advice = f": give its '{part}'" if part else ""
        raise NoOptions(f"a pool, a member, or a list of them is expected, as elb_pool_info and elb_member_info return them{advice}")
    options = _options(POOL, found, references)
    if "health_check" in found:
        check = found["health_check"]
        options["health_check"] = {"enable": False} if check is None else _options(HEALTH_CHECK, check, references)
    return options


def _options(resource: Resource[t.Any], found: Json, references: bool) -> Json:
    values = {field.name: _value(field, found) for field in resource.fields}
    values = {name: value for name, value in values.items() if value is not None}
    targets = {field.name: field.target(values[field.name], None, values) for field in resource.fields if field.name in values}
    for rule in resource.rules:
        # Responses have fields that belong together in no request.
        if rule.broken(targets):
            values = {name: value for name, value in values.items() if name not in rule.fields}
    return {
        field.option_key: values[field.name]
        for field in resource.fields
        if field.name in values and not _is_blank(field, values[field.name]) and (references or not field.name.endswith("_id"))
    }


def _value(field: Field, found: Json) -> t.Any:
    value = field.read(found) if field.read else found.get(field.name)
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if part is not None and name in field.option["options"]}
        value = field.target(value, None, found)
    return field.off if value is None else value


def _is_blank(field: Field, value: t.Any) -> bool:
    """Whether a value only says that nothing is set, and no option sets it."""
    return value == "" and (field.updatable is not Updatable.ALWAYS or field.check(value) is not None)
