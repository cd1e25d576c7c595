# Copyright (c) 2026, The otc.elb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the connection, the same for every module."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``ARGUMENT_SPEC`` of module_utils/_auth/settings.py."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - The name of an entry in C(clouds.yaml) (and C(secure.yaml)), or a dict of the same shape as an entry.
      - The files are found and read by C(openstacksdk), vendor profiles included; E(OS_CLIENT_CONFIG_FILE) and
        E(OS_CLIENT_SECURE_FILE) name others. Where nothing else is given and the file has one entry only, that one is used.
      - An entry may hold AK/SK in its C(auth), as C(access_key) and C(secret_key) or C(ak) and C(sk); then no token is requested.
      - Taken from the environment variable E(OS_CLOUD) where it is not given.
    type: raw
  auth:
    description:
      - What Keystone needs, as in C(openstack.cloud), such as C(auth_url), C(username), C(password), C(user_domain_name), C(project_name)
        and C(project_domain_name); or C(token); or C(application_credential_id) and C(application_credential_secret).
      - C(openstacksdk) lays it over the entry that O(cloud) or E(OS_CLOUD) names, over E(OS_AUTH_URL), E(OS_USERNAME), E(OS_PASSWORD) and
        so on, or over the only entry of the file.
    type: dict
  auth_type:
    description:
      - The kind of credential in O(auth), a plugin of C(keystoneauth1), such as V(password), V(token), V(v3applicationcredential) or
        V(v3multifactor).
      - Taken from the entry or the environment variable E(OS_AUTH_TYPE) where it is not given; otherwise it follows from the secret.
    type: str
  access_key:
    description:
      - The access key (AK) of an AK/SK pair. Every request is signed with it; no token is requested.
      - Taken from the environment variable E(OS_ACCESS_KEY) where it is not given.
    type: str
  secret_key:
    description:
      - The secret key (SK) that belongs to O(access_key).
      - Taken from the environment variable E(OS_SECRET_KEY) where it is not given.
    type: str
  security_token:
    description:
      - The security token of temporary AK/SK.
      - Taken from the environment variable E(OS_SECURITY_TOKEN) where it is not given.
    type: str
  auth_token:
    description:
      - A token that was issued already, instead of AK/SK.
      - Taken from the environment variables E(OS_AUTH_TOKEN) or E(OS_TOKEN) where it is not given.
    type: str
  project_id:
    description:
      - The ID of the project (tenant). Needed with AK/SK and with O(auth_token); otherwise it comes from the token.
      - Taken from the environment variable E(OS_PROJECT_ID) or E(OS_TENANT_ID) where it is not given.
    type: str
  region_name:
    description:
      - The region, such as V(eu-de), V(eu-nl) or V(eu-ch2). The endpoint follows from it, or is looked for in the token's catalog
        by it, where O(endpoint) is not given.
      - Taken from the environment variable E(OS_REGION_NAME) or E(OS_REGION) where it is not given; otherwise V(eu-de).
    type: str
    aliases: [region]
  endpoint:
    description:
      - The root of the service, such as V(https://elb.eu-de.otc.t-systems.com).
      - Taken from the environment variable E(OTC_ELB_ENDPOINT) where it is not given; otherwise from C(elbv3_endpoint_override) of an
        entry in C(clouds.yaml), from the token's catalog (type V(elbv3)), or it follows from O(region_name).
    type: str
  interface:
    description:
      - Which of the service's endpoints in the token's catalog is used.
      - Taken from the environment variable E(OS_INTERFACE) where it is not given; otherwise V(public).
    type: str
    choices: [public, internal, admin]
    aliases: [endpoint_type]
  validate_certs:
    description:
      - Whether the server's TLS certificate is verified.
      - Taken from the environment variable E(OS_INSECURE), where true means no, if it is not given; otherwise V(true).
    type: bool
    aliases: [verify]
  ca_cert:
    description:
      - The file of the CA certificates to trust, instead of those of the Python package C(certifi). The system's CA store is not
        read; its bundle can be given here, such as C(/etc/ssl/certs/ca-certificates.crt).
      - Taken from the environment variable E(OS_CACERT) where it is not given.
    type: path
    aliases: [cacert]
  client_cert:
    description:
      - The file of a client certificate, and of its key where O(client_key) is not given.
      - Taken from the environment variable E(OS_CERT) where it is not given.
    type: path
    aliases: [cert]
  client_key:
    description:
      - The file of the key that belongs to O(client_cert).
      - Taken from the environment variable E(OS_KEY) where it is not given.
    type: path
    aliases: [key]
  api_timeout:
    description:
      - The seconds that one request may take, 0.01 to 86400.
    type: float
    default: 30.0
  timeout:
    description:
      - The seconds that the task may spend in retries and waits altogether, 0 to 86400.
    type: float
    default: 180.0
requirements:
  - python >= 3.9
  - requests >= 2.25.1
  - openstacksdk >= 1.0.0 (only for O(cloud) and O(auth), and what stands for them in the environment)
seealso:
  - plugin: otc.elb.required_actions
    plugin_type: callback
  - name: Authentication
    description: Every way to authenticate, with what goes into options, the environment and clouds.yaml.
    link: https://github.com/opentelekomcloud/ansible-collection-elb/blob/main/docs/authentication.md
  - name: Permissions
    description: The IAM actions that each task needs, and how to grant just those.
    link: https://github.com/opentelekomcloud/ansible-collection-elb/blob/main/docs/permissions.md
"""
