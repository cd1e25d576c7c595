# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both harnesses give back for a task: the module's result, whichever way it ran."""

from __future__ import annotations

from typing import Any


class Result(dict[str, Any]):
    """A task's result: a dict as ``register`` would give it, with its flags as attributes that are always there."""

    def __init__(self, values: dict[str, Any], *, task: str = "", host: str = "", seconds: float = 0.0, ended: float = 0.0) -> None:
        super().__init__(values)
        self.task = task
        self.host = host
        #: From the task's start to its end, as the engine sees it.
        self.seconds = seconds
        #: When it ended, by the clock of time.monotonic.
        self.ended = ended

    @property
    def changed(self) -> bool:
        return bool(self.get("changed"))

    @property
    def failed(self) -> bool:
        return bool(self.get("failed"))

    @property
    def skipped(self) -> bool:
        return bool(self.get("skipped"))

    @property
    def unreachable(self) -> bool:
        return bool(self.get("unreachable"))

    @property
    def warnings(self) -> list[str]:
        return [str(warning) for warning in self.get("warnings") or []]
