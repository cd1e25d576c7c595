# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every way to authenticate comes to."""

from __future__ import annotations

import typing as t

from .._errors import ElbError
from .settings import Settings


class Connection(t.NamedTuple):
    """All that a client needs to know."""

    #: Adds the credential to each request; for use as ``requests``' ``auth``.
    auth: t.Callable[[t.Any], t.Any]
    #: The service's root, without version and slash.
    endpoint: str
    project_id: str
    #: Values that must never be shown, wherever they came from. A renewed token joins them.
    secrets: set[str]
    #: As ``requests`` takes them.
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    #: Gets a new token, where there is a way to; returns whether it did.
    renew: t.Callable[[], bool] | None = None


def require(settings: Settings, way: str, *options: str) -> list[str]:
    """The values of *options*.

    :param way: the way to authenticate that needs them.
    :raises ElbError: names the first one that is missing.
    """
    for option in options:
        if not settings.get(option):
            named = option == "project_id" and any(settings.environ.get(name) for name in ("OS_PROJECT_NAME", "OS_TENANT_NAME"))
            advice = " The project's name is not enough here." if named else ""
            raise ElbError(
                f"{option} is needed to authenticate with {way}. Give it as an option or in {settings.variable(option)}.{advice}"
            )
    return [str(settings.get(option)) for option in options]
