# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m tests.emulator_tests.functional MODULE: runs one module of otcextensions' functional tests as it is.

Their base class is openstacksdk's for its unit tests, which needs packages for features that these tests do not use:
a plain TestCase does.
"""

from __future__ import annotations

import sys
import types
import unittest


def main() -> None:
    base = types.ModuleType("openstack.tests.base")
    base.TestCase = unittest.TestCase  # type: ignore[attr-defined]
    sys.modules[base.__name__] = base
    unittest.main(f"otcextensions.tests.functional.sdk.vlb.v3.{sys.argv[1]}", argv=[sys.argv[0]], verbosity=2, warnings="ignore")


if __name__ == "__main__":
    main()
