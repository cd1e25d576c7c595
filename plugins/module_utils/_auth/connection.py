# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of every way to authenticate."""

from __future__ import annotations

import typing as t


class TokenCache(t.Protocol):
    """Keeps tokens from one task to the next. The state is keystoneauth1's, and as secret as the token in it."""

    def load(self, cache_id: str) -> str | None:
        """The state that was saved last; ``None`` where there is none."""

    def save(self, cache_id: str, state: str) -> None:
        """Keep a state."""


class Connection(t.NamedTuple):
    """All that a client needs. Made without a request, so that its secrets can be registered before the first one."""

    #: Adds the credential to each request; for use as ``requests``' ``auth``.
    auth: t.Callable[[t.Any], t.Any]
    #: What to do where the service refuses the credential, as a sentence.
    check_credential: str
    #: Finds the service's root, without version and slash, and the project's ID. Requests a token where one is needed, and raises
    #: :class:`ElbError` where there is none, or the catalog lacks the service.
    locate: t.Callable[[], tuple[str, str]]
    #: Values that must never be shown, wherever they came from. A token from Keystone joins them.
    secrets: set[str]
    #: As ``requests`` takes them.
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    #: Gets a new token, where there is a way to; returns whether it did.
    renew: t.Callable[[], bool] | None = None
    #: Where the credential is sent for a token, if anywhere.
    auth_url: str | None = None
    #: Closes the connections to there.
    close: t.Callable[[], None] = lambda: None
