# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an error of the service means, and what to do about it."""

from __future__ import annotations

import typing as t

from .._resource.pool import POOL
from .._resource.resource import Operation, Verb


def lacks_permission(status: int, code: str | None, reason: str) -> bool:
    """Whether a response means that the IAM action is not granted.

    A 403 may also be a quota (ELB.2001) or an unsupported feature (ELB.8962). Source: error_codes of the API reference; SYS.0403
    comes from the API gateway, also for a credential of another project.
    """
    if code == "SYS.0403" and _OTHER_PROJECT in reason.lower():
        return False
    return status == 403 and code in ("ELB.8903", "ELB.9802", "ELB.9803", "ELB.9804", "SYS.0403")


def is_not_found(status: int, code: str | None) -> bool:
    """Whether the service says that a resource does not exist. A 404 of a gateway, or at a wrong endpoint, has no such code."""
    return status == 404 and (code or "").startswith("ELB.")


def for_permission(operation: Operation) -> str:
    """What to do where an IAM action is not granted."""
    return (
        f"The credential lacks the IAM action {operation.action} ({operation.api}). "
        "Grant it in IAM with a custom policy, attached to the user's group for this project or enterprise project."
    )


#: What the reason says where a credential is for another project than the one of the URL.
_OTHER_PROJECT = "for the project"


class _Hint(t.NamedTuple):
    """What to do about an error. Empty conditions match anything."""

    status: int | None
    codes: tuple[str, ...]
    word: str
    text: str
    #: The IAM action of the call that failed; empty where any.
    action: str = ""


#: The first match is used. Source of the codes: error_codes of the API reference.
_HINTS: tuple[_Hint, ...] = (
    _Hint(
        404,
        (),
        "subnet",
        "subnet_cidr_id is the Neutron ID of the IPv4 or IPv6 subnet (shown as 'IPv4 Subnet ID' in the console, "
        "neutron_subnet_id in the VPC API), not the VPC subnet's own ID.",
    ),
    _Hint(404, (), "pool", "Check the pool's ID or name, the project and the region."),
    _Hint(404, (), "", "Check the ID, the project and the region."),
    _Hint(
        400,
        ("ELB.8939",),
        "",
        "Turn 'IP as a Backend' on for the load balancer, or give subnet_cidr_id to add a server of the load balancer's VPC.",
    ),
    _Hint(
        400,
        ("ELB.8938",),
        "",
        "Members by IP alone need a TCP, HTTP or HTTPS pool. Give subnet_cidr_id to add a server of the load balancer's VPC.",
    ),
    _Hint(400, ("ELB.8933",), "", "This pool takes IPv4 addresses only."),
    _Hint(
        None,
        ("ELB.9807", "ELB.8905", "ELB.2001"),
        "",
        "A quota is used up: remove what is not needed, or ask for a higher quota.",
    ),
    _Hint(
        403,
        ("ELB.8962",),
        "",
        "The region or the load balancer does not offer this feature; this is not a missing permission.",
    ),
    _Hint(
        401,
        (),
        "",
        "Check the credential: that it is valid, not expired, and meant for this project and region. With AK/SK also that this machine's "
        "clock is right (a signature is valid for 15 minutes), and that no OS_SECURITY_TOKEN of another pair of keys is left over.",
    ),
    _Hint(403, (), _OTHER_PROJECT, "Check project_id (OS_PROJECT_ID): the credential is for another project."),
    _Hint(
        403,
        (),
        "",
        "The response names no IAM action: check the endpoint, a proxy on the way, and the project.",
    ),
    _Hint(407, (), "", "A proxy on the way requires a user and a password. Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY."),
    _Hint(409, (), "immutable", "Other changes kept the load balancer busy: raise 'timeout', or run the task again."),
    _Hint(409, (), "protection", "Set member_deletion_protection_enable to false on the pool first."),
    _Hint(409, (), "health", "Run the task again: it removes the pool's health check first."),
    _Hint(409, (), "polic", "Remove the forwarding policies that use the pool first."),
    _Hint(
        409,
        (),
        "listener",
        "A listener has one default pool: set 'switch_listener: true' to replace it, give another listener, or use the pool that it has.",
        POOL.operation(Verb.CREATE).action,
    ),
    _Hint(429, (), "", "The API throttles this account: run fewer tasks at once, or raise 'timeout'."),
)


def for_error(operation: Operation, status: int, code: str | None, reason: str) -> str:
    """What to do about another error; empty where nothing is known of it."""
    if status == 404 and not is_not_found(status, code):
        return (
            "This 404 did not come from the ELB API; check 'endpoint', which is the root of the service, and whether a proxy is on the way."
        )
    for hint in _HINTS:
        if hint.status not in (None, status):
            continue
        if hint.codes and code not in hint.codes:
            continue
        if hint.action not in ("", operation.action):
            continue
        if hint.word in reason.lower():
            return hint.text
    return ""
