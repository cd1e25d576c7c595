# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator of Open Telekom Cloud's ELB v3 API for pools and members.

It is a service of its own that knows only the API reference (resources/: contracts and rules).
It shares no code with plugins/, because a test double that shares code with what it tests shares its mistakes too.
"""
