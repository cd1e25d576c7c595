#!/bin/sh
# A pipeline's step: changes what a playbook changes, with no more rights than were agreed on.
#
#   least_privilege_ci.sh site.yml policy.json
#
# policy.json is the custom policy that the deploying credential has in IAM; it is kept with the playbook, so that whoever reviews
# a change of the playbook reviews its rights, too. The pipeline has two credentials: one that may only read (READER_ACCESS_KEY,
# READER_SECRET_KEY), and one with that policy (DEPLOYER_ACCESS_KEY, DEPLOYER_SECRET_KEY); and OS_PROJECT_ID and so on for both.
set -eu
playbook=$1
agreed=$2
needed=$(mktemp)
trap 'rm -f "$needed"' EXIT
export ANSIBLE_CALLBACKS_ENABLED=otc.elb.required_actions

# Nothing is changed, and nothing could be: what would the playbook need?
OS_ACCESS_KEY=$READER_ACCESS_KEY OS_SECRET_KEY=$READER_SECRET_KEY OTC_ELB_REQUIRED_ACTIONS_FILE=$needed \
    ansible-playbook --check --diff "$playbook"

# More than was agreed on: a review has to say whether that is meant.
AGREED=$(realpath "$agreed") NEEDED=$needed ansible localhost -m ansible.builtin.assert -a '{
    "that": "more | length == 0",
    "fail_msg": "Not agreed on, add it to the policy if it is meant: {{ more | join(\", \") }}",
    "quiet": true
}' -e '{"more": "{{ (lookup(\"file\", lookup(\"env\", \"NEEDED\")) | from_json).Statement | map(attribute=\"Action\") | flatten
    | difference((lookup(\"file\", lookup(\"env\", \"AGREED\")) | from_json).Statement | map(attribute=\"Action\") | flatten) }}"}'

OS_ACCESS_KEY=$DEPLOYER_ACCESS_KEY OS_SECRET_KEY=$DEPLOYER_SECRET_KEY ansible-playbook "$playbook"
