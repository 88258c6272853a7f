#!/usr/bin/env bash
# trace_matrix.sh [SCENARIO...]: traces and state counts are the same bytes
# whatever compiled the program. Default: every scenarios/tutorial/*.textproto.
#
# Builds the program with gcc and clang at -O0 and -O2, and with the address and
# undefined-behaviour sanitizers together, and for each scenario compares, with
# the first build as the reference,
#   1. the trace file of `run --seed=1`,
#   2. the states and transitions that `explore --format=json` reports,
#   3. the exit codes of both.
# Status 1 and one line for each difference.
set -euo pipefail

BINDERY_ROOT=$(readlink -f -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
# shellcheck source=tools/dev/setup.sh
source "$BINDERY_ROOT/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
source "$BINDERY_ROOT/tools/dev/build.sh"

readonly WORK=$BINDERY_STATE/trace_matrix
readonly MAX_STATES=20000

build() {
  local name=$1 options output
  read -ra options <<<"--config=${name%-*} --config=${name#*-} \
    --platform_suffix=-$name"
  bazel_do build --noshow_progress "${options[@]}" //tools/bindery >&2
  output=$(bazel_do info "${options[@]}" bazel-bin 2>/dev/null)
  mkdir -p -- "$WORK/$name"
  cp -f -- "$output/tools/bindery/bindery" "$WORK/$name/bindery"
}

# record BUILD SCENARIO: everything comparable, in one folder.
record() {
  local program=$WORK/$1/bindery out status=0
  out=$WORK/$1/$(basename -- "$2" .textproto)
  rm -rf -- "$out" && mkdir -p -- "$out"
  "$program" run "$2" --seed=1 --trace="$out/trace" >/dev/null 2>&1 || status=$?
  echo "run $status" >"$out/status"
  status=0
  "$program" explore "$2" --max_states="$MAX_STATES" --format=json \
    >"$out/report.json" 2>/dev/null || status=$?
  echo "explore $status" >>"$out/status"
  grep -oE '"(states|transitions)": *[0-9]+' "$out/report.json" >"$out/counts" ||
    true
  # Holds times, which differ.
  rm -f -- "$out/report.json"
}

main() {
  local -a builds=(gcc-o0 gcc-o2 clang-o0 clang-o2 sanitized) scenarios=("$@")
  local name scenario differences=0
  cd -- "$BINDERY_ROOT"
  ((${#scenarios[@]} > 0)) || scenarios=(scenarios/tutorial/*.textproto)
  for name in "${builds[@]}"; do
    build "$name"
    for scenario in "${scenarios[@]}"; do record "$name" "$scenario"; done
    diff -r --exclude=bindery -- "$WORK/${builds[0]}" "$WORK/$name" ||
      differences=1
  done
  # Equal because empty proves nothing.
  [[ -s $WORK/${builds[0]}/$(basename -- "${scenarios[0]}" .textproto)/trace ]] ||
    die "no trace was recorded"
  printf 'trace matrix: %d scenarios, %d builds, %s\n' "${#scenarios[@]}" \
    "${#builds[@]}" "$( ((differences)) && echo different || echo equal)"
  return "$differences"
}

main "$@"
