# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of every task: options in, one function, a result or a failure out."""

from __future__ import annotations

import json
import signal
import sys
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.errors import UnsupportedError

from .._auth import connect as _credentials
from .._auth.connection import Connection
from .._errors import ApiError, PartlyDone
from .._resource.fields import LATER, Json, is_later
from .context import Session, check_limits, failure_of

if t.TYPE_CHECKING:
    from .._api.client import Call

#: How many of the changes before a failure its message names.
_SHOWN = 5


#: Tells what is wrong with the values of a list's entries, given by their indices.
EntryCheck = t.Callable[[t.Mapping[int, Json]], list[str]]


class Module(AnsibleModule):
    """An AnsibleModule whose every result carries ``required_actions``.

    :param wrong_entries: for the option that is a list of dicts, where there is one.
    """

    def __init__(self, *args: t.Any, wrong_entries: EntryCheck | None = None, **kwargs: t.Any) -> None:
        self._wrong_entries = wrong_entries
        #: The IAM actions that this task needed so far.
        self.actions: set[str] = set()
        self._started = False
        self._given: Json = {}
        super().__init__(*args, **kwargs)
        self._started = True

    def _load_params(self) -> None:
        """Know what is secret inside of dicts before anything can show or log it, and what was given before it is converted."""
        super()._load_params()
        self._given = dict(self.params)
        for name, option in self.argument_spec.items():
            # AnsibleModule breaks off at a value that is no dict where sub-options belong; as text it is refused in words.
            if option.get("options") and option["type"] == "dict" and not isinstance(self.params.get(name), (dict, str, type(None))):
                self.params[name] = str(self.params[name])
        self.no_log_values |= _credentials.secrets_in(self.params)

    def exit_json(self, **kwargs: t.Any) -> None:
        """End with a result."""
        super().exit_json(required_actions=sorted(self.actions), **kwargs)

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        """End with a failure; AnsibleModule's own, about the options, come this way too."""
        if not self._started:
            reasons, entries = _wrong_kinds(self.argument_spec, self._given)
            # What is wrong with values, too, so that nobody has to mend a list twice.
            values = self._wrong_entries(entries) if self._wrong_entries else []
            msg = "; ".join([*(reasons or [msg]), *values])
        super().fail_json(msg, required_actions=sorted(self.actions), **kwargs)


def _wrong_kinds(spec: Json, params: Json) -> tuple[list[str], dict[int, Json]]:
    """What is wrong with the keys and kinds in a list's entries, each with its index, and with dicts as text: AnsibleModule does not tell whose.

    :returns: the reasons, and by their indices the entries that nothing is wrong with so far.
    """
    reasons: list[str] = []
    fine: dict[int, Json] = {}
    for name, option in spec.items():
        entries = params.get(name)
        if option["type"] == "dict" and option.get("options") and isinstance(entries, str):
            try:
                check_type_dict(entries)
            except TypeError as error:
                reasons.append(f"{name}: {error}")
        if option.get("elements") != "dict" or not isinstance(entries, list):
            continue
        validator = ArgumentSpecValidator(option["options"])
        for index, entry in enumerate(entries):
            try:
                result = validator.validate(check_type_dict(entry))
                messages = [
                    f"there is no option {error.msg}" if isinstance(error, UnsupportedError) else error.msg for error in result.errors
                ]
                if not messages:
                    fine[index] = result.validated_parameters
            except TypeError:
                messages = ["it is not a dict"]
            reasons += [f"{name}[{index}]: {message.rstrip('.')}" for message in messages]
    return reasons, fine


class Task(Session):
    """What the function of a task works with."""

    def __init__(self, module: Module) -> None:
        super().__init__(module.params, module.no_log_values, module.actions)
        self.check_mode: bool = module.check_mode
        #: Whether the user asked for a diff.
        self.shows_diff: bool = module._diff
        self.warn: t.Callable[[str], None] = module.warn
        self._module = module
        #: What was changed so far, in the words of the calls.
        self.done: list[str] = []

    def _connect(self) -> Connection:
        connection = super()._connect()
        self._module.no_log_values = self.secrets
        return connection

    def read(self, call: Call) -> Json:
        """Get one resource. Of one that an earlier task would create, check mode knows nothing but its ID."""
        if self._too_early(call):
            return {"id": list(call.ids.values())[-1]}
        return super().read(call)

    def pages(self, call: Call) -> list[Json]:
        """Read a list. Of what an earlier task would create, check mode sees nothing."""
        return [] if self._too_early(call) else super().pages(call)

    def _too_early(self, call: Call) -> bool:
        """Whether check mode cannot ask, because it is about something that is not there yet; the real run will ask."""
        if not any(self.will_be(value) for value in (*call.ids.values(), *(value for dummy, value in call.query))):
            return False
        self.needs(call)
        return True

    def will_be(self, given_id: t.Any) -> bool:
        """Whether an ID stands for something that check mode takes as created."""
        return self.check_mode and is_later(given_id)

    def id_of_new(self, label: str) -> Json:
        """What a resource that check mode would have created has for an ID, so that later tasks can name it. Empty in the real run."""
        return {"id": f"{LATER}{label}"} if self.check_mode else {}

    def needs(self, *calls: Call) -> None:
        """Record calls that the real run would make."""
        self.actions.update(call.operation.action for call in calls)

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
            if not error.not_found:
                raise
            return False
        return True

    @property
    def wrote(self) -> bool:
        """Whether this task changed anything so far."""
        return bool(self.done)

    def warn_of_untold(self, options: t.Collection[str]) -> None:
        """Say what could not be compared, because the service's answer leaves it out."""
        if options:
            self.warn(f"The service's answer does not include {', '.join(sorted(options))}: taken to be as wanted, so it was not changed.")

    def pause(self, seconds: float) -> None:
        """Wait as long as the user asked for. Check mode does not."""
        if not self.check_mode:
            self.deadline.pause(seconds)


def run(function: t.Callable[[Task], Json], argument_spec: Json, wrong_entries: EntryCheck | None = None, **constraints: t.Any) -> None:
    """Run a module.

    :param function: does the work; returns what the result holds besides ``required_actions``.
        ``diff`` is shown only where the user asked for it.
    :param argument_spec: the module's own options; those of the connection are added.
    :param wrong_entries: as :class:`Module` takes it.
    :param constraints: ``required_one_of`` and the like, as AnsibleModule takes them.
    """
    try:
        spec = {**_credentials.ARGUMENT_SPEC, **argument_spec}
        module = Module(argument_spec=spec, supports_check_mode=True, wrong_entries=wrong_entries, **constraints)
    except (ArithmeticError, TypeError, ValueError) as error:
        # AnsibleModule breaks off at a few values, such as a number with a huge exponent, before it can fail in words.
        reason = f"An option has a value that Ansible cannot convert ({type(error).__name__}). Check numbers and dicts."
        sys.stdout.write(json.dumps({"failed": True, "msg": reason, "required_actions": []}))
        raise SystemExit(1) from None
    task = Task(module)
    # An end that was asked for is told like any other failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    told = False
    failure: Json
    try:
        check_limits(module.params)
        result = function(task)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (a defect of ours is told as what it is, without a traceback)
        told = isinstance(error, PartlyDone)
        failure = failure_of(error)
    else:
        diff = result.pop("diff", None)
        if diff is not None and task.shows_diff:
            result["diff"] = diff
        module.exit_json(**result)
    # Outside of the handlers, where no exception is current: ansible-core adds its traceback to the result.
    if task.wrote and not told:
        done = "; ".join(task.done[:_SHOWN]) + (f"; and {len(task.done) - _SHOWN} more" if len(task.done) > _SHOWN else "")
        failure.update(msg=f"{failure['msg']} Done before that: {done}.", changed=True)
    module.fail_json(**failure)
