# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one table of API operations: nothing else can be called.

The client, the recorded IAM actions, the message for a missing permission and the checks of the documentation all read it, so
none of them can disagree with another. It follows from the collections of the resources.

Source: the action tables of the ELB API reference (permissions_and_supported_actions).
"""

from __future__ import annotations

import typing as t

from .._resource.registry import RESOURCES
from .._resource.resource import Operation

#: By IAM action.
OPERATIONS: t.Mapping[str, Operation] = {
    operation.action: operation for resource in RESOURCES for operation in map(resource.operation, resource.collection.functions)
}
#: The IAM actions that change nothing.
READS: t.Final = {action for action, operation in OPERATIONS.items() if operation.method == "GET"}
