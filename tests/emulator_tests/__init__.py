# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof that the emulator does what the API reference says. Nothing here knows plugins/."""
