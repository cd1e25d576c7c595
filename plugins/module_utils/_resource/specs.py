# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of argument specs and response specs that several resources share."""

from __future__ import annotations

from .._errors import Json

TEXT: Json = {"type": "str"}
#: Responses show references to other resources as ``[{"id": ...}]``.
REFERENCES: Json = {"type": "list", "elements": {"type": "dict", "options": {"id": {"type": "str", "required": True}}}}

#: Filters of list calls.
TEXTS: Json = {"type": "list", "elements": "str"}
INTEGERS: Json = {"type": "list", "elements": "int"}


def one_of(*choices: str) -> Json:
    """A filter with a fixed set of values."""
    return {**TEXTS, "choices": list(choices)}


HTTP_PROTOCOLS = ("HTTP", "HTTPS")
