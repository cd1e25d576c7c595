# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of the API, each in a module of its own, with its contract in a YAML file of the same name.

``resource.load`` finds the modules. None of them is named elsewhere, except by those that refer to its resource.
"""
