#!/usr/bin/env bash
# external_workspace_test.sh COMMAND [OPTION...]: runs `bazel COMMAND` on all
# targets of client/, with a server and an output folder of its own, and without
# downloads.
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "$TEST_SRCDIR/$TEST_WORKSPACE/WORKSPACE")")
readonly root
command=$1
shift

export HOME=$TEST_TMPDIR USER=${USER:-nobody}
# What the outer Bazel told this test is not meant for the tests inside.
unset TEST_TOTAL_SHARDS TEST_SHARD_INDEX TEST_TARGET XML_OUTPUT_FILE

bazel=(bazel --output_user_root="$TEST_TMPDIR/bazel" --max_idle_secs=60)
cd -- "$root/tests/external_workspace/client"
trap '"${bazel[@]}" shutdown >/dev/null 2>&1 || true' EXIT

# Bazel 7 must be told to read a WORKSPACE.
dialect=()
options=$("${bazel[@]}" help build --long 2>/dev/null)
if [[ $options == *enable_workspace* ]]; then
  dialect=(--enable_workspace --noenable_bzlmod)
fi

# A download would have to come through this proxy, where nobody answers.
"${bazel[@]}" "$command" "${dialect[@]}" --jobs=2 --noshow_progress \
  --repo_env=http_proxy=http://127.0.0.1:9 \
  --repo_env=https_proxy=http://127.0.0.1:9 "$@" //...
