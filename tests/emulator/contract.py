# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the contract, an OpenAPI document, of openapi.yaml and the parts that the resources have, holds requests and
responses to it, with openapi-core, and puts its findings into the API's own words.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema_path import SchemaPath
from openapi_core.datatypes import RequestParameters
from openapi_core.unmarshalling.request.unmarshallers import V31RequestParametersUnmarshaller
from openapi_core.validation.schemas import oas31_schema_validators_factory
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from openapi_core.validation.schemas.validators import SchemaValidator
from werkzeug.datastructures import ImmutableMultiDict

from .errors import ApiError, empty_update, invalid
from .resource import Resource, load
from .store import Json

COMMON = Path(__file__).with_name("openapi.yaml")
JSON = "application/json"
BASE = "/v3/{project_id}/elb"
# What can be done: its method, the status of its success, and what else is answered.
VERBS = {
    "list": ("get", 200, (400, 401, 403, 500)),
    "create": ("post", 201, (400, 401, 403, 404, 409, 500)),
    "show": ("get", 200, (400, 401, 403, 404, 500)),
    "update": ("put", 200, (400, 401, 403, 404, 409, 500)),
    "delete": ("delete", 204, (400, 401, 403, 404, 409, 500)),
}
INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class QueryParameter:
    kind: str
    several: bool


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    id: str
    resource: str
    verb: str
    action: str
    method: str
    # With the names of the IDs in braces.
    path: str
    success: int
    query: Mapping[str, QueryParameter]
    has_body: bool


@dataclass
class _Request:
    """What openapi-core wants to know of a request."""

    path: str
    method: str
    parameters: RequestParameters
    content_type: str = ""
    body: bytes | None = None
    host_url: str = "http://127.0.0.1"


def document(resources: Iterable[Resource[Any]]) -> Json:
    """The whole contract."""
    whole: Json = yaml.safe_load(COMMON.read_text(encoding="utf-8"))
    for resource in resources:
        whole["components"]["schemas"].update(resource.contract["schemas"])
        for verb, described in resource.contract["operations"].items():
            path = BASE + resource.contract["path"] + ("" if verb in ("list", "create") else f"/{{{resource.singular}_id}}")
            # Whether the IDs exist is not the schema's business: an ill-formed one is simply not found.
            ids = [_parameter(name, {"type": "string", "minLength": 1}, "path") for name in re.findall(r"{(\w+)}", path)]
            item = whole["paths"].setdefault(path, {"parameters": ids})
            item[VERBS[verb][0]] = _operation(resource, verb, described, nested=len(ids) > 1)
    return whole


def _operation(resource: Resource[Any], verb: str, described: Json, nested: bool) -> Json:
    dummy, success, errors = VERBS[verb]
    made: Json = {"operationId": f"{verb}_{resource.plural}", "x-iam-action": described["action"]}
    envelope = {resource.singular: _schema(resource.noun)}
    if verb == "list":
        common = ("limit", "marker", "page_reverse", "enterprise_project_id")
        made["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in common]
        made["parameters"] += [_parameter(name, _schema(kind), "query") for name, kind in described["filters"].items()]
        envelope = {resource.plural: {"type": "array", "items": _schema(resource.noun)}, "page_info": _schema("PageInfo")}
        errors = tuple(sorted({*errors, 404})) if nested else errors
    elif verb in ("create", "update"):
        body = _closed({resource.singular: _schema(verb.capitalize() + resource.noun)})
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    response: Json = {"description": f"{verb} {resource.plural}: done"}
    if success != 204:
        response["content"] = {"application/json": {"schema": _closed({"request_id": _schema("RequestId"), **envelope})}}
    refusals = {str(status): {"$ref": "#/components/responses/Error"} for status in errors}
    made["responses"] = {str(success): response, **refusals}
    return made


def _parameter(name: str, schema: Json, place: str) -> Json:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _schema(kind: Any) -> Json:
    """`string`, a type of JSON; `Pool`, a schema; `[Pool]`, one or more of them."""
    if isinstance(kind, list):
        return {"type": "array", "minItems": 1, "items": _schema(kind[0])}
    return {"type": kind} if kind.islower() else {"$ref": f"#/components/schemas/{kind}"}


def _closed(properties: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


class Contract:
    def __init__(self, resources: Mapping[str, Resource[Any]] | None = None) -> None:
        resources = load() if resources is None else resources
        self.document = document(resources.values())
        # To follow the references anew for each request would take most of the time.
        self._inlined: dict[str, Any] = self._inline(self.document)
        self.operations = {operation.id: operation for operation in self._read_operations(resources)}
        self._bodies = {name: self._validator(one, "requestBody") for name, one in self.operations.items() if one.has_body}
        # None where the response has no content.
        self._responses = {
            (name, int(status)): self._validator(one, "responses", status) if "content" in response else None
            for name, one in self.operations.items()
            for status, response in self._inlined["paths"][one.path][one.method.lower()]["responses"].items()
        }
        # Neither depends on anything else, and both take a while.
        self._parameters = functools.lru_cache(maxsize=512)(self._parameters_anew)
        self._check_query = functools.lru_cache(maxsize=512)(self._check_query_anew)

    def _read_operations(self, resources: Iterable[str]) -> Iterable[Operation]:
        for path, item in self.document["paths"].items():
            for verb, (method, success, _errors) in VERBS.items():
                described = item.get(method, {})
                for resource in resources:
                    if described.get("operationId") == f"{verb}_{resource}":
                        parameters = [self._resolve(entry) for entry in described.get("parameters", [])]
                        yield Operation(
                            id=described["operationId"],
                            resource=resource,
                            verb=verb,
                            action=described["x-iam-action"],
                            method=method.upper(),
                            path=path,
                            success=success,
                            query={entry["name"]: self._query_parameter(entry["schema"]) for entry in parameters},
                            has_body="requestBody" in described,
                        )

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def _inline(self, node: Any) -> Any:
        """The same document without references. None of them leads back to itself."""
        if isinstance(node, dict):
            return {name: self._inline(item) for name, item in self._resolve(node).items()}
        return [self._inline(item) for item in node] if isinstance(node, list) else node

    def _part(self, operation: Operation, sent: frozenset[str] | None = None) -> SchemaPath:
        """The document with one operation, and of its query parameters, all of which are optional, only those sent."""
        item = self._inlined["paths"][operation.path]
        described = dict(item[operation.method.lower()])
        if sent is not None:
            described["parameters"] = [one for one in described.get("parameters", []) if one["name"] in sent]
        part = {"parameters": item["parameters"], operation.method.lower(): described}
        return SchemaPath.from_dict({**self._inlined, "paths": {operation.path: part}})

    def _validator(self, operation: Operation, *place: str) -> SchemaValidator:
        """Of the JSON of a request or a response. Made once: openapi-core would find and make it anew for each."""
        part = self._part(operation)
        found = part / "paths" / operation.path / operation.method.lower()
        for step in (*place, "content", JSON, "schema"):
            found /= step
        return oas31_schema_validators_factory.create(part, found)

    def _parameters_anew(self, operation_id: str, sent: frozenset[str]) -> V31RequestParametersUnmarshaller:
        return V31RequestParametersUnmarshaller(self._part(self.operations[operation_id], sent))

    def _query_parameter(self, schema: dict[str, Any]) -> QueryParameter:
        schema = self._resolve(schema)
        if schema["type"] == "array":
            return QueryParameter(self._resolve(schema["items"])["type"], several=True)
        return QueryParameter(schema["type"], several=False)

    def check_query(self, operation: Operation, pairs: Iterable[tuple[str, str]]) -> Json:
        """The values of the query, in their types; only those that were sent."""
        values, error = self._check_query(operation.id, tuple(pairs))
        if error is not None:
            raise ApiError(error.status, error.code, error.message)
        return dict(values)

    def _check_query_anew(self, operation_id: str, pairs: Pairs) -> tuple[Json, ApiError | None]:
        operation = self.operations[operation_id]
        seen: set[str] = set()
        for name, value in pairs:
            parameter = operation.query.get(name)
            if parameter is None:
                return {}, invalid(name, "There is no such query parameter.")
            if name in seen and not parameter.several:
                return {}, invalid(name, "It can be given only once.")
            seen.add(name)
            # openapi-core also reads "yes" and "1_0"; the service does not.
            if parameter.kind == "boolean" and value.lower() not in ("true", "false"):
                return {}, invalid(name, "It must be true or false.")
            if parameter.kind == "integer" and not INTEGER.fullmatch(value):
                return {}, invalid(name, "It must be an integer.")
        # The path must match its own template only, so the names of the IDs stand for IDs. One that does not exist is a 404 later.
        result = self._parameters(operation_id, frozenset(seen)).unmarshal(
            _Request(re.sub(r"[{}]", "", operation.path), operation.method.lower(), RequestParameters(query=ImmutableMultiDict(pairs)))
        )
        for error in result.errors:
            return {}, invalid(getattr(error, "name", "query"), _explain(error))
        return {name: value for name, value in result.parameters.query.items() if name in seen}, None

    def check_body(self, operation: Operation, content_type: str, raw: bytes) -> Json:
        """The body, if it is what the document says. Where it says nothing of a body, none is looked at."""
        if not operation.has_body:
            return {}
        update = operation.method == "PUT"
        if not raw and update:
            raise empty_update()
        if content_type.partition(";")[0].strip().lower() != JSON:
            raise invalid("Content-Type", "The body must be application/json.")
        try:
            body = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise invalid("body", "It is not JSON.") from error
        if update and isinstance(body, dict) and (not body or (len(body) == 1 and {} in body.values())):
            raise empty_update()
        try:
            self._bodies[operation.id].validate(body)
        except InvalidSchemaValue as error:
            raise _body_error(list(error.schema_errors)) from error
        whole: Json = _whole_numbers(body)
        return whole

    def response_error(self, operation: Operation, status: int, content_type: str, raw: bytes) -> str | None:
        """What is wrong with a response: nothing, or the emulator itself has a fault."""
        if (operation.id, status) not in self._responses:
            return f"There is no status {status}."
        validator = self._responses[operation.id, status]
        if (content_type, bool(raw)) != (JSON if validator else "", validator is not None):
            return f"{content_type!r} is not its content type, or its body is missing."
        try:
            if validator is not None:
                validator.validate(json.loads(raw))
        except (ValueError, InvalidSchemaValue) as error:
            return _explain(error)
        return None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key occurs twice")
    return made


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _whole_numbers(value: Any) -> Any:
    """80.0 is an integer to JSON Schema, and shall be one in the response as well."""
    if isinstance(value, dict):
        return {name: _whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _explain(error: BaseException) -> str:
    found = list(getattr(error, "schema_errors", getattr(error.__cause__, "schema_errors", ())))
    if found:
        first = found[0]
        return "/".join(str(step) for step in first.absolute_path) + ": " + _short(first.message)
    return _short(str(error.__cause__ or error))


def _short(text: str) -> str:
    return text if len(text) <= 300 else text[:297] + "..."


def _body_error(found: list[Any]) -> ApiError:
    """Name the field, as the service does: it is what a user needs to know."""
    # The field that is missing or unknown, rather than the object that lacks or has it.
    first = max(found, key=lambda item: len(item.absolute_path))
    path = [str(step) for step in first.absolute_path]
    if first.validator == "required":
        path.append(next(name for name in first.validator_value if name not in first.instance))
    elif first.validator == "additionalProperties":
        known = first.schema.get("properties", {})
        path.append(next(name for name in first.instance if name not in known))
    return invalid(".".join(path[1:]) or (path[0] if path else "body"), _short(first.message))
