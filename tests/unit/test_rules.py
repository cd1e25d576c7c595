# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that are refused, before any request and with the current resource."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given as example
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._resource import member as member_resource
from ansible_collections.otc.elb.plugins.module_utils._resource import pool as pool_resource
from ansible_collections.otc.elb.plugins.module_utils._resource.address import parse_address
from ansible_collections.otc.elb.plugins.module_utils._resource.fields import broken_rules, wrong_values
from ansible_collections.otc.elb.plugins.module_utils._resource.health_check import HEALTH_CHECK, type_conflict, with_defaults
from ansible_collections.otc.elb.plugins.module_utils._resource.ids import is_uuid
from ansible_collections.otc.elb.plugins.module_utils._resource.l7policy import uses_pool
from ansible_collections.otc.elb.plugins.module_utils._resource.listener import protocol_conflict
from ansible_collections.otc.elb.plugins.module_utils._resource.session_persistence import incomplete
from ansible_collections.otc.elb.plugins.test.healthy import TestModule as HealthyTest

from .resources import addresses, pool_options, pools, spellings

Json = dict[str, Any]
POOL, MEMBER = pool_resource.POOL, member_resource.MEMBER


def refusals(kind: Any, desired: Json, current: Json | None = None) -> list[str]:
    return wrong_values(kind.fields, desired) + broken_rules(kind.rules, kind.fields, desired, current)


@pytest.mark.parametrize(
    ("desired", "words"),
    [
        ({"lb_algorithm": "QUIC_CID", "protocol": "UDP"}, "QUIC_CID is for protocol QUIC only, not for UDP"),
        ({"slow_start": {"enable": True}, "protocol": "TCP"}, "slow_start is for protocol HTTP and HTTPS only, not for TCP"),
        ({"vpc_id": "x", "type": "ip"}, "vpc_id cannot be given for type ip"),
        ({"type": "instance"}, "type instance needs vpc_id"),
        ({"type": "instance", "vpc_id": ""}, "type instance needs vpc_id"),
        ({"session_persistence": {"type": "HTTP_COOKIE", "cookie_name": "a"}}, "cookie_name belongs to type APP_COOKIE only"),
        ({"session_persistence": {"type": "APP_COOKIE", "cookie_name": "a b"}}, "cookie_name may have letters"),
        ({"session_persistence": {"type": "APP_COOKIE", "cookie_name": "ä"}}, "cookie_name may have letters"),
        ({"session_persistence": {"type": "APP_COOKIE", "cookie_name": ""}}, "cookie_name may have letters"),
        ({"session_persistence": {"persistence_timeout": 0}}, "persistence_timeout must be 1 to 1440, not 0"),
        ({"session_persistence": {"persistence_timeout": 1441}}, "persistence_timeout must be 1 to 1440, not 1441"),
        ({"session_persistence": {"type": "SOURCE_IP", "persistence_timeout": 61}, "protocol": "TCP"}, "must be 1 to 60 minutes for protocol TCP"),
        ({"session_persistence": {"type": "HTTP_COOKIE"}, "protocol": "UDP"}, "UDP takes SOURCE_IP"),
        ({"session_persistence": {"enable": False}, "protocol": "QUIC"}, "a QUIC pool needs session_persistence"),
        ({"slow_start": {"duration": 29}}, "slow_start duration must be 30 to 1200, not 29"),
        ({"slow_start": {"duration": 1201}}, "slow_start duration must be 30 to 1200, not 1201"),
        ({"type": "", "vpc_id": "x"}, "vpc_id needs type instance"),
        ({"protection_reason": "x", "protection_status": "nonProtection"}, "protection_reason goes with"),
        ({"protection_reason": "a<b"}, "protection_reason must not contain"),
        ({"name": "x" * 256}, "name must have 0 to 255 characters, not 256"),
        ({"description": "x" * 256}, "description must have 0 to 255 characters, not 256"),
        ({"protection_reason": "x" * 256}, "protection_reason must have 0 to 255 characters, not 256"),
    ],
)  # fmt: skip
def test_invalid_pools(desired: Json, words: str) -> None:
    (reason,) = refusals(POOL, desired)
    assert words in reason


@pytest.mark.parametrize(
    ("desired", "current", "words"),
    [
        ({"lb_algorithm": "QUIC_CID"}, {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN"}, "QUIC_CID"),
        ({"slow_start": {"enable": True}}, {"protocol": "UDP"}, "slow_start"),
        ({"vpc_id": "x"}, {"type": "ip"}, "vpc_id cannot be given for type ip"),
        (
            {"session_persistence": {"persistence_timeout": 61}},
            {"protocol": "TCP", "session_persistence": {"type": "SOURCE_IP"}},
            "1 to 60",
        ),
        (
            {"session_persistence": {"enable": False}},
            {"protocol": "QUIC", "session_persistence": {"type": "SOURCE_IP"}},
            "a QUIC pool needs session_persistence",
        ),
        ({"vpc_id": "x"}, {"type": ""}, "vpc_id needs type instance"),
        ({"vpc_id": "x"}, {}, "vpc_id needs type instance"),
        ({"type": "ip"}, {"type": "", "vpc_id": "x"}, "vpc_id cannot be given for type ip"),
        ({"protection_reason": "x"}, {"protection_status": "nonProtection"}, "protection_reason goes with"),
        ({"protection_reason": "x"}, {}, "protection_reason goes with"),
    ],
)
def test_options_that_conflict_with_the_current_pool(desired: Json, current: Json, words: str) -> None:
    assert refusals(POOL, desired) == []
    (reason,) = refusals(POOL, desired, current)
    assert words in reason


@pytest.mark.parametrize(
    ("desired", "current", "words"),
    [
        ({"session_persistence": {"persistence_timeout": 5}}, None, "needs a type"),
        ({"session_persistence": {"enable": True}}, {"session_persistence": None}, "needs a type"),
        ({"session_persistence": {"cookie_name": "a"}}, {"session_persistence": {"type": "HTTP_COOKIE"}}, "the pool's is HTTP_COOKIE"),
    ],
)
def test_stickiness_that_cannot_be_turned_on(desired: Json, current: Json | None, words: str) -> None:
    (reason,) = incomplete(desired, current)
    assert words in reason


@example(pools().flatmap(lambda pool: st.tuples(st.just(pool), pool_options(pool))))
def test_valid_options_are_not_refused(given: tuple[Json, Json]) -> None:
    pool, desired = given
    assert refusals(POOL, desired) == []
    assert refusals(POOL, desired, pool) == []
    assert incomplete(desired, pool) == []


@pytest.mark.parametrize(
    ("desired", "words"),
    [
        ({}, ["protocol", "lb_algorithm", "one of loadbalancer, listener or type"]),
        ({"description": "x", "loadbalancer_id": "y"}, ["protocol", "lb_algorithm"]),
        ({"protocol": "QUIC", "lb_algorithm": "QUIC_CID", "type": "ip"}, ["session_persistence with type SOURCE_IP"]),
        ({"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "type": ""}, ["one of loadbalancer"]),
        ({"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN", "type": "ip"}, []),
    ],
)
def test_options_missing_to_create_a_pool(desired: Json, words: list[str]) -> None:
    reasons = POOL.missing_to_create(desired, {})
    assert len(reasons) == bool(words)
    assert all(word in reasons[0] for word in words)


@pytest.mark.parametrize(
    ("desired", "current"),
    [
        ({"vpc_id": "x"}, {"vpc_id": "x"}),
        ({"type": "ip"}, {"type": "ip", "vpc_id": "x"}),
        ({"protection_reason": "x"}, {"protection_reason": "x"}),
        ({"session_persistence": {"enable": False}}, {"protocol": "QUIC"}),
    ],
)
def test_the_current_value_is_not_refused(desired: Json, current: Json) -> None:
    """Even if the response leaves out the fields that the rule needs."""
    assert refusals(POOL, desired, current) == []


def test_turning_protection_off_needs_no_reason() -> None:
    assert (
        refusals(POOL, {"protection_status": "nonProtection"}, {"protection_status": "consoleProtection", "protection_reason": "x"}) == []
    )


@pytest.mark.parametrize(
    ("desired", "words"),
    [
        ({"weight": -1}, "weight must be 0 to 100, not -1"),
        ({"weight": 101}, "weight must be 0 to 100, not 101"),
        ({"protocol_port": 0}, "protocol_port must be 1 to 65535, not 0"),
        ({"protocol_port": 65536}, "protocol_port must be 1 to 65535"),
        ({"address": "web-1"}, "address must be an IPv4 or IPv6 address, not 'web-1'"),
        ({"address": "10.0.0.256"}, "address must be"),
        ({"address": "10.0.0.1\0"}, "address must be"),
        ({"address": ""}, "address must be"),
        ({"name": "x" * 256}, "name must have 0 to 255 characters"),
        ({"subnet_cidr_id": ""}, "subnet_cidr_id must not be empty"),
        ({"availability_zone": ""}, "availability_zone must not be empty"),
        ({"subnet_cidr_id": "s", "availability_zone": "eu-de-01"}, "availability_zone can be set only for members by IP alone"),
    ],
)
def test_invalid_members(desired: Json, words: str) -> None:
    (reason,) = refusals(MEMBER, desired)
    assert words in reason


@pytest.mark.parametrize(
    ("desired", "pool", "words"),
    [
        ({}, None, ["no member of that name. To add one, give address and protocol_port"]),
        ({"address": "2001:db8::1", "protocol_port": 80, "subnet_cidr_id": "s"}, {"ip_version": "v4"}, ["takes IPv4 members only"]),
        ({"address": "10.0.0.1", "protocol_port": 80, "subnet_cidr_id": "s"}, {"type": "ip"}, ["the pool's type is ip"]),
        ({"address": "2001:db8::1", "protocol_port": 80}, None, ["an IPv6 member needs subnet_cidr_id"]),
        # The service knows which protocols take members by IP alone.
        ({"address": "10.0.0.1", "protocol_port": 80}, {"protocol": "UDP"}, []),
        ({"address": "10.0.0.1", "protocol_port": 80}, {"id": "only that is known"}, []),
        ({"address": "2001:db8::1", "protocol_port": 80, "subnet_cidr_id": "s"}, {"protocol": "UDP"}, []),
    ],
)
def test_members_that_cannot_be_added(desired: Json, pool: Json | None, words: list[str]) -> None:
    reasons = MEMBER.missing_to_create(desired, pool or {})
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))


@example(addresses.flatmap(lambda address: st.tuples(st.just(address), spellings(address))), addresses)
def test_addresses_are_compared_as_addresses(pair: tuple[str, str], other: str) -> None:
    address, spelling = pair
    assert parse_address(address) is not None
    assert parse_address(address) == parse_address(spelling)
    assert (parse_address(other) == parse_address(address)) == (other == address)


def test_options_that_are_not_given_are_not_desired() -> None:
    params: Json = {field.option_key: None for field in POOL.fields}
    assert POOL.desired_from(params) == {}
    params |= {
        "description": "",
        "member_deletion_protection_enable": False,
        "loadbalancer": "x",
        "slow_start": {"enable": None, "duration": 30},
    }
    assert POOL.desired_from(params) == {
        "description": "",
        "member_deletion_protection_enable": False,
        "loadbalancer_id": "x",
        "slow_start": {"duration": 30},
    }


@example(st.uuids())
def test_ids_are_recognised(uuid: Any) -> None:
    assert is_uuid(str(uuid))
    assert is_uuid(str(uuid).upper())
    assert not is_uuid(uuid.hex)
    assert not is_uuid("g" + str(uuid)[1:])
    assert not is_uuid(str(uuid).replace("-", "_"))


@pytest.mark.parametrize(
    ("desired", "current", "words"),
    [
        ({"url_path": "/x"}, {"type": "TCP", "url_path": "/"}, "url_path is for type HTTP and HTTPS only, not for TCP"),
        ({"expected_codes": "204"}, {"type": "UDP_CONNECT"}, "expected_codes is for type HTTP and HTTPS only"),
        ({"type": "TCP", "domain_name": "x"}, {"type": "HTTP"}, "domain_name is for type HTTP and HTTPS only, not for TCP"),
        ({"type": "TCP"}, {"type": "HTTP", "url_path": "/x", "domain_name": "x"}, ""),
        ({"type": "TCP", "domain_name": ""}, {"type": "HTTP", "domain_name": "x"}, ""),
        ({"url_path": "/x"}, {"type": "HTTP"}, ""),
    ],
)
def test_what_a_health_check_that_exists_allows(desired: Json, current: Json, words: str) -> None:
    reasons = refusals(HEALTH_CHECK, desired, current)
    assert [words in reason for reason in reasons] == ([True] if words else [])


@pytest.mark.parametrize("codes", ["200", "200,202", "200-204", "200-204,301", ",".join(["200"] * 16)])
def test_codes_that_can_be(codes: str) -> None:
    assert refusals(HEALTH_CHECK, {"expected_codes": codes}) == []


@pytest.mark.parametrize("codes", ["", "2xx", "200;202", "200-", "20", "2000", "200 ,202", "\u0662\u0660\u0660", ",".join(["200"] * 17)])
def test_codes_that_cannot_be(codes: str) -> None:
    assert len(refusals(HEALTH_CHECK, {"expected_codes": codes})) == 1


@pytest.mark.parametrize("protocol", [*pool_resource.PROTOCOLS, None])
def test_the_default_type_fits(protocol: str | None) -> None:
    new = with_defaults({}, protocol)
    assert type_conflict(new, protocol) == []
    assert refusals(HEALTH_CHECK, new) == []
    assert with_defaults({"delay": 7}, protocol)["delay"] == 7


@pytest.mark.parametrize(
    ("own", "protocol", "fits"),
    [
        *(("TCP", each, each == "TCP") for each in pool_resource.PROTOCOLS),
        *(("UDP", each, each in ("UDP", "QUIC")) for each in pool_resource.PROTOCOLS),
        *(("HTTP", each, each == "HTTP") for each in pool_resource.PROTOCOLS),
        *(("HTTPS", each, each in ("HTTP", "HTTPS")) for each in pool_resource.PROTOCOLS),
        *(("TERMINATED_HTTPS", each, each == "HTTP") for each in pool_resource.PROTOCOLS),
        # What is not known is left to the service.
        *((own, "TCP", True) for own in ("NEW", None)),
        ("HTTP", None, True),
    ],
)
def test_which_pools_a_listener_takes(own: Any, protocol: str | None, fits: bool) -> None:
    assert (protocol_conflict({"protocol": own}, protocol) == []) == fits


def test_which_policies_use_a_pool() -> None:
    assert uses_pool({"redirect_pool_id": "a"}, "a")
    assert uses_pool({"redirect_pool_id": None, "redirect_pools_config": [{"pool_id": "b"}, {"pool_id": "a"}]}, "a")
    assert not uses_pool({"redirect_pool_id": "b", "redirect_pools_config": None}, "a")
    assert not uses_pool({}, "a")


@pytest.mark.parametrize(
    ("member", "healthy"),
    [
        ({"operating_status": "ONLINE"}, True),
        ({"operating_status": "NO_MONITOR", "status": []}, True),
        *(({"operating_status": status, "status": None}, False) for status in ("OFFLINE", "INITIAL", "UNKNOWN", None)),
        ({}, False),
        ({"operating_status": "ONLINE", "status": [{"listener_id": "a", "operating_status": "OFFLINE"}]}, False),
        ({"operating_status": "OFFLINE", "status": [{"listener_id": "a", "operating_status": "ONLINE"}]}, True),
        ({"status": [{"listener_id": "a", "operating_status": "ONLINE"}, {"listener_id": "b", "operating_status": "INITIAL"}]}, False),
        # Of no listener: it says nothing more than the member does.
        ({"operating_status": "ONLINE", "status": [{"listener_id": None, "operating_status": "OFFLINE"}]}, True),
    ],
)
def test_what_is_healthy(member: Any, healthy: bool) -> None:
    (test,) = HealthyTest().tests().values()
    assert test(member) is member_resource.is_healthy(member) is healthy
    with pytest.raises(AnsibleFilterError, match=r"a member is expected, as elb_member_info returns it, not a list\."):
        test([member])
