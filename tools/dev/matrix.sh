#!/usr/bin/env bash
# ./bindery test --full, after the ordinary tests: formatting, every compiler
# and optimisation level, sanitizers, use from another workspace, and equal
# traces from all builds.
#
# Each configuration has its own output folder (--platform_suffix), so that the
# next ordinary build finds what it left. Status 1 when anything failed; what
# failed is listed at the end.
set -uo pipefail

BINDERY_ROOT=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
BINDERY_ROOT=$(readlink -f -- "$BINDERY_ROOT")
# shellcheck source=tools/dev/setup.sh
source "$BINDERY_ROOT/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
source "$BINDERY_ROOT/tools/dev/build.sh"

# Bazel options, one configuration a line; the ordinary tests are gcc -O2. A test
# tagged no-sanitizer measures memory or time, which a sanitizer changes.
readonly CONFIGURATIONS=(
  "--config=gcc --config=o0 --platform_suffix=-gcc-o0"
  "--config=clang --config=o2 --platform_suffix=-clang-o2"
  "--config=sanitized --platform_suffix=-sanitized
   --test_tag_filters=-no-sanitizer"
)

failures=()

# check NAME COMMAND ARGUMENT...
check() {
  local name=$1
  shift
  printf '\n=== %s\n' "$name"
  "$@" || failures+=("$name")
}

check format "$BINDERY_ROOT/tools/dev/format" --check
for configuration in "${CONFIGURATIONS[@]}"; do
  read -ra options <<<"${configuration//$'\n'/ }"
  check "$configuration" bazel_do test --keep_going "${options[@]}" -- //...
done
check "another workspace" \
  bazel_do test -- //tests/external_workspace:client_test
check "equal traces" "$BINDERY_ROOT/tools/dev/trace_matrix.sh"

printf '\n=== matrix: %d of %d failed\n' "${#failures[@]}" \
  $((${#CONFIGURATIONS[@]} + 3))
((${#failures[@]} == 0)) || printf 'failed: %s\n' "${failures[@]}"
((${#failures[@]} == 0))
