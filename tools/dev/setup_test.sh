#!/usr/bin/env bash
# Tests of setup.sh with a fake dpkg, apt-get, id and sudo: what it installs,
# and what it tells whoever cannot install.
set -uo pipefail

SETUP=$(cd -- "$(dirname -- "$0")" && pwd)/setup.sh
readonly SETUP
readonly BOX=$TEST_TMPDIR/box
# shellcheck source=tools/dev/testing.sh
source "$(dirname -- "$SETUP")/testing.sh"

# A machine with Debian $1, the user id $2, and the packages in $3.
machine() {
  local tool
  rm -rf -- "$BOX" && mkdir -p -- "$BOX"
  for tool in cat env sed tail tr; do
    ln -s "$(type -P "$tool")" "$BOX/$tool"
  done
  printf 'ID=debian\nVERSION_ID="%s"\n' "$1" >"$BOX/os-release"
  fake id "echo $2"
  fake dpkg-query "for p in $3; do
    [[ \$p != \"\${@: -1}\" ]] || { echo installed; exit 0; }; done; exit 1"
  fake apt-get "echo \"\$*\" >>$BOX/apt.log"
  : >"$BOX/apt.log"
}

# set_up_in PACKAGE...: runs it; leaves $status and $output.
set_up_in() {
  output=$(PATH=$BOX BINDERY_OS_RELEASE=$BOX/os-release BINDERY_NO_SETUP='' \
    /bin/bash -euo pipefail -c "source $SETUP; set_up $*" 2>&1)
  status=$?
}


# expect_apt WHAT TEXT: apt-get was called with TEXT; '' is not at all.
expect_apt() {
  local calls
  calls=$(cat "$BOX/apt.log")
  if [[ $calls != *"$2"* || (-z $2 && -n $calls) ]]; then
    printf 'FAILED: %s\n  apt-get calls: %s\n' "$1" "$calls"
    failed=1
  fi
}

machine 12 0 'zip g++'
set_up_in zip g++
expect 'all there' 0 ''
expect_apt 'all there' ''

machine 12 0 'zip'
set_up_in zip g++ libabsl-dev
expect 'as root' 0 'installing from apt: g++ libabsl-dev'
expect_apt 'as root' 'install -y --no-install-recommends g++ libabsl-dev'

machine 12 1000 'zip'
set_up_in zip g++
expect 'no sudo' 3 'apt-get install -y --no-install-recommends g++'
expect_apt 'no sudo' ''

machine 12 1000 ''
# shellcheck disable=SC2016
fake sudo '[[ $1 == -n ]] || exit 9; shift; [[ $1 == true ]] || exec "$@"'
set_up_in g++
expect 'sudo without a password' 0 'installing'
expect_apt 'sudo without a password' 'install -y'

machine 12 1000 ''
fake sudo 'exit 1'
set_up_in g++
expect 'sudo with a password' 3 'not root'
expect_apt 'sudo with a password' ''

machine 12 0 ''
fake apt-get '[[ "$*" == *--version ]] || { echo no route; exit 100; }'
set_up_in g++
expect 'no network' 3 'Is there a network'
expect 'what apt-get said' 3 'no route'

machine 12 0 ''
fake bazel ''
set_up_in bazel-bootstrap
expect 'a bazel from elsewhere' 0 ''
expect_apt 'a bazel from elsewhere' ''

machine 11 0 ''
set_up_in g++
expect 'Debian 11' 3 'Debian 12 or newer is needed'
expect_apt 'Debian 11' ''

machine 12 0 ''
printf 'ID=debian\n' >"$BOX/os-release"
set_up_in g++
expect 'unstable has no version' 0 'installing'

printf 'ID=fedora\nVERSION_ID=40\n' >"$BOX/os-release"
set_up_in g++
expect 'another distribution' 3 "this is 'fedora'"

rm -f "$BOX/os-release"
set_up_in g++
expect 'no os-release' 3 'cannot tell which system'

exit "$failed"
