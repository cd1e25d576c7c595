# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own SDK, unmodified, with its own signer: pools and members from creation to removal."""

from __future__ import annotations

from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkelb.v3 import (
    CreateHealthMonitorOption,
    CreateHealthMonitorRequest,
    CreateHealthMonitorRequestBody,
    CreateMemberOption,
    CreateMemberRequest,
    CreateMemberRequestBody,
    CreatePoolOption,
    CreatePoolRequest,
    CreatePoolRequestBody,
    CreatePoolSessionPersistenceOption,
    CreatePoolSlowStartOption,
    DeleteHealthMonitorRequest,
    DeleteMemberRequest,
    DeletePoolRequest,
    ElbClient,
    ListHealthMonitorsRequest,
    ListL7PoliciesRequest,
    ListListenersRequest,
    ListLoadBalancersRequest,
    ListMembersRequest,
    ListPoolsRequest,
    ShowHealthMonitorRequest,
    ShowListenerRequest,
    ShowLoadBalancerRequest,
    ShowMemberRequest,
    ShowPoolRequest,
    UpdateHealthMonitorOption,
    UpdateHealthMonitorRequest,
    UpdateHealthMonitorRequestBody,
    UpdateListenerOption,
    UpdateListenerRequest,
    UpdateListenerRequestBody,
    UpdateMemberOption,
    UpdateMemberRequest,
    UpdateMemberRequestBody,
    UpdatePoolOption,
    UpdatePoolRequest,
    UpdatePoolRequestBody,
    UpdatePoolSessionPersistenceOption,
)

from tests.emulator.client import Emulator

from .api import V4

UNKNOWN = "00000000-0000-4000-8000-000000000000"

# Other people's code may warn about itself.
pytestmark = pytest.mark.filterwarnings("ignore")


def client_of(emulator: Emulator, user: str = "admin", **changes: str) -> Any:
    facts = {**emulator.user(user), **changes}
    credentials = BasicCredentials(facts["access_key"], facts["secret_key"], emulator.project_id)
    if facts.get("security_token"):
        credentials.with_security_token(facts["security_token"])
    config = HttpConfig.get_default_config()
    config.timeout = (10, 30)
    builder = ElbClient.new_builder().with_http_config(config).with_credentials(credentials)
    return builder.with_endpoint(emulator.url).build()


@pytest.fixture
def client(emulator: Emulator) -> Any:
    return client_of(emulator)


def create_pool(client: Any, **option: Any) -> Any:
    option = {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", **option}
    return client.create_pool(CreatePoolRequest(CreatePoolRequestBody(CreatePoolOption(**option)))).pool


def create_member(client: Any, pool: Any, **option: Any) -> Any:
    body = CreateMemberRequestBody(CreateMemberOption(**option))
    return client.create_member(CreateMemberRequest(pool.id, body)).member


def refusal(status: int, code: str) -> Any:
    """Whatever is done within is refused like this."""

    class Refusal:
        def __enter__(self) -> None:
            return None

        def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
            assert kind is ClientRequestException, error
            assert (error.status_code, error.error_code) == (status, code), error
            assert error.error_msg
            assert error.request_id
            return True

    return Refusal()


def test_the_life_of_a_pool(client: Any, emulator: Emulator) -> None:
    pool = create_pool(
        client,
        name="web",
        description="the shop",
        loadbalancer_id=emulator.loadbalancer("demo"),
        session_persistence=CreatePoolSessionPersistenceOption(type="HTTP_COOKIE"),
        slow_start=CreatePoolSlowStartOption(enable=True, duration=45),
        member_deletion_protection_enable=False,
    )
    assert pool.session_persistence.persistence_timeout == 1440
    assert (pool.slow_start.enable, pool.slow_start.duration) == (True, 45)
    assert [item.id for item in pool.loadbalancers] == [emulator.loadbalancer("demo")]
    shown = client.show_pool(ShowPoolRequest(pool.id)).pool
    assert shown.to_dict() == pool.to_dict()
    option = UpdatePoolOption(
        name="",
        lb_algorithm="LEAST_CONNECTIONS",
        protection_status="consoleProtection",
        protection_reason="automation",
        session_persistence=UpdatePoolSessionPersistenceOption(persistence_timeout=10),
    )
    updated = client.update_pool(UpdatePoolRequest(pool.id, UpdatePoolRequestBody(option))).pool
    assert (updated.name, updated.description, updated.lb_algorithm) == ("", "the shop", "LEAST_CONNECTIONS")
    assert (updated.protection_status, updated.protection_reason) == ("consoleProtection", "automation")
    assert updated.session_persistence.persistence_timeout == 10
    client.delete_pool(DeletePoolRequest(pool.id))
    with refusal(404, "ELB.8904"):
        client.show_pool(ShowPoolRequest(pool.id))
    assert emulator.actions() == [f"elb:pools:{verb}" for verb in ("create", "get", "put", "delete", "get")]
    assert {entry["user"] for entry in emulator.requests()} == {"admin"}


def test_the_life_of_a_member(client: Any, emulator: Emulator) -> None:
    pool = create_pool(client, listener_id=emulator.listener("demo-http"))
    subnet = emulator.subnet(V4)["id"]
    member = create_member(client, pool, address="192.168.0.5", protocol_port=80, subnet_cidr_id=subnet, weight=0)
    assert (member.weight, member.member_type, member.operating_status) == (0, "instance", "NO_MONITOR")
    assert member.status[0].listener_id == emulator.listener("demo-http")
    outside = create_member(client, pool, address="10.9.8.7", protocol_port=8080, availability_zone="eu-de-02")
    assert (outside.member_type, outside.weight) == ("ip", 1)
    shown = client.show_member(ShowMemberRequest(member_id=member.id, pool_id=pool.id)).member
    assert shown.to_dict() == member.to_dict()
    option = UpdateMemberOption(weight=100, name="one")
    updated = client.update_member(UpdateMemberRequest(member_id=member.id, pool_id=pool.id, body=UpdateMemberRequestBody(option))).member
    assert (updated.weight, updated.name) == (100, "one")
    with refusal(409, "ELB.8907"):
        client.delete_pool(DeletePoolRequest(pool.id))
    for item in (member, outside):
        client.delete_member(DeleteMemberRequest(member_id=item.id, pool_id=pool.id))
    client.delete_pool(DeletePoolRequest(pool.id))
    assert emulator.state()["pools"] == []


def test_health_reasons_are_understood(client: Any, emulator: Emulator) -> None:
    pool = create_pool(client, listener_id=emulator.listener("demo-http"))
    member = create_member(client, pool, address="10.0.0.1", protocol_port=80)
    emulator.set_status(pool.id, member.id, "OFFLINE", "RECV_RESPONSE_TIMEOUT")
    shown = client.show_member(ShowMemberRequest(member_id=member.id, pool_id=pool.id)).member
    assert (shown.operating_status, shown.status[0].reason.reason_code) == ("OFFLINE", "RECV_RESPONSE_TIMEOUT")


def create_monitor(client: Any, pool: Any, **option: Any) -> Any:
    option = {"pool_id": pool.id, "type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 3, **option}
    body = CreateHealthMonitorRequestBody(CreateHealthMonitorOption(**option))
    return client.create_health_monitor(CreateHealthMonitorRequest(body)).healthmonitor


def test_the_life_of_a_health_check(client: Any, emulator: Emulator) -> None:
    pool = create_pool(client, listener_id=emulator.listener("demo-http"))
    monitor = create_monitor(client, pool, domain_name="shop.example.com", url_path="/health", monitor_port=8080, max_retries_down=2)
    assert (monitor.pools[0].id, monitor.expected_codes, monitor.admin_state_up) == (pool.id, "200", True)
    shown = client.show_health_monitor(ShowHealthMonitorRequest(monitor.id)).healthmonitor
    assert shown.to_dict() == monitor.to_dict()
    option = UpdateHealthMonitorOption(type="TCP", delay=50, admin_state_up=False)
    body = UpdateHealthMonitorRequestBody(option)
    updated = client.update_health_monitor(UpdateHealthMonitorRequest(monitor.id, body)).healthmonitor
    assert (updated.type, updated.delay, updated.admin_state_up, updated.monitor_port) == ("TCP", 50, False, 8080)
    other = create_monitor(client, create_pool(client, type="ip"), name="other")
    request = ListHealthMonitorsRequest(type=["TCP"], delay=[50], monitor_port=[8080], admin_state_up=False, max_retries_down=[2, 3])
    assert [item.id for item in client.list_health_monitors(request).healthmonitors] == [monitor.id]
    first = client.list_health_monitors(ListHealthMonitorsRequest(limit=1))
    rest = client.list_health_monitors(ListHealthMonitorsRequest(limit=1, marker=first.page_info.next_marker))
    assert {item.id for item in (*first.healthmonitors, *rest.healthmonitors)} == {monitor.id, other.id}
    with refusal(409, "ELB.8907"):
        create_monitor(client, pool)
    with refusal(400, "ELB.8902"):
        client.update_health_monitor(
            UpdateHealthMonitorRequest(monitor.id, UpdateHealthMonitorRequestBody(UpdateHealthMonitorOption(delay=51)))
        )
    with refusal(409, "ELB.8907"):
        client.delete_pool(DeletePoolRequest(pool.id))
    assert client.show_pool(ShowPoolRequest(pool.id)).pool.healthmonitor_id == monitor.id
    client.delete_health_monitor(DeleteHealthMonitorRequest(monitor.id))
    client.delete_pool(DeletePoolRequest(pool.id))
    with refusal(404, "ELB.8904"):
        client.show_health_monitor(ShowHealthMonitorRequest(monitor.id))


def test_a_health_check_finds_out(client: Any, emulator: Emulator) -> None:
    emulator.clock(factor=0)
    pool = create_pool(client, listener_id=emulator.listener("demo-http"))
    create_monitor(client, pool)
    member = create_member(client, pool, address="10.0.0.1", protocol_port=80)

    def status() -> tuple[str, str]:
        shown = client.show_member(ShowMemberRequest(member_id=member.id, pool_id=pool.id)).member
        return shown.operating_status, shown.status[0].operating_status

    assert status() == ("INITIAL", "INITIAL")
    emulator.clock(advance=5.1)
    assert status() == ("ONLINE", "ONLINE")
    emulator.server_off("10.0.0.1", 80)
    emulator.clock(advance=15)
    assert status() == ("OFFLINE", "OFFLINE")


def test_what_refers_to_a_pool(client: Any, emulator: Emulator) -> None:
    blue, green = (create_pool(client, loadbalancer_id=emulator.loadbalancer("demo")) for dummy in range(2))
    listener_id = emulator.listener("demo-http")
    for pool in (blue, green):
        body = UpdateListenerRequestBody(UpdateListenerOption(default_pool_id=pool.id))
        assert client.update_listener(UpdateListenerRequest(listener_id, body)).listener.default_pool_id == pool.id
        assert client.show_listener(ShowListenerRequest(listener_id)).listener.default_pool_id == pool.id
        found = client.list_listeners(ListListenersRequest(default_pool_id=[pool.id])).listeners
        assert [item.id for item in found] == [listener_id]
    with refusal(409, "ELB.8907"):
        body = UpdateListenerRequestBody(UpdateListenerOption(default_pool_id=blue.id))
        client.update_listener(UpdateListenerRequest(emulator.listener("demo-tcp"), body))
    balancer = client.show_load_balancer(ShowLoadBalancerRequest(emulator.loadbalancer("demo"))).loadbalancer
    assert {item.id for item in balancer.pools} == {blue.id, green.id}
    (policy,) = emulator.seed_kind(
        "l7policies",
        {"listener_id": listener_id, "redirect_pool_id": blue.id, "redirect_pools_config": [{"pool_id": blue.id, "weight": 7}]},
    )
    request = ListL7PoliciesRequest(redirect_pool_id=[blue.id], listener_id=[listener_id], action=["REDIRECT_TO_POOL"])
    (shown,) = client.list_l7_policies(request).l7policies
    assert (shown.id, shown.redirect_pools_config[0].pool_id) == (policy, blue.id)
    assert {item.id for item in client.list_pools(ListPoolsRequest(listener_id=[listener_id])).pools} == {blue.id, green.id}
    with refusal(409, "ELB.8907"):
        client.delete_pool(DeletePoolRequest(blue.id))


def test_lists_with_filters_and_pages(client: Any, emulator: Emulator) -> None:
    names = ["a b", "a&b=c", "ä/ö", "plain", "plain"]
    made = [create_pool(client, name=name, type="ip") for name in names]
    assert client.list_pools(ListPoolsRequest()).page_info.current_count == 5
    for name in set(names):
        found = client.list_pools(ListPoolsRequest(name=[name])).pools
        assert sorted(item.id for item in found) == sorted(item.id for item in made if item.name == name)
    several = client.list_pools(ListPoolsRequest(name=["plain", "a b"], type=["ip"], member_deletion_protection_enable=False))
    assert len(several.pools) == 3

    seen: list[str] = []
    request = ListPoolsRequest(limit=2)
    while True:
        page = client.list_pools(request)
        seen += [item.id for item in page.pools]
        if page.page_info.next_marker is None:
            break
        request = ListPoolsRequest(limit=2, marker=page.page_info.next_marker)
    assert seen == sorted(item.id for item in made)
    back = client.list_pools(ListPoolsRequest(limit=2, marker=seen[-1], page_reverse=True)).pools
    assert [item.id for item in back] == seen[2:4]

    pool = made[0]
    for number in range(5):
        create_member(client, pool, address=f"10.0.0.{number}", protocol_port=80 + number, weight=number)
    members = client.list_members(ListMembersRequest(pool.id, weight=[0, 4], protocol_port=[80, 81, 84])).members
    assert sorted(item.address for item in members) == ["10.0.0.0", "10.0.0.4"]
    page = client.list_members(ListMembersRequest(pool.id, limit=3))
    rest = client.list_members(ListMembersRequest(pool.id, limit=3, marker=page.page_info.next_marker))
    assert (len(page.members), len(rest.members), rest.page_info.next_marker) == (3, 2, None)

    balancers = client.list_load_balancers(ListLoadBalancersRequest(name=["demo"])).loadbalancers
    assert [item.id for item in balancers] == [emulator.loadbalancer("demo")]
    listeners = client.list_listeners(ListListenersRequest(name=["demo-tcp"])).listeners
    assert [item.id for item in listeners] == [emulator.listener("demo-tcp")]


def test_refusals(client: Any, emulator: Emulator) -> None:
    balancer = emulator.loadbalancer("demo")
    with refusal(400, "ELB.8902"):
        create_pool(client, protocol="FTP", loadbalancer_id=balancer)
    with refusal(400, "ELB.8902"):
        create_pool(client, protocol="TCP", lb_algorithm="QUIC_CID", loadbalancer_id=balancer)
    with refusal(404, "ELB.8904"):
        create_pool(client, loadbalancer_id=UNKNOWN)
    pool = create_pool(client, loadbalancer_id=balancer)
    # An option with nothing in it becomes an empty body.
    with refusal(400, "SYS.0400"):
        client.update_pool(UpdatePoolRequest(pool.id, UpdatePoolRequestBody(UpdatePoolOption())))
    # What the SDK knows and this cloud does not.
    with refusal(400, "ELB.8902"):
        create_pool(client, loadbalancer_id=balancer, any_port_enable=True)
    create_member(client, pool, address="10.0.0.1", protocol_port=80)
    with refusal(409, "ELB.8907"):
        create_member(client, pool, address="10.0.0.1", protocol_port=80)
    with refusal(404, "ELB.8904"):
        vpc_subnet = emulator.subnet(V4)["vpc_subnet_id"]
        create_member(client, pool, address="192.168.0.1", protocol_port=80, subnet_cidr_id=vpc_subnet)
    with refusal(400, "ELB.8902"):
        client.list_pools(ListPoolsRequest(marker=pool.id))


def test_credentials(client: Any, emulator: Emulator) -> None:
    assert client_of(emulator, "temp").list_pools(ListPoolsRequest()).pools == []
    with refusal(401, "APIGW.0301"):
        client_of(emulator, secret_key="another").list_pools(ListPoolsRequest())
    with refusal(401, "APIGW.0301"):
        client_of(emulator, access_key="ANOTHER").list_pools(ListPoolsRequest())
    with refusal(401, "APIGW.0301"):
        client_of(emulator, "temp", security_token="another").list_pools(ListPoolsRequest())
    with refusal(403, "ELB.9802"):
        client_of(emulator, "denied").list_pools(ListPoolsRequest())
    with refusal(403, "SYS.0403"):
        client_of(emulator, "stranger").list_pools(ListPoolsRequest())
