# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``requests`` and ``urllib3``, which the host of a task may lack: :class:`Transport` reports that, before the first request."""

from __future__ import annotations

try:
    import requests
    import urllib3.exceptions
    import urllib3.util.retry
    import urllib3.util.ssl_
    from requests.adapters import HTTPAdapter
except ImportError:
    HAS_REQUESTS = False
    HTTPAdapter = object  # type: ignore[assignment, misc, unused-ignore]
    requests = urllib3 = None  # type: ignore[assignment, unused-ignore]
else:
    HAS_REQUESTS = True

__all__ = ["HAS_REQUESTS", "HTTPAdapter", "requests", "urllib3"]
