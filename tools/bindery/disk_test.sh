#!/usr/bin/env bash
# `--disk=DIR`: the same report as without it, nothing left in the folder, and
# errors that say why.
set -uo pipefail

readonly BINDERY=$1
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
readonly FINDING=scenarios/findings/dead_node_leak.textproto
readonly TUTORIAL=scenarios/tutorial/register_lookup_call.textproto
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

# What a report says of the search, not of the machine.
counts() {
  grep -E '"(verdict|states|transitions|terminal_states|max_depth|depth)"|"(property|message|reason)"' "$1" |
    grep -v '^  "'
}

mkdir -p "$OUT/disk"
for scenario in "$FINDING --granularity=lock" "$TUTORIAL"; do
  # shellcheck disable=SC2086 # flags
  "$BINDERY" explore $scenario --strategy=bfs --format=json \
    "--trace=$OUT/memory.trace" >"$OUT/memory" || fail "$scenario in memory"
  # shellcheck disable=SC2086
  "$BINDERY" explore $scenario --strategy=bfs --format=json \
    "--disk=$OUT/disk" --memory_limit=64K \
    "--trace=$OUT/disk.trace" >"$OUT/on_disk" || fail "$scenario on disk"
  diff <(counts "$OUT/memory") <(counts "$OUT/on_disk") ||
    fail "$scenario: another report on disk"
  grep -q '"peak_disk_bytes"' "$OUT/on_disk" || fail 'no figure of the disk'
done
cmp "$OUT/memory.trace" "$OUT/disk.trace" || fail 'another trace on disk'

with=("explore" "$TUTORIAL" "--disk=$OUT/disk")
expect 2 'needs --strategy=bfs' "${with[@]}"
expect 2 'does not go with --jobs' "${with[@]}" --strategy=bfs --jobs=2
expect 2 'take --wide_fingerprints' "${with[@]}" --strategy=bfs --exact
expect 2 'go with --bitstate' "${with[@]}" --strategy=bfs --bitstate=1M
expect 2 'nothing can be resumed' "${with[@]}" --strategy=bfs \
  "--checkpoint=$OUT/check"
expect 2 'not bfs' "${with[@]}" --strategy=bfs --preemptions=1
expect 2 'No such file' explore "$TUTORIAL" --strategy=bfs "--disk=$OUT/none"

# A limit of the size of files stands for a full disk.
(
  ulimit -f 64
  "$BINDERY" bench brm --params=3,2,1,0,1,0,0,1 --strategy=bfs \
    "--disk=$OUT/disk" --memory_limit=64K >"$OUT/said" 2>&1
)
status=$?
[[ $status == 20 ]] || fail "a full disk: status $status, not 20"
grep -q "disk: $OUT/disk: cannot write" "$OUT/said" || fail 'no reason'

[[ -z $(ls -A "$OUT/disk") ]] || fail 'something is left in the folder'
exit $((failures > 0))
