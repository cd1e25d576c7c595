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


_TABLE: dict[str, Operation] = {}
#: By action.
OPERATIONS: t.Mapping[str, Operation] = _TABLE


def _operation(action: str, method: str, path: str, function: str, envelope: str = "") -> Operation:
    """One row of the table."""
    operation = Operation(action, method, path, function, envelope)
    _TABLE[action] = operation
    return operation


_POOLS = "/v3/{project_id}/elb/pools"
_POOL = _POOLS + "/{pool_id}"
_MEMBERS = _POOL + "/members"
_MEMBER = _MEMBERS + "/{member_id}"

POOL_CREATE = _operation("elb:pools:create", "POST", _POOLS, "Creating a backend server group", "pool")
POOL_GET = _operation("elb:pools:get", "GET", _POOL, "Querying a backend server group", "pool")
POOL_LIST = _operation("elb:pools:list", "GET", _POOLS, "Querying backend server groups", "pools")
POOL_UPDATE = _operation("elb:pools:put", "PUT", _POOL, "Modifying a backend server group", "pool")
POOL_DELETE = _operation("elb:pools:delete", "DELETE", _POOL, "Deleting a backend server group")

MEMBER_CREATE = _operation("elb:members:create", "POST", _MEMBERS, "Adding a backend server", "member")
MEMBER_GET = _operation("elb:members:get", "GET", _MEMBER, "Querying a backend server", "member")
MEMBER_LIST = _operation("elb:members:list", "GET", _MEMBERS, "Querying backend servers", "members")
MEMBER_UPDATE = _operation("elb:members:put", "PUT", _MEMBER, "Modifying a backend server", "member")
MEMBER_DELETE = _operation("elb:members:delete", "DELETE", _MEMBER, "Removing a backend server")

LOADBALANCER_LIST = _operation(
    "elb:loadbalancers:list", "GET", "/v3/{project_id}/elb/loadbalancers", "Querying load balancers", "loadbalancers"
)
LISTENER_LIST = _operation("elb:listeners:list", "GET", "/v3/{project_id}/elb/listeners", "Querying listeners", "listeners")
