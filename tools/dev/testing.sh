# shellcheck shell=bash
# What tests of our shell programs share; sourced, functions only. The program is
# run by a function of the test, which leaves `status` and `output`.

failed=0

# fake NAME BODY: a program of that name in the folder BOX, which the test puts
# first on the path.
fake() {
  printf '#!/bin/bash\n%s\n' "$2" >"$BOX/$1"
  chmod +x "$BOX/$1"
}

# expect WHAT STATUS TEXT: the last run ended so, and printed TEXT.
expect() {
  if [[ $status != "$2" || $output != *"$3"* ]]; then
    printf 'FAILED: %s\n  status %s, want %s\n  output: %s\n' \
      "$1" "$status" "$2" "$output"
    failed=1
  fi
}
