#!/usr/bin/env bash
# Tests of `build` with a fake make, apt and dpkg: what it asks of the kernel's
# own build, when it builds at all, and what it tells whoever has to act.
set -uo pipefail

BUILD=$(cd -- "$(dirname -- "$0")" && pwd)/build
readonly BUILD
readonly BOX=$TEST_TMPDIR/box TREE=$TEST_TMPDIR/tree CACHE=$TEST_TMPDIR/cache
readonly KERNELS=$CACHE/bindery/kernels
failed=0

# fake NAME BODY: a program of that name, first on the path.
fake() {
  printf '#!/bin/bash\n%s\n' "$2" >"$BOX/$1"
  chmod +x "$BOX/$1"
}

# A machine on which everything is installed, and a source of Linux.
start() {
  rm -rf -- "$BOX" "$TREE" "$CACHE"
  mkdir -p -- "$BOX" "$TREE/drivers/android"
  : >"$TREE/Kbuild"
  printf 'ID=debian\nVERSION_ID="12"\n' >"$BOX/os-release"
  fake id 'echo 1000'
  fake sudo 'exit 1'
  fake apt-cache 'exit 0'
  fake dpkg-query 'case $* in *linux-source*) exit 1 ;; esac; echo installed'
  fake gcc 'echo 12'
  # Grants what it is asked for, and "builds" the kernel and its notes.
  # shellcheck disable=SC2016
  fake make 'echo "$*" >>'"$BOX"'/make.log
    for word in "$@"; do
      case $word in
        O=*) o=${word#O=} ;;
        KCONFIG_ALLCONFIG=*) asked=${word#*=} ;;
      esac
    done
    case "$*" in
      *allnoconfig*) grep -v "$REFUSE=" "$asked" >"$o/.config" ;;
      *)
        [[ -z $BREAK ]] || { echo "x.c:1: error: $BREAK"; exit 2; }
        mkdir -p "$o/drivers/android" "$o/arch/x86/boot"
        echo kernel | tee "$o/linux" >"$o/arch/x86/boot/bzImage"
        touch "$o/drivers/android/"{binder,binder_alloc,binderfs}.gcno ;;
    esac'
  : >"$BOX/make.log"
}

# build ARGUMENT...: runs it; leaves $status and $output. REFUSE and BREAK are
# for the fake make.
build() {
  output=$(PATH=$BOX:$PATH XDG_CACHE_HOME=$CACHE BINDERY_NO_SETUP='' \
    BINDERY_OS_RELEASE=$BOX/os-release REFUSE=${REFUSE:-CONFIG_NONE} \
    BREAK=${BREAK:-} "$BUILD" "$@" 2>&1)
  status=$?
}

# expect WHAT STATUS TEXT: the last run ended so, and printed TEXT.
expect() {
  if [[ $status != "$2" || $output != *"$3"* ]]; then
    printf 'FAILED: %s\n  status %s, want %s\n  output: %s\n' \
      "$1" "$status" "$2" "$output"
    failed=1
  fi
}

# check WHAT COMMAND...: the command succeeds.
check() {
  "${@:2}" && return
  printf 'FAILED: %s\n  %s\n' "$1" "$(cat "$BOX/make.log")"
  failed=1
}

tree_state() { find "$TREE" -printf '%p %s %T@\n' | sort; }

start
build --arch=arm
expect 'an unknown architecture' 2 "'--arch=arm'"
build --version='6 1'
expect 'a version that is no word' 2 '--version=6 1'
build --version=7.2
expect 'a version that apt has not' 3 'Debian unstable (sid) has it'
build --source="$TEST_TMPDIR/nowhere"
expect 'no such tree' 3 'there is no folder'
build --source="$BOX"
expect 'not a kernel' 3 'is no source of Linux'

start
before=$(tree_state)
build --source="$TREE"
expect 'a tree' 0 'use it with --kernel=uml-patched'
check 'the kernel' test -x "$KERNELS/linux-uml-patched"
check 'the tree is as before' test "$before" == "$(tree_state)"
: >"$BOX/make.log"
build --source="$TREE"
expect 'a second time' 0 'is up to date'
check 'nothing was made' test ! -s "$BOX/make.log"
echo changed >"$TREE/drivers/android/binder.c"
build --source="$TREE"
expect 'a changed tree' 0 'built'
check 'not configured again' test "$(grep -c allnoconfig "$BOX/make.log")" == 0

start
build --source="$TREE" --arch=x86_64 --version=next --output="$TEST_TMPDIR/out"
expect 'for QEMU' 0 '--kernel=next'
check 'bzImage' test -x "$TEST_TMPDIR/out/bzImage-next"
check 'its make' grep -q 'ARCH=x86_64.* bzImage$' "$BOX/make.log"

start
build --source="$TREE" --variant=gcov
expect 'gcov' 0 '--kernel=uml-patched-gcov'
check 'notes' test -f "$KERNELS/linux-uml-patched-gcov.gcno/binder_alloc.gcno"
check 'tool' grep -q gcov "$KERNELS/linux-uml-patched-gcov.gcno/tool"
check 'objects' grep -q 'GCOV_PROFILE_binder.o=y.* linux$' "$BOX/make.log"
build --source="$TREE" --variant=kasan
expect 'another variant is another kernel' 0 'built'

start
REFUSE=CONFIG_ANDROID_BINDERFS build --source="$TREE"
expect 'a symbol that is not granted' 3 'CONFIG_ANDROID_BINDERFS=y'
build --source="$TREE"
expect 'and once it is' 0 'built'

start
BREAK='no such struct' build --source="$TREE"
expect 'a source that does not compile' 3 'error: no such struct'
check 'no kernel' test ! -e "$KERNELS/linux-uml-patched"
build --source="$TREE"
expect 'once it is mended' 0 'built'

start
mkdir -p "$TREE/include/config"
build --source="$TREE"
expect 'a tree that was built in place' 3 'make mrproper'

exit "$failed"
