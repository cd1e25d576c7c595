# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines about how far a long task is."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

from ansible_collections.otc.elb.plugins.module_utils._runtime.context import Status


class Progress:
    """Shows a line now and then, counted from the start of the task.

    :param show: shows a line.
    :param seconds: the time between two lines; 0 for none.
    """

    def __init__(self, show: t.Callable[[str], None], seconds: float) -> None:
        self._show = show
        self._seconds = seconds
        self._due = time.monotonic() + seconds

    @contextlib.contextmanager
    def shown(self, status: Status) -> t.Iterator[None]:
        """Show how far a step is, while the context lasts. A thread does, so that a step need not come back to say it."""
        if not self._seconds:
            yield
            return
        ended = threading.Event()
        thread = threading.Thread(target=self._run, args=(status, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _run(self, status: Status, ended: threading.Event) -> None:
        while not ended.wait(max(0.0, self._due - time.monotonic())):
            self._due = time.monotonic() + self._seconds
            # A line that cannot be made or shown is no failure of the task.
            with contextlib.suppress(Exception):
                self._show(status())
