# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules and the inventory plugin have in common: options, a client made of them, and failures in words."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._auth import connect as _credentials
from .._auth.connection import Connection
from .._errors import ElbError
from .._http.deadline import Deadline
from .._resource.fields import Json

if t.TYPE_CHECKING:
    from .._api.client import Call, Client

#: The longest time that an option may say, in seconds.
LONGEST = 86400.0

#: As in galaxy.yml.
_ISSUES = "https://github.com/opentelekomcloud/ansible-collection-elb/issues"


class Session:
    """Reads.

    :param params: the options, validated.
    :param secrets: values that must never be shown.
    :param actions: the IAM action of each call is added to it.
    """

    def __init__(self, params: Json, secrets: set[str], actions: set[str]) -> None:
        self.params = params
        self.deadline = Deadline(params["timeout"])
        self.actions = actions
        #: With those of the connection, once there is one.
        self.secrets = secrets
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """Made when it is first needed: options that cannot work are refused without it."""
        if self._client is None:
            connection = self._connect()
            from .._api.client import Client
            from .._http.transport import Tls, Transport

            tls = Tls(connection.verify, connection.cert)
            connections = self.params.get("concurrency", 1)
            transport = Transport(connection.auth, tls, self.params["api_timeout"], self.deadline, connections)
            self._client = Client(transport, self.deadline, connection.endpoint, connection.project_id, self.actions, connection.renew)
        return self._client

    def _connect(self) -> Connection:
        connection = _credentials.connect(self.params, self.deadline)
        # One set from now on, so that a token of later is masked, too.
        connection.secrets.update(self.secrets)
        self.secrets = connection.secrets
        return connection

    def read(self, call: Call) -> Json:
        """Get one resource."""
        return self.client.call(call)

    def pages(self, call: Call) -> list[Json]:
        """Read a list."""
        return self.client.pages(call)

    def will_be(self, given_id: t.Any) -> bool:
        """Whether an ID stands for something that an earlier task would create; only tasks know of any."""
        return False


def check_limits(params: Json) -> None:
    """Refuse limits that are no limits: they may be no numbers at all.

    :raises ElbError: names the option.
    """
    for name, least in (("api_timeout", 0.01), ("timeout", 0.0)):
        if not least <= params[name] <= LONGEST:
            raise ElbError(f"{name} must be {least:g} to {LONGEST:g} seconds, not {params[name]:g}.")


def failure_of(error: BaseException) -> Json:
    """What a failure is told as, without a traceback.

    :returns: ``msg``, and what else is known.
    """
    if isinstance(error, ElbError):
        return {"msg": error.msg, **error.facts}
    if isinstance(error, ImportError):
        return {"msg": missing_required_lib(str(error.name))}
    if isinstance(error, KeyboardInterrupt):
        return {"msg": "Interrupted. The last change may or may not have been made: run the task again, which looks first."}
    return {"msg": _defect(error)}


def _defect(error: BaseException) -> str:
    """Name the place of an exception that nobody expected; its text may hold anything, secrets too."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "unknown"
    return f"This should not happen: {type(error).__name__} at {place}. It is a defect of otc.elb; please report it with this message: {_ISSUES}"
