#!/usr/bin/env bash
# Tests of scenario_runner.sh with a program that prints its arguments, and
# fails for scenarios with "bad" in their names.
set -uo pipefail

RUNNER=$(cd -- "$(dirname -- "$0")" && pwd)/scenario_runner.sh
readonly RUNNER
readonly PROGRAM=$TEST_TMPDIR/program
failed=0

cat >"$PROGRAM" <<'EOF'
#!/bin/bash
printf '[%s]' "$@"
echo
for word in "$@"; do [[ $word != --trace=* ]] || : >"${word#--trace=}"; done
[[ $2 != *bad* ]] || exit 10
EOF
chmod +x "$PROGRAM"
cd -- "$TEST_TMPDIR" || exit 1

# run [NAME=VALUE...] -- ARGUMENT...: leaves $output and $status. Bazel's own
# variables, meant for this test, are taken away.
run() {
  local -a settings=()
  while [[ $1 != -- ]]; do
    settings+=("$1")
    shift
  done
  shift
  output=$(env -u TEST_SHARD_INDEX -u TEST_TOTAL_SHARDS -u XML_OUTPUT_FILE \
    -u TEST_SHARD_STATUS_FILE -u TEST_UNDECLARED_OUTPUTS_DIR -u TEST_TARGET \
    "${settings[@]}" "$RUNNER" "$PROGRAM" "$@" 2>&1)
  status=$?
}

# expect WHAT STATUS OUTPUT
expect() {
  if [[ $status != "$2" || $output != "$3" ]]; then
    printf 'FAILED: %s\n  status %s, want %s\n  output: %s\n  want:   %s\n' \
      "$1" "$status" "$2" "$output" "$3"
    failed=1
  fi
}

run -- run '' 1 'a b.textproto' --seed=1
expect 'words stay whole' 0 '[run][a b.textproto][--seed=1]'

run -- explore gold.json 1 a.textproto
expect 'a golden is passed on' 0 '[explore][a.textproto][--golden=gold.json]'

run -- run '' 2 bad.textproto c.textproto
expect 'a failure does not hide the rest' 1 '[run][bad.textproto]
FAILED with status 10: bindery run bad.textproto
[run][c.textproto]'

run TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=1 TEST_SHARD_STATUS_FILE=status -- \
  run '' 3 a.textproto b.textproto c.textproto
expect 'the second of two shards' 0 '[run][b.textproto]'
[[ -f status ]] || { echo 'FAILED: no shard status file' && failed=1; }

run XML_OUTPUT_FILE=out.xml -- run '' 2 'bad&.textproto' b.textproto
output=$(grep -E '<test(suite |case)' out.xml)
expect 'one case for each scenario' 1 \
  '  <testsuite name="run" tests="2" failures="1" errors="0">
    <testcase name="bad&amp;.textproto" classname="run"><failure message="status 10"/></testcase>
    <testcase name="b.textproto" classname="run"></testcase>'

mkdir -p outputs
run TEST_UNDECLARED_OUTPUTS_DIR=outputs -- run '' 2 x/bad.textproto x/c.textproto
output=$(ls outputs)
expect 'only traces of failures are kept' 1 'bad.trace'

: >real.json
ln -sf real.json link.json
run -- explore link.json 1 a.textproto --update_goldens
expect 'a golden is updated behind its link' 0 \
  "[explore][a.textproto][--update_goldens][--golden=$(pwd -P)/real.json]"

exit "$failed"
