# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``make demo`` and draws its output in docs/demo.svg: ``python -m tools.release.picture``."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

CHECKOUT = Path(__file__).resolve().parents[2]
PICTURE = CHECKOUT / "docs" / "demo.svg"
WIDTH = 112


def main() -> int:
    PICTURE.write_text(drawn(played()), encoding="utf-8")
    return 0


def played() -> str:
    """The output of the demo against the emulator, with colours and without the path of the checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "OTC_", "ELB_"))}
    environment |= {"ANSIBLE_FORCE_COLOR": "true", "COLUMNS": str(WIDTH - 2)}
    done = subprocess.run(
        ["make", "--no-print-directory", "demo"], cwd=CHECKOUT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return f"$ make demo\n{done.stdout}".replace(f"{CHECKOUT}/", "")


def drawn(output: str) -> str:
    """A picture of a terminal with the output."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    # Shorten the headings of Ansible, and remove blank lines.
    text = re.sub(r"\*{8,}", "*" * 8, re.sub(r"\n{2,}", "\n", output))
    console.print(Text.from_ansi(text))
    svg = console.export_svg(title="otc.elb", unique_id="demo")
    # The picture loads no fonts from other servers.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"\n\s*\n+", "\n", re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
