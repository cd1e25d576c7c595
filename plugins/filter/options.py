# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``options``: options from resources."""

from __future__ import annotations

DOCUMENTATION = r"""
name: options
short_description: Make options from pools and members
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Takes pools or members as M(otc.elb.elb_pool_info) and M(otc.elb.elb_member_info) return them, and returns the options of
    M(otc.elb.elb_pool), M(otc.elb.elb_member) and M(otc.elb.elb_pool_members) that make the same again.
  - So a pool can be copied, kept in a repository, or taken over from the console. With the options of what exists, a task changes nothing.
  - What the service sets by itself is left out, such as IDs, states and times.
positional: _input
options:
  _input:
    description:
      - A pool, a member, or a list of pools or members; lists may be nested.
      - A pool with C(health_check), as O(otc.elb.elb_pool_info#module:include_health_check=true) returns it, gives the option
        O(otc.elb.elb_pool#module:health_check) as well, which removes the health check of the target where the pool has none.
    type: raw
    required: true
  references:
    description:
      - Whether to keep the IDs of other resources, which are O(otc.elb.elb_pool#module:loadbalancer), O(otc.elb.elb_pool#module:vpc_id) and
        O(otc.elb.elb_member#module:subnet_cidr_id). No other project has these, so leave them out for a copy to another project, and give
        those of that project.
    type: bool
    default: true
notes:
  - To give all options of a pool to a task, make them its C(module_defaults), as in the examples. The options of the task itself take
    precedence. Ansible warns of C(args) from a variable.
  - The options of a pool do not have O(otc.elb.elb_pool#module:listener), because a pool may have several, and each listener has one default
    pool only. Give the listener of the copy, or attach it later.
  - The members of a pool are no options of M(otc.elb.elb_pool). Make them by M(otc.elb.elb_pool_members), from whole members.
seealso:
  - module: otc.elb.elb_pool_info
  - module: otc.elb.elb_member_info
"""

EXAMPLES = r"""
- name: Read a pool, with its health check and whole members
  otc.elb.elb_pool_info:
    name: web
    include_health_check: true
    include_members: true
  register: found

- name: Keep it in a file
  ansible.builtin.copy:
    dest: web.yml
    content: "{{ {'pool': found.pools[0] | otc.elb.options, 'members': found.pools[0].members | otc.elb.options} | to_nice_yaml }}"
    mode: '0644'

- name: Make the same pool in another project, for a load balancer and in a VPC of that project
  otc.elb.elb_pool:
    cloud: other
    loadbalancer: production
    vpc_id: 5bb1a0a9-6d1f-4d8e-9a3c-2c4b4f6f7a10
  module_defaults:
    otc.elb.elb_pool: "{{ found.pools[0] | otc.elb.options(references=false) }}"

- name: Its members, on servers of a subnet of that project
  otc.elb.elb_pool_members:
    cloud: other
    pool: web
    members: >-
      {{ found.pools[0].members | otc.elb.options(references=false)
         | map('combine', {'subnet_cidr_id': 'c09f620e-3492-4429-ac15-445d5dd9ca74'}) }}
"""

RETURN = r"""
_value:
  description: A dict of options for each pool or member; in a list, if the input is one.
  type: raw
  sample:
    address: 192.168.0.11
    name: web-1
    protocol_port: 8080
    weight: 10
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.otc.elb.plugins.plugin_utils._options import NoOptions, options_of


def options(value: t.Any, references: bool = True) -> t.Any:
    """Make options.

    :raises AnsibleFilterError: when *value* is no pool, no member, and no list of them.
    """
    try:
        return options_of(value, references)
    except NoOptions as error:
        raise AnsibleFilterError(f"otc.elb.options: {error}.") from None  # Ansible would show the cause as well


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters by name."""
        return {"options": options}
