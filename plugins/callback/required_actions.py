# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback ``required_actions``: the least-privilege custom policy for a playbook."""

from __future__ import annotations

DOCUMENTATION = r"""
name: required_actions
type: aggregate
short_description: Show the least IAM custom policy that a playbook needs
version_added: 1.0.0
author:
  - The otc.elb authors (@otc-elb)
description:
  - After the run, shows the custom policy for Open Telekom Cloud's IAM that has exactly the actions that this collection's modules needed,
    as JSON for IAM.
  - With C(ansible-playbook --check) it is what the real run would need, so that the policy can be granted before the first run.
    For a pool or a member that an earlier task of the same run would create or change, the policy has what the options of the later
    task allow, which may be more than the real run needs.
  - With C(-v), also shows the actions of each task; those that it may need, but perhaps does not, are marked C(perhaps).
  - Warns if the policy may be incomplete. That is so if the run or one of its tasks failed (ignored and rescued failures included), if
    C(no_log) hides the result of a task, and if the end of an asynchronous task was not seen.
requirements:
  - enable in configuration
options:
  scope:
    description:
      - Which runs the policy is for.
      - With V(run), for this run, or in check mode for the same run without check mode.
      - With V(ever), for every run of the playbook, whatever exists, as a pipeline needs it. It has all actions that the options of each
        task allow. Skipped tasks are not counted.
    type: str
    choices: [run, ever]
    default: run
    env:
      - name: OTC_ELB_REQUIRED_ACTIONS_SCOPE
    ini:
      - section: callback_required_actions
        key: scope
  per_play:
    description:
      - Whether to show a policy for each play, rather than one for the whole run.
    type: bool
    default: false
    env:
      - name: OTC_ELB_REQUIRED_ACTIONS_PER_PLAY
    ini:
      - section: callback_required_actions
        key: per_play
  policy_file:
    description:
      - A file to write the policy for the whole run to, also in check mode. Missing folders are created.
      - After a first run, it lacks what later runs need to update or remove. For a pipeline, set O(scope=ever) as well.
      - An existing file is left unchanged if the policy may be incomplete, or if no task of this collection ran.
      - If no action was needed, the policy has no statement, and there is nothing to grant.
    type: path
    env:
      - name: OTC_ELB_REQUIRED_ACTIONS_FILE
    ini:
      - section: callback_required_actions
        key: policy_file
seealso:
  - plugin: otc.elb.iam_policy
    plugin_type: filter
"""

EXAMPLES = r"""
enable: >
  In ansible.cfg, or with ANSIBLE_CALLBACKS_ENABLED in the environment
    [defaults]
    callbacks_enabled = otc.elb.required_actions
ask before the first run: >
  The policy for a playbook goes to the screen and to a file, and nothing is changed
    OTC_ELB_REQUIRED_ACTIONS_FILE=policy.json ansible-playbook --check site.yml
ask for a pipeline: >
  The policy for every run of a playbook, whatever exists
    OTC_ELB_REQUIRED_ACTIONS_SCOPE=ever OTC_ELB_REQUIRED_ACTIONS_FILE=policy.json ansible-playbook --check site.yml
configure: >
  In ansible.cfg
    [callback_required_actions]
    per_play = true
    policy_file = build/policy.json
"""

import contextlib
import functools
import json
import typing as t
from collections.abc import Mapping
from pathlib import Path

from ansible.errors import AnsibleError, AnsibleOptionsError
from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import module_loader

from ansible_collections.otc.elb.plugins.module_utils._api.operations import READS
from ansible_collections.otc.elb.plugins.module_utils._tasks.registry import TASKS
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.files import write_whole
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.needs import Need, actions_of, failed, unfinished
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.policy import missing_actions, policy
from ansible_collections.otc.elb.plugins.plugin_utils._permissions.touched import Touched, allowed

_COLLECTION = "otc.elb."
_ASYNC_STATUS = ("async_status", "ansible.builtin.async_status", "ansible.legacy.async_status")


class CallbackModule(CallbackBase):  # type: ignore[misc, unused-ignore]  # has no types
    """Collects ``required_actions`` from results, and shows the policy."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "otc.elb.required_actions"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        #: By the UUID of the play, then by the path and the name of the task.
        self._plays: dict[str, dict[tuple[str, str], Need]] = {}
        self._play: tuple[str, str] = ("", "")
        self._touched = Touched()

    def set_options(self, *args: t.Any, **kwargs: t.Any) -> None:
        """See Ansible.

        :raises AnsibleError: for a wrong value. Ansible shows it as a warning, and goes on without the callback.
        """
        with contextlib.suppress(AnsibleOptionsError):
            super().set_options(*args, **kwargs)
            return
        # Ansible's own message does not have the variable. Only this option has choices.
        raise AnsibleError("scope (OTC_ELB_REQUIRED_ACTIONS_SCOPE, or in ansible.cfg) must be run or ever. No policy is made in this run.")

    # --- Plays ---------------------------------------------------------------------------------

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Show the policy of the previous play. The batches of a serial play are one play."""
        if str(play._uuid) == self._play[0]:
            return
        self._show_play()
        self._play = (str(play._uuid), str(play.get_name()))

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Show the policy of the run."""
        self._show_play()
        needs = [need for play in self._plays.values() for need in play.values()]
        doubts = [*(words for need in needs for words in need.doubts()), *unfinished(stats)]
        if not self.get_option("per_play"):
            self._show("LEAST IAM POLICY", needs, bool(doubts))
        for words in doubts:
            self._display.warning(f"otc.elb.required_actions: {words}")
        self._save(needs, bool(doubts))

    # --- Results -------------------------------------------------------------------------------

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Record the actions of a task, or of an item of its loop. A failed task, rescued or not, reports those that it needed until then."""
        self._collect(result, failed_task=True)

    v2_runner_item_on_failed = v2_runner_on_async_failed = v2_runner_on_failed

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Record the actions of a task, or of an item of its loop."""
        self._collect(result)

    v2_runner_item_on_ok = v2_runner_on_async_ok = v2_runner_on_ok

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """Record a skipped task: other items of its loop may have needed actions."""
        self._collect(result, skipped=True)

    def v2_runner_retry(self, result: t.Any) -> None:
        """Record an attempt, which may need other actions than the last one. That it failed does not matter."""
        self._collect(result, again=True)

    def _collect(self, outcome: t.Any, failed_task: bool = False, skipped: bool = False, again: bool = False) -> None:
        # The public names came with ansible-core 2.19; the older ones go with 2.23.
        new = hasattr(outcome, "result")
        task, result = (outcome.task, outcome.result) if new else (outcome._task, outcome._result)
        if not isinstance(result, Mapping):
            return
        if failed_task:
            # ansible-core 2.17 and 2.18 take that out. A task that failed by failed_when alone has no other sign.
            result = {**result, "failed": True}
        name = str(task.action)
        module = _module(name, tuple(getattr(task, "collections", None) or ()))
        if module is None:
            if name in _ASYNC_STATUS:
                self._collect_job(result)
            elif "{" in name and "results" not in result and failed(result) and not again:
                # The name is a template that could not be resolved, so the module may be one of this collection.
                self._need(task).failed = True
            return
        need = self._need(task)
        need.skipped = need.skipped or skipped
        if isinstance(result.get("results"), list):
            return  # A loop; its items were collected before.
        reported = need.record(result)
        need.failed = need.failed or (failed(result) and not again)
        if reported and not failed(result):
            need.allowed |= self._allowed(task, module, result)

    def _allowed(self, task: t.Any, module: str, result: Mapping[str, t.Any]) -> set[str]:
        """The actions that a task may need besides those that it reported."""
        if self.get_option("scope") == "ever":
            return allowed(module, task.args)
        if not getattr(task, "check_mode", False):
            return set()
        perhaps = self._touched.follow(module, task.args, result)
        # A denied task did not come to its other reads. What it would change follows from them.
        return perhaps | (allowed(module, task.args) & READS) if missing_actions(result) else perhaps

    def _collect_job(self, result: Mapping[str, t.Any]) -> None:
        """Collect the result of an asynchronous task."""
        if "required_actions" not in result:
            return
        job = str(result.get("ansible_job_id"))
        for play in self._plays.values():
            for need in play.values():
                if job in need.jobs:
                    need.record({**result, "ansible_job_id": None})
                    need.jobs.discard(job)

    def _need(self, task: t.Any) -> Need:
        path, name = str(task.get_path() or ""), str(task.get_name())
        play = self._plays.setdefault(self._play[0], {})
        # The name may be templated per host or item; the path stays the same.
        return play.setdefault((path, "" if path else name), Need(name, path))

    # --- Output --------------------------------------------------------------------------------

    def _show_play(self) -> None:
        uuid, name = self._play
        if uuid and self.get_option("per_play"):
            needs = list(self._plays.get(uuid, {}).values())
            self._show(f"LEAST IAM POLICY of play [{name}]", needs, any(list(need.doubts()) for need in needs))

    def _show(self, title: str, needs: list[Need], doubtful: bool) -> None:
        """Show a policy.

        :param doubtful: whether it may be incomplete.
        """
        self._display.banner(title)
        for need in needs:
            self._display.v(f"{need}: {need.text()}")
        actions = actions_of(needs)
        nothing = "No IAM action is known: see the warnings." if doubtful else "No IAM action was needed, so there is nothing to grant."
        self._display.display(json.dumps(policy(actions), indent=4) if actions else nothing)

    def _save(self, needs: list[Need], doubtful: bool) -> None:
        """Write the file. Only a complete policy replaces an existing file."""
        path = self.get_option("policy_file")
        if not path:
            return
        if (doubtful or not needs) and Path(path).exists():
            self._display.warning(f"otc.elb.required_actions: {path} is left unchanged, because the policy may be incomplete.")
            return
        try:
            write_whole(Path(path), json.dumps(policy(actions_of(needs)), indent=4) + "\n")
        except OSError as error:
            self._display.warning(f"otc.elb.required_actions: could not write {path}: {error.strerror}.")
        else:
            self._display.display(f"The policy{', which may be incomplete,' if doubtful else ''} is in {path}.")


@functools.cache
def _module(name: str, collections: tuple[str, ...]) -> str | None:
    """The module of this collection that a name means, as Ansible finds it; ``None`` for all others.

    The task's own ``resolved_action`` is not used: where the name was a template, it is empty in ansible-core 2.17 and 2.18, and
    reading it makes newer ones warn.

    :param name: as in the task, a template resolved.
    :param collections: where a short name is looked for.
    """
    if name.removeprefix(_COLLECTION) in TASKS and name.startswith(_COLLECTION):
        return name.removeprefix(_COLLECTION)
    if not (name.startswith(_COLLECTION) or (name.isidentifier() and _COLLECTION[:-1] in collections)):
        return None
    # A short name, or another name of a module (meta/runtime.yml).
    found = module_loader.find_plugin_with_context(name, ignore_deprecated=True, collection_list=list(collections)).resolved_fqcn
    return found.removeprefix(_COLLECTION) if found and found.startswith(_COLLECTION) else None
