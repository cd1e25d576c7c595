#!/bin/sh
# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
# A step of a pipeline: runs a playbook with the approved IAM actions only.
#
#   least_privilege_ci.sh site.yml policy.json
#
# policy.json is the custom policy of the deploying credential in IAM. It is in the repository of the playbook, so that changes of both are
# reviewed together. The pipeline has two credentials: a read-only one (READER_ACCESS_KEY, READER_SECRET_KEY), and one with this policy
# (DEPLOYER_ACCESS_KEY, DEPLOYER_SECRET_KEY). OS_PROJECT_ID and other variables are set for both.
set -eu
playbook=$1
approved=$2
needed=$(mktemp)
trap 'rm -f "$needed"' EXIT
export ANSIBLE_CALLBACKS_ENABLED=otc.elb.required_actions

# Get the policy that every run of the playbook needs, whatever exists. Nothing is changed.
OS_ACCESS_KEY=$READER_ACCESS_KEY OS_SECRET_KEY=$READER_SECRET_KEY OTC_ELB_REQUIRED_ACTIONS_FILE=$needed OTC_ELB_REQUIRED_ACTIONS_SCOPE=ever \
    ansible-playbook --check --diff "$playbook"

# The file stays empty if the policy may be incomplete, such as after a failure that the playbook ignores.
[ -s "$needed" ] || { echo "The policy may be incomplete: see the warnings above." >&2; exit 1; }

# Fail if the playbook needs actions that were not approved.
APPROVED=$(realpath "$approved") NEEDED=$needed ansible localhost -m ansible.builtin.assert -a '{
    "that": "more | length == 0",
    "fail_msg": "Not in the approved policy; add what is intended: {{ more | join(\", \") }}",
    "quiet": true
}' -e '{"more": "{{ (lookup(\"file\", lookup(\"env\", \"NEEDED\")) | from_json).Statement | map(attribute=\"Action\") | flatten
    | difference((lookup(\"file\", lookup(\"env\", \"APPROVED\")) | from_json).Statement | map(attribute=\"Action\") | flatten) | sort }}"}'

OS_ACCESS_KEY=$DEPLOYER_ACCESS_KEY OS_SECRET_KEY=$DEPLOYER_SECRET_KEY ansible-playbook "$playbook"
