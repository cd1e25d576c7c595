# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts an emulator in a process of its own, and talks to its control API.

    with start() as emulator:
        emulator.grant("limited", ["elb:pools:list"])
        ...
        assert [entry["action"] for entry in emulator.requests()] == ["elb:pools:list"]

Only the standard library is needed here, and PyYAML.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
Json = dict[str, Any]


class EmulatorError(Exception):
    """The emulator did not start, or did not take a command."""


class Control:
    """The control API of an emulator, wherever it runs."""

    def __init__(self, url: str, control_cert: tuple[str, str] | None = None) -> None:
        self.url = url
        # The certificate is the test's own business; this channel carries nothing that needs protection.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if control_cert is not None:
            context.load_cert_chain(*control_cert)
        # Never through a proxy that the environment names.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

    def command(self, name: str, **values: Any) -> Any:
        asked = urllib.request.Request(
            f"{self.url}/_control/{name}",
            data=json.dumps(values).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        try:
            with self._opener.open(asked, timeout=30) as response:
                return json.load(response)["result"]
        except urllib.error.HTTPError as error:
            raise EmulatorError(error.read().decode()) from None

    def requests(self, **filters: Any) -> list[Json]:
        """The requests since the last forget() or reset(); with e.g. method="PUT", only those."""
        found: list[Json] = self.command("requests")
        return [entry for entry in found if all(entry.get(name) == value for name, value in filters.items())]

    def actions(self) -> list[str]:
        """The IAM actions of the requests, in their order."""
        return [entry["action"] for entry in self.requests()]

    def writes(self) -> list[Json]:
        """The requests that would change something."""
        return [entry for entry in self.requests() if entry["method"] != "GET"]

    def forget(self) -> None:
        self.command("forget")

    def reset(self) -> None:
        """Back to the configuration: resources, users, behaviour; no faults, no record."""
        self.command("reset")

    def state(self) -> Json:
        """{"pools": [... with whole members], "healthmonitors": [...], "listeners": {name: pool ID}, "loadbalancers": {ID: status}}"""
        state: Json = self.command("state")
        return state

    def violations(self) -> list[str]:
        """Answers that broke the contract, and errors inside the emulator. There must be none."""
        found: list[str] = self.command("violations")
        return found

    def configure(self, **values: Any) -> None:
        """What Behaviour in config.py has: pool_quota, latency_ms, busy_ms, delete_ms, first_check, drained_offline, ...;

        loadbalancers={id or name: {"provisioning_status": ..., "ip_target_enable": ...}}; users={name: {...}}.
        """
        self.command("configure", **values)

    def grant(self, user: str, actions: list[str], projects: list[str] | None = None) -> None:
        """From now on the user may do exactly this. projects=None: in those where it could before."""
        self.command("grant", user=user, actions=actions, projects=projects)

    def seed(self, *pools: Json) -> list[Json]:
        """Write pools past all rules; `members` in them as well. Gives [{"id": ..., "members": [IDs]}]."""
        made: list[Json] = self.command("seed", pools=list(pools))
        return made

    def seed_members(self, pool_id: str, *members: Json) -> list[str]:
        made: list[str] = self.command("seed_members", pool_id=pool_id, members=list(members))
        return made

    def seed_kind(self, kind: str, *items: Json) -> list[str]:
        """Write other resources past all rules, by the plural of their kind ("healthmonitors"), and get their IDs."""
        made: list[str] = self.command("seed_kind", kind=kind, items=list(items))
        return made

    def remove(self, kind: str, id: str) -> None:
        """Take away one of those that belong to no other."""
        self.command("remove", kind=kind, id=id)

    def set_status(
        self,
        pool_id: str,
        member_id: str,
        operating_status: str | None,
        reason: Json | str | None = None,
        listener_id: str | None = None,
    ) -> None:
        """What the health check says of a member (None: what it would say by itself); the reason, or just its code.

        With a listener, only what is said of the member there.
        """
        values = {"operating_status": operating_status, "reason": reason, "listener_id": listener_id}
        self.command("set_status", pool_id=pool_id, member_id=member_id, **values)

    def server_off(self, address: str, port: int | None = None, failure: str = "CONNECT_REFUSED") -> None:
        """From now on health checks of this server fail, with this reason; without a port, on all of its ports."""
        self.command("server", address=address, port=port, failure=failure)

    def server_on(self, address: str, port: int | None = None) -> None:
        self.command("server", address=address, port=port)

    def clock(self, factor: float | None = None, advance: float = 0) -> float:
        """Let the time of health checks, `busy_ms` and `delete_ms` pass faster (or not at all: 0), and let seconds pass at once."""
        seconds: float = self.command("clock", factor=factor, advance=advance)
        return seconds

    def watch(self, pool_id: str) -> None:
        """From now on, remember the pool's members whenever a request or a command finds them changed."""
        self.command("watch", pool_id=pool_id)

    def moments(self) -> list[Json]:
        """[{"time": ..., "members": [{"address", "name", "weight", "operating_status"}, ...]}, ...], since watch()."""
        found: list[Json] = self.command("moments")
        return found

    def health_monitor(self, pool_id: str, healthmonitor_id: str | None = "") -> str | None:
        """Give a pool a health check, by default with a new ID, that finds members healthy at once; None takes it away."""
        made: str | None = self.command("health_monitor", pool_id=pool_id, healthmonitor_id=healthmonitor_id)
        return made

    def forwarding_policy(self, pool_id: str, listener_id: str | None = None) -> str:
        """Let a forwarding policy send requests to the pool."""
        made: str = self.command("forwarding_policy", pool_id=pool_id, listener_id=listener_id)
        return made

    def remove_forwarding_policy(self, policy_id: str) -> None:
        self.command("remove_forwarding_policy", policy_id=policy_id)

    def fault(self, do: str, **values: Any) -> int:
        """Spoil requests; see Fault in faults.py.

        do: reset, close, truncate, trickle, answer, delay, later, expire. Which: method, path (a regular expression), action;
        skip, times (default 1; None: always). when="before" or "after" the change. ms, status, html, body,
        error_code, error_msg, headers, retry_after.
        """
        made: int = self.command("fault", do=do, **values)
        return made

    def faults(self) -> list[Json]:
        found: list[Json] = self.command("faults")
        return found

    def clear_faults(self, id: int | None = None) -> None:
        self.command("clear_faults", id=id)

    def distort(self, **values: Any) -> None:
        """Answers that differ from the reference: drop=[fields], null=[fields], set={field: value}.

        Which: method, path, action, times. Fields of the resource, dotted; from the top of the body after "$.".
        """
        self.command("distort", **values)

    def clear_distortions(self) -> None:
        self.command("clear_distortions")

    def expire_token(self, token: str) -> None:
        """From now on this token is refused. For the next N requests of anyone: fault("expire", times=N)."""
        self.command("expire_token", token=token)


class Emulator(Control):
    """An emulator that was started here. It ends with the block, or with this process."""

    def __init__(self, process: subprocess.Popen[str], url: str, config: Json, files: Any, **control: Any) -> None:
        super().__init__(url, **control)
        self.process = process
        # The whole configuration, default.yaml included.
        self.config = config
        self.project_id: str = config["project_id"]
        self._files = files

    def user(self, name: str) -> Json:
        found: Json = next(item for item in self.config["users"] if item["name"] == name)
        return found

    def loadbalancer(self, name: str) -> str:
        """The ID of a load balancer."""
        return self._id("loadbalancers", name)

    def listener(self, name: str) -> str:
        """The ID of a listener."""
        return self._id("listeners", name)

    def subnet(self, cidr: str) -> Json:
        """A subnet by its addresses: `id` is Neutron's, `vpc_subnet_id` the VPC's."""
        found: Json = next(item for item in self.config["subnets"] if item["cidr"] == cidr)
        return found

    def _id(self, kind: str, name: str) -> str:
        found: str = next(item["id"] for item in self.config[kind] if item["name"] == name)
        return found

    def stop(self) -> int:
        """End it. Returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._files.cleanup()
        return self.process.wait()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def start(
    config: Json | None = None,
    *,
    port: int = 0,
    validate_responses: bool = True,
    tls_cert: str | Path | None = None,
    tls_key: str | Path | None = None,
    tls_client_ca: str | Path | None = None,
    control_cert: tuple[str, str] | None = None,
    access_log: str | Path | None = None,
    timeout: float = 60,
) -> Emulator:
    """Start an emulator and wait until it answers. `config` replaces top-level keys of default.yaml.

    `control_cert`: certificate and key for the control API, where tls_client_ca demands one.
    """
    files = tempfile.TemporaryDirectory(prefix="emulator-")
    whole: Json = yaml.safe_load((HERE / "default.yaml").read_text(encoding="utf-8"))
    whole.update(config or {})
    path = Path(files.name) / "config.yaml"
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    ready = Path(files.name) / "url"
    # As the package that it is, from the directory that has it: another "tests" on the path cannot get in the way.
    command = [sys.executable, "-m", HERE.name, "--exit-with-parent"]
    command += ["--config", str(path), "--port", str(port), "--ready-file", str(ready)]
    for flag, value in (
        ("--tls-cert", tls_cert),
        ("--tls-key", tls_key),
        ("--tls-client-ca", tls_client_ca),
        ("--access-log", access_log),
    ):
        if value is not None:
            command += [flag, str(Path(value).resolve())]
    if not validate_responses:
        command.append("--no-validate-responses")
    process = subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + timeout
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            # Waits for its end, and closes the pipe.
            process.communicate()
            files.cleanup()
            raise EmulatorError(f"the emulator did not start: {' '.join(command)}")
        time.sleep(0.02)
    return Emulator(process, ready.read_text(encoding="utf-8"), whole, files, control_cert=control_cert)
