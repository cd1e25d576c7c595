# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one table of API operations: nothing else can be called.

The client, the recorded IAM actions, the message for a missing permission and the checks of
the documentation all read it, so none of them can disagree with another.

Source: the action tables of the ELB API reference (permissions_and_supported_actions,
"Backend Server Group" and "Backend Server"), and its list calls for load balancers and
listeners, which are used only where one of those is given by name.
"""

from __future__ import annotations

import typing as t


class Operation(t.NamedTuple):
    """One call of the API."""

    #: The IAM action that a user needs for it.
    action: str
    method: str
    #: Path below the endpoint, with ``{placeholders}``.
    path: str
    #: The status that means success; any other is a failure.
    ok: int
    #: The API reference's title of the call.
    function: str
    #: The key that wraps the resource in request and answer; empty where there is no body.
    envelope: str

    @property
    def lists(self) -> bool:
        """Whether the answer holds a list, in pages."""
        return self.action.endswith(":list")

    @property
    def api(self) -> str:
        """Method and path as the API reference writes them, for messages and documentation."""
        return f"{self.method} {self.path}"


_POOLS = "/v3/{project_id}/elb/pools"
_POOL = _POOLS + "/{pool_id}"
_MEMBERS = _POOL + "/members"
_MEMBER = _MEMBERS + "/{member_id}"

POOL_CREATE = Operation("elb:pools:create", "POST", _POOLS, 201, "Creating a backend server group", "pool")
POOL_GET = Operation("elb:pools:get", "GET", _POOL, 200, "Querying a backend server group", "pool")
POOL_LIST = Operation("elb:pools:list", "GET", _POOLS, 200, "Querying backend server groups", "pools")
POOL_UPDATE = Operation("elb:pools:put", "PUT", _POOL, 200, "Modifying a backend server group", "pool")
POOL_DELETE = Operation("elb:pools:delete", "DELETE", _POOL, 204, "Deleting a backend server group", "")

MEMBER_CREATE = Operation("elb:members:create", "POST", _MEMBERS, 201, "Adding a backend server", "member")
MEMBER_GET = Operation("elb:members:get", "GET", _MEMBER, 200, "Querying a backend server", "member")
MEMBER_LIST = Operation("elb:members:list", "GET", _MEMBERS, 200, "Querying backend servers", "members")
MEMBER_UPDATE = Operation("elb:members:put", "PUT", _MEMBER, 200, "Modifying a backend server", "member")
MEMBER_DELETE = Operation("elb:members:delete", "DELETE", _MEMBER, 204, "Removing a backend server", "")

LOADBALANCER_LIST = Operation(
    "elb:loadbalancers:list",
    "GET",
    "/v3/{project_id}/elb/loadbalancers",
    200,
    "Querying load balancers",
    "loadbalancers",
)
LISTENER_LIST = Operation("elb:listeners:list", "GET", "/v3/{project_id}/elb/listeners", 200, "Querying listeners", "listeners")

OPERATIONS: t.Mapping[str, Operation] = {
    operation.action: operation
    for operation in (
        POOL_CREATE,
        POOL_GET,
        POOL_LIST,
        POOL_UPDATE,
        POOL_DELETE,
        MEMBER_CREATE,
        MEMBER_GET,
        MEMBER_LIST,
        MEMBER_UPDATE,
        MEMBER_DELETE,
        LOADBALANCER_LIST,
        LISTENER_LIST,
    )
}
