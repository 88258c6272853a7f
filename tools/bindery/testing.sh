# shellcheck shell=bash
# What tests of the command share; sourced, functions only. The test has BINDERY,
# the program, and OUT, a folder of its own; it ends with `((failures == 0))`.

failures=0

fail() {
  echo "${0##*/}: $*" >&2
  failures=$((failures + 1))
}

# expect STATUS TEXT COMMAND...: the status, and TEXT in what is said, which is
# then in OUT/said.
expect() {
  local wanted=$1 text=$2 status=0
  shift 2
  "$BINDERY" "$@" >"$OUT/said" 2>&1 || status=$?
  [[ $status == "$wanted" ]] || fail "$*: status $status, not $wanted"
  grep -q -- "$text" "$OUT/said" || fail "$*: does not say \"$text\""
}
