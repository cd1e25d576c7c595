# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``iam_policy``: a custom policy from results."""

from __future__ import annotations

DOCUMENTATION = r"""
name: iam_policy
short_description: Make an IAM custom policy from the results of tasks
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Makes the least custom policy for Open Telekom Cloud's IAM from registered results of this collection's modules, or from IAM actions.
  - In check mode, each result has the actions that the real run would need for what exists now, so that the policy can be granted before
    the first run. Each result counts by itself. For the actions that a task needs because of changes by earlier tasks, use the callback
    P(otc.elb.required_actions#callback).
positional: _input
options:
  _input:
    description:
      - An IAM action, a registered result (of a loop, too), a policy that this filter made, or a list of these; lists may be nested.
      - A failed task counts with the actions that it needed until then, including those that were denied. A skipped task needs none.
      - Anything else is an error, such as a result that C(no_log) hides, an action with a wildcard, and a policy whose statements have more
        than V(Effect) and V(Action).
    type: raw
    required: true
notes:
  - If no action is needed, the policy has no statement. IAM does not accept such a policy, and there is nothing to grant.
seealso:
  - plugin: otc.elb.required_actions
    plugin_type: callback
"""

EXAMPLES = r"""
- name: The pool
  otc.elb.elb_pool:
    name: web
    loadbalancer: production
    protocol: HTTP
    lb_algorithm: ROUND_ROBIN
  register: pool

- name: Its members
  otc.elb.elb_member:
    pool: web
    address: "{{ item }}"
    protocol_port: 8080
  loop: [192.168.0.11, 192.168.0.12]
  register: members

- name: The actions that both need, as JSON for IAM
  ansible.builtin.debug:
    msg: "{{ [pool, members] | otc.elb.iam_policy | to_nice_json }}"

- name: One policy from several
  ansible.builtin.debug:
    msg: "{{ [lookup('file', 'web.json') | from_json, lookup('file', 'api.json') | from_json] | otc.elb.iam_policy | to_nice_json }}"

- name: A policy from actions
  ansible.builtin.debug:
    msg: "{{ ['elb:pools:list', 'elb:members:list'] | otc.elb.iam_policy | to_nice_json }}"
"""

RETURN = r"""
_value:
  description: The custom policy. Its actions are sorted and unique.
  type: dict
  sample:
    Version: '1.1'
    Statement:
      - Effect: Allow
        Action: ['elb:members:list', 'elb:pools:list']
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.otc.elb.plugins.plugin_utils._permissions.policy import NoActions, actions_in, policy


def iam_policy(value: t.Any) -> dict[str, t.Any]:
    """Make a custom policy.

    :raises AnsibleFilterError: when *value* does not say which actions are needed.
    """
    try:
        return policy(actions_in(value))
    except NoActions as error:
        raise AnsibleFilterError(f"otc.elb.iam_policy: {error}.") from None  # Ansible would show the cause as well


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters by name."""
        return {"iam_policy": iam_policy}
