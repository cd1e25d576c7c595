# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""openstacksdk with otcextensions' vlb proxy, unmodified, with a token: pools and members from creation to removal."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from keystoneauth1 import session as keystone_session
from keystoneauth1.token_endpoint import Token

from tests.emulator.client import Emulator

from .api import V4

# Other people's code may warn about itself, some of it as soon as it is imported.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import openstack
    from openstack import exceptions
    from otcextensions import sdk

pytestmark = pytest.mark.filterwarnings("ignore")


def proxy_of(emulator: Emulator, token: str) -> Any:
    endpoint = f"{emulator.url}/v3/{emulator.project_id}"
    session = keystone_session.Session(auth=Token(endpoint, token))
    connection = openstack.connection.Connection(session=session, region_name="eu-de", vlb_endpoint_override=endpoint, vlb_api_version="3")
    sdk.register_otc_extensions(connection)
    return connection


@pytest.fixture
def vlb(emulator: Emulator) -> Iterator[Any]:
    connection = proxy_of(emulator, "emulator-token")
    yield connection.vlb
    connection.close()


def refusal(status: int, code: str) -> Any:
    """Whatever is done within is refused like this."""

    class Refusal:
        def __enter__(self) -> None:
            return None

        def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
            assert kind is not None, "not refused"
            assert issubclass(kind, exceptions.HttpException), error
            assert error.status_code == status, error
            assert error.response.json()["error_code"] == code, error.response.text
            return True

    return Refusal()


def test_the_life_of_a_pool(vlb: Any, emulator: Emulator) -> None:
    pool = vlb.create_pool(
        name="web",
        description="the shop",
        protocol="HTTP",
        lb_algorithm="ROUND_ROBIN",
        loadbalancer_id=emulator.loadbalancer("demo"),
        session_persistence={"type": "HTTP_COOKIE"},
        slow_start={"enable": True},
        is_admin_state_up=True,
    )
    assert pool.session_persistence == {"type": "HTTP_COOKIE", "cookie_name": "", "persistence_timeout": 1440}
    assert pool.slow_start == {"enable": True, "duration": 30}
    shown = vlb.get_pool(pool.id)
    assert (shown.name, shown.loadbalancers) == ("web", [{"id": emulator.loadbalancer("demo")}])
    assert vlb.find_pool("web").id == pool.id
    assert vlb.find_pool("nothing") is None
    updated = vlb.update_pool(shown, name="shop", session_persistence=None, slow_start={"enable": False})
    assert (updated.name, updated.session_persistence, updated.description) == ("shop", None, "the shop")
    assert vlb.update_pool(pool.id, lb_algorithm="SOURCE_IP").lb_algorithm == "SOURCE_IP"
    vlb.delete_pool(pool)
    vlb.delete_pool(pool)
    with pytest.raises(exceptions.NotFoundException):
        vlb.delete_pool(pool, ignore_missing=False)
    assert emulator.state()["pools"] == []


def test_the_life_of_a_member(vlb: Any, emulator: Emulator) -> None:
    pool = vlb.create_pool(protocol="TCP", lb_algorithm="ROUND_ROBIN", listener_id=emulator.listener("demo-tcp"))
    subnet = emulator.subnet(V4)["id"]
    member = vlb.create_member(pool, name="one", address="192.168.0.5", protocol_port=80, subnet_cidr_id=subnet, weight=0)
    assert (member.weight, member.subnet_cidr_id, member.operating_status) == (0, subnet, "NO_MONITOR")
    assert vlb.get_member(member.id, pool).address == "192.168.0.5"
    assert vlb.find_member("one", pool).id == member.id
    updated = vlb.update_member(member, pool, weight=7)
    assert (updated.weight, updated.name) == (7, "one")
    with refusal(409, "ELB.8907"):
        vlb.delete_pool(pool)
    vlb.delete_member(member, pool)
    with pytest.raises(exceptions.NotFoundException):
        vlb.get_member(member.id, pool)
    vlb.delete_pool(pool)


def test_the_life_of_a_health_check(vlb: Any, emulator: Emulator) -> None:
    pool = vlb.create_pool(protocol="HTTP", lb_algorithm="ROUND_ROBIN", listener_id=emulator.listener("demo-http"))
    given = {"type": "HTTP", "delay": 1, "timeout": 30, "max_retries": 3, "expected_codes": "200-204", "is_admin_state_up": True}
    monitor = vlb.create_health_monitor(pool_id=pool.id, name="check", **given)
    assert (monitor.pools, monitor.url_path, monitor.monitor_port) == ([{"id": pool.id}], "/", None)
    assert vlb.get_pool(pool.id).healthmonitor_id == monitor.id
    assert vlb.get_health_monitor(monitor.id).expected_codes == "200-204"
    assert vlb.find_health_monitor("check").id == monitor.id
    updated = vlb.update_health_monitor(monitor, delay=7, domain_name="shop", monitor_port=8080)
    assert (updated.delay, updated.domain_name, updated.monitor_port) == (7, "shop", 8080)
    updated = vlb.update_health_monitor(updated, domain_name=None, monitor_port=None)
    assert (updated.domain_name, updated.monitor_port) == (None, None)
    assert [item.id for item in vlb.health_monitors(type="HTTP", delay=7, timeout=30)] == [monitor.id]
    assert list(vlb.health_monitors(delay=8)) == []
    with refusal(400, "ELB.8902"):
        vlb.update_health_monitor(monitor.id, max_retries=11)
    with refusal(409, "ELB.8907"):
        vlb.create_health_monitor(pool_id=pool.id, **given)
    with refusal(409, "ELB.8907"):
        vlb.delete_pool(pool)
    vlb.delete_health_monitor(monitor)
    vlb.delete_health_monitor(monitor)
    vlb.delete_pool(pool)


def test_a_health_check_finds_out(vlb: Any, emulator: Emulator) -> None:
    emulator.clock(factor=0)
    pool = vlb.create_pool(protocol="TCP", lb_algorithm="ROUND_ROBIN", loadbalancer_id=emulator.loadbalancer("demo"))
    vlb.create_health_monitor(pool_id=pool.id, type="TCP", delay=5, timeout=3, max_retries=3)
    member = vlb.create_member(pool, address="10.0.0.1", protocol_port=80)
    assert member.operating_status == "INITIAL"
    emulator.clock(advance=5.1)
    assert vlb.get_member(member.id, pool).operating_status == "ONLINE"
    emulator.server_off("10.0.0.1", 80, "CONNECT_TIMEOUT")
    emulator.clock(advance=30)
    assert vlb.get_member(member.id, pool).operating_status == "OFFLINE"


def test_what_refers_to_a_pool(vlb: Any, emulator: Emulator) -> None:
    balancer = emulator.loadbalancer("demo")
    blue, green = (vlb.create_pool(protocol="HTTP", lb_algorithm="ROUND_ROBIN", loadbalancer_id=balancer) for dummy in range(2))
    listener_id = emulator.listener("demo-http")
    for pool in (blue, green):
        assert vlb.update_listener(listener_id, default_pool_id=pool.id).default_pool_id == pool.id
        assert vlb.get_listener(listener_id).default_pool_id == pool.id
        assert vlb.get_pool(pool.id).listeners == [{"id": listener_id}]
        assert [item.id for item in vlb.listeners(default_pool_id=pool.id)] == [listener_id]
    assert {item["id"] for item in vlb.get_load_balancer(balancer).pools} == {blue.id, green.id}
    policy = emulator.forwarding_policy(blue.id, listener_id)
    assert [item.id for item in vlb.l7_policies(redirect_pool_id=blue.id)] == [policy]
    assert list(vlb.l7_policies(redirect_pool_id=green.id)) == []
    with refusal(409, "ELB.8907"):
        vlb.delete_pool(blue)


def test_lists_with_filters_and_pages(vlb: Any, emulator: Emulator) -> None:
    emulator.configure(page_cap=2)
    made = [
        vlb.create_pool(
            name=f"p{number % 2}",
            protocol="HTTP",
            lb_algorithm="ROUND_ROBIN",
            loadbalancer_id=emulator.loadbalancer("demo"),
        )
        for number in range(5)
    ]
    expected = sorted(item.id for item in made)
    # It goes from page to page by the markers.
    emulator.forget()
    assert [item.id for item in vlb.pools(limit=2)] == expected
    assert len(emulator.requests()) > 2
    assert {item.id for item in vlb.pools(name="p0", limit=2)} == {made[0].id, made[2].id, made[4].id}
    assert list(vlb.pools(protocol="TCP")) == []
    assert len(list(vlb.pools(is_admin_state_up=True, limit=2000))) == 5
    for number in range(5):
        vlb.create_member(made[0], address=f"10.0.0.{number}", protocol_port=80, weight=number)
    assert len(list(vlb.members(made[0], limit=2))) == 5
    assert [item.address for item in vlb.members(made[0], weight=3)] == ["10.0.0.3"]
    assert [item.address for item in vlb.members(made[0], address="10.0.0.4")] == ["10.0.0.4"]
    assert [item.name for item in vlb.load_balancers(name="demo")] == ["demo"]
    assert [item.id for item in vlb.listeners(name="demo-udp")] == [emulator.listener("demo-udp")]


def test_refusals(vlb: Any, emulator: Emulator) -> None:
    balancer = emulator.loadbalancer("demo")
    with refusal(400, "ELB.8902"):
        vlb.create_pool(protocol="FTP", lb_algorithm="ROUND_ROBIN", loadbalancer_id=balancer)
    with refusal(409, "ELB.8907"):
        for dummy in range(2):
            vlb.create_pool(protocol="HTTP", lb_algorithm="ROUND_ROBIN", listener_id=emulator.listener("demo-http"))
    pool = vlb.create_pool(protocol="HTTP", lb_algorithm="ROUND_ROBIN", loadbalancer_id=balancer)
    with refusal(400, "ELB.8902"):
        vlb.create_member(pool, address="10.0.0.1", protocol_port=80, weight=101)
    with refusal(404, "ELB.8904"):
        vpc_subnet = emulator.subnet(V4)["vpc_subnet_id"]
        vlb.create_member(pool, address="192.168.0.1", protocol_port=80, subnet_cidr_id=vpc_subnet)
    with refusal(400, "ELB.8933"):
        vlb.create_member(pool, address="2001:db8::1", protocol_port=80)


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [("emulator-denied-token", 403, "ELB.9802"), ("emulator-stranger-token", 403, "SYS.0403"), ("wrong", 401, "ELB.1103")],
)
def test_tokens(emulator: Emulator, token: str, status: int, code: str) -> None:
    connection = proxy_of(emulator, token)
    with refusal(status, code):
        list(connection.vlb.pools())
    connection.close()
