# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does with a job: credentials into the environment, a private data directory, ansible-runner, events.

Source: inject_credential in awx/main/models/credential.py, and awx/main/tasks/jobs.py.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .playbooks.engine import Engine


def injected(injectors: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of a credential. Fields that are empty are not known to the templates."""
    namespace = {name: value for name, value in values.items() if value}
    templates: Mapping[str, str] = injectors["env"]
    return {name: ImmutableSandboxedEnvironment().from_string(template).render(**namespace) for name, template in templates.items()}


@dataclass(frozen=True)
class Job:
    """A job that has ended."""

    events: list[dict[str, Any]]
    rc: int
    #: Whatever was printed or kept, above all the events.
    traces: str

    def results(self, kind: str) -> list[dict[str, Any]]:
        """The results in the events of a kind, such as runner_on_ok."""
        return [event["event_data"]["res"] for event in self.events if event["event"] == kind]


class UnsafeDumper(yaml.SafeDumper):
    """Writes what a survey was answered with: never a template."""


UnsafeDumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


def run(
    engine: Engine,
    folder: Path,
    project: Path,
    playbook: str,
    *,
    env: Mapping[str, str],
    inventory: Mapping[str, Any],
    extra_vars: Mapping[str, Any],
    arguments: Sequence[str] = (),
) -> Job:
    """Runs a job.

    :param folder: becomes the private data directory; files that a credential injects are in its ``env`` already.
    :param env: what credentials inject.
    :param inventory: as AWX has it from an update.
    :param arguments: what the job template adds to the command line, such as ``--limit``.
    """
    variables = {
        **env,
        "ANSIBLE_COLLECTIONS_PATH": str(Path(sys.prefix, "collections")),
        "AWX_PRIVATE_DATA_DIR": str(folder),
        "JOB_ID": "1",
    }
    script = f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(inventory)!r})\n"
    for name, content in {
        "env/envvars": yaml.safe_dump(variables),
        "env/extravars": yaml.dump(dict(extra_vars), Dumper=UnsafeDumper),
        "env/cmdline": " ".join(["-u", "root", *arguments]),
        "inventory/hosts": script,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (folder / "inventory" / "hosts").chmod(0o700)
    shutil.copytree(project, folder / "project")
    # Nothing but what the job's own environment brings.
    outside = dict.fromkeys(engine.env)
    done = engine.command(
        "ansible-runner",
        *("run", str(folder), "--playbook", playbook, "--ident", "1", "--omit-env-files"),
        env={**outside, "PATH": f"{engine.bin}:/usr/local/bin:/usr/bin:/bin"},
    )
    artifacts = folder / "artifacts" / "1"
    # Of the environment, which is in "command", AWX keeps a copy without secrets.
    files = [path.read_text(encoding="utf-8") for path in artifacts.rglob("*") if path.is_file() and path.name != "command"]
    events = [json.loads(path.read_text(encoding="utf-8")) for path in (artifacts / "job_events").glob("*.json")]
    assert events, done.stdout + done.stderr
    return Job(sorted(events, key=lambda event: int(event["counter"])), done.returncode, "\n".join([*files, done.stdout, done.stderr]))
