# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The meaning of the service's errors, and advice.

Source of the codes: "Error Codes" and "Status Codes" of the API reference; of the texts of conflicts, what users of other clients reported.
"""

from __future__ import annotations

import re
import typing as t

from .._errors import Json
from .._resource.listener import POOL_PROTOCOLS
from .._resource.pool import POOL
from .._resource.resource import Operation, Verb

#: 403 has other meanings, too: a quota, a feature that is not offered, a path that does not exist.
_NOT_GRANTED = ("ELB.9802", "ELB.9803", "ELB.9804", "SYS.0403")
#: In the reason where a credential is for another project than the one of the URL. SYS.0403 comes from the API gateway.
_OTHER_PROJECT = r"for the project"
#: The codes of a quota that is used up, with any status.
_QUOTA = ("ELB.9807", "ELB.8905", "ELB.1091", "ELB.2001", "ELB.6091")
#: While a load balancer is being changed, it refuses the next change. The code is that of a conflict that stays.
_BUSY = re.compile(r"immutable|pending_", re.IGNORECASE)
#: The path does not exist, which has the status and the code of a resource that does not exist.
_NO_SUCH_PATH = re.compile(r"\buri\b", re.IGNORECASE)
_CHECK_ENDPOINT = "check 'endpoint', which is the root of the service such as https://elb.eu-de.otc.t-systems.com"


def lacks_permission(status: int, code: str | None, reason: str) -> bool:
    """Whether a response means that the IAM action is not granted."""
    return status == 403 and code in _NOT_GRANTED and not (code == "SYS.0403" and re.search(_OTHER_PROJECT, reason, re.IGNORECASE))


def refuses_credential(status: int, code: t.Any) -> bool:
    """Whether a response means that the credential is not valid, whatever it is for."""
    return status == 401 or (status == 403 and code == "ELB.1102")


def is_not_found(operation: Operation, status: int, code: str | None, reason: str) -> bool:
    """Whether the service says that a resource does not exist. A 404 of a gateway has no such code; one of a wrong path may have it."""
    if status != 404 or not (code or "").startswith("ELB.") or _NO_SUCH_PATH.search(reason):
        return False
    # A list that is in no other resource always exists.
    return not (operation.lists and operation.path.count("{") == 1)


def is_busy(status: int, reason: str) -> bool:
    """Whether the load balancer is being changed, and takes the next change in a moment."""
    return status == 409 and _BUSY.search(reason) is not None


def is_quota(facts: Json) -> bool:
    """Whether the facts of a failure mean that a quota is used up."""
    return facts.get("error_code") in _QUOTA


def for_permission(operation: Operation) -> str:
    """Advice for an IAM action that is not granted."""
    return (
        f"The credential lacks the IAM action {operation.action} ({operation.api}). "
        "Grant it in IAM with a custom policy, attached to the user's group for this project or enterprise project."
    )


class _Hint(t.NamedTuple):
    """Advice for an error. Empty conditions match anything."""

    status: int | None
    codes: tuple[str, ...]
    #: A pattern, found in the reason whatever its letter case.
    reason: str
    text: str
    #: The IAM action of the call that failed; empty where any.
    action: str = ""


#: The first match is used.
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
        "Pools with this protocol take no members by IP alone. Give subnet_cidr_id to add a server of the load balancer's VPC.",
    ),
    _Hint(400, ("ELB.8933",), "", "This pool takes IPv4 addresses only."),
    _Hint(
        None,
        ("ELB.9801",),
        "",
        "The IAM action is granted for an enterprise project only. Grant it for the project in IAM: attach the policy to the user's group "
        "for this project. The action is not missing from the policy.",
    ),
    _Hint(
        None,
        _QUOTA,
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
        403,
        ("ELB.8903",),
        "",
        f"The path does not exist for the service; this is not a missing permission: {_CHECK_ENDPOINT}, and the ID of the project.",
    ),
    _Hint(403, (), _OTHER_PROJECT, "Check project_id (OS_PROJECT_ID): the credential is for another project."),
    _Hint(
        403,
        (),
        "",
        "The response names no IAM action: check the endpoint, a proxy on the way, and the project.",
    ),
    _Hint(407, (), "", "A proxy on the way requires a user and a password. Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY."),
    _Hint(409, (), _BUSY.pattern, "Other changes kept the load balancer busy: raise 'timeout', or run the task again."),
    _Hint(409, (), "protection", "Set member_deletion_protection_enable to false on the pool first."),
    _Hint(
        409,
        (),
        "not compatible",
        "Give another protocol or another listener. "
        + "; ".join(f"{listener} listeners take {' or '.join(pool)} pools" for listener, pool in POOL_PROTOCOLS.items())
        + ".",
    ),
    _Hint(409, (), "health", "Run the task again: it removes the pool's health check first."),
    _Hint(409, (), "polic", "Remove the forwarding policies that use the pool first."),
    _Hint(409, (), "member.*using this pool", "Remove the pool's members first: elb_pool does so with 'force: true'."),
    _Hint(
        409,
        (),
        "listener.*using this pool",
        "Give the listener another default pool first (elb_pool for that pool, with 'listener' and 'switch_listener: true'), "
        "or remove the listener.",
    ),
    _Hint(
        409,
        (),
        "listener",
        "A listener has one default pool: set 'switch_listener: true' to replace it, give another listener, or use the pool that it has.",
        POOL.operation(Verb.CREATE).action,
    ),
    # elb_pool removes the health check by itself only if the service gives that as the reason.
    _Hint(
        409,
        (),
        "",
        "If the pool has a health check, remove that first (elb_pool with 'health_check: {enable: false}'), then run the task again.",
        POOL.operation(Verb.DELETE).action,
    ),
    _Hint(429, (), "", "The API throttles this account: run fewer tasks at once, or raise 'timeout'."),
)


def for_error(operation: Operation, status: int, code: str | None, reason: str, check_credential: str = "") -> str:
    """Advice for another error; empty for an unknown one.

    :param status: the HTTP status.
    :param code: the service's ``error_code``.
    :param reason: its ``error_msg``.
    :param check_credential: what to do where the credential is refused, as a sentence.
    """
    if refuses_credential(status, code):
        return check_credential
    if status == 404 and not is_not_found(operation, status, code, reason):
        if (code or "").startswith("ELB."):
            return f"The path does not exist for the service: {_CHECK_ENDPOINT}."
        return f"This 404 did not come from the ELB API; {_CHECK_ENDPOINT}, and whether a proxy is on the way."
    for hint in _HINTS:
        if hint.status not in (None, status):
            continue
        if hint.codes and code not in hint.codes:
            continue
        if hint.action not in ("", operation.action):
            continue
        if re.search(hint.reason, reason, re.IGNORECASE):
            return hint.text
    return ""
