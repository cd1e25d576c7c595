# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retries: which requests are sent again, and when.

What is safe follows from the method: GET changes nothing; PUT and DELETE have the same effect however often they are sent; a
POST whose outcome is unknown may have created something, so the caller has to look before it is sent again.
"""

from __future__ import annotations

import enum
import random
import threading
import time
import typing as t

from .deadline import Deadline
from .libraries import urllib3

if t.TYPE_CHECKING:
    from .transport import Response

#: Seconds before the first repetition, doubled for each further one, and the longest such pause.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
#: How often a server error or a missing answer is retried. Throttling and a busy load balancer always end, so they are retried
#: for as long as ``timeout`` allows.
_MAX_RETRIES = 4
#: The client's statuses that are no refusal: the server, or a proxy, gave up waiting for the request or for its client.
_GAVE_UP = (408, 499)


class Verdict(enum.Enum):
    """The outcome of an attempt."""

    SUCCESS = enum.auto()
    #: Not carried out: send it again.
    RETRY = enum.auto()
    #: Perhaps carried out, and harmless twice: send it again.
    RETRY_UNCERTAIN = enum.auto()
    #: Perhaps carried out, and harmful twice: look first.
    UNKNOWN = enum.auto()
    #: Not carried out, and a repetition would fail as well.
    FAILED = enum.auto()


def classify_response(method: str, response: Response, valid: bool, busy: bool) -> Verdict:
    """Classify a response.

    :param valid: whether the response has the body that a success has.
    :param busy: whether the response says that the resource takes the change in a moment.
    """
    if 200 <= response.status < 300:
        return Verdict.SUCCESS if valid else classify_no_response(method)
    if response.status == 429 or busy:
        return Verdict.RETRY
    if is_uncertain(response.status):
        return classify_no_response(method)
    return Verdict.FAILED


def is_uncertain(status: int) -> bool:
    """Whether a status leaves open if the request was carried out. What is none of HTTP's final statuses does, too."""
    return not 200 <= status < 500 or status in _GAVE_UP


def classify_no_response(method: str) -> Verdict:
    """Classify a request that was sent and has no usable response."""
    return Verdict.UNKNOWN if method == "POST" else Verdict.RETRY_UNCERTAIN


class Throttle:
    """Holds all workers back when the service throttles one of them: throttling is per account, not per request.

    :param deadline: the task's.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._until = 0.0
        self._lock = threading.Lock()

    def hold(self, seconds: float) -> None:
        """Send nothing for *seconds*."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self) -> bool:
        """Wait until requests may be sent; other workers may prolong it meanwhile.

        :returns: whether that is within the task's time; if not, it does not wait.
        """
        while (seconds := self._until - time.monotonic()) > 0:
            if seconds >= self._deadline.left():
                return False
            self._deadline.sleep(seconds)
        return True


class Backoff:
    """The pauses between the attempts at one request: exponential, with up to 50 % jitter, and within the task's time.

    :param deadline: the task's.
    :param throttle: the client's.
    """

    def __init__(self, deadline: Deadline, throttle: Throttle) -> None:
        self._deadline = deadline
        self._throttle = throttle
        self._next = _FIRST_PAUSE
        self._retries = 0
        #: How often the request was sent.
        self.attempts = 1

    def wait(self, response: Response | None) -> bool:
        """Wait until the next attempt.

        :param response: the last attempt's, ``None`` where there was none.
        :returns: ``False`` where there is no time left, or the retries are used up.
        """
        if response is None or response.status not in (409, 429):
            self._retries += 1
            if self._retries > _MAX_RETRIES:
                return False
        # Jitter: many hosts that were refused at the same time do not come back at the same time.
        seconds = max(self._next * random.uniform(0.5, 1.0), retry_after(response))
        self._next = min(self._next * 2, _LONGEST_PAUSE)
        in_time = seconds < self._deadline.left()
        if response is not None and response.status == 429:
            # Also where this request is given up: the other workers need not try.
            self._throttle.hold(seconds)
        if not in_time:
            return False
        self._deadline.sleep(seconds)
        self.attempts += 1
        return True


def retry_after(response: Response | None) -> float:
    """The seconds of a ``Retry-After`` header, which is a number or a date; 0 where there is none."""
    value = response.headers.get("Retry-After") if response is not None else None
    if not value:
        return 0.0
    try:
        return float(urllib3.util.retry.Retry().parse_retry_after(value))
    except (urllib3.exceptions.InvalidHeader, OverflowError, TypeError, ValueError):
        return 0.0
