# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/benchmarks.md. All numbers on the page, and whether a goal is met, are computed from the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from .credentials import CLOUD, OPENSTACK
from .members import STEPS
from .setting import Json
from .tasks import AWS, DEBUG, DEBUG_LOOP, LOOP, ORDINARY, PING, Seconds, members_of

DEFAULT_CONCURRENCY = 8
#: The text of the page if the machine had other load; tools/release/check.py searches for it.
LOADED = "only a run on an idle machine is meaningful"


def page(figures: Json) -> str:
    parts = (head(figures) for head in (_head, _tasks, _hosts, _clouds, _stages, _bulk, _members, _concurrency))
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


def medians(taken: Seconds) -> dict[str, float]:
    return {name: float(median(seconds)) for name, seconds in taken.items()}


def compared(taken: dict[str, float], header: str = "task") -> str:
    """A table of tasks, compared with a debug of the same play."""
    rows = ((f"`{name}`", f"{seconds * 1000:.1f}", f"{seconds / taken[DEBUG]:.2f}") for name, seconds in taken.items())
    return table((header, "ms", "of a debug"), rows)


def _tasks(figures: Json) -> str:
    taken = medians(figures["tasks"])
    loop, debugs = LOOP.format(figures["looped"]), DEBUG_LOOP.format(figures["looped"])
    item, engine = (
        (taken[each] - taken[alone]) / (figures["looped"] - 1) * 1000 for each, alone in ((loop, "elb_member"), (debugs, DEBUG))
    )
    debug, ping, one = taken[DEBUG], taken[PING], taken["elb_pool"]
    few, many = taken[members_of(figures["looped"])], taken[members_of(figures["many"])]
    goals = (
        goal("A no-op `elb_pool` with AK/SK takes at most 1.5 times a debug", f"{one / debug:.2f} times", one <= 1.5 * debug),
        goal("It is at least 10 times as fast as a ping", f"{ping / one:.1f} times", ping >= 10 * one),
        goal("It is at least 20 times as fast as the AWS module", f"{taken[AWS] / one:.1f} times", taken[AWS] >= 20 * one),
        goal(
            f"A loop of {figures['looped']} takes at most 3 times one task",
            f"{taken[loop] / taken['elb_member']:.2f} times",
            taken[loop] <= 3 * taken["elb_member"],
        ),
    )
    return f"""
## A task that changes nothing

From the end of the task before to the end of each: all that it adds to a play, on one host, without Ansible's own start.
{len(figures["tasks"][PING])} rounds of all tasks, one after the other, in one play; a round has the tasks that take milliseconds more than once.
The modules sign with AK/SK. All but one use HTTP, so that the time is the task's, not TLS's; `HTTPS` verifies the server with the usual number
of CAs. `ordinary` is a module that Ansible sends and starts (`otc_elb_direct: false`). `uri` is one GET request for the
same pool to the same server. The AWS module ensures that a target group exists on the server of moto. The loop and `elb_pool_members` have
the same {figures["looped"]} members.

{compared(taken)}

{chr(10).join(goals)}

A debug in the same loop, with the same templates, takes {taken[debugs] / taken["elb_member"]:.2f} times one `elb_member`. Each further item
adds {item:.1f} ms to the loop of `elb_member`, and {engine:.1f} ms to that of a debug: all items of a loop run in one process, in which the engine
copies the task, fills in its templates and finds its plugins for each item. The rest is the request, and what the action makes anew for each
item: the credential, the check of the options, the masked result.

The same module takes {taken["elb_pool" + ORDINARY] / one:.1f} times as long the ordinary way. One task for {figures["looped"]} members
takes {few / taken[loop]:.2f} of a loop over them, and a task that finds {figures["many"]:,} members in order {many / few:.2f} times one that
finds {figures["looped"]}.
"""


def _hosts(figures: Json) -> str:
    taken, hosts = medians(figures["for hosts"]), figures["hosts"]
    faster = taken["elb_member" + ORDINARY] / taken["elb_member"]
    return f"""
## Many hosts

A task of a play over {hosts} hosts, `delegate_to: localhost`, with 20 forks: from the end of the task before on the last host to its own.

{compared(taken, f"task, for {hosts} hosts")}

{goal("At least 5 times as fast as the ordinary way", f"{faster:.1f} times", faster >= 5)}
"""


def _clouds(figures: Json) -> str:
    taken = medians(figures["clouds"])
    return f"""
## clouds.yaml

With a password in clouds.yaml, against a real Keystone on this machine. The first task of a run gets a token, which the later ones use.

{compared(taken)}

{goal("At most 2 times a debug from the second task on", f"{taken[CLOUD] / taken[DEBUG]:.2f} times", taken[CLOUD] <= 2 * taken[DEBUG])}

It is {taken[OPENSTACK] / taken[CLOUD]:.1f} times as fast as a module of `openstack.cloud`, which gets a token for each task.
"""


def _stages(figures: Json) -> str:
    modules = list(figures["stages"])
    taken = {name: {stage: median(seconds) * 1000 for stage, seconds in stages.items()} for name, stages in figures["stages"].items()}
    rows = [(stage, *(f"{taken[name].get(stage, 0):.2f}" for name in modules)) for stage in taken[modules[0]]]
    rows.append(("**sum**", *(f"**{sum(taken[name].values()):.2f}**" for name in modules)))
    return f"""
## Where a direct task's time goes

Milliseconds in the action, in the process that Ansible forks for the task; each stage excludes the others. The rest of the time in the first table is
the engine's: it queues the task, forks, fills in templates, and calls the callbacks. `tests/benchmark/callback_plugins/stages.py` measures.

{table(("stage", *(f"`{name}`" for name in modules)), rows)}
"""


def _bulk(figures: Json) -> str:
    some, alone = figures["bulk"]
    best = some["size"] * some["latency"] / 1000 / some["concurrency"]
    rows = [
        (
            one["concurrency"],
            f"{median(one['seconds']):.2f}",
            f"{one['size'] * one['latency'] / 1000 / one['concurrency']:.2f}",
            f"{median(one['processor']) / one['size'] * 1000:.2f}",
        )
        for one in (some, alone)
    ]
    ratio = median(some["seconds"]) / best
    return f"""
## What workers can do

`elb_pool_members` creates {some["size"]:,} members with a service of several processes that responds after {some["latency"]} ms to as many
requests as come. At best, each worker always waits for a response.

{table(("concurrency", "seconds", "at best", "ms of the CPU a request"), rows)}

{goal(f"At most 1.6 times what {some['concurrency']} workers could do at best", f"{ratio:.2f} times", ratio <= 1.6)}
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

    few, many, latency = sizes[0], sizes[-1], latencies[min(1, len(latencies) - 1)]
    requests = cells[latency, many, "no-op"]["requests"]
    grown = max((median(cells[latency, many, step]["kib"]) - median(cells[latency, few, step]["kib"])) / (many - few) for step in STEPS)
    goals = (
        goal(f"A no-op of {many:,} needs two requests at most", f"{requests}", requests <= 2),
        goal("Memory grows by less than 10 KB a member", f"{grown * 1.024:.1f} KB", grown * 1.024 < 10),
    )
    runs = ", ".join(f"{len(cells[latency, size, STEPS[0]]['seconds'])} times with {size:,} members" for size in sizes)
    return f"""
## Many members

Seconds of the process of `elb_pool_members` with the default concurrency of 8, in this order: create all members in an empty pool, a no-op,
change the weight of every tenth member, replace all members. The requests are in the same order. Memory is the peak of the process (VmHWM).
Repetitions: {runs}.

{table(("latency", "members", *STEPS, "requests", "MiB"), rows)}

{chr(10).join(goals)}

The start of the process is part of it: the module is run as Ansible starts it, without Ansible. The emulator checks everything and shares
the CPUs with the module; see above for what the module alone can do.
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
