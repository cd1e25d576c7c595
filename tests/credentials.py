# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment variables that make a module talk to the emulator, as one of its users."""

from __future__ import annotations

from .emulator.client import Emulator


def aksk(emulator: Emulator, user: str = "admin") -> dict[str, str]:
    found = emulator.user(user)
    variables = {
        "OTC_ELB_ENDPOINT": emulator.url,
        "OS_PROJECT_ID": emulator.project_id,
        "OS_ACCESS_KEY": found["access_key"],
        "OS_SECRET_KEY": found["secret_key"],
    }
    if "security_token" in found:
        variables["OS_SECURITY_TOKEN"] = found["security_token"]
    return variables


def token(emulator: Emulator, user: str = "admin") -> dict[str, str]:
    return {
        "OTC_ELB_ENDPOINT": emulator.url,
        "OS_PROJECT_ID": emulator.project_id,
        "OS_AUTH_TOKEN": emulator.user(user)["token"],
    }
