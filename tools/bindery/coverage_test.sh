#!/usr/bin/env bash
# What `bindery explore --coverage` says of the driver's branches.
set -uo pipefail

readonly BINDERY=$1
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
readonly SCENARIO=scenarios/tutorial/server_death.textproto
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

expect 0 'branches of the driver' explore "$SCENARIO" --coverage
cp "$OUT/said" "$OUT/one"
grep -q '14 of  14  binder_node_release' "$OUT/said" ||
  fail 'a function that was taken whole is not shown so'
grep -q 'binder_ioctl_freeze' "$OUT/said" &&
  fail 'a function that was never entered is shown'

# Threads count each for itself; what is taken is the same.
expect 0 'branches of the driver' explore "$SCENARIO" --coverage --jobs=2
diff <(grep ' of ' "$OUT/one") <(grep ' of ' "$OUT/said") ||
  fail 'two threads take other branches than one'

# What is left is in the file, and the two make all of it.
expect 0 pass explore "$SCENARIO" "--coverage=$OUT/left"
read -r taken _ all _ < <(grep 'branches of the driver' "$OUT/said")
((taken + $(wc -l <"$OUT/left") == all)) ||
  fail 'what was taken and what is left are not all'
expect 0 '"missing"' explore "$SCENARIO" --coverage --format=json

# A result is not lost because its coverage is.
expect 2 'cannot be written' explore "$SCENARIO" --coverage=/nonexistent/file
grep -q 'server_death: pass' "$OUT/said" || fail 'the result is lost'
expect 0 pass explore "$SCENARIO"
grep -q 'branches of the driver' "$OUT/said" && fail 'it counts unasked'

((failures == 0))
