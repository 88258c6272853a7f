#!/usr/bin/env bash
# Tests of `build` with a fake make, apt and dpkg: what it asks of the kernel's
# own build, when it builds at all, and what it tells whoever has to act.
set -uo pipefail

BUILD=$(cd -- "$(dirname -- "$0")" && pwd)/build
readonly BUILD
readonly BOX=$TEST_TMPDIR/box TREE=$TEST_TMPDIR/tree CACHE=$TEST_TMPDIR/cache
readonly KERNELS=$CACHE/bindery/kernels
# shellcheck source=tools/dev/testing.sh
source "$(dirname -- "$BUILD")/../dev/testing.sh"

# A machine on which everything is installed, and a source of Linux.
start() {
  rm -rf -- "$BOX" "$TREE" "$CACHE"
  mkdir -p -- "$BOX" "$TREE/drivers/android"
  : >"$TREE/Kbuild"
  touch "$TREE/drivers/android/"{binder,binder_alloc,binderfs}.c
  printf 'ID=debian\nVERSION_ID="12"\n' >"$BOX/os-release"
  fake id 'echo 1000'
  fake sudo 'exit 1'
  fake apt-cache 'exit 0'
  fake apt-config 'echo "Acquire::http::Proxy \"http://proxy:8080\";
Acquire::AllowInsecureRepositories \"1\";"'
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
# for the fake make, OFFLINE is what the fake apt says when it cannot update.
build() {
  output=$(PATH=$BOX:$PATH XDG_CACHE_HOME=$CACHE BINDERY_NO_SETUP='' \
    BINDERY_OS_RELEASE=$BOX/os-release REFUSE=${REFUSE:-CONFIG_NONE} \
    BREAK=${BREAK:-} OFFLINE=${OFFLINE:-} BINDERY_APT_ETC=$BOX/etc \
    "$BUILD" "$@" 2>&1)
  status=$?
}


# check WHAT COMMAND...: the command succeeds.
check() {
  "${@:2}" && return
  printf 'FAILED: %s\n  %s\n' "$1" "$(cat "$BOX/make.log")"
  failed=1
}

# A mirror whose suite has the packages $@, with this machine's apt ready to ask
# it. What the fakes are asked goes to apt.log.
# shellcheck disable=SC2016
start_mirror() {
  start
  mkdir -p "$BOX/etc/sources.list.d"
  printf '# http://old.example/debian\nURIs: http://near.example/debian/\n' \
    >"$BOX/etc/sources.list.d/debian.sources"
  printf '%s\n' "$@" >"$BOX/suite"
  # Without APT_CONFIG it is the system's apt, which has no such package.
  fake apt-cache '[[ -n $APT_CONFIG ]] || exit 0
    case $1 in
      pkgnames) cat '"$BOX"'/suite ;;
      madison) grep -x -- "$2" '"$BOX"'/suite ;;
    esac'
  fake apt-get 'folder=${APT_CONFIG%/*}
    { echo "$*"; cat "$folder"/{sources.list,apt.conf}; } >>'"$BOX"'/apt.log
    case $* in
      *update) [[ -z $OFFLINE ]] || { echo "$OFFLINE"; exit 100; } ;;
      *download*) touch "${*: -1}_1.2-3_all.deb" ;;
    esac'
  fake dpkg-deb 'case $1 in
      -f) echo 1.2-3 ;;
      *) cat '"$BOX"'/package.tar ;;
    esac'
  make_package "$1"
}

# The package's files: the archive of a source, in an archive.
make_package() {
  local archive=usr/src/$1.tar.xz
  mkdir -p "$BOX/inner/drivers/android" "$BOX/usr/src"
  : >"$BOX/inner/Kbuild"
  tar -cJf "$BOX/$archive" -C "$BOX" --transform='s,^inner,source,' inner
  tar -cf "$BOX/package.tar" -C "$BOX" "./$archive"
}

tree_state() { find "$TREE" -printf '%p %s %T@\n' | sort; }

start
build --arch=arm
expect 'an unknown architecture' 2 "'--arch=arm'"
build --version='6 1'
expect 'a version that is no word' 2 '--version=6 1'
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
check 'source' test -f "$KERNELS/linux-uml-patched-gcov.gcno/binder_alloc.c"
check 'tool' grep -q gcov "$KERNELS/linux-uml-patched-gcov.gcno/tool"
check 'faults' grep -q FAILSLAB=y \
  "$CACHE/bindery/kernel-build/uml-patched-gcov/.config"
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

# Versions that no real machine has: one in /usr/src would be taken.
start_mirror linux-source-91.2
build --version=91.2
expect 'a version of another release' 0 'use it with --kernel=uml-91.2'
check 'the suite' grep -q 'http://near.example/debian/ sid main' "$BOX/apt.log"
check 'the proxy' grep -q 'proxy:8080' "$BOX/apt.log"
check 'signatures' test "$(grep -c Insecure "$BOX/apt.log")" == 0
check 'no sources of the system' \
  grep -q 'Dir::Etc::sourceparts "/dev/null"' "$BOX/apt.log"
check 'nothing is installed' test "$(grep -c install "$BOX/apt.log")" == 0
: >"$BOX/apt.log"
OFFLINE=never build --version=91.2 --variant=kasan
expect 'another variant of it' 0 'built'
check 'was not fetched again' test ! -s "$BOX/apt.log"

start_mirror linux-source-91.3 linux-source
build --version=91.2
expect 'a suite that moved on' 3 'no linux-source-91.2; it has linux-source-91.3'
OFFLINE='E: Could not resolve near.example' build --version=91.3
expect 'no network' 3 'is there a network?'
OFFLINE='W: NO_PUBKEY 123' build --version=91.3
expect 'no key' 3 'newer
debian-archive-keyring'
OFFLINE='E: Release file is expired' build --version=91.3
expect 'an old mirror' 3 'the clock is wrong'
build --version=91.3
expect 'and when all is well' 0 'built'

exit "$failed"
