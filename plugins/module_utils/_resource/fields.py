# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields of resources: declared once, read by argument specs, checks, plans and responses."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .._errors import Json

#: A value of a field; ``None`` is "nothing", as null and a missing key are in a response.
Value = t.Any


class Updatable(enum.Enum):
    """When a field can be updated."""

    ALWAYS = enum.auto()
    WHILE_BLANK = enum.auto()
    NEVER = enum.auto()


def _any_value(value: Value) -> str | None:
    return None


def _as_desired(desired: Value, current: Value, resource: t.Mapping[str, t.Any]) -> Value:
    return desired


def _unchanged(value: Value, resource: t.Mapping[str, t.Any]) -> Value:
    return value


@dataclasses.dataclass(frozen=True)
class Field:
    """One field that users manage."""

    #: The API's name.
    name: str
    #: The entry in the argument spec; responses must have the same type.
    option: Json
    updatable: Updatable = Updatable.ALWAYS
    #: The value where a response has null or leaves the field out; that of a field that never changes is unknown then.
    default: Value = None
    #: The option's name, where it is not the API's.
    option_name: str = ""
    #: What is wrong with a value by itself, or ``None``.
    check: t.Callable[[Value], str | None] = _any_value
    #: ``(desired, current, resource) -> the value that the field should get``.
    target: t.Callable[[Value, Value, t.Mapping[str, t.Any]], Value] = _as_desired
    #: ``(value, resource) -> the form in which two values are compared``.
    comparable: t.Callable[[Value, t.Mapping[str, t.Any]], Value] = _unchanged
    #: Takes the field out of a response, where it is not found under its name.
    read: t.Callable[[t.Mapping[str, t.Any]], Value] | None = None
    #: Whether null is a value, such as "off", rather than unknown.
    nullable: bool = False
    #: The option's value that a response shows as null; ``None`` where there is none.
    off: Value = None
    #: What to do instead of changing a field that cannot be changed.
    instead: str = ""

    @property
    def option_key(self) -> str:
        """The option's name."""
        return self.option_name or self.name

    def value_in(self, resource: t.Mapping[str, t.Any]) -> Value:
        """The field's value in a response, with the service's default where the response leaves it out.

        ``None`` means unknown.
        """
        value = self.read(resource) if self.read else resource.get(self.name)
        if value is None and (self.updatable is not Updatable.NEVER or self.name in resource):
            return self.default
        return value

    def equal(self, value: Value, current: Value, resource: t.Mapping[str, t.Any]) -> bool:
        """Whether two values mean the same; a current value that is not known equals any."""
        if current is None and not self.nullable:
            return True
        return bool(self.comparable(value, resource) == self.comparable(current, resource))


@dataclasses.dataclass(frozen=True)
class Rule:
    """A constraint among fields."""

    #: The rule is applied where one of these is given and would change.
    fields: tuple[str, ...]
    #: ``(field -> value) -> reason``; ``None`` where nothing is wrong or not all is known.
    broken: t.Callable[[Json], str | None]


def argument_spec(fields: t.Iterable[Field]) -> Json:
    """The argument spec of the fields."""
    return {field.option_key: field.option for field in fields}


def desired_from(fields: t.Iterable[Field], params: Json) -> Json:
    """The fields that the options give a value, by the API's names. An empty string, 0 and false are values.

    Sub-options that are not given are left out as well.
    """
    desired: Json = {}
    for field in fields:
        value = params.get(field.option_key)
        if isinstance(value, dict):
            value = {key: part for key, part in value.items() if part is not None}
        if value is not None:
            desired[field.name] = value
    return desired


def wrong_values(fields: t.Iterable[Field], desired: Json) -> list[str]:
    """The errors in the desired values, each by itself."""
    reasons = []
    for field in fields:
        reason = field.check(desired[field.name]) if field.name in desired else None
        if reason:
            reasons.append(f"{field.option_key} {reason}")
    return reasons


def broken_rules(
    rules: t.Iterable[Rule], fields: t.Iterable[Field], desired: Json, current: t.Mapping[str, t.Any] | None = None
) -> list[str]:
    """The violated rules, for the desired values together with the *current* resource."""
    rules = [rule for rule in rules if any(name in desired for name in rule.fields)]
    if not rules:
        return []
    values = {field.name: field.value_in(current) for field in fields} if current is not None else {}
    changing: set[str] = set()
    for field in fields:
        if field.name in desired:
            now = values.get(field.name)
            values[field.name] = field.target(desired[field.name], now, {**(current or {}), **desired})
            # The service accepted the current value, whatever a response leaves out that belongs to it.
            if not current or not field.equal(values[field.name], now, current):
                changing.add(field.name)
    reasons = (rule.broken(values) for rule in rules if changing.intersection(rule.fields))
    return [reason for reason in reasons if reason]


def text(most: int, least: int = 0, without: str = "") -> t.Callable[[Value], str | None]:
    """A check of a string.

    :param most: its greatest length in characters.
    :param least: its smallest length.
    :param without: the characters that it must not have.
    :returns: the ``check`` of a :class:`Field`.
    """

    def check(value: str) -> str | None:
        if least and not value:
            return "must not be empty"
        if not least <= len(value) <= most:
            return f"must have {least} to {most} characters, not {len(value)}"
        if any(character in value for character in without):
            return f"must not contain any of {without}"
        return None

    return check


def number(least: int, most: int) -> t.Callable[[Value], str | None]:
    """A check of a whole number: *least* to *most*."""

    def check(value: int) -> str | None:
        return None if least <= value <= most else f"must be {least} to {most}, not {value}"

    return check
