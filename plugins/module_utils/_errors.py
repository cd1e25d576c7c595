# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every failure of a task. ``_runtime.task`` turns them into a failed result, in one place.

::

    Exception
    ├── ElbError               a failure that a user can act on
    │   ├── ValidationFailed   the options cannot work; nothing was written
    │   ├── NoCredential       neither the options nor the environment has one
    │   ├── NotFound           what an option names does not exist
    │   ├── ApiError           the service responded with an error
    │   ├── Unreachable        no response, or not one of the ELB API
    │   ├── Skipped            not attempted, because of how another request failed
    │   └── PartialFailure     some of many failed
    └── OutcomeUnknown         a request to create may have been carried out; never leaves ``_runtime.create``

A message says what was attempted, on what, why it failed, and what to do.
"""

from __future__ import annotations

import typing as t

#: A JSON object, such as options, an entry of clouds.yaml, or a resource.
Json = dict[str, t.Any]


class ElbError(Exception):
    """A failure that a user can act on.

    :param msg: the whole message.
    :param facts: what the result of the task has besides ``msg``; ``None`` is left out.
    """

    def __init__(self, msg: str, **facts: t.Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.facts: Json = {key: value for key, value in facts.items() if value is not None}
        #: Whether the same request about another resource would fail as well: the credential is invalid, or lacks the action.
        self.affects_all = False


#: The types of JSON, as messages name them; a boolean is an int as well.
_TYPES = ((bool, "a boolean"), ((int, float), "a number"), (str, "text"), (list, "a list"), (dict, "a dict"))


def type_name(value: object) -> str:
    """The type of a value as messages name it: Ansible's own types of text have names that say nothing to users."""
    if value is None:
        return "null"
    return next((name for types, name in _TYPES if isinstance(value, types)), type(value).__name__)


#: How many reasons a message has.
_SHOWN = 10


def with_reasons(reasons: t.Sequence[str], beginning: str = "") -> Json:
    """A message with reasons, such as all that is wrong with a list of members, as a result has it.

    :returns: ``msg``; and ``reasons``, all of them, where they are too many for a message.
    """
    if len(reasons) <= _SHOWN:
        return {"msg": beginning + "; ".join(reasons)}
    more = f"and {len(reasons) - _SHOWN} more, see 'reasons' in the result"
    return {"msg": beginning + "; ".join([*reasons[:_SHOWN], more]), "reasons": list(reasons)}


class ValidationFailed(ElbError):
    """The options cannot work; nothing was written.

    :param attempt: the attempt, to follow "Cannot".
    :param reasons: all that is wrong.
    """

    def __init__(self, attempt: str, reasons: t.Sequence[str], **facts: t.Any) -> None:
        super().__init__(**with_reasons(reasons, f"Cannot {attempt}: "), **facts)


class NoCredential(ElbError):
    """Neither the options nor the environment has a credential."""


class NotFound(ElbError):
    """The resource that an option names does not exist."""


class Skipped(ElbError):
    """Not attempted, because of how another request failed."""


class PartialFailure(ElbError):
    """Some of many failed. The message and the facts say what was done."""


class Unreachable(ElbError):
    """The service could not be reached, or the response did not come from the ELB API.

    :param sent: whether the request may have reached the service.
    :param transient: whether a repetition may succeed.
    """

    def __init__(self, msg: str, sent: bool = True, transient: bool = True, **facts: t.Any) -> None:
        super().__init__(msg, **facts)
        self.sent = sent
        self.transient = transient


class ApiError(ElbError):
    """The service responded with an error.

    :param status: the HTTP status.
    :param code: the service's ``error_code``, or ``None``.
    :param reason: the service's ``error_msg``, or the best description of the response.
    :param not_found: whether the service says that the resource does not exist.
    :param affects_all: see :class:`ElbError`.
    :param facts: ``request_id``, ``missing_action``.
    """

    def __init__(
        self, msg: str, status: int, code: str | None, reason: str, not_found: bool = False, affects_all: bool = False, **facts: t.Any
    ) -> None:
        super().__init__(msg, status=status, error_code=code, **facts)
        self.status = status
        self.code = code
        self.reason = reason
        self.not_found = not_found
        self.affects_all = affects_all


class OutcomeUnknown(Exception):
    """A request to create was sent, and it is not known whether it was carried out.

    :param cause: why it is not known.
    :param retry_after: the seconds that the service asks to wait.
    """

    def __init__(self, cause: ElbError, retry_after: float = 0.0) -> None:
        super().__init__(cause.msg)
        self.cause = cause
        self.retry_after = retry_after
