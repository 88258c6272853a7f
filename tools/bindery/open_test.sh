#!/usr/bin/env bash
# Open exploration by the command: what it finds, what its traces replay as,
# and what it refuses.
set -uo pipefail

readonly BINDERY=$1
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
readonly ASK=procs:2,threads:1
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

# Finding 0007, without a script.
expect 10 'E16 after 2' explore "--open=$ASK,commands:2" --strategy=bfs \
  "--trace=$OUT/run"
expect 10 E16 replay "$OUT/run"
expect 10 E16 shrink "$OUT/run"
expect 0 BINDER_THREAD_EXIT export "$OUT/run" --to=text
expect 10 'found E16: .* one thread searches again' explore \
  "--open=$ASK,commands:2" --jobs=2
expect 0 complete explore "--open=$ASK,commands:2" --except=E16,E39
expect 0 complete explore "--open=$ASK,commands:2,deaths:1" --except=E16,E39 \
  --jobs=2

expect 0 complete explore "--open=$ASK,commands:2" --except=E16,E22,E39 \
  --properties=all
expect 0 complete explore "--open=$ASK,commands:1" --except=E16,E39 \
  --granularity=lock

# A driver with a mistake is found out by commands alone.
expect 10 use-after-free explore "--open=$ASK,commands:2" \
  --except=E16,E39 --strategy=bfs \
  --mutate=drop:binder_cleanup_ref_olocked:a-dead-ref-leaves-the-node-s-list

expect 0 'acquire_done' list alphabet
expect 2 'at character 30: nothing is called "foo"' \
  explore "--open=$ASK,commands:9,foo:1"
expect 2 'there is core, wide' explore "--open=$ASK,commands:9,alphabet:foo"
expect 2 'must be 1 to 8' explore --open=procs:0
expect 2 'has a property "E999"' explore "--open=$ASK,commands:1" --except=E999
expect 2 'leave out' explore "--open=$ASK,commands:1" some.textproto
expect 2 'need never get on' explore "--open=$ASK,commands:1" --liveness

((failures == 0)) || exit 1
