# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""The messages for error responses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.otc.elb.plugins.module_utils._api.responses import failure
from ansible_collections.otc.elb.plugins.module_utils._errors import ApiError, ElbError
from ansible_collections.otc.elb.plugins.module_utils._http.transport import Response
from ansible_collections.otc.elb.plugins.module_utils._resource.member import MEMBER
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Operation, Verb
from ansible_collections.otc.elb.plugins.module_utils._runtime.task import failure_of

CHECKOUT = Path(__file__).resolve().parents[2]


ADD = MEMBER.operation(Verb.CREATE)


def error(status: int, code: str | None, reason: str = "Something.", operation: Operation = ADD) -> ElbError:
    body = {"error_msg": reason, "error_code": code, "request_id": "req-1"}
    return failure("add member 10.0.0.1:80 to pool 'web'", operation, Response(status, {}, body, "application/json", not_json=False))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.action)
@pytest.mark.parametrize("code", ["ELB.9802", "ELB.9803", "ELB.9804", "SYS.0403", "ELB.8903"])
def test_a_missing_permission_is_named_with_its_api(operation: Operation, code: str) -> None:
    denied = error(403, code, operation=operation)
    assert denied.facts == {"status": 403, "error_code": code, "request_id": "req-1", "missing_action": operation.action}
    assert operation.action in denied.msg
    assert f"{operation.method} {operation.path}" in denied.msg
    assert "IAM" in denied.msg


@pytest.mark.parametrize(("status", "code"), [(403, "ELB.2001"), (403, "ELB.8962"), (403, "ELB.1102"), (403, None), (409, "ELB.9802")])
def test_another_403_is_no_missing_permission(status: int, code: str | None) -> None:
    assert "missing_action" not in error(status, code).facts
    assert "lacks the IAM action" not in error(status, code).msg


@pytest.mark.parametrize(
    ("status", "code", "reason", "advice"),
    [
        (404, "ELB.8904", "subnet 123 could not be found.", "subnet_cidr_id is the Neutron ID"),
        (404, "ELB.8904", "listener 123 could not be found.", "Check the ID"),
        (400, "ELB.8939", "x", "IP as a Backend"),
        (400, "ELB.8938", "x", "TCP, HTTP or HTTPS"),
        (400, "ELB.8933", "x", "IPv4 addresses only"),
        (403, "ELB.2001", "x", "quota"),
        (409, "ELB.8905", "x", "quota"),
        (400, "ELB.9807", "x", "quota"),
        (403, "ELB.8962", "x", "not a missing permission"),
        (403, "SYS.0403", "The credentials are not valid for the project", "Check project_id"),
        (401, "APIGW.0301", "x", "clock"),
        (409, "ELB.8907", "The load balancer is immutable.", "raise 'timeout'"),
        (409, "ELB.8907", "removal protection is enabled", "member_deletion_protection_enable"),
        (407, None, "x", "HTTPS_PROXY"),
        (429, "APIGW.0308", "x", "throttles"),
    ],
)
def test_advice(status: int, code: str | None, reason: str, advice: str) -> None:
    assert advice in error(status, code, reason).msg


def test_a_listener_that_has_a_pool_matters_to_creation_only() -> None:
    taken = "Listener b0c1 already has the pool ea02."
    assert "set 'switch_listener: true'" in error(409, "ELB.8907", taken, POOL.operation(Verb.CREATE)).msg
    assert "leave 'listener' out" not in error(409, "ELB.8907", "The pool is used by listener b0c1.", POOL.operation(Verb.DELETE)).msg


def test_the_message_names_attempt_resource_and_cause() -> None:
    message = error(409, "ELB.8907", "Member 10.0.0.1:80 already exists.").msg
    assert (
        message
        == "Could not add member 10.0.0.1:80 to pool 'web': Member 10.0.0.1:80 already exists (status 409, ELB.8907, request req-1)."
    )


def test_details_missing_in_the_response_are_left_out() -> None:
    unknown = failure("list pools", POOL.operation(Verb.LIST), Response(500, {}, None, "text/html", not_json=True))
    assert unknown.facts == {"status": 500}
    assert unknown.msg == "Could not list pools: the response is text/html, not an error of the API (status 500)."


@pytest.mark.parametrize(
    ("status", "code", "not_found"), [(404, "ELB.8904", True), (404, None, False), (404, "APIGW.0101", False), (400, "ELB.8904", False)]
)
def test_only_the_service_says_that_something_does_not_exist(status: int, code: str | None, not_found: bool) -> None:
    refused = error(status, code)
    assert isinstance(refused, ApiError)
    assert refused.not_found == not_found


def test_a_defect_says_where_to_report_it() -> None:
    galaxy = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
    assert failure_of(RuntimeError("secret words"))["msg"] == (
        f"This should not happen: RuntimeError at unknown. It is a defect of otc.elb; please report it with this message: {galaxy['issues']}"
    )
