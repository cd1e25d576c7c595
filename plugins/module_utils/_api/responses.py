# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validation and meaning of responses. A response with a field of a wrong type is refused as a whole: it is not from the ELB API."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, ElbError, Json, Unreachable
from .._http.transport import LONGEST_MASKED, LONGEST_VALUE, Response, shortened
from .._resource.address import comparable_address
from .._resource.ids import normalized_id
from .._resource.registry import RESOURCES
from .._resource.resource import Operation
from . import hints

_TYPES: t.Mapping[str, type] = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list}

#: The types of a resource's fields, by the key that wraps one or many of them.
_SPECS: t.Mapping[str, Json] = {
    envelope: {"type": "dict", "options": resource.response_spec}
    for resource in RESOURCES
    for envelope in (resource.collection.one, resource.collection.many)
}
_PAGE_INFO: Json = {"type": "dict", "options": {"next_marker": {"type": "str"}}}

#: The longest error_msg that a message takes over, in characters.
_LONGEST_REASON = 2048
#: The most unknown names of fields that the responses to a task may have. Each is looked at, and the API's have a few.
_MOST_NAMES = 1000
_REDIRECTS = (301, 302, 303, 307, 308)


def _names_in(spec: Json) -> t.Iterator[str]:
    for name, option in spec.get("options", {}).items():
        yield name
        yield from _names_in(option)
        if isinstance(option.get("elements"), dict):
            yield from _names_in(option["elements"])


#: The names of all fields, also of those inside of others.
_NAMES = frozenset(_names_in({"options": _SPECS}))


def without_secret_names(value: t.Any, mask: t.Callable[[str], str], shown: dict[str, str]) -> t.Any:
    """A value of a response in which no unknown field has a secret for its name. Ansible masks values only.

    :param mask: removes secrets from a text.
    :param shown: the names of earlier responses, as they are shown; those of this one are added.
    """

    def known(name: str) -> str:
        if name not in shown and len(shown) < _MOST_NAMES:
            shown[name] = mask(shortened(name))
        return shown.get(name, "...")

    def cleaned(value: t.Any) -> t.Any:
        if isinstance(value, list):
            return [cleaned(each) for each in value]
        if isinstance(value, dict):
            return {name if name in _NAMES else known(name): cleaned(each) for name, each in value.items()}
        return value

    return cleaned(value)


def is_valid(operation: Operation, response: Response, resource_id: str | None = None, sent: Json | None = None) -> bool:
    """Whether a success has the body that the operation returns. A response about another resource is not valid.

    :param resource_id: the resource that the request was about.
    :param sent: the fields that the request had.
    """
    if not operation.envelope:
        return not response.not_json
    body = response.body
    if not isinstance(body, dict) or operation.envelope not in body:
        return False
    held = body[operation.envelope]
    spec = _SPECS[operation.envelope]
    if not operation.lists:
        return _is_resource(held, spec) and resource_id in (None, normalized_id(held["id"])) and _repeats(sent or {}, held)
    whole = held is None or (isinstance(held, list) and all(_is_resource(each, spec) for each in held))
    return whole and _has_type(body.get("page_info"), _PAGE_INFO)


def next_marker(body: Json) -> str | None:
    """Where the next page of a list begins; ``None`` where the response names none."""
    return (body.get("page_info") or {}).get("next_marker")


def is_busy(response: Response) -> bool:
    """See :func:`hints.is_busy`."""
    return isinstance(response.body, dict) and hints.is_busy(response.status, str(response.body.get("error_msg", "")))


def refuses_credential(response: Response) -> bool:
    """See :func:`hints.refuses_credential`."""
    return hints.refuses_credential(response.status, response.body.get("error_code") if isinstance(response.body, dict) else None)


def failure(
    attempt: str, operation: Operation, response: Response, mask: t.Callable[[str], str] = str, check_credential: str = ""
) -> ElbError:
    """The failure that a response means which is no success.

    :param attempt: what was tried, to follow "Could not".
    :param mask: removes secrets from a text. Before it is shortened: the rest of a secret would not be recognised.
    :param check_credential: what to do where the credential is refused, as a sentence.
    """

    def shown(value: t.Any, most: int = LONGEST_VALUE) -> t.Any:
        return None if value is None else shortened(mask(shortened(value, LONGEST_MASKED)), most)

    status = response.status
    if not 400 <= status < 600:
        where = shown(response.headers.get("Location", "elsewhere"))
        return Unreachable(f"Could not {attempt}: {_not_from_elb(response, where)}", status=status)
    body: Json = response.body if isinstance(response.body, dict) else {}
    # The API gateway and Keystone nest or name these differently.
    error: Json = body["error"] if isinstance(body.get("error"), dict) else body
    reason = error.get("error_msg") or error.get("message") or f"the response is {response.content_type}, not an error of the API"
    reason = shown(reason, _LONGEST_REASON)
    code = shown(error.get("error_code") or error.get("code"))
    request_id = shown(error.get("request_id") or body.get("request_id") or response.headers.get("X-Request-Id"))
    missing = hints.lacks_permission(status, code, reason)
    details = f"status {status}" + (f", {code}" if code else "") + (f", request {request_id}" if request_id else "")
    hint = hints.for_permission(operation) if missing else hints.for_error(operation, status, code, reason, check_credential)
    return ApiError(
        f"Could not {attempt}: {reason.rstrip('. ')} ({details}). {hint}".strip(),
        status,
        code,
        reason,
        not_found=hints.is_not_found(operation, status, code, reason),
        affects_all=missing or hints.refuses_credential(status, code),
        request_id=request_id,
        missing_action=operation.action if missing else None,
    )


def _not_from_elb(response: Response, where: str) -> str:
    """Why a response that is neither a success nor an error did not come from the ELB API, and what to do.

    :param where: where it redirects to, if it does.
    """
    if response.status in _REDIRECTS:
        return (
            f"the endpoint redirects to {where}, which is not followed because the credential would go there. "
            "If that address is right, give it as 'endpoint'."
        )
    described = f"status {response.status}, {response.content_type}"
    return f"the response ({described}) did not come from the ELB API. Check 'endpoint', and whether a proxy is on the way."


def _is_resource(value: t.Any, spec: Json) -> bool:
    return isinstance(value, dict) and bool(value.get("id")) and _has_type(value, spec)


def _repeats(sent: Json, held: Json) -> bool:
    """Whether a resource has the name, or the address and port, that were sent; a response may leave them out."""
    return all(
        held.get(name) is None or comparable_address(held[name]) == comparable_address(sent[name])
        for name in ("name", "address", "protocol_port")
        if name in sent
    )


def _has_type(value: t.Any, spec: Json) -> bool:
    """Whether a value, and all that is in it, has the type of its spec. Null and unknown fields may be of any type."""
    if value is None:
        return True
    expected = _TYPES[spec["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        return False
    if isinstance(value, list):
        elements = spec.get("elements")
        return not isinstance(elements, dict) or all(each is not None and _has_type(each, elements) for each in value)
    if not isinstance(value, dict):
        return True
    for name, option in spec.get("options", {}).items():
        part = value.get(name)
        if option.get("required") if part is None else not _has_type(part, option):
            return False
    return True
