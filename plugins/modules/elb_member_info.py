#!/usr/bin/python
# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options and the documentation of ``elb_member_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_member_info
short_description: List the backend servers (members) of a pool
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Lists the backend servers (members) of a backend server group (pool) of Elastic Load Balance (ELB) v3 on Open Telekom Cloud,
    or gets one of them.
  - C(otc.elb.member_info) is another name of this module.
  - The service applies the filters. With several filters, a member must match all of them; with several values of one filter, any of
    them.
  - All pages of the list are read. If nothing is found, the list is empty. If the pool does not exist, there is a warning as well.
notes:
  # BEGIN generated: iam_notes
  - >-
    IAM actions in any case: to look up O(pool) by its name, C(elb:pools:list); to get a member by a single O(id) and no other filter,
    C(elb:members:get); to list members in any other case, C(elb:members:list).
  - >-
    A task needs only the IAM actions for what it does, and each can be granted for projects and for enterprise projects.
  # END generated: iam_notes
extends_documentation_fragment:
  - otc.elb.connection
  - otc.elb.attributes.info
  - otc.elb.members.pool
options:
  id:
    description:
      - IDs of members. A single ID without other filters gets this member instead of a list. There is a warning for what is no UUID.
    type: list
    elements: str
  name:
    description:
      - Names of members.
    type: list
    elements: str
  weight:
    description:
      - Weights of members.
    type: list
    elements: int
  subnet_cidr_id:
    description:
      - Neutron IDs of the subnets that the members are in.
    type: list
    elements: str
  address:
    description:
      - Addresses of members, spelled as in the service's responses.
    type: list
    elements: str
  protocol_port:
    description:
      - Ports of members.
    type: list
    elements: int
  operating_status:
    description:
      - The members' own status, V(NO_MONITOR) if the pool has no health check.
      - The status for each listener (C(status)) takes precedence over it, and cannot be filtered by. The test P(otc.elb.healthy#test) reads both.
    type: list
    elements: str
    choices: [ONLINE, NO_MONITOR, OFFLINE]
  ip_version:
    description:
      - IP versions of the members' addresses.
    type: list
    elements: str
    choices: [v4, v6]
  member_type:
    description:
      - V(ip) for members by IP only, V(instance) for servers of the VPC.
    type: list
    elements: str
    choices: [ip, instance]
  instance_id:
    description:
      - IDs of the instances that are members.
    type: list
    elements: str
  availability_zone:
    description:
      - Availability zones of members.
    type: list
    elements: str
  enterprise_project_id:
    description:
      - IDs of enterprise projects, or V(all_granted_eps) for all that the user has access to.
      - The API reference calls this filter unsupported; use it only where a list without it lacks what exists.
    type: list
    elements: str
seealso:
  - module: otc.elb.elb_member
  - module: otc.elb.elb_pool_info
  - module: otc.elb.elb_pool_members
"""

EXAMPLES = r"""
- name: All members of a pool
  otc.elb.elb_member_info:
    pool: web

- name: Members that are not healthy by themselves
  otc.elb.elb_member_info:
    pool: web
    operating_status: [OFFLINE]

- name: One member
  otc.elb.elb_member_info:
    pool: web
    id: 1923923e-fe8a-484f-bdbc-e11559b1f48f

- name: Members by name, address, port and weight
  otc.elb.elb_member_info:
    pool: web
    name: [web-1, web-2]
    address: [192.168.0.11, 192.168.0.12]
    protocol_port: 8080
    weight: [1, 10]

- name: A server of the VPC, by its properties
  otc.elb.elb_member_info:
    pool: web
    member_type: instance
    instance_id: 3e7c6b1a-7e5e-4d3c-8f2e-5a9d5d3f0b11
    subnet_cidr_id: c09f620e-3492-4429-ac15-445d5dd9ca74
    ip_version: v4
    availability_zone: eu-de-01
    enterprise_project_id: all_granted_eps
"""

RETURN = r"""
members:
  description: The members, with the API's field names.
  returned: success
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
      operating_status: ONLINE
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
from ansible_collections.otc.elb.plugins.module_utils._tasks.info import MEMBERS


def main() -> None:
    """Run the module."""
    run(MEMBERS)


if __name__ == "__main__":
    main()
