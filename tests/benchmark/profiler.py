# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Runs what Ansible sends to a host, and writes how long each stage of it took: ``python profiler.py REPORT PAYLOAD``.

A stage does not count what others within it take: at any moment, exactly one of them runs. Names are those of the report.
"""

# What is imported here is not seen when the payload imports it. Python has all of it loaded by its own start, or needs it for any payload.
import builtins
import importlib._bootstrap
import json
import runpy
import sys
import time
import zipimport

UNPACK = "unpack the payload"
COMPILE, COMPILE_OURS = "compile Ansible's code", "compile ours"
ANSIBLE, LIBRARY, OURS = "import Ansible's code", "import requests", "import ours"
BASIC = "AnsibleModule: options and result"
HTTP, WAIT = "requests: build, send, read", "wait for the answer"
WORK = "ours: compare and report"

seconds = {}
stack = [UNPACK]
mark = time.perf_counter()


def switch(push=None):
    """Charge the time since the last switch, and go into a stage or back out of it."""
    global mark
    now = time.perf_counter()
    seconds[stack[-1]] = seconds.get(stack[-1], 0.0) + now - mark
    mark = now
    if push:
        stack.append(push)
    else:
        stack.pop()


def measured(function, stage):
    """The function, charged to a stage: a name, or what makes one of the function's arguments."""

    def call(*args, **kwargs):
        switch(stage if isinstance(stage, str) else stage(*args))
        try:
            return function(*args, **kwargs)
        finally:
            switch()

    return call


def compiling(source, path, *dummy):
    return COMPILE_OURS if "ansible_collections" in str(path) else COMPILE


def importing(spec):
    """An import is charged to whoever needs it: a module of the standard library to what imports it first."""
    for prefix, stage in (("ansible_collections.", OURS), ("ansible", ANSIBLE), ("requests", LIBRARY)):
        if spec.name.startswith(prefix):
            return stage
    return stack[-1] if stack[-1] in (ANSIBLE, LIBRARY, OURS) else ANSIBLE


def loaded(name):
    """Measure what a module has, as soon as it is there."""
    if name == "ansible.module_utils.basic":
        module = sys.modules[name].AnsibleModule
        module.__init__ = measured(module.__init__, BASIC)
        module._return_formatted = measured(module._return_formatted, BASIC)
    elif name == "requests.sessions":
        session = sys.modules[name].Session
        session.request = measured(session.request, HTTP)
    elif name == "http.client":
        response = sys.modules[name].HTTPResponse
        response._read_status = measured(response._read_status, WAIT)
    elif name == "ansible_collections.otc.elb.plugins.module_utils._task":
        module = sys.modules[name]
        module.run = measured(module.run, WORK)


report, payload = sys.argv[1:3]
sys.argv = [payload]
builtins.compile = measured(compile, compiling)
zipimport._get_data = measured(zipimport._get_data, UNPACK)
load = measured(importlib._bootstrap._load_unlocked, importing)


def load_and_watch(spec):
    module = load(spec)
    loaded(spec.name)
    return module


importlib._bootstrap._load_unlocked = load_and_watch
try:
    runpy.run_path(payload, run_name="__main__")
finally:
    switch()
    with open(report, "w", encoding="utf-8") as file:
        json.dump(seconds, file)
