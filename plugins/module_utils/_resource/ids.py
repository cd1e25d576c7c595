# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IDs of the API, and the placeholders for them in check mode."""

from __future__ import annotations

import re
import typing as t

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

#: How the placeholder begins for the ID of a resource that check mode would have created.
PLACEHOLDER = "known after creation: "


def is_uuid(value: str) -> bool:
    """Whether *value* is a UUID with its hyphens. A UUID is used as the ID, without a lookup."""
    return _UUID.fullmatch(value) is not None


def normalized_id(value: str) -> str:
    """A UUID in the letter case of the API; anything else unchanged."""
    return value.lower() if is_uuid(value) else value


def comparable_id(value: t.Any, *dummy: t.Any) -> t.Any:
    """The form in which two IDs are compared, as :class:`Field` takes it: their letter case does not matter."""
    return value.lower() if isinstance(value, str) else value


def is_placeholder(value: t.Any) -> bool:
    """Whether *value* stands for the ID of a resource that check mode would have created."""
    return isinstance(value, str) and value.startswith(PLACEHOLDER)


def placeholder(label: str) -> str:
    """The placeholder for the ID of a resource that check mode would have created."""
    return PLACEHOLDER + label


def is_name(value: str) -> bool:
    """Whether an option that takes a name or an ID has a name, which has to be looked up."""
    return not is_uuid(value) and not is_placeholder(value)
