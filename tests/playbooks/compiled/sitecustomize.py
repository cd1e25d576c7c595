# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what Python compiles of the archives in which Ansible sends modules.

Each module that Ansible starts comes with all that it imports in an archive of its own, whose files Python compiles anew: half of the time
of a module. Python imports this file where it starts, if the folder is in PYTHONPATH (see engine.py). What is kept is in the virtual
environment.
"""

from __future__ import annotations

import _imp
import contextlib
import importlib.util
import marshal
import os
import sys
import zipimport
from pathlib import Path
from types import CodeType

_FOLDER = Path(sys.prefix, "compiled")
_compile = zipimport._compile_source  # type: ignore[attr-defined]


def _compile_once(path: str, source: bytes, *more: object) -> CodeType:
    code: CodeType
    kept = _FOLDER / importlib.util.source_hash(source).hex()
    try:
        code = marshal.loads(kept.read_bytes())  # noqa: S302
    except (OSError, ValueError, EOFError, TypeError):
        code = _compile(path, source, *more)
        # Whole, also where several processes write it.
        own = kept.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            _FOLDER.mkdir(parents=True, exist_ok=True)
            own.write_bytes(marshal.dumps(code))
            own.replace(kept)
    _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]
    return code


# Of a Python that is no virtual environment, the folder would be the system's.
if sys.prefix != sys.base_prefix:
    zipimport._compile_source = _compile_once  # type: ignore[attr-defined]
