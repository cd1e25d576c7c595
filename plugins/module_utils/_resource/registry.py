# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All resources. The table of operations, the tests and the generated documentation iterate them."""

from __future__ import annotations

import typing as t

from .health_check import HEALTH_CHECK
from .l7policy import FORWARDING_POLICY
from .listener import LISTENER
from .loadbalancer import LOADBALANCER
from .member import MEMBER
from .pool import POOL
from .resource import Resource

RESOURCES: tuple[Resource[t.Any], ...] = (POOL, MEMBER, HEALTH_CHECK, LOADBALANCER, LISTENER, FORWARDING_POLICY)
