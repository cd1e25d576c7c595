# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs docs/examples/quickstart.yml against the cloud if the environment has credentials, else against the emulator."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.credentials import aksk
from tests.emulator.client import start

CHECKOUT = Path(__file__).resolve().parent.parent
PLAYBOOK = "docs/examples/quickstart.yml"

# Each of these sets is a credential.
CREDENTIALS = (
    {"OS_ACCESS_KEY", "OS_SECRET_KEY"},
    {"OS_AUTH_TOKEN"},
    {"OS_TOKEN"},
    {"OS_CLOUD"},
    {"OS_AUTH_URL", "OS_USERNAME"},
)

SETTINGS = {
    "ANSIBLE_COLLECTIONS_PATH": str(Path(sys.prefix, "collections")),
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
}


def main() -> int:
    # SIGTERM is handled like Ctrl-C: all started processes are stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return against_cloud() if any_credentials(os.environ) else against_emulator()
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130


def any_credentials(environment: Mapping[str, str]) -> bool:
    given = {name for name, value in environment.items() if value}
    return any(way <= given for way in CREDENTIALS)


def of_the_cloud(name: str) -> bool:
    """Whether a variable is for the cloud or a proxy, and must not reach the playbook against the emulator."""
    return name.upper().startswith(("OS_", "OTC_", "ELB_")) or name.upper().endswith("_PROXY")


def against_cloud() -> int:
    loadbalancer = os.environ.get("ELB_LOADBALANCER")
    if not loadbalancer:
        say(
            "The environment has credentials, so the demo would run in your project. It needs a load balancer",
            'with "IP as a Backend" enabled: set ELB_LOADBALANCER to its name or ID, and run the demo again.',
            "To run the demo against the emulator instead, unset the OS_* variables.",
        )
        return 2
    # A unique name, so that no existing pool is changed or removed.
    pool = f"quickstart-web-{secrets.token_hex(4)}"
    say(
        f"The environment holds credentials: this runs in your project, with the load balancer {loadbalancer}.",
        f"It makes the pool {pool}, and removes it in the end. Its members need no servers, so their health is not waited for.",
    )
    return play(os.environ, f"--extra-vars=pool={pool}", "--extra-vars=wait=false")


def against_emulator() -> int:
    say("The environment has no credentials for Open Telekom Cloud: starting the emulator of ELB on this machine.")
    with start() as emulator:
        say(f"Its endpoint is {emulator.url}. The playbook gets it as OTC_ELB_ENDPOINT, with the credential of a user.")
        others = {name: value for name, value in os.environ.items() if not of_the_cloud(name)}
        rc = play({**others, **aksk(emulator)})
        requests, writes = len(emulator.requests()), len(emulator.writes())
    say(f"The playbook sent {requests} requests, {writes} of them writes. The emulator is stopped.")
    return rc


def play(environment: Mapping[str, str], *arguments: str) -> int:
    """Run the playbook; it never outlives this call.

    :returns: its exit code.
    """
    say(" ".join(("$ ansible-playbook", *arguments, PLAYBOOK)))
    command = [str(Path(sys.prefix, "bin", "ansible-playbook")), *arguments, PLAYBOOK]
    with subprocess.Popen(command, cwd=CHECKOUT, env={**SETTINGS, **environment}) as player:
        try:
            return player.wait()
        except BaseException:
            player.terminate()
            raise


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
