#!/usr/bin/env bash
# Nothing is missing without a reason, and docs/coverage.md says what scenarios
# exercise now.
set -uo pipefail

readonly BINDERY=$1 NOW=$TEST_TMPDIR/coverage.md
"$BINDERY" list coverage --format=markdown --output="$NOW"
code=$?
# 10: something is missing without a reason, or a reason is not true any more;
# `bindery list coverage` says what.
if ((code != 0)); then
  echo "list coverage: exit status $code" >&2
  exit 1
fi
if ! diff -u docs/coverage.md "$NOW"; then
  echo "docs/coverage.md is not what scenarios exercise now; to rewrite it:" >&2
  echo "  ./bindery list coverage --format=markdown --output=docs/coverage.md" >&2
  exit 1
fi
