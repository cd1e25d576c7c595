# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Runs what Ansible sends to a host, and writes how long each stage of it took: ``python profiler.py REPORT PAYLOAD``.

A stage excludes the stages within it: at any moment, exactly one of them runs. Names are those of the report.
"""

from __future__ import annotations

# What is imported here is not seen when the payload imports it, so as little as possible is.
import builtins
import importlib._bootstrap
import json
import runpy
import sys
import time
import zipimport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

UNPACK = "unpack the payload"
COMPILE, COMPILE_OURS = "compile Ansible's code", "compile ours"
ANSIBLE, LIBRARY, OURS = "import Ansible's code", "import requests", "import ours"
BASIC = "AnsibleModule: options and result"
HTTP, WAIT = "requests: build, send, read", "wait for the response"
WORK = "ours: compare and report"


class Stages:
    """Charges time to the stage that runs."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.stack = [UNPACK]
        self.mark = time.perf_counter()

    def charge(self) -> None:
        now = time.perf_counter()
        self.seconds[self.stack[-1]] = self.seconds.get(self.stack[-1], 0.0) + now - self.mark
        self.mark = now

    def measured(self, function: Callable[..., Any], stage: Callable[..., str]) -> Callable[..., Any]:
        """The function, charged to what *stage* makes of its arguments."""

        def call(*args: Any, **kwargs: Any) -> Any:
            self.charge()
            self.stack.append(stage(*args))
            try:
                return function(*args, **kwargs)
            finally:
                self.charge()
                self.stack.pop()

        return call

    def wrap(self, owner: Any, name: str, stage: str | Callable[..., str]) -> None:
        """Measure a function where it is looked up."""
        setattr(owner, name, self.measured(getattr(owner, name), (lambda *dummy: stage) if isinstance(stage, str) else stage))

    def importing(self, spec: Any) -> str:
        """An import is charged to its importer: a module of the standard library to the first one."""
        for prefix, stage in (("ansible_collections.", OURS), ("ansible", ANSIBLE), ("requests", LIBRARY)):
            if spec.name.startswith(prefix):
                return stage
        return self.stack[-1] if self.stack[-1] in (ANSIBLE, LIBRARY, OURS) else ANSIBLE

    def loaded(self, name: str) -> None:
        """Measure what a module has, as soon as it is there."""
        module: Any = sys.modules.get(name)
        if name == "ansible.module_utils.basic":
            self.wrap(module.AnsibleModule, "__init__", BASIC)
            self.wrap(module.AnsibleModule, "_return_formatted", BASIC)
        elif name == "requests.sessions":
            self.wrap(module.Session, "request", HTTP)
        elif name == "http.client":
            self.wrap(module.HTTPResponse, "_read_status", WAIT)
        elif name == "ansible_collections.otc.elb.plugins.module_utils._runtime.entry":
            self.wrap(module, "run", WORK)


def compiling(source: Any, path: Any, *dummy: Any) -> str:
    return COMPILE_OURS if "ansible_collections" in str(path) else COMPILE


def main() -> None:
    report, payload = sys.argv[1:3]
    sys.argv = [payload]
    stages, bootstrap = Stages(), vars(importlib._bootstrap)
    stages.wrap(builtins, "compile", compiling)
    stages.wrap(zipimport, "_get_data", UNPACK)
    load = stages.measured(bootstrap["_load_unlocked"], stages.importing)

    def load_and_watch(spec: Any) -> Any:
        module = load(spec)
        stages.loaded(spec.name)
        return module

    bootstrap["_load_unlocked"] = load_and_watch
    try:
        runpy.run_path(payload, run_name="__main__")
    finally:
        stages.charge()
        from pathlib import Path

        Path(report).write_text(json.dumps(stages.seconds), encoding="utf-8")


if __name__ == "__main__":
    main()
