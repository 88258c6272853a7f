# shellcheck shell=bash
# Builds the program when a source is newer. Sourced by ./bindery after
# setup.sh; functions only.
#
# 1. The program that runs is a copy in .bindery/, put there by a rename: a
#    build for another configuration does not replace it, and a launch that is
#    under way keeps the file it started. So it must need no runfiles.
# 2. One launch at a time sets up and builds (flock on .bindery/lock). Children
#    that may stay, such as the Bazel server, do not inherit the lock.

readonly BINDERY_STATE=$BINDERY_ROOT/.bindery
readonly BINDERY_PROGRAM=$BINDERY_STATE/bindery
readonly BINDERY_STAMP=$BINDERY_STATE/built

# bazel_do COMMAND ARGUMENT...: Bazel in this tree, whatever the folder.
bazel_do() {
  local -a bazel config=()
  read -ra bazel <<<"${BINDERY_BAZEL:-bazel}"
  # From version 7 on, MODULE.bazel is read instead of WORKSPACE.
  case $(dpkg-query -W -f='${Version}' bazel-bootstrap 2>/dev/null) in
    '' | [1-6].*) ;;
    *) config=(--config=bzlmod) ;;
  esac
  # It is the linker that Bazel takes if it is there.
  if command -v gold >/dev/null; then config+=(--define=linker=gold); fi
  (
    cd -- "$BINDERY_ROOT" || exit 3
    # Bazel keeps its output under $HOME, which a bare container may not set.
    HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)} \
      exec "${bazel[@]}" "$1" "${config[@]}" "${@:2}" 9>&-
  )
}

lock() {
  if ! { mkdir -p -- "$BINDERY_STATE" && : >>"$BINDERY_STATE/lock"; } \
    2>/dev/null; then
    die "cannot write to $BINDERY_STATE"
  fi
  exec 9<"$BINDERY_STATE/lock"
  flock -n 9 && return
  say "waiting for another launch that is building"
  flock 9
}

unlock() { exec 9<&-; }

# A folder's own time tells of files that were added or removed.
sources_changed() {
  [[ -x $BINDERY_PROGRAM && -f $BINDERY_STAMP ]] || return 0
  local -a places=()
  local place
  for place in WORKSPACE .bazelrc adapter base model proto sim tools; do
    [[ ! -e $BINDERY_ROOT/$place ]] || places+=("$BINDERY_ROOT/$place")
  done
  [[ -n $(find "${places[@]}" -newer "$BINDERY_STAMP" -print -quit) ]]
}

build_program() {
  local started=$BINDERY_STATE/started
  [[ -x $BINDERY_PROGRAM ]] ||
    say "building for the first time; this takes a few minutes"
  # Taken before the build: what changes meanwhile is built the next time.
  touch -- "$started"
  bazel_do build --noshow_progress --ui_event_filters=-info,-debug \
    --show_result=0 //tools/bindery >&2 ||
    die "the build failed (messages above)"
  local output
  output=$(bazel_do info bazel-bin 2>/dev/null)/tools/bindery/bindery
  cp -f -- "$output" "$BINDERY_PROGRAM.new"
  mv -f -- "$BINDERY_PROGRAM.new" "$BINDERY_PROGRAM"
  mv -f -- "$started" "$BINDERY_STAMP"
}

# Leaves an up-to-date $BINDERY_PROGRAM.
prepare() {
  sources_changed || return 0
  lock
  set_up "${BUILD_PACKAGES[@]}"
  # Another launch may have built it while this one waited.
  ! sources_changed || build_program
  unlock
}
