# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks of a run need, as their results tell it, and what speaks against that being all."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.otc.elb.plugins.plugin_utils._permissions.policy import is_action, missing_actions


class Need:
    """What one task of a play needed, on all hosts and for all items together."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        #: The actions that its results report.
        self.reported: set[str] = set()
        #: The actions that its options allow, as far as that matters.
        self.allowed: set[str] = set()
        self.missing: set[str] = set()
        #: Whether it failed for another reason than a missing permission.
        self.failed = False
        #: Whether no_log hides what it needs.
        self.hidden = False
        #: Whether it reports something that is no action.
        self.masked = False
        self.skipped = False
        #: Jobs whose end was not seen.
        self.jobs: set[str] = set()

    def __str__(self) -> str:
        return f"{self.name!r} ({self.path})" if self.path else repr(self.name)

    def take(self, result: Mapping[str, t.Any]) -> set[str]:
        """Take note of what one result says. Nothing but actions is kept of it.

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
        """All that it needs, and perhaps needs."""
        return self.reported | self.allowed

    def explained(self) -> str:
        """What it needs, in words."""
        perhaps = sorted(self.allowed - self.reported)
        words = ", ".join([*sorted(self.reported), *(f"perhaps {action}" for action in perhaps)])
        words = words or ("not known" if self.hidden or self.jobs else "nothing")
        return words + (", but it was skipped on some hosts or altogether" if self.skipped else "")

    def doubts(self) -> Iterator[str]:
        """What its results say against the policy being complete."""
        if self.missing:
            yield (
                f"task {self} failed because the credential lacks {', '.join(sorted(self.missing))}. The policy has it, but neither "
                "what the task would have needed next nor what tasks need that did not run because of that. Grant it and run again."
            )
        if self.failed:
            yield f"task {self} failed, so the policy lacks what it would have needed next, and what other tasks need because of it."
        if self.hidden:
            yield (
                f"no_log hides what task {self} needs and does, so the policy may lack that, and what later tasks need because of it. "
                "Secrets are hidden without no_log, too."
            )
        if self.masked:
            yield (
                f"an IAM action that task {self} needs was changed by masking, so the policy lacks it. A secret of the task has the same "
                "letters as a part of the action: use another secret."
            )
        if self.jobs:
            yield f"nothing looked at the end of the asynchronous task {self}, so the policy may lack what it needs."


def failed(result: Mapping[str, t.Any]) -> bool:
    """Whether a module ended before it had done its work, other than for a missing permission; then it says why, also where
    the user takes that for no failure."""
    return not result.get("skipped") and ("msg" in result or bool(result.get("failed"))) and not missing_actions(result)


def actions_of(needs: Iterable[Need]) -> set[str]:
    """What tasks need together."""
    return {action for need in needs for action in need.actions}


def unfinished(stats: t.Any) -> Iterator[str]:
    """What the run's end says against the policy being complete."""
    hosts = sorted({*getattr(stats, "failures", {}), *getattr(stats, "dark", {})})
    if hosts:
        yield f"the run failed on {', '.join(hosts)}, so the policy lacks what tasks need that did not run because of that."
