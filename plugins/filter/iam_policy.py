# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``iam_policy``: from results to a custom policy."""

from __future__ import annotations

DOCUMENTATION = r"""
name: iam_policy
short_description: Make an IAM custom policy of what tasks needed
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Makes the least custom policy for Open Telekom Cloud's IAM of registered results of this collection's modules, or of IAM actions.
  - In check mode each result tells what the real run would need for what is there now, so that the policy can be granted before the
    first run. What a task needs because of what an earlier one would leave behind, only the callback P(otc.elb.required_actions#callback)
    knows.
positional: _input
options:
  _input:
    description:
      - An IAM action, a registered result (of a loop, too), a policy that this filter made, or a list of these; lists may be nested.
      - Results of failed tasks count with what they needed until then, the actions that were denied included. Skipped tasks need nothing.
      - Each result counts for itself. What a task needs because of what an earlier one would leave behind, only the callback knows.
      - Anything else is an error, such as a result that C(no_log) hides, an action with a wildcard, and a policy whose statements have more
        than V(Effect) and V(Action).
    type: raw
    required: true
notes:
  - Where nothing is needed, the policy has no statement. IAM does not take such a policy, and none has to be granted.
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

- name: What both need, as JSON that can be pasted into IAM
  ansible.builtin.debug:
    msg: "{{ [pool, members] | otc.elb.iam_policy | to_nice_json }}"

- name: One policy of several
  ansible.builtin.debug:
    msg: "{{ [lookup('file', 'web.json') | from_json, lookup('file', 'api.json') | from_json] | otc.elb.iam_policy | to_nice_json }}"

- name: A policy of actions
  ansible.builtin.debug:
    msg: "{{ ['elb:pools:list', 'elb:members:list'] | otc.elb.iam_policy | to_nice_json }}"
"""

RETURN = r"""
_value:
  description: The custom policy. Its actions are sorted, and each is there once.
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
        raise AnsibleFilterError(f"otc.elb.iam_policy: {error}.") from None  # it would be told twice


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """By name, as Ansible wants them."""
        return {"iam_policy": iam_policy}
