# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Appends to a file how long each stage of each direct task took, one JSON object a line.

It is loaded before the processes of tasks are forked, so what it wraps is wrapped in them. A stage excludes the stages within it: at any moment,
exactly one of them runs.
"""

from __future__ import annotations

import importlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: stages
type: aggregate
short_description: Appends how long the stages of each direct task took to the file that STAGES_TO names
description: For the benchmark of this collection only.
"""

HOUSE = "ansible_collections.otc.elb.plugins"
ACTION = "Ansible's action: arguments, temporary files, result"
#: Of what is measured: the module, the place in it, and the stage.
PLACES = (
    ("plugin_utils._direct.action", "reason_against", "choose the way"),
    ("plugin_utils._direct.action", "_as_sent", "options: decrypt and copy"),
    ("plugin_utils._direct.door", "DirectDoor.__init__", "options: check"),
    ("plugin_utils._direct.door", "DirectDoor.result", "mask secrets"),
    ("plugin_utils._direct.door", "perform", "plan and report"),
    ("module_utils._runtime.context", "connect.connect", "credential"),
    ("module_utils._runtime.context", "Transport", "session"),
    ("module_utils._http.transport", "Transport.send", "requests: build, sign, send, read"),
    ("module_utils._http.adapter", "http.client.HTTPResponse._read_status", "wait for the response"),
)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stages"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._seconds: dict[str, float] = {}
        self._stack: list[str] = []
        self._mark = 0.0
        self._wrapped = False

    def v2_playbook_on_play_start(self, play: Any) -> None:
        if self._wrapped:
            return
        self._wrapped = True
        for module, place, stage in PLACES:
            owner: Any = importlib.import_module(f"{HOUSE}.{module}")
            *path, name = place.split(".")
            for part in path:
                owner = getattr(owner, part)
            setattr(owner, name, self._measured(getattr(owner, name), stage))
        action: Any = importlib.import_module(f"{HOUSE}.plugin_utils._direct.action").DirectAction
        action.run = self._whole(action.run)

    def _charge(self) -> None:
        now = time.perf_counter()
        if self._stack:
            self._seconds[self._stack[-1]] = self._seconds.get(self._stack[-1], 0.0) + now - self._mark
        self._mark = now

    def _measured(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._charge()
            self._stack.append(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self._charge()
                self._stack.pop()

        return call

    def _whole(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(action: Any, *args: Any, **kwargs: Any) -> Any:
            self._seconds = {}
            try:
                return self._measured(function, ACTION)(action, *args, **kwargs)
            finally:
                with Path(os.environ["STAGES_TO"]).open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"task": action._task.get_name(), "seconds": self._seconds}) + "\n")

        return run
