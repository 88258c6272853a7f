#!/usr/bin/env bash
# Tests of unreached_changes: which facts of a list a patch touches.
set -uo pipefail

TOOL=$(cd -- "$(dirname -- "$0")" && pwd)/unreached_changes
readonly TOOL
readonly LIST=$TEST_TMPDIR/list DIFF=$TEST_TMPDIR/diff
failed=0

cat >"$LIST" <<'END'
# drivers/android/binder.c lines 7/12 branches 3/8 functions 2/3
lines drivers/android/binder.c:12-14 binder_inc
branches drivers/android/binder.c:20-20 binder_inc 1/2
function drivers/android/binder_alloc.c:12-14 binder_alloc_new
END

# expect WHAT STATUS OUTPUT: the tool says so of $DIFF.
expect() {
  local output status
  output=$("$TOOL" "$LIST" "$DIFF" 2>&1)
  status=$?
  [[ $status == "$2" && $output == "$3" ]] && return
  printf 'FAILED: %s\n  status %s, want %s\n  output: %s\n' \
    "$1" "$status" "$2" "$output"
  failed=1
}

# patch FILE HUNK: a diff of one file. The hunk begins with "@@".
patch() {
  printf -- 'diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n%s\n' \
    "$1" "$1" "$1" "$1" "$2" >"$DIFF"
}

patch drivers/android/binder.c '@@ -10,3 +10,4 @@ int f(void)
 a
 b
-  c
+  d
+++ e'
expect 'two lines in one run' 1 "lines drivers/android/binder.c:12-14 binder_inc
+12:   d
+13: ++ e"

patch drivers/android/binder.c '@@ -9 +9,2 @@
 a
+b
@@ -18,2 +19,3 @@
 x
+y
 z'
expect 'a branch, behind another hunk' 1 \
  "branches drivers/android/binder.c:20-20 binder_inc 1/2
+20: y"

patch drivers/android/binder.c '@@ -12,3 +12,2 @@
 a
-b
 c'
expect 'only removed lines' 0 ''

patch kernel/drivers/android/binder_alloc.c '@@ -12 +12 @@
-a
+b'
expect 'another file, in a longer path' 1 \
  "function drivers/android/binder_alloc.c:12-14 binder_alloc_new
+12: b"

patch drivers/base/binder.c '@@ -12 +12 @@
-a
+b'
expect 'a file of another driver' 0 ''

"$TOOL" "$LIST" /nowhere >/dev/null 2>&1
[[ $? == 2 ]] || { echo 'FAILED: a missing diff is no usage error'; failed=1; }

exit "$failed"
