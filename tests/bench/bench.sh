#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make bench`: speed and memory beside their targets. Numbers, not verdicts: the machine may be
# busy. Medians of several processes; "one core" is taskset to core 0.
set -eu
build=${BUILD:-build}
ifbench=$build/ifbench
data=${IFBENCH_DATA:-../shared/data}
export IFBENCH_DATA="$data"
watch=$build/stopwatch
${CC:-cc} -O2 -D_GNU_SOURCE -o "$watch" tests/bench/stopwatch.c
dir=$(mktemp -d)
export XDG_CACHE_HOME="$dir/cache"
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || :; rm -rf "$dir"' EXIT INT TERM

# line WHAT MEASURED TARGET
line() { printf '%-58s %16s   target %s\n' "$1" "$2" "$3"; }
first() { echo "$1"; }
second() { echo "$2"; }
third() { echo "$3"; }

m=$("$watch" 41 "$ifbench" --version)
line "ifbench --version, wall" "$(first $m) ms" "15 ms"

if [ -r "$data/ifeval/responses_gpt4.jsonl" ]; then
    m=$("$watch" 21 taskset -c 0 "$ifbench" score --suite ifeval --responses "$data/ifeval/responses_gpt4.jsonl" --reports json --out "$dir/score-{}")
    line "score 541 answers, strict and loose, one core, wall" "$(first $m) ms" "25 ms"
    line "  the same, CPU" "$(second $m) ms" "-"
    awk 'NR % 10 == 0 { sub(/"response": "/, "&x, y ") } { print }' "$data/ifeval/responses_gpt4.jsonl" >"$dir/other.jsonl"
    "$ifbench" score --suite ifeval --responses "$dir/other.jsonl" --reports json --out "$dir/other" >/dev/null 2>&1
    m=$("$watch" 21 taskset -c 0 "$ifbench" compare "$dir/score-0" "$dir/other")
    line "compare two runs of 541 prompts, one core, wall" "$(first $m) ms" "50 ms"
    "$ifbench" baseline set "$dir/score-0" --to "$dir/baseline.json" >/dev/null
    line "  a baseline of 541 prompts" "$(wc -c <"$dir/baseline.json") B" "-"
    printf 'rules:\n  - ifeval.prompt_level_strict_acc drop <= 90 %%\n' >"$dir/policy.yaml"
    m=$("$watch" 21 taskset -c 0 "$ifbench" gate -b "$dir/baseline.json" -p "$dir/policy.yaml" "$dir/other")
    line "  gate against it, one core, wall" "$(first $m) ms" "50 ms"
    cases=$(gzip -dc "$data/differential/ifeval.jsonl.gz" | wc -l)
    m=$("$watch" 11 "$ifbench" check --batch "$data/differential/ifeval.jsonl.gz")
    line "check --batch, $cases cases" "$(echo "$cases $(first $m)" | awk '{printf "%.0f", $1 * 1000 / $2}') /s" "25000 /s (aim 50000)"
    line "  the same, largest RSS" "$(third $m) MB" "does not grow"
    gzip -dc "$data/differential/ifeval.jsonl.gz" >"$dir/once.jsonl"
    for i in 1 2 3 4 5 6 7 8; do cat "$dir/once.jsonl"; done >"$dir/eight.jsonl"
    m=$("$watch" 3 "$ifbench" check --batch "$dir/eight.jsonl")
    line "  eight times the input, largest RSS" "$(third $m) MB" "does not grow"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
        sed "s/\"key\": /&${i}0000/; s/\"prompt\": \"/&[$i] /" "$data/ifeval/input_data.jsonl" >>"$dir/many.jsonl"
        sed "s/\"prompt\": \"/&[$i] /" "$data/ifeval/responses_gpt4.jsonl" >>"$dir/many-answers.jsonl"
    done
    "$ifbench" score --suite ifeval --data "$dir/many.jsonl" --responses "$dir/many-answers.jsonl" --reports json --out "$dir/many" >/dev/null 2>&1
    m=$("$watch" 5 "$ifbench" report "$dir/many" --reports html)
    line "report.html of $(grep -c . "$dir/many.jsonl") answers of GPT-4's, wall" "$(first $m) ms" "1500 ms"
    line "  the same, CPU" "$(second $m) ms" "-"
    line "  the same, largest RSS" "$(third $m) MB" "200 MB"
    line "  the page" "$(wc -c <"$dir/many/report.html" | awk '{printf "%.1f", $1 / 1e6}') MB" "12 MB"
else
    echo "score and check --batch: skipped, no data in $data"
fi

if [ -r "$data/ifbench/sample_output.jsonl" ]; then
    m=$("$watch" 21 taskset -c 0 "$ifbench" score --suite ifbench --responses "$data/ifbench/sample_output.jsonl" --reports json --out "$dir/ifbench-{}")
    line "score 300 prompts of IFBench, strict and loose, one core, wall" "$(first $m) ms" "20 ms"
    line "  the same, CPU" "$(second $m) ms" "-"
    echo '{"id": 1, "instruction_id": "words:start_verb", "kwargs": {}, "response": "Go home."}' >"$dir/verb.jsonl"
    m=$("$watch" 21 taskset -c 0 "$ifbench" check --batch "$dir/verb.jsonl")
    line "  of which reading the tagger's file, about" "$(first $m) ms" "-"
    gzip -dc "$data/differential/ifbench.jsonl.gz" >"$dir/cases.jsonl"
    set -- $(wc -lc <"$dir/cases.jsonl")
    m=$("$watch" 11 "$ifbench" check --batch "$data/differential/ifbench.jsonl.gz")
    line "check --batch, $1 cases of IFBench" "$(echo "$1 $(first $m)" | awk '{printf "%.0f", $1 * 1000 / $2}') /s" "20000 /s"
    line "  the same, ten texts of 1 MB included" "$(echo "$2 $(first $m)" | awk '{printf "%.0f", $1 / 1000 / $2}') MB/s" "-"
    line "  the same, largest RSS" "$(third $m) MB" "-"
else
    echo "IFBench: skipped, no data in $data"
fi

alpaca=$data/alpacaeval
if [ -r "$alpaca/full/vicuna-7b-v1.5.annotations.json.gz" ]; then
    lc="--lc-c 6 --lc-difficulty $alpaca/instruction_difficulty.csv --lc-gamed $alpaca/gamed_rows.csv"
    gzip -dc "$alpaca/full/vicuna-7b-v1.5.annotations.json.gz" >"$dir/vicuna.json"
    m=$("$watch" 21 "$ifbench" score --suite alpacaeval --judgments "$dir/vicuna.json" $lc --reports json --out "$dir/lc-{}")
    line "AlpacaEval, length-controlled, one model of 4 MB, wall" "$(first $m) ms" "30 ms"
    line "  the same, CPU" "$(second $m) ms" "-"
    m=$("$watch" 11 "$ifbench" score --suite alpacaeval --judgments "$dir/vicuna.json" $lc --out "$dir/lca-{}")
    line "  the same with all default reports, wall" "$(first $m) ms" "-"
    all= plain=
    for f in "$alpaca"/compact/*.csv.gz "$alpaca"/full/*[!n].annotations.json.gz; do
        case $f in */gpt4_1106_preview.csv.gz) continue ;; esac
        all="$all --judgments $f"
        plain="$plain --judgments $dir/vicuna.json"
    done
    m=$("$watch" 5 "$ifbench" score --suite alpacaeval $all $lc --reports json --out "$dir/lcb-{}")
    line "  all $(echo $all | wc -w | awk '{print $1 / 2}') golden models, compact and gzip, wall" "$(first $m) ms" "300 ms"
    m=$("$watch" 5 "$ifbench" score --suite alpacaeval $plain $lc --reports json --out "$dir/lcp-{}")
    line "  as many of 4 MB plain JSON, wall" "$(first $m) ms" "300 ms"
    line "  the same, CPU" "$(second $m) ms" "-"
    line "  the same, largest RSS" "$(third $m) MB" "-"
else
    echo "AlpacaEval: skipped, no data in $alpaca"
fi

if tests/local/setup --look 2>/dev/null; then
    mkfifo "$dir/fifo"
    node tests/local/server.mjs tests/local/tiny-good.gguf 0 >"$dir/fifo" &
    pid=$!
    read -r url <"$dir/fifo"
    m=$("$watch" 5 "$ifbench" run --suite tests/local/suite.yaml --model "$url/v1#tiny-good" -j 4 -q --no-cache --out "$dir/local-{}")
    line "a real model of 575,000 parameters, -j 4, one thread" "$(echo "$(first $m)" | awk '{printf "%.0f", 80 * 1000 / $1}') /s" "-"
    kill $pid
    wait $pid || :
    pid=
else
    echo "a real model: skipped, tests/local/setup has not been run"
fi

n=10000
awk -v n=$n 'BEGIN { for (i = 0; i < n; i++) printf "{\"key\": %d, \"prompt\": \"Prompt %d: write a short note without any comma and at least twenty words about harbour number %d.\", \"instruction_id_list\": [\"punctuation:no_comma\", \"length_constraints:number_words\", \"keywords:existence\", \"change_case:english_lowercase\"], \"kwargs\": [{}, {\"num_words\": 20, \"relation\": \"at least\"}, {\"keywords\": [\"harbour\", \"boats\"]}, {}]}\n", i, i, i }' >"$dir/big.jsonl"
text="The harbour wakes before the town does and the first boats leave while the lamps along the quay still burn. Nets are folded and coffee is shared. Somebody whistles an old tune and somebody else answers it from the far side of the water."
"$build/mockd" --default "$text" >"$dir/url" &
pid=$!
while [ ! -s "$dir/url" ]; do kill -0 $pid; done
url=$(cat "$dir/url")
m=$("$watch" 5 "$ifbench" run --suite ifeval --data "$dir/big.jsonl" --model "$url/v1#m" -j 32 -q --cache "$dir/cache-{}" --out "$dir/run-{}")
line "run of $n prompts of four constraints, CPU a prompt" "$(echo "$(second $m)" | awk -v n=$n '{printf "%.1f", $1 * 1000 / n}') us" "60 us"
line "  the same, prompts a second" "$(echo "$(first $m)" | awk -v n=$n '{printf "%.0f", n * 1000 / $1}') /s" "10000 /s"
line "  the same, largest RSS" "$(third $m) MB" "32 MB"
m=$("$watch" 5 "$ifbench" run --suite ifeval --data "$dir/big.jsonl" --model "$url/v1#m" -j 32 -q --cache "$dir/json-cache-{}" --reports json --out "$dir/json-{}")
line "  with --reports json, CPU a prompt" "$(echo "$(second $m)" | awk -v n=$n '{printf "%.1f", $1 * 1000 / n}') us" "60 us"
line "  the same, largest RSS" "$(third $m) MB" "32 MB"
ls -l "$dir/run-0/report.html" | awk '{printf "report.html of %d samples: %.1f MB\n", '$n', $5 / 1e6}'

# ---- the transport, beside wrk, which does nothing but send and receive ----
# speed RUN: a number of "speed" in its summary.
speed() { sed -n "s/^ *\"$2\": *\([0-9.e+]*\),*$/\1/p" "$1/summary.json" | head -n 1; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ask() {
    "$ifbench" run --suite ifeval --data "$dir/big.jsonl" --model "$url/v1#m" -q --no-cache --no-preflight --reports json "$@" >/dev/null 2>"$dir/err" || cat "$dir/err"
}
if command -v wrk >/dev/null 2>&1; then
    cat >"$dir/post.lua" <<'END'
wrk.method = "POST"
wrk.body = '{"model":"m","messages":[{"role":"user","content":"Prompt 77: write a short note without any comma and at least twenty words about harbour number 77."}],"temperature":0,"max_tokens":1280,"stream":false}'
wrk.headers["Content-Type"] = "application/json"
END
    for i in 1 2 3 4 5 6 7; do  # in turns: what else the machine does then strikes all
        wrk -t1 -c32 -d1s -s "$dir/post.lua" "$url/v1/chat/completions" | awk '/Requests\/sec/ { print $2 }' >>"$dir/wrk"
        "$build/transport" "$url/v1#m" 32 50000 >>"$dir/transport"
        ask -j 32 --out "$dir/rate-$i"
        speed "$dir/rate-$i" prompts_per_s >>"$dir/ours"
    done
    ours=$(median <"$dir/ours") theirs=$(median <"$dir/wrk") bare=$(median <"$dir/transport")
    line "requests of wrk, 32 connections" "$(printf %.0f "$theirs") /s" "-"
    line "  of the transport: encoded, sent, decoded; 32 in flight" "$(printf %.0f "$bare") /s" "-"
    line "  ratio" "$(echo "$bare $theirs" | awk '{ printf "%.2f", $1 / $2 }')" "0.45"
    line "  of a whole run: journalled and scored too" "$(printf %.0f "$ours") /s" "10000 /s"
    line "  ratio" "$(echo "$ours $theirs" | awk '{ printf "%.2f", $1 / $2 }')" "-"
else
    echo "requests beside wrk: skipped, it is not installed"
fi
kill $pid
wait $pid 2>/dev/null || :

# slow DELAY: a mock that takes its time; sets $url, $pid.
slow() {
    : >"$dir/url"
    "$build/mockd" --default "$text" --fault "delay=$1" >"$dir/url" &
    pid=$!
    while [ ! -s "$dir/url" ]; do kill -0 $pid; done
    url=$(cat "$dir/url")
}
slow 200ms
ask -j 128 --limit 6400 --out "$dir/slow"
line "200 ms, 128 in flight, 6400 prompts: share of the ideal" "$(speed "$dir/slow" prompts_per_s | awk '{ printf "%.1f %%", 100 * $1 / (128 / 0.2) }')" "97 %"
kill $pid
wait $pid 2>/dev/null || :
slow 500ms
ask -j 1000 --limit 5000 --out "$dir/wide"
line "500 ms, -j 1000, 5000 prompts: share of the ideal" "$(speed "$dir/wide" prompts_per_s | awk '{ printf "%.1f %%", 100 * $1 / (1000 / 0.5) }')" "-"
line "  calls in flight at once, as the mock saw them" "$(curl -s "$url/control" | sed 's/.*"peak_in_flight":\([0-9]*\).*/\1/')" "1000"
