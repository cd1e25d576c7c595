# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages for error responses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.otc.elb.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.otc.elb.plugins.module_utils._api.responses import failure
from ansible_collections.otc.elb.plugins.module_utils._auth.connect import connect
from ansible_collections.otc.elb.plugins.module_utils._errors import ApiError, ElbError
from ansible_collections.otc.elb.plugins.module_utils._http.deadline import Deadline
from ansible_collections.otc.elb.plugins.module_utils._http.transport import Response
from ansible_collections.otc.elb.plugins.module_utils._resource.listener import LISTENER
from ansible_collections.otc.elb.plugins.module_utils._resource.member import MEMBER
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL
from ansible_collections.otc.elb.plugins.module_utils._resource.resource import Operation, Verb
from ansible_collections.otc.elb.plugins.module_utils._runtime.task import failure_of

CHECKOUT = Path(__file__).resolve().parents[2]


ADD = MEMBER.operation(Verb.CREATE)


CREATE = POOL.operation(Verb.CREATE)
#: What a way to authenticate says.
CHECK = "Check the credential."


def error(status: int, code: str | None, reason: str = "Something.", operation: Operation = ADD) -> ElbError:
    body = {"error_msg": reason, "error_code": code, "request_id": "req-1"}
    response = Response(status, {}, body, "application/json", not_json=False)
    return failure("add member 10.0.0.1:80 to pool 'web'", operation, response, check_credential=CHECK)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.action)
@pytest.mark.parametrize("code", ["ELB.9802", "ELB.9803", "ELB.9804", "SYS.0403"])
def test_a_missing_permission_is_named_with_its_api(operation: Operation, code: str) -> None:
    denied = error(403, code, operation=operation)
    assert denied.facts == {"status": 403, "error_code": code, "request_id": "req-1", "missing_action": operation.action}
    assert operation.action in denied.msg
    assert f"{operation.method} {operation.path}" in denied.msg
    assert "IAM" in denied.msg


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (403, "ELB.2001", "A quota is used up"),
        (403, "ELB.6091", "A quota is used up"),
        (403, "ELB.8962", "does not offer this feature"),
        (403, "ELB.8903", "The path does not exist for the service"),
        (403, "ELB.1102", CHECK),
        (403, "ELB.9801", "granted for an enterprise project only"),
        (400, "ELB.9801", "granted for an enterprise project only"),
        (403, None, "names no IAM action"),
        (409, "ELB.9802", ""),
    ],
)
def test_what_is_no_missing_permission(status: int, code: str | None, advice: str) -> None:
    refused = error(status, code)
    assert "missing_action" not in refused.facts
    assert "lacks the IAM action" not in refused.msg
    assert "enterprise_project_id" not in refused.msg
    assert advice in refused.msg


@pytest.mark.parametrize(("status", "code"), [(401, "SYS.0401"), (401, "ELB.1103"), (401, "APIGW.0301"), (401, None), (403, "ELB.1102")])
def test_a_refused_credential_gets_the_advice_for_its_kind(status: int, code: str | None) -> None:
    refused = error(status, code)
    assert refused.msg.endswith(CHECK)
    # The same request about another member would fail as well.
    assert refused.affects_all


@pytest.mark.parametrize(
    ("options", "words", "others"),
    [
        ({"access_key": "AK", "secret_key": "SK"}, ["access_key and secret_key", "clock", "OS_SECURITY_TOKEN"], ["auth_token"]),
        ({"auth_token": "TOKEN"}, ["auth_token", "has not expired"], ["clock", "access_key", "OS_SECURITY_TOKEN"]),
    ],
)
def test_what_to_check_of_a_credential(options: dict[str, str], words: list[str], others: list[str]) -> None:
    advice = connect({**options, "project_id": "0" * 32}, Deadline(180.0)).check_credential
    assert [word for word in words if word not in advice] == []
    assert [word for word in others if word in advice] == []


@pytest.mark.parametrize(
    ("status", "code", "reason", "advice"),
    [
        (404, "ELB.8904", "subnet 123 could not be found.", "subnet_cidr_id is the Neutron ID"),
        (404, "ELB.8904", "listener 123 could not be found.", "Check the ID"),
        (400, "ELB.8939", "x", "IP as a Backend"),
        (400, "ELB.8938", "x", "Give subnet_cidr_id"),
        (400, "ELB.8933", "x", "IPv4 addresses only"),
        (403, "ELB.2001", "x", "quota"),
        (409, "ELB.8905", "x", "quota"),
        (400, "ELB.9807", "x", "quota"),
        (403, "ELB.8962", "x", "not a missing permission"),
        (403, "SYS.0403", "The credentials are not valid for the project", "Check project_id"),
        (409, "ELB.8907", "The load balancer is immutable.", "raise 'timeout'"),
        (409, "ELB.8907", "Invalid state PENDING_UPDATE of loadbalancer resource 5d1.", "raise 'timeout'"),
        (409, "ELB.8907", "member 1923 is using this pool.", "force: true"),
        (409, "ELB.8907", "listener b0c1 is using this pool.", "another default pool first"),
        (409, "ELB.8907", "healthmonitor 434b is using this pool.", "health check first"),
        (409, "ELB.8907", "l7policy 8a10 is using this pool.", "forwarding policies"),
        (409, "ELB.8907", "removal protection is enabled", "member_deletion_protection_enable"),
        (407, None, "x", "HTTPS_PROXY"),
        (429, "APIGW.0308", "x", "throttles"),
    ],
)
def test_advice(status: int, code: str | None, reason: str, advice: str) -> None:
    assert advice in error(status, code, reason).msg


def test_a_listener_that_has_a_pool_matters_to_creation_only() -> None:
    taken = "Listener b0c1 already has the pool ea02."
    assert "A listener has one default pool" in error(409, "ELB.8907", taken, CREATE).msg
    assert "A listener has one default pool" not in error(409, "ELB.8907", taken, POOL.operation(Verb.DELETE)).msg
    mismatch = "Listener protocol TERMINATED_HTTPS and pool protocol TCP are not compatible."
    for operation in (CREATE, LISTENER.operation(Verb.UPDATE)):
        message = error(409, "ELB.8907", mismatch, operation).msg
        assert "default pool" not in message
        assert "TERMINATED_HTTPS listeners take HTTP pools" in message


def test_a_removal_refused_without_a_known_reason_may_be_because_of_the_health_check() -> None:
    advice = "If the pool has a health check, remove that first"
    delete = POOL.operation(Verb.DELETE)
    assert advice in error(409, "ELB.8907", "The pool is in use.", delete).msg
    for known in ("listener b0c1 is using this pool.", "l7policy 8a10 is using this pool.", "removal protection is enabled"):
        assert advice not in error(409, "ELB.8907", known, delete).msg
    assert advice not in error(409, "ELB.8907", "Something is in use.").msg


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (POOL.operation(Verb.GET), "The URI /elb/v3/0/elb/pools/1 does not exist."),
        (POOL.operation(Verb.LIST), "pools could not be found."),
        (CREATE, "Non existent URI"),
    ],
)
def test_a_path_that_does_not_exist_is_no_missing_pool(operation: Operation, reason: str) -> None:
    refused = error(404, "ELB.8904", reason, operation)
    assert isinstance(refused, ApiError)
    assert not refused.not_found
    assert "check 'endpoint', which is the root of the service" in refused.msg
    assert "the pool's ID or name" not in refused.msg


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
