# Reads, for each test target, a line "target PASSED|FAILED|UNRUN" and then its
# test.xml files; prints "N passed, N failed". With -v status=STATUS, a run that
# failed never prints "0 failed", even when no test could be built.

function attribute(name) {
  if (!match($0, " " name "=\"[0-9]+\"")) return 0
  return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0
}

function finish_target() {
  # A crash after the last case, or a test that was not built, leaves no trace
  # in the file.
  if (verdict != "" && verdict != "PASSED" && target_failed == 0) target_failed = 1
  failed += target_failed
  passed += target_passed
  target_failed = target_passed = 0
}

/^target / {
  finish_target()
  verdict = $2
  counted = 1
  next
}

# One count a file: GoogleTest has totals in <testsuites>, other tests only in
# <testsuite>.
/^<\?xml/ { counted = 0 }
/<testsuites?[ >]/ && / tests="/ && !counted {
  bad = attribute("failures") + attribute("errors")
  target_failed += bad
  target_passed += attribute("tests") - bad - attribute("disabled")
  counted = 1
}
/<testcase .* result="skipped"/ { target_passed-- }

END {
  finish_target()
  if (status != 0 && failed == 0) failed = 1
  printf "%d passed, %d failed\n", passed, failed
}
