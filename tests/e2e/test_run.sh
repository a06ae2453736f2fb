# SPDX-License-Identifier: Apache-2.0
# A whole run: scored answers, the same over HTTP, killed and resumed, faults in between.
. tests/e2e/lib.sh

suite=core
answers=suites/data/core_answers.jsonl

# ---- the built-in suite, no data needed ----
start_mock --answers $answers --log "$dir/log"
run run --model "$url/v1#demo" --out "$dir/core" -j 4
[ $code = 0 ]
ok "a run of the built-in suite ends well"
[ "$(records "$dir/core" answer)" = 80 ] && [ "$(doubled "$dir/core")" = 0 ] && [ "$(records "$dir/core" end)" = 1 ] && adds_up "$dir/core"
ok "every call is answered once and the journal is closed"
run verify "$dir/core"
[ $code = 0 ]
ok "verify finds it whole"
cp "$dir/core/journal.jsonl" "$dir/before" && run run --resume "$dir/core" -q
[ $code = 0 ] && cmp "$dir/before" "$dir/core/journal.jsonl" >"$dir/err" 2>&1
ok "going on with a run that came to its end leaves its journal alone"
grep -q 'prompt_level_strict_acc' "$dir/core/summary.json" && [ -s "$dir/core/report.html" ] && [ -s "$dir/core/scores.csv" ]
ok "summary, page and table are there"
run score --responses $answers --out "$dir/scored"
[ $code = 0 ] && cut -d, -f3- "$dir/scored/verdicts.jsonl" | sed 's/"model":"[^"]*"//' >"$dir/a" &&
    cut -d, -f3- "$dir/core/verdicts.jsonl" | sed 's/"model":"[^"]*"//' >"$dir/b" && cmp "$dir/a" "$dir/b" 2>"$dir/err"
ok "scoring the same answers from a file gives the same verdicts"
run run --model "$url/v1#demo" --out "$dir/one" -j 1 --threads 0
cp "$dir/one/verdicts.jsonl" "$dir/v1"
cmp "$dir/v1" "$dir/core/verdicts.jsonl" >"$dir/err" 2>&1
ok "one thread or many, one call at a time or four: the same verdicts"
run run --model "$url/v1#demo" --out "$dir/core"
[ $code = 3 ] && grep -q 'resume' "$dir/err"
ok "a folder that holds a run is not written over"
run run --model "$url/v1#demo" --dry-run
[ $code = 0 ] && grep -q '80 calls' "$dir/out"
ok "a dry run asks nothing and says what it would"
cp -r "$dir/core" "$dir/copy" && run score "$dir/copy" --missing fail
[ $code = 0 ] && cmp "$dir/copy/verdicts.jsonl" "$dir/core/verdicts.jsonl" >"$dir/err" 2>&1 &&
    cmp "$dir/copy/journal.jsonl" "$dir/core/journal.jsonl" >>"$dir/err" 2>&1
ok "scoring a journal again gives the same and leaves the journal alone"
run report "$dir/core" --reports csv --to -
cmp "$dir/out" "$dir/core/scores.csv" 2>>"$dir/err"
ok "a report made anew has the same bytes"
stop_mock

# ---- faults ----
start_mock --answers $answers --fault status=503,every=9,retry-after-ms=1 --fault reset,every=13 --fault status=429,every=17,retry-after-ms=1
run run --model "$url/v1#demo" --out "$dir/faults" --max-retries 20 -j 8 --no-preflight --timeout 20
[ $code = 0 ] && [ "$(records "$dir/faults" answer)" = 80 ] && [ "$(metric "$dir/faults" prompt_level_strict_acc)" = 58/80 ] && adds_up "$dir/faults"
ok "503, 429 and resets are retried; nothing is lost"
stop_mock

start_mock --answers $answers --fault status=400,match=e
run run --model "$url/v1#demo" --out "$dir/bad" --no-preflight -j 4
[ $code = 4 ] || [ $code = 0 ]
[ "$(records "$dir/bad" error)" -gt 0 ] && [ $(($(records "$dir/bad" answer) + $(records "$dir/bad" error))) = 80 ] && adds_up "$dir/bad"
ok "a request that the server refuses is an error, not retried, and counted"
stop_mock

start_mock --answers $answers --fault content-null,nth=3 --fault content-null,nth=4
run run --model "$url/v1#demo" --out "$dir/null" --no-preflight -j 1
[ $code = 0 ] && [ "$(records "$dir/null" answer)" = 80 ] && grep -q '"incomplete": *2' "$dir/null/summary.json"
ok "content: null is a scored failure"
stop_mock

start_mock --answers $answers --require-key sesame-4711
run run --model "$url/v1#demo" --out "$dir/auth"
[ $code = 4 ] && grep -q '401.*IFBENCH_API_KEY' "$dir/err" && [ ! -e "$dir/auth/journal.jsonl" ]
ok "a wrong key is found before the run, exit 4"
IFBENCH_API_KEY=sesame-4711 "$ifbench" run --model "$url/v1#demo" --out "$dir/key" --header 'X-Token: sesame-4712' >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && ! grep -rq 'sesame' "$dir/key" "$dir/out" "$dir/err"
ok "the key is in no file, message or report"
stop_mock
run run --model "http://127.0.0.1:1/v1#demo" --out "$dir/down"
[ $code = 4 ] && grep -q 'connect' "$dir/err" && [ ! -e "$dir/down" ]
ok "an endpoint that is down is found before the run, exit 4, nothing is left"

# ---- killed and resumed ----
start_mock --answers $answers --fault delay=1ms
i=0
"$ifbench" run --model "$url/v1#demo" --out "$dir/killed" -j 2 --no-preflight -q >/dev/null 2>&1 </dev/null &
pid=$!
while [ $i -lt 10 ]; do
    # Killed when the journal has grown by some records: a place, not a time.
    grown "$dir/killed" $((i * 7 + 2)) $pid
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    i=$((i + 1))
    "$ifbench" run --resume "$dir/killed" -j 2 --no-preflight -q >"$dir/out" 2>"$dir/err" </dev/null &
    pid=$!
done
wait $pid
[ $? = 0 ] && [ "$(records "$dir/killed" answer)" = 80 ] && [ "$(doubled "$dir/killed")" = 0 ] &&
    sed 's/"model":"[^"]*"//' "$dir/killed/verdicts.jsonl" >"$dir/a" && sed 's/"model":"[^"]*"//' "$dir/core/verdicts.jsonl" >"$dir/b" && cmp "$dir/a" "$dir/b"
ok "killed ten times and resumed: every call answered once, the same verdicts"
run verify "$dir/killed"
[ $code = 0 ]
ok "and the journal is whole"
cp -r "$dir/core" "$dir/over" && run run --resume "$dir/over" --no-preflight -q
[ $code = 0 ] && cmp "$dir/over/journal.jsonl" "$dir/core/journal.jsonl" >"$dir/err" 2>&1
ok "going on with a run that has ended asks nothing and leaves it ended"
cp -r "$dir/killed" "$dir/torn" && head -c -30 "$dir/killed/journal.jsonl" >"$dir/torn/journal.jsonl"
run verify "$dir/torn"
[ $code = 3 ]
ok "verify notices a torn tail"
run run --resume "$dir/torn" --no-preflight -q
[ $code = 0 ] && [ "$(doubled "$dir/torn")" = 0 ] && [ "$(records "$dir/torn" answer)" = 80 ]
ok "resume cuts a torn tail off"
# Which line is the first answer depends on when it was killed: there may be resumes before it.
at=$(grep -n '^{"t":"answer"' "$dir/killed/journal.jsonl" | sed -n '1s/:.*//p')
sed "${at}s/\"text\":\"./X/" "$dir/killed/journal.jsonl" >"$dir/torn/journal.jsonl"
! cmp -s "$dir/killed/journal.jsonl" "$dir/torn/journal.jsonl" && run run --resume "$dir/torn" --no-preflight -q
[ $code = 3 ] && grep -q "journal.jsonl:$at" "$dir/err"
ok "damage in the middle is refused, with its line"
stop_mock

# ---- stopped politely ----
start_mock --answers $answers --fault delay=20ms
"$ifbench" run --model "$url/v1#demo" --out "$dir/int" -j 2 --no-preflight -q >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
grown "$dir/int" 5 $pid
kill -INT $pid
wait $pid
[ $? = 130 ] && grep -q 'resume' "$dir/err"
ok "SIGINT ends the run with 130 and says how to go on"
adds_up "$dir/int" && grep -q '"pending": [1-9]' "$dir/int/summary.json"
ok "what was asked and what was not add up"
run run --resume "$dir/int" --no-preflight -q -j 16
[ $code = 0 ] && [ "$(records "$dir/int" answer)" = 80 ] && [ "$(doubled "$dir/int")" = 0 ]
ok "and it goes on"
stop_mock

# ---- without an answer ----
codes=
head -n 72 suites/data/core_answers.jsonl >"$dir/part.jsonl"
for share in 0.1 0.09; do
    run score --suite core --responses "$dir/part.jsonl" --missing unscored --max-unscored $share --reports json --out "$dir/share$share"
    codes="$codes $code"
done
[ "$codes" = " 0 5" ]
ok "--max-unscored allows just that share"

# ---- the official data ----
if [ -r "$data/ifeval/responses_gpt4.jsonl" ]; then
    run score --suite ifeval --data-dir "$data" --responses "$data/ifeval/responses_gpt4.jsonl" --out "$dir/gpt4"
    [ $code = 0 ] && adds_up "$dir/gpt4" && [ "$(metric "$dir/gpt4" prompt_level_strict_acc) $(metric "$dir/gpt4" inst_level_strict_acc) $(metric "$dir/gpt4" prompt_level_loose_acc) $(metric "$dir/gpt4" inst_level_loose_acc)" = "417/541 698/834 431/541 714/834" ]
    ok "the published gpt-4 answers get the official numbers"
    start_mock --answers "$data/ifeval/responses_gpt4.jsonl"
    run run --suite ifeval --data-dir "$data" --model "$url/v1#gpt4" --out "$dir/http" -j 16 -q
    [ $code = 0 ] && sed 's/"model":"[^"]*"//' "$dir/gpt4/verdicts.jsonl" >"$dir/a" && sed 's/"model":"[^"]*"//' "$dir/http/verdicts.jsonl" >"$dir/b" && cmp "$dir/a" "$dir/b"
    ok "and the same verdicts over HTTP"
    stop_mock
    head -n 500 "$data/ifeval/responses_gpt4.jsonl" >"$dir/some.jsonl"
    echo '{"prompt": "nobody asked this", "response": "x"}' >>"$dir/some.jsonl"
    gzip "$dir/some.jsonl"
    run score --suite ifeval --data-dir "$data" --responses "$dir/some.jsonl.gz" --out "$dir/some"
    [ $code = 0 ] && grep -q '1 answers\? .* not asked' "$dir/err" && grep -q '41 of 541' "$dir/err" && metric "$dir/some" prompt_level_strict_acc | grep -q /541
    ok "answers for unknown prompts and prompts without an answer are counted; missing fail"
    run score --suite ifeval --data-dir "$data" --responses "$dir/some.jsonl.gz" --missing unscored --out "$dir/some2"
    [ $code = 0 ] && metric "$dir/some2" prompt_level_strict_acc | grep -q /500
    ok "with --missing unscored they leave the denominator"
else
    skip "the published gpt-4 answers get the official numbers" "no data in $data"
    skip "and the same verdicts over HTTP" "no data in $data"
    skip "answers for unknown prompts are counted" "no data in $data"
    skip "with --missing unscored they leave the denominator" "no data in $data"
fi
