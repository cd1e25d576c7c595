# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a field of a resource is: said once, read by the argument specs, the checks and the plans."""

from __future__ import annotations

import typing as t

Json = dict[str, t.Any]
#: A value of a field; ``None`` is "nothing", as null and a missing key are in an answer.
Value = t.Any

#: A field can be updated at any time, only while it is blank, or never.
ALWAYS, WHILE_BLANK, NEVER = "always", "while blank", "never"

#: How the stand-in for an ID begins that a resource has in check mode which would be created.
LATER = "known after creation: "


def _any_value(value: Value) -> str | None:
    return None


def _as_wanted(wanted: Value, current: Value, resource: Json) -> Value:
    return wanted


def _as_it_is(value: Value, resource: Json) -> Value:
    return value


class Field(t.NamedTuple):
    """One field of a pool or of a member."""

    #: The API's name.
    name: str
    #: The entry in the argument spec.
    option: Json
    #: Whether it can be updated: ALWAYS, WHILE_BLANK or NEVER.
    change: str = ALWAYS
    #: What the service means where its answer says null, or leaves the field out. Of one that never changes, an answer without it
    #: tells nothing.
    default: Value = None
    #: The option's name, where it is not the API's.
    option_name: str = ""
    #: Tells what is wrong with a value by itself, or ``None``.
    check: t.Callable[[Value], str | None] = _any_value
    #: ``(wanted, current, resource) -> the value that the field should get``.
    target: t.Callable[[Value, Value, Json], Value] = _as_wanted
    #: ``(value, resource) -> the form in which two values are compared``.
    compare: t.Callable[[Value, Json], Value] = _as_it_is
    #: Takes the field out of an answer, where that is more than looking up its name.
    read: t.Callable[[Json], Value] | None = None
    #: Whether null is a value, such as "off", rather than an answer that does not tell.
    nullable: bool = False
    #: What to do instead of changing a field that cannot be changed.
    instead: str = ""

    @property
    def option_key(self) -> str:
        """The option's name."""
        return self.option_name or self.name

    def of(self, resource: Json) -> Value:
        """The field's value in an answer, with the service's default where it says nothing.

        ``None`` means that the answer does not tell.
        """
        value = self.read(resource) if self.read else resource.get(self.name)
        if value is None and (self.change != NEVER or self.name in resource):
            return self.default
        return value

    def same(self, value: Value, current: Value, resource: Json) -> bool:
        """Whether two values mean the same; one that the answer does not tell differs from none."""
        if current is None and not self.nullable:
            return True
        return bool(self.compare(value, resource) == self.compare(current, resource))


class Rule(t.NamedTuple):
    """What fields allow of one another."""

    #: The rule matters only where one of these is given, and is not so already.
    fields: tuple[str, ...]
    #: ``(field -> value) -> reason``, ``None`` where nothing is wrong or not all is known.
    broken: t.Callable[[Json], str | None]


def argument_spec(fields: t.Iterable[Field]) -> Json:
    """The argument spec of the fields."""
    return {field.option_key: field.option for field in fields}


def given(fields: t.Iterable[Field], params: Json) -> Json:
    """The fields that the user gave a value, by the API's names. An empty string, 0 and false are values.

    Sub-options that were not given are left out as well.
    """
    wanted: Json = {}
    for field in fields:
        value = params.get(field.option_key)
        if isinstance(value, dict):
            value = {key: part for key, part in value.items() if part is not None}
        if value is not None:
            wanted[field.name] = value
    return wanted


def wrong_values(fields: t.Iterable[Field], wanted: Json) -> list[str]:
    """What is wrong with the given values, each by itself."""
    reasons = []
    for field in fields:
        reason = field.check(wanted[field.name]) if field.name in wanted else None
        if reason:
            reasons.append(f"{field.option_key} {reason}")
    return reasons


def broken_rules(rules: t.Iterable[Rule], fields: t.Iterable[Field], wanted: Json, current: Json | None = None) -> list[str]:
    """What is wrong with the given values together, and together with the *current* resource."""
    rules = [rule for rule in rules if any(name in wanted for name in rule.fields)]
    if not rules:
        # As for most of a thousand members.
        return []
    values = {field.name: field.of(current) for field in fields} if current is not None else {}
    changing: set[str] = set()
    for field in fields:
        if field.name in wanted:
            now = values.get(field.name)
            values[field.name] = field.target(wanted[field.name], now, {**(current or {}), **wanted})
            # What is so already is possible, whatever an answer leaves out that belongs to it.
            if not current or not field.same(values[field.name], now, current):
                changing.add(field.name)
    reasons = (rule.broken(values) for rule in rules if changing.intersection(rule.fields))
    return [reason for reason in reasons if reason]


def text(most: int, least: int = 0, without: str = "") -> t.Callable[[Value], str | None]:
    """A check of a string: its length in characters, and characters that it must not have."""

    def check(value: str) -> str | None:
        if not least <= len(value) <= most:
            return f"must have {least} to {most} characters, not {len(value)}"
        if any(character in value for character in without):
            return f"must not contain any of {without}"
        return None

    return check


def number(least: int, most: int) -> t.Callable[[Value], str | None]:
    """A check of a whole number."""

    def check(value: int) -> str | None:
        return None if least <= value <= most else f"must be {least} to {most}, not {value}"

    return check


def looks_like_id(value: str) -> bool:
    """Whether *value* has the form of the API's IDs: a UUID with its hyphens."""
    if len(value) != 36 or [index for index, character in enumerate(value) if character == "-"] != [8, 13, 18, 23]:
        return False
    return all(character in "0123456789abcdefABCDEF-" for character in value)


def as_id(value: str) -> str:
    """What looks like an ID in the letter case of the API; anything else as it is."""
    return value.lower() if looks_like_id(value) else value


def is_later(value: Value) -> bool:
    """Whether *value* stands for the ID of a resource that check mode would have created."""
    return isinstance(value, str) and value.startswith(LATER)


def same_id(value: Value, resource: Json) -> Value:
    """Compare IDs whatever their letter case."""
    return value.lower() if isinstance(value, str) else value
