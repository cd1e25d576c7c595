# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m tests.emulator: serves until it is terminated."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path

from .app import Runtime, create_app
from .config import ConfigError, load
from .server import Server, tls_context


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emulator", description="ELB v3 pools and members, on 127.0.0.1.")
    parser.add_argument("--config", type=Path, help="replaces top-level keys of default.yaml")
    parser.add_argument("--port", type=int, default=0, help="0, the default: a free one")
    parser.add_argument("--ready-file", type=Path, help="gets the URL as soon as it can be used")
    parser.add_argument("--no-validate-responses", action="store_true", help="faster; for benchmarks")
    parser.add_argument("--tls-cert", type=Path, help="serve HTTPS with this certificate")
    parser.add_argument("--tls-key", type=Path)
    parser.add_argument("--tls-client-ca", type=Path, help="require a client certificate of this CA")
    parser.add_argument("--access-log", type=Path, help="one JSON object a line for each request")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when the parent process does")
    return parser


def main() -> int:
    options = arguments().parse_args()
    if (options.tls_cert is None) != (options.tls_key is None):
        arguments().error("--tls-cert and --tls-key belong together")
    tls = tls_context(options.tls_cert, options.tls_key, options.tls_client_ca) if options.tls_cert else None
    parent = os.getppid()
    try:
        runtime = Runtime(load(options.config), not options.no_validate_responses, options.access_log)
    except (ConfigError, OSError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    try:
        server = Server(create_app(runtime), options.port, tls)
    except OSError as error:
        print(f"emulator: port {options.port}: {error}", file=sys.stderr)
        return 2

    def stop(*dummy: object) -> None:
        # From another thread: shutdown waits for the loop that a signal interrupts.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if options.exit_with_parent:

        def watch() -> None:
            while os.getppid() == parent:
                time.sleep(0.5)
            stop()

        threading.Thread(target=watch, daemon=True).start()

    print(f"listening on {server.url}", flush=True)
    if options.ready_file is not None:
        # Atomically: another process waits for the file.
        partial = options.ready_file.with_name(options.ready_file.name + ".part")
        partial.write_text(server.url, encoding="utf-8")
        partial.replace(options.ready_file)
    with server:
        server.serve_forever(poll_interval=0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
