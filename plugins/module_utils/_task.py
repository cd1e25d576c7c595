# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of every task: options in, one function, a result or a failure out."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from . import _credentials
from ._clock import Deadline
from ._errors import ApiError, ElbError
from ._fields import Json

if t.TYPE_CHECKING:
    from ._client import Call, Client

#: How many of the changes before a failure its message names.
_SHOWN = 5


class Module(AnsibleModule):
    """An AnsibleModule whose every result carries ``required_actions``."""

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        #: The IAM actions that this task needed so far.
        self.actions: set[str] = set()
        super().__init__(*args, **kwargs)

    def exit_json(self, **kwargs: t.Any) -> None:
        """End with a result."""
        super().exit_json(required_actions=sorted(self.actions), **kwargs)

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        """End with a failure; AnsibleModule's own failures come this way too."""
        super().fail_json(msg, required_actions=sorted(self.actions), **kwargs)


class Task:
    """What the function of a task works with."""

    def __init__(self, module: Module) -> None:
        self.params: Json = module.params
        self.check_mode: bool = module.check_mode
        self.warn: t.Callable[[str], None] = module.warn
        self.deadline = Deadline(self.params["timeout"])
        self._module = module
        self._client: Client | None = None
        #: What was changed so far, in the words of the calls.
        self.done: list[str] = []

    @property
    def client(self) -> Client:
        """Made when it is first needed: options that cannot work are refused without it."""
        if self._client is None:
            connection = _credentials.connect(self.params, os.environ)
            self._module.no_log_values |= connection.secrets
            verify, cert = _credentials.tls_settings(self.params, os.environ)
            from ._client import Client
            from ._transport import Tls, Transport

            transport = Transport(connection.auth, Tls(verify, cert), self.params["api_timeout"], self.deadline)
            self._client = Client(transport, self.deadline, connection.endpoint, connection.project_id, self._module.actions)
        return self._client

    def read(self, call: Call) -> Json:
        """Get one resource."""
        return self.client.call(call)

    def pages(self, call: Call) -> list[Json]:
        """Read a list."""
        return self.client.pages(call)

    def needs(self, *calls: Call) -> None:
        """Record calls that the real run would make."""
        self._module.actions.update(call.operation.action for call in calls)

    def write(self, call: Call) -> Json | None:
        """Change something. Check mode records the action only.

        :returns: the answer's resource; ``None`` in check mode.
        """
        if self.check_mode:
            self.needs(call)
            return None
        resource = self.client.call(call)
        self.done.append(call.attempt)
        return resource

    def remove(self, call: Call) -> bool:
        """Remove something. Check mode records the action only.

        :returns: whether this task did it (or would); ``False`` where somebody else was faster.
        """
        try:
            self.write(call)
        except ApiError as error:
            if error.status != 404:
                raise
            return False
        return True

    @property
    def wrote(self) -> bool:
        """Whether this task changed anything so far."""
        return bool(self.done)

    def pause(self, seconds: float) -> None:
        """Wait as long as the user asked for. Check mode does not."""
        if not self.check_mode:
            self.deadline.pause(seconds)


def run(function: t.Callable[[Task], Json], argument_spec: Json, **constraints: t.Any) -> None:
    """Run a module.

    :param function: does the work; returns what the result holds besides ``required_actions``.
        ``diff`` is shown only where the user asked for it.
    :param argument_spec: the module's own options; those of the connection are added.
    :param constraints: ``required_one_of`` and the like, as AnsibleModule takes them.
    """
    module = Module(argument_spec={**_credentials.ARGUMENT_SPEC, **argument_spec}, supports_check_mode=True, **constraints)
    task = Task(module)
    failure: Json
    try:
        result = function(task)
    except ElbError as error:
        failure = {"msg": error.msg, **error.facts}
    except ImportError as error:
        failure = {"msg": missing_required_lib(str(error.name))}
    else:
        diff = result.pop("diff", None)
        if diff is not None and module._diff:
            result["diff"] = diff
        module.exit_json(**result)
    # Outside of the handlers, where no exception is current: ansible-core adds its traceback to the result.
    if task.wrote:
        done = "; ".join(task.done[:_SHOWN]) + (f"; and {len(task.done) - _SHOWN} more" if len(task.done) > _SHOWN else "")
        failure.update(msg=f"{failure['msg']} Done before that: {done}.", changed=True)
    module.fail_json(**failure)
