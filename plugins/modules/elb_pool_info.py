#!/usr/bin/python
# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options and the documentation of ``elb_pool_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_pool_info
short_description: List backend server groups (pools)
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Lists the backend server groups (pools) of Elastic Load Balance (ELB) v3 on Open Telekom Cloud, or gets one of them.
  - C(otc.elb.pool_info) is another name of this module.
  - The service applies the filters. With several filters, a pool must match all of them; with several values of one filter, any of them.
  - All pages of the list are read. If nothing is found, the list is empty, which is no error.
notes:
  # BEGIN generated: iam_notes
  - >-
    IAM actions in any case: to get a pool by a single O(id) and no other filter, C(elb:pools:get); to list pools in any other case,
    C(elb:pools:list); to look up O(loadbalancer) by name, C(elb:loadbalancers:list); to look up O(listener) by name, C(elb:listeners:list);
    to list the members of pools that have any, with O(include_members=true), C(elb:members:list); to list the health checks of pools that
    have any, with O(include_health_check=true), C(elb:healthmonitors:list).
  - >-
    A task needs only the IAM actions for what it does, and each can be granted for projects and for enterprise projects.
  # END generated: iam_notes
extends_documentation_fragment:
  - otc.elb.connection
  - otc.elb.attributes.info
options:
  id:
    description:
      - IDs of pools. A single ID without other filters gets this pool instead of a list. There is a warning for what is no UUID.
    type: list
    elements: str
  name:
    description:
      - Names of pools.
    type: list
    elements: str
  description:
    description:
      - Descriptions of pools.
    type: list
    elements: str
  loadbalancer:
    description:
      - Names or IDs of the load balancers that the pools belong to. A UUID is used as an ID; a name means all load balancers of that name.
      - There is a warning for each name that no load balancer has. If all of them are such names, the list of pools is empty.
    type: list
    elements: str
    aliases: [loadbalancer_id]
  listener:
    description:
      - Names or IDs of the listeners that the pools serve, by forwarding policies as well.
      - As with O(loadbalancer), there is a warning for each name that no listener has.
    type: list
    elements: str
    aliases: [listener_id]
  protocol:
    description:
      - Protocols of pools.
    type: list
    elements: str
    choices: [TCP, UDP, HTTP, HTTPS, QUIC]
  lb_algorithm:
    description:
      - Algorithms of pools.
    type: list
    elements: str
    choices: [ROUND_ROBIN, LEAST_CONNECTIONS, SOURCE_IP, QUIC_CID]
  healthmonitor_id:
    description:
      - IDs of the pools' health checks.
    type: list
    elements: str
  ip_version:
    description:
      - IP versions that the pools' members can have.
    type: list
    elements: str
    choices: [dualstack, v4]
  member_address:
    description:
      - Addresses of members of the pools.
    type: list
    elements: str
  member_device_id:
    description:
      - IDs of the cloud servers that are members of the pools.
    type: list
    elements: str
  member_instance_id:
    description:
      - IDs of the instances that are members of the pools.
    type: list
    elements: str
  vpc_id:
    description:
      - IDs of the VPCs that the pools work in.
    type: list
    elements: str
  type:
    description:
      - Types of pools.
    type: list
    elements: str
    choices: [instance, ip, '']
  protection_status:
    description:
      - How pools are protected from changes made in the console.
    type: list
    elements: str
    choices: [nonProtection, consoleProtection]
  enterprise_project_id:
    description:
      - IDs of enterprise projects, or V(all_granted_eps) for all that the user has access to.
      - The API reference calls this filter unsupported; use it only where a list without it lacks what exists.
    type: list
    elements: str
  member_deletion_protection_enable:
    description:
      - Whether the pools' members are protected from being removed.
    type: bool
  include_members:
    description:
      - >-
        Whether C(members) of each pool have all fields rather than only the ID. Costs a request for each pool that has members, up to 8 at
        the same time.
    type: bool
    default: false
  include_health_check:
    description:
      - Whether each pool has its C(health_check). Costs a request for each 50 pools that have one.
    type: bool
    default: false
seealso:
  - module: otc.elb.elb_pool
  - module: otc.elb.elb_member_info
  - module: otc.elb.elb_pool_members
"""

EXAMPLES = r"""
- name: All pools of the project
  otc.elb.elb_pool_info:

- name: The HTTP pools of one load balancer, with their members
  otc.elb.elb_pool_info:
    loadbalancer: production
    protocol: HTTP
    include_members: true
    include_health_check: true

- name: Pools that a server is in
  otc.elb.elb_pool_info:
    member_address: 192.168.0.11

- name: One pool
  otc.elb.elb_pool_info:
    id: 36ce7086-a496-4666-9064-5ba0e6840c75

- name: Pools by their properties
  otc.elb.elb_pool_info:
    name: [web, api]
    description: Made by Ansible
    lb_algorithm: [ROUND_ROBIN, LEAST_CONNECTIONS]
    type: instance
    vpc_id: 5bb1a0a9-6d1f-4d8e-9a3c-2c4b4f6f7a10
    ip_version: dualstack
    enterprise_project_id: all_granted_eps

- name: Pools by their listener and their health check
  otc.elb.elb_pool_info:
    listener: production-http
    healthmonitor_id: 434bd4f8-4a5c-4a3e-8f1d-1a0b6a1f9c54

- name: Protected pools that a cloud server is in
  otc.elb.elb_pool_info:
    member_device_id: 3e7c6b1a-7e5e-4d3c-8f2e-5a9d5d3f0b11
    protection_status: consoleProtection
    member_deletion_protection_enable: true

- name: Pools that an instance is in
  otc.elb.elb_pool_info:
    member_instance_id: 3e7c6b1a-7e5e-4d3c-8f2e-5a9d5d3f0b11
"""

RETURN = r"""
pools:
  description: The pools, with the API's field names.
  returned: success
  type: list
  elements: dict
  contains:
    # BEGIN generated: pool_with_members
    id:
      description: The pool's ID.
      type: str
    name:
      description: The pool's name.
      type: str
    description:
      description: The pool's description.
      type: str
    project_id:
      description: The ID of the project that the pool belongs to.
      type: str
    protocol:
      description: The protocol by which members receive requests, V(TCP), V(UDP), V(HTTP), V(HTTPS) or V(QUIC).
      type: str
    lb_algorithm:
      description: How requests are distributed, V(ROUND_ROBIN), V(LEAST_CONNECTIONS), V(SOURCE_IP) or V(QUIC_CID).
      type: str
    loadbalancers:
      description: The load balancers that the pool belongs to.
      type: list
      elements: dict
      contains:
        id:
          description: The load balancer's ID.
          type: str
    listeners:
      description: The listeners that the pool serves.
      type: list
      elements: dict
      contains:
        id:
          description: The listener's ID.
          type: str
    members:
      description: The pool's members; only their IDs without O(include_members=true).
      type: list
      elements: dict
      contains:
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
    healthmonitor_id:
      description: The ID of the pool's health check; empty or V(null) if it has none.
      type: str
    session_persistence:
      description: Sticky sessions; V(null) if they are off.
      type: dict
      contains:
        type:
          description: What a client is recognised by, V(SOURCE_IP), V(HTTP_COOKIE) or V(APP_COOKIE).
          type: str
        cookie_name:
          description: The cookie's name. Has a meaning only with V(APP_COOKIE).
          type: str
        persistence_timeout:
          description: How long sessions are kept, in minutes. Has no effect with V(APP_COOKIE).
          type: int
    slow_start:
      description: How new members are warmed up; may be V(null) where it is off.
      type: dict
      contains:
        enable:
          description: Whether slow start is on.
          type: bool
        duration:
          description: How long a new member is warmed up, in seconds.
          type: int
    member_deletion_protection_enable:
      description: Whether members are protected from being removed.
      type: bool
    vpc_id:
      description: The ID of the VPC that the pool works in; empty if it is not set.
      type: str
    type:
      description: >-
        Which members the pool takes, V(instance) for members of the VPC and by IP, V(ip) for members by IP only; empty for any.
      type: str
    protection_status:
      description: Whether the pool is protected from changes made in the console, V(nonProtection) or V(consoleProtection).
      type: str
    protection_reason:
      description: Why the pool is protected.
      type: str
    ip_version:
      description: The IP versions that members can have, V(dualstack) or V(v4).
      type: str
    admin_state_up:
      description: The administrative state. Always V(true); the service does not support any other.
      type: bool
    az_affinity:
      description: How requests are kept in an availability zone. Not supported by the service.
      returned: if the service includes it
      type: dict
    created_at:
      description: When the pool was created, in UTC.
      returned: if the service includes it, which it does not on shared load balancers and for older pools
      type: str
      sample: '2026-03-30T08:11:24Z'
    updated_at:
      description: When the pool was last updated, in UTC.
      returned: if the service includes it, which it does not on shared load balancers and for older pools
      type: str
      sample: '2026-03-30T08:11:24Z'
    # END generated: pool_with_members
    health_check:
      description: The pool's health check; V(null) if it has none.
      returned: with O(include_health_check=true)
      type: dict
      contains:
        # BEGIN generated: health_check
        id:
          description: The health check's ID.
          type: str
        name:
          description: The health check's name.
          type: str
        project_id:
          description: The ID of the project that the health check belongs to.
          type: str
        pools:
          description: The pool that the health check is for.
          type: list
          elements: dict
          contains:
            id:
              description: The pool's ID.
              type: str
        type:
          description: How members are checked, V(TCP), V(UDP_CONNECT), V(HTTP) or V(HTTPS).
          type: str
        delay:
          description: Seconds between two checks.
          type: int
        timeout:
          description: Seconds that a check waits for a response.
          type: int
        max_retries:
          description: How many successful checks in a row make a member ONLINE.
          type: int
        max_retries_down:
          description: How many failed checks in a row make a member OFFLINE.
          type: int
        monitor_port:
          description: The port that is checked; V(null) for the port of each member.
          type: int
        domain_name:
          description: The host name in requests of the check; V(null) for the load balancer's address.
          type: str
        url_path:
          description: The path in requests of the check. Has a meaning only with the types HTTP and HTTPS.
          type: str
        expected_codes:
          description: The HTTP status codes of a healthy member; may be V(null) with other types than HTTP and HTTPS.
          type: str
        http_method:
          description: The HTTP method of requests of the check; may be V(null) with other types than HTTP and HTTPS.
          type: str
        http_version:
          description: The HTTP version of requests of the check.
          type: str
        content_check_enable:
          description: Whether the content of responses is checked.
          type: bool
        send_content:
          description: What a check sends.
          type: str
        receive_content:
          description: What a check expects to receive.
          type: str
        content_format:
          description: The format of what a check sends and receives.
          type: str
        admin_state_up:
          description: Whether members are checked.
          type: bool
        created_at:
          description: When the health check was created, in UTC.
          returned: if the service includes it, which it does not on shared load balancers and for older health checks
          type: str
          sample: '2026-03-30T08:11:24Z'
        updated_at:
          description: When the health check was last updated, in UTC.
          returned: if the service includes it, which it does not on shared load balancers and for older health checks
          type: str
          sample: '2026-03-30T08:11:24Z'
        # END generated: health_check
  sample:
    - id: 36ce7086-a496-4666-9064-5ba0e6840c75
      name: web
      protocol: HTTP
      lb_algorithm: ROUND_ROBIN
      members: [{id: 1923923e-fe8a-484f-bdbc-e11559b1f48f}]
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
from ansible_collections.otc.elb.plugins.module_utils._tasks.info import POOLS


def main() -> None:
    """Run the module."""
    run(POOLS)


if __name__ == "__main__":
    main()
