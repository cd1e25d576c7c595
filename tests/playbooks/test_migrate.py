# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/migrate.md has every option of opentelekomcloud.cloud, and its example takes over what that has made."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..emulator.client import Emulator
from .engine import Engine

DOCS = Path(__file__).parents[2] / "docs"
#: By the headings of the page: the options in version 0.15.2, and the module that has those in the second column.
OPTIONS = {
    "lb_pool": (
        "elb_pool",
        "name state description protocol lb_algorithm admin_state_up listener loadbalancer session_persistence",
    ),
    "lb_pool_info": ("elb_pool_info", "name"),
    "lb_member": ("elb_member", "state pool name address protocol_port subnet admin_state_up weight"),
    "lb_member_info": ("elb_member_info", "pool name project_id address protocol_port subnet admin_state_up weight"),
    "The connection": (
        "elb_pool",
        "cloud auth auth_type region_name wait timeout api_timeout validate_certs ca_cert client_cert client_key interface "
        "sdk_log_path sdk_log_level",
    ),
}
NOTHING = "-"


def test_every_option_is_in_the_tables(engine: Engine) -> None:
    parts = re.split(r"^## (.+)$", (DOCS / "migrate.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    modules = sorted({module for module, dummy in OPTIONS.values()})
    documented = json.loads(engine.command("ansible-doc", "--json", *(f"otc.elb.{module}" for module in modules)).stdout)
    for title, (module, old) in OPTIONS.items():
        rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", sections[title], re.MULTILINE)
        assert [name for name, dummy in rows] == old.split(), title
        options = documented[f"otc.elb.{module}"]["doc"]["options"]
        assert {now.strip("`") for dummy, now in rows} <= {*options, NOTHING}, title
        # What is gone is gone, and what keeps its name is said to.
        for name, now in rows:
            assert (now == NOTHING) == (name not in options and name != "subnet"), name
            assert now.strip("`") in (name, NOTHING, "subnet_cidr_id"), name


def test_the_example_takes_over_what_is_there(engine: Engine, emulator: Emulator) -> None:
    # As opentelekomcloud.cloud leaves it: no member can have weight 0 there.
    member = {"protocol_port": 8080, "weight": 1}
    emulator.seed(
        {
            "name": "migrate-web",
            "description": "Web servers",
            "protocol": "HTTP",
            "loadbalancer_id": emulator.loadbalancer("demo"),
            "session_persistence": {"type": "HTTP_COOKIE", "persistence_timeout": 60},
            "members": [{"name": f"ecs-{n}", "address": f"192.168.0.1{n}", **member} for n in (1, 2)],
        }
    )
    taken_over = engine.playbook(DOCS / "examples" / "migrate.yml")
    assert taken_over.rc == 0, taken_over.output
    assert [(entry["action"], entry["body"]) for entry in emulator.writes()] == [("elb:members:put", {"member": {"weight": 0}})]
    again = engine.playbook(DOCS / "examples" / "migrate.yml")
    assert "changed=0" in again.stdout
    assert again.of("Show them")[0]["msg"] == "ROUND_ROBIN over ecs-1, ecs-2"
