# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be sent again, and when. One request's outcome goes in, a verdict comes out.

What is safe follows from the method: GET changes nothing; PUT and DELETE end the same however often they are sent; a POST
whose outcome is unknown may have made something, so it is for the caller to look before it sends it again.
"""

from __future__ import annotations

import random
import threading
import time
import typing as t

from .deadline import Deadline

if t.TYPE_CHECKING:
    from .transport import Answer

DONE = "done"
#: It was not carried out: send it again.
AGAIN = "again"
#: It may have been carried out, and does no harm twice: send it again.
REPEAT = "repeat"
#: It may have been carried out, and would do harm twice: look first.
UNKNOWN = "unknown"
#: It was not carried out, and will not be.
FINAL = "final"

#: Seconds before the first repetition, doubled for each further one, and the longest such pause.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
#: How often what may not get better is repeated: a host that does not answer, a server's error.
#: Throttling and a busy load balancer always pass, so they are waited for as long as ``timeout`` allows.
_PATIENCE = 4
SERVER_ERRORS = (500, 502, 503, 504)


def judge_answer(method: str, answer: Answer, holds_what_it_should: bool) -> str:
    """Judge an answer.

    :param holds_what_it_should: whether the answer has the body that a success has.
    """
    if 200 <= answer.status < 300:
        return DONE if holds_what_it_should else judge_silence(method)
    if answer.status == 429 or is_busy(answer):
        return AGAIN
    if answer.status in SERVER_ERRORS:
        return judge_silence(method)
    return FINAL


def judge_silence(method: str) -> str:
    """Judge a request that was sent and not answered, or answered with something that tells nothing."""
    return UNKNOWN if method == "POST" else REPEAT


def is_busy(answer: Answer) -> bool:
    """Whether the load balancer is being changed, and takes the next change in a moment.

    The service says so with the same code as for a conflict that stays (ELB.8907); the message tells them apart.
    """
    if answer.status != 409 or not isinstance(answer.body, dict):
        return False
    message = str(answer.body.get("error_msg", "")).lower()
    return "immutable" in message or "pending_" in message


class Throttle:
    """Holds all workers back when the service throttles one of them: it means the account, not the request.

    :param deadline: the task's.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._until = 0.0
        self._lock = threading.Lock()

    def hold(self, seconds: float) -> None:
        """Let nothing be sent for so long."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self) -> bool:
        """Wait until something may be sent; others may prolong it in the meantime.

        :returns: whether that is within the task's time; where it is not, nothing is waited for.
        """
        while (seconds := self._until - time.monotonic()) > 0:
            if seconds >= self._deadline.left():
                return False
            self._deadline.sleep(seconds)
        return True


class Pauses:
    """The pauses between the attempts at one request: exponential, with jitter, and within the task's time.

    :param deadline: the task's.
    :param throttle: the client's.
    """

    def __init__(self, deadline: Deadline, throttle: Throttle) -> None:
        self._deadline = deadline
        self._throttle = throttle
        self._next = _FIRST_PAUSE
        self._impatient = 0
        #: How often the request was sent.
        self.attempts = 1

    def pause(self, answer: Answer | None) -> bool:
        """Wait until the next attempt.

        :param answer: the last attempt's, ``None`` where there was none.
        :returns: ``False`` where there is no time left, or it was tried often enough.
        """
        if answer is None or answer.status not in (409, 429):
            self._impatient += 1
            if self._impatient > _PATIENCE:
                return False
        # Half of it by chance: many hosts that were refused together do not come back together.
        seconds = max(self._next * random.uniform(0.5, 1.0), asked_for(answer))
        self._next = min(self._next * 2, _LONGEST_PAUSE)
        in_time = seconds < self._deadline.left()
        if answer is not None and answer.status == 429:
            # It holds for the others even where this one gives up: they need not try.
            self._throttle.hold(seconds)
        if not in_time:
            return False
        self._deadline.sleep(seconds)
        self.attempts += 1
        return True


def asked_for(answer: Answer | None) -> float:
    """The seconds of a ``Retry-After`` header, which may be a number or a date."""
    value = answer.headers.get("Retry-After") if answer is not None else None
    if not value:
        return 0.0
    from urllib3.exceptions import InvalidHeader
    from urllib3.util.retry import Retry

    try:
        return float(Retry().parse_retry_after(value))
    except (InvalidHeader, OverflowError, TypeError, ValueError):
        return 0.0
