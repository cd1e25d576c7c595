#!/usr/bin/python
# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options and the documentation of ``elb_member``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_member
short_description: Manage a backend server (member) of a pool
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Adds, updates and removes one backend server (member) of a backend server group (pool) of Elastic Load Balance (ELB) v3
    on Open Telekom Cloud.
  - A member is identified by O(address) and O(protocol_port), by O(id), or by O(name) if no other member has that name.
  - An option that is not given is not managed; it is neither sent nor compared. O(weight=0) is a value.
  - With O(state=absent), it is not an error if the pool does not exist.
notes:
  # BEGIN generated: iam_notes
  - >-
    IAM actions in any case: to look up O(pool) by its name, C(elb:pools:list); to look the member up by O(address) and O(protocol_port), or
    by O(name), C(elb:members:list); to look it up by O(id), C(elb:members:get).
  - >-
    IAM actions with O(state=present): to add the member, C(elb:members:create); to update it, C(elb:members:put); to wait with O(wait=true)
    where it was just added or is not healthy, C(elb:members:get).
  - >-
    IAM actions with O(state=absent): to set its weight to 0 with O(drain_seconds), C(elb:members:put); to remove the member,
    C(elb:members:delete).
  - >-
    A task needs only the IAM actions for what it does, and each can be granted for projects and for enterprise projects.
  # END generated: iam_notes
extends_documentation_fragment:
  - otc.elb.connection
  - otc.elb.attributes
  - otc.elb.members
  - otc.elb.members.pool
options:
  address:
    description:
      - The private IP address of the server. Different spellings of an address are equal. Cannot be changed.
      - Without O(subnet_cidr_id) ("IP as a backend"), an IPv4 address, for pools with protocol TCP, HTTP and HTTPS, and the load balancer
        must allow it. With it, the IPv4 or IPv6 address of the server's primary network interface in that subnet.
    type: str
  protocol_port:
    description:
      - The port on which the server receives requests, 1 to 65535. Cannot be changed.
    type: int
    aliases: [port]
  id:
    description:
      - The member's ID, which is not the server's ID. A member cannot be added with a given ID.
    type: str
  name:
    description:
      - The member's name, 0 to 255 characters. The member is looked up by it if neither O(address) nor O(id) is given.
    type: str
  state:
    description:
      - Whether the member should exist.
    type: str
    choices: [present, absent]
    default: present
  weight:
    description:
      - 0 to 100. The higher, the more requests the member gets; with V(0) it gets no new ones. The service's default is 1.
      - Has no effect in a pool with the algorithm SOURCE_IP.
    type: int
  subnet_cidr_id:
    description:
      - The Neutron ID of the IPv4 or IPv6 subnet that the server is in (C(neutron_subnet_id), in the console "IPv4 Subnet ID").
        It is not the ID of the VPC subnet.
      - Cannot be changed.
    type: str
    aliases: [subnet_id, subnet]
  availability_zone:
    description:
      - The availability zone of a member by IP only, so without O(subnet_cidr_id). It can be changed, but not removed.
    type: str
seealso:
  - module: otc.elb.elb_member_info
  - module: otc.elb.elb_pool
  - module: otc.elb.elb_pool_members
"""

EXAMPLES = r"""
- name: Add a server of the load balancer's VPC, and wait until it is healthy
  otc.elb.elb_member:
    pool: web
    name: web-1
    address: 192.168.0.11
    protocol_port: 8080
    subnet_cidr_id: c09f620e-3492-4429-ac15-445d5dd9ca74
    weight: 10
    wait: true
    min_healthy_seconds: 20

- name: Send it no new requests
  otc.elb.elb_member:
    pool: web
    address: 192.168.0.11
    protocol_port: 8080
    weight: 0

- name: Every web server adds itself
  otc.elb.elb_member:
    pool: web
    name: "{{ inventory_hostname }}"
    address: "{{ ansible_host }}"
    port: 8080
  delegate_to: localhost

- name: Remove a member 30 seconds after its weight was set to 0
  otc.elb.elb_member:
    pool: web
    name: web-1
    state: absent
    drain_seconds: 30

- name: Rename a member in any enterprise project, and set its availability zone
  otc.elb.elb_member:
    pool: web
    id: 1923923e-fe8a-484f-bdbc-e11559b1f48f
    name: web-blue-1
    availability_zone: eu-de-01
    enterprise_project_id: all_granted_eps
"""

RETURN = r"""
member:
  description: >-
    The member after the task, with the API's field names; in check mode, as it would be. Empty if there is none. In check mode, the
    C(id) of a member that would be added is a placeholder that begins with V(known after creation:). Other tasks accept it as the ID
    in check mode.
  returned: success, and failure because the time for O(wait) ran out
  type: dict
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
    id: 1923923e-fe8a-484f-bdbc-e11559b1f48f
    name: web-1
    address: 192.168.0.11
    protocol_port: 8080
    subnet_cidr_id: c09f620e-3492-4429-ac15-445d5dd9ca74
    weight: 10
    operating_status: ONLINE
pool_id:
  description: The ID of the pool. In check mode, a placeholder for one that would be created. Empty if there is none.
  returned: success
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
from ansible_collections.otc.elb.plugins.module_utils._tasks.member import TASK


def main() -> None:
    """Run the module."""
    run(TASK)


if __name__ == "__main__":
    main()
