# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from responses, escaped for terminals: ansible-core prints messages and warnings unchanged."""

from __future__ import annotations

import typing as t

from .._http.transport import LONGEST_MASKED, shortened


def printable(value: t.Any, mask: t.Callable[[str], str]) -> t.Any:
    """A value whose texts hold nothing that controls a terminal or the direction of writing: such characters are escaped.

    :param mask: removes secrets from a text. Before that: a secret that was escaped would not be recognised.
    """
    if isinstance(value, str):
        text = mask(shortened(value, LONGEST_MASKED))
        return text if text.isprintable() else "".join(map(_escaped, text))
    if isinstance(value, dict):
        return {printable(key, str): printable(each, mask) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(each, mask) for each in value]
    return value


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
