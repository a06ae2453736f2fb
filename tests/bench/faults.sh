#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/bench/faults.sh [PROMPTS [DELAY]]     (5000 20ms)
# A run against a mock that fails six times in ten: 429 with retry-after-ms, 503, reset, cut-off
# body, broken JSON, slow drip, a tenth each. Every item has to be answered or to have a named
# error, no call two answers. The wall time stands beside 1.3 times that of a run without faults, by
# requests, plus the waits that the server imposed (Retry-After and drip), as far as these do not
# overlap: by the calls in flight.
set -eu
build=${BUILD:-build}
n=${1:-5000}
delay=${2:-20ms}
flying=64
after_ms=100
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || :; rm -rf "$dir"' EXIT INT TERM
awk -v n="$n" 'BEGIN { for (i = 0; i < n; i++) printf "{\"key\": %d, \"prompt\": \"Prompt %d\", \"instruction_id_list\": [\"punctuation:no_comma\"], \"kwargs\": [{}]}\n", i, i }' >"$dir/data.jsonl"
now() { date +%s%N; }

# measure NAME FAULT...: sets $ms, $requests.
measure() {
    name=$1
    shift
    : >"$dir/url"
    : >"$dir/log"
    "$build/mockd" --seed 7 --log "$dir/log" --fault "delay=$delay" "$@" >"$dir/url" &
    pid=$!
    while [ ! -s "$dir/url" ]; do kill -0 $pid; done
    from=$(now)
    "$build/ifbench" run --suite ifeval --data "$dir/data.jsonl" --model "$(cat "$dir/url")/v1#m" -j $flying -q \
        --no-preflight --no-cache --reports json --out "$dir/$name" >"$dir/out" 2>&1 </dev/null || cat "$dir/out"
    ms=$((($(now) - from) / 1000000))
    kill $pid
    wait $pid 2>/dev/null || :
    pid=
    requests=$(wc -l <"$dir/log")
}
count() { grep -c "^{\"t\":\"$1\"" "$dir/faulty/journal.jsonl" || :; }

bytes=$(: >"$dir/url"; "$build/mockd" --with-parent >"$dir/url" & pid=$!
    while [ ! -s "$dir/url" ]; do kill -0 $pid; done
    curl -s -d '{"model":"m","messages":[{"role":"user","content":"Prompt 77"}]}' "$(cat "$dir/url")/v1/chat/completions" | wc -c
    kill $pid)
pid=
measure plain
plain=$ms
set --
for f in status=429,retry-after-ms=$after_ms status=503 reset truncate invalid-json drip=1ms; do set -- "$@" --fault "$f,prob=0.1"; done
measure faulty "$@"
twice=$(sed -n 's/^{"t":"answer","call":\([0-9]*\),.*/\1/p' "$dir/faulty/journal.jsonl" | sort | uniq -d | wc -l)
unnamed=$(grep '^{"t":"error"' "$dir/faulty/journal.jsonl" | grep -vc '"error":"[^"]' || :)
waits=$(grep -c '"status":429' "$dir/log" || :)
# A tenth of the requests got their bytes one each millisecond.
imposed=$(((waits * after_ms + requests / 10 * bytes) / flying))
bound=$((13 * plain * requests / n / 10 + imposed))
echo "$n prompts, $flying in flight, $delay each: $plain ms without faults"
echo "with faults: $requests requests, $(count answer) answered, $(count error) errors ($unnamed without a name), $twice answered twice"
echo "with faults: $ms ms, at most $bound ms wanted ($imposed ms of them imposed)"
grep '^{"t":"error"' "$dir/faulty/journal.jsonl" | sed 's/.*"error":"\([^"]*\)".*/\1/; s/[0-9][0-9]*/N/g' | sort | uniq -c | sort -rn | head -n 5
[ "$(count answer)" -gt 0 ] && [ $(($(count answer) + $(count error))) = "$n" ] && [ "$twice" = 0 ] && [ "$unnamed" = 0 ] && [ $ms -le $bound ]
