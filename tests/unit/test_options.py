# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
"""Options that cannot be converted are named."""

from __future__ import annotations

from typing import Any

import pytest

from .inprocess import call


@pytest.mark.parametrize("option", ["health_check", "session_persistence", "slow_start"])
@pytest.mark.parametrize(("value", "kind"), [(["a"], "list"), (True, "bool"), (7, "int")])
def test_a_dict_of_options_is_needed(option: str, value: Any, kind: str) -> None:
    refused = call("elb_pool", name="web", **{option: value})
    assert f"{option} must be a dict of options, not {kind}" in refused["msg"]


@pytest.mark.parametrize("text", ["a", "{not JSON}"])
def test_text_that_is_no_dict_is_explained(text: str) -> None:
    refused = call("elb_pool", name="web", health_check=text)
    assert refused["msg"].startswith("health_check: ")
    assert len(refused["msg"]) > len("health_check: ")
