# shellcheck shell=bash
# Fetches Debian's package linux-source-VERSION from the suite that has it, for
# a machine whose apt is configured for another one. Sourced by `build`, after
# tools/dev/setup.sh; functions only.
#
# fetch_debian_source VERSION FOLDER leaves the package's archive of the source
# as FOLDER/linux-source-VERSION.tar.xz and the package's version in the
# variable `fetched_version`. apt does the work, with lists, cache and
# configuration of its own inside of FOLDER: it checks the signatures with the
# system's keyring as ever, needs no root, installs nothing, and neither reads
# nor changes the system's sources, of which only the mirror is taken. Exits 3
# with a reason when the package cannot be had.
#
# Environment: BINDERY_APT_ETC in place of /etc/apt, for tests.

readonly DEFAULT_MIRROR=http://deb.debian.org/debian
readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

suite_of() {
  case $1 in
    6.1) echo bookworm ;;
    6.12) echo trixie ;;
    *) echo sid ;;
  esac
}

# The first mirror of Debian in the system's sources, which has other suites
# too; an archive of one day, or of security updates alone, is none.
system_mirror() {
  local etc=${BINDERY_APT_ETC:-/etc/apt} found
  found=$(cat "$etc"/sources.list "$etc"/sources.list.d/*.{list,sources} \
    2>/dev/null | sed '/^[[:space:]]*#/d' |
    grep -m1 -oE 'https?://[^[:space:]]+/debian/?([[:space:]]|$)') || true
  found=${found%%[[:space:]]*}
  printf '%s\n' "${found:-$DEFAULT_MIRROR}"
}

# write_apt_files FOLDER SUITE. Of the system's configuration stays how to reach
# the network and how old a list may be; leave to take what is not signed, and
# what it runs before and after an update, do not.
write_apt_files() {
  local options='arch=amd64'
  [[ ! -f $KEYRING ]] || options+=" signed-by=$KEYRING"
  mkdir -p -- "$1/lists/partial" "$1/cache/archives/partial"
  printf 'deb [%s] %s %s main\n' "$options" "$(system_mirror)" "$2" \
    >"$1/sources.list"
  {
    apt-config dump | grep '^Acquire::' |
      grep -vE '^Acquire::(IndexTargets|Languages|Allow)' || true
    cat <<END
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$1/lists";
Dir::State::status "/dev/null";
Dir::Cache "$1/cache";
Acquire::Languages "none";
END
  } >"$1/apt.conf"
}

# die_of_update SUITE TEXT
die_of_update() {
  local reason='is there a network?'
  [[ $2 != *expired* ]] ||
    reason='the mirror is out of date, or the clock is wrong'
  if [[ $2 == *NO_PUBKEY* || $2 == *'not signed'* ]]; then
    reason='the keys of the system do not sign it: install a newer
debian-archive-keyring'
  fi
  die "apt cannot read the list of Debian $1 at $(system_mirror): $reason
$(tail -n 5 <<<"$2")
Without it, unpack a source of Linux and give it with --source=DIR"
}

# die_of_absence VERSION SUITE: says what there is.
die_of_absence() {
  local -a there
  mapfile -t there < <(apt-cache pkgnames linux-source- |
    grep -E '^linux-source-[0-9.]+$' | sort -V)
  die "Debian $2 has no linux-source-$1; it has ${there[*]:-none}.
Give --version another number, or unpack a source of Linux $1 and give it with
--source=DIR"
}

# download PACKAGE FOLDER: the newest version, of which apt checks the hash.
download() {
  local text
  rm -f -- "$2/$1"_*.deb
  text=$(cd -- "$2" && apt-get -q download "$1" 2>&1) ||
    die "apt cannot download $1:
$(tail -n 5 <<<"$text")"
}

# take_archive DEB VERSION FOLDER
take_archive() {
  local inner=./usr/src/linux-source-$2.tar.xz
  dpkg-deb --fsys-tarfile "$1" | tar -xOf - "$inner" >"$3/archive.new" ||
    die "$1 has no $inner"
  mv -- "$3/archive.new" "$3/${inner##*/}"
}

fetch_debian_source() {
  local package=linux-source-$1 folder=$2 suite text
  local -a debs
  suite=$(suite_of "$1")
  type -P apt-get dpkg-deb >/dev/null ||
    die "there is no apt here; unpack a source of Linux $1 and give it with
--source=DIR"
  say "fetching $package from Debian $suite; nothing is installed"
  write_apt_files "$folder" "$suite"
  local -x APT_CONFIG=$folder/apt.conf
  text=$(apt-get -q -o APT::Update::Error-Mode=any update 2>&1) ||
    die_of_update "$suite" "$text"
  [[ -n $(apt-cache madison "$package" 2>/dev/null) ]] ||
    die_of_absence "$1" "$suite"
  download "$package" "$folder"
  debs=("$folder/$package"_*.deb)
  take_archive "${debs[0]}" "$1" "$folder"
  fetched_version=$(dpkg-deb -f "${debs[0]}" Version)
  rm -rf -- "${debs[0]}" "$folder/lists" "$folder/cache"
}
