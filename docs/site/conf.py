# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of Sphinx; tools/release/site.py collects the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from docutils import nodes

project = "otc.elb"
author = "The otc.elb authors"
project_copyright = "2026, The otc.elb authors"
release = yaml.safe_load((Path(__file__).parents[2] / "galaxy.yml").read_text(encoding="utf-8"))["version"]
html_title = f"otc.elb {release}"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"source_repository": "https://github.com/opentelekomcloud/ansible-collection-elb"}

# Anchors of headings as on GitHub.
myst_heading_anchors = 4
# A broken link is an error.
nitpicky = True

# References to the documentation of Ansible.
ANSIBLE = "https://docs.ansible.com/ansible-core/devel/"
ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def link_to_ansible(app: Any, env: Any, node: Any, content: Any) -> nodes.reference | None:
    target = node["reftarget"]
    page = ANSIBLE_PAGES.get(target)
    if node["reftype"] == "envvar" and target.startswith("ANSIBLE_"):
        page = f"{ANSIBLE_PAGES['ansible_configuration_settings']}#envvar-{target}"
    return nodes.reference("", "", content, refuri=ANSIBLE + page, internal=False) if page else None


def setup(app: Any) -> None:
    app.connect("missing-reference", link_to_ansible)
