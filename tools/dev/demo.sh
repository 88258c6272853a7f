#!/usr/bin/env bash
# demo.sh PROGRAM: the main job in one minute. Called by ./bindery demo.
#
# Replays one scenario, explores all its interleavings, then explores it again
# with one guard of the driver removed, shows the violation as text and as a
# page for a browser, and replays it.
set -euo pipefail

# The guard to remove: an id of `bindery list mutations`.
readonly MUTATION=${MUTATION:-drop:binder_transaction:the-caller}

ROOT=$(readlink -f -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
readonly ROOT
readonly PROGRAM=${1:?usage: demo.sh PROGRAM}
readonly SCENARIO=scenarios/tutorial/register_lookup_call.textproto
readonly OUT=.bindery/demo

# step TEXT EXPECTED_STATUSES ARGUMENT...: prints the command, then runs it.
step() {
  local text=$1 expected=$2 status=0
  shift 2
  printf '\n--- %s\n$ ./bindery %s\n' "$text" "$*"
  "$PROGRAM" "$@" || status=$?
  [[ " $expected " == *" $status "* ]] && return
  printf 'bindery: demo: status %d, expected %s\n' "$status" "$expected" >&2
  exit 3
}

main() {
  cd -- "$ROOT"
  rm -rf -- "$OUT"
  mkdir -p -- "$OUT"
  step "One schedule, as written" 0 \
    run "$SCENARIO" --trace="$OUT/run.trace"
  step "The same trace again, byte for byte" 0 \
    replay "$OUT/run.trace"
  step "Every interleaving" 0 \
    explore "$SCENARIO"
  step "Every interleaving of a driver with a guard removed" "10 11" \
    explore "$SCENARIO" --strategy=bfs --mutate="$MUTATION" \
    --trace="$OUT/violation.trace"
  step "The violation as text" 0 \
    export "$OUT/violation.trace" --to=text
  step "The violation as a page" 0 \
    export "$OUT/violation.trace" --to=html --output="$OUT/violation.html"
  step "The violation again, from its trace alone" "10 11" \
    replay "$OUT/violation.trace"
  printf '\nOpen %s in a browser.\n' "$ROOT/$OUT/violation.html"
}

main
