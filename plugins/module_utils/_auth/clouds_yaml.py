# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of clouds.yaml, read by ``openstacksdk``, which knows where the files are and what may be in them."""

from __future__ import annotations

import typing as t
import warnings
from pathlib import Path

from .._errors import ElbError, Json
from .secrets import is_name

#: What an entry is called that was given as a dict.
_GIVEN = "given as a dict"


class Clouds:
    """The files clouds.yaml and secure.yaml, found as ``openstacksdk`` finds them.

    :param environ: the environment; it may name the files.
    :raises ImportError: where ``openstacksdk`` is not installed.
    :raises ElbError: when a file cannot be used.
    """

    def __init__(self, environ: t.Mapping[str, str]) -> None:
        try:
            from openstack.config import OpenStackConfig
            from openstack.config.loader import CONFIG_FILES, SECURE_FILES
            from openstack.exceptions import ConfigException
            from yaml import YAMLError
        except ImportError:
            raise ImportError(name="openstacksdk") from None
        self._named = environ.get("OS_CLIENT_CONFIG_FILE", "")
        self._files = [name for name in (self._named, *CONFIG_FILES) if name]
        secure = [name for name in (environ.get("OS_CLIENT_SECURE_FILE"), *SECURE_FILES) if name]
        # The environment is merged by us: openstacksdk would not let it beat an entry. Nor is "password" the type of what says none.
        how: Json = {"config_files": self._files, "secure_files": secure, "load_envvars": False, "override_defaults": {"auth_type": None}}
        self._wrong = (ConfigException, AttributeError, IndexError, KeyError, TypeError, ValueError)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._config = OpenStackConfig(**how)
            # Older versions of openstacksdk pass it on, newer ones skip the file.
            except YAMLError:
                raise ElbError(f"{self._where()} cannot be read as YAML.") from None
            except self._wrong:
                raise ElbError(f"{self._where()} is not a file of cloud entries: it wants a mapping 'clouds'.") from None
        clouds = self._config.cloud_config.get("clouds")
        # Where there is none, openstacksdk makes one up.
        made_up = {"defaults": self._config.defaults}
        self._clouds: Json = clouds if self._config.config_filename and isinstance(clouds, dict) and clouds != made_up else {}

    def only(self) -> str | None:
        """The name of the entry, where there is exactly one: then nobody needs to say which."""
        return next(iter(self._clouds)) if len(self._clouds) == 1 else None

    def entry(self, cloud: str | Json, region: str | None) -> Json:
        """An entry with everything that it refers to: its profile, its region's values, what secure.yaml adds.

        :param cloud: its name, or its content.
        :raises ElbError: when there is none of that name, or it is of no use.
        """
        if isinstance(cloud, dict):
            name, title = _GIVEN, "The option cloud"
            self._config.cloud_config.setdefault("clouds", {})[name] = cloud
            if "clouds" in cloud:
                raise ElbError("The option cloud is a whole clouds.yaml. Give the content of one entry, or the entry's name.")
        else:
            name, title = cloud, f"The entry {cloud!r} of {self._where()}"
            if name not in self._clouds:
                raise ElbError(self._unknown(name))
            if not isinstance(self._clouds[name], dict):
                raise ElbError(f"{title} is empty.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                # Not validated: that would need the credential to be complete before ours is merged in.
                found = self._config.get_one(cloud=name, validate=False, region_name=region or "")
            except self._wrong:
                # Never quoted: what is wrong may be a secret.
                where = f" with region {region!r}" if region else ""
                raise ElbError(f"{title} cannot be used{where}. Check 'regions', 'profile' and braces in its values.") from None
        return {**found.config, "title": title}

    def _where(self) -> str:
        return self._config.config_filename or "clouds.yaml" if hasattr(self, "_config") else self._named or "clouds.yaml"

    def _unknown(self, name: str) -> str:
        if not is_name(name):
            # It may be a whole credential, and is never quoted.
            return "cloud is a text that is no entry's name. Give the name of an entry in clouds.yaml, or a dict of the same shape."
        start = f"There is no cloud {name!r}"
        if self._config.config_filename:
            known = ", ".join(sorted(map(str, self._clouds))) or "none"
            return f"{start} in {self._config.config_filename}. It has: {known}."
        if self._named:
            why = "cannot be read as YAML" if Path(self._named).exists() else "does not exist"
            return f"{start}: {self._named}, which OS_CLIENT_CONFIG_FILE names, {why}."
        there = [path for path in self._files if Path(path).exists()]
        if there:
            return f"{start}: {there[0]} cannot be read as YAML."
        places = ", ".join(dict.fromkeys(str(Path(path).parent) for path in self._files))
        return f"{start}: there is no clouds.yaml in any of {places}. OS_CLIENT_CONFIG_FILE names one elsewhere."
