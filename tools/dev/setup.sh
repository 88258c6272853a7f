# shellcheck shell=bash
# Installs what a build needs. Sourced by ./bindery; functions only.
#
# set_up PACKAGE... returns at once when everything is there. Otherwise it
# installs as root or through `sudo -n`, or exits 3 and says what to type.
# Everything is written to stderr: stdout belongs to the program.

readonly BUILD_PACKAGES=(bazel-bootstrap g++ libabsl-dev libbenchmark-dev
  libgmock-dev libgtest-dev libprotobuf-dev protobuf-compiler zip)
# For ./bindery test --full.
# shellcheck disable=SC2034
readonly FULL_TEST_PACKAGES=(clang clang-format git libclang-rt-dev)
# For ./bindery bench spin.
# shellcheck disable=SC2034
readonly SPIN_PACKAGES=(spin)

say() { printf 'bindery: %s\n' "$*" >&2; }

die() {
  say "$@"
  exit 3
}

# The value of KEY in an os-release file, without quotes.
os_release_value() {
  sed -n "s/^$1=//p" "$2" | tr -d '"' | tail -n 1
}

# Debian 12 or newer. Testing and unstable carry no VERSION_ID.
check_distribution() {
  local file=${BINDERY_OS_RELEASE:-/etc/os-release} id version
  local advice="install the equivalents of these and set BINDERY_NO_SETUP=1:
  ${BUILD_PACKAGES[*]}"
  [[ -r $file ]] || die "cannot tell which system this is (no $file); $advice"
  id=$(os_release_value ID "$file")
  version=$(os_release_value VERSION_ID "$file")
  [[ $id == debian ]] ||
    die "this is '${id:-unknown}', but only Debian is set up by itself; $advice"
  [[ -z $version || ${version%%.*} -ge 12 ]] ||
    die "this is Debian $version, but Debian 12 or newer is needed"
}

# Prints those of its arguments that dpkg does not call installed.
missing_packages() {
  local package
  for package in "$@"; do
    # A Bazel from elsewhere is as good as the packaged one.
    if [[ $package == bazel-bootstrap ]] && type -P bazel >/dev/null; then
      continue
    fi
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == \
      installed ]] || printf '%s\n' "$package"
  done
}

# Runs apt-get as root; fails when there is no way to become root unasked. What
# apt-get says is shown only when it fails.
as_root_apt() {
  local -a as_root=()
  local output
  if [[ $(id -u) != 0 ]]; then
    type -P sudo >/dev/null && sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  output=$("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o DPkg::Lock::Timeout=300 "$@" 9>&- 2>&1) && return
  printf '%s\n' "$output" | tail -n 20 >&2
  return 1
}

install_packages() {
  local by_hand="apt-get update && apt-get install -y --no-install-recommends $*"
  say "installing from apt: $*"
  as_root_apt --version >/dev/null 2>&1 ||
    die "not root, and no sudo without a password; as root, type
  $by_hand"
  as_root_apt update || say "apt-get update failed; trying with the lists at hand"
  as_root_apt install -y --no-install-recommends "$@" ||
    die "apt could not install these packages. Is there a network, and does
/etc/apt list a Debian mirror? To try it by hand type, as root,
  $by_hand"
}

set_up() {
  [[ ${BINDERY_NO_SETUP:-} != 1 ]] || return 0
  check_distribution
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}
