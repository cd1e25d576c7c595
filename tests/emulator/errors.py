# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The refusals that the API reference documents, each made in one place so that its code and wording stay the same."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class ApiError(Exception):
    """A response other than success. The HTTP layer turns it into the documented error body."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.code} {self.message}"


def invalid(what: str, why: str = "") -> ApiError:
    return ApiError(400, "ELB.8902", f"Invalid input for '{what}'." + (f" {why}" if why else ""))


def empty_update() -> ApiError:
    return ApiError(400, "SYS.0400", "The request body must not be empty: there is nothing to update.")


def not_found(kind: str, ident: str) -> ApiError:
    return ApiError(404, "ELB.8904", f"{kind} {ident} could not be found.")


def conflict(why: str) -> ApiError:
    return ApiError(409, "ELB.8907", why)


def immutable(loadbalancer_id: str, status: str) -> ApiError:
    # The one conflict that passes by itself; clients recognise it by this wording.
    return conflict(f"Load Balancer {loadbalancer_id} is immutable and cannot be updated: its provisioning status is {status}.")


def pool_quota() -> ApiError:
    return ApiError(409, "ELB.8905", "Quota exceeded for resources: pool")


def healthmonitor_quota() -> ApiError:
    return ApiError(400, "ELB.9807", "Quota exceeded for resources:['healthmonitor']")


def member_quota() -> ApiError:
    return ApiError(403, "ELB.2001", "Creating the member failed. The total number of members exceeds the upper limit.")


def ip_member_protocol() -> ApiError:
    return ApiError(400, "ELB.8938", "The IP member is supported only when the pool protocol is TCP, HTTP or HTTPS.")


def ip_member_disabled() -> ApiError:
    return ApiError(400, "ELB.8939", "The load balancer's ip_target_enable must be true when adding IP members.")


def ipv6_member(why: str) -> ApiError:
    return ApiError(400, "ELB.8933", f"IPv6 subnets are not supported, but the backend server uses IPv6: {why}")


def no_credentials() -> ApiError:
    return ApiError(401, "SYS.0401", "Authentication required.")


def bad_token() -> ApiError:
    return ApiError(401, "ELB.1103", "Token invalid")


def bad_signature(why: str) -> ApiError:
    return ApiError(401, "APIGW.0301", f"Incorrect IAM authentication information: {why}")


def wrong_project(project_id: str) -> ApiError:
    return ApiError(403, "SYS.0403", f"The credentials are not valid for the project {project_id}.")


def not_granted(action: str) -> ApiError:
    return ApiError(403, "ELB.9802", f"{action} is not obtained.")


def unknown_path(path: str) -> ApiError:
    return ApiError(404, "ELB.8904", f"The URI {path} does not exist.")


def wrong_method(method: str, allowed: str) -> ApiError:
    return ApiError(405, "ELB.8902", f"The method {method} is not supported here.", {"Allow": allowed})


def broken(why: str) -> ApiError:
    return ApiError(500, "ELB.8906", f"Internal server error. {why}".strip())
