#!/usr/bin/env bash
# What `bindery` says of profiles: the table in docs/profiles.md, where two of
# them part ways (testdata/profiles, made with --update), and what is said of
# those that no kernel has judged.
set -uo pipefail

readonly BINDERY=$1 DATA=tools/bindery/testdata/profiles
readonly OUT=${TEST_TMPDIR:-$(mktemp -d)}
# shellcheck source=tools/bindery/testing.sh
source tools/bindery/testing.sh

# compare NAME PROFILES SCENARIO [FLAG...]: the golden file is DATA/NAME.
compare() {
  local name=$1 profiles=$2 scenario=$3
  shift 3
  "$BINDERY" run "scenarios/$scenario.textproto" "--profile=$profiles" "$@" \
    >"$OUT/$name" || fail "$name: status $?"
  if [[ ${UPDATE-} ]]; then
    mkdir -p "$DATA" && cp "$OUT/$name" "$DATA/$name"
  else
    diff -u "$DATA/$name" "$OUT/$name" || fail "$name has changed"
  fi
}

[[ ${2-} != --update ]] || UPDATE=1

"$BINDERY" list profiles --format=markdown >"$OUT/table"
grep '^| .*`: \|^| in |' docs/profiles.md >"$OUT/documented"
grep -v '^|---' "$OUT/table" | diff -u "$OUT/documented" - ||
  fail "docs/profiles.md has another table; see list profiles --format=markdown"

compare at_once c-4.14,c-5.0 profiles/descriptor_at_once
compare completion c-4.14,c-5.0 profiles/completion_of_a_call
compare array c-5.0,c-6.1 profiles/array_without_a_place
compare no_looper c-5.0,c-6.1 profiles/reader_that_is_no_looper
compare at_the_start c-5.0,c-6.1 profiles/parent_at_the_start
compare acquires_itself c-5.0,c-6.1 profiles/manager_acquires_itself
compare requests c-4.14,c-5.0 profiles/requests_that_came_later
compare later_requests c-5.0,c-6.1 profiles/requests_that_came_later
compare mounting c-4.14,c-5.0 profiles/mounting_binderfs
compare instances c-5.0,c-6.1 profiles/mounting_binderfs
compare frozen c-6.1,c-6.12 profiles/frozen_one_way
compare borrower c-6.12,c-7.2 objects/uid_of_a_borrower
compare same c-6.12,c-7.2 tutorial/oneway_ordering
"$BINDERY" run scenarios/profiles/frozen_one_way.textproto \
  --profile=c-6.1,c-6.12 --format=json >"$OUT/json" || fail "json: status $?"
for wanted in '"step": ' '"profile": "c-6.12"' 'PENDING_FROZEN"' \
  '"name": "pending_frozen"'; do
  grep -q "$wanted" "$OUT/json" || fail "json has no $wanted"
done

# Those that no kernel has judged.
readonly ONE=scenarios/tutorial/oneway_ordering.textproto
for command in run explore; do
  "$BINDERY" "$command" "$ONE" --profile=c-5.0 >"$OUT/said"
  grep -q 'not judged: c-5.0' "$OUT/said" || fail "$command does not say it"
  "$BINDERY" "$command" "$ONE" --profile=c-6.1 >"$OUT/said"
  grep -q 'not judged' "$OUT/said" && fail "$command says it of c-6.1"
done
"$BINDERY" run "$ONE" --profile=c-5.0 --trace="$OUT/trace" >/dev/null
"$BINDERY" replay "$OUT/trace" | grep -q 'not judged: c-5.0' ||
  fail "replay does not say it"
"$BINDERY" conform "$ONE" --profile=c-5.0 --plan="$OUT/plan" 2>"$OUT/refused"
[[ $? == 2 ]] || fail "conform does not refuse"
grep -q 'not judged' "$OUT/refused" || fail "conform does not say why"

# Mistakes.
for flags in "run --profile=c-5.0,c-6.1,c-7.2" "explore --profile=c-5.0,c-6.1" \
  "run --profile=c-5.0,c-6.1 --seed=1" "run --profile=c-5.0,c-6.3"; do
  # shellcheck disable=SC2086
  "$BINDERY" $flags "$ONE" >/dev/null 2>&1
  [[ $? == 2 ]] || fail "$flags: not refused"
done
# What only Android's own kernels do.
readonly CASES=scenarios/peers/aosp_binder_lib
"$BINDERY" run "$CASES"/*.textproto >"$OUT/said" || fail "cases: status $?"
(($(grep -c '^  not mainline: ' "$OUT/said") == 2)) ||
  fail "not two cases are marked as not mainline"

exit $((failures != 0))
