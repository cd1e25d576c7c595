# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts without secrets, in whatever spelling these come back."""

from __future__ import annotations

import base64
import functools
import html
import re
import typing as t
from urllib.parse import unquote, unquote_plus

from ansible.module_utils.common.parameters import remove_values

#: What a secret is replaced by, as Ansible does it.
_MASK = "*" * 8
#: The parts of a text that may be a secret in another spelling, the smallest first.
_PARTS = tuple(re.compile(pattern, re.DOTALL) for pattern in (r"[^\s/?&=#,;:'\"<>()\[\]{}]+", r"\S+", r".+"))
#: A signature of AK/SK in the header ``Authorization``, also percent-encoded.
_SIGNATURE = re.compile(r"(signature\W+u?)[0-9a-f]{64,}", re.IGNORECASE)
#: Shorter ones are in any base64 by chance.
_SHORTEST_IN_BASE64 = 4
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([\\/'\"]))")
#: How often a text may be encoded: a redirect that holds a URL that holds a URL.
_LAYERS = 3


def masked(text: str, secrets: t.Collection[str]) -> str:
    """A text of a message without secrets, in whatever spelling: escaped, percent-encoded, as HTML, or within base64.

    A signature of a request is one, too: the request can be repeated with it. To be called before the text is shortened or escaped: what
    is left of a secret would not be recognised.
    """
    # The longest first: another one may be a part of it, and would leave the rest. A list: another thread may add a token meanwhile.
    known = sorted(secrets, key=len, reverse=True)
    text = _SIGNATURE.sub(rf"\1{_MASK}", str(remove_values(text, known)))
    for part in _PARTS:
        if not _holds(text, known):
            break
        text = part.sub(lambda found: _MASK if _holds(found[0], known) else found[0], text)
    return text


def _holds(text: str, secrets: t.Collection[str]) -> bool:
    return any(spelling in decoded for decoded in _decoded(text) for secret in secrets for spelling in (secret, *_in_base64(secret)))


def _decoded(text: str) -> t.Iterator[str]:
    """What a text may stand for, layer by layer."""
    for dummy in range(_LAYERS + 1):
        yield from {text, unquote_plus(text)}
        before, text = text, html.unescape(unquote(_ESCAPE.sub(_unescaped, text)))
        if text == before:
            break


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1] or escape[2], 16)) if escape[1] or escape[2] else escape[3]


@functools.lru_cache(maxsize=64)
def _in_base64(secret: str) -> tuple[str, ...]:
    """What any base64 of a text has in it where the text has a secret in it, of both alphabets."""
    data, found = secret.encode("utf-8", "replace"), set[str]()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data)
        # Without the letters that depend on what is before or after it.
        inner = encoded[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6].decode()
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return tuple(found) if len(data) >= _SHORTEST_IN_BASE64 else ()
