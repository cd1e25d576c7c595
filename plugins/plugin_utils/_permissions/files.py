# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing files on the controller."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

#: As the kernel follows.
_MOST_LINKS = 40


def write_whole(path: Path, text: str) -> None:
    """Write a file atomically: readers see the old text or the new text, never a part.

    :raises OSError: when it cannot be written, or its path follows another user's link in a folder that all may write to.
    """
    target = _target(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        # mkstemp creates the file with mode 0600, but a policy is not a secret.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _target(path: Path, links: int = 0) -> Path:
    """The file that a path leads to. As the kernel's ``protected_symlinks``: another user's link in /tmp may lead anywhere.

    :param links: how many were followed already.
    :raises OSError: where it follows such a link, or goes round in circles.
    """
    path = Path.cwd() / path
    followed = Path(path.anchor)
    for part in path.parts[1:]:
        # Each part is looked at as it is reached, so that ".." is the parent of what a link leads to.
        followed = followed.parent if part == ".." else followed / part
        if not followed.is_symlink():
            continue
        if followed.parent.stat().st_mode & stat.S_IWOTH and followed.lstat().st_uid not in (0, os.geteuid()):
            raise OSError(errno.ELOOP, f"{followed} is a link of another user")
        if links == _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        followed = _target(followed.parent / followed.readlink(), links + 1)
    return followed
