# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""schemathesis reads the contract and looks for responses that break it, with good and with bad requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from openapi_core import OpenAPI
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


def test_the_contract_is_an_openapi_document() -> None:
    """Checked here rather than by each emulator: it takes a third of its start."""
    OpenAPI.from_dict(Contract().document)


def test_a_response_that_breaks_the_contract_is_found(session: requests.Session, target: Emulator) -> None:
    contract = Contract()
    show = contract.operations["show_members"]
    target.seed({"id": POOL, "type": "ip", "members": [{"id": MEMBER, **ADDRESS}]})
    sent = session.get(f"{target.url}/v3/{PROJECT}/elb/pools/{POOL}/members/{MEMBER}", timeout=10)
    member = sent.json()["member"]

    def error(body: Any, status: int = 200, content_type: str = "application/json") -> str | None:
        return contract.response_error(show, status, content_type, body if isinstance(body, bytes) else json.dumps(body).encode())

    def response(**changes: Any) -> Any:
        return {"request_id": "1", "member": {**member, **changes}}

    assert error(sent.content) is None
    assert error(response()) is None
    assert "weight" in (error(response(weight="1")) or "")
    assert "colour" in (error(response(colour="red")) or "")
    assert "request_id" in (error({"member": member}) or "")
    assert error(response(), status=418) == "There is no status 418."
    for wrong in (error(response(), content_type="text/html"), error(b""), error(b"{")):
        assert wrong
    deleted = contract.operations["delete_members"]
    assert contract.response_error(deleted, 204, "", b"") is None
    assert contract.response_error(deleted, 204, "application/json", b"{}")
