# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Proof that the emulator does what the API reference says. Nothing here knows plugins/."""
