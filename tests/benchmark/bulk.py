# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How close ``elb_pool_members`` comes to what its workers could do at best, with a service that is not the bottleneck."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .setting import Json, Setting, entries

SERVER = Path(__file__).with_name("server.py")
PROCESSES = 3
#: Creates the members in this Python, and says how long it took, and how much of the processor's time.
RUN = """\
import json, sys, time
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from ansible_collections.otc.elb.plugins.plugin_utils._direct.door import run
from ansible_collections.otc.elb.plugins.plugin_utils._direct.progress import Progress
options = json.load(sys.stdin)
begun, used = time.perf_counter(), time.process_time()
result = run(TASKS["elb_pool_members"], options, Progress(print, 0), None)
seconds, used = time.perf_counter() - begun, time.process_time() - used
assert not result.get("failed"), result["msg"]
assert result["summary"]["added"] == len(options["members"]), result["summary"]
print(json.dumps({"seconds": seconds, "processor": used}))
"""


def create(setting: Setting, size: int, latency: int, concurrency: int, times: int) -> Json:
    """Create members, some at a time."""
    options = {
        "access_key": "key",
        "secret_key": "secret",
        "project_id": "0" * 32,
        "pool": "00000000-0000-0000-0000-000000000001",
        "members": entries(size),
        "concurrency": concurrency,
    }
    with service(setting.home, latency) as url:
        command = [sys.executable, "-c", RUN]
        env = {"PATH": os.environ["PATH"], "HOME": str(setting.home), "PYTHONPATH": str(Path(sys.prefix, "collections"))}
        text = json.dumps({**options, "endpoint": url})
        runs = [
            json.loads(subprocess.run(command, env=env, input=text, check=True, stdout=subprocess.PIPE, text=True).stdout)
            for dummy in range(times)
        ]
    found: Json = {"size": size, "latency": latency, "concurrency": concurrency}
    return {**found, **{name: [run[name] for run in runs] for name in ("seconds", "processor")}}


@contextmanager
def service(home: Path, latency: int) -> Iterator[str]:
    """The URL of a service."""
    port = home / "port"
    process = subprocess.Popen([sys.executable, str(SERVER), str(port), str(PROCESSES), str(latency)], start_new_session=True)
    try:
        while not (port.exists() and port.read_text(encoding="utf-8")):
            assert process.poll() is None, "the service has ended"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text(encoding='utf-8')}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        port.unlink()
