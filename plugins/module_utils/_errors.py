# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures as what they mean. ``_session.failure_of`` and ``_task.run`` turn them into ``fail_json``, nobody else does.

A message says what was attempted, on what, why it failed and what to do.
"""

from __future__ import annotations

import typing as t

from ._api.operations import Operation

#: A JSON object, such as options, an entry of clouds.yaml, or a resource.
Json = dict[str, t.Any]


class ElbError(Exception):
    """A failure that a user can act on.

    :param msg: the whole message.
    :param facts: what the result of the task carries besides ``msg``.
    """

    def __init__(self, msg: str, **facts: t.Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.facts = {key: value for key, value in facts.items() if value is not None}

    @property
    def meets_all(self) -> bool:
        """Whether the same request about anything else would fail as well: the credential is refused, or lacks the action."""
        return "missing_action" in self.facts or self.facts.get("status") == 401


class Refused(ElbError):
    """The options cannot work; nothing was written."""

    def __init__(self, attempt: str, reasons: t.Sequence[str], **facts: t.Any) -> None:
        super().__init__(f"Cannot {attempt}: {'; '.join(reasons)}", **facts)


class NotTried(ElbError):
    """There was no use in trying, after what others met."""


class PartlyDone(ElbError):
    """Some of many could not be done. The message and the facts tell what was."""


class NotThere(ElbError):
    """Something that was given by its name is not there."""


class Unreachable(ElbError):
    """The service could not be reached, or what answered was not the service.

    :param sent: whether the request may have reached the service.
    :param passing: whether it may go better in a moment.
    """

    def __init__(self, msg: str, sent: bool = True, passing: bool = True, **facts: t.Any) -> None:
        super().__init__(msg, **facts)
        self.sent = sent
        self.passing = passing


class OutcomeUnknown(Exception):
    """A request that makes something was sent, and nobody knows whether it was carried out.

    :param cause: why it is not known.
    :param pause: the seconds that the service asks to leave it alone for.
    """

    def __init__(self, cause: ElbError, pause: float = 0.0) -> None:
        super().__init__(cause.msg)
        self.cause = cause
        self.pause = pause


class ApiError(ElbError):
    """The service answered with an error.

    :param attempt: what was tried, to follow "Could not".
    :param operation: the call that failed.
    :param status: the HTTP status.
    :param code: the service's ``error_code``, or ``None``.
    :param reason: the service's ``error_msg``, or the best description of the answer there is.
    :param request_id: what the provider's support asks for.
    """

    def __init__(self, attempt: str, operation: Operation, status: int, code: str | None, reason: str, request_id: str | None) -> None:
        # Compiled by those only who have an error to tell of.
        from ._api import hints as _advice

        self.operation = operation
        self.status = status
        self.code = code
        self.reason = reason
        #: Whether the service says that the resource is not there. A 404 of somebody else's (a wrong endpoint, a gateway) says nothing.
        self.not_found = status == 404 and (code or "").startswith("ELB.")
        missing = operation.action if _advice.lacks_permission(status, code, reason) else None
        told = reason.rstrip(". ")
        where = f"status {status}" + (f", {code}" if code else "") + (f", request {request_id}" if request_id else "")
        msg = f"Could not {attempt}: {told} ({where})."
        advice = _advice.for_permission(operation) if missing else _advice.for_error(operation, status, code, reason)
        super().__init__(f"{msg} {advice}".strip(), status=status, error_code=code, request_id=request_id, missing_action=missing)
