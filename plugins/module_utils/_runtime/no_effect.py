# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that have no effect beside others: a task warns of them."""

from __future__ import annotations

import typing as t

from .._errors import Json


class NoEffect(t.NamedTuple):
    """Options that have no effect in some tasks."""

    #: The options; one inside of a dict with a dot, such as ``health_check.delay``.
    options: tuple[str, ...]
    #: In which tasks, to end a sentence.
    where: str
    #: ``params -> whether it is one of them``.
    applies: t.Callable[[Json], bool]


#: Of every task.
CONNECTION: t.Final = (
    NoEffect(("ca_cert",), "with 'validate_certs: false'", lambda params: params["validate_certs"] is False),
    # They are about Keystone and its catalog.
    NoEffect(
        ("auth_type", "interface"),
        "with AK/SK or a token",
        lambda params: params["access_key"] is not None or params["auth_token"] is not None,
    ),
)


def suboptions(option: str, spec: Json) -> NoEffect:
    """The sub-options of an option that turns something off with ``enable: false``."""
    names = tuple(f"{option}.{name}" for name in spec["options"] if name != "enable")
    return NoEffect(
        names, f"with '{option}.enable: false'", lambda params: params[option] is not None and params[option]["enable"] is False
    )


def without_effect(rules: t.Iterable[NoEffect], spec: t.Mapping[str, t.Any], params: Json) -> list[str]:
    """A sentence for each rule that options of a task break.

    :param spec: the argument spec: an option with its default's value counts as not given.
    """
    found: set[str] = set()
    sentences = []
    for rule in rules:
        if rule.applies(params):
            given = [name for name in rule.options if name not in found and _is_given(name, spec, params)]
            found.update(given)
            if given:
                names = ", ".join(given[:-1]) + (" and " if given[1:] else "") + given[-1]
                sentences.append(f"{names} {'have' if given[1:] else 'has'} no effect {rule.where}.")
    return sentences


def _is_given(name: str, spec: t.Mapping[str, t.Any], params: Json) -> bool:
    option, dummy, part = name.partition(".")
    if part:
        return params[option] is not None and _is_given(part, spec[option]["options"], params[option])
    return params[name] is not None and params[name] != spec[name].get("default")
