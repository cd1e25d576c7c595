# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory source: its options, checked as a module's are, and the pools that they select."""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Iterable, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values

from ansible_collections.otc.elb.plugins.module_utils._auth.masking import masked
from ansible_collections.otc.elb.plugins.module_utils._auth.secrets import is_harmless, secrets_in
from ansible_collections.otc.elb.plugins.module_utils._auth.settings import ARGUMENT_SPEC, ENVIRONMENT
from ansible_collections.otc.elb.plugins.module_utils._errors import Json
from ansible_collections.otc.elb.plugins.module_utils._resource.ids import is_uuid
from ansible_collections.otc.elb.plugins.module_utils._resource.pool import POOL
from ansible_collections.otc.elb.plugins.module_utils._runtime.context import ApiContext, check_limits
from ansible_collections.otc.elb.plugins.module_utils._runtime.lookup import no_such
from ansible_collections.otc.elb.plugins.module_utils._runtime.options import nearest
from ansible_collections.otc.elb.plugins.module_utils._runtime.task import failure_of
from ansible_collections.otc.elb.plugins.module_utils._tasks.info import POOL_FILTERS, list_pools

#: What can name a host.
PREFERENCES = ("name", "address", "instance_id")

OPTIONS: Mapping[str, t.Any] = {
    **ARGUMENT_SPEC,
    "pools": {"type": "list", "elements": "str", "default": []},
    "filters": {"type": "dict", "default": {}},
    "hostnames": {"type": "list", "elements": "str", "choices": list(PREFERENCES), "default": ["name", "address"]},
    "group_prefix": {"type": "str", "default": "elb_pool_"},
}
#: The filters of elb_pool_info; "pools" stands for its names and IDs.
_FILTERS: Mapping[str, t.Any] = {name: option for name, option in POOL_FILTERS.items() if name not in ("id", "name")}
#: Variables that choose a cloud, a project or a user; none is a secret but the access key, which says whose the request is.
_CHOOSING = (
    *("OS_CLIENT_CONFIG_FILE", "OS_ACCESS_KEY"),
    *(name for option, names in ENVIRONMENT.items() if not ARGUMENT_SPEC[option].get("no_log") for name in names),
)


class SourceError(Exception):
    """The source cannot be used; the message is for the user, without secrets."""


class Source:
    """The options of a source that are not those of Ansible's own fragments.

    :param given: the content of the file.
    :param others: the names of the options of Ansible's fragments.
    :param template: resolves templates in a value.
    :raises SourceError: names what is wrong.
    """

    def __init__(self, given: Mapping[str, t.Any], others: Iterable[str], template: t.Callable[[t.Any], t.Any]) -> None:
        own = {name: value for name, value in given.items() if name not in others}
        # A template's error quotes the template, which may hold a secret, too.
        self.secrets = _secrets(own)
        resolved = {name: self._resolved(name, value, template) for name, value in own.items()}
        mine = {name: value for name, value in resolved.items() if value is not None}
        self.secrets = _secrets(mine)
        self.params = self._checked(OPTIONS, mine, "option")
        #: What to warn of, once the pools were read.
        self.warnings: list[str] = []
        self._filters = self._checked(_FILTERS, self.params["filters"], "filter")

    def _checked(self, spec: Mapping[str, t.Any], given: Json, what: str) -> Json:
        known, filters = _names(spec), _names(_FILTERS)
        unknown = sorted(set(given) - known)
        similar = {name: " It is a filter: give it under 'filters'." if name in filters else nearest(name, known) for name in unknown}
        reasons = [f"There is no {what} {name!r}.{similar[name]}" for name in unknown]
        result = ArgumentSpecValidator(dict(spec)).validate({name: value for name, value in given.items() if name in known})
        if unknown or result.error_messages:
            raise SourceError(self.masked("; ".join([*reasons, *result.error_messages])))
        return t.cast("Json", result.validated_parameters)

    def _resolved(self, name: str, value: t.Any, template: t.Callable[[t.Any], t.Any]) -> t.Any:
        try:
            return _plain(template(value))
        except Exception as error:  # noqa: BLE001 (whatever a template may raise)
            raise SourceError(self.masked(f"The option {name} cannot be resolved: {error}")) from None

    def masked(self, text: str) -> str:
        """*text* without any secret that is known."""
        return masked(text, self.secrets)

    def digest(self, environ: Mapping[str, str]) -> str:
        """A part of the cache's key: the same file with other options, or in another project, has a cache of its own."""
        asked = remove_values([self.params, self._filters], self.secrets)
        variables = {
            name: value for name, value in environ.items() if name in _CHOOSING or (name[:3] == "OS_" and is_harmless(name[3:].lower()))
        }
        auth = self.params.get("auth") or {}
        keys = [self.params.get("access_key"), auth.get("access_key"), auth.get("ak")]
        return hashlib.sha256(json.dumps([asked, variables, keys], sort_keys=True).encode()).hexdigest()[:16]

    def pools(self) -> list[Json]:
        """Ask the service for the pools, with their members.

        :raises SourceError: when it refuses, or cannot be asked.
        """
        options = {**self.params, **self._filters, "include_members": True, "include_health_check": False}
        context = ApiContext(options, self.secrets, warn=self.warnings.append)
        ids = [pool for pool in self.params["pools"] if is_uuid(pool)]
        names = [pool for pool in self.params["pools"] if not is_uuid(pool)]
        # The service combines filters by "and", so that one list cannot have both.
        lists: list[Json] = [{key: values} for key, values in (("id", ids), ("name", names)) if values] or [{}]
        found: dict[str, Json] = {}
        try:
            check_limits(context.params)
            for chosen in lists:
                context.params.update({"id": None, "name": None, **chosen})
                found.update((str(pool["id"]), pool) for pool in list_pools(context)["pools"])
        except Exception as error:  # noqa: BLE001 (reported as the modules report it)
            failure = failure_of(error)
        else:
            return list(found.values())
        finally:
            # Those of the connection, too.
            self.secrets = context.secrets
            context.close()
        raise SourceError(self.masked(failure["msg"]))

    def missing(self, pools: Iterable[Json]) -> list[str]:
        """The warnings where pools that the source names are not found. They may exist, and not match the filters."""
        found = {str(pool.get(key)).lower() if key == "id" else pool.get(key) for pool in pools for key in ("id", "name")}
        missing = [pool for pool in self.params["pools"] if (pool.lower() if is_uuid(pool) else pool) not in found]
        given = sorted(name for name, value in self._filters.items() if value is not None)
        where = f" that matches the filters ({', '.join(given)})" if given else ""
        return [f"There is {no_such(POOL, pool)}{where}." for pool in missing]


def _names(spec: Mapping[str, t.Any]) -> set[str]:
    """The names and aliases of the options."""
    return {*spec, *(alias for option in spec.values() for alias in option.get("aliases", ()))}


def _secrets(params: Mapping[str, t.Any]) -> set[str]:
    """The secrets among the options, as they are given."""
    found = {str(params[name]) for name, option in ARGUMENT_SPEC.items() if option.get("no_log") and params.get(name)}
    return found | secrets_in(params)


def _plain(value: t.Any) -> t.Any:
    """A value of the file without what ansible-core knows of it, vaulted ones decrypted."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
