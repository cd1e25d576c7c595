# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets up a new Keystone, and serves it on the loopback interface. Run by the Python of Keystone's own virtual environment."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sqlite3
import sys
import threading
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config-file", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--admin-password", required=True)
    parser.add_argument("--ready-file", type=Path, required=True, help="gets the URLs as soon as they can be used")
    parser.add_argument("--tls-cert", required=True)
    parser.add_argument("--tls-key", required=True)
    options = parser.parse_args()
    parent = os.getppid()
    set_up(options.config_file, options.database, options.admin_password)
    # Keystone reads both while it is imported; the arguments are ours.
    del sys.argv[1:]
    os.environ["OS_KEYSTONE_CONFIG_FILES"] = options.config_file
    from keystone.wsgi.api import application  # type: ignore[import-not-found]
    from werkzeug.serving import make_server

    # Keystone configures logging; the tests count requests in the log.
    requests = logging.getLogger("werkzeug")
    requests.setLevel(logging.INFO)
    requests.addHandler(logging.StreamHandler())
    urls = {}
    for scheme, tls in (("http", None), ("https", (options.tls_cert, options.tls_key))):
        # One request after the other: SQLite has no room for two that write.
        server: Any = make_server("127.0.0.1", 0, application, ssl_context=tls)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        urls[scheme] = f"{scheme}://127.0.0.1:{server.server_port}/v3"
    # Atomic, so that a waiting process never reads a part.
    partial = options.ready_file.with_suffix(".part")
    partial.write_text(json.dumps(urls), encoding="utf-8")
    partial.replace(options.ready_file)
    while os.getppid() == parent:
        time.sleep(0.5)


def set_up(config_file: str, database: str, admin_password: str) -> None:
    keys = [f"--keystone-user={os.getuid()}", f"--keystone-group={os.getgid()}"]
    manage(config_file, ["db_sync"], ["fernet_setup", *keys], ["credential_setup", *keys])
    with closing(sqlite3.connect(database)) as connection:
        # Readers do not block writers.
        connection.execute("PRAGMA journal_mode=WAL")
    manage(config_file, ["bootstrap", f"--bootstrap-password={admin_password}"])


def manage(config_file: str, *commands: list[str]) -> None:
    """Commands of keystone-manage, all at a time: forks, as Keystone's import takes longer than any of them."""
    from keystone.cmd import cli  # type: ignore[import-not-found]

    started = {}
    for command in commands:
        process = os.fork()
        if not process:
            try:
                cli.main(["keystone-manage", f"--config-file={config_file}", *command])
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(1)
        started[process] = command[0]
    failed = [name for process, name in started.items() if os.waitpid(process, 0)[1]]
    if failed:
        sys.exit(f"keystone-manage failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
