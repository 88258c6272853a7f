#!/usr/bin/env bash
# `--reduction=partial_order`: the verdict and the properties of a full search
# with fewer states, a trace that replays, and errors that say why.
set -uo pipefail

readonly BINDERY=$1
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
readonly FINDING=scenarios/findings/dead_node_leak.textproto
readonly CALLS=scenarios/reduction/two_clients_one_thread.textproto
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

readonly -a REDUCED=(--reduction=partial_order)

states() {
  grep -oE '^ +[0-9]+ states' "$1" | grep -oE '[0-9]+'
}

"$BINDERY" explore "$CALLS" --granularity=lock >"$OUT/full" || fail 'full'
"$BINDERY" explore "$CALLS" --granularity=lock "${REDUCED[@]}" >"$OUT/reduced" ||
  fail 'reduced'
(($(states "$OUT/full") >= 3 * $(states "$OUT/reduced"))) ||
  fail "not a third of the states: $(cat "$OUT/full" "$OUT/reduced")"

transitions() {
  grep -oE '[0-9]+ transitions,' "$1" | grep -oE '[0-9]+'
}
"$BINDERY" explore "$CALLS" --granularity=lock "${REDUCED[@]}" \
  --sleep_sets=false >"$OUT/awake" || fail 'awake'
[[ $(states "$OUT/awake") == $(states "$OUT/reduced") ]] ||
  fail 'sleep sets change the states'
(($(transitions "$OUT/reduced") < $(transitions "$OUT/awake"))) ||
  fail 'sleep sets leave nothing to be executed less'

"$BINDERY" explore "$FINDING" --granularity=lock "${REDUCED[@]}" \
  "--trace=$OUT/trace" >"$OUT/found" || fail 'the finding is not found'
grep -q E15 "$OUT/found" || fail 'another property'
expect 10 E15 replay "$OUT/trace"

expect 2 'go with --strategy' explore "$CALLS" "${REDUCED[@]}" --strategy=bfs
expect 2 'go with --jobs' explore "$CALLS" "${REDUCED[@]}" --jobs=2
expect 2 'keeps 64 bits' explore "$CALLS" "${REDUCED[@]}" --exact
expect 2 'go with --preemptions' explore "$CALLS" "${REDUCED[@]}" \
  --preemptions=2
expect 2 'go with --checkpoint' explore "$CALLS" "${REDUCED[@]}" \
  "--checkpoint=$OUT/check"
expect 2 'liveness' explore "$CALLS" "${REDUCED[@]}" --liveness
expect 0 'final, complete' bench brm --params=2,1,2,1,2,1,1,3 "${REDUCED[@]}"
expect 2 'go with --jobs' bench brm "${REDUCED[@]}" --jobs=2
expect 2 'counts all states' explore "$CALLS" "${REDUCED[@]}" \
  "--golden=$OUT/golden"
expect 20 max_states explore "$CALLS" "${REDUCED[@]}" --max_states=10

exit $((failures > 0))
