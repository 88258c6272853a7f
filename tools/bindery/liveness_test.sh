#!/usr/bin/env bash
# What `bindery explore --liveness` says, what its traces replay as, and what it
# refuses.
set -uo pipefail

readonly BINDERY=$1
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
readonly FOLDER=adapter/testdata/liveness
readonly LIVE=$FOLDER/chatter.textproto
readonly STUCK=$FOLDER/waits_among_chatter.textproto
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

expect 0 complete explore "$LIVE" --liveness
expect 0 complete explore "$STUCK"
expect 10 'livelock after 33' explore "$STUCK" --liveness "--trace=$OUT/run"
grep -q 'and then for ever' "$OUT/said" || fail 'no loop is shown'
expect 10 '"endless": true' explore "$STUCK" --liveness --format=json
expect 10 'the last 11 of them for ever' replay "$OUT/run"
expect 0 'for ever from step 23' export "$OUT/run" --to=text
expect 2 'would not close' shrink "$OUT/run"

# A loop that begins elsewhere, or shows another property, is none.
expect 10 livelock explore "$STUCK" --liveness "--trace=$OUT/run.textproto"
sed 's/^  loop: 22/  loop: 21/' "$OUT/run.textproto" >"$OUT/early.textproto"
expect 12 'does not lead back' replay "$OUT/early.textproto"
sed 's/property: "livelock"/property: "L3"/' "$OUT/run.textproto" \
  >"$OUT/other.textproto"
expect 12 'nothing is owed' replay "$OUT/other.textproto"
sed 's/property: "livelock"/property: "L99"/' "$OUT/run.textproto" \
  >"$OUT/unknown.textproto"
expect 12 'no such property of runs' replay "$OUT/unknown.textproto"
sed 's/^  loop: 22/  loop: 99/' "$OUT/run.textproto" >"$OUT/behind.textproto"
expect 12 'behind the end' replay "$OUT/behind.textproto"

# What the scenario says is to hold again and again.
{
  cat "$LIVE"
  echo 'eventually { name: "peace" expr: "not any(process where dead == 0)" }'
} >"$OUT/peace.textproto"
expect 0 'not asked whether eventually: peace' explore "$OUT/peace.textproto"
expect 10 'peace after .* never holds again' explore "$OUT/peace.textproto" \
  --liveness "--trace=$OUT/war"
expect 10 'of them for ever' replay "$OUT/war"

# A graph that is full is no answer; a state property comes first.
expect 20 max_states explore "$LIVE" --liveness --max_states=1000
expect 10 'E61 after' explore "$FOLDER/death_among_chatter.textproto" \
  --liveness '--mutate=drop:binder_free_buf:the-node-s-next-one-way'

expect 2 'leaves out runs' explore "$LIVE" --liveness --reduction=symmetry
expect 2 'keeps no graph' explore "$LIVE" --liveness --strategy=random
expect 2 'cut off runs' explore "$LIVE" --liveness --preemptions=1
expect 2 'cut off runs' explore "$LIVE" --liveness --max_depth=9
expect 2 '128 bits' explore "$LIVE" --liveness --bitstate=1M
expect 2 'one thread' explore "$LIVE" --liveness --jobs=2
expect 2 'one thread' explore "$LIVE" --liveness "--checkpoint=$OUT"

((failures == 0))
