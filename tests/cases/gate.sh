#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A gate in plain shell, for any CI system. Exit 0: go on; anything else: stop.
#   MODEL=http://127.0.0.1:8080/v1#NAME BASELINE=baseline.json POLICY=policy.yaml sh gate.sh
# Made once, from a run that is good, and committed: ifbench baseline set RUN --to baseline.json
set -u
: "${MODEL:?is not set}" "${BASELINE:=baseline.json}" "${POLICY:=policy.yaml}" "${SUITE:=core}" "${OUT:=gate}"

ifbench run --suite "$SUITE" --model "$MODEL" --out "$OUT/run" -q || exit
ifbench gate --baseline "$BASELINE" --policy "$POLICY" "$OUT/run" \
    --also junit="$OUT/gate.xml" --also markdown="$OUT/gate.md"
case $? in
0) exit 0 ;;
6) echo "gate: not decided, see above" >&2; exit "${INCONCLUSIVE:-6}" ;; # INCONCLUSIVE=0 lets it pass
*) exit 1 ;;
esac
