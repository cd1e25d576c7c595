# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of requirements-dev.txt, for environments that get a part of it. pip takes no file with hashes as constraints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements-dev.txt"


def constraints() -> Path:
    """The file to give to ``pip install --constraint``: the lock without its hashes."""
    path = Path(sys.prefix, "constraints.txt")
    path.write_text(re.sub(r" \\\n +--hash=\S+", "", LOCK.read_text(encoding="utf-8")), encoding="utf-8")
    return path
