# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens of a run, kept in Ansible's temporary folder: mode 0700, shared by the processes of a run, and removed at its end."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from pathlib import Path


class TokenFiles:
    """See :class:`TokenCache`. A token that cannot be kept or read costs a request, and never fails a task.

    :param folder: exists.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def _path(self, cache_id: str) -> Path:
        return self._folder / f"otc-elb-token-{hashlib.sha256(cache_id.encode()).hexdigest()}"

    def load(self, cache_id: str) -> str | None:
        """See :class:`TokenCache`."""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return self._path(cache_id).read_text(encoding="utf-8")
        return None

    def save(self, cache_id: str, state: str) -> None:
        """See :class:`TokenCache`. Another process reads the file before or after, never a part of it."""
        with contextlib.suppress(OSError):
            # Made with mode 0600.
            with tempfile.NamedTemporaryFile("w", dir=self._folder, encoding="utf-8", delete=False) as file:
                file.write(state)
            Path(file.name).replace(self._path(cache_id))
