# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Appends each task's result to a file, one JSON object a line: how the tests see what a play did."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record_results
type: aggregate
short_description: Appends each task's result to the file that RECORD_RESULTS_TO names
description: For the tests of this collection only.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record_results"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[tuple[str, str], float] = {}

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._begun[host.get_name(), task._uuid] = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record(result, failed=True)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._record(result, skipped=True)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._record(result, unreachable=True)

    def _record(self, outcome: Any, **flags: bool) -> None:
        # The public names came with ansible-core 2.19; the older ones go with 2.23.
        new = hasattr(outcome, "result")
        task, host, result = (outcome.task, outcome.host, outcome.result) if new else (outcome._task, outcome._host, outcome._result)
        # Not every strategy reports the start of a task.
        now = time.monotonic()
        seconds = now - self._begun.pop((host.get_name(), task._uuid), now)
        recorded = {"task": task.get_name(), "host": host.get_name(), "seconds": seconds, "ended": now, "result": {**result, **flags}}
        line = json.dumps(recorded, default=str)
        with Path(os.environ["RECORD_RESULTS_TO"]).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
