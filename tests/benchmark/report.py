# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Writes docs/benchmarks.md. All numbers on the page, and whether a goal is met, are computed from the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from .members import STEPS
from .setting import Json
from .tasks import AWS, LOOP, members_of

DEFAULT_CONCURRENCY = 8
#: The text of the page if the machine had other load; tools/release/check.py searches for it.
LOADED = "only a run on an idle machine is meaningful"
PING, URI = "ansible.builtin.ping", "ansible.builtin.uri"


def page(figures: Json) -> str:
    parts = (_head(figures), _tasks(figures), _stages(figures), _members(figures), _concurrency(figures))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def table(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def goal(words: str, found: str, met: bool) -> str:
    return f"- {words}: {found}. **{'Met' if met else 'Missed'}.**"


def _head(figures: Json) -> str:
    machine = figures["machine"]
    busy = f" The load was higher than the number of CPUs: {LOADED}." if machine["load"] > machine["cpus"] else ""
    return f"""
# Benchmarks

`make benchmark` writes this page. One run measures everything against the emulator of the tests on the same machine.
`make benchmark ARGS=--quick` takes a minute and writes to `build/`. `ARGS=--again` writes this page from the figures of the last run,
`build/benchmarks.json`.

All figures are medians. Absolute times depend on the machine, so compare the ratios: {machine["cpus"]} CPUs for modules, engine and servers,
with a load of {machine["load"]:.1f} from other processes at the start; Python {machine["python"]}, ansible-core
{machine["ansible-core"]}, requests {machine["requests"]}. The run took {machine["minutes"]:g} minutes.{busy}

![Time by task, by number of members, and by concurrency](benchmarks.svg)
"""


def _tasks(figures: Json) -> str:
    taken = {name: median(seconds) for name, seconds in figures["tasks"].items()}
    ping, uri = taken[PING], taken[URI]
    rows = [
        (f"`{name}`", f"{seconds:.3f}", f"{seconds / ping:.2f}", f"{seconds / uri:.2f}", f"{(seconds - ping) * 1000:+.0f}")
        for name, seconds in taken.items()
    ]
    one, few, many = taken["elb_pool"], taken[members_of(figures["looped"])], taken[members_of(figures["many"])]
    above = (taken[AWS] - ping) / (one - ping)
    share = ping / taken[AWS]
    goals = (
        goal("`elb_pool` with AK/SK is no slower than the bare `uri` task", f"{one / uri:.2f} of it", one <= uri),
        goal("Three times as fast as the AWS module", f"{taken[AWS] / one:.2f} times", taken[AWS] / one >= 3),
    )
    return f"""
## A task that changes nothing

The time from the start of the task to its end in `ansible-playbook`, in {len(figures["tasks"][PING])} rounds with alternating tasks. The
modules sign with AK/SK. `uri` is one GET request for the same pool to the same server. The AWS module ensures that a target group exists
on the server of moto. The loop and `elb_pool_members` have the same {figures["looped"]} members.

{table(("task", "seconds", "of a ping", "of a uri", "ms above a ping"), rows)}

{chr(10).join(goals)}

A ping only starts: its time is that of the engine, and {share:.0%} of the AWS module's. So no module can be more than
{1 / share:.1f} times as fast as the AWS module. The time above a ping is the module's own: the AWS module takes {above:.1f} times as much
of it as `elb_pool`.

One task for {figures["looped"]} members is {taken[LOOP] / few:.1f} times as fast as a loop over them, and a task that finds
{figures["many"]:,} members in order takes {many / few:.2f} times as long as one that finds {figures["looped"]}.
"""


def _stages(figures: Json) -> str:
    modules = list(figures["stages"])
    taken = {name: {stage: median(seconds) * 1000 for stage, seconds in stages.items()} for name, stages in figures["stages"].items()}
    rows = [(stage, *(f"{taken[name].get(stage, 0):.1f}" for name in modules)) for stage in taken[modules[0]]]
    rows.append(("**sum**", *(f"**{sum(taken[name].values()):.1f}**" for name in modules)))
    ours = [stage for stage in taken[modules[0]] if "ours" in stage]
    share = sum(taken[modules[0]][stage] for stage in ours) / sum(taken[modules[0]].values())
    return f"""
## Where a task's time goes

Milliseconds in the process of the module, without a change. Each stage excludes the others; an import of the standard library counts for its
importer. `tests/benchmark/profiler.py` measures with the payload of Ansible. The measurement itself takes time, so the sum is not
comparable to the table above.

{table(("stage", *(f"`{name}`" for name in modules)), rows)}

The share of the collection ({", ".join(ours)}) is {share:.0%} of `elb_pool`'s process. Ansible
compiles the payload for every task, so a file is imported only if the run needs it: the files for clouds.yaml and Keystone with `cloud` or
`auth`, the files for creating and waiting if a resource is created or waited for. Proxies and CAs are determined once, not for each request.
Most of the rest is `requests`.
"""


def _members(figures: Json) -> str:
    cells = {(one["latency"], one["size"], one["step"]): one for one in figures["members"]}
    latencies = sorted({key[0] for key in cells})
    sizes = sorted({key[1] for key in cells})
    rows = []
    for latency in latencies:
        for size in sizes:
            found = [cells[latency, size, step] for step in STEPS]
            times = (f"{median(one['seconds']):.2f}" for one in found)
            requests = " / ".join(f"{one['requests']:,}" for one in found)
            rows.append((f"{latency} ms", f"{size:,}", *times, requests, f"{max(median(one['kib']) for one in found) / 1024:.1f}"))

    def taken(latency: int, size: int, step: str) -> float:
        return float(median(cells[latency, size, step]["seconds"]))

    alone = figures["one by one"]
    few, most, latency = sizes[0], sizes[-1], alone["latency"]
    many = alone["size"]
    faster = median(alone["seconds"]) / taken(latency, many, STEPS[0])
    requests = cells[latency, many, "no-op"]["requests"]
    slower = taken(latency, many, "no-op") / taken(latency, few, "no-op")
    grown = max((median(cells[latency, most, step]["kib"]) - median(cells[latency, few, step]["kib"])) / (most - few) for step in STEPS)
    start = taken(latency, few, "no-op")
    # For each step that changes members, milliseconds for each member.
    each = {step: [(taken(latency, size, step) - start) / size * 1000 for size in (many, most)] for step in STEPS if step != "no-op"}
    worst = max(each, key=lambda step: each[step][1] / each[step][0])
    goals = (
        goal(f"A no-op of {many:,} needs two requests at most", f"{requests}", requests <= 2),
        goal(f"It takes at most twice as long as a no-op of {few}", f"{slower:.2f} times ({latency} ms)", slower <= 2),
        goal(f"Creating {many:,} at {latency} ms is six times as fast as one by one", f"{faster:.1f} times", faster >= 6),
        goal("Memory grows by less than 10 KB a member", f"{grown * 1.024:.1f} KB", grown * 1.024 < 10),
        goal(
            f"Time is linear in members (at {latency} ms)",
            f"at worst ({worst}) {each[worst][0]:.2f} ms a member with {many:,}, {each[worst][1]:.2f} ms with {most:,}",
            each[worst][1] < 1.5 * each[worst][0],
        ),
    )
    runs = ", ".join(f"{len(cells[latency, size, STEPS[0]]['seconds'])} times with {size:,} members" for size in sizes)
    both = taken(latencies[0], most, STEPS[0]) / most * 1000
    return f"""
## Many members

Seconds of the process of `elb_pool_members` with the default concurrency of 8, in this order: create all members in an empty pool, a no-op,
change the weight of every tenth member, replace all members. The requests are in the same order. Memory is the peak of the process (VmHWM).
Repetitions: {runs}.

{table(("latency", "members", *STEPS, "requests", "MiB"), rows)}

One by one (`concurrency: 1`), creating {many:,} at {latency} ms takes {median(alone["seconds"]):.1f} s. It is not measured for more members or a
longer latency. No value is extrapolated.

{chr(10).join(goals)}

The emulator and the module share the CPUs: at {latencies[0]} ms both together take {both:.1f} ms to create a
member, independent of the number of workers. So eight workers are not eight times as fast here.
"""


def _concurrency(figures: Json) -> str:
    sweep = {((one["latency"], one["limit"]), one["concurrency"]): one for one in figures["concurrency"]}
    conditions = list(dict.fromkeys(key[0] for key in sweep))
    degrees = list(dict.fromkeys(key[1] for key in sweep))
    quick, slow, throttled = conditions
    limit, default, least, most = throttled[1], DEFAULT_CONCURRENCY, degrees[0], degrees[-1]

    def taken(condition: tuple[int, int], degree: int) -> float:
        return float(median(sweep[condition, degree]["seconds"]))

    def refused(degree: int) -> str:
        return f"{median(sweep[throttled, degree]['refused']):g}"

    def ratio(condition: tuple[int, int], one: int, other: int) -> str:
        return f"{taken(condition, one) / taken(condition, other):.1f}"

    header = ("concurrency", f"{quick[0]} ms", f"{slow[0]} ms", f"{throttled[0]} ms, {limit} a second", "refused (429)")
    rows = [(degree, *(f"{taken(condition, degree):.2f}" for condition in conditions), refused(degree)) for degree in degrees]
    return f"""
## Concurrency

Seconds to create {figures["concurrency"][0]["size"]} members, with an API that accepts all requests and has a latency of {quick[0]} or {slow[0]} ms,
and with an API that responds with 429 above {limit} requests a second. A 429 is for the account, not for the request: it pauses all workers for the
`Retry-After` time, or with exponential backoff.

{table(header, rows)}

- **Why {default} by default.** With a latency of {quick[0]} ms, {default} workers are {ratio(quick, least, default)} times as fast as {least}, and
  {most} are {ratio(quick, default, most)} times as fast as {default}: then the CPU time to sign, send and read is the limit, not the
  latency. With {slow[0]} ms, {default} are {ratio(slow, least, default)} times as fast as {least}.
- **With throttling.** The limit of the API determines the time: {taken(throttled, default):.1f} s with {default} workers,
  {taken(throttled, most):.1f} s with {most}. More workers only get more responses with 429 ({refused(default)} with {default},
  {refused(most)} with {most}), and other users of the account have to wait, too.
- **Why {least} to {most}.** Single requests are suitable for an API under load. {most} workers are useful with a high latency: with
  {slow[0]} ms they are {ratio(slow, default, most)} times as fast as {default}, {ratio(slow, degrees[-2], most)} times as fast as {degrees[-2]}.
  More workers would need more CPU than one process has, and each worker keeps a connection open.
"""
