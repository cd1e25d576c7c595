# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The context of the run of a task, or of the inventory plugin."""

from __future__ import annotations

import contextlib
import os
import re
import time
import typing as t

from .._api.client import Call, Client
from .._auth import connect
from .._auth.connection import TokenCache
from .._auth.masking import masked
from .._auth.secrets import secrets_of_proxies
from .._errors import ApiError, ElbError, Json
from .._http.deadline import Deadline
from .._http.exposure import exposures
from .._http.transport import KeptAdapter, Tls, Transport
from .._resource.ids import is_placeholder, placeholder
from .._resource.resource import Resource
from .concurrency import MAX_READS

#: The longest time that an option may give, in seconds.
MAX_SECONDS = 86400.0
#: Seconds before a removal is tried again that was refused because of earlier removals; doubled for each further attempt.
_FIRST_PAUSE = 0.5

#: Describes the progress of a step in a few words. Called at any time while it runs, by another thread.
Status = t.Callable[[], str]


def _ignore(message: str) -> None:
    """Warn of nothing."""


def no_progress(status: Status) -> t.ContextManager[None]:
    """Show nothing."""
    return contextlib.nullcontext()


class ApiContext:
    """The options, the API, the time that is left, and what was done so far.

    :param params: the options, validated.
    :param secrets: values that must never be shown; those of the connection are added.
    :param check_mode: whether nothing must be changed.
    :param show_diff: whether the user asked for a diff.
    :param warn: shows a warning.
    :param progress: shows now and then how far a long step is, while the context that it returns lasts.
    :param token_cache: keeps tokens from one task to the next; by default they are not kept.
    :param kept: keeps connections likewise.
    """

    def __init__(
        self,
        params: Json,
        secrets: set[str],
        check_mode: bool = False,
        show_diff: bool = False,
        warn: t.Callable[[str], None] = _ignore,
        progress: t.Callable[[Status], t.ContextManager[None]] = no_progress,
        token_cache: TokenCache | None = None,
        kept: KeptAdapter | None = None,
    ) -> None:
        self.params = params
        self.check_mode = check_mode
        self.show_diff = show_diff
        self.warn = warn
        self.progress = progress
        self._token_cache = token_cache
        self._kept = kept
        self.deadline = Deadline(params["timeout"])
        #: The IAM actions that were needed so far.
        self.actions: set[str] = set()
        #: With those of the connection, once there is one.
        self.secrets = secrets
        #: What was changed so far, in the words of the calls.
        self.done: list[str] = []
        self._client: Client | None = None
        self._closing = contextlib.ExitStack()

    @property
    def client(self) -> Client:
        """Made when it is first needed: options that cannot work are refused without it."""
        if self._client is None:
            connection = connect.connect(self.params, self.deadline, self._token_cache)
            self._closing.callback(connection.close)
            # One set from now on, so that a token that comes later is masked, too.
            connection.secrets.update(self.secrets, secrets_of_proxies(os.environ))
            self.secrets = connection.secrets
            if connection.auth_url:
                self._warn_of_exposure(connection.auth_url, connection.verify)
            endpoint, project_id = connection.locate()
            self._warn_of_exposure(endpoint, connection.verify)
            tls = Tls(connection.verify, connection.cert)
            connections = self.params.get("concurrency", MAX_READS)
            transport = Transport(connection.auth, tls, self.params["api_timeout"], self.deadline, connections, self._kept)
            self._closing.callback(transport.close)
            self._client = Client(
                transport,
                self.deadline,
                endpoint,
                project_id,
                self.actions,
                connection.renew,
                self.mask,
                connection.check_credential,
            )
        return self._client

    def _warn_of_exposure(self, url: str, verify: bool | str) -> None:
        for warning in exposures(url, verify):
            self.warn(warning)

    def mask(self, text: str) -> str:
        """A text of a message without secrets."""
        return masked(text, self.secrets)

    def close(self) -> None:
        """Close the connections."""
        self._closing.close()

    @property
    def wrote(self) -> bool:
        """Whether anything was changed so far."""
        return bool(self.done)

    def read(self, call: Call) -> Json:
        """Get one resource. Of one that an earlier task would create, check mode knows nothing but its ID.

        :raises ElbError: as :meth:`Client.call`.
        """
        if self._is_premature(call):
            return {"id": list(call.ids.values())[-1]}
        return self.client.call(call)

    def pages(self, call: Call) -> list[Json]:
        """Read a list. In check mode, what an earlier task would create has nothing in it.

        :raises ElbError: as :meth:`Client.pages`.
        """
        return [] if self._is_premature(call) else self.client.pages(call)

    def _is_premature(self, call: Call) -> bool:
        """Whether a call is about a resource that an earlier task would create: check mode only records the action."""
        if not any(self.is_placeholder(value) for value in (*call.ids.values(), *(value for dummy, value in call.query))):
            return False
        self.needs(call)
        return True

    def is_placeholder(self, resource_id: t.Any) -> bool:
        """Whether an ID stands for a resource that check mode takes as created."""
        return self.check_mode and is_placeholder(resource_id)

    def id_of_created(self, label: str) -> Json:
        """The placeholder for the ID of a resource that check mode would have created, so that later tasks can name it.

        Empty in the real run.
        """
        return {"id": placeholder(label)} if self.check_mode else {}

    def assume(self, resource: Resource[t.Any], label: str, missing: str) -> Json:
        """In check mode, what stands for a resource that does not exist, with a warning.

        :param missing: that it does not exist, as a part of a sentence.
        """
        self.warn(f"Check mode: {missing}; assuming that an earlier task {resource.create_verb}s it.")
        return self.id_of_created(f"{resource.kind} {label}")

    def needs(self, call: Call) -> None:
        """Record a call that the real run would make."""
        self.actions.add(call.operation.action)

    def write(self, call: Call) -> Json | None:
        """Change something. Check mode only records the action.

        :returns: the resource in the response; ``None`` in check mode.
        :raises ElbError, OutcomeUnknown: as :meth:`Client.call`.
        """
        if self.check_mode:
            self.needs(call)
            return None
        resource = self.client.call(call)
        self.done.append(call.attempt)
        return resource

    def remove(self, call: Call, in_use: str = "") -> bool:
        """Remove something. Check mode only records the action.

        :param in_use: a regular expression for the reason of a conflict that is retried within the task's time, because the service finishes
            earlier removals late. Without it, no conflict is retried.
        :returns: whether this task did it (or would); ``False`` where it did not exist any more.
        :raises ElbError: as :meth:`Client.call`.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                self.write(call)
            except ApiError as error:
                if error.not_found:
                    return False
                if not (in_use and re.search(in_use, error.reason, re.IGNORECASE)) or error.status != 409 or not self.deadline.sleep(pause):
                    raise
                pause *= 2
            else:
                return True

    def pause(self, seconds: float, purpose: str) -> None:
        """Wait as long as the user asked for. Check mode does not.

        :param seconds: do not count towards ``timeout``.
        :param purpose: what the time is for, such as "draining member web-1".
        """
        if not self.check_mode:
            until = time.monotonic() + seconds
            with self.progress(lambda: f"{purpose}, {max(0.0, until - time.monotonic()):.0f} seconds left"):
                self.deadline.pause(seconds)


def check_limits(params: Json) -> None:
    """Check the time limits; they may be no finite numbers.

    :raises ElbError: names the option.
    """
    for name, least in (("api_timeout", 0.01), ("timeout", 0.0)):
        if not least <= params[name] <= MAX_SECONDS:
            raise ElbError(f"{name} must be {least:g} to {MAX_SECONDS:g} seconds, not {params[name]:g}.")
