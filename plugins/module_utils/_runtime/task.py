# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The run of any task, wherever it runs: options in, a result out. Failures become a failed result here and nowhere else."""

from __future__ import annotations

import dataclasses
import platform
import sys
import typing as t

from .._auth.connection import TokenCache
from .._auth.settings import ARGUMENT_SPEC
from .._errors import ElbError, Json, NoCredential, PartialFailure
from .._http.transport import KeptAdapter
from .._resource.touched import TouchedPool
from .context import ApiContext, Status, check_limits
from .no_effect import CONNECTION, NoEffect, without_effect
from .printable import printable

#: How many of the changes before a failure its message names.
_SHOWN = 5

#: As in galaxy.yml.
_ISSUES = "https://github.com/opentelekomcloud/ansible-collection-elb/issues"


class Changes(t.NamedTuple):
    """The changes of a task to its pool, for the prediction of the IAM actions of later tasks."""

    #: ``(pool, params)``: adds to *pool* what check mode does not show of the changes.
    touch: t.Callable[[TouchedPool, Json], None]
    #: ``(params, pool) -> the IAM actions that the task may need because earlier tasks touched the pool``.
    allowed: t.Callable[[Json, TouchedPool], set[str]]


@dataclasses.dataclass(frozen=True)
class Task:
    """The implementation of a module."""

    #: The module's name in the collection.
    name: str
    #: Does the work; returns what the result has besides ``required_actions``.
    function: t.Callable[[ApiContext], Json]
    #: The module's own options, as an argument spec; those of the connection are added.
    options: Json
    #: ``params -> the IAM actions that a task with these options may need, whatever exists``.
    allowed: t.Callable[[Json], set[str]]
    #: The options that name the pools that it is about; a task that is given none of them is about all pools.
    pools: tuple[str, ...] = ()
    #: ``None`` for a task that only reads.
    changes: Changes | None = None
    #: ``required_one_of`` and the like, as AnsibleModule takes them.
    constraints: Json = dataclasses.field(default_factory=dict)
    #: ``params -> what cannot be done``, to follow "Cannot" where an entry of a list of dicts is wrong.
    attempt: t.Callable[[Json], str] | None = None
    #: ``entries by index -> what is wrong with their values``, for the option that is a list of dicts.
    invalid_entries: t.Callable[[t.Mapping[int, Json]], list[str]] = lambda entries: []
    #: What to give instead of null, by option.
    if_null: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    #: The options that have no effect beside others; what is known only from the current resource, the function warns of.
    no_effect: tuple[NoEffect, ...] = ()

    @property
    def argument_spec(self) -> Json:
        """All options, as AnsibleModule takes them."""
        return {**ARGUMENT_SPEC, **self.options}


class Door(t.Protocol):
    """How a task comes in: as a module that Ansible sends and starts, or in Ansible's own process."""

    #: The options, validated.
    params: Json
    check_mode: bool
    #: Whether the user asked for a diff.
    show_diff: bool
    #: Values that must never be shown. All that the task learns are added before a result is returned.
    secrets: set[str]
    #: Where credentials are looked for besides the options, as a sentence to end a message; may be empty.
    searched: str
    #: Whether an interrupted task still returns a result. Otherwise the interrupt ends the process, and all that would follow the task.
    reports_interrupt: bool
    #: Keeps tokens from one task to the next, where there is such a place.
    token_cache: TokenCache | None
    #: Keeps connections likewise.
    kept: KeptAdapter | None

    def warn(self, warning: str) -> None:
        """Show a warning."""

    def progress(self, status: Status) -> t.ContextManager[None]:
        """Show now and then how far a long step is, while the context lasts."""


def perform(task: Task, door: Door) -> Json:
    """Run a task.

    :returns: its result; with ``failed`` and ``msg`` where it failed. Secrets are not masked yet.
    :raises ImportError: where a library is missing. No request was made.
    """

    def progress(status: Status) -> t.ContextManager[None]:
        return door.progress(lambda: printable(status(), context.mask))

    context = ApiContext(
        door.params,
        door.secrets,
        door.check_mode,
        door.show_diff,
        lambda warning: door.warn(printable(warning, context.mask)),
        progress,
        door.token_cache,
        door.kept,
    )
    try:
        check_limits(door.params)
        for warning in without_effect((*task.no_effect, *CONNECTION), task.argument_spec, door.params):
            context.warn(warning)
        result = task.function(context)
        diff = result.pop("diff", None)
        if diff is not None and door.show_diff:
            result["diff"] = diff
    except ImportError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        if isinstance(error, KeyboardInterrupt) and not door.reports_interrupt:
            raise
        result = {"failed": True, **failure_of(error)}
        if isinstance(error, NoCredential):
            result["msg"] += door.searched
        if context.wrote and not isinstance(error, PartialFailure):
            done = "; ".join(context.done[:_SHOWN]) + (f"; and {len(context.done) - _SHOWN} more" if len(context.done) > _SHOWN else "")
            result.update(msg=f"{result['msg']} Done before that: {done}.", changed=True)
        result = printable(result, context.mask)
    finally:
        door.secrets = context.secrets
        context.close()
    return {**result, "required_actions": sorted(context.actions)}


def failure_of(error: BaseException) -> Json:
    """The result of a failure, without a traceback.

    :returns: ``msg``, and the facts that are known.
    """
    if isinstance(error, ElbError):
        return {"msg": error.msg, **error.facts}
    if isinstance(error, ImportError):
        return {
            "msg": f"The Python library {error.name} is needed, which {sys.executable} on host {platform.node()} lacks. Install it there. "
            "Tasks with 'delegate_to: localhost' and without ansible_python_interpreter use Ansible's own Python."
        }
    if isinstance(error, KeyboardInterrupt):
        return {"msg": "Interrupted. The last change may or may not have been made: run the task again, which looks first."}
    return {"msg": _defect(error)}


def _defect(error: BaseException) -> str:
    """The place of an unexpected exception; its text may hold anything, secrets too."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "unknown"
    return f"This should not happen: {type(error).__name__} at {place}. It is a defect of otc.elb; please report it with this message: {_ISSUES}"
