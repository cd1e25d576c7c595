# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The signature, compared with the signer of the vendor's SDK."""

from __future__ import annotations

import calendar
import time
from urllib.parse import quote

import pytest
import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.otc.elb.plugins.module_utils._auth.signer import AkskAuth, authorization

DATE = "20261121T120000Z"
CLOCK = calendar.timegm(time.strptime(DATE, "%Y%m%dT%H%M%SZ"))

# Anything that can be in a name: spaces, signs, letters beyond ASCII. Surrogates cannot be encoded at all.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
keys = st.text("abcdefghijklmnopqrstuvwxyzABC_0123456789", min_size=1, max_size=8)


def signed_by_vendor(method: str, path: str, query: list[tuple[str, str]], headers: dict[str, str], body: str, ak: str, sk: str) -> str:
    """The Authorization header of the vendor's signer for the same request."""
    request = SdkRequest(
        method=method,
        schema="https",
        host="elb.example.com",
        resource_path=path,
        query_params=query,
        header_params={"Host": "elb.example.com", "X-Sdk-Date": DATE, **headers},
        body=body,
    )
    return str(Signer(BasicCredentials(ak, sk)).sign(request).header_params["Authorization"])


def signed_by_us(method: str, path: str, query: list[tuple[str, str]], body: str, auth: AkskAuth) -> requests.PreparedRequest:
    url = "https://elb.example.com" + path
    prepared = requests.Request(method, url, params=query, data=body.encode(), headers={"Content-Type": "application/json"}).prepare()
    return auth(prepared)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    segments=st.lists(words.filter(lambda word: word.strip(".") != ""), max_size=4),
    query=st.lists(st.tuples(keys, words), max_size=6),
    body=words,
    token=st.none() | st.text("abc/+=0", min_size=1, max_size=20),
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
)
# Tried in each run, whatever is generated.
@example("GET", ["p"], [("name", "b"), ("name", "a"), ("name", ""), ("name", "a")], "", None, "SK")
@example("GET", ["p"], [("name", "ü ~+&=/?%2f"), ("name", "日本"), ("name", "!*'()"), ("na", "😀")], "", "t+/=", "SK")
@example("PUT", ["a b", "ü", "%41", "~-_."], [("empty", "")], '{"name": "ü"}', None, "SK")
@example("DELETE", [], [], "", None, "SK")
def test_same_signature_as_the_vendors_signer(
    method: str, segments: list[str], query: list[tuple[str, str]], body: str, token: str | None, secret: str
) -> None:
    path = "/v3/" + "/".join(quote(segment, safe="") for segment in segments)
    ours = signed_by_us(method, path, query, body, AkskAuth("AK", secret, "project", token, clock=lambda: CLOCK))
    headers = {"Content-Type": "application/json", "X-Project-Id": "project"}
    if token:
        headers["X-Security-Token"] = token
    assert ours.headers["X-Sdk-Date"] == DATE
    assert ours.headers.get("X-Security-Token") == token
    assert ours.headers["Authorization"] == signed_by_vendor(method, path, query, headers, body, "AK", secret)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://elb.example.com/", "elb.example.com"),
        ("https://elb.example.com:443/", "elb.example.com"),
        ("http://elb.example.com:80/", "elb.example.com"),
        ("http://elb.example.com:443/", "elb.example.com:443"),
        ("https://user:secret@elb.example.com:8443/", "elb.example.com:8443"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ],
)
def test_signs_the_host_that_will_be_sent(url: str, host: str) -> None:
    """http.client leaves a default port out of Host; a signature over another host would not match."""
    prepared = requests.Request("GET", url).prepare()
    path = prepared.path_url
    expected = authorization("AK", "SK", DATE, "GET", path, "", {"host": host, "x-sdk-date": DATE, "x-project-id": "p"}, b"")
    assert AkskAuth("AK", "SK", "p", clock=lambda: CLOCK)(prepared).headers["Authorization"] == expected


def test_a_different_body_makes_a_different_signature() -> None:
    auth = AkskAuth("AK", "SK", "p", clock=lambda: CLOCK)
    one, other = (signed_by_us("PUT", "/v3/p", [], body, auth).headers["Authorization"] for body in ('{"weight": 0}', '{"weight": 1}'))
    assert one != other
