#!/usr/bin/env bash
# What the tests of scenarios/defs.bzl execute.
#
# scenario_runner.sh PROGRAM run|explore GOLDEN COUNT SCENARIO... [FLAG...]
#
# Runs the command once for each of COUNT scenarios; status 1 when one of them
# does not exit with 0. GOLDEN may be ''. Of Bazel's test protocol:
#  - shard i of n takes every n-th scenario, beginning with the i-th;
#  - test.xml gets one case for each scenario;
#  - traces of failures go to the folder of undeclared outputs.
set -uo pipefail

program=$1 command=$2 golden=$3 count=$4
shift 4
scenarios=("${@:1:count}")
flags=("${@:count+1}")

cases='' passed=0 failed=0

# Text for an attribute of test.xml.
escape() {
  sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/"/\&quot;/g' <<<"$1"
}

run_one() {
  local scenario=$1 status=0 line failure='' trace=''
  local -a words=("$program" "$command" "$scenario" "${flags[@]}")
  [[ -z $golden ]] || words+=("--golden=$golden")
  if [[ -n ${TEST_UNDECLARED_OUTPUTS_DIR:-} ]]; then
    trace=$TEST_UNDECLARED_OUTPUTS_DIR/$(basename -- "$scenario" .textproto).trace
    words+=("--trace=$trace")
  fi
  "${words[@]}" || status=$?
  if ((status == 0)); then
    passed=$((passed + 1))
    [[ -z $trace ]] || rm -f -- "$trace"
  else
    failed=$((failed + 1))
    printf 'FAILED with status %d: bindery %s\n' "$status" "${words[*]:1}"
    failure="<failure message=\"status $status\"/>"
  fi
  printf -v line '    <testcase name="%s" classname="%s">%s</testcase>\n' \
    "$(escape "$scenario")" "$command" "$failure"
  cases+=$line
}

write_xml() {
  [[ -n ${XML_OUTPUT_FILE:-} ]] || return 0
  {
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    printf '  <testsuite name="%s" tests="%d" failures="%d" errors="0">\n' \
      "$(escape "${TEST_TARGET:-$command}")" $((passed + failed)) "$failed"
    printf '%s  </testsuite>\n</testsuites>\n' "$cases"
  } >"$XML_OUTPUT_FILE"
}

# The golden in the runfiles is a link; a new one must reach the source tree.
for flag in "${flags[@]}"; do
  if [[ $flag == --update_goldens && -n $golden ]]; then
    golden=$(readlink -f -- "$golden")
  fi
done
# Tells Bazel that shards are understood.
[[ -z ${TEST_SHARD_STATUS_FILE:-} ]] || : >"$TEST_SHARD_STATUS_FILE"
for ((i = ${TEST_SHARD_INDEX:-0}; i < count; i += ${TEST_TOTAL_SHARDS:-1})); do
  run_one "${scenarios[i]}"
done
write_xml
((failed == 0))
