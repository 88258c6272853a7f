#!/usr/bin/env bash
# `--reduction=symmetry`: the verdict of a full search with as many states as
# there are orbits, by every way to search that knows them, a trace that
# replays, and errors that say why.
set -uo pipefail

readonly BINDERY=$1
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
readonly CLIENTS=scenarios/reduction/four_clients.textproto
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

readonly -a REDUCED=(--reduction=symmetry)

states() {
  grep -oE '^ +[0-9]+ states, [0-9]+ transitions' "$1"
}

sed 's/copies: 4/copies: 3/' "$CLIENTS" >"$OUT/three.textproto"
readonly THREE=$OUT/three.textproto
mkdir -p "$OUT/disk"

"$BINDERY" explore "$THREE" "${REDUCED[@]}" >"$OUT/reduced" || fail 'reduced'
grep -q 'interchangeable: client1, client2, client3$' "$OUT/reduced" ||
  fail "does not say who is alike: $(cat "$OUT/reduced")"
for way in --strategy=bfs --jobs=2 --wide_fingerprints \
  "--strategy=bfs --disk=$OUT/disk" "--checkpoint=$OUT/check"; do
  # shellcheck disable=SC2086
  "$BINDERY" explore "$THREE" "${REDUCED[@]}" $way >"$OUT/other" ||
    fail "$way"
  [[ $(states "$OUT/other") == "$(states "$OUT/reduced")" ]] ||
    fail "$way: $(cat "$OUT/other" "$OUT/reduced")"
done

"$BINDERY" explore "$THREE" "${REDUCED[@]}" --strategy=bfs \
  --mutate=drop:binder_thread_read:binder_dequeue_work_head_ilocked \
  "--trace=$OUT/trace" >"$OUT/found"
[[ -s $OUT/trace ]] || fail "no trace: $(cat "$OUT/found")"
expect 10 violated replay "$OUT/trace"

expect 2 'go with --strategy' explore "$THREE" "${REDUCED[@]}" --strategy=pct
expect 2 'take --wide_fingerprints' explore "$THREE" "${REDUCED[@]}" --exact
expect 2 'go with --preemptions' explore "$THREE" "${REDUCED[@]}" \
  --preemptions=2
expect 2 'liveness' explore "$THREE" "${REDUCED[@]}" --liveness
expect 2 'counts all states' explore "$THREE" "${REDUCED[@]}" \
  "--golden=$OUT/golden"
expect 2 'go with --open' explore "${REDUCED[@]}" \
  --open=procs:3,threads:1,commands:1
expect 2 'no two are written alike' explore "${REDUCED[@]}" \
  scenarios/tutorial/reentrant_callback.textproto
sed '$a sometimes { expr: "any(process where name == \\"client2\\" and dead)" }' \
  "$THREE" | sed 's/copies: 3/copies: 2/' >"$OUT/named.textproto"
expect 2 'named.textproto:[0-9]*:[0-9]*: "client2" is named here' explore \
  "${REDUCED[@]}" "$OUT/named.textproto"

# What was found before is not lost.
expect 2 'interchangeable: client1, client2, client3$' explore "${REDUCED[@]}" \
  "$THREE" scenarios/tutorial/reentrant_callback.textproto
grep -q 'no two are written alike' "$OUT/said" || fail 'no error'
expect 2 '^four_clients: pass' explore "$THREE" \
  "--golden=$OUT/nowhere/golden" --update_goldens

exit $((failures > 0))
