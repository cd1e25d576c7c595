# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens from Keystone, by ``keystoneauth1``."""

from __future__ import annotations

import threading
import typing as t

from .._errors import ElbError, Json
from .._http.deadline import Deadline
from .._http.retry import Backoff, Throttle
from .keystone_errors import explained, passing
from .keystone_options import KNOWN, Merged
from .settings import DEFAULT_REGION

#: The service's type in the catalog.
SERVICE = "elbv3"


class Keystone:
    """Adds the current token to each request; for use as ``requests``' ``auth``.

    A token that is about to expire is replaced by ``keystoneauth1`` before it does.

    :param merged: the credential.
    :param others: further settings, for plugins that want them.
    :param verify: as ``requests`` takes it.
    :param cert: as ``requests`` takes it.
    :param seconds: the limit for one request.
    :param deadline: the limit for all of them, pauses included.
    :raises ElbError: when the credential cannot be used.
    :raises ImportError: where ``openstacksdk`` is not installed.
    """

    def __init__(self, merged: Merged, others: Json, verify: bool | str, cert: t.Any, seconds: float, deadline: Deadline) -> None:
        try:
            from keystoneauth1 import loading
            from keystoneauth1.session import Session
        except ImportError:
            # Which brings it along.
            raise ImportError(name="openstacksdk") from None
        self.auth_url = str(merged.auth["auth_url"])
        #: Values that must never be shown.
        self.secrets = {
            str(merged.auth[name]) for name in ("password", "passcode", "token", "application_credential_secret") if name in merged.auth
        }
        self._auth = merged.auth
        self._kind = merged.auth_type or "v3password"
        self._seconds = seconds
        self._deadline = deadline
        self._lock = threading.Lock()
        self._plugin = _plugin(loading, self._kind, merged.auth, others, self.secrets)
        # A redirect would take the credential elsewhere.
        self._session = Session(verify=verify, cert=cert, timeout=seconds, redirect=False, app_name="ansible-collection-otc.elb")

    def __call__(self, request: t.Any) -> t.Any:
        """Add the token to *request*, and return it.

        :raises ElbError: when a new token was due and could not be had.
        """
        request.headers["X-Auth-Token"] = self._access().auth_token
        return request

    def renew(self) -> bool:
        """Get a new token although the old one has not expired by the clock.

        :returns: whether there is one.
        """
        with self._lock:
            self._plugin.invalidate()
            try:
                self._access()
            except ElbError:
                return False
            return True

    def project_id(self) -> str:
        """The project that the token is for.

        :raises ElbError: when there is no token, or it is for no project.
        """
        found = self._access().project_id
        if not found:
            raise ElbError(
                f"The token from {self.auth_url} is not for a project. Give the project: auth.project_name (with auth.project_domain_name), "
                "or project_id."
            )
        return str(found)

    def endpoint(self, interface: str, region: str | None) -> str | None:
        """The service's URL in the catalog; ``None`` where the catalog does not know the service.

        :param region: ``None`` takes the default region, or the only one.
        :raises ElbError: when it knows the service elsewhere only.
        """
        catalog = self._access().service_catalog
        known = catalog.get_endpoints_data(service_type=SERVICE).get(SERVICE, []) if catalog else []
        if not known:
            return None
        matching = {found.region_name: found.url for found in known if found.interface == interface}
        if not matching:
            raise ElbError(
                f"The catalog of {self.auth_url} has no {interface} endpoint of {SERVICE}; it has {_listed(known, 'interface')}. Give 'interface'."
            )
        if region is None:
            region = next(iter(matching)) if len(matching) == 1 else DEFAULT_REGION
        if region not in matching:
            raise ElbError(
                f"The catalog of {self.auth_url} has no {interface} endpoint of {SERVICE} in region {region!r}; "
                f"it has {', '.join(sorted(map(str, matching)))}. Give 'region_name'."
            )
        return str(matching[region])

    def _access(self) -> t.Any:
        """The token and what came with it. Asked for again after trouble that passes: a token too many does no harm."""
        from .._http.transport import Response

        pauses = Backoff(self._deadline, Throttle(self._deadline))
        while True:
            access, error = self._ask()
            if error is None:
                self.secrets.add(access.auth_token)
                return access
            response = getattr(error, "response", None)
            answer = None if response is None else Response(response.status_code, response.headers, None, "", False)
            if not passing(error) or not pauses.wait(answer):
                # Outside of the handler: keystoneauth1 quotes URLs and answers in its exceptions.
                failure = explained(error, self.auth_url, self._kind, self._names(), self._seconds)
                if pauses.attempts > 1:
                    failure.msg += f" Tried {pauses.attempts} times."
                raise failure

    def _ask(self) -> tuple[t.Any, Exception | None]:
        from keystoneauth1 import exceptions

        try:
            return self._plugin.get_access(self._session), None
        # TypeError and the like: an answer that is JSON, but no token.
        except (exceptions.ClientException, AttributeError, KeyError, TypeError, ValueError) as error:
            return None, error

    def _names(self) -> str:
        """Who asks for the token and what for, in the user's terms."""
        found = ""
        for title, keys in (
            ("user", ("username", "user_id")),
            ("application credential", ("application_credential_name", "application_credential_id")),
            ("domain", ("user_domain_name", "user_domain_id")),
            ("project", ("project_name", "project_id")),
        ):
            names = [str(self._auth[key]) for key in keys if key in self._auth]
            found += f", {title} {names[0]!r}" if names else ""
        return found


def _plugin(loading: t.Any, kind: str, auth: Json, others: Json, secrets: set[str]) -> t.Any:
    """The plugin of ``keystoneauth1`` for a kind of credential.

    :raises ElbError: when there is none, or it cannot work with what is given.
    """
    from keystoneauth1 import exceptions
    from keystoneauth1.identity.base import BaseIdentityPlugin

    try:
        loader = loading.get_plugin_loader(kind)
    except exceptions.NoMatchingPlugin:
        known = ", ".join(sorted(loading.get_available_plugin_names()))
        raise ElbError(f"There is no auth_type {kind!r}. It is one of: {known}.") from None
    options = {option.dest: option for option in loader.get_options()}
    unknown = sorted(set(auth) - set(options) - set(KNOWN))
    if unknown:
        raise ElbError(f"auth holds {', '.join(unknown)}, which auth_type {kind} does not know. It knows: {', '.join(sorted(options))}.")
    values = {name: auth.get(name) if name in KNOWN else auth.get(name, others.get(name)) for name in options}
    secrets.update(str(values[name]) for name, option in options.items() if option.secret and values[name])
    try:
        plugin = loader.load_from_options(**{name: value for name, value in values.items() if value is not None})
    except exceptions.MissingRequiredOptions as error:
        missing = ", ".join(f"auth.{option.dest}" for option in error.options)
        raise ElbError(f"auth_type {kind} needs {missing}.") from None
    except (exceptions.ClientException, AttributeError, TypeError, ValueError):
        raise ElbError(f"auth_type {kind} cannot work with what auth holds. It knows: {', '.join(sorted(options))}.") from None
    if not isinstance(plugin, BaseIdentityPlugin):
        raise ElbError(f"auth_type {kind} gets no token from Keystone. Give a token as auth_token, or AK/SK as access_key and secret_key.")
    return plugin


def _listed(endpoints: t.Iterable[t.Any], what: str) -> str:
    return ", ".join(sorted({str(getattr(endpoint, what)) for endpoint in endpoints})) or "none"
