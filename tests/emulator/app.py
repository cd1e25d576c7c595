# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side: finds the operation, authenticates the caller, validates request and response by the contract, and records.

Order: authentication, project, authorisation, validation, then the rules. So a caller learns nothing about the
resources of others, and a missing right shows even if the rest of the request is wrong.
"""

from __future__ import annotations

import json
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from . import auth, control
from .config import Config
from .contract import JSON, Contract, Operation
from .errors import ApiError, bad_token, broken, unknown_path, wrong_method
from .faults import Distortion, Fault, FaultPlan, RateLimit, error_body
from .recorder import Recorder, kept_headers
from .resource import Ids, load
from .server import BREAK, TRICKLE
from .store import Json, Store
from .watch import Watch


class Runtime:
    """Everything that changes while the emulator runs, and can be put back to how it started."""

    def __init__(self, config: Config, validate_responses: bool = True, access_log: Path | None = None) -> None:
        self.config = config
        self.validate_responses = validate_responses
        self.resources = load()
        self.contract = Contract(self.resources)
        self.recorder = Recorder(access_log)
        self.reset()

    def reset(self) -> None:
        store = Store(self.config)
        for name, seeds in self.config.seeds.items():
            for seed in seeds:
                self.resources[name].seed(store, seed)
        self.store = store
        self.directory = auth.Directory(type(user)(**{**vars(user), "actions": list(user.actions)}) for user in self.config.users)
        self.tokens: auth.TokenVerifier = auth.ConfiguredTokens(self.directory)
        if self.config.keystone is not None:
            self.tokens = auth.FirstOf(self.tokens, auth.KeystoneTokens(self.config.keystone, self.directory))
        self.faults = FaultPlan()
        self.rate = RateLimit()
        self.distortions: list[Distortion] = []
        self.expired_tokens: set[str] = set()
        self.watch = Watch()
        # Where a response broke the contract, or the emulator failed: never the client's fault.
        self.violations: list[str] = []
        self.recorder.forget()


def create_app(runtime: Runtime) -> Flask:
    app = Flask("elb-emulator", static_folder=None)
    app.url_map.merge_slashes = False
    for operation in runtime.contract.operations.values():
        app.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            endpoint=operation.id,
            methods=[operation.method],
            provide_automatic_options=False,
            view_func=_view(runtime, operation),
        )
    app.register_blueprint(control.blueprint(runtime))

    @app.before_request
    def no_head() -> Response | None:
        # Werkzeug answers HEAD wherever it answers GET; the reference knows no HEAD.
        if request.method == "HEAD":
            adapter = app.create_url_adapter(request)
            allowed = _methods(adapter.allowed_methods() if adapter else ())
            return Exchange(runtime, None, {}).refuse(wrong_method("HEAD", allowed))
        return None

    @app.errorhandler(HTTPException)
    def not_routed(error: HTTPException) -> Response:
        exchange = Exchange(runtime, None, {})
        if isinstance(error, NotFound):
            return exchange.refuse(unknown_path(request.path))
        if isinstance(error, MethodNotAllowed):
            return exchange.refuse(wrong_method(request.method, _methods(error.valid_methods or ())))
        return exchange.refuse(ApiError(error.code or 400, "ELB.8902", error.description or error.name))

    return app


def _view(runtime: Runtime, operation: Operation) -> Callable[..., Response]:
    return lambda **ids: Exchange(runtime, operation, ids).serve()


class Exchange:
    """One request and its response."""

    def __init__(self, runtime: Runtime, operation: Operation | None, ids: Ids) -> None:
        self.runtime = runtime
        self.operation = operation
        self.ids = ids
        self.request_id = str(uuid.uuid4())
        self.arrived = time.monotonic()
        self.headers: dict[str, str] = request.environ["emulator.headers"]
        self.body = request.get_data()
        self.odd = False
        self.entry: Json = {
            "time": time.time(),
            "method": request.method,
            "path": request.path,
            "query": _lists(request.args.items(multi=True)),
            "action": operation.action if operation else None,
            "user": None,
            # The status that the client received; None if there was no response.
            "status": None,
            # What the service did, where a fault hid it; None if it did nothing.
            "done": None,
            "error_code": None,
            "body": _parsed(self.body),
            "headers": kept_headers(self.headers),
            "fault": None,
            "request_id": self.request_id,
            # To see whether connections are used again.
            "client_port": request.environ["REMOTE_PORT"],
        }

    def serve(self) -> Response:
        runtime = self.runtime
        self.entry["in_flight"] = runtime.recorder.arrive()
        try:
            action = self.operation.action if self.operation else None
            delays, fault = runtime.faults.take(request.method, request.path, action)
            if runtime.rate.exceeded(runtime.store.behaviour.requests_per_second) and fault is None:
                fault = Fault("answer", status=429)
            self._sleep(runtime.store.behaviour.latency_ms)
            self._sleep(sum(delay.ms for delay in delays if delay.when == "before"))
            response = self._serve(fault)
            self._sleep(sum(delay.ms for delay in delays if delay.when == "after"))
            self._record(response)
            return response
        finally:
            runtime.recorder.leave()

    def _serve(self, fault: Fault | None) -> Response:
        if fault is None:
            return self._process()
        self.entry["fault"] = fault.do
        if fault.do == "later":
            return self._later(fault)
        if fault.do == "expire":
            return self._error(bad_token())
        if fault.do in ("truncate", "trickle"):
            response = self._process()
            self.entry["done"] = response.status_code
            request.environ[BREAK] = fault.do
            request.environ[TRICKLE] = fault.ms / 1000
            return response
        if fault.when == "after":
            self.entry["done"] = self._process().status_code
        if fault.do in ("reset", "close"):
            request.environ[BREAK] = fault.do
            return Response(status=500)
        status, headers, body = fault.answer(self.request_id)
        return Response(body, status, headers)

    def _later(self, fault: Fault) -> Response:
        """Refuse what is wrong now, and do the rest after the connection has ended."""
        try:
            run = self._prepare()
        except ApiError as error:
            return self._error(error)
        entry, recorder = self.entry, self.runtime.recorder

        def work() -> None:
            try:
                run()
                recorder.amend(entry, done=self.operation.success if self.operation else None)
            except ApiError as error:
                recorder.amend(entry, done=error.status)

        timer = threading.Timer(fault.ms / 1000, work)
        timer.daemon = True
        timer.start()
        if fault.status is None:
            request.environ[BREAK] = "reset"
            return Response(status=500)
        status, headers, body = fault.answer(self.request_id)
        return Response(body, status, headers)

    def _prepare(self) -> Callable[[], Json]:
        """All checks that need no store. What is left to do comes back as a function."""
        runtime, operation, ids = self.runtime, self.operation, self.ids
        assert operation is not None
        wire = auth.Wire(
            request.method,
            request.environ["emulator.path"],
            request.environ["QUERY_STRING"],
            self.headers,
            self.body,
        )
        if self.headers.get("x-auth-token") in runtime.expired_tokens and "authorization" not in self.headers:
            raise bad_token()
        caller = auth.authenticate(wire, runtime.directory, runtime.tokens)
        self.entry["user"] = caller.user.name
        auth.check_project(wire, caller, ids["project_id"])
        auth.authorize(caller, operation.action)
        query = runtime.contract.check_query(operation, request.args.items(multi=True))
        body = runtime.contract.check_body(operation, request.content_type or "", self.body)
        store = runtime.store

        def run() -> Json:
            with store.lock:
                store.settle()
                found = runtime.resources[operation.resource].run(operation.verb, store, ids, query, body)
                runtime.watch.look(store)
                return found

        return run

    def _process(self) -> Response:
        operation = self.operation
        assert operation is not None
        try:
            found = self._prepare()()
        except ApiError as error:
            return self._error(error)
        except Exception:  # noqa: BLE001 (any exception is reported as a violation)
            self.runtime.violations.append(traceback.format_exc())
            return self._error(broken("The emulator failed; see its violations."))
        if operation.success == 204:
            response = Response(status=204)
            # Flask sets one, and there is nothing it could be the type of.
            del response.headers["Content-Type"]
        else:
            response = self._json(operation.success, {**found, "request_id": self.request_id})
        return self._checked(response)

    def _error(self, error: ApiError) -> Response:
        response = self._json(
            error.status,
            {"error_msg": error.message, "error_code": error.code, "request_id": self.request_id},
            error.headers,
        )
        return self._checked(response)

    def refuse(self, error: ApiError) -> Response:
        """The response to what is no operation at all; faults meet it like everything else."""
        self.operation = None
        runtime = self.runtime
        dummy, fault = runtime.faults.take(request.method, request.path, None)
        if fault is not None and fault.do == "answer":
            self.entry["fault"] = fault.do
            status, headers, body = fault.answer(self.request_id)
            response = Response(body, status, headers)
        else:
            response = self._error(error)
        self._record(response)
        return response

    def _json(self, status: int, body: Json, headers: dict[str, str] | None = None) -> Response:
        action = self.operation.action if self.operation else None
        for distortion in self.runtime.distortions:
            if distortion.meets(request.method, request.path, action):
                distortion.done += 1
                distortion.apply(body)
                self.odd = True
        response = Response(json.dumps(body), status, headers, content_type=JSON)
        response.headers["X-Request-Id"] = self.request_id
        return response

    def _checked(self, response: Response) -> Response:
        runtime, operation = self.runtime, self.operation
        if operation is None or self.odd or runtime.store.odd or not runtime.validate_responses:
            return response
        wrong = runtime.contract.response_error(operation, response.status_code, response.content_type or "", response.get_data())
        if wrong is None:
            return response
        runtime.violations.append(f"{operation.id} {response.status_code}: {wrong}")
        message = f"The emulator broke its own contract: {wrong}"
        return Response(error_body("ELB.8906", message, self.request_id), 500, content_type=JSON)

    def _record(self, response: Response) -> None:
        entry = self.entry
        broken_off = request.environ.get(BREAK) in ("reset", "close")
        entry["status"] = None if broken_off else response.status_code
        if entry["fault"] is None:
            entry["done"] = response.status_code
        if not broken_off and response.status_code >= 400:
            body = _parsed(response.get_data())
            entry["error_code"] = body.get("error_code") if isinstance(body, dict) else None
        entry["ms"] = round((time.monotonic() - self.arrived) * 1000, 3)
        self.runtime.recorder.add(entry)

    @staticmethod
    def _sleep(ms: float) -> None:
        if ms > 0:
            time.sleep(ms / 1000)


def _methods(known: Iterable[str]) -> str:
    return ", ".join(sorted(set(known) - {"HEAD", "OPTIONS"}))


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")
