# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials from ``cloud``, ``auth`` and ``OS_*``: openstacksdk interprets them; its failures become messages."""

from __future__ import annotations

import contextlib
import copy
import os
import stat
import typing as t
import warnings
from pathlib import Path

from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.common.yaml import yaml_load

from .._errors import ElbError, Json
from .._http.adapter import limited_session
from .._http.deadline import Deadline
from .._http.transport import USER_AGENT
from .connection import Connection, TokenCache
from .keystone import SERVICE, Keystone
from .libraries import HAS_OPENSTACKSDK, BaseIdentityPlugin, ConfigException, OpenStackConfig, YAMLError, exceptions, loader, loading
from .masking import masked
from .secrets import is_entry_name, secrets_in
from .settings import Settings, check_project_id, check_url, is_provider, root_of, tls_files
from .signer import CHECK_KEYS, AkskAuth

#: The names of AK/SK, which are ours: openstacksdk knows none.
_KEYS = {"access_key": "access_key", "ak": "access_key", "secret_key": "secret_key", "sk": "secret_key", "security_token": "security_token"}
#: The secrets that Keystone takes, and the auth_type of each where none is given. openstacksdk's own default is "password".
_AUTH_TYPES = {"password": "password", "token": "token", "application_credential_secret": "v3applicationcredential", "passcode": "v3totp"}
#: An entry that is given as a dict is put among those of the file, under this name.
_GIVEN = "given as a dict"
#: What openstacksdk takes from a variable even if ``auth`` has it.
_BESIDE = (
    "token",
    "passcode",
    *(f"{what}_{part}" for what in ("project", "domain", "user_domain", "project_domain") for part in ("id", "name")),
)


class Config(OpenStackConfig):
    """openstacksdk's configuration: the environment, clouds.yaml, secure.yaml and vendor profiles.

    :raises ImportError: where openstacksdk is not installed.
    :raises ElbError: when a file cannot be used.
    """

    def __init__(self) -> None:
        if not HAS_OPENSTACKSDK:
            raise ImportError(name="openstacksdk")
        #: Secrets in what :meth:`get_one` found.
        self.secrets: set[str] = set()
        #: The AK/SK that it found.
        self.keys: Json = {}
        #: The auth_type that it found, ``None`` before.
        self.auth_type: str | None = None
        #: Where it looked, for messages.
        self.title = "The environment"
        #: The option project_id.
        self.project_id: str | None = None
        named = os.environ.get("OS_CLIENT_CONFIG_FILE") or "clouds.yaml"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                super().__init__(pw_func=self._prompt, app_name=USER_AGENT)
            # Older versions of openstacksdk pass it on, newer ones skip the file.
            except YAMLError:
                raise ElbError(f"{named} cannot be read as YAML.") from None
            except (ConfigException, AttributeError, TypeError):
                raise ElbError(f"{named} or its secure.yaml is not a file of cloud entries: it needs a mapping 'clouds'.") from None
        if not isinstance(self.cloud_config.get("clouds"), dict):
            raise ElbError(f"{named} is not a file of cloud entries: it needs a mapping 'clouds'.")
        for name in _KEYS:
            # AK/SK of the environment are none of an entry.
            self.cloud_config["clouds"].get(self.envvar_key, {}).pop(name, None)

    def _load_yaml_json_file(self, filelist: list[str]) -> t.Any:
        """Read clouds.yaml, secure.yaml or a file of vendors: the first that exists, which may be in the working directory.

        :raises ElbError: at another user's in a folder that all may write to, unless a variable names it: it would choose where the
            credential goes.
        """
        path: str | None = None
        content = None
        # openstacksdk takes the parser in Python, which takes longer than a request. Errors are for it to meet.
        with contextlib.suppress(OSError, ValueError, YAMLError):
            path = next((each for each in filelist if Path(each).exists()), "")
            content = yaml_load(Path(path).read_bytes()) if path.endswith((".yaml", ".yml")) else None
        if content is None:
            path, content = super()._load_yaml_json_file(filelist)
        if path and path not in (os.environ.get("OS_CLIENT_CONFIG_FILE"), os.environ.get("OS_CLIENT_SECURE_FILE")):
            file = Path(path).resolve()
            if file.parent.stat().st_mode & stat.S_IWOTH and file.stat().st_uid not in (0, os.geteuid()):
                raise ElbError(
                    f"{path} is not used: it is another user's, in a folder that all may write to, and would choose where the credential goes. "
                    "Run Ansible in a folder of your own, or name the file in OS_CLIENT_CONFIG_FILE."
                )
        return path, content

    @property
    def names(self) -> list[str]:
        """The entries of the file."""
        clouds = self.cloud_config["clouds"]
        # openstacksdk adds one for the environment, or makes one up where there is none.
        if not self.config_filename or clouds == {"defaults": self.defaults}:
            return []
        return sorted(str(name) for name in clouds if name != self.envvar_key)

    @property
    def unread(self) -> tuple[str, str] | None:
        """Why a file that exists, or that a variable names, was not read, and what to do about it."""
        named = os.environ.get("OS_CLIENT_CONFIG_FILE")
        if self.config_filename:
            return None
        if named and not Path(named).exists():
            return f"{named}, which OS_CLIENT_CONFIG_FILE names, does not exist", "Give the path of the file there."
        path = next((path for path in self._config_files if Path(path).exists()), None)
        return (f"{path} cannot be read as YAML", "Check its syntax and its permissions.") if path else None

    def _prompt(self, prompt: str | None = None) -> str:
        """Return the value from the environment where openstacksdk's command line would ask for a password or a passcode."""
        name = str(prompt).strip(": ").rpartition(" ")[2].lower()
        found = os.environ.get(f"OS_{name.upper()}")
        if not found:
            raise ElbError(_needed(f"auth.{name}", title=self.title))
        self.secrets |= secrets_in({"password": found})
        return found

    def auth_config_hook(self, config: Json) -> Json:
        """Look at what was found before a plugin is made of it, as openstacksdk's command line does in this place.

        :raises ElbError: when it names an agency, or holds two kinds of credential.
        """
        self.secrets |= secrets_in({"cloud": config})
        auth = config["auth"]
        if any("agency" in str(name) for name in (config.get("auth_type"), *auth, *config)):
            raise ElbError(
                f"{self.title} names an agency, by which openstacksdk gets no token. Get temporary AK/SK of the agency from IAM "
                "(POST /v3.0/OS-CREDENTIAL/securitytokens with assume_role), and give access_key, secret_key and security_token."
            )
        inside, beside = _keys_of(auth), _keys_of(config)
        secrets = [name for name in _AUTH_TYPES if auth.get(name)]
        if inside and secrets:
            raise ElbError(
                f"{self.title} holds two kinds of credential: AK/SK ({', '.join(inside)}) and {', '.join(secrets)}. Give one of them."
            )
        if config.get("auth_type") in (None, "", "password"):
            secrets = [name for name in _AUTH_TYPES if auth.get(name) or config.get(name)]
            config["auth_type"] = _AUTH_TYPES[secrets[0]] if secrets else "password"
            if not secrets and not inside:
                # Beside another credential they are for other services, such as S3.
                inside = beside
        if inside:
            self.keys = {"project_id": auth.get("project_id"), **inside}
            config.update(auth={}, auth_type="none")
        elif config["auth_type"] == "v3applicationcredential" and auth.get("project_id") == self.project_id:
            # It is bound to its project, and Keystone refuses a scope.
            auth.pop("project_id", None)
        self.auth_type = config["auth_type"]
        if isinstance(config.get("auth_methods"), str):
            # From the environment. openstacksdk 1.0 leaves it as text.
            config["auth_methods"] = config["auth_methods"].split(",")
        for name in _KEYS:
            # Braces in them would be taken for references to other values.
            config.pop(name, None)
        return config


def connect(settings: Settings, config: Config, deadline: Deadline, token_cache: TokenCache | None = None) -> Connection:
    """Have openstacksdk find the credential. No request is made yet.

    :param config: openstacksdk's, as it was read.
    :param token_cache: keeps tokens for other tasks; by default they are not kept.
    :param deadline: within which a token is asked for again after trouble.
    :raises ElbError: says what is missing or cannot be used.
    """
    name = _entry(settings, config)
    _drop_other_secrets(settings, config)
    config.project_id = settings.options.get("project_id")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        region = _get_one(config, name, _overrides(settings))
        verify, cert = tls_files(region.get_requests_verify_args()[0], region.config.get("cert"), region.config.get("key"))
        # It reads the metadata of a package each time, only to tell Keystone the version.
        region.insert_user_agent = lambda: None
        session = region.get_session()
    override = region.get_endpoint(SERVICE)
    endpoint = settings.endpoint() or (root_of(override, f"{SERVICE}_endpoint_override") if override else None)
    region_name = region.get_region_name(SERVICE) or None
    if config.keys:
        access_key, secret_key, project_id = _complete_keys(settings, config)
        where = endpoint or settings.region_endpoint(region_name), project_id
        auth = AkskAuth(access_key, secret_key, project_id, config.keys.get("security_token"))
        return Connection(auth, CHECK_KEYS, lambda: where, config.secrets, verify, cert)
    plugin = session.auth
    if not isinstance(plugin, BaseIdentityPlugin):
        raise ElbError(
            f"auth_type {region.config['auth_type']} gets no token from Keystone. Give a token as auth_token, or AK/SK as access_key and secret_key."
        )
    # The cheap mistakes come first: a request is made only with what can work.
    check_url(str(plugin.auth_url), "auth_url", "https://iam.eu-de.otc.t-systems.com/v3")
    session.timeout = float(settings.options["api_timeout"])
    session.session = http = limited_session(session.timeout, deadline)
    # A redirect would take the credential elsewhere.
    session.redirect = False
    keystone = Keystone(session, region.config, config.secrets, deadline, token_cache)

    def locate() -> tuple[str, str]:
        project_id = keystone.project_id(settings.options.get("project_id"))
        found = endpoint or keystone.endpoint(region.get_interface(SERVICE), region_name)
        if found is None and not is_provider(keystone.auth_url):
            # The token of another Keystone is not sent to the provider.
            raise ElbError(
                f"The catalog of {keystone.auth_url} has no service of type {SERVICE}. Give its URL as endpoint (OTC_ELB_ENDPOINT)."
            )
        return found or settings.region_endpoint(region_name), project_id

    return Connection(
        keystone, keystone.check_credential, locate, config.secrets, verify, cert, keystone.renew, keystone.auth_url, http.close
    )


def _entry(settings: Settings, config: Config) -> str | None:
    """The name of the entry that is meant; ``None`` where there is none, and all comes from ``auth``.

    :raises ElbError: when there is none of that name, or it is of no use.
    """
    cloud, clouds = settings.options.get("cloud"), config.cloud_config["clouds"]
    name: str | None
    if isinstance(cloud, str) and cloud.lstrip().startswith("{"):
        try:
            cloud = dict(check_type_dict(cloud))
        except TypeError:
            raise ElbError("cloud begins as a dict, but cannot be read as one. Give it as JSON, or as a dict in YAML.") from None
    if isinstance(cloud, dict):
        if "clouds" in cloud:
            raise ElbError("The option cloud is a whole clouds.yaml. Give the content of one entry, or the entry's name.")
        name, config.title = _GIVEN, "The option cloud"
        clouds[name] = copy.deepcopy(cloud)
    elif cloud is not None and not isinstance(cloud, str):
        raise ElbError("cloud is the name of an entry in clouds.yaml, or a dict of the same shape.")
    else:
        # Where no file has clouds, openstacksdk forgets the variable.
        name = cloud or os.environ.get("OS_CLOUD") or config.default_cloud
        if name is not None and name not in clouds:
            raise ElbError(_unknown(config, name))
        if name in config.names:
            config.title = f"The entry {name!r} of {config.config_filename}"
    entry = clouds.get(name)
    if name is not None and not isinstance(entry, dict):
        raise ElbError(f"{config.title} is empty.")
    region = settings.get("region_name")
    if entry is not None and region and "regions" not in entry:
        # openstacksdk takes an entry's region for the only one that the cloud has, but options and the environment beat it.
        clouds[name] = {**entry, "region_name": region}
    if "auth" in settings.options:
        config.title = "The option auth"
    return name


def _drop_other_secrets(settings: Settings, config: Config) -> None:
    """Drop the environment's secrets of another kind than ``auth`` is of: openstacksdk would put both into one credential."""
    auth = settings.options.get("auth") or {}
    if settings.get("auth_type") == "v3multifactor":
        # It takes several.
        return
    others = {"auth_token", *_AUTH_TYPES} if _keys_of(auth) or any(auth.get(name) for name in _AUTH_TYPES) else set()
    if any(auth.get(name) for name in ("username", "user_id", "application_credential_id", "application_credential_name")):
        others |= {"auth_token", "token"}
    for name in others:
        config.cloud_config["clouds"].get(config.envvar_key, {}).pop(name, None)


def _overrides(settings: Settings) -> Json:
    """The settings that override the entry, by openstacksdk's names."""
    auth, project_id = dict(settings.options.get("auth") or {}), settings.options.get("project_id")
    if project_id or "project_name" in auth:
        # An ID beats a name, wherever it is from: the task's project is meant.
        auth["project_id"] = project_id or auth.get("project_id", "")
    # openstacksdk lets variables beat what is only in auth, but not what is given beside it, as its command line does.
    beside = {name: value for name, value in auth.items() if name in _BESIDE and os.environ.get(f"OS_{name.upper()}")}
    verify = settings.get("validate_certs")
    given = {
        "auth": auth,
        "auth_methods": auth.pop("auth_methods", None),
        "auth_type": settings.options.get("auth_type"),
        "project_id": project_id,
        "region_name": settings.get("region_name"),
        "interface": settings.get("interface"),
        "verify": verify,
        "insecure": None if verify is None else not verify,
        "cacert": settings.get("ca_cert"),
        "cert": settings.get("client_cert"),
        "key": settings.get("client_key"),
    }
    return {**beside, **{name: value for name, value in given.items() if value is not None}}


def _get_one(config: Config, name: str | None, overrides: Json) -> t.Any:
    """openstacksdk's ``CloudRegion``. Its failures are never quoted as they are: what is wrong may be a secret."""
    try:
        return config.get_one(cloud=name, **overrides)
    except exceptions.NoMatchingPlugin:
        known = ", ".join(sorted(loading.get_available_plugin_names()))
        raise ElbError(f"There is no such auth_type, or one of auth_methods is none. Known are: {known}.") from None
    except exceptions.MissingRequiredOptions as error:
        raise ElbError(_needed(*(f"auth.{option.dest}" for option in error.options), title=config.title)) from None
    except exceptions.OptionError as error:
        raise ElbError(f"auth cannot be used: {masked(str(error), config.secrets)}") from None
    except (ConfigException, IndexError, KeyError, ValueError):
        where = f" with region {overrides['region_name']!r}" if "region_name" in overrides else ""
        raise ElbError(f"{config.title} cannot be used{where}. Check 'regions', 'profile' and braces in its values.") from None
    except (AssertionError, AttributeError, TypeError):
        raise ElbError(_unfit(config)) from None


def _unfit(config: Config) -> str:
    if config.auth_type is None:
        return f"{config.title} does not have the shape of an entry of clouds.yaml."
    known = ", ".join(sorted(str(option.dest) for option in loading.get_plugin_options(config.auth_type)))
    return f"{config.title} has something in auth that auth_type {config.auth_type} does not take. It takes: {known}."


def _needed(*names: str, title: str) -> str:
    """What lacks a setting, and where it can be given. OS_* add only a secret to an entry."""
    listed, (verb, them) = " and ".join(names), ("is", "it") if len(names) == 1 else ("are", "them")
    variables = [name for name in names if not title.startswith("The entry") or name in ("auth.password", "auth.passcode")]
    places = [
        *([] if title == "The option auth" else ["in the option auth"]),
        *(f"in {name.replace('auth.', 'OS_').upper()}" for name in variables),
    ]
    advice = " For Open Telekom Cloud auth_url is such as https://iam.eu-de.otc.t-systems.com/v3." if "auth.auth_url" in names else ""
    given = f"check the spelling, or give {them} {' or '.join(['there', *places])}"
    return f"{listed} {verb} needed to get a token from Keystone. {title} lacks {them}: {given}.{advice}"


def _unknown(config: Config, name: str) -> str:
    """Why there is no entry of a name."""
    if not is_entry_name(name):
        # It may be a whole credential, and is never quoted.
        return "cloud is a text that is no entry's name. Give the name of an entry in clouds.yaml, or a dict of the same shape."
    if config.config_filename:
        advice = (
            "Give one of them as 'cloud' or in OS_CLOUD" if config.names else "Add an entry, or name another file in OS_CLIENT_CONFIG_FILE"
        )
        return f"There is no cloud {name!r} in {config.config_filename}. It has: {', '.join(config.names) or 'none'}. {advice}."
    if config.unread:
        reason, advice = config.unread
        return f"{reason}, so there is no cloud {name!r}. {advice}"
    places = ", ".join(dict.fromkeys(str(Path(path).parent) for path in loader.CONFIG_FILES))
    return (
        f"There is no clouds.yaml in any of {places}, so there is no cloud {name!r}. "
        "Create one there, or name another file in OS_CLIENT_CONFIG_FILE."
    )


def _keys_of(entry: Json) -> Json:
    """AK/SK in an entry or in its ``auth``; empty where there are none."""
    found = {option: str(entry[name]) for name, option in _KEYS.items() if entry.get(name)}
    return found if {"access_key", "secret_key"} & set(found) else {}


def _complete_keys(settings: Settings, config: Config) -> list[str]:
    found = {**config.keys, "project_id": config.keys["project_id"] or settings.get("project_id")}
    for name, label in (("access_key", "access_key (ak)"), ("secret_key", "secret_key (sk)"), ("project_id", "project_id")):
        if not found.get(name):
            advice = " AK/SK need the ID of the project; its name is not enough." if name == "project_id" else ""
            raise ElbError(
                f"{label} is needed to authenticate with AK/SK. {config.title} has only a part of the credential: give it there.{advice}"
            )
    check_project_id(found["project_id"], f"project_id of {config.title[0].lower()}{config.title[1:]}")
    return [str(found[name]) for name in ("access_key", "secret_key", "project_id")]
