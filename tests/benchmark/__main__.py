# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures everything in one run, and writes docs/benchmarks.md and docs/benchmarks.svg; see ``make benchmark``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from ..emulator.client import start
from . import bulk, concurrency, credentials, members, report, stages, tasks
from .setting import Json, Setting

ROOT = Path(__file__).resolve().parents[2]
PLOT = Path(__file__).with_name("plot.py")


class Scale(NamedTuple):
    """How much is measured."""

    rounds: int
    looped: int
    many: int
    #: Hosts, and rounds.
    hosts: tuple[int, int]
    #: Rounds with clouds.yaml.
    clouds: int
    #: Sizes of pools, each with how often it is measured.
    sizes: tuple[tuple[int, int], ...]
    latencies: tuple[int, ...]
    #: Size, latency, concurrency and times, with the service that is not the bottleneck; the second without concurrency.
    bulk: tuple[tuple[int, int, int, int], ...]
    #: Size and times.
    sweep: tuple[int, int]
    profiles: int


WHOLE = Scale(8, 10, 1000, (40, 3), 4, ((10, 3), (100, 2), (1000, 1)), (0, 20, 100), ((1000, 20, 8, 5), (1000, 20, 1, 1)), (100, 2), 30)
QUICK = Scale(1, 3, 20, (4, 1), 1, ((10, 1), (20, 1)), (0, 5), ((20, 5, 8, 1), (20, 5, 1, 1)), (20, 1), 3)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to try the benchmark itself; goes to build/")
    parser.add_argument("--again", action="store_true", help="write the page anew from the figures of the last run")
    parser.add_argument("--ansible", type=Path, default=Path(sys.prefix, "benchmark"), help="virtual environment with Ansible and moto")
    options = parser.parse_args()
    # Ends what was started, too.
    signal.signal(signal.SIGTERM, lambda *dummy: sys.exit(1))
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    figures = build / ("benchmarks-quick.json" if options.quick else "benchmarks.json")
    if not options.again:
        figures.write_text(json.dumps(measure(QUICK if options.quick else WHOLE, options.ansible), indent=1), encoding="utf-8")
    page = (build if options.quick else ROOT / "docs") / "benchmarks.md"
    page.write_text(report.page(json.loads(figures.read_text(encoding="utf-8"))), encoding="utf-8")
    python = options.ansible / "bin" / "python"
    subprocess.run([python, PLOT, figures, page.with_suffix(".svg")], check=True, env={**os.environ, "MPLCONFIGDIR": str(build)})
    say(f"written: {page}")


def measure(scale: Scale, ansible: Path) -> Json:
    """All figures, as they were measured."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as home, start(validate_responses=False) as emulator:
        setting = Setting(emulator, Path(home), ansible)
        figures: Json = {"machine": machine(setting)}
        say("tasks")
        figures["tasks"] = tasks.seconds(setting, scale.rounds, scale.looped, scale.many)
        figures["looped"], figures["many"] = scale.looped, scale.many
        say("hosts")
        figures["hosts"], figures["for hosts"] = scale.hosts[0], tasks.for_hosts(setting, *scale.hosts)
        say("clouds.yaml")
        figures["clouds"] = credentials.seconds(setting, scale.clouds)
        say("stages")
        figures["stages"] = stages.profile(setting, scale.profiles)
        say("a service that is not the bottleneck")
        figures["bulk"] = [bulk.create(setting, *each) for each in scale.bulk]
        say("concurrency")
        figures["concurrency"] = list(concurrency.sweep(setting, *scale.sweep))
        figures["members"] = []
        for one in members.matrix(setting, scale.sizes, scale.latencies):
            say(f"members: {one['size']}, {one['latency']} ms, {one['step']}")
            figures["members"].append(one)
        assert emulator.violations() == []
    figures["machine"]["minutes"] = round((time.monotonic() - begun) / 60, 1)
    return figures


def machine(setting: Setting) -> Json:
    """What it is measured on."""
    asked = "import sys, ansible.release, requests; print(sys.version.split()[0], ansible.release.__version__, requests.__version__)"
    python, core, library = setting.process("-c", asked).split()
    return {"python": python, "ansible-core": core, "requests": library, "cpus": os.cpu_count(), "load": os.getloadavg()[0]}


def say(*words: Any) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    main()
