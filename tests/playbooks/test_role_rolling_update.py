# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role otc.elb.rolling_update, from hosts' own plays."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..emulator.client import Emulator, Json
from .engine import Engine, PlayRun, Task, task

HEALTHY = ("ONLINE", "NO_MONITOR")
DRAINED = "otc.elb.rolling_update : Send it no new requests"
RESTORED = "otc.elb.rolling_update : Give it its weight, and wait until it is healthy"
REFUSED = "otc.elb.rolling_update : Refuse to leave too few in service"
STAYS = "otc.elb.rolling_update : Say that it stays out of service"
#: Where the rolling update's weights over time are written to, if it is set.
TABLE = "ROLLING_UPDATE_TABLE"


def hosts(number: int) -> list[str]:
    return [f"web-{n}" for n in range(1, number + 1)]


def servers(number: int, **fields: Any) -> list[Json]:
    return [
        {"name": f"web-{n}", "address": f"192.168.0.1{n}", "protocol_port": 8080, "weight": 10 * n, **fields} for n in range(1, number + 1)
    ]


def pool(emulator: Emulator, members: Sequence[Json], **fields: Any) -> str:
    (seeded,) = emulator.seed(
        {"name": "web", "protocol": "HTTP", "loadbalancer_id": emulator.loadbalancer("demo"), "members": list(members), **fields}
    )
    return str(seeded["id"])


def weights(emulator: Emulator) -> dict[str, int]:
    (found,) = emulator.state()["pools"]
    return {member["name"]: member["weight"] for member in found["members"]}


def entry(name: str, **options: Any) -> Task:
    return {
        "name": name,
        "ansible.builtin.include_role": {"name": "otc.elb.rolling_update", "tasks_from": name},
        "vars": {"rolling_update_pool": "web", **options},
    }


def update(
    engine: Engine, tasks: Sequence[Task], names: Sequence[str], variables: Mapping[str, Any] | None = None, **options: Any
) -> PlayRun:
    """Plays tasks on hosts whose addresses follow from their names, as an inventory would say it."""
    known = {
        "rolling_update_drain_seconds": 0,
        "rolling_update_min_healthy_seconds": 0,
        "ansible_host": "192.168.0.1{{ inventory_hostname[-1] }}",
        **(variables or {}),
    }
    return engine.play(tasks, hosts=names, vars=known, **{"ignore_errors": False, **options})


def serving(moment: Json) -> int:
    return sum(1 for member in moment["members"] if member["weight"] > 0 and member["operating_status"] in HEALTHY)


def table(moments: Sequence[Json]) -> str:
    names = sorted(member["address"] for member in moments[0]["members"])
    lines = [["seconds", *names, "serving"], ["---"] * (len(names) + 2)]
    for moment in moments:
        by_address = {member["address"]: member for member in moment["members"]}
        shown = [f"{by_address[name]['weight']}{'' if by_address[name]['operating_status'] in HEALTHY else ' (OFFLINE)'}" for name in names]
        lines.append([f"{moment['time'] - moments[0]['time']:.1f}", *shown, str(serving(moment))])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def test_six_hosts_two_at_a_time_never_serve_with_fewer_than_four(engine: Engine, emulator: Emulator) -> None:
    pool_id = pool(emulator, servers(6))
    emulator.health_monitor(pool_id)
    emulator.configure(health_delay_ms=500)
    before = weights(emulator)
    emulator.watch(pool_id)
    work = task("ansible.builtin.debug", msg="work") | {"name": "Work"}
    played = update(
        engine,
        [entry("drain", rolling_update_min_serving=4), work, entry("restore")],
        hosts(6),
        serial=2,
    )
    moments = emulator.moments()
    if TABLE in os.environ:
        Path(os.environ[TABLE]).write_text(table(moments), encoding="utf-8")
    assert played.rc == 0, played.output
    assert min(map(serving, moments)) == 4, table(moments)
    assert weights(emulator) == before
    # A member with a new weight is OFFLINE at first: each was waited for.
    assert [item["member"]["operating_status"] for result in played.of(RESTORED) for item in result["results"]] == ["ONLINE"] * 6
    drained = {name for moment in moments for name in (member["address"] for member in moment["members"] if not member["weight"])}
    assert len(drained) == 6
    # Both of a batch are out at the same time, with two requests each.
    assert sum(1 for moment in moments if [member["weight"] for member in moment["members"]].count(0) == 2) >= 3
    assert len(emulator.writes()) == 12


#: It takes 6 seconds at most to find a server OFFLINE, and FACTOR times less here.
CHECK = {"delay": 2, "timeout": 2, "max_retries": 2, "max_retries_down": 2, "first_check": 0.5}
FACTOR = 3


def breaking(emulator: Emulator) -> Task:
    """The restart after an update that breaks the application: health checks fail from now on."""
    body = {"address": "{{ ansible_host }}", "failure": "CONNECT_REFUSED"}
    control = f"{emulator.url}/_control/server"
    return task("ansible.builtin.uri", url=control, method="POST", body=body, body_format="json") | {"name": "Restart"}


def checked_pool(emulator: Emulator) -> str:
    """Six healthy members behind a listener."""
    pool_id = pool(emulator, servers(6), listener_id=emulator.listener("demo-http"))
    emulator.seed_kind("healthmonitors", {"pool_id": pool_id, "type": "HTTP", **CHECK})
    emulator.clock(advance=10)
    emulator.watch(pool_id)
    return pool_id


@contextmanager
def time_from(emulator: Emulator, begun: Callable[[], bool]) -> Iterator[None]:
    """Health checks stand still until then, however slow the machine is."""
    emulator.clock(factor=0)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if begun():
                emulator.clock(factor=FACTOR)
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield
    over.set()
    watcher.join()


def test_an_application_that_breaks_after_the_restart_stops_the_play(engine: Engine, emulator: Emulator) -> None:
    """Its members are ONLINE for some seconds more; min_healthy_seconds are longer than that."""
    checked_pool(emulator)
    with time_from(emulator, lambda: len(emulator.requests(action="elb:members:put")) > 2):
        played = update(
            engine,
            [entry("drain", rolling_update_min_serving=4), breaking(emulator), entry("restore")],
            hosts(6),
            {"rolling_update_min_healthy_seconds": 10 / FACTOR, "rolling_update_timeout": 8},
            serial=2,
            max_fail_percentage=0,
        )
    moments = emulator.moments()
    if TABLE in os.environ:
        Path(os.environ[TABLE]).with_suffix(".breaking.md").write_text(table(moments), encoding="utf-8")
    assert played.rc != 0
    failed = [result for result in played.of(RESTORED) if result.failed]
    assert {result.host for result in failed} == {"web-1", "web-2"}, played.output
    assert all("its status is OFFLINE (CONNECT_REFUSED)" in result["results"][0]["msg"] for result in failed)
    # No host of a later batch was touched, and all of them serve.
    assert {result.host for result in played.of("Restart")} == {"web-1", "web-2"}
    assert [serving(moments[-1]), min(map(serving, moments))] == [4, 4], table(moments)
    # A member had been put back, and was ONLINE, before the failure was found.
    assert max(map(serving, moments[3:])) > 4, table(moments)


def test_the_first_status_alone_would_not_stop_it(engine: Engine, emulator: Emulator) -> None:
    """Where no check is due yet, all servers are broken before the first of them is found OFFLINE."""
    checked_pool(emulator)
    emulator.clock(factor=0)
    tasks = [entry("drain", rolling_update_min_serving=4), breaking(emulator), entry("restore")]
    played = update(engine, tasks, hosts(6), serial=2, max_fail_percentage=0)
    assert played.rc == 0, played.output
    emulator.clock(advance=20)
    assert serving(emulator.moments()[-1]) == 0


def test_who_serves_is_what_the_listeners_say(engine: Engine, emulator: Emulator) -> None:
    """A member that is ONLINE by itself and OFFLINE at the listener gets no requests: it is not counted."""
    listener = emulator.listener("demo-http")
    members = servers(3)
    members[1] |= {"operating_status": "ONLINE", "status": [{"listener_id": listener, "operating_status": "OFFLINE"}]}
    members[2] |= {"operating_status": "OFFLINE", "status": [{"listener_id": listener, "operating_status": "ONLINE"}]}
    pool(emulator, members, listener_id=listener)
    refused = update(engine, [entry("drain", rolling_update_min_serving=2)], hosts(1))
    (failed,) = [result for result in refused.of(REFUSED) if result.failed]
    assert "1 other member would be serving (192.168.0.13)" in failed["msg"]
    assert update(engine, [entry("drain", rolling_update_min_serving=1)], hosts(1)).rc == 0


def test_hosts_of_a_batch_count_one_another_and_only_who_serves(engine: Engine, emulator: Emulator) -> None:
    """Of three hosts that take themselves out at the same time, the third would leave too few."""
    spare, parked, broken, last = servers(7)[3:]
    members = [*servers(3), spare, {**parked, "weight": 0}, {**broken, "operating_status": "OFFLINE"}, {**last, "weight": 0}]
    pool_id = pool(emulator, members)
    emulator.watch(pool_id)
    played = update(engine, [entry("drain", rolling_update_min_serving=2), entry("restore")], [*hosts(3), "web-7"], forks=4)
    assert {result.host for result in played.of(DRAINED) if result.changed} == {"web-1", "web-2"}
    (refused,) = [result for result in played.of(REFUSED) if result.failed]
    assert refused.host == "web-3"
    for words in ("web-3 is not taken out of pool 'web'", "1 other member would be serving (192.168.0.14)", "min_serving is 2", "'serial'"):
        assert words in refused["msg"]
    assert min(map(serving, emulator.moments())) == 2
    # The one that was out before stays out, and does not count as serving.
    assert weights(emulator) == {member["name"]: member["weight"] for member in members}
    assert any("web-7 has the weight 0" in result["msg"] for result in played.of(STAYS) if not result.skipped)


def test_a_play_that_failed_in_between_is_run_again(engine: Engine, emulator: Emulator) -> None:
    subnet = emulator.subnet("2001:db8:a583:6a::/64")["id"]
    members = [*servers(3), {"name": "", "address": "2001:db8:a583:6a::4", "subnet_cidr_id": subnet, "protocol_port": 80, "weight": 7}]
    pool(emulator, members)
    before = weights(emulator)
    # By address, by name, by an address in another spelling.
    known = {
        "ansible_host": "{{ {'web-1': '192.168.0.11', 'web-4': '2001:DB8:A583:6A:0:0:0:4'}[inventory_hostname] | default('unknown') }}"
    }
    drain, restore = (
        entry(name, rolling_update_name="{{ inventory_hostname if inventory_hostname == 'web-2' else '' }}")
        for name in ("drain", "restore")
    )
    names = ["web-1", "web-2", "web-4"]
    fails = task("ansible.builtin.fail", msg="the update went wrong") | {"name": "Work", "when": "inventory_hostname == 'web-1'"}
    # Nothing of it needs root, whatever the play's own tasks need. The other hosts of the batch are stopped, too.
    first = update(engine, [drain, fails, restore], names, known, become=True, max_fail_percentage=0)
    assert first.rc != 0
    assert [result.failed for result in first.of("Work")].count(True) == 1, first.output
    assert weights(emulator) == {
        "web-1 [drained: weight 10]": 0,
        "web-2 [drained: weight 20]": 0,
        "web-3": 30,
        "[drained: weight 7]": 0,
    }
    emulator.forget()
    checked = update(engine, [drain, restore], names, known, check=True)
    assert checked.rc == 0, checked.output
    assert emulator.writes() == []
    assert [result.changed for result in checked.of(RESTORED)] == [True] * 3
    again = update(engine, [drain, restore, {**restore, "name": "again"}], names, known)
    assert again.rc == 0, again.output
    assert not any(result.changed for result in again.of(DRAINED))
    assert [result.changed for result in again.of(RESTORED)] == [True] * 3 + [False] * 3
    assert weights(emulator) == before


def test_the_weight_comes_from_the_inventory_or_from_this_run(engine: Engine, emulator: Emulator) -> None:
    """A given weight leaves names alone. Where another client renames the member meanwhile, this run still knows the weight."""
    pool(emulator, servers(4))
    rename = task("elb_member", pool="web", address="{{ ansible_host }}", port=8080, name="{{ inventory_hostname }}")
    tasks = []
    for name in ("drain", "restore"):
        given = entry(name, rolling_update_weight="{{ 5 if inventory_hostname == 'web-1' else 0 }}")
        tasks += [given | {"when": "inventory_hostname != 'web-3'"}, entry(name) | {"when": "inventory_hostname == 'web-3'"}, rename]
    played = update(engine, tasks, hosts(3))
    assert played.rc == 0, played.output
    assert weights(emulator) == {"web-1": 5, "web-2": 0, "web-3": 30, "web-4": 40}
    assert [result["msg"].partition(" in pool")[0] for result in played.of(STAYS) if not result.skipped] == ["web-2 has the weight 0"]
    bodies = [request["body"]["member"] for request in emulator.writes()]
    assert sorted(body["weight"] for body in bodies if "weight" in body and "name" not in body) == [0, 0, 5, 30]


def test_what_users_get_wrong(engine: Engine, emulator: Emulator) -> None:
    pool(emulator, [*servers(2), {"name": "web-1b", "address": "192.168.0.11", "protocol_port": 8081}])
    for dummy in range(2):
        pool(emulator, [], name="twin")
    alone: Task = {"ansible.builtin.include_role": {"name": "otc.elb.rolling_update"}}
    no_pool: Task = {"ansible.builtin.include_role": {"name": "otc.elb.rolling_update", "tasks_from": "drain"}}
    played = update(
        engine,
        [
            {"block": [wrong], "rescue": [task("ansible.builtin.debug", msg="on we go")]}
            for wrong in (
                alone,
                no_pool,
                entry("drain"),
                entry("drain", rolling_update_port=8082),
                entry("drain", rolling_update_name="web"),
                entry("drain", rolling_update_pool="wbe"),
                # Only restore would wait and set the weight, but then the host is out.
                entry("drain", rolling_update_timeout=5, rolling_update_min_healthy_seconds=10),
                entry("drain", rolling_update_weight=101),
                entry("drain", rolling_update_timeout=86401, rolling_update_min_serving=-1),
                # What can have no effect.
                entry("drain", rolling_update_name="web-1", rolling_update_address="192.168.0.11", rolling_update_port=8080),
                entry("drain", rolling_update_pool="twin"),
            )
        ],
        hosts(1),
    )
    messages = [result["msg"] for result in played.results if result.failed]
    assert len(messages) == 11, messages
    for message, words in zip(
        messages,
        [
            ["tasks_from: drain"],
            ["rolling_update_pool"],
            ["2 of them have the address 192.168.0.11", "Give rolling_update_port"],
            ["none of them has the address 192.168.0.11 and the port 8082", "rolling_update_name"],
            ["3 members of pool 'web'", "none of them has the name web."],
            ["'wbe': in this project and region there is no such pool, or it has no members. Check rolling_update_pool."],
            ["web-1: rolling_update_min_healthy_seconds (10) must be less than rolling_update_timeout (5)"],
            ["web-1: rolling_update_weight must be 0 to 100, not 101"],
            ["rolling_update_timeout must be 0 to 86400, not 86401", "rolling_update_min_serving must be 0 or more, not -1"],
            ["rolling_update_address and rolling_update_port cannot be given with rolling_update_name"],
            ["there are 2 pools named 'twin'", "Give the ID of the right one as rolling_update_pool."],
        ],
        strict=True,
    ):
        assert all(word in message for word in words), message
    assert emulator.writes() == []


def test_hosts_may_spell_the_pool_differently(engine: Engine, emulator: Emulator) -> None:
    """By its name or by its ID: they count one another all the same."""
    pool_id = pool(emulator, servers(3))
    spelled = f"{{{{ 'web' if inventory_hostname == 'web-1' else '{pool_id}' }}}}"
    played = update(engine, [entry("drain", rolling_update_pool=spelled, rolling_update_min_serving=2)], hosts(2))
    assert [result.host for result in played.of(REFUSED) if result.failed] == ["web-2"]
    assert weights(emulator) == {"web-1 [drained: weight 10]": 0, "web-2": 20, "web-3": 30}


def test_what_answers_leave_out_has_the_default(engine: Engine, emulator: Emulator) -> None:
    """A member whose response lacks the weight is not drained: the service's default is 1."""
    pool_id = pool(emulator, [{**servers(1)[0], "name": "", "weight": 1}, servers(2)[1]])
    before = weights(emulator)
    both = [entry("drain"), entry("restore")]
    emulator.watch(pool_id)
    # Once, as a service that leaves defaults out, and then null and always.
    for how in ({"drop": ["weight", "name"], "times": 1}, {"null": ["weight", "name"]}):
        emulator.distort(action="elb:members:list", **how)
        played = update(engine, both, hosts(1))
        assert played.rc == 0, played.output
        assert [result.changed for result in played.of(DRAINED)] == [True]
        if "times" in how:
            assert weights(emulator) == before
    assert sorted(weights(emulator).values()) == [1, 20]
    assert min(map(serving, emulator.moments())) == 1


def test_check_mode_tells_of_hosts_that_are_put_back(engine: Engine, emulator: Emulator) -> None:
    """What was out is counted by those that come after it, in check mode as in the run itself."""
    first, second, third = servers(3)
    pool(emulator, [{**first, "name": "web-1 [drained: weight 10]", "weight": 0}, second, third])
    for check in (True, False):
        played = update(
            engine,
            [entry("drain", rolling_update_min_serving=2), entry("restore")],
            hosts(2),
            serial=1,
            max_fail_percentage=0,
            check=check,
        )
        assert played.rc == 0, played.output
        assert {result.host for result in played.of(DRAINED) if result.changed} == {"web-2"}
    assert weights(emulator) == {"web-1": 10, "web-2": 20, "web-3": 30}


def test_a_host_leaves_all_of_its_pools_or_none(engine: Engine, emulator: Emulator) -> None:
    """It is put back into all of them. Weights are kept for each pool, and names keep their spaces."""
    pool(emulator, servers(3))
    pool(emulator, [{**member, "name": f" {member['name']}  ", "weight": member["weight"] + 1} for member in servers(3)], name="api")
    first, second, third = servers(3)
    pool(emulator, [first, second, {**third, "operating_status": "OFFLINE"}], name="short")
    before = emulator.state()["pools"]
    both = [entry(name, rolling_update_pool=["web", "api"]) for name in ("drain", "restore")]
    played = update(engine, both, hosts(3), serial=2)
    assert played.rc == 0, played.output
    changed = [item["changed"] for result in (*played.of(DRAINED), *played.of(RESTORED)) for item in result["results"]]
    assert changed == [True] * 12
    assert [request["body"]["member"]["name"] for request in emulator.writes() if " web-3 " in request["body"]["member"]["name"]] == [
        " web-3   [drained: weight 31]",
        " web-3  ",
    ]
    assert [(m["name"], m["weight"]) for p in emulator.state()["pools"] for m in p["members"]] == [
        (m["name"], m["weight"]) for p in before for m in p["members"]
    ]
    emulator.forget()
    wrong = [
        entry("drain", rolling_update_pool=["web", "short", "api"], rolling_update_min_serving=2),
        entry("drain", rolling_update_pool=["web", "missing"]),
    ]
    rescue = [task("ansible.builtin.debug", msg="next")]
    played = update(engine, [{"block": [each], "rescue": rescue} for each in wrong], hosts(1))
    refused, missing = [result["msg"] for result in played.results if result.failed]
    assert "web-1 is not taken out of pool 'short': 1 other member would be serving (192.168.0.12)" in refused
    assert "in all of its pools" in refused
    assert "web-1 cannot be found in pool 'missing'" in missing
    assert emulator.writes() == []


def test_check_mode_before_there_is_a_pool(engine: Engine, emulator: Emulator) -> None:
    played = update(engine, [entry("drain"), entry("restore")], hosts(2), check=True)
    assert played.rc == 0, played.output
    assert "assuming that an earlier task adds it" in played.stdout


ACTIONS = ["elb:members:get", "elb:members:list", "elb:members:put", "elb:pools:list"]


def test_declared_actions_are_sufficient_necessary_and_predicted(engine: Engine, emulator: Emulator) -> None:
    readme = (Path(__file__).parents[2] / "roles" / "rolling_update" / "README.md").read_text(encoding="utf-8")
    assert sorted({*re.findall(r"`(elb:\w+:\w+)`", readme.partition("## IAM actions")[2])}) == ACTIONS
    pool(emulator, servers(2))
    user = emulator.user("limited")
    keys = {"OS_ACCESS_KEY": user["access_key"], "OS_SECRET_KEY": user["secret_key"]}
    both = [entry("drain"), entry("restore")]
    emulator.grant("limited", [action for action in ACTIONS if action != "elb:members:put"])
    checked = update(engine, both, hosts(1), env=keys, check=True)
    assert checked.rc == 0, checked.output
    items = [item for result in checked.results for item in result.get("results", [])]
    assert sorted({action for item in items for action in item.get("required_actions", [])}) == ACTIONS
    for missing in ACTIONS:
        emulator.grant("limited", [action for action in ACTIONS if action != missing])
        (failed,) = [result for result in update(engine, both[:1], hosts(1), env=keys).results if result.failed]
        assert failed["results"][0]["missing_action"] == missing
        # Also what only restore will need: better to know before the host is out than after.
        assert weights(emulator) == {"web-1": 10, "web-2": 20}
    emulator.grant("limited", ACTIONS)
    played = update(engine, both, hosts(1), env=keys)
    assert played.rc == 0, played.output
    assert weights(emulator) == {"web-1": 10, "web-2": 20}
