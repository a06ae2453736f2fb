# SPDX-License-Identifier: Apache-2.0
# AlpacaEval from judgments to reports: no network, nothing dropped without a word.
. tests/e2e/lib.sh
unset IFBENCH_DATA XDG_DATA_HOME
export HOME="$dir"

# value RUN ID: a metric's value in summary.json.
value() {
    awk -v id="\"id\": \"$2\"," 'index($0, id) { on = 1 } on && $1 == "\"value\":" { sub(",$", "", $2); print $2; exit }' \
        "$1/summary.json"
}

# near A B EPS
near() {
    awk -v a="$1" -v b="$2" -v eps="$3" 'BEGIN { d = a - b; exit !(a != "null" && d <= eps && -d <= eps) }'
}

pair() {
    printf '%s{"instruction": "say %s", "output_1": "one \\u00e9", "generator_1": "base", "dataset": "d",' "$comma" "$1"
    printf ' "output_2": "%s", "generator_2": "<mine>", "preference": %s}\n' "$3" "$2"
    comma=,
}

comma=
{ printf '['; pair a 1 x; pair b 2 xy; pair c null xyz; pair d 1.5 wxyz; pair e 1.75 vwxyz; printf ']'; } >"$dir/annotations.json"

run suites
[ $code = 0 ] && grep -q '^alpacaeval  ' "$dir/out" && grep -q '^alpacaeval1 ' "$dir/out"
ok "suites lists both"
run suites alpacaeval
[ $code = 0 ] && grep -q 'metric *length_controlled_winrate' "$dir/out" && grep -q 'annotations.json' "$dir/out"
ok "suites shows one with its metrics and what it wants"
run suites alpacaeval --json
[ $code = 0 ] && grep -q '"judgments"' "$dir/out"
ok "and as JSON"

run score --suite alpacaeval1 --judgments "$dir/annotations.json" --out "$dir/one"
[ $code = 0 ] && [ "$(value "$dir/one" win_rate)" = 56.25 ] && [ "$(value "$dir/one" n_total)" = 4 ] &&
    [ "$(value "$dir/one" n_draws)" = 1 ] && [ "$(value "$dir/one" n_failed)" = 1 ] &&
    [ "$(value "$dir/one" discrete_win_rate)" = 62.5 ] && [ "$(value "$dir/one" avg_length)" = 3 ]
ok "metrics of a small file"
grep -q '1 of 5 judgments have no usable preference' "$dir/err" &&
    grep -q '5 samples: 2 passed, 2 failed, 0 errors, 1 unscored' "$dir/out"
ok "a failed judgment is told and counted"
[ "$(wc -l <"$dir/one/verdicts.jsonl")" = 5 ] && [ "$(wc -l <"$dir/one/scores.csv")" = 6 ] &&
    opened "$dir/one/report.html" | grep -q 'say b' && ! grep -q '<mine>' "$dir/one/report.html" &&
    sed -n 2p "$dir/one/leaderboard.csv" | grep -q '^<mine>,56.25,' && [ ! -e "$dir/one/eval_results_strict.jsonl" ]
ok "rows, escaped reports and leaderboard.csv"
run verify "$dir/one"
[ $code = 0 ] && grep -q "annotations.json: unchanged" "$dir/out"
ok "verify knows the judgments by their hash"
run report "$dir/one"
[ $code = 0 ] && grep -q 'win_rate *56.25 %' "$dir/out"
ok "report shows it again"
run score "$dir/one"
[ $code = 2 ] && grep -q 'made from judgments' "$dir/err"
ok "re-scoring says what to do instead"

gzip -c "$dir/annotations.json" >"$dir/annotations.json.gz"
run score --suite alpacaeval1 --judgments "$dir/annotations.json.gz" --judgments "$dir/annotations.json" --reports json --out "$dir/two" --strict
[ $code = 5 ] && [ "$(grep -c '"id": "win_rate"' "$dir/two/summary.json")" = 2 ] &&
    grep -q '"model": "<mine> (annotations)"' "$dir/two/summary.json" && [ ! -s "$dir/two/verdicts.jsonl" ]
ok "gzip and plain, two of a name told apart, --strict, no rows for json alone"
run verify "$dir/two"
[ $code = 0 ] && [ "$(grep -c unchanged "$dir/out")" = 2 ]
ok "hashes are of the files as they are on disk"

run score --suite alpacaeval --judgments "$dir/annotations.json" --reports json --out "$dir/lc"
[ $code = 0 ] && [ "$(value "$dir/lc" length_controlled_winrate)" = null ] &&
    [ "$(value "$dir/lc" win_rate)" = 56.25 ] && grep -q 'no length-controlled win rate: .*ifbench data pull alpacaeval-lc' "$dir/err"
ok "without difficulties there is a win rate, and why there is no other"

awk 'BEGIN { print "index,instruction_difficulty"; for (i = 0; i < 805; i++) printf "%d,%.6f\n", i, (i % 7) / 7 - .4 }' >"$dir/d.csv"
awk 'BEGIN { print "index,std_delta_len,preference"; for (i = 0; i < 1610; i++) printf "%d,%.6f,%.6f\n", i % 805, (i % 11) / 5 - 1, .3 + (i % 11) / 30 }' >"$dir/g.csv"
run score --suite alpacaeval --judgments "$dir/annotations.json" --lc-c 6 --lc-difficulty "$dir/d.csv" --lc-gamed "$dir/g.csv" --reports json --out "$dir/lc6"
[ $code = 0 ] && near "$(value "$dir/lc6" length_controlled_winrate)" 50 49 && near "$(value "$dir/lc6" lc_c)" 21.5443469 1e-6 &&
    grep -q '5 of 805 instructions are here' "$dir/err"
ok "a rate by the files named, its C stated, a shifted join told"
run score --suite alpacaeval --judgments "$dir/annotations.json" --lc-difficulty "$dir/d.csv" --lc-gamed "$dir/g.csv" --reports json --out "$dir/cv"
[ $code = 0 ] && value "$dir/cv" lc_c | grep -q '[0-9]'
ok "with a judge's labels C is found by cross-validation"
run score --suite alpacaeval --judgments "$dir/annotations.json" --lc-difficulty "$dir/d.csv" --lc-gamed "$dir/g.csv" --lc-match instruction --reports json --out "$dir/join"
[ $code = 0 ] && [ "$(value "$dir/join" length_controlled_winrate)" = null ] &&
    grep -q '5 of 5 rows join no instruction of the evaluation set' "$dir/err"
ok "rows that join nothing give no rate and are counted"

printf ',win_rate,mode\nold,80,verified\n<mine>,1,dev\n' >"$dir/board.csv"
run score --suite alpacaeval1 --judgments "$dir/annotations.json" --leaderboard "$dir/board.csv" --reports json --out "$dir/board"
[ $code = 0 ] && [ "$(sed -n 's/,.*//p' "$dir/board/leaderboard.csv" | tr '\n' ' ')" = " old <mine> " ] &&
    grep -q '^<mine>,56.25,.*,dev,3,' "$dir/board/leaderboard.csv"
ok "the model joins a leaderboard, in order and once"

printf '[{"instruction": 1}]' >"$dir/bad.json"
run score --suite alpacaeval --judgments "$dir/bad.json" --out "$dir/bad"
[ $code = 3 ] && grep -q 'bad.json: line 1: instruction is a number' "$dir/err" && [ ! -e "$dir/bad" ]
ok "bad judgments are named, and nothing is left behind"
run score --suite alpacaeval --judgments "$dir/none.json" --out "$dir/bad"
[ $code = 3 ] && grep -q "none.json" "$dir/err" && [ ! -e "$dir/bad" ]
ok "a missing file"
run score --suite alpacaeval
[ $code = 2 ] && grep -q 'wants --judgments' "$dir/err"
ok "no judgments"
run score --suite ifeval --judgments "$dir/annotations.json"
[ $code = 2 ] && grep -q 'not scored from judgments' "$dir/err"
ok "another suite"
run score --suite alpacaeval1 --judgments "$dir/annotations.json" --lc-c 6
[ $code = 2 ] && grep -q 'has no option lc_c' "$dir/err"
ok "an option of another suite"
run score --suite ifeval --responses "$dir/annotations.json" --lc-c 6
[ $code = 2 ] && grep -q 'goes with --judgments' "$dir/err"
ok "an option without judgments"
run score --suite alpacaeval --judgments "$dir/annotations.json" --lc-c eleven
[ $code = 2 ] && grep -q 'wanted auto, 0 to 9' "$dir/err"
ok "a strength that is none"
run score --suite alpacaeval1 --judgments "$dir/annotations.json" --out "$dir/one"
[ $code = 3 ] && grep -q 'holds a run already' "$dir/err"
ok "a folder that holds a run"

run compare "$dir/two" "$dir/two"
[ $code = 3 ] && grep -q 'two has no verdicts of items to compare' "$dir/err"
ok "compare says that a run has no verdicts of items"

run run --suite alpacaeval --model http://127.0.0.1:1/v1#x --dry-run
[ $code = 3 ] && grep -q 'ifbench data pull alpacaeval' "$dir/err"
ok "run says where its instructions are to be had"
printf '[{"instruction": "a", "output": "o", "generator": "base"}]' >"$dir/base.json"
run run --suite alpacaeval --data "$dir/base.json" --model http://127.0.0.1:1/v1#x --dry-run
[ $code = 0 ] && grep -q 'would ask 1 calls for 1 samples' "$dir/out" &&
    grep -q 'alpacaeval: nobody judges the answers' "$dir/err"
ok "run asks it, and says what waits for a judge"
run score --suite alpacaeval1 --judgments "$dir/annotations.json" --limit 2
[ $code = 2 ] && grep -q 'do not go with --judgments' "$dir/err"
ok "an option that would be without effect"

awk 'NR == 1 { print $0 ",instruction" } NR > 1 { print $0 "," (NR < 7 ? "say " substr("badce", NR - 1, 1) : NR) }' "$dir/d.csv" >"$dir/di.csv"
run score --suite alpacaeval --judgments "$dir/annotations.json" --lc-difficulty "$dir/di.csv" --lc-gamed "$dir/g.csv" --lc-c 6 --lc-match instruction --reports json --out "$dir/by"
[ $code = 0 ] && near "$(value "$dir/by" length_controlled_winrate)" 50 49 && ! grep -q shifted "$dir/err"
ok "a csv with instructions lets rows find their difficulties"
sed 's/say b/say z/' "$dir/annotations.json" >"$dir/strange.json"
run score --suite alpacaeval --judgments "$dir/strange.json" --lc-difficulty "$dir/di.csv" --lc-gamed "$dir/g.csv" --lc-c 6 --reports json --out "$dir/strange"
[ $code = 0 ] && grep -q '1 of 5 rows are of no instruction of the evaluation set' "$dir/err"
ok "an instruction that is none of the set is told"

golden=$data/alpacaeval
if [ -r "$golden/expected.csv" ] && [ -r "$golden/full/NullModel.annotations.json.gz" ]; then
    run score --suite alpacaeval --judgments "$golden/full/NullModel.annotations.json.gz" --lc-c 6 \
        --lc-difficulty "$golden/instruction_difficulty.csv" --lc-gamed "$golden/gamed_rows.csv" --reports json --out "$dir/null"
    want=$(awk -F, '$1 == "NullModel" { print $15, $3 }' "$golden/expected.csv")
    [ $code = 0 ] && near "$(value "$dir/null" length_controlled_winrate)" "${want% *}" 1e-3 &&
        near "$(value "$dir/null" win_rate)" "${want#* }" 1e-8
    ok "a published model"
    mkdir -p "$dir/data/alpacaeval-lc"
    gzip -dc "$golden/full/vicuna-7b-v1.5.rerun.annotations.json.gz" >"$dir/data/alpacaeval-lc/vicuna-7b-v1.5.annotations.json"
    cp "$golden/weighted_alpaca_eval_gpt4_turbo_lc_weights.csv" "$dir/data/alpacaeval-lc/baseline_gpt4_1106_preview.csv"
    run score --suite alpacaeval --judgments "$golden/full/NullModel.annotations.json.gz" --lc-c 6 --data-dir "$dir/data" \
        --lc-gamed "$golden/gamed_rows.csv" --lc-match instruction --reports json --out "$dir/derived"
    [ $code = 0 ] && near "$(value "$dir/derived" length_controlled_winrate)" "${want% *}" 1e-3
    ok "the same with difficulties derived from the pack and found by instruction"
else
    skip "a published model" "no $golden"
    skip "the same with difficulties derived from the pack and found by instruction" "no $golden"
fi
