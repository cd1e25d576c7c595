# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of the benchmark works with: an emulator, and modules in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import trustme
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ..credentials import aksk
from ..emulator.client import Emulator

Json = dict[str, Any]

CHILD = Path(__file__).with_name("child.py")
COLLECTIONS = Path(sys.prefix, "collections")
POOL = {"name": "web", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}


@dataclass(frozen=True)
class Run:
    """One run of a module's process."""

    seconds: float
    #: The most memory that it had.
    kib: int
    result: Json


class Setting:
    """An emulator, and a folder for files.

    ``ansible`` is the virtual environment that the engine and the modules run in: one with ``community.aws`` and ``moto``.
    """

    def __init__(self, emulator: Emulator, home: Path, ansible: Path) -> None:
        self.emulator = emulator
        self.home = home
        self.ansible = ansible
        self.env = aksk(emulator)

    @property
    def python(self) -> str:
        return str(self.ansible / "bin" / "python")

    def pool(self, members: Sequence[Json] = (), **behaviour: Any) -> str:
        """A pool in an emulator as good as new, with what the emulator is to be like; gives its ID."""
        emulator = self.emulator
        emulator.reset()
        emulator.configure(member_quota=1_000_000, **behaviour)
        (seeded,) = emulator.seed({**POOL, "loadbalancer_id": emulator.loadbalancer("demo"), "members": list(members)})
        return str(seeded["id"])

    def run(self, module: str, **options: Any) -> Run:
        """Run a module of the collection as a process, as Ansible's developers do by hand: the engine is left out."""
        arguments, memory = self.home / "arguments.json", self.home / "memory"
        arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
        module = f"ansible_collections.otc.elb.plugins.modules.{module}"
        begun = time.perf_counter()
        done = self.process(str(CHILD), str(memory), module, str(arguments))
        seconds = time.perf_counter() - begun
        result = json.loads(done)
        assert not result.get("failed"), result
        return Run(seconds, int(memory.read_text(encoding="utf-8")), result)

    def process(self, *arguments: str) -> str:
        """What Python prints with these arguments."""
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "PYTHONPATH": str(COLLECTIONS), **self.env}
        return subprocess.run([self.python, *arguments], env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


class Certificate(NamedTuple):
    """A certificate for this machine."""

    chain: Path
    key: Path
    #: The CAs that programs trust by default, and its own: reading them takes as long as it usually does.
    bundle: Path


def certificate(home: Path) -> Certificate:
    made = Certificate(home / "server.pem", home / "server.key", home / "bundle.pem")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(str(made.chain))
    issued.private_key_pem.write_to_path(str(made.key))
    made.bundle.write_bytes(Path(DEFAULT_CA_BUNDLE_PATH).read_bytes() + authority.cert_pem.bytes())
    return made


def entries(size: int, first: str = "10.1", **fields: Any) -> list[Json]:
    """Members by IP address only, with addresses that begin with ``first``."""
    return [{"address": f"{first}.{n // 250}.{n % 250 + 1}", "protocol_port": 80, "name": f"web-{n}", **fields} for n in range(size)]
