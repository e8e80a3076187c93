#!/usr/bin/env bash
# The action's step: text for the log, annotations, SARIF and a page. Fails as
# `runnel check` does: 1 findings, 2 something could not be checked.
set -euo pipefail
mkdir -p "$RUNNEL_REPORTS"
options=(--format=github "--format=sarif:$RUNNEL_REPORTS/runnel.sarif"
         "--format=html:$RUNNEL_REPORTS/runnel.html" "--format=text:$RUNNEL_REPORTS/runnel.txt")
[ -z "${RUNNEL_BUILD:-}" ] || options+=(-p "$RUNNEL_BUILD")
if [ -n "${RUNNEL_BASE:-}" ]; then
  # A shallow checkout has no common ancestor to compare with.
  git rev-parse -q --verify "origin/$RUNNEL_BASE" >/dev/null && git merge-base "origin/$RUNNEL_BASE" HEAD >/dev/null 2>&1 ||
    { echo "::error title=runnel::origin/$RUNNEL_BASE is not there to compare with: give actions/checkout fetch-depth: 0"; exit 2; }
  options+=(--diff "origin/$RUNNEL_BASE")
fi
# What the user wrote is words for a shell.
eval "more=(${RUNNEL_OPTIONS:-})"
status=0
runnel check "${options[@]}" "${more[@]}" || status=$?
if [ -e "$RUNNEL_REPORTS/runnel.txt" ]; then
  cat "$RUNNEL_REPORTS/runnel.txt"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -s "$RUNNEL_REPORTS/runnel.txt" ]; then
    # A summary holds a megabyte at most.
    { echo '### Runnel'; echo '```'; head -c 500000 "$RUNNEL_REPORTS/runnel.txt"; echo '```'; } >>"$GITHUB_STEP_SUMMARY"
  fi
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  { echo "sarif=$RUNNEL_REPORTS/runnel.sarif"; echo "html=$RUNNEL_REPORTS/runnel.html"; } >>"$GITHUB_OUTPUT"
fi
exit "$status"
