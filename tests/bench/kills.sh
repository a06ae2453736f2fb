#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/bench/kills.sh [KILLS]     (200)
# A run killed with SIGKILL at random moments and gone on with, no cache. Counts answers lost,
# calls answered twice, and requests for calls whose answer was in the journal when its process
# was killed (the mock's log against the journal). All three have to be 0.
set -eu
build=${BUILD:-build}
kills=${1:-200}
prompts=$((kills * 60))
dir=$(mktemp -d)
pid= mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null || :; [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || :; rm -rf "$dir"' EXIT INT TERM
awk -v n=$prompts 'BEGIN { for (i = 0; i < n; i++) printf "{\"key\": %d, \"prompt\": \"<%d>\", \"instruction_id_list\": [\"punctuation:no_comma\"], \"kwargs\": [{}]}\n", i, i }' >"$dir/data.jsonl"
"$build/mockd" --log "$dir/log" --log-request --fault delay=2ms >"$dir/url" &
mock=$!
while [ ! -s "$dir/url" ]; do kill -0 $mock; done
start="--suite ifeval --data $dir/data.jsonl --model $(cat "$dir/url")/v1#m --out $dir/run"
: >"$dir/known"
asked_again=0 last=0 killed=0
# Which prompts the lines after the first $last of the log asked for.
asked() { tail -n +$((last + 1)) "$dir/log" | grep -o '<[0-9]*>' | tr -d '<>'; }
check() {
    asked >"$dir/asked"
    again=$(awk 'NR == FNR { known[$1] = 1; next } $1 in known' "$dir/known" "$dir/asked" | wc -l)
    asked_again=$((asked_again + again))
    last=$(wc -l <"$dir/log")
    # The journal as the next process will find it: whole lines only.
    sed -n 's/^{"t":"answer".*"item":"\([0-9]*\)".*"sum":"[0-9a-f]*"}$/\1/p' "$dir/run/journal.jsonl" 2>/dev/null >"$dir/known" || :
}
random=$(awk -v n="$kills" -v seed="$$" 'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "0.%03d ", 4 + int(rand() * 90) }')
for pause in $random; do
    "$build/ifbench" run $start -j 4 -q --no-preflight --no-cache --reports json >"$dir/out" 2>&1 </dev/null &
    pid=$!
    sleep "$pause"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null || :
    # The mock may still write what it was asked before the kill: that belongs to this process.
    curl -s -o /dev/null "$(cat "$dir/url")/control"
    check
    [ ! -e "$dir/run/journal.jsonl" ] || start="--resume $dir/run"
done
"$build/ifbench" run $start -j 64 -q --no-preflight --no-cache --reports json >"$dir/out" 2>&1 </dev/null || { cat "$dir/out"; exit 1; }
pid=
check
lost=$((prompts - $(sort -u "$dir/known" | wc -l)))
twice=$(sort "$dir/known" | uniq -d | wc -l)
"$build/ifbench" verify "$dir/run" >/dev/null
echo "$killed kills, $prompts calls, $(wc -l <"$dir/log") requests: $lost lost, $twice answered twice, $asked_again asked after their answer was journalled"
[ "$lost$twice$asked_again" = 000 ]
