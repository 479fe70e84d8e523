#!/bin/sh
# scripts/stage.sh LABEL COMMAND...: run the command quietly, in one line; where it fails, show all it said.
set -u
label=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM HUP
printf '%s ... ' "$label"
begun=$(date +%s)
"$@" >"$log" 2>&1 </dev/null
status=$?
if [ "$status" -eq 0 ]; then
    echo "ok ($(($(date +%s) - begun)) s)"
else
    echo "failed (exit status $status)"
    cat "$log"
fi
exit "$status"
