# SPDX-License-Identifier: Apache-2.0
# Suites that a judge scores: asked, named as unscored, answers out in official form and in again.
. tests/e2e/lib.sh
unset IFBENCH_DATA
cases=tests/cases/judged

cat >"$dir/answers" <<'ROWS'
{"prompt": "And that plus one?", "response": "<think>42 and 1</think>43"}
{"prompt": "Why prune roses?", "response": "caf\u00e9 \"quoted\"\nand more"}
ROWS
cp $cases/mtbench.jsonl "$dir/question.jsonl"
start_mock --answers "$dir/answers" --default 'mock said so' --log "$dir/log" --log-request

# ask SUITE FILE: a run in $dir/SUITE with official answers.
ask() {
    run run --suite "$1" --data "$2" --model "$url/v1#mock/tiny" --out "$dir/$1" --reports json,answers
}

ask mtbench "$dir/question.jsonl"
[ $code = 0 ] && grep -q 'mtbench: nobody judges the answers, they stay unscored' "$dir/err" && [ "$(records "$dir/mtbench" answer)" = 6 ]
ok "MT-Bench is asked in two turns, and what is not judged is said"
[ "$(grep -c '"temperature":0.7,' "$dir/log")" = 2 ] && [ "$(grep -c '"temperature":0.1,' "$dir/log")" = 2 ] &&
    [ "$(grep -c '"temperature":0,.*"max_tokens":1024\|"max_tokens":1024.*"temperature":0,' "$dir/log")" = 2 ]
ok "temperatures go by category"
printf '{"question_id": 1, "category": "stem", "turns": ["a"], "required_temperature": 0.3}\n' >"$dir/required.jsonl"
run run --suite mtbench --data "$dir/required.jsonl" --model "$url/v1#m" --temperature 0.5 --dry-run
[ $code = 2 ] && grep -q 'a question requires a temperature of its own' "$dir/err"
ok "a temperature that is required does not go with one that is forced"
grep '"turn":1' "$dir/mtbench/journal.jsonl" | head -n 1 | grep -q '"content":"mock said so"'
ok "the second turn is asked with the first answer in view"
adds_up "$dir/mtbench" && tr -d ' \n' <"$dir/mtbench/summary.json" | grep -q '"counts":{"total":3,"passed":0,"failed":0,"errors":0,"unscored":3,'
ok "all of it is unscored"
lines=$dir/mtbench/answers/mtbench/mock__tiny.jsonl
[ "$(wc -l <"$lines")" = 3 ] && grep -q '^{"question_id":2,"answer_id":"[0-9a-f]*","model_id":"mock/tiny","choices":\[{"index":0,"turns":\["mock said so","43"\]}\],"tstamp":' "$lines"
ok "answers in FastChat's form, without thinking"

for suite in alpacaeval alpacaeval1 arenahard arenahard-v2 infobench; do
    file=$cases/${suite%1}.jsonl
    [ -f "$file" ] || file=$cases/alpacaeval.json
    ask $suite $file
    [ $code = 0 ] && grep -q "$suite: nobody judges the answers" "$dir/err"
    ok "$suite is asked"
done
grep -q '"content":"Put the sentence into the future tense.\\n\\nthe cat sat on the mat"' "$dir/log"
ok "InFoBench's input follows its instruction"

for suite in mtbench alpacaeval alpacaeval1 arenahard arenahard-v2; do
    case $suite in
    mtbench) file=$dir/question.jsonl ;;
    alpaca*) file=$cases/alpacaeval.json ;;
    *) file=$cases/$suite.jsonl ;;
    esac
    answers=$(find "$dir/$suite/answers/$suite" -type f)
    run score --suite $suite --data "$file" --responses "$answers" --out "$dir/$suite-again" --reports answers
    again=$(find "$dir/$suite-again/answers/$suite" -type f)
    [ $code = 0 ] && sed 's/"\(answer_id\|ans_id\|model_id\|model\|generator\)":"[^"]*"//g; s/"tstamp":[0-9.]*//' "$answers" >"$dir/a" &&
        sed 's/"\(answer_id\|ans_id\|model_id\|model\|generator\)":"[^"]*"//g; s/"tstamp":[0-9.]*//' "$again" >"$dir/b" &&
        [ -s "$dir/a" ] && cmp -s "$dir/a" "$dir/b"
    ok "$suite: the official file is read back"
done
printf '{"id": "i1", "decomposed_questions": [], "output": "a plan"}\n' >"$dir/out.jsonl"
run score --suite infobench --data $cases/infobench.jsonl --responses "$dir/out.jsonl" --out "$dir/info"
[ $code = 0 ] && grep -q '"text":"a plan"' "$dir/info/journal.jsonl" && grep -q '1 of 2 prompts have no answer' "$dir/err"
ok "InFoBench's outputs are found by their ids"
printf '[{"instruction": 7, "output": "x"}]\n' >"$dir/bad.json"
run score --suite alpacaeval --data $cases/alpacaeval.json --responses "$dir/bad.json" --out "$dir/bad"
[ $code = 3 ] && grep -q 'bad.json: line 1: ' "$dir/err"
ok "a row that is none is named"

# ---- a file where a run is wanted ----
run score --suite core "$dir/err"
[ $code = 2 ] && grep -q 'err is a file, no run: name answers with --responses ' "$dir/err"
ok "score of a file says how answers are named"
