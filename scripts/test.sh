#!/usr/bin/env bash
# Every test of the root environment, in two halves side by side: what runs the whole stack or a day of Zalo, and
# the rest. Ends with the output of both; fails when one of them does.
set -uo pipefail
cd "$(dirname "$0")/.."
heavy=(tests/e2e tests/channels)
log="$(mktemp)"
trap 'kill $(jobs -p) 2>/dev/null; rm -f "$log"' EXIT

.venv/bin/python -m pytest -p no:cacheprovider "${heavy[@]}" >"$log" 2>&1 &
half=$!
.venv/bin/python -m pytest -p no:cacheprovider tests "${heavy[@]/#/--ignore=}"
rest=$?
wait "$half"
stack=$?
cat "$log"
echo "whole stack and channels: $stack, everything else: $rest (0 is passed)"
exit $((rest || stack))
