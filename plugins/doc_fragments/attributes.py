# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes of all modules of the collection."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of modules that write; ``INFO`` for those that only read."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description:
      - Can run in C(check_mode) and report what would be changed without changing it.
    support: full
  diff_mode:
    description:
      - Shows the managed fields before and after in diff mode.
    support: full
  action_group:
    description:
      - Use C(group/otc.elb.elb) in C(module_defaults) to set the options of the connection once for all modules.
    support: full
    membership:
      - otc.elb.elb
"""

    INFO = r"""
attributes:
  check_mode:
    description:
      - Can run in C(check_mode). The module never changes anything.
    support: full
  diff_mode:
    description:
      - The module never changes anything, so there is no difference to show.
    support: N/A
  action_group:
    description:
      - Use C(group/otc.elb.elb) in C(module_defaults) to set the options of the connection once for all modules.
    support: full
    membership:
      - otc.elb.elb
"""
