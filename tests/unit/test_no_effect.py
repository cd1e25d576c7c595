# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each option beside each state and way of identification: where it can have no effect, the task refuses it or warns of it.

A new option has to be classified here.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS

from .inprocess import call

Json = dict[str, Any]

ID = "5a2c3b1e-0000-4000-8000-000000000001"
MEMBER: Json = {"address": "192.168.0.11", "protocol_port": 80}

#: The situations of each module that changes something: the options that make them.
SITUATIONS: dict[str, dict[str, Json]] = {
    "elb_pool": {
        "present": {"name": "web"},
        "present by ID": {"id": ID},
        "absent": {"name": "web", "state": "absent"},
        "absent by ID": {"id": ID, "state": "absent"},
    },
    "elb_member": {
        "present": {"pool": ID, **MEMBER},
        "out of service": {"pool": ID, **MEMBER, "weight": 0},
        "present by ID": {"pool": ID, "id": ID},
        "absent": {"pool": ID, **MEMBER, "state": "absent"},
        "absent by name": {"pool": ID, "name": "web-1", "state": "absent"},
        "absent by ID": {"pool": ID, "id": ID, "state": "absent"},
    },
    "elb_pool_members": {
        "members": {"pool": ID, "members": [MEMBER]},
        "out of service": {"pool": ID, "members": [{**MEMBER, "weight": 0}]},
        "purge": {"pool": ID, "members": [MEMBER], "purge": True},
        "none": {"pool": ID, "members": []},
    },
}

_ABSENT = {"absent", "absent by ID"}
_GONE = {"absent", "absent by name", "absent by ID"}
#: Of each option, a value that is not its default, and the situations in which it has no effect; ``None`` for what makes a situation, and
#: for enterprise_project_id, which all modules have.
OPTIONS: dict[str, dict[str, tuple[Any, set[str]] | None]] = {
    "elb_pool": {
        "id": None,
        "state": None,
        "name": ("web", {"absent by ID"}),
        "enterprise_project_id": None,
        "force": (True, {"present", "present by ID"}),
        "description": ("d", _ABSENT),
        "protocol": ("HTTP", _ABSENT),
        "lb_algorithm": ("ROUND_ROBIN", _ABSENT),
        "loadbalancer": ("demo", {"absent by ID"}),
        "listener": ("demo-http", {"absent by ID"}),
        "switch_listener": (True, {"present", "present by ID", *_ABSENT}),  # without a listener
        "session_persistence": ({"type": "HTTP_COOKIE"}, _ABSENT),
        "slow_start": ({"enable": True}, _ABSENT),
        "member_deletion_protection_enable": (True, _ABSENT),
        "vpc_id": (ID, _ABSENT),
        "type": ("ip", _ABSENT),
        "protection_status": ("nonProtection", _ABSENT),
        "protection_reason": ("r", _ABSENT),
        "health_check": ({}, _ABSENT),
    },
    "elb_member": {
        "id": None,
        "state": None,
        "pool": None,
        "address": None,
        "protocol_port": None,
        "name": ("web-1", {"absent", "absent by ID"}),
        "weight": (5, _GONE),
        "subnet_cidr_id": (ID, _GONE),
        "availability_zone": ("eu-de-01", _GONE),
        "wait": (True, _GONE),
        "min_healthy_seconds": (5, {"present", "out of service", "present by ID", *_GONE}),  # without wait
        "drain_seconds": (5, {"present", "present by ID"}),
        "enterprise_project_id": None,
    },
    "elb_pool_members": {
        "pool": None,
        "members": None,
        "purge": None,
        "allow_empty": (True, {"members", "out of service", "none"}),
        "wait": (True, {"none"}),
        "min_healthy_seconds": (5, {"members", "out of service", "purge", "none"}),  # without wait
        "drain_seconds": (5, {"members", "none"}),
        "concurrency": (4, set()),
        "return_members": (False, set()),
        "enterprise_project_id": None,
    },
}


def test_every_option_is_classified() -> None:
    # What reads has filters, which always have an effect.
    assert {name: set(task.options) for name, task in TASKS.items() if task.changes} == {name: set(each) for name, each in OPTIONS.items()}


@pytest.mark.parametrize(
    ("module", "option", "situation"),
    [
        (module, option, situation)
        for module, options in OPTIONS.items()
        for option, classified in options.items()
        if classified is not None
        for situation in SITUATIONS[module]
    ],
)
def test_an_option_without_effect_is_refused_or_warned_of(module: str, option: str, situation: str) -> None:
    """Without a credential: before the first request."""
    classified = OPTIONS[module][option]
    assert classified is not None
    value, without_effect = classified
    result = call(module, **{option: value, **SITUATIONS[module][situation]})
    said = [text for text in (result["msg"], *result.warnings) if option in text and ("no effect" in text or "an effect only" in text)]
    # What makes the situation is no option beside it.
    expected = situation in without_effect and option not in SITUATIONS[module][situation]
    assert bool(said) == expected, (result["msg"], result.warnings)


@pytest.mark.parametrize(("module", "situation"), [(module, situation) for module, each in SITUATIONS.items() for situation in each])
def test_a_default_of_the_action_group_does_not_warn(module: str, situation: str) -> None:
    assert call(module, enterprise_project_id="0", **SITUATIONS[module][situation]).warnings == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"health_check": {"enable": False, "delay": 5, "type": "TCP"}}, "health_check.type and health_check.delay have no effect with 'health_ch"),
        ({"session_persistence": {"enable": False, "type": "SOURCE_IP"}}, "session_persistence.type has no effect with 'session_persistence.e"),
        ({"validate_certs": False, "ca_cert": "/ca.pem"}, "ca_cert has no effect with 'validate_certs: false'."),
        *(
            ({**credential, "auth_type": "token", "interface": "admin"}, "auth_type and interface have no effect with AK/SK or a token.")
            for credential in ({"auth_token": "0f1e2d3c"}, {"access_key": "AKAKAKAK", "secret_key": "SKSKSKSK"})
        ),
    ],
)  # fmt: skip
def test_suboptions_and_the_connection(options: Json, words: str) -> None:
    (warning,) = call("elb_pool", name="web", **options).warnings
    assert warning.startswith(words)


@pytest.mark.parametrize(
    "options",
    [
        {"health_check": {"delay": 5}},
        {"session_persistence": {"type": "SOURCE_IP"}},
        {"ca_cert": "/ca.pem"},
        {"ca_cert": "/ca.pem", "validate_certs": True},
        {"auth": {"auth_url": "http://127.0.0.1:9/v3"}, "auth_type": "password", "interface": "admin"},
    ],
)
def test_they_have_an_effect_otherwise(options: Json) -> None:
    assert call("elb_pool", name="web", **options).warnings == []


def test_an_option_is_warned_of_once() -> None:
    """Two reasons apply to the name: the ID, and the address."""
    (warning,) = call("elb_member", pool=ID, id=ID, name="web-1", **MEMBER, state="absent").warnings
    assert warning == "name, address and protocol_port have no effect with 'state: absent' and 'id'."
