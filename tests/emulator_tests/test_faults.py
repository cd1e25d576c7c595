# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way in which the network and the service can be made to misbehave, and what then was done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import requests

from tests.emulator.client import Emulator, EmulatorError

from .api import Api, Json, refused


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def rename(api: Api, pool: Json, name: str = "new") -> int:
    return api.update_pool(pool, name=name).status


# --- connections that break


@pytest.mark.parametrize("do", ["reset", "close"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_broken_connection(api: Api, emulator: Emulator, do: str, when: str) -> None:
    pool = api.pool(name="old")
    emulator.forget()
    emulator.fault(do, method="PUT", when=when)
    with pytest.raises(requests.ConnectionError) as broken:
        rename(api, pool)
    assert ("ConnectionResetError" in str(broken.value)) is (do == "reset")
    assert ("RemoteDisconnected" in str(broken.value)) is (do == "close")
    entry = emulator.requests()[0]
    assert (entry["fault"], entry["status"], entry["done"]) == (do, None, 200 if when == "after" else None)
    assert api.show_pool(pool)["name"] == ("new" if when == "after" else "old")
    assert rename(api, pool) == 200


def test_a_truncated_response(api: Api, emulator: Emulator) -> None:
    pool = api.pool(name="old")
    emulator.fault("truncate", method="PUT")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        rename(api, pool)
    assert api.show_pool(pool)["name"] == "new"
    assert emulator.requests(fault="truncate")[0]["done"] == 200


def test_a_response_that_trickles_in(api: Api, emulator: Emulator) -> None:
    """No single wait for a byte is long."""
    pool = api.pool(name="old")
    emulator.fault("trickle", method="PUT", ms=2)
    started = time.monotonic()
    headers = {"X-Auth-Token": "emulator-token"}
    got = api.session.put(api.url(f"/pools/{pool['id']}"), json={"pool": {"name": "new"}}, headers=headers, timeout=1)
    assert got.json()["pool"]["name"] == "new"
    assert time.monotonic() - started > 0.002 * len(got.content)


# --- other responses


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [200, 500, 502, 503, 504])
def test_an_html_page(api: Api, emulator: Emulator, status: int, when: str) -> None:
    pool = api.pool(name="old")
    emulator.fault("answer", method="PUT", status=status, html=True, when=when)
    got = api.session.put(api.url(f"/pools/{pool['id']}"), json={"pool": {"name": "new"}}, headers={"X-Auth-Token": "emulator-token"})
    assert (got.status_code, got.headers["Content-Type"]) == (status, "text/html")
    assert got.text.startswith("<html>")
    assert api.show_pool(pool)["name"] == ("new" if when == "after" else "old")


@pytest.mark.parametrize(("status", "code"), [(429, "APIGW.0308"), (500, "ELB.8906"), (503, "ELB.8906"), (504, "ELB.8906")])
def test_a_json_error(api: Api, emulator: Emulator, status: int, code: str) -> None:
    emulator.fault("answer", status=status)
    response = api.call("GET", "/pools")
    refused(response, status, code)
    assert "Retry-After" not in response.headers
    assert api.call("GET", "/pools").status == 200
    assert [entry["status"] for entry in emulator.requests()] == [status, 200]
    assert [entry["error_code"] for entry in emulator.requests()] == [code, None]


def test_no_more_requests_a_second_than_allowed(api: Api, emulator: Emulator) -> None:
    emulator.configure(requests_per_second=2)
    # However slow this machine is, more than two of these are within one second.
    responses = [api.call("GET", "/pools") for dummy in range(60)]
    assert {response.status for response in responses[:2]} == {200}
    refusals = [response for response in responses if response.status != 200]
    refused(refusals[0], 429, "APIGW.0308")
    emulator.configure(requests_per_second=0)
    assert api.call("GET", "/pools").status == 200


@pytest.mark.parametrize("value", [1, "2", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_retry_after(api: Api, emulator: Emulator, value: int | str) -> None:
    emulator.fault("answer", status=429, retry_after=value)
    assert api.call("GET", "/pools").headers["Retry-After"] == str(value)


def test_a_response_of_ones_own(api: Api, emulator: Emulator) -> None:
    emulator.fault("answer", status=409, error_code="ELB.8907", error_msg="is immutable", headers={"X-Own": "1"})
    response = api.call("GET", "/pools")
    refused(response, 409, "ELB.8907", "is immutable")
    assert response.headers["X-Own"] == "1"
    emulator.fault("answer", status=200, body="not json")
    got = requests.get(api.url("/pools"), timeout=5)
    assert (got.status_code, got.text) == (200, "not json")


# --- which requests, and how many


def test_which_requests(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    emulator.fault("answer", status=503, action="elb:pools:get", times=None)
    emulator.fault("answer", status=502, path=r"/members$", times=None)
    emulator.fault("answer", status=500, method="delete", times=None)
    for dummy in range(2):
        assert api.call("GET", f"/pools/{pool['id']}").status == 503
        assert api.call("GET", f"/pools/{pool['id']}/members").status == 502
        assert api.call("DELETE", f"/pools/{pool['id']}").status == 500
        assert api.call("GET", "/pools").status == 200
    assert [fault["done"] for fault in emulator.faults()] == [2, 2, 2]
    emulator.clear_faults()
    assert api.delete_pool(pool).status == 204


def test_skip_and_times(api: Api, emulator: Emulator) -> None:
    emulator.fault("answer", status=503, skip=2, times=2)
    assert [api.call("GET", "/pools").status for dummy in range(6)] == [200, 200, 503, 503, 200, 200]


def test_faults_one_after_another(api: Api, emulator: Emulator) -> None:
    first = emulator.fault("answer", status=503)
    emulator.fault("answer", status=504)
    emulator.fault("answer", status=500)
    assert [api.call("GET", "/pools").status for dummy in range(4)] == [503, 504, 500, 200]
    emulator.fault("answer", status=503, times=None)
    emulator.clear_faults(first)
    assert api.call("GET", "/pools").status == 503


def test_also_paths_that_do_not_exist(api: Api, emulator: Emulator) -> None:
    emulator.fault("answer", status=503, path="/v3/auth")
    assert api.call("GET", f"{emulator.url}/v3/auth/tokens").status == 503
    assert api.call("GET", f"{emulator.url}/v3/auth/tokens").status == 404


@pytest.mark.parametrize("wrong", [{"do": "explode"}, {"do": "answer"}, {"do": "reset", "when": "never"}, {"do": "reset", "colour": 1}])
def test_faults_that_do_not_exist(emulator: Emulator, wrong: Json) -> None:
    with pytest.raises(EmulatorError):
        emulator.command("fault", **wrong)


# --- time


def test_a_slow_response(api: Api, emulator: Emulator) -> None:
    pool = api.pool(name="old")
    emulator.fault("delay", ms=300, when="after", method="PUT")
    with pytest.raises(requests.ReadTimeout):
        api.session.put(
            api.url(f"/pools/{pool['id']}"),
            json={"pool": {"name": "new"}},
            headers={"X-Auth-Token": "emulator-token"},
            timeout=0.1,
        )
    # Done before the delay.
    assert api.show_pool(pool)["name"] == "new"
    emulator.fault("delay", ms=300, when="before", method="PUT")
    with pytest.raises(requests.ReadTimeout):
        api.session.put(
            api.url(f"/pools/{pool['id']}"),
            json={"pool": {"name": "late"}},
            headers={"X-Auth-Token": "emulator-token"},
            timeout=0.1,
        )
    assert api.show_pool(pool)["name"] == "new"
    until(lambda: api.show_pool(pool)["name"] == "late")


def test_a_delay_and_another_fault(api: Api, emulator: Emulator) -> None:
    emulator.fault("delay", ms=150)
    emulator.fault("answer", status=503)
    start = time.monotonic()
    assert api.call("GET", "/pools").status == 503
    assert time.monotonic() - start >= 0.15


def test_latency(api: Api, emulator: Emulator) -> None:
    emulator.configure(latency_ms=120)
    start = time.monotonic()
    api.call("GET", "/pools")
    assert time.monotonic() - start >= 0.12
    assert emulator.requests()[0]["ms"] >= 120


@pytest.mark.parametrize("status", [504, None])
def test_a_slow_gateway(api: Api, emulator: Emulator, status: int | None) -> None:
    pool = api.pool()
    emulator.forget()
    emulator.fault("later", method="POST", ms=250, **({} if status is None else {"status": status}))
    member = {"address": "10.0.0.1", "protocol_port": 80}
    if status is None:
        with pytest.raises(requests.ConnectionError):
            api.create_member(pool, **member)
    else:
        refused(api.create_member(pool, **member), 504, "ELB.8906")
    assert api.show_pool(pool)["members"] == []
    assert emulator.requests()[0]["done"] is None
    until(lambda: len(api.show_pool(pool)["members"]) == 1)
    entry = emulator.requests()[0]
    assert (entry["status"], entry["done"]) == (status, 201)
    refused(api.create_member(pool, **member), 409, "ELB.8907")


def test_a_slow_gateway_refuses_what_is_wrong_at_once(api: Api, emulator: Emulator) -> None:
    emulator.fault("later", ms=1, status=504, times=None)
    refused(api.call("POST", "/pools", {"nonsense": 1}), 400, "ELB.8902")
    refused(Api(emulator, "wrong").call("GET", "/pools"), 401, "ELB.1103")
    # What only the service can know is known later.
    assert api.delete_pool({"id": "unknown"}).status == 504
    until(lambda: emulator.requests()[-1]["done"] == 404)


# --- the service's own moods


def test_a_busy_load_balancer(api: Api, emulator: Emulator) -> None:
    emulator.configure(busy_ms=300)
    emulator.clock(factor=0)
    pool = api.pool()
    response = api.create_member(pool, address="10.0.0.1", protocol_port=80)
    refused(response, 409, "ELB.8907", "immutable", "PENDING_UPDATE")
    # Another load balancer is not busy, and looking is always possible.
    assert api.create_pool(loadbalancer_id=emulator.loadbalancer("demo-2")).status == 201
    assert api.show_pool(pool)["members"] == []
    emulator.clock(advance=0.2)
    assert api.create_member(pool, address="10.0.0.1", protocol_port=80).status == 409
    emulator.clock(advance=0.2)
    assert api.create_member(pool, address="10.0.0.1", protocol_port=80).status == 201
    assert api.update_pool(pool, name="x").status == 409
    emulator.clock(advance=0.4)
    assert api.update_pool(pool, name="x").status == 200


def test_the_next_requests_find_the_token_expired(api: Api, emulator: Emulator) -> None:
    emulator.fault("expire", times=2)
    for dummy in range(2):
        refused(api.call("GET", "/pools"), 401, "ELB.1103")
    assert api.call("GET", "/pools").status == 200


# --- responses that differ from the reference


def test_distortions(api: Api, emulator: Emulator) -> None:
    pool = api.pool(session_persistence={"type": "HTTP_COOKIE"})
    emulator.distort(
        action="elb:pools:get",
        drop=["slow_start", "session_persistence.cookie_name", "$.request_id"],
        null=["description"],
        set={"future": {"a": 1}, "healthmonitor_id": ""},
        times=1,
    )
    response = api.call("GET", f"/pools/{pool['id']}").body
    assert "request_id" not in response
    expected = {**pool, "description": None, "future": {"a": 1}, "healthmonitor_id": ""}
    del expected["slow_start"]
    expected["session_persistence"] = {"type": "HTTP_COOKIE", "persistence_timeout": 1440}
    assert response["pool"] == expected
    assert api.show_pool(pool) == pool


def test_distorted_lists(api: Api, emulator: Emulator) -> None:
    api.pool(), api.pool()
    emulator.distort(action="elb:pools:list", drop=["name"], set={"$.page_info.next_marker": "x"})
    found, info = api.list("/pools")
    assert [("name" in item) for item in found] == [False, False]
    assert info["next_marker"] == "x"
    emulator.clear_distortions()
    assert "next_marker" not in api.list("/pools")[1]


def test_seeds_may_be_odd(api: Api, emulator: Emulator) -> None:
    [made] = emulator.seed(
        {
            "name": "odd",
            "protocol": "TCP",
            "odd": {"ip_version": "v9", "session_persistence": {}},
            "members": [
                {"address": "2001:DB8::1", "protocol_port": 80, "odd": {"weight": None}},
                {"address": "2001:db8:0::1", "protocol_port": 80},
                {"address": "10.0.0.1", "protocol_port": 1, "operating_status": "OFFLINE", "reason": {"reason_code": "X"}},
            ],
        }
    )
    assert api.show_pool(made)["ip_version"] == "v9"
    found, dummy = api.list(f"/pools/{made['id']}/members")
    assert sorted(item["address"] for item in found) == ["10.0.0.1", "2001:DB8::1", "2001:db8:0::1"]
    assert None in [item["weight"] for item in found]
    # And the rules go on for what is asked for properly.
    refused(api.create_member(made, address="10.0.0.1", protocol_port=1), 409, "ELB.8907")


# --- many at once


def in_parallel(count: int, work: Callable[[int], int]) -> list[int]:
    results: list[int] = [0] * count
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def alone(emulator: Emulator, work: Callable[[Api], int]) -> int:
    with requests.Session() as session:
        return work(Api(emulator, session=session))


def test_one_of_many_gets_the_address(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    # So that all of them are under way before the first is done.
    emulator.configure(latency_ms=100)
    member = {"address": "10.0.0.1", "protocol_port": 80}
    got = in_parallel(12, lambda dummy: alone(emulator, lambda mine: mine.create_member(pool, **member).status))
    assert sorted(got) == [201] + [409] * 11
    assert len(api.show_pool(pool)["members"]) == 1
    assert max(entry["in_flight"] for entry in emulator.requests()) > 1


def test_one_of_many_gets_the_listener(api: Api, emulator: Emulator) -> None:
    listener = emulator.listener("demo-http")
    got = in_parallel(8, lambda dummy: alone(emulator, lambda mine: mine.create_pool(listener_id=listener).status))
    assert sorted(got) == [201] + [409] * 7


def test_quotas_hold_with_many_at_once(api: Api, emulator: Emulator) -> None:
    pool = api.pool()
    emulator.configure(member_quota=5)

    def work(number: int) -> int:
        return alone(emulator, lambda mine: mine.create_member(pool, address=f"10.0.0.{number}", protocol_port=80).status)

    assert sorted(in_parallel(10, work)) == [201] * 5 + [403] * 5


def test_a_fault_meets_exactly_as_many_as_it_should(api: Api, emulator: Emulator) -> None:
    emulator.fault("answer", status=503, times=3)
    got = in_parallel(10, lambda dummy: alone(emulator, lambda mine: mine.call("GET", "/pools").status))
    assert sorted(got) == [200] * 7 + [503] * 3
