# shellcheck shell=bash
# ./bindery test. Sourced by ./bindery after setup.sh and build.sh.
#
# The last line printed is "N passed, N failed", counting test cases. Status 0
# when nothing failed, else 1. Options but --full go to `bazel test`.

run_tests() {
  local full=0 status=0 option
  local -a options=() packages=("${BUILD_PACKAGES[@]}")
  for option in "$@"; do
    if [[ $option == --full ]]; then full=1; else options+=("$option"); fi
  done
  ((full == 0)) || packages+=("${FULL_TEST_PACKAGES[@]}")
  lock
  set_up "${packages[@]}"
  unlock

  local log=$BINDERY_STATE/test.log
  bazel_do test --keep_going "${options[@]}" -- //... 2>&1 | tee -- "$log" ||
    status=1
  summarize "$log" "$status" >"$BINDERY_STATE/counts"
  if ((full == 1)); then
    "$BINDERY_ROOT/tools/dev/matrix.sh" || status=1
  fi
  cat -- "$BINDERY_STATE/counts"
  return "$status"
}

# summarize LOG STATUS: adds up the test.xml files of the targets in LOG.
summarize() {
  local log=$1 status=$2 logs target verdict name
  logs=$(bazel_do info bazel-testlogs 2>/dev/null)
  while read -r target verdict; do
    printf 'target %s\n' "$verdict"
    # A test that was not run may have the file of an older run.
    [[ $verdict != UNRUN ]] || continue
    name=${target#//}
    name=${name/://}
    find "$logs/${name#/}" -name test.xml -exec cat {} + 2>/dev/null || true
  done < <(test_verdicts "$log") |
    awk -v status="$status" -f "$BINDERY_ROOT/tools/dev/count_tests.awk"
}

# "LABEL PASSED|FAILED|UNRUN" for each test in the summary that Bazel printed.
test_verdicts() {
  sed -nE \
    -e 's#^(//[^ ]+) +(FAILED TO BUILD|NO STATUS|INCOMPLETE).*#\1 UNRUN#p' -e t \
    -e 's#^(//[^ ]+) +(\(cached\) )?(PASSED|FLAKY).*#\1 PASSED#p' -e t \
    -e 's#^(//[^ ]+) +(\(cached\) )?(FAILED|TIMEOUT|REMOTE).*#\1 FAILED#p' \
    "$1" | sort -u
}
