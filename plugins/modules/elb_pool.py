#!/usr/bin/python
# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options and the documentation of ``elb_pool``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_pool
short_description: Manage a backend server group (pool) of a load balancer
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Creates, updates and removes one backend server group (pool) of Elastic Load Balance (ELB) v3 on Open Telekom Cloud.
  - An option that is not given is not managed; it is neither sent nor compared. An empty string, V(0) and V(false) are values.
  - A second run changes nothing. An update sends only the fields that differ.
  - Names of pools are not unique in the API, so that two tasks which create the same pool at the same time create two. In a play over hosts,
    run the task once, with C(run_once) and C(delegate_to). See the examples.
  - The pool's health check and the listener whose requests go to it by default are managed with it, see O(health_check) and O(listener).
notes:
  # BEGIN generated: iam_notes
  - >-
    IAM actions in any case: to look the pool up by O(name), C(elb:pools:list); to look it up by O(id), C(elb:pools:get); to look up
    O(loadbalancer) by its name, C(elb:loadbalancers:list).
  - >-
    IAM actions with O(state=present): to create the pool, C(elb:pools:create); to update it, C(elb:pools:put).
  - >-
    IAM actions with O(listener): to look at the listener, unless it is given by its ID and the pool has it already, C(elb:listeners:list); to
    attach it to a pool that exists, or to switch it, C(elb:listeners:put).
  - >-
    IAM actions with O(health_check): to look at the health check of a pool that has one, C(elb:healthmonitors:get); to create it,
    C(elb:healthmonitors:create); to update it, C(elb:healthmonitors:put); to remove it with O(health_check.enable=false),
    C(elb:healthmonitor:delete).
  - >-
    IAM actions with O(state=absent): to list the pool's members with O(force=true), where it has any, C(elb:members:list); to look for
    forwarding policies that use it, C(elb:l7policies:list); to remove the members, C(elb:members:delete); to remove the pool,
    C(elb:pools:delete); to remove the pool's health check, where it has one, C(elb:healthmonitor:delete).
  - >-
    A task needs only the IAM actions for what it does, and each can be granted for projects and for enterprise projects.
  # END generated: iam_notes
extends_documentation_fragment:
  - otc.elb.connection
  - otc.elb.attributes
options:
  name:
    description:
      - The pool's name, 0 to 255 characters. Without O(id) it is what the pool is looked up by, and must not be empty.
      - With O(loadbalancer) or O(listener), a pool of the name on another load balancer is another pool. Where one is created beside it,
        a warning names it.
      - Names are not unique. Where several pools have the name, O(loadbalancer) or O(listener) select one;
        otherwise the task fails with their IDs, and O(id) is needed.
      - With O(id), the pool's new name.
    type: str
  id:
    description:
      - The pool's ID, to look it up by its ID rather than its name. A pool cannot be created with a given ID.
    type: str
  state:
    description:
      - Whether the pool should be there.
      - V(absent) removes the pool's health check with it. Members are removed only with O(force=true).
      - The service does not remove a pool that forwarding policies use. With O(force=true) they are looked for before the first member is
        removed, and the task fails with their names.
      - A pool that has members and O(member_deletion_protection_enable=true) is refused before anything is changed. Whether an empty one
        can be removed is left to the service.
    type: str
    choices: [present, absent]
    default: present
  protocol:
    description:
      - The protocol by which the pool's members receive requests. Required to create a pool. Cannot be changed afterwards.
      - The protocol of the listener limits that of the pool. A UDP listener takes V(UDP) and V(QUIC), a TCP listener V(TCP),
        an HTTP listener V(HTTP), an HTTPS listener V(HTTP) and V(HTTPS), a TERMINATED_HTTPS listener V(HTTP).
    type: str
    choices: [TCP, UDP, HTTP, HTTPS, QUIC]
  lb_algorithm:
    description:
      - How requests are distributed. Required to create a pool.
      - With V(SOURCE_IP) the weights of members have no effect. V(QUIC_CID) is for O(protocol=QUIC) only.
    type: str
    choices: [ROUND_ROBIN, LEAST_CONNECTIONS, SOURCE_IP, QUIC_CID]
  loadbalancer:
    description:
      - The name or ID of the load balancer that the pool belongs to. It also narrows the lookup by O(name).
      - A UUID is used as the ID, without a lookup.
      - To create a pool, at least one of O(loadbalancer), O(listener) and O(type) is required. Cannot be changed afterwards.
    type: str
    aliases: [loadbalancer_id]
  listener:
    description:
      - The listener whose requests go to the pool by default, by its name or ID. A listener without a default pool gets this one, also
        where the pool exists already. Where it has another default pool, O(switch_listener) is needed.
      - Other listeners of the pool are left alone.
      - It also narrows the lookup by O(name), where several pools have the name, to those of the listener, or of its load balancer.
    type: str
    aliases: [listener_id]
  switch_listener:
    description:
      - Whether O(listener) is taken over from another default pool, in one request. Without it, the task fails with the ID of that pool.
      - The other pool keeps its members and its health check, so that switching back is one request as well.
    type: bool
    default: false
  health_check:
    description:
      - The pool's health check. If it is not given, it is neither managed nor looked at; it costs one request more.
      - An empty dict creates a health check with the console's defaults, C(delay=5), C(timeout=3) and C(max_retries=3), and the type that
        fits O(protocol). A sub-option that is left out keeps its value.
      - It takes C(timeout * n + delay * (n - 1)) seconds at most until a member is ONLINE, where C(n) is C(max_retries), or OFFLINE, where it is
        C(max_retries_down).
      - Security groups must let the checks in, see "Constraints" of the user guide.
    type: dict
    suboptions:
      enable:
        description:
          - V(false) removes the health check.
        type: bool
        default: true
      type:
        description:
          - How members are checked. Pools with protocol UDP and QUIC take V(UDP_CONNECT), others V(TCP), V(HTTP) and V(HTTPS).
          - A new health check of a TCP, HTTP or HTTPS pool has the type of that name, if it is not given.
        type: str
        choices: [TCP, UDP_CONNECT, HTTP, HTTPS]
      delay:
        description:
          - Seconds between two checks, 1 to 50.
        type: int
      timeout:
        description:
          - Seconds that a check waits for a response, 1 to 50. The service recommends less than O(health_check.delay).
        type: int
      max_retries:
        description:
          - How many successful checks in a row make a member ONLINE, 1 to 10.
        type: int
      max_retries_down:
        description:
          - How many failed checks in a row make a member OFFLINE, 1 to 10. The service takes 3 if it is not given for a new one.
        type: int
      monitor_port:
        description:
          - The port to check, 1 to 65535. V(0) checks the port of each member, which is the service's default.
        type: int
        aliases: [port]
      domain_name:
        description:
          - The host name in requests of the check, 1 to 100 letters, digits, C(-) and C(.). For V(HTTP) and V(HTTPS) only.
          - An empty string sets the service's default, the load balancer's address.
        type: str
      url_path:
        description:
          - The path in requests of the check, 1 to 80 characters that begin with C(/). For V(HTTP) and V(HTTPS) only.
        type: str
      expected_codes:
        description:
          - >-
            The HTTP status codes of a healthy member; one, a list or a range, such as V(200), V(200,202) and V(200-204). For V(HTTP) and
            V(HTTPS) only.
        type: str
      admin_state_up:
        description:
          - V(false) keeps the health check, but does not check any member.
        type: bool
      name:
        description:
          - The health check's name, 0 to 255 characters.
        type: str
  description:
    description:
      - A description, 0 to 255 characters. An empty string removes it.
    type: str
  session_persistence:
    description:
      - Sticky sessions. A sub-option that is not given keeps its value.
      - Required to create a pool with O(protocol=QUIC).
    type: dict
    suboptions:
      enable:
        description:
          - V(false) turns stickiness off.
        type: bool
        default: true
      type:
        description:
          - What a client is recognised by. Required to turn stickiness on.
          - Pools with protocol TCP, UDP and QUIC take V(SOURCE_IP). HTTP and HTTPS pools take V(HTTP_COOKIE) on a dedicated load balancer;
            V(APP_COOKIE) is for shared ones.
        type: str
        choices: [SOURCE_IP, HTTP_COOKIE, APP_COOKIE]
      cookie_name:
        description:
          - The cookie's name. Letters, digits, C(-), C(_) and C(.) are allowed. Only with V(APP_COOKIE).
        type: str
      persistence_timeout:
        description:
          - Minutes, 1 to 60 for TCP, UDP and QUIC (the service's default is 1), 1 to 1440 for HTTP and HTTPS (default 1440).
          - Has no effect with V(APP_COOKIE).
        type: int
  slow_start:
    description:
      - Warm new members up. For O(protocol=HTTP) and O(protocol=HTTPS) only. A sub-option that is not given keeps its value.
    type: dict
    suboptions:
      enable:
        description:
          - Whether slow start is on. The service's default is V(false).
        type: bool
      duration:
        description:
          - Seconds, 30 to 1200. The service's default is 30.
        type: int
  member_deletion_protection_enable:
    description:
      - Whether members are protected from being removed. While it is on, neither the members nor a pool with members can be removed.
    type: bool
    aliases: [member_deletion_protection]
  vpc_id:
    description:
      - The ID of the VPC that the pool works in. Required with O(type=instance), and allowed only with it.
      - Can be set while it is blank. Cannot be changed afterwards.
    type: str
  type:
    description:
      - Which members the pool takes, V(instance) for members of the VPC and by IP, V(ip) for members by IP only, empty for any.
      - Can be set while it is blank. Cannot be changed afterwards.
    type: str
    choices: [instance, ip, '']
  protection_status:
    description:
      - V(consoleProtection) protects the pool from changes made in the console.
    type: str
    choices: [nonProtection, consoleProtection]
  protection_reason:
    description:
      - Why the pool is protected, 0 to 255 characters without C(<) and C(>). Only with O(protection_status=consoleProtection).
      - V(nonProtection) clears it.
    type: str
  enterprise_project_id:
    description:
      - The ID of the enterprise project that names are looked up in, or V(all_granted_eps) for all that the user has access to.
      - The API reference calls this parameter unsupported; use it only where a lookup without it does not find what exists.
      - Not used to find what is given by its ID. There is no warning of that, because it may be a default for the action group.
    type: str
  force:
    description:
      - With O(state=absent), whether the pool's members are removed first. Without it, a pool that has members is not removed.
      - It costs requests to list the members and the forwarding policies. What else prevents the removal is described at O(state).
    type: bool
    default: false
seealso:
  - module: otc.elb.elb_pool_info
  - module: otc.elb.elb_member
  - module: otc.elb.elb_pool_members
"""

EXAMPLES = r"""
- name: A pool behind the listener of a load balancer
  otc.elb.elb_pool:
    name: web
    loadbalancer: production
    listener: production-http
    protocol: HTTP
    lb_algorithm: ROUND_ROBIN
    session_persistence:
      type: HTTP_COOKIE
      persistence_timeout: 60
    slow_start:
      enable: true
      duration: 60
    health_check:
      type: HTTP
      url_path: /healthz

- name: In a play over the servers, one task for all of them
  otc.elb.elb_pool:
    name: web
    loadbalancer: production
    protocol: HTTP
    lb_algorithm: ROUND_ROBIN
  delegate_to: localhost
  run_once: true

- name: Check more often, on another port; a member is OFFLINE after two failed checks, at most 6 seconds
  otc.elb.elb_pool:
    name: web
    health_check:
      name: web
      delay: 2
      timeout: 2
      max_retries: 2
      max_retries_down: 2
      monitor_port: 8081
      domain_name: web.example.com
      expected_codes: 200,202

- name: Pause the health check, and check the port of each member again
  otc.elb.elb_pool:
    name: web
    health_check:
      admin_state_up: false
      monitor_port: 0

- name: Remove the health check
  otc.elb.elb_pool:
    name: web
    health_check:
      enable: false

- name: Blue/green by pools; all requests of the listener go to the other pool from now on
  otc.elb.elb_pool:
    name: web-green
    listener: production-http
    switch_listener: true

- name: Turn stickiness off and remove the description, without changing anything else
  otc.elb.elb_pool:
    name: web
    session_persistence:
      enable: false
    description: ''

- name: A pool for servers outside the VPC, by IP only
  otc.elb.elb_pool:
    name: on-premises
    type: ip
    protocol: TCP
    lb_algorithm: LEAST_CONNECTIONS

- name: Rename a pool
  otc.elb.elb_pool:
    id: 36ce7086-a496-4666-9064-5ba0e6840c75
    name: web-blue

- name: Remove a pool with all of its members and its health check; the task fails before that if a forwarding policy uses it
  otc.elb.elb_pool:
    name: web
    state: absent
    force: true

- name: A pool for servers of one VPC, protected from accidental changes
  otc.elb.elb_pool:
    name: payments
    loadbalancer: production
    type: instance
    vpc_id: 5bb1a0a9-6d1f-4d8e-9a3c-2c4b4f6f7a10
    protocol: HTTPS
    lb_algorithm: ROUND_ROBIN
    member_deletion_protection_enable: true
    protection_status: consoleProtection
    protection_reason: Managed by Ansible
    enterprise_project_id: 0c2e6b1d-1f5a-4b0e-9d57-3f1f0a9f8e21

- name: Sticky sessions by the application's own cookie, on a shared load balancer
  otc.elb.elb_pool:
    name: shop
    session_persistence:
      type: APP_COOKIE
      cookie_name: SHOPSESSION
"""

RETURN = r"""
pool:
  description: >-
    The pool after the task, with the API's field names; in check mode, as it would be. Empty if there is none. In check mode, the
    C(id) of a pool that would be created is a placeholder that begins with V(known after creation:). Other tasks accept it as the ID
    in check mode.
  returned: success
  type: dict
  contains:
    # BEGIN generated: pool
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
      description: The pool's members.
      type: list
      elements: dict
      contains:
        id:
          description: The member's ID.
          type: str
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
    # END generated: pool
  sample:
    id: 36ce7086-a496-4666-9064-5ba0e6840c75
    name: web
    protocol: HTTP
    lb_algorithm: ROUND_ROBIN
    loadbalancers: [{id: 098b2f68-af1c-41a9-8efd-69958722af62}]
    listeners: []
    members: []
    session_persistence: {type: HTTP_COOKIE, persistence_timeout: 60, cookie_name: ''}
health_check:
  description: The pool's health check as it is after the task, in check mode as far as it is known; V(null) if it has none.
  returned: success, with O(health_check)
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
  sample: {id: 434bd4f8-4a5c-4a3e-8f1d-1a0b6a1f9c54, type: HTTP, delay: 5, timeout: 3, max_retries: 3, url_path: /healthz}
pool_id:
  description: The ID of the pool, also after its removal. In check mode, a placeholder for one that would be created. Empty if there is none.
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
from ansible_collections.otc.elb.plugins.module_utils._tasks.pool import TASK


def main() -> None:
    """Run the module."""
    run(TASK)


if __name__ == "__main__":
    main()
