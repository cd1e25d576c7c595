# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""schemathesis reads the contract and looks for responses that break it, with good and with bad requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis import checks

from tests.emulator.client import Emulator, start
from tests.emulator.contract import Contract

PROJECT = "0123456789abcdef0123456789abcdef"
POOL = "11111111-2222-4333-8444-555555555555"
MEMBER = "66666666-7777-4888-8999-aaaaaaaaaaaa"
MONITOR = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff"
LISTENER = "b0c1d2e3-0001-4a5b-8c6d-7e8f90a1b201"
BALANCER = "3f8a2c10-4b7d-4e11-8c55-a1b2c3d4e501"
ADDRESS = {"address": "10.0.0.1", "protocol_port": 80}

# The IDs are those of resources that are there. Anything else would only ever show that it is not found.
CONFIG = schemathesis.Config.from_dict(
    {
        "parameters": {
            "path.project_id": PROJECT,
            "path.pool_id": POOL,
            "path.member_id": MEMBER,
            "path.healthmonitor_id": MONITOR,
            "path.listener_id": LISTENER,
            "path.loadbalancer_id": BALANCER,
        },
        "generation": {"mode": "all", "deterministic": True},
    }
)
SCHEMA = schemathesis.openapi.from_dict(Contract().document, config=CONFIG)

# Rules that a schema cannot say make it refuse some of what the schema allows; the other tests are about those.
EXCLUDED: list[Any] = [checks.CHECKS.get_one("positive_data_acceptance")]


@pytest.fixture(scope="module")
def target() -> Iterator[Emulator]:
    """An emulator of its own: hypothesis calls the test many times between two resets."""
    with start() as emulator:
        yield emulator
        assert emulator.violations() == []


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.headers["X-Auth-Token"] = "emulator-token"
        yield opened


@SCHEMA.parametrize()
@hypothesis.settings(max_examples=15, derandomize=True, database=None, deadline=None)
def test_no_response_breaks_the_contract(case: schemathesis.Case[Any], target: Emulator, session: requests.Session) -> None:
    # What an earlier request deleted is back.
    target.seed({"id": POOL, "type": "ip", "healthmonitor_id": MONITOR, "members": [{"id": MEMBER, **ADDRESS}]})
    case.call_and_validate(
        base_url=target.url,
        session=session,
        excluded_checks=EXCLUDED,
    )
