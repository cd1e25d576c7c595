# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module, and writes the most memory that it had (KiB) to a file: ``python child.py FILE MODULE ARGUMENTS``.

Asked of the process itself: what its parent could learn counts the parent's own memory as well.
"""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

memory, module = Path(sys.argv[1]), sys.argv[2]
del sys.argv[1:3]
try:
    runpy.run_module(module, run_name="__main__")
finally:
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))
    memory.write_text(found[1] if found else "0", encoding="utf-8")
