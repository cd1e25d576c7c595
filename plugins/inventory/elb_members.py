# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin ``elb_members``: hosts from the members of pools."""

from __future__ import annotations

DOCUMENTATION = r"""
name: elb_members
short_description: Hosts from the backend servers (members) of pools
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - Makes hosts of the backend servers (members) of backend server groups (pools) of Elastic Load Balance (ELB) v3 on Open Telekom Cloud,
    and a group of each pool.
  - The file of the source ends in C(elb_members.yml) or C(elb_members.yaml).
  - All members with the same address are one host. A server in several pools is one host, in the groups of all of them.
  - Each host has C(ansible_host), its address, and C(elb_members), a list of its members. A member has the fields of the API and those of
    its pool, C(pool_id), C(pool_name), C(pool_protocol), C(pool_lb_algorithm), and C(pool_group), the name of the pool's group.
    C(healthy) is a boolean, the result of the test P(otc.elb.healthy#test).
  - The same fields are variables of their own, such as C(elb_address), C(elb_protocol_port), C(elb_weight), C(elb_healthy),
    C(elb_operating_status), C(elb_name), C(elb_id), C(elb_pool_name). Of a host that is a member more than once, only those that all of
    its members agree on are, so that one pool's weight is never taken for the other's.
  - O(groups) and O(keyed_groups) are evaluated for each member by itself, with all of these variables being that member's. So
    C(elb_pool_name == 'web' and not elb_healthy and elb_weight > 0) is about one member also where a server is in other pools.
    All members of a pool without a health check are healthy. A member with weight 0 gets no requests, and some load balancers do not
    check it, so leave it out.
  - A condition in O(groups) must be a boolean, such as C(elb_weight > 0) or C(elb_name | length > 0). ansible-core 2.19 and newer take
    another value, such as C(elb_weight), for an error, so that no host is in the group, or with O(strict) the source fails. The key of
    O(keyed_groups) may be text, a number, a boolean, a list or a dict.
  - O(compose) is evaluated once for each host.
  - Values from the service are never evaluated as templates.
notes:
  # BEGIN generated: iam_notes
  - >-
    IAM actions: to get a pool by a single O(otc.elb.elb_pool_info#module:id) and no other filter, C(elb:pools:get); to list pools in any
    other case, C(elb:pools:list); to look up O(otc.elb.elb_pool_info#module:loadbalancer) by name, C(elb:loadbalancers:list); to look up
    O(otc.elb.elb_pool_info#module:listener) by name, C(elb:listeners:list); to list the members of pools that have any, with
    O(otc.elb.elb_pool_info#module:include_members=true), C(elb:members:list).
  # END generated: iam_notes
  - Sends one request for the list of pools, or two if O(pools) has both names and IDs, and one for the members of each pool that has any,
    up to 8 at the same time.
  - Values in the source may be templates with lookups and extra variables. Names and conditions in O(compose), O(groups) and
    O(keyed_groups) are templates with the host's variables.
  - With O(cache), the service's responses are kept, but nothing of the credential. Health and weights are then as old as the cache
    (O(cache_timeout)), so that C(elb_healthy) may be out of date. Where hosts are chosen by it, such as to restart what is not healthy, use
    no cache or C(--flush-cache).
extends_documentation_fragment:
  - otc.elb.connection
  - constructed
  - inventory_cache
options:
  plugin:
    description:
      - The name of this plugin, which marks the file as its source.
    type: str
    required: true
    choices: [otc.elb.elb_members]
  pools:
    description:
      - The names or IDs of the pools; by default, all pools that match O(filters).
      - A UUID is used as an ID. There is a warning for each pool that does not exist.
    type: list
    elements: str
    default: []
  filters:
    description:
      - Filters for the pools, with the names and values of the options of M(otc.elb.elb_pool_info), such as C(loadbalancer)
        and C(listener) (names or IDs), C(protocol), C(vpc_id).
      - The API reference calls C(enterprise_project_id) unsupported; use it only where a list without it lacks pools that exist.
    type: dict
    default: {}
  hostnames:
    description:
      - The field of a member that names its host. The first one is used that is the same for all members of the host, differs from that
        of other hosts, and is a valid host name; otherwise the address.
      - The mark that the role P(otc.elb.rolling_update#role) adds to the name of a member that is out of service is not part of the host
        name.
    type: list
    elements: str
    choices: [name, address, instance_id]
    default: [name, address]
  group_prefix:
    description:
      - The prefix of the names of the pools' groups. The pool's name follows, with C(_) in place of characters that a group name cannot
        have. The pool's ID is appended if the name would be that of another pool's group, or of a group of Ansible, such as C(all).
    type: str
    default: elb_pool_
seealso:
  - module: otc.elb.elb_member_info
  - module: otc.elb.elb_pool_info
"""

EXAMPLES = r"""
# production.elb_members.yml: all pools that the credential in the environment has access to. For example:
#   ansible-inventory -i production.elb_members.yml --graph
plugin: otc.elb.elb_members

---
# All members of two pools that should get requests and are not healthy, by pool and altogether. Without a cache, which would have old
# health:
#   ansible web_not_healthy -i web.elb_members.yml -m ansible.builtin.service -a 'name=nginx state=restarted'
plugin: otc.elb.elb_members
pools: [web, api]
strict: true
groups:
  not_healthy: not elb_healthy and elb_weight > 0
  web_not_healthy: elb_pool_name == 'web' and not elb_healthy and elb_weight > 0
keyed_groups:
  # elb_pool_web_healthy, elb_pool_api_not_healthy, ...
  - key: elb_pool_group ~ ('_healthy' if elb_healthy else '_not_healthy')
    separator: ''
  # weight_0, weight_10, ...
  - key: elb_weight
    prefix: weight
compose:
  ansible_user: "'ops'"

---
# The pools of one load balancer, with a credential of its own, cached for ten minutes.
plugin: otc.elb.elb_members
region_name: eu-de
project_id: 0123456789abcdef0123456789abcdef
access_key: "{{ lookup('ansible.builtin.env', 'TEAM_ACCESS_KEY') }}"
secret_key: "{{ lookup('ansible.builtin.env', 'TEAM_SECRET_KEY') }}"
filters:
  loadbalancer: production
hostnames: [address]
group_prefix: ''
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible-elb
cache_timeout: 600
"""

import contextlib
import os
import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.otc.elb.plugins.module_utils._runtime.printable import printable
from ansible_collections.otc.elb.plugins.plugin_utils._inventory.hosts import Host, are_pools, as_group_name, as_text, found_in, of_member
from ansible_collections.otc.elb.plugins.plugin_utils._inventory.source import OPTIONS, Source, SourceError

_SUFFIXES = ("elb_members.yml", "elb_members.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc, unused-ignore]  # has no types
    """Reads pools, or takes them from the cache, and fills the inventory."""

    NAME = "otc.elb.elb_members"

    #: Whether what is composed is the key of a group.
    _composes_key = False

    def verify_file(self, path: str) -> bool:
        """Whether a file is meant for this plugin.

        :raises AnsibleParserError: for another name. Ansible shows it only where the file names this plugin.
        """
        if not path.endswith(_SUFFIXES):
            raise AnsibleParserError(f"{self.NAME}: The file's name must end in {' or '.join(_SUFFIXES)}. Rename it.")
        return bool(super().verify_file(path))

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """Resolve templates and check values first: Ansible would take a template for a wrong value, or for no."""
        self._source = Source(direct or {}, set(self.option_definitions) - set(OPTIONS), self._resolve)
        super().set_options(task_keys=task_keys, var_options=var_options, direct={**(direct or {}), **self._source.params})

    def _resolve(self, value: t.Any) -> t.Any:
        self.templar.available_variables = self._vars
        return self.templar.template(value)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Fill the inventory.

        :raises AnsibleParserError: says why it cannot be.
        """
        super().parse(inventory, loader, path, cache)
        try:
            self._read_config_data(path)
            pools = self._pools(path, cache)
        except SourceError as error:
            reason = printable(str(error), str)  # masked already, and there may be no source yet
        else:
            self._fill(pools)
            return
        # Outside of the handler: with the cause, Ansible would show the lines of the file, which may hold secrets.
        raise AnsibleParserError(f"{self.NAME}: {reason}")

    def _pools(self, path: str, cache: bool) -> list[dict[str, t.Any]]:
        """The pools with their members, from the cache or the service."""
        kept = self.get_option("cache")
        key = f"{self.get_cache_key(path)}_{self._source.digest(os.environ)}"
        if kept and cache:
            with contextlib.suppress(KeyError):
                cached = self._cache[key]
                if are_pools(cached):
                    return list(cached)
        pools = self._source.pools()
        if kept:
            self._cache[key] = pools
        return pools

    def _fill(self, pools: list[dict[str, t.Any]]) -> None:
        """Fill the inventory with what the service returned."""
        params = self._source.params
        found = found_in(pools, params["hostnames"], params["group_prefix"])
        for warning in dict.fromkeys([*self._source.warnings, *self._source.missing(pools), *found.warnings]):
            self.display.warning(f"{self.NAME}: {printable(warning, self._source.masked)}")
        for group in found.groups:
            self.inventory.add_group(group)
        for host in found.hosts:
            self._add(host)

    def _compose(self, *arguments: t.Any, **keywords: t.Any) -> t.Any:
        value = as_text(super()._compose(*arguments, **keywords))
        return as_group_name(value) if self._composes_key else value

    def _add_host_to_keyed_groups(self, *arguments: t.Any, **keywords: t.Any) -> None:
        self._composes_key = True
        try:
            super()._add_host_to_keyed_groups(*arguments, **keywords)
        finally:
            self._composes_key = False

    def _add(self, host: Host) -> None:
        strict = self.get_option("strict")
        name = self.inventory.add_host(host.name)
        variables = as_text(host.variables)
        for variable, value in variables.items():
            self.inventory.set_variable(name, variable, value)
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        for member in host.members:
            self.inventory.add_child(member["pool_group"], name)
            # What is composed is known to conditions, but a member's own fields are its own.
            variables = {**self.inventory.get_host(name).get_vars(), **as_text(of_member(member))}
            self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict, fetch_hostvars=False)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict, fetch_hostvars=False)
