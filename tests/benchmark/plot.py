# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the figures: ``python plot.py FIGURES.json PLOT.svg``, in the virtual environment that has matplotlib."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# The same figures give the same file.
mpl.rcParams.update({"svg.hashsalt": "otc.elb", "svg.fonttype": "none", "font.size": 9})
MODULE, ORDINARY, OTHER = "#e20074", "#f3a1cb", "#8c8c8c"


def draw(figures: dict[str, Any], path: Path) -> None:
    plot = Figure(figsize=(11, 8), layout="constrained")
    (top, right), (left, bottom) = plot.subplots(2, 2)
    tasks(top, figures["tasks"])
    members(right, figures["members"], "create all")
    members(left, figures["members"], "no-op")
    concurrency(bottom, figures["concurrency"])
    plot.savefig(path, metadata={"Date": None})


def tasks(axes: Any, taken: dict[str, list[float]]) -> None:
    debug = median(taken["ansible.builtin.debug"])
    names = sorted(taken, key=lambda name: -median(taken[name]))
    bars = axes.barh(
        [name.removeprefix("ansible.builtin.").removeprefix("community.aws.") for name in names],
        [median(taken[name]) / debug for name in names],
        color=[OTHER if "." in name else ORDINARY if "ordinary" in name else MODULE for name in names],
    )
    axes.bar_label(bars, fmt="%.1f", padding=2)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.margins(x=0.12)
    axes.axvline(1, color="black", linewidth=0.5)
    axes.set_title("A task that changes nothing: time, in debugs (pale: ordinary)")


def members(axes: Any, cells: list[dict[str, Any]], step: str) -> None:
    for latency in sorted({one["latency"] for one in cells}):
        found = [one for one in cells if one["latency"] == latency and one["step"] == step]
        sizes, seconds = [one["size"] for one in found], [median(one["seconds"]) for one in found]
        axes.loglog(sizes, seconds, marker="o", label=f"latency {latency} ms")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    axes.set_title(f"elb_pool_members, {step}")
    axes.set_xlabel("members")
    axes.set_ylabel("seconds")
    axes.grid(which="both", alpha=0.2)
    axes.legend()


def concurrency(axes: Any, cells: list[dict[str, Any]]) -> None:
    for latency, limit in dict.fromkeys((one["latency"], one["limit"]) for one in cells):
        found = [one for one in cells if (one["latency"], one["limit"]) == (latency, limit)]
        degrees, seconds = [one["concurrency"] for one in found], [median(one["seconds"]) for one in found]
        axes.plot(degrees, seconds, marker="o", label=f"latency {latency} ms" + (f", {limit} a second" if limit else ""))
    axes.axvline(8, color="black", linewidth=0.5, linestyle="--")
    axes.set_xscale("log", base=2)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_title(f"Creating {cells[0]['size']} members")
    axes.set_xlabel("concurrency (8 is the default)")
    axes.set_ylabel("seconds")
    axes.grid(alpha=0.2)
    axes.legend()


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
