# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks need because of tasks before them, which check mode has not carried out.

In check mode a module looks at what is there, so it says that nothing is to be removed where an earlier task of the same
playbook would only have made it. The results of a whole run tell more than each by itself: here, the pools and members are
remembered as earlier tasks would leave them (:mod:`_world`), and each task is planned once more for these.

What a module itself said that it needs is kept: tasks of several hosts may mean pools in several projects. Only what it had to
guess, because it could not see what an earlier task would make, is replaced by what is known here.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.otc.elb.plugins.module_utils._resource.fields import Json
from ansible_collections.otc.elb.plugins.module_utils._tasks import info as _info
from ansible_collections.otc.elb.plugins.module_utils._tasks import member as _member
from ansible_collections.otc.elb.plugins.module_utils._tasks import pool as _pool
from ansible_collections.otc.elb.plugins.module_utils._tasks import pool_members as _pool_members
from ansible_collections.otc.elb.plugins.plugin_utils._pending_members import MemberTasks
from ansible_collections.otc.elb.plugins.plugin_utils._pending_pools import PoolTasks
from ansible_collections.otc.elb.plugins.plugin_utils._step import Step
from ansible_collections.otc.elb.plugins.plugin_utils._world import Pools


class Pending:
    """Follows a run in check mode."""

    def __init__(self) -> None:
        pools = Pools()
        of_pools, of_members = PoolTasks(pools), MemberTasks(pools)
        self._modules: Mapping[str, tuple[Json, t.Callable[[Step], None]]] = {
            "elb_pool": (_pool.OPTIONS, of_pools.pool),
            "elb_pool_info": (_info.POOL_OPTIONS, of_pools.pool_info),
            "elb_member": (_member.OPTIONS, of_members.member),
            "elb_member_info": (_info.MEMBER_OPTIONS, of_members.member_info),
            "elb_pool_members": (_pool_members.OPTIONS, of_members.pool_members),
        }

    def follow(self, module: str, args: Mapping[str, t.Any], result: Mapping[str, t.Any], told: t.Collection[str]) -> Step:
        """Take note of a task that would have succeeded.

        :param module: the module's name in the collection.
        :param args: the task's options, templates resolved.
        :param result: its result.
        :param told: the actions that the module said it needs.
        """
        spec, follow = self._modules[module]
        # Aliases, types and defaults as the module takes them; the options of the connection do not matter here.
        known = ArgumentSpecValidator(spec).validate(dict(args)).validated_parameters
        step = Step({**dict.fromkeys(spec), **known}, dict(result), told)
        follow(step)
        return step
