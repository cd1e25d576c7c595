#!/usr/bin/python
# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options and the documentation of ``elb_pool_members``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_pool_members
short_description: Make the backend servers (members) of a pool match a list
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Adds, updates and, with O(purge=true), removes the backend servers (members) of a backend server group (pool) of Elastic Load
    Balance (ELB) v3 on Open Telekom Cloud, all in one task.
  - A member is known by its address and port. Everything is compared after a single look at the pool, and only what differs is sent.
  - The whole list is checked before anything is written.
  - Members are added first, then updated, then waited for; only then weights are set to 0 and members drained and removed. At no moment
    does the pool serve with fewer members than the smaller of before and after. Where members could not be added, as many of the old ones
    are kept in service, the healthy ones first. With a health check, set O(wait=true), because a new member serves only once it is
    healthy.
  - With O(purge=true), the list has all members of the pool. In a loop over members, or in a task for each host, each run would remove the
    members of the others; to add one member, leave O(purge) out or use M(otc.elb.elb_member).
  - A failure of one member does not end the task. The others are done, then the task fails with RV(failed_members), and a next run
    finishes the job. Where the credential is refused, or the API throttles the account for longer than O(timeout), the rest of that step
    is skipped.
notes:
  # BEGIN generated: iam_notes
  - >-
    IAM actions in any case: to look up O(pool) by its name, C(elb:pools:list); to look the members up, and to wait for them,
    C(elb:members:list); to add members, C(elb:members:create); to update them, C(elb:members:put).
  - >-
    IAM actions with O(purge=true): to set weights to 0 with O(drain_seconds), C(elb:members:put); to remove members, C(elb:members:delete).
  - >-
    A task needs only the IAM actions for what it does, and each can be granted for projects and for enterprise projects.
  # END generated: iam_notes
extends_documentation_fragment:
  - otc.elb.connection
  - otc.elb.attributes
  - otc.elb.members
  - otc.elb.members.pool
options:
  members:
    description:
      - The members that the pool should have. A field that is not given is not managed.
      - An empty list does nothing; with O(purge=true) it is refused unless O(allow_empty=true).
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - The private IP address of the server; see O(otc.elb.elb_member#module:address).
        type: str
        required: true
      protocol_port:
        description:
          - The port on which the server receives requests, 1 to 65535.
        type: int
        required: true
        aliases: [port]
      name:
        description:
          - The member's name, 0 to 255 characters.
        type: str
      weight:
        description:
          - 0 to 100. With V(0) the member gets no new requests.
        type: int
      subnet_cidr_id:
        description:
          - The Neutron ID of the IPv4 or IPv6 subnet; see O(otc.elb.elb_member#module:subnet_cidr_id).
        type: str
        aliases: [subnet_id, subnet]
      availability_zone:
        description:
          - The availability zone of a member by IP only.
        type: str
  purge:
    description:
      - Whether to remove members that are not in the list.
      - Not for a task in a loop over members, or one that each host runs for itself. Each run would remove the members of the others.
    type: bool
    default: false
  allow_empty:
    description:
      - Whether an empty list with O(purge=true) empties the pool, rather than being refused as the result of a mistake.
    type: bool
    default: false
  concurrency:
    description:
      - The number of requests that are sent in parallel, at most; 1 to 32.
    type: int
    default: 8
  return_members:
    description:
      - Whether the result has RV(members), which is long for a large pool.
    type: bool
    default: true
seealso:
  - module: otc.elb.elb_member
  - module: otc.elb.elb_member_info
  - module: otc.elb.elb_pool
  - module: otc.elb.elb_pool_info
"""

EXAMPLES = r"""
- name: The members of the pool are the hosts of the group, and no others
  otc.elb.elb_pool_members:
    pool: web
    members: >-
      {{ dict(groups['web'] | zip(groups['web'] | map('extract', hostvars, 'ansible_host')))
         | dict2items(key_name='name', value_name='address') | map('combine', {'protocol_port': 8080}) }}
    purge: true
    drain_seconds: 30
    wait: true
    min_healthy_seconds: 20

- name: Add two members to those of the pool
  otc.elb.elb_pool_members:
    pool: web
    members:
      - address: 192.168.0.11
        protocol_port: 8080
        name: web-1
        weight: 10
      - address: 192.168.0.12
        protocol_port: 8080
        name: web-2
        weight: 10

- name: Empty the pool
  otc.elb.elb_pool_members:
    pool: web
    members: []
    purge: true
    allow_empty: true

- name: A server of the VPC, in a pool of any enterprise project, with at most two requests in parallel
  otc.elb.elb_pool_members:
    pool: web
    members:
      - address: 192.168.0.13
        protocol_port: 8080
        subnet_cidr_id: c09f620e-3492-4429-ac15-445d5dd9ca74
        availability_zone: eu-de-01
    concurrency: 2
    return_members: false
    enterprise_project_id: all_granted_eps
"""

RETURN = r"""
members:
  description: >-
    All members of the pool after the task, with the API's field names; in check mode, as they would be.
    In check mode, the C(id) of a member that would be added is a placeholder that begins with V(known after creation:).
  returned: on success, if O(return_members=true)
  type: list
  elements: dict
  contains:
    # BEGIN generated: member
    id:
      description: The member's ID. It is not the server's ID.
      type: str
    name:
      description: The member's name.
      type: str
    project_id:
      description: The ID of the project that the member belongs to.
      type: str
    address:
      description: The private IP address of the server.
      type: str
    protocol_port:
      description: The port on which the server receives requests.
      type: int
    weight:
      description: 0 to 100. With V(0) the member gets no new requests.
      type: int
    subnet_cidr_id:
      description: The Neutron ID of the subnet; empty or V(null) for a member by IP only.
      type: str
    availability_zone:
      description: The availability zone.
      type: str
    ip_version:
      description: The IP version of the address, V(v4) or V(v6).
      type: str
    operating_status:
      description: >-
        The member's health. V(ONLINE) or V(OFFLINE) is the result of the health check, V(OFFLINE) also for a server that is stopped or
        deleted. V(INITIAL) before the first check, V(NO_MONITOR) if the pool has no health check. Entries of C(status) take precedence.
      type: str
    status:
      description: The member's health as each listener of the pool sees it.
      type: list
      elements: dict
      contains:
        listener_id:
          description: The listener's ID.
          type: str
        operating_status:
          description: V(ONLINE), V(OFFLINE), V(INITIAL) or V(NO_MONITOR).
          type: str
        reason:
          description: Why the health check failed; V(null) if it did not.
          type: dict
          contains:
            reason_code:
              description: >-
                V(CONNECT_TIMEOUT), V(CONNECT_REFUSED), V(CONNECT_FAILED), V(CONNECT_INTERRUPT), V(SSL_HANDSHAKE_ERROR),
                V(RECV_RESPONSE_FAILED), V(RECV_RESPONSE_TIMEOUT), V(SEND_REQUEST_FAILED), V(SEND_REQUEST_TIMEOUT),
                V(RESPONSE_FORMAT_ERROR) or V(RESPONSE_MISMATCH).
              type: str
            expected_response:
              description: The HTTP status codes that the health check expects, such as V(200,202) or V(200-204).
              type: str
            healthcheck_response:
              description: The HTTP status code that the server returned.
              type: str
        created_at:
          description: When the entry was created, in UTC.
          returned: if the service includes it
          type: str
        updated_at:
          description: When the entry was last updated, in UTC.
          returned: if the service includes it
          type: str
    reason:
      description: Why the health check failed; V(null) if it did not.
      returned: by versions of the service that do not include it in C(status)
      type: dict
      contains:
        reason_code:
          description: As in C(status).
          type: str
        expected_response:
          description: As in C(status).
          type: str
        healthcheck_response:
          description: As in C(status).
          type: str
    member_type:
      description: V(instance) for a server of the VPC, V(ip) for a member by IP only.
      type: str
    instance_id:
      description: The ID of the cloud server; empty or V(null) if the member is not a cloud server.
      type: str
    admin_state_up:
      description: Whether the cloud server exists.
      type: bool
    created_at:
      description: When the member was added, in UTC.
      returned: if the service includes it, which it does not on shared load balancers and for older members
      type: str
      sample: '2026-03-30T08:11:24Z'
    updated_at:
      description: When the member was last updated, in UTC.
      returned: if the service includes it, which it does not on shared load balancers and for older members
      type: str
      sample: '2026-03-30T08:11:24Z'
    # END generated: member
  sample:
    - id: 1923923e-fe8a-484f-bdbc-e11559b1f48f
      name: web-1
      address: 192.168.0.11
      protocol_port: 8080
      weight: 10
summary:
  description: How many members were added, updated, removed and unchanged.
  returned: if the members of the pool could be read and the list is valid
  type: dict
  sample: {added: 2, updated: 1, removed: 0, unchanged: 97}
added:
  description: The members that were added. In check mode, those that would be.
  returned: success
  type: list
  elements: dict
  contains:
    # BEGIN generated: member_reference
    name:
      description: Its name; empty if it has none.
      type: str
    address:
      description: The private IP address of the server.
      type: str
    protocol_port:
      description: The port on which the server receives requests.
      type: int
    id:
      description: Its ID. In check mode, a placeholder for a member that would be added.
      type: str
    # END generated: member_reference
  sample:
    - {name: web-1, address: 192.168.0.11, protocol_port: 8080, id: 1923923e-fe8a-484f-bdbc-e11559b1f48f}
updated:
  description: The members that were updated, with their names after the task.
  returned: success
  type: list
  elements: dict
  contains:
    # BEGIN generated: member_reference
    name:
      description: Its name; empty if it has none.
      type: str
    address:
      description: The private IP address of the server.
      type: str
    protocol_port:
      description: The port on which the server receives requests.
      type: int
    id:
      description: Its ID. In check mode, a placeholder for a member that would be added.
      type: str
    # END generated: member_reference
removed:
  description: The members that were removed.
  returned: success
  type: list
  elements: dict
  contains:
    # BEGIN generated: member_reference
    name:
      description: Its name; empty if it has none.
      type: str
    address:
      description: The private IP address of the server.
      type: str
    protocol_port:
      description: The port on which the server receives requests.
      type: int
    id:
      description: Its ID. In check mode, a placeholder for a member that would be added.
      type: str
    # END generated: member_reference
failed_members:
  description: >-
    Each member that failed. A failure has no RV(members).
    The facts of the first failure, such as C(status), are in the result itself as well.
  returned: on failure of members
  type: list
  elements: dict
  contains:
    index:
      description: Its index in O(members); V(null) for a member that is not in the list.
      type: int
    entry:
      description: The desired fields of the member; for one that is not in the list, its fields before the task.
      type: dict
    error:
      description: The error message.
      type: str
    # BEGIN generated: failures
    status:
      description: The HTTP status of the response.
      returned: on failure, if the service answered
      type: int
      sample: 403
    error_code:
      description: The error code of the service.
      returned: on failure, if the response has one
      type: str
      sample: ELB.9802
    request_id:
      description: The ID of the request, for the provider's support.
      returned: on failure, if the response has one
      type: str
    missing_action:
      description: The IAM action that the credential lacks.
      returned: on failure, because of a missing permission
      type: str
      sample: elb:pools:create
    ids:
      description: The IDs of the resources that match, where only one may match.
      returned: on failure, because several resources match
      type: list
      elements: str
    reasons:
      description: All that is wrong with the options.
      returned: on failure, if the message does not have all of it
      type: list
      elements: str
    # END generated: failures
pool_id:
  description: The ID of the pool. In check mode, a placeholder for one that would be created.
  returned: if the members of the pool could be read and the list is valid
  type: str
  sample: 36ce7086-a496-4666-9064-5ba0e6840c75
# BEGIN generated: required_actions
required_actions:
  description: The IAM actions that the task needed, sorted. In check mode, those that the real run would need.
  returned: always
  type: list
  elements: str
  sample: ['elb:pools:list']
# END generated: required_actions
# BEGIN generated: failures
status:
  description: The HTTP status of the response.
  returned: on failure, if the service answered
  type: int
  sample: 403
error_code:
  description: The error code of the service.
  returned: on failure, if the response has one
  type: str
  sample: ELB.9802
request_id:
  description: The ID of the request, for the provider's support.
  returned: on failure, if the response has one
  type: str
missing_action:
  description: The IAM action that the credential lacks.
  returned: on failure, because of a missing permission
  type: str
  sample: elb:pools:create
ids:
  description: The IDs of the resources that match, where only one may match.
  returned: on failure, because several resources match
  type: list
  elements: str
reasons:
  description: All that is wrong with the options.
  returned: on failure, if the message does not have all of it
  type: list
  elements: str
# END generated: failures
"""

from ansible_collections.otc.elb.plugins.module_utils._runtime.entry import run
from ansible_collections.otc.elb.plugins.module_utils._tasks.pool_members import TASK


def main() -> None:
    """Run the module."""
    run(TASK)


if __name__ == "__main__":
    main()
