# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The IAM actions of the tasks of a run, from their results, and the reasons why they may be incomplete."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.otc.elb.plugins.plugin_utils._permissions.policy import is_action, missing_actions


class Need:
    """The actions of one task of a play, on all hosts and for all items."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        #: The actions that its results report.
        self.reported: set[str] = set()
        #: The actions that its options allow, for resources that earlier tasks touched or for every run.
        self.allowed: set[str] = set()
        self.missing: set[str] = set()
        #: Whether it failed for another reason than a missing permission.
        self.failed = False
        #: Whether no_log hides its actions.
        self.hidden = False
        #: Whether it reports something that is no action.
        self.masked = False
        self.skipped = False
        #: IDs of asynchronous jobs whose end was not seen.
        self.jobs: set[str] = set()

    def __str__(self) -> str:
        return f"{self.name!r} ({self.path})" if self.path else repr(self.name)

    def record(self, result: Mapping[str, t.Any]) -> set[str]:
        """Record the actions of one result, and nothing else of it.

        :returns: the actions that it reports.
        """
        denied = missing_actions(result)
        self.missing |= denied
        job = result.get("ansible_job_id")
        if job and "required_actions" in result:
            self.jobs.discard(str(job))
        elif job:
            self.jobs.add(str(job))
        self.hidden = self.hidden or "censored" in result
        actions = result.get("required_actions")
        named = [*(actions if isinstance(actions, list) else []), *([result["missing_action"]] if result.get("missing_action") else [])]
        self.masked = self.masked or not all(map(is_action, named)) or not isinstance(actions, (list, type(None)))
        reported = denied | ({each for each in actions if is_action(each)} if isinstance(actions, list) else set())
        self.reported |= reported
        return reported

    @property
    def actions(self) -> set[str]:
        """All actions that it needs or may need."""
        return self.reported | self.allowed

    def text(self) -> str:
        """The actions as text."""
        perhaps = sorted(self.allowed - self.reported)
        words = ", ".join([*sorted(self.reported), *(f"perhaps {action}" for action in perhaps)])
        words = words or ("not known" if self.hidden or self.jobs else "nothing")
        return words + (", but it was skipped on some hosts or altogether" if self.skipped else "")

    def doubts(self) -> Iterator[str]:
        """The reasons why the policy may be incomplete."""
        if self.missing:
            yield (
                f"task {self} failed because the credential lacks {', '.join(sorted(self.missing))}. The policy includes that, but may lack "
                "further actions of the task and of later tasks. Grant it and run again."
            )
        if self.failed:
            yield f"task {self} failed, so the policy may lack further actions of the task and of later tasks."
        if self.hidden:
            yield (
                f"no_log hides the result of task {self}, so the policy may lack actions of the task and of later tasks. "
                "Secrets are also masked without no_log."
            )
        if self.masked:
            yield (
                f"an IAM action that task {self} needs was changed by masking, so the policy lacks it. A secret of the task has the same "
                "letters as a part of the action: use another secret."
            )
        if self.jobs:
            yield f"the end of the asynchronous task {self} was not seen, so the policy may lack actions of the task."


def failed(result: Mapping[str, t.Any]) -> bool:
    """Whether a module failed, other than for a missing permission. A failed module returns ``msg``, also where ``failed_when`` makes
    it a success."""
    return not result.get("skipped") and ("msg" in result or bool(result.get("failed"))) and not missing_actions(result)


def actions_of(needs: Iterable[Need]) -> set[str]:
    """The actions of all tasks."""
    return {action for need in needs for action in need.actions}


def unfinished(stats: t.Any) -> Iterator[str]:
    """The reason why the policy of a failed run may be incomplete."""
    hosts = sorted({*getattr(stats, "failures", {}), *getattr(stats, "dark", {})})
    if hosts:
        yield f"the run failed on {', '.join(hosts)}, so the policy may lack actions of tasks that did not run."
