# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is shown or logged, in any form: in a result, in ``invocation``, in a warning, in syslog."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.otc.elb.plugins.module_utils._auth.masking import masked
from ansible_collections.otc.elb.plugins.module_utils._auth.secrets import is_entry_name, secrets_in

from .inprocess import call

#: The secrets to search for.
SECRET = "S3cr3tValue"
URL = "http://127.0.0.1:9/v3"
USER = {"auth_url": URL, "username": "operator", "user_domain_id": "default", "project_id": "p-1"}
AUTH = {**USER, "password": SECRET}
KEYS = {"access_key": "AKAKAKAK", "secret_key": "SKSKSKSK", "project_id": "p-1", "endpoint": "http://127.0.0.1:9"}
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
#: Characters that are written differently inside of a text.
ODD = [
    f"back\\slash{SECRET}",
    f"quo'te\"both{SECRET}",
    f"new\nline{SECRET}",
    f"tab\t{SECRET}",
    f"uml\xe4\u20ac{SECRET}",
    f" blank {SECRET} ",
]

Json = dict[str, Any]
OPTIONS: dict[str, Json] = {
    "auth": {"auth": AUTH},
    "auth as JSON": {"auth": json.dumps({**USER, "password": SECRET + '"'})},
    "auth as Python writes it": {"auth": str(AUTH)},
    "auth as pairs": {"auth": f"auth_url={URL} username=operator password='{SECRET} x'"},
    "auth as broken JSON": {"auth": json.dumps(AUTH)[:-1]},
    "auth as YAML": {"auth": f"auth_url: {URL}\npassword: {SECRET}\n"},
    "auth as a list": {"auth": [AUTH]},
    "a list inside of auth": {"auth": {**USER, "password": [SECRET]}},
    "totp": {"auth": {**USER, "passcode": SECRET}, "auth_type": "v3totp"},
    "application credential": {
        "auth": {"auth_url": URL, "application_credential_id": "i", "application_credential_secret": SECRET},
        "auth_type": "v3applicationcredential",
    },
    "cloud": {"cloud": {"auth": AUTH}},
    "cloud as JSON": {"cloud": json.dumps({"auth": AUTH})},
    "cloud as Python writes it": {"cloud": str({"auth": AUTH})},
    "cloud as broken JSON": {"cloud": json.dumps({"auth": AUTH})[:-2]},
    "cloud as pairs": {"cloud": f"auth_url={URL} password={SECRET}"},
    "cloud as YAML": {"cloud": f"auth:\n  password: {SECRET}\n"},
    "cloud as a list": {"cloud": [{"auth": AUTH}]},
    "auth of cloud as a list": {"cloud": {"auth": [AUTH]}},
    "auth of cloud as YAML": {"cloud": {"auth": f"password: {SECRET}"}},
    "a whole clouds.yaml": {"cloud": {"clouds": {"mine": {"auth": AUTH}}}},
    "a region's values": {"cloud": {"auth": USER, "regions": [{"name": "a", "values": {"auth": {"password": SECRET}}}]}},
    "AK/SK of cloud": {"cloud": {"auth": {"ak": "AKAKAKAK", "sk": SECRET}}},
    "AK/SK beside auth": {"cloud": {"ak": "AKAKAKAK", "sk": SECRET, "auth": USER}},
    "password in endpoint": {**KEYS, "endpoint": f"https://u:{SECRET}@127.0.0.1:9"},
    "password in endpoint, quoted": {**KEYS, "endpoint": f"https://u:%40{SECRET}@127.0.0.1:9"},
    "token in endpoint": {**KEYS, "endpoint": f"https://127.0.0.1:9/?token={SECRET}"},
    "password in auth_url": {"auth": {**USER, "password": "pppppp", "auth_url": f"http://u:{SECRET}@127.0.0.1:9/v3"}},
    "password in auth_url of cloud": {"cloud": {"auth": {**USER, "password": "pppppp", "auth_url": f"http://u:{SECRET}@127.0.0.1:9/v3"}}},
    "password in an override": {
        "cloud": {"auth": {"ak": "AKAKAKAK", "sk": "SKSKSKSK"}, "elbv3_endpoint_override": f"https://u:{SECRET}@h"}
    },
    "a key in place of its path": {**KEYS, "client_key": PEM, "client_cert": "/dev/null"},
    "a certificate and its key in place of a path": {**KEYS, "client_cert": PEM},
    "secret_key with a line break": {**KEYS, "secret_key": f"{SECRET}\n"},
    "security_token with a line break": {**KEYS, "security_token": f"{SECRET}\n"},
    "auth_token with a line break": {"auth_token": f"{SECRET}\n", "project_id": "p-1", "endpoint": KEYS["endpoint"]},
    "two kinds": {**KEYS, "auth_token": SECRET},
    **{f"an option that is none: {name}": {name: SECRET} for name in ("password", "token", "sk", "application_credential_secret")},
    **{f"password of odd characters {number}": {"auth": {**USER, "password": odd}} for number, odd in enumerate(ODD)},
    **{f"key of odd characters {number}": {"cloud": {"auth": {"ak": "AKAKAKAK", "sk": odd}}} for number, odd in enumerate(ODD)},
}
OPENRC = {"OS_AUTH_URL": URL, "OS_USERNAME": "operator", "OS_USER_DOMAIN_ID": "default", "OS_PROJECT_ID": "p-1"}
AKSK = {"OS_ACCESS_KEY": "AKAKAKAK", "OS_SECRET_KEY": SECRET, "OS_PROJECT_ID": "p-1", "OTC_ELB_ENDPOINT": KEYS["endpoint"]}
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "AK/SK": AKSK,
    "temporary AK/SK": {**AKSK, "OS_SECRET_KEY": "SKSKSKSK", "OS_SECURITY_TOKEN": SECRET},
    "OS_TOKEN": {"OS_TOKEN": SECRET, "OS_PROJECT_ID": "p-1", "OTC_ELB_ENDPOINT": KEYS["endpoint"]},
    "OS_TOKEN to exchange": {**OPENRC, "OS_TOKEN": SECRET, "OS_AUTH_TYPE": "token"},
    "password": {**OPENRC, "OS_PASSWORD": SECRET},
    "application credential": {"OS_AUTH_URL": URL, "OS_APPLICATION_CREDENTIAL_ID": "i", "OS_APPLICATION_CREDENTIAL_SECRET": SECRET},
    "password in OS_AUTH_URL": {**OPENRC, "OS_PASSWORD": "pppppp", "OS_AUTH_URL": f"http://u:{SECRET}@127.0.0.1:9/v3"},
    "password in OTC_ELB_ENDPOINT": {**AKSK, "OS_SECRET_KEY": "SKSKSKSK", "OTC_ELB_ENDPOINT": f"http://u:{SECRET}@127.0.0.1:9"},
    "a key in OS_KEY": {**AKSK, "OS_SECRET_KEY": "SKSKSKSK", "OS_KEY": PEM, "OS_CERT": "/dev/null"},
    "a dict in OS_CLOUD": {"OS_CLOUD": json.dumps({"auth": AUTH})},
}
FILES: dict[str, Json] = {
    "password": {"auth": AUTH},
    "AK/SK": {"auth": {"ak": "AKAKAKAK", "sk": SECRET, "project_id": "p-1"}, "elbv3_endpoint_override": KEYS["endpoint"]},
    "half a credential": {"auth": {"sk": SECRET}},
}


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """All that a failing task shows or logs."""
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(f"{msg} {log_args}"))

    def run(env: dict[str, str], **options: Any) -> str:
        result = call("elb_pool_info", env=env, diff=True, **{"timeout": 0.1, **options})
        assert result.failed
        return json.dumps(result) + "\n".join(logged)

    return run


@pytest.mark.parametrize("way", OPTIONS)
def test_in_options(shown: Callable[..., str], way: str) -> None:
    assert SECRET not in shown({}, **OPTIONS[way])


@pytest.mark.parametrize("way", ENVIRONMENTS)
def test_in_the_environment(shown: Callable[..., str], way: str) -> None:
    assert SECRET not in shown(ENVIRONMENTS[way])


@pytest.mark.parametrize("way", FILES)
def test_in_files(shown: Callable[..., str], tmp_path: Path, way: str) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"mine": FILES[way]}}), encoding="utf-8")
    assert SECRET not in shown({"OS_CLIENT_CONFIG_FILE": str(path)}, cloud="mine")


def test_in_secure_yaml(shown: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"mine": {"auth": USER}}}), encoding="utf-8")
    (tmp_path / "secure.yaml").write_text(yaml.safe_dump({"clouds": {"mine": {"auth": {"password": SECRET}}}}), encoding="utf-8")
    assert SECRET not in shown({"OS_CLIENT_CONFIG_FILE": str(path)}, cloud="mine")


def test_other_values_stay_readable(shown: Callable[..., str]) -> None:
    everything = shown({}, cloud={"auth": AUTH, "region_name": "eu-de", "profile": "otc"})
    assert "Invoked with" in everything
    for plain in ("operator", URL, "p-1", "eu-de", "otc"):
        assert plain in everything


@pytest.mark.parametrize("name", ["mine", "otc-prod_1", "two words", "prod.eu"])
def test_a_name_is_no_secret(name: str) -> None:
    assert is_entry_name(name)
    assert secrets_in({"cloud": name}) == set()


@pytest.mark.parametrize("secrets", [{"abc", "abcdefghi"}, {"abcdefghi", "ghi", "def"}])
def test_a_secret_that_is_a_part_of_another_leaves_nothing_of_it(secrets: set[str]) -> None:
    """Before ansible-core 2.19, Ansible itself removes them in any order."""
    assert masked("It was abcdefghi.", secrets) == "It was ********."
