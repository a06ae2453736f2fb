# SPDX-License-Identifier: Apache-2.0
# Shards asked side by side and merged are the single run, byte for byte but for times.
. tests/e2e/lib.sh

answers=suites/data/core_answers.jsonl

# untimed FILE: a journal or summary without what a clock or a name of a folder put there.
untimed() {
    sed -E -e 's/,"(ms|attempts|ttft_ms|itl_ms|itl_max_ms)":[0-9.]+//g' \
        -e 's/,"at":"[^"]*"//; s/,"sum":"[^"]*"//; s/"digest":"[^"]*"//' \
        -e 's/"(run|started)": "[^"]*"//; s/"(seconds|prompts_per_s|tokens_per_s|p50|p95|p99)": [0-9.e-]+//' "$1"
}

# in_order RUN: its journal in the order of calls, without times.
in_order() {
    untimed "$1/journal.jsonl" | sed -E 's/^\{"t":"(answer|error)","call":([0-9]+),/\2 &/' | sort -n
}

# is_single MERGED SINGLE: every file is the same.
is_single() {
    : >"$dir/err"
    for f in verdicts.jsonl eval_results_strict.jsonl eval_results_loose.jsonl; do
        cmp "$1/$f" "$2/$f" >>"$dir/err" 2>&1 || return 1
    done
    # the last column is the latency
    sed 's/,[0-9]*\r*$//' "$1/scores.csv" >"$dir/a" && sed 's/,[0-9]*\r*$//' "$2/scores.csv" >"$dir/b" && cmp "$dir/a" "$dir/b" >>"$dir/err" 2>&1 || return 1
    untimed "$1/summary.json" >"$dir/a" && untimed "$2/summary.json" >"$dir/b" && diff "$dir/a" "$dir/b" >"$dir/out" || return 1
    in_order "$1" >"$dir/a" && in_order "$2" >"$dir/b" && cmp "$dir/a" "$dir/b" >>"$dir/err" 2>&1
}

# in_plan_order RUN: the calls of its journal rise.
in_plan_order() {
    sed -n 's/^{"t":"[a-z]*","call":\([0-9]*\),.*/\1/p' "$1/journal.jsonl" >"$dir/a"
    [ -s "$dir/a" ] && sort -n -C "$dir/a"
}

# shards NAME N WORDS: N shards at the same time, into NAME-1 to NAME-N; false when one did not end well.
shards() {
    name=$1 n=$2
    shift 2
    jobs=
    for i in $(seq "$n"); do
        "$ifbench" run "$@" --shard "$i/$n" --out "$dir/$name-$i" -q >"$dir/$name-$i.out" 2>"$dir/err" </dev/null &
        jobs="$jobs $!"
    done
    well=0
    for job in $jobs; do wait "$job" || well=1; done
    return $well
}

reports='json,csv,html,eval-strict,eval-loose'
start_mock --answers $answers --answers tests/cases/own_answers.jsonl --log "$dir/log"

# ---- one suite, one model ----
run run --model "$url/v1#demo" --out "$dir/single" --reports $reports -j 1 -q
shards part 3 --model "$url/v1#demo" --reports $reports -j 4
ok "three shards run side by side"
adds_up "$dir/part-1" "$dir/part-2" "$dir/part-3" && cat "$dir"/part-?/verdicts.jsonl | sort >"$dir/a" &&
    sort "$dir/single/verdicts.jsonl" | cmp - "$dir/a" >"$dir/err" 2>&1
ok "their verdicts are those of the single run, each once"
[ "$(cat "$dir"/part-?/verdicts.jsonl | wc -l) $(for i in 1 2 3; do wc -l <"$dir/part-$i/verdicts.jsonl"; done | sort | tr '\n' ' ')" = '80 26 27 27 ' ]
ok "they are shared out evenly"
asked=$(grep -c completions "$dir/log")
run merge "$dir/part-3" "$dir/part-1/" "$dir/part-2" --out "$dir/whole" --reports $reports
[ $code = 0 ] && is_single "$dir/whole" "$dir/single"
ok "merged, in whatever order they are named, they are the single run"
in_plan_order "$dir/whole" && [ "$(grep -c completions "$dir/log")" = "$asked" ] && [ -s "$dir/whole/report.html" ]
ok "the journal is in plan order, and nothing was asked"
run verify "$dir/whole"
[ $code = 0 ] && grep -q '"merged"' "$dir/whole/manifest.json" && grep -q "\"journal\": \"$(sha256sum <"$dir/part-2/journal.jsonl" | cut -c 1-64)\"" "$dir/whole/manifest.json"
ok "it is whole, and its manifest names the shards' journals"
cp "$dir/whole/journal.jsonl" "$dir/before" && run run --resume "$dir/whole" -q
[ $code = 0 ] && cmp "$dir/before" "$dir/whole/journal.jsonl" >>"$dir/err" 2>&1
ok "going on with it asks nothing"
run compare "$dir/single" "$dir/whole" --json
[ $code = 0 ] && ! grep -q 'has not come to its end' "$dir/out"
ok "it compares with the single run"

# ---- a shard is no run ----
run compare "$dir/single" "$dir/part-1"
[ $code = 3 ] && grep -q 'differ' "$dir/err"
ok "a shard is not compared with a whole run"
run baseline set "$dir/part-1" --to "$dir/base.json"
[ $code = 3 ] && grep -q 'shard 1/3.*ifbench merge' "$dir/err" && [ ! -e "$dir/base.json" ]
ok "nor made a baseline"
run leaderboard "$dir/single" "$dir/part-1" --out "$dir/board"
[ $code = 0 ] && grep -q '1 run not complete and left out' "$dir/err"
ok "nor ranked"
grep -q '"shard": {' "$dir/part-2/summary.json" && grep -q '"complete": false' "$dir/part-2/summary.json" &&
    grep -q 'shard 2/3, 27 of 80 items.*ifbench merge' "$dir/part-2/summary.json"
ok "its summary says that it is one"

# ---- suites, turns, epochs, a grid, a limit ----
set -- --suite "core,tests/cases/own.yaml" --model "$url/v1#demo" --model "$url/v1#other" --limit 11 --epochs 2 --param temperature=0,0.7
run run "$@" --out "$dir/grid" --reports $reports -j 1 -q
shards gridded 4 "$@" --reports $reports && adds_up "$dir/gridded-1" "$dir/gridded-4"
ok "shards of two suites, four models, two epochs, with a limit"
run merge "$dir"/gridded-? --out "$dir/gridded" --reports $reports
[ $code = 0 ] && is_single "$dir/gridded" "$dir/grid" && in_plan_order "$dir/gridded"
ok "merged they are the single run"

# ---- more items than stay in memory ----
awk 'BEGIN {
    for (i = 1; i <= 2500; i++) printf "{\"id\": \"m%d\", \"prompt\": \"write %d\", \"constraints\": [{\"not\": {\"contains\": \"%d\"}}]}\n", i, i, i % 7 }' >"$dir/many.jsonl"
run run --suite "$dir/many.jsonl" --model "$url/v1#demo" --out "$dir/many" --reports $reports -q
[ $code = 0 ] && shards lot 2 --suite "$dir/many.jsonl" --model "$url/v1#demo" --reports $reports &&
    run merge "$dir/lot-1" "$dir/lot-2" --out "$dir/lot" --reports $reports && [ $code = 0 ] && is_single "$dir/lot" "$dir/many"
ok "2,500 items, of which 2,048 stay in memory"

# ---- killed and resumed ----
"$ifbench" run --model "$url/v1#demo" --shard 2/3 --out "$dir/killed" -j 1 --no-preflight -q >/dev/null 2>&1 </dev/null &
pid=$!
grown "$dir/killed" 9 $pid
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
run run --resume "$dir/killed" -q --reports $reports
[ $code = 0 ] && [ "$(doubled "$dir/killed")" = 0 ] && [ "$(records "$dir/killed" answer)" = 27 ] && cmp "$dir/killed/verdicts.jsonl" "$dir/part-2/verdicts.jsonl" >"$dir/err" 2>&1
ok "a shard that was killed goes on as that shard"
run merge "$dir/part-1" "$dir/killed" "$dir/part-3" --out "$dir/after" --reports $reports
[ $code = 0 ] && cmp "$dir/after/verdicts.jsonl" "$dir/single/verdicts.jsonl" >"$dir/err" 2>&1
ok "and merges"

cp "$dir/killed/verdicts.jsonl" "$dir/before" && run score "$dir/killed" --reports $reports
[ $code = 0 ] && cmp "$dir/before" "$dir/killed/verdicts.jsonl" >>"$dir/err" 2>&1 && grep -q '"index": 2' "$dir/killed/summary.json"
ok "a shard that is scored again stays that shard"
run run --resume "$dir/killed" --shard 1/3 -q
[ $code = 2 ] && grep -q 'killed is shard 2/3, not 1/3' "$dir/err" && run run --resume "$dir/killed" --shard 2/3 -q && [ $code = 0 ]
ok "and is gone on with as no other"

# ---- what is missing or unfinished ----
cp -r "$dir/part-2" "$dir/cut" && head -n 12 "$dir/part-2/journal.jsonl" >"$dir/cut/journal.jsonl" && rm "$dir/cut/summary.json" "$dir/cut/verdicts.jsonl"
run merge "$dir/part-1" "$dir/cut" --out "$dir/some" --partial --reports $reports
[ $code = 5 ] && grep -q "cut, shard 2/3, is unfinished: 16 of 27 samples" "$dir/err" && grep -q 'of 3 shards without 3:' "$dir/err" &&
    grep -q "ifbench run --resume $dir/some" "$dir/err" && grep -q '"pending": 42' "$dir/some/summary.json" && adds_up "$dir/some"
ok "--partial merges what there is, the rest is pending, exit 5"
run run --resume "$dir/some" -q -j 1 --reports $reports
[ $code = 0 ] && cmp "$dir/some/verdicts.jsonl" "$dir/single/verdicts.jsonl" >>"$dir/err" 2>&1 && [ "$(doubled "$dir/some")" = 0 ] && [ "$(records "$dir/some" answer)" = 80 ]
ok "and run --resume asks it"

# ---- what is wrong ----
shards four 4 --model "$url/v1#demo" --reports json
shards limited 3 --model "$url/v1#demo" --reports json --limit 40
shards named 3 --model "$url/v1#another" --reports json
shards warm 3 --model "$url/v1#demo" --reports json --temperature 1
mkdir "$dir/here" "$dir/there"
cp tests/cases/own.yaml tests/cases/own.csv "$dir/here" && cp tests/cases/own.csv "$dir/there"
sed 's/^\( *prompt: .\)/\1!/' tests/cases/own.yaml >"$dir/there/own.yaml"
shards here 2 --suite "$dir/here/own.yaml" --model "$url/v1#demo" --reports json
shards there 2 --suite "$dir/there/own.yaml" --model "$url/v1#demo" --reports json
cp -r "$dir/part-2" "$dir/damaged" && sed '5s/"text":"./"text":"#/' "$dir/part-2/journal.jsonl" >"$dir/damaged/journal.jsonl"
cp -r "$dir/part-2" "$dir/torn" && head -c -20 "$dir/part-2/journal.jsonl" >"$dir/torn/journal.jsonl"
cp -r "$dir/part-2" "$dir/foreign" && cp "$dir/part-3/journal.jsonl" "$dir/foreign"
cp -r "$dir/part-2" "$dir/strange" && cp "$dir/four-2/journal.jsonl" "$dir/strange"
cp -r "$dir/part-2" "$dir/claims" && sed 's/"of": 3/"of": 9223372036854775807/; s/"index": 2/"index": 9223372036854775806/' "$dir/part-2/manifest.json" >"$dir/claims/manifest.json"
cp -r "$dir/part-2" "$dir/lonely" && sed 's/"of": 3/"of": 79/' "$dir/part-2/manifest.json" >"$dir/lonely/manifest.json"

# refused NAME PATTERN RUN...: not merged, exit 3, the message fits, nothing is left.
refused() {
    name=$1 pattern=$2
    shift 2
    (cd "$dir" && "$ifbench" merge "$@" --out made/merged >out 2>err </dev/null)
    [ $? = 3 ] && grep -q -e "$pattern" "$dir/err" && [ -z "$(ls -A "$dir/made" 2>/dev/null)" ]
    ok "refused: $name"
}
refused "a shard is missing" 'of 3 shards there is no 2; .*--shard 2/3.*--partial' part-1 part-3
refused "two shards are missing" 'of 4 shards there is no 1, 3; .*--shard 1/4' four-2 four-4
refused "a shard twice" 'are both shard 2/3' part-1 part-2 killed part-3
refused "the same folder twice" 'are both shard 1/3' part-1 part-1 part-2 part-3
refused "shards of other numbers" 'shard 1/3 and four-2 shard 2/4' part-1 four-2 part-3
refused "another model" 'part-1 and named-2 were not made alike: models' part-1 named-2 part-3
refused "another temperature" 'not made alike: sampling' part-1 warm-2 part-3
refused "another limit" 'not made alike: .*limit\|not made alike: calls' part-1 limited-2 part-3
refused "other bytes of the suite" 'different data of .*own.yaml has sha256' here-1 there-2
refused "a damaged journal" 'damaged/journal.jsonl:5: the record is damaged' part-1 damaged part-3
refused "a torn journal" 'torn, shard 2/3, is unfinished.*--resume torn' part-1 torn part-3
refused "an unfinished shard" 'cut, shard 2/3, is unfinished: 16 of 27 samples have no answer, the first is item 35 of core; .*--resume cut' part-1 cut part-3
refused "another shard's journal" 'foreign/journal.jsonl has records of other shards than 2/3' part-1 foreign part-3
refused "the journal of another sharing out" 'strange/journal.jsonl has records of other shards' part-1 strange part-3
refused "a whole run" 'single is no shard' single part-1
refused "no run" 'manifest.json' part-1 nothing
refused "more shards than could be" 'there is no shard 9223372036854775806/' claims
refused "most of the shards are missing" 'there is no 1, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 68 more; ' lonely
sed 's/$/ /' tests/cases/own.csv >"$dir/here/own.csv"
refused "data that have changed since" 'own.csv has changed since the run was begun' here-1 here-2

run merge "$dir"/part-? --out "$dir/single"
[ $code = 3 ] && grep -q 'is not empty; name another --out' "$dir/err"
ok "a folder that holds something is not written over"
mkdir "$dir/empty" && run merge "$dir"/part-? --out "$dir/empty/"
[ $code = 0 ] && [ -s "$dir/empty/summary.json" ]
ok "an empty one is used"
(trap '' XFSZ && ulimit -f 40 && exec "$ifbench" merge "$dir"/part-? --out "$dir/full" >"$dir/out" 2>"$dir/err" </dev/null)
[ $? = 74 ] && grep -q 'cannot write' "$dir/err" && [ ! -e "$dir/full" ]
ok "where the disk is too small for it nothing comes to be"
[ -z "$(find "$dir" -name '.merge-*')" ]
ok "and nothing is left beside"
run merge "$dir"/part-?
[ $code = 2 ] && grep -q -- '--out DIR' "$dir/err"
ok "merge wants --out"

# wrong SHARD PATTERN: refused before anything is asked.
wrong() {
    run run --model "$url/v1#demo" --shard "$1" --out "$dir/never"
    [ $code = 2 ] && grep -q -- "$2" "$dir/err" && [ ! -e "$dir/never" ]
    ok "--shard $1 is refused"
}
wrong 0/3 'counted from 1; .*SLURM_ARRAY_TASK_ID + 1'
wrong 4/3 'counted from 1'
wrong 1 'wanted I/N'
wrong 1/0 'wanted I/N'
wrong a/b 'wanted I/N'
wrong -1/3 'wanted I/N'
wrong 3/99 'there are 80 items'
run run --model "$url/v1#demo" --shard 3/3 --dry-run
[ $code = 0 ] && grep -q '26 calls for 26 samples' "$dir/out"
ok "a dry run counts the shard"
stop_mock

# ---- calls that fail ----
start_mock --answers $answers --fault status=400,match=radio --fault status=503,match=goldfish
set -- --model "$url/v1#demo" --no-preflight --max-retries 0 --reports $reports
run run "$@" --out "$dir/failing" -j 1 -q
shards failed 3 "$@" && run merge "$dir"/failed-? --out "$dir/failed" --reports $reports
[ $code = 0 ] && [ "$(records "$dir/failed" error)" -gt 1 ] && is_single "$dir/failed" "$dir/failing"
ok "calls that failed are merged as such"
stop_mock

# ---- manifests of others ----
case $build in
*address*) skip "a manifest of 4,294,967,295 calls" "the sanitizer's memory has no end" ;;
*)
    cp -r "$dir/part-1" "$dir/endless" &&
        sed -i 's/"calls": [0-9]*,$/"calls": 4294967295,/' "$dir/endless/manifest.json"
    (ulimit -v 8000000 && "$ifbench" verify "$dir/endless" >"$dir/out" 2>"$dir/err")
    [ $? = 3 ] && grep -q 'endless/journal.jsonl: there is no memory for 4294967295 calls' "$dir/out" "$dir/err"
    ok "a manifest of 4,294,967,295 calls is an error that names it"
    ;;
esac
for i in 1 2; do
    rm -rf "$dir/wide-$i" && cp -r "$dir/part-$i" "$dir/wide-$i" && awk '
        /^}/ { for (i = 0; i < 100000; i++) printf ", \"m%d\": 0", i } { print }' \
        "$dir/part-$i/manifest.json" >"$dir/wide-$i/manifest.json"
done
run merge "$dir/wide-1" "$dir/wide-2" --out "$dir/wide"
[ $code = 3 ] && grep -q 'wide-1/manifest.json: not a manifest of ifbench: 1000[0-9]* members' "$dir/err"
ok "a manifest of 100,000 members is none"
cp -r "$dir/single" "$dir/ages" && sed -i 's/"epochs": 1,/"epochs": 4611686018427387904,/' "$dir/ages/manifest.json"
run run --resume "$dir/ages" -q
[ $code = 3 ] && grep -q '4611686018427387904 epochs, wanted at most 10000' "$dir/err"
ok "a manifest of 2^62 epochs is an error that says so"
