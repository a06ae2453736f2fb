# SPDX-License-Identifier: Apache-2.0
# Cache, budgets, rates, windows: what they save and what they stop.
. tests/e2e/lib.sh

answers=suites/data/core_answers.jsonl

# asked: chats that the mock has seen.
asked() { curl -s "$url/control" | sed 's/.*"answered":\([0-9]*\).*/\1/'; }
sum_of() { sed -n 's/^    "\(total\|passed\|failed\|errors\|unscored\|pending\)": \([0-9]*\).*/\2/p' "$1/summary.json" | head -n 6 | awk 'NR == 1 { t = $1 } NR > 1 { s += $1 } END { print (t == s) ? "whole" : "torn" }'; }

# ---- the cache ----
start_mock --answers $answers
run run --model "$url/v1#demo" --cache "$dir/c.db" --out "$dir/c1" -j 4 --no-preflight -q
[ $code = 0 ] && [ "$(asked)" = 80 ] && ! grep -q '"cached":true' "$dir/c1/journal.jsonl"
ok "a first run asks everything"
run run --model "$url/v1#demo" --cache "$dir/c.db" --out "$dir/c2" -j 4 --no-preflight -q
[ $code = 0 ] && [ "$(asked)" = 80 ] && [ "$(grep -c '"cached":true' "$dir/c2/journal.jsonl")" = 80 ] &&
    grep -q 'from the cache: 80 samples' "$dir/out" && cmp "$dir/c1/verdicts.jsonl" "$dir/c2/verdicts.jsonl" >>"$dir/err"
ok "the second asks nothing, marks each answer, and has the same verdicts"
run run --model "$url/v1#demo" --cache "$dir/c.db" --out "$dir/c3" --epochs 2 --no-preflight -q
[ $code = 0 ] && [ "$(asked)" = 160 ]
ok "another epoch is another question"
run run --model "$url/v1#demo" --cache "$dir/c.db" --out "$dir/c4" --no-cache --no-preflight -q
[ $code = 0 ] && [ "$(asked)" = 240 ]
ok "--no-cache asks again"
run cache stats --cache "$dir/c.db"
[ $code = 0 ] && grep -q ' 160 answers' "$dir/out"
ok "cache stats counts"
run cache prune --cache "$dir/c.db" --older-than 1
[ $code = 0 ] && grep -q '^0 answers removed' "$dir/out"
ok "cache prune keeps what is new"
run cache prune --cache "$dir/c.db"
[ $code = 2 ]
ok "cache prune wants to know what"
run cache clear --cache "$dir/c.db"
[ $code = 0 ] && grep -q '^160 answers removed' "$dir/out"
ok "cache clear empties it"
run run --model "$url/v1#demo" --cache /proc/none/c.db --out "$dir/c5" --no-preflight -q
[ $code = 0 ] && grep -q 'warning: the cache' "$dir/err" && [ "$(records "$dir/c5" answer)" = 80 ]
ok "a cache that cannot be had is a warning"
stop_mock
start_mock --answers $answers --fault status=400,first=10
run run --model "$url/v1#demo" --cache "$dir/f.db" --out "$dir/f1" -j 1 --no-preflight -q
run run --model "$url/v1#demo" --cache "$dir/f.db" --out "$dir/f2" -j 1 --no-preflight -q
[ $code = 0 ] && [ "$(records "$dir/f2" answer)" = 80 ] && [ "$(grep -c '"cached":true' "$dir/f2/journal.jsonl")" = 70 ]
ok "a failure is never kept: it is asked again"
stop_mock

# ---- budgets ----
start_mock --answers $answers
run run --model "$url/v1#demo" --out "$dir/b1" --budget-tokens 5000 --max-tokens 100 -j 4 --no-preflight -q
used=$(sed -n 's/.*"in": \([0-9]*\).*/\1/p; s/.*"out": \([0-9]*\).*/\1/p' "$dir/b1/summary.json" | head -n 2 | awk '{ s += $1 } END { print s }')
[ $code = 5 ] && grep -q 'budget is used up' "$dir/err" && [ "$used" -gt 3000 ] && [ "$used" -le 5000 ] &&
    [ "$(sum_of "$dir/b1")" = whole ]
ok "a budget of tokens is kept and nearly used, exit 5"
run run --resume "$dir/b1" --no-preflight -q
[ $code = 0 ] && [ "$(records "$dir/b1" answer)" = 80 ] && [ "$(doubled "$dir/b1")" = 0 ]
ok "and the run goes on without it"
run run --model "$url/v1#demo" --out "$dir/b2" --budget-usd 1 --no-preflight -q
[ $code = 2 ] && grep -q 'demo: {input' "$dir/err" && [ ! -e "$dir/b2" ]
ok "a budget in dollars wants prices and says what to write"
printf '"dem*": {input: 10, output: 30}\n' >"$dir/prices.yaml"
run run --model "$url/v1#demo" --out "$dir/b3" --budget-usd 0.05 --prices "$dir/prices.yaml" --max-tokens 100 -j 2 --no-preflight -q
[ $code = 5 ] && grep -q '"cost_usd": 0.0[234]' "$dir/b3/summary.json" && adds_up "$dir/b3"
ok "a budget in dollars is kept"
run run --model "$url/v1#demo" --dry-run --prices "$dir/prices.yaml"
[ $code = 0 ] && grep -q 'at most about [0-9]* tokens, \$[0-9]' "$dir/out"
ok "a dry run says what it can cost at most"
printf 'demo: {input: x}\n' >"$dir/bad.yaml"
run run --model "$url/v1#demo" --out "$dir/b4" --prices "$dir/bad.yaml" --no-preflight
[ $code = 3 ] && grep -q 'bad.yaml:1: demo: input: wanted' "$dir/err"
ok "a bad file of prices is named with its line"
stop_mock

# ---- windows and rates ----
start_mock --answers $answers --concurrency 3 --fault delay=1ms
run run --model "$url/v1#demo" --out "$dir/w1" --max-retries 50 --no-preflight -q
[ $code = 0 ] && [ "$(records "$dir/w1" answer)" = 80 ]
ok "the adaptive window gets through a server that takes three at a time"
stop_mock
start_mock --answers $answers --fault status=429,retry-after=86000,nth=5 --fault status=429,retry-after=1,nth=9
run run --model "$url/v1#demo" --out "$dir/w2" -j 4 --no-preflight -q
[ "$(records "$dir/w2" answer)" = 79 ] && [ "$(records "$dir/w2" error)" = 1 ] && grep -q 'longer wait than is granted' "$dir/w2/journal.jsonl"
ok "a Retry-After of a day fails its own call only"
stop_mock
start_mock --answers $answers
run run --model "$url/v1#demo" --model "$url/v1#other" --out "$dir/m" -j 4 --no-preflight -q
[ $code = 0 ] && [ "$(records "$dir/m" answer)" = 160 ] && [ "$(grep -c . "$dir/m/verdicts.jsonl")" = 160 ] &&
    cut -d, -f1 "$dir/m/verdicts.jsonl" | tr -dc '0-9\n' | awk '$1 != NR - 1 { exit 1 }'
ok "two models side by side: rows in plan order"
head -n 160 "$dir/m/journal.jsonl" | grep -q '#other'
ok "and neither waited for the other"
run run --model "$url/v1#demo" --out "$dir/r" --rpm 1200 --limit 30 --no-preflight -q
[ $code = 0 ] && [ "$(records "$dir/r" answer)" = 30 ]
ok "a rate that the run stays below changes nothing"
stop_mock

# ---- grids ----
start_mock --answers $answers --log "$dir/grid.log" --log-request
run run --model "$url/v1#demo" --param temperature=0,0.7 --param seed=5,6 --limit 3 --out "$dir/g" --no-preflight -q
[ $code = 0 ] && [ "$(records "$dir/g" answer)" = 12 ] && [ "$(grep -c '#demo temperature=0.7 seed=6' "$dir/g/verdicts.jsonl")" = 3 ] &&
    [ "$(grep -c 'temperature.*:0\.7' "$dir/grid.log")" = 6 ]
ok "a grid asks every model with every value and reports them apart"
head -n 7 "$dir/g/journal.jsonl" >"$dir/some" && mv "$dir/some" "$dir/g/journal.jsonl"
run run --resume "$dir/g" --no-preflight -q
[ $code = 0 ] && [ "$(records "$dir/g" answer)" = 12 ] && [ "$(doubled "$dir/g")" = 0 ]
ok "and goes on as the same grid"
stop_mock
