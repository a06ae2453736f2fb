# SPDX-License-Identifier: Apache-2.0
# What one meets every day: giving up in time, asking again, options told wrong, a run read again.
. tests/e2e/lib.sh

answers=suites/data/core_answers.jsonl
fast="--no-preflight -q"

# ---- a model is given up at once ----
start_mock --answers $answers --fault status=503 --log "$dir/log"
run run --model "$url/v1#x" -j 1 --max-errors 3 --max-retries 2 --out "$dir/dead" $fast
[ $code = 4 ] && [ "$(records "$dir/dead" error)" = 3 ] && [ "$(records "$dir/dead" answer)" = 0 ] && adds_up "$dir/dead" &&
    grep -q 'given up' "$dir/err" && ! grep -q '"pending":0' "$dir/dead/summary.json"
ok "--max-errors 3 -j 1: three failures are written, the rest stays pending"
curl -s -X POST --data-binary '' "$url/control" >"$dir/out"
run run --resume "$dir/dead" $fast
[ $code = 0 ] && [ "$(records "$dir/dead" answer)" = 80 ] && [ "$(doubled "$dir/dead")" = 0 ]
ok "and is asked when the run goes on"
stop_mock
start_mock --answers $answers --fault status=503,retry-after=3600,after=2 --fault status=400,first=2
run run --model "$url/v1#x" -j 8 --max-errors 2 --out "$dir/dead8" $fast
[ $code = 4 ] && [ "$(records "$dir/dead8" error)" -le 8 ] && adds_up "$dir/dead8"
ok "and nobody waits an hour for what will not be asked again"
stop_mock
# ---- a stream that is not ended by its server ----
start_mock --answers $answers --fault hold
run run --model "$url/v1#x" --stream --limit 4 -j 1 --timeout 60 --out "$dir/hold" $fast
[ $code = 0 ] && [ "$(records "$dir/hold" answer)" = 4 ] &&
    [ "$(sed -n 's/.*"ms":\([0-9]*\).*/\1/p' "$dir/hold/journal.jsonl" | awk '$1 > 20000' | wc -l)" = 0 ]
ok "a stream held open behind its end mark is over"
stop_mock
start_mock --answers $answers
run run --model "$url/v1#x" --stream --limit 20 -j 1 --out "$dir/keep" $fast
[ $code = 0 ] && curl -s "$url/control" >"$dir/out" && grep -q '"connections":[12],' "$dir/out"
ok "and one that is ended leaves its connection to the next call"
stop_mock

# ---- the speed of a run stays ----
run score "$dir/keep"
[ $code = 0 ] && tr -d ' \n' <"$dir/keep/summary.json" | grep -q '"speed":{"seconds":[0-9.e-]*,"answers":20,'
ok "scoring again keeps the speed of the answers"

# ---- options told wrong ----
run run --model x --limit -3
[ $code = 2 ] && grep -q -- '--limit: wanted a whole number from 0' "$dir/err"
ok "an option out of range is named once"
run run --model "$url/v1#x" --param temperature=hot --out "$dir/new"
[ $code = 2 ] && grep -q -- '--param temperature: wanted a number' "$dir/err"
ok "and so is a parameter"
