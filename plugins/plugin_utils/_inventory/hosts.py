# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From pools with their members to hosts and groups. No requests; names and addresses are those that tenants gave."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Sequence

from ansible import template
from ansible.inventory.group import to_safe_group_name
from ansible.utils.unsafe_proxy import AnsibleUnsafe, wrap_var

from ansible_collections.otc.elb.plugins.module_utils._errors import Json
from ansible_collections.otc.elb.plugins.module_utils._resource.address import comparable_address, parse_address
from ansible_collections.otc.elb.plugins.module_utils._resource.member import is_healthy

#: A name that works in patterns such as those of --limit, and cannot be taken for an option.
_USABLE = re.compile(r"\w[\w.-]*")
#: Names that mean something else to Ansible.
_TAKEN = ("all", "ungrouped", "localhost")
#: What of a pool is known to each of its members.
_OF_POOL = ("id", "name", "protocol", "lb_algorithm")
#: What the role rolling_update adds to a member's name; its own copy is in vars/main.yml, and a test holds them together.
DRAINED = re.compile(r"(?: |^)\[drained: weight (\d{1,3})\]$")


class Host(t.NamedTuple):
    """A server, which may be in several pools, and in one of them several times."""

    name: str
    address: str
    #: Each of its members with the fields of the API, and with its pool's.
    members: list[Json]

    @property
    def variables(self) -> Json:
        """Its variables. What is not the same for all of its members is in the list only."""
        first, *others = self.members
        same = {name: value for name, value in first.items() if all(name in other and other[name] == value for other in others)}
        return {"ansible_host": self.address, "elb_members": self.members, **of_member(same)}


def of_member(member: Json) -> Json:
    """A member's fields, as variables are called."""
    return {f"elb_{name}": value for name, value in member.items()}


def as_text(value: t.Any) -> t.Any:
    """A value that is never taken for a template, whatever it looks like.

    Only what may look like one is marked: in an export each mark is a dict, which AWX cannot read. What cannot be a template loses the
    mark that Ansible gave it. Keys cannot be marked, so those that look like a template are dropped.
    """
    if isinstance(value, dict):
        return {name: as_text(each) for name, each in value.items() if not _is_suspicious(name)}
    if isinstance(value, list):
        return [as_text(each) for each in value]
    return wrap_var(value) if _is_suspicious(value) else trusted(value)


def _is_suspicious(value: t.Any) -> bool:
    # A header such as "#jinja2: variable_start_string: '[['" may redefine what begins a template.
    return isinstance(value, str) and (value.startswith("#jinja2:") or "{" in value or "}" in value)


def trusted(value: t.Any) -> t.Any:
    """A value that may be a template: without the mark that ansible-core before 2.19 gives to what a template returns, and with the one
    that newer ones want."""
    if not isinstance(value, str):
        return value
    if hasattr(template, "trust_as_template"):
        return template.trust_as_template(value)
    return value._strip_unsafe() if isinstance(value, AnsibleUnsafe) else value


def as_group_name(key: t.Any) -> t.Any:
    """The key of a group as text where it is a number or a boolean, which Ansible refuses with the whole source."""
    return str(key) if isinstance(key, (int, float)) else key


class Found(t.NamedTuple):
    """The groups and hosts of the pools."""

    groups: list[str]
    hosts: list[Host]
    #: What a user would not expect of names.
    warnings: list[str]


def found_in(pools: Iterable[Json], preferences: Sequence[str], prefix: str) -> Found:
    """Make groups of pools, and hosts of their members.

    A host is what has one address. It may be a member of several pools.

    :param preferences: the members' fields that name a host, in the order of preference; in the end its address does.
    :param prefix: begins the groups' names.
    """
    known = sorted(map(_identified, pools), key=lambda pool: (str(pool.get("name") or ""), str(pool["id"])))
    groups, warnings = _group_names(known, prefix)
    servers: dict[t.Any, list[Json]] = {}
    for pool, group in zip(known, groups):
        facts = {f"pool_{name}": pool.get(name) for name in _OF_POOL}
        usable = [member for member in pool["members"] if _is_server(member)]
        if len(usable) < len(pool["members"]):
            left_out = ", ".join(str(member.get("id")) for member in pool["members"] if not _is_server(member))
            warnings.append(
                f"Left out of {group}, because the response has no port or no IP address of another server for them: {left_out}."
            )
        for member in sorted(usable, key=lambda member: (member["address"], member["protocol_port"])):
            address = member["address"]
            facts_of_member = {**member, **facts, "pool_group": group, "healthy": is_healthy(member)}
            servers.setdefault(comparable_address(address), []).append(facts_of_member)
    listed = list(servers.values())
    hosts = [Host(name, members[0]["address"], members) for members, name in zip(listed, _host_names(listed, preferences))]
    other = [host for host in hosts if preferences and _values(host.members, preferences[0]) - {"", host.name}]
    if other:
        shown = "; ".join(f"{host.name} ({', '.join(map(repr, sorted(_values(host.members, preferences[0]))))})" for host in other)
        warnings.append(
            f"Not called by their {preferences[0]}, because it is not the same in all of their pools, not theirs alone, "
            f"or cannot be a host's name: {shown}."
        )
    return Found(groups, hosts, warnings)


def _group_names(pools: Sequence[Json], prefix: str) -> tuple[list[str], list[str]]:
    """The name of each pool's group, and what to warn of. Names of pools are not unique, those of groups are."""
    names = [_safe(prefix + str(pool.get("name") or pool["id"])) for pool in pools]
    count = Counter(names)
    why = {
        name: "Several pools would" if number > 1 else "A pool would, as one of Ansible's own,"
        for name, number in count.items()
        if number > 1 or name in _TAKEN
    }
    groups = [_safe(f"{name}_{pool['id']}") if name in why else name for name, pool in zip(names, pools)]
    return groups, [f"{who} be the group {name}; so each has its ID in its group's name." for name, who in why.items()]


def _identified(value: t.Any) -> t.Any:
    """A value of a response without the keys that cannot be names of variables: none of the API's is such a key."""
    if isinstance(value, dict):
        return {name: _identified(each) for name, each in value.items() if name.isidentifier()}
    return [_identified(each) for each in value] if isinstance(value, list) else value


def _is_server(member: Json) -> bool:
    """Whether a member has the address of a server: not a name, an option of ssh, or the controller itself."""
    address = member.get("address")
    if not isinstance(address, str) or parse_address(address) is None or not isinstance(member.get("protocol_port"), int):
        return False
    parsed = ipaddress.ip_address(address)
    meant = getattr(parsed, "ipv4_mapped", None) or parsed
    return not (meant.is_loopback or meant.is_unspecified or meant.is_multicast)


def are_pools(value: t.Any) -> bool:
    """Whether a value has the form of pools with their members; a cache may hold anything."""
    pools = value if isinstance(value, list) else [None]
    members = [each.get("members") if isinstance(each, dict) and isinstance(each.get("id"), str) else None for each in pools]
    return all(isinstance(each, list) and all(isinstance(member, dict) for member in each) for each in members)


def _safe(name: str) -> str:
    return str(to_safe_group_name(name, force=True, silent=True))


def _host_names(servers: Sequence[list[Json]], preferences: Sequence[str]) -> list[str]:
    names: list[str] = [""] * len(servers)
    for preference in preferences:
        values = [members[0]["address"] if preference == "address" else _only(members, preference) for members in servers]
        count = Counter([*values, *names])
        names = [name or (value if count[value] == 1 else "") for name, value in zip(names, values)]
    return [name or members[0]["address"] for name, members in zip(names, servers)]


def _only(members: Iterable[Json], field: str) -> str:
    """The value that names a server: the one that its members have, if it can be a host's name. Otherwise it is empty."""
    values = _values(members, field) - {""}
    value = values.pop() if len(values) == 1 else ""
    usable = _USABLE.fullmatch(value) and value not in _TAKEN and parse_address(value) is None
    return value if usable else ""


def _values(members: Iterable[Json], field: str) -> set[str]:
    values = {str(member.get(field) or "") for member in members}
    return {DRAINED.sub("", value) for value in values} if field == "name" else values
