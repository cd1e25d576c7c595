# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links of a Markdown page, for the tests and for the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# Code has no links.
CODE = r"(?P<code>^ *```.*?^ *```|`[^`\n]+`)"
LINK = r"\]\((?P<target>[^)\s]+)\)"
EITHER = re.compile(f"{CODE}|{LINK}", re.MULTILINE | re.DOTALL)


def links(text: str) -> Iterator[str]:
    """The link targets of the page, with images."""
    return (found["target"] for found in EITHER.finditer(text) if found["target"])


def anchors(text: str) -> set[str]:
    """The anchors of the page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def with_links(text: str, change: Callable[[str], str]) -> str:
    """The page with each link target replaced by ``change``."""
    return EITHER.sub(lambda found: f"]({change(found['target'])})" if found["target"] else found[0], text)


def is_external(target: str) -> bool:
    return "://" in target or target.startswith("mailto:")
