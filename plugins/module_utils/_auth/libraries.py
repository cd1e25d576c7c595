# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""openstacksdk, and keystoneauth1 that comes with it: optional, because AK/SK and tokens do without.

Their import takes longer than all the rest of a task, so :mod:`connect` imports what needs them only where it is needed.
"""

from __future__ import annotations

try:
    from keystoneauth1 import exceptions, loading
    from keystoneauth1.identity.base import BaseIdentityPlugin
    from openstack.config import OpenStackConfig, loader
    from openstack.exceptions import ConfigException
    from yaml import YAMLError
except ImportError:
    HAS_OPENSTACKSDK = False
    OpenStackConfig = object  # type: ignore[assignment, misc]
    exceptions = loading = BaseIdentityPlugin = loader = ConfigException = YAMLError = None  # type: ignore[assignment, misc]
else:
    HAS_OPENSTACKSDK = True

__all__ = [
    "HAS_OPENSTACKSDK",
    "BaseIdentityPlugin",
    "ConfigException",
    "OpenStackConfig",
    "YAMLError",
    "exceptions",
    "loader",
    "loading",
]
