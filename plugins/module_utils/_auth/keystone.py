# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token from Keystone, and why there is none, in words."""

from __future__ import annotations

import contextlib
import logging
import threading
import typing as t

from .._errors import ElbError, Json, Unreachable
from .._http.deadline import Deadline
from .._http.failures import certificate_problem, proxy_variable, root_cause, unusable_proxy
from .._http.retry import Backoff, Throttle, is_uncertain
from .._http.transport import Response, shortened
from .connection import TokenCache
from .libraries import exceptions
from .masking import masked
from .settings import DEFAULT_REGION, root_of

# It warns where a handled failure follows; without a handler, Python would print that.
logging.getLogger("keystoneauth").addHandler(logging.NullHandler())

#: The service's type in the catalog, and the beginning of its settings in clouds.yaml.
SERVICE = "elbv3"


class Keystone:
    """Adds the current token to each request; for use as ``requests``' ``auth``.

    A token that is about to expire is replaced by keystoneauth1 before it does.

    :param session: keystoneauth1's, with the plugin that gets the token.
    :param config: what openstacksdk found.
    :param secrets: each token is added to it.
    :param deadline: the limit for all requests for a token, backoff included.
    """

    def __init__(self, session: t.Any, config: Json, secrets: set[str], deadline: Deadline, token_cache: TokenCache | None) -> None:
        self.auth_url = str(session.auth.auth_url)
        self._session = session
        session.get_auth_headers = _without_itself(session)
        self._plugin = session.auth
        self._config = config
        self._secrets = secrets
        self._deadline = deadline
        self._lock = threading.Lock()
        self._cache = token_cache
        self._cache_id = self._plugin.get_cache_id() if token_cache else None

    @property
    def check_credential(self) -> str:
        """See :class:`Connection`."""
        return (
            f"Keystone at {self.auth_url} issued the token, so check that 'endpoint' and 'region_name' are of the same cloud, and that the "
            "user has not been disabled or the credential revoked meanwhile."
        )

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
                self._request()
            except ElbError:
                return False
            return True

    def project_id(self, desired: str | None) -> str:
        """The project that the token is for.

        :param desired: the option project_id.
        :raises ElbError: when there is no token, or it is for no project or another one.
        """
        with self._well_formed():
            found = self._access().project_id
        if not found:
            raise ElbError(
                f"The token from {self.auth_url} is not for a project. Give the project: auth.project_name (with auth.project_domain_name), "
                "or project_id."
            )
        if desired and desired != found:
            raise ElbError(f"The credential is bound to the project {found}; it cannot be used for project_id {desired}.")
        return str(found)

    def endpoint(self, interface: t.Any, region: str | None) -> str | None:
        """The service's URL in the catalog; ``None`` where the catalog does not know the service.

        :param interface: one, or several by preference.
        :param region: ``None`` takes the default region, or the only one.
        :raises ElbError: when it knows the service elsewhere only.
        """
        with self._well_formed():
            catalog = self._access().service_catalog
            known = catalog.get_endpoints_data(service_type=SERVICE).get(SERVICE) if catalog else None
            if not known:
                return None
            found = catalog.get_endpoints_data(SERVICE, interface).get(SERVICE, [])
            matching = {str(each.region_name): str(each.url) for each in found}
        start = f"The catalog of {self.auth_url} has no {interface} endpoint of {SERVICE}"
        if not matching:
            there = ", ".join(sorted({str(each.interface) for each in known}))
            raise ElbError(f"{start}; it has {there}. Give 'interface'.")
        if region is None:
            region = next(iter(matching)) if len(matching) == 1 else DEFAULT_REGION
        if region not in matching:
            there = ", ".join(sorted(map(str, matching)))
            raise ElbError(f"{start} in region {region!r}; it has {there}. Give 'region_name'.")
        return root_of(str(matching[region]), "the endpoint in Keystone's catalog")

    @contextlib.contextmanager
    def _well_formed(self) -> t.Iterator[None]:
        """Refuse a token and a catalog that Keystone would not send."""
        try:
            yield
        except (AttributeError, KeyError, TypeError, ValueError):
            malformed = True
        else:
            malformed = False
        if malformed:
            raise Unreachable(
                f"{self._attempt()}: the response did not come from Keystone. Check auth_url, and whether a proxy is on the way.",
                sent=False,
                transient=False,
            )

    def _access(self) -> t.Any:
        """The token and what came with it, from the cache or from Keystone where there is none yet."""
        with self._lock:
            if self._cache and self._cache_id and self._plugin.get_auth_state() is None:
                state = self._cache.load(self._cache_id)
                # A state that cannot be read is none.
                with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
                    self._plugin.set_auth_state(state)
            return self._request()

    def _request(self) -> t.Any:
        """The token, asked for where it is due, and again after trouble that passes: a token too many does no harm."""
        before = self._plugin.get_auth_state()
        backoff = Backoff(self._deadline, Throttle(self._deadline))
        while True:
            access, error = self._ask()
            if error is None:
                break
            response = getattr(error, "response", None)
            received = None if response is None else Response(response.status_code, response.headers, None, "", False)
            if not _is_transient(error) or not backoff.wait(received):
                # Outside of the handler: keystoneauth1 quotes URLs and responses in its exceptions.
                failure = _explained(error, self._attempt(), self.auth_url, self._config["auth_type"], self._session.timeout, self._mask)
                if backoff.attempts > 1:
                    failure.msg += f" Tried {backoff.attempts} times."
                raise failure
        self._secrets.add(access.auth_token)
        state = self._plugin.get_auth_state()
        if self._cache and self._cache_id and state and state != before:
            self._cache.save(self._cache_id, state)
        return access

    def _ask(self) -> tuple[t.Any, Exception | None]:
        try:
            return self._plugin.get_access(self._session), None
        except exceptions.DiscoveryFailure as error:
            # What it met when it asked for Keystone's versions, if that is known, says more.
            return None, error.__context__ if isinstance(error.__context__, exceptions.ClientException) else error
        # TypeError and the like: the response is JSON, but no token. OSError: a CA bundle of the environment that does not exist.
        except (exceptions.ClientException, AttributeError, KeyError, OSError, RecursionError, TypeError, ValueError) as error:
            return None, error

    def _mask(self, text: str) -> str:
        return masked(text, self._secrets)

    def _attempt(self) -> str:
        """The attempt, in the user's terms."""
        names = ""
        for title, keys in (
            ("user", ("username", "user_id")),
            ("application credential", ("application_credential_name", "application_credential_id")),
            ("domain", ("user_domain_name", "user_domain_id")),
            ("project", ("project_name", "project_id")),
        ):
            given = [self._config["auth"][key] for key in keys if self._config["auth"].get(key)]
            names += f", {title} {given[0]!r}" if given else ""
        return f"Could not get a token from Keystone at {self.auth_url} ({self._config['auth_type']}{names})"


def _without_itself(session: t.Any) -> t.Callable[..., t.Any]:
    """``get_auth_headers`` of a session that is used for nothing but its token.

    Where Keystone refuses to show its versions (401), keystoneauth1 asks again with a token, and to get that it waits for itself, forever.
    With this failure, it goes on with the version in the URL.
    """
    get_auth_headers = session.get_auth_headers

    def get(auth: t.Any = None, **options: t.Any) -> t.Any:
        if auth in (None, session.auth):
            raise exceptions.Unauthorized
        return get_auth_headers(auth, **options)

    return get


def _is_transient(error: Exception) -> bool:
    """Whether a repetition may succeed."""
    if isinstance(error, exceptions.HttpError):
        return error.http_status == 429 or is_uncertain(error.http_status)
    return isinstance(error, exceptions.RetriableConnectionFailure)


def _explained(error: Exception, attempt: str, auth_url: str, auth_type: str, seconds: float, mask: t.Callable[[str], str]) -> ElbError:
    """Why there is no token, in a user's terms. Never quotes *error*, which may hold a proxy's password.

    :param mask: removes secrets from a text of the response.
    """

    def unreachable(words: str, **facts: t.Any) -> Unreachable:
        # The request that needs the token was not sent; the one for the token was repeated where that could help.
        return Unreachable(f"{attempt}: {words}", sent=False, transient=False, **facts)

    if isinstance(error, exceptions.HttpError):
        facts = {"status": error.http_status, "request_id": shortened(error.request_id and mask(error.request_id))}
        refused = ElbError(f"{attempt}: {_refusal(error.http_status, auth_url, auth_type)}", **facts)
        refused.affects_all = error.http_status in (401, 403)
        return refused
    if isinstance(error, exceptions.SSLError):
        return unreachable(certificate_problem("the TLS certificate", root_cause(error)))
    if isinstance(error.__context__, ValueError):
        # requests' InvalidSchema and InvalidURL; auth_url was checked before.
        return unreachable(unusable_proxy(error.__context__, auth_url).reason)
    if isinstance(error, exceptions.ConnectTimeout):
        return unreachable(f"no response within {seconds:g} seconds. Raise api_timeout, or check the network.")
    if isinstance(error, exceptions.ConnectionError):
        return unreachable(
            f"it cannot be reached ({root_cause(error)}). Check auth_url, a proxy ({proxy_variable(auth_url)}, NO_PROXY), and the network."
        )
    if isinstance(error, exceptions.MissingAuthMethods):
        rules = " or ".join(" and ".join(sorted(rule)) for rule in error.required_auth_methods)
        return ElbError(
            f"{attempt}: one factor is not enough, it requires {rules}. Give auth_type v3multifactor, auth_methods, and what they need, "
            "such as auth.password and auth.passcode."
        )
    if isinstance(error, OSError):
        # The options are checked before.
        return unreachable("a file of CA certificates does not exist. Check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.")
    response = getattr(error, "response", None)
    if response is not None and 300 <= response.status_code < 400:
        return unreachable(
            f"it redirects to {shortened(mask(response.headers.get('Location', 'elsewhere')))}, which is not followed because the credential "
            "would go there. If that address is right, give it as auth_url.",
            status=response.status_code,
        )
    return unreachable("the response did not come from Keystone. Check auth_url, and whether a proxy is on the way.")


def _refusal(status: int, auth_url: str, auth_type: str) -> str:
    if status in (401, 403):
        scope = " An application credential takes no project." if auth_type == "v3applicationcredential" else ""
        return (
            f"it refuses the credential (status {status}), without saying which part: check the secret, that it has not expired or been revoked, "
            f"the names and their domains, and that the user has a role in the project.{scope}"
        )
    if status == 404 and auth_type in ("token", "v3token"):
        return (
            "it does not know the token (status 404). Check that it has not expired or been revoked, and that auth_url is its Keystone's."
        )
    if status == 404:
        return "there is no Keystone, or not the project (status 404). Check auth_url, which ends in /v3, and the project."
    if status == 407:
        return f"a proxy on the way requires a user and a password (status 407). Check {proxy_variable(auth_url)} and NO_PROXY."
    if status == 400:
        return (
            "it does not understand the request (status 400). Check auth: a user, a secret, and with the names of users and projects "
            "their domains (user_domain_name, project_domain_name)."
        )
    return f"it responds with status {status}." + (" Try again later." if status == 429 or status >= 500 else "")
