# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing files on the controller."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

#: To go through a folder, not to read it; Linux only.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY
#: As the kernel follows.
_MOST_LINKS = 40


def write_whole(path: Path, text: str) -> None:
    """Write a file atomically: readers see the old text or the new text, never a part. Its mode is the umask's.

    :raises OSError: when it cannot be written, or its path follows another user's link in a folder that all may write to.
    """
    target = _target(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = f".{target.name}.{secrets.token_hex(8)}"
    folder = _opened(target.parent)
    try:
        try:
            number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, target.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
    finally:
        os.close(folder)


def _opened(folder: Path) -> int:
    """A descriptor of a folder whose path has no links: one that comes in meanwhile is not followed.

    :raises OSError: when a part of the path is a link.
    """
    opened = os.open(folder.anchor, _FOLDER)
    for part in folder.parts[1:]:
        try:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=opened)
        finally:
            os.close(opened)
        opened = inner
    return opened


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
