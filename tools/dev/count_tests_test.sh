#!/usr/bin/env bash
# Tests of count_tests.awk: every way in which a target can end.
set -uo pipefail

SCRIPT=$(dirname -- "$0")/count_tests.awk
readonly SCRIPT
failed=0

# expect WHAT STATUS WANT: the count of standard input.
expect() {
  local got
  got=$(awk -v status="$2" -f "$SCRIPT")
  if [[ $got != "$3" ]]; then
    printf 'FAILED: %s: got "%s", want "%s"\n' "$1" "$got" "$3"
    failed=1
  fi
}

expect 'nothing ran' 1 '0 passed, 1 failed' </dev/null
expect 'nothing to run' 0 '0 passed, 0 failed' </dev/null

expect 'a test that was not built' 1 '0 passed, 1 failed' <<'EOF'
target UNRUN
EOF

expect 'totals of GoogleTest, one case disabled, one skipped' 0 \
  '3 passed, 0 failed' <<'EOF'
target PASSED
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="5" failures="0" disabled="1" errors="0" name="AllTests">
  <testsuite name="A" tests="5" failures="0" disabled="1" skipped="1">
    <testcase name="B" status="run" result="skipped" time="0" />
  </testsuite>
</testsuites>
EOF

expect 'two shards, one with a failure' 1 '4 passed, 1 failed' <<'EOF'
target FAILED
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="0" disabled="0" errors="0" name="AllTests">
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" disabled="0" errors="0" name="AllTests">
EOF

expect 'a file that Bazel wrote after a crash' 1 '1 passed, 1 failed' <<'EOF'
target PASSED
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="a" tests="1" failures="0" errors="0">
target FAILED
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="b" tests="1" failures="0" errors="1">
EOF

expect 'a failure that its file does not show' 1 '1 passed, 1 failed' <<'EOF'
target FAILED
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="0" disabled="0" errors="0" name="AllTests">
EOF

exit "$failed"
