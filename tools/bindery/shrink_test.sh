#!/usr/bin/env bash
# What `bindery shrink` makes of a trace: a smaller one that replays, and the
# same one of that; and what it says of traces that it cannot make smaller.
set -uo pipefail

readonly BINDERY=$1
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
readonly FINDING=scenarios/findings/dead_node_leak.textproto
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

expect 0 'found, as expected' explore "$FINDING" --granularity=lock \
  "--trace=$OUT/long"
expect 10 'switches became' shrink "$OUT/long" "--trace=$OUT/short"
grep -q 'client.main is interrupted in binder_transaction' "$OUT/said" ||
  fail 'no explanation'
expect 10 'the same' replay "$OUT/short"
(($(wc -c <"$OUT/short") < $(wc -c <"$OUT/long"))) || fail 'it is not smaller'
expect 10 'E15' shrink "$OUT/short" "--trace=$OUT/again"
cmp "$OUT/short" "$OUT/again" || fail 'there was something left to leave out'
expect 10 '"explanation"' shrink "$OUT/long" --format=json

# A deadlock.
expect 0 'expected: deadlock' explore \
  scenarios/findings/device_in_its_own_queue.textproto "--trace=$OUT/stuck"
expect 11 'user-deadlock' shrink "$OUT/stuck" "--trace=$OUT/stuck2"
expect 11 'the same' replay "$OUT/stuck2"

# What cannot be made smaller.
expect 0 pass run scenarios/tutorial/oneway_ordering.textproto \
  "--trace=$OUT/good"
expect 2 'ends as "pass"' shrink "$OUT/good" "--trace=$OUT/none"
expect 2 'No such file' shrink "$OUT/nowhere" "--trace=$OUT/none"
expect 2 'is not a trace' shrink "$FINDING" "--trace=$OUT/none"
head -c 1000 "$OUT/long" >"$OUT/cut"
expect 2 'is not a trace' shrink "$OUT/cut" "--trace=$OUT/none"
expect 2 'one trace is expected' shrink
[[ ! -e $OUT/none ]] || fail 'a file was written in spite of an error'

((failures == 0))
