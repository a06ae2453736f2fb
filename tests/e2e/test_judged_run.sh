# SPDX-License-Identifier: Apache-2.0
# The judged suites from questions to numbers: asked, judged, killed in the middle, gone on
# with, a judge that fails for a while, and official files that score alike.
. tests/e2e/lib.sh
unset IFBENCH_DATA
cases=tests/cases/judged

# value RUN METRIC MEMBER: of the one model, from summary.json.
value() {
    awk -v id="\"id\": \"$2\"," -v member="\"$3\":" \
        'index($0, id) { on = 1 } on && $1 == member { sub(",$", "", $2); print $2; exit }' \
        "$1/summary.json"
}

# near GOT WANTED
near() {
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && a - b < 1e-6 && b - a < 1e-6) }'
}

# of_judge RUN MEMBER: how the judge's judgments came out.
of_judge() {
    sed -n '/"judges": \[/,/\]/p' "$1/summary.json" | sed -n "s/^ *\"$2\": \([0-9]*\),*$/\1/p"
}

# logprobs PART m|M P: the judge's reply to prompts with PART, that token having probability P.
logprobs() {
    awk -v part="$1" -v t="$2" -v p="$3" 'BEGIN {
        o = t == "m" ? "M" : "m"
        top = sprintf("{\"token\": \"%s\", \"logprob\": %.12f}", t, log(p))
        if (p < 1) top = top sprintf(", {\"token\": \"%s\", \"logprob\": %.12f}", o, log(1 - p))
        printf "{\"model\": \"judge\", \"prompt_contains\": \"%s\", \"raw\": {\"choices\": [{\"index\": 0, ", part
        printf "\"message\": {\"role\": \"assistant\", \"content\": \"%s\"}, \"finish_reason\": \"length\", ", t
        printf "\"logprobs\": {\"content\": [{\"token\": \"%s\", \"top_logprobs\": [%s]}]}}], ", t, top
        printf "\"usage\": {\"prompt_tokens\": 9, \"completion_tokens\": 1}}}\n"
    }'
}

# says PART TEXT; fails PART: rows of the judge.
says() {
    printf '{"model": "judge", "prompt_contains": "%s", "response": "%s"}\n' "$1" "$2"
}
fails() {
    printf '{"model": "judge", "prompt_contains": "%s", "status": 400}\n' "$1"
}

# judged NAME FAILED UNREAD RUN-OPTIONS: a run in $dir/NAME by the rows in $dir/rows, killed and
# gone on with; then again with those of $dir/fixed after them.
judged() {
    name=$1 failed=$2 unread=$3
    shift 3
    start_mock --answers "$dir/rows" --default 'an answer' --fault delay=20ms
    port=${url##*:}
    "$ifbench" run "$@" --model "$url/v1#tiny" --judge "$url/v1#judge" --out "$dir/$name" \
        --reports json,csv,html --no-preflight >"$dir/out" 2>"$dir/err" </dev/null &
    pid=$!
    grown "$dir/$name" 5 $pid
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    run run --resume "$dir/$name" --no-preflight --reports json,csv,html
    [ $code = 5 ] && [ "$(of_judge "$dir/$name" failed)" = "$failed" ] &&
        [ "$(of_judge "$dir/$name" unread)" = "$unread" ] && [ "$(of_judge "$dir/$name" pending)" = 0 ]
    ok "$name: killed and gone on with; what failed and what cannot be read is told"
    stop_mock
    : >"$dir/log"
    start_mock --port "$port" --answers "$dir/rows" --answers "$dir/fixed" --default 'an answer' \
        --log "$dir/log"
    run run --resume "$dir/$name" --no-preflight --reports json,csv,html
    [ $code = 0 ] && [ "$(of_judge "$dir/$name" failed)" = 0 ] && [ "$(wc -l <"$dir/log")" = "$failed" ] &&
        [ "$(grep -c '"model":"judge"' "$dir/log")" = "$failed" ] && [ "$(doubled "$dir/$name")" = 0 ]
    ok "$name: a second command asks only what failed"
    stop_mock
    [ -s "$dir/$name/report.html" ] && [ -s "$dir/$name/scores.csv" ] && adds_up "$dir/$name"
    ok "$name: reports, and counts that add up"
}

# numbers RUN: metric by metric, but for what is about judges and answers: files do not tell it all.
numbers() {
    sed -n '/"metrics": \[/,/^  \]/p' "$1/summary.json" | awk '
        /"id":/ { id = $0 }
        /"model":/ { judge = /"model": "(judge|answers of) /; if (!judge) print id }
        /"value":|"n":|"hits":/ && !judge'
}

# reads_back NAME SUITE FILE OPTIONS: the official file scores as the run did.
reads_back() {
    name=$1 suite=$2 file=$3
    shift 3
    run score --suite "$suite" --judgments "$dir/$name/$file" --out "$dir/$name-back" --reports json "$@"
    [ $code = 0 ] && numbers "$dir/$name" >"$dir/a" && numbers "$dir/$name-back" >"$dir/b" &&
        [ -s "$dir/a" ] && diff "$dir/a" "$dir/b" >&2
    ok "$name: $file reads back to the same numbers"
}

# ---- MT-Bench: ratings ----
cp $cases/mtbench.jsonl "$dir/question.jsonl"
{
    says "Describe a harbour" "Fine. Rating: [[7]]"
    says "six times seven" "Rating: [[9]]"
    says "And that plus one" "I like it."
    says "Why do cities" "Rating: [[5]]"
    fails "Name one such square"
} >"$dir/rows"
says "Name one such square" "[6], I think" >"$dir/fixed"
judged mtbench 1 1 --suite mtbench --data "$dir/question.jsonl" --references $cases/references.jsonl
# 7 7, 9 and nothing, 5 6
near "$(value "$dir/mtbench" average value)" 6.8 && near "$(value "$dir/mtbench" turn1 value)" 7 &&
    near "$(value "$dir/mtbench" turn2 value)" 6.5 && near "$(value "$dir/mtbench" humanities.average value)" 5.5
ok "MT-Bench: means of ratings, by turn and category"
reads_back mtbench mtbench model_judgment.jsonl --questions "$dir/question.jsonl"
run report "$dir/mtbench" --reports answers --to "$dir/official"
[ $code = 0 ] && [ "$(grep -c '"question_id":[123],.*"turns":\["an answer","an answer"\]' "$dir/official/mtbench/tiny.jsonl")" = 3 ] &&
    [ "$(wc -l <"$dir/official/mtbench/tiny.jsonl")" = 3 ]
ok "MT-Bench: official answers of a judged run, a line a question"

# ---- MT-Bench: pairs with a baseline, whose verdicts follow the model's words ----
{
    printf '{"model": "other", "prompt_contains": "", "response": "other words"}\n'
    says "|A: an answer|B: other words" "[[A]]"
    says "|A: other words|B: an answer" "[[B]]"
    says "And that plus one?|42 plus one is 43.|A: other" "[[A]]"
    says "Why do cities have squares?|A: an" "No verdict."
} >"$dir/rows"
start_mock --answers "$dir/rows" --default 'an answer'
run run --suite mtbench --data "$dir/question.jsonl" --references $cases/references.jsonl \
    --judge-mode pairwise-baseline --judge-baseline other --judge-template $cases/prompts.jsonl \
    --model "$url/v1#tiny" --model "$url/v1#other" --judge "$url/v1#judge" --out "$dir/pairs"
stop_mock
# Six pairs: one without a verdict, one that the orders disagree on, four won.
[ $code = 0 ] && near "$(value "$dir/pairs" win_rate value)" 0.8 &&
    near "$(value "$dir/pairs" win_rate_adjusted value)" 0.9 &&
    near "$(value "$dir/pairs" inconsistent_rate value)" 0.2 && [ "$(value "$dir/pairs" win_rate n)" = 5 ]
ok "MT-Bench: pairs in both orders, ties where they disagree"

# ---- AlpacaEval 2: one order an instruction, equal outputs never sent ----
# The tool shows the baseline first for egg and bread, the model first for tulips and roses.
{
    printf '{"model": "tiny", "prompt": "What goes into bread?", "response": "Flour, water, salt and yeast."}\n'
    logprobs "boil?|m: Seven minutes.|M: an answer" M 0.9
    says "bread?" "never asked"
    logprobs "tulips planted?|m: an answer|M: In autumn." m 0.8
    fails "roses?"
    says "rice" "M"
} >"$dir/rows"
logprobs "roses?|m: an answer" m 0.75 >"$dir/fixed"
judged alpacaeval 1 1 --suite alpacaeval --data $cases/alpacaeval.json --judge-template $cases/prompts.jsonl
# Preferences 1.9, 1.5, 1.8, 1.75 and none.
near "$(value "$dir/alpacaeval" win_rate value)" 73.75 && [ "$(value "$dir/alpacaeval" n_draws value)" = 1 ] &&
    [ "$(value "$dir/alpacaeval" n_wins value)" = 3 ] && [ "$(value "$dir/alpacaeval" n_failed value)" = 1 ]
ok "AlpacaEval: preferences weighed by log-probabilities"
grep -q '"preference":1.9,' "$dir/alpacaeval/annotations.json" && [ -s "$dir/alpacaeval/leaderboard.csv" ] &&
    grep -q '"generator_1":"base".*"generator_2":"tiny"' "$dir/alpacaeval/annotations.json"
ok "AlpacaEval: annotations and leaderboard are written"
reads_back alpacaeval alpacaeval annotations.json

# ---- AlpacaEval 1: rankings, read from text ----
{
    says "boil?|1: Seven" "[{'model': 'model_2', 'rank': 1}, {'model': 'model_1', 'rank': 2}]"
    says "bread?|1: Flour" "[{'model': 'model_1', 'rank': 1}]"
    says "tulips planted?|1: an answer" "[{'model': 'model_1', 'rank': 1}]"
    fails "roses?"
    says "rice" "both are fine"
} >"$dir/rows"
says "roses?|1: an answer" "[{'model': 'model_1', 'rank': 2}]" >"$dir/fixed"
judged alpacaeval1 1 1 --suite alpacaeval1 --data $cases/alpacaeval.json --judge-template $cases/prompts.jsonl
near "$(value "$dir/alpacaeval1" win_rate value)" 50 && [ "$(value "$dir/alpacaeval1" n_total value)" = 4 ]
ok "AlpacaEval 1: rankings"
reads_back alpacaeval1 alpacaeval1 annotations.json

# ---- a system message of the run is no part of what was asked ----
for as in system user; do
    says "Describe a harbour at dawn.|A: an answer" "[[A]]" >"$dir/rows"
    says "boil?|1: Seven minutes.|2: an answer" "[{'model': 'model_1', 'rank': 2}]" >>"$dir/rows"
    start_mock --answers "$dir/rows" --default 'an answer'
    run run --suite alpacaeval1 --data $cases/alpacaeval.json --limit 1 --system 'Be brief.' --system-as $as \
        --judge-template $cases/prompts.jsonl --model "$url/v1#tiny" --judge "$url/v1#judge" --out "$dir/system-$as"
    [ $code = 0 ] && grep -q '"instruction":"How long does an egg boil?"' "$dir/system-$as/annotations.json" &&
        near "$(value "$dir/system-$as" win_rate value)" 100
    ok "AlpacaEval: judged without the system message, sent as $as"
    run run --suite mtbench --data "$dir/question.jsonl" --references $cases/references.jsonl --limit 1 \
        --system 'Be brief.' --system-as $as --model "$url/v1#tiny" --judge "$url/v1#judge" --dry-run
    [ $code = 0 ] && grep -q 'would ask judges for 2 judgments' "$dir/out"
    ok "MT-Bench: two turns beside a system message, sent as $as"
    stop_mock
done

# ---- both orders: a judge that likes what it sees first ----
says "|1: " "[{'model': 'model_1', 'rank': 1}]" >"$dir/rows"
start_mock --answers "$dir/rows" --default 'an answer'
run run --suite alpacaeval1 --data $cases/alpacaeval.json --judge-template $cases/prompts.jsonl \
    --both-orders --model "$url/v1#tiny" --judge "$url/v1#judge" --out "$dir/orders"
[ $code = 0 ] && near "$(value "$dir/orders" win_rate value)" 50 &&
    near "$(value "$dir/orders" position_consistency value)" 0 &&
    near "$(value "$dir/orders" first_position_rate value)" 1 && [ "$(value "$dir/orders" first_position_rate n)" = 10 ]
ok "AlpacaEval: both orders tell how far a judge goes by them"
run run --suite infobench --data $cases/infobench.jsonl --both-orders --model "$url/v1#tiny" \
    --judge "$url/v1#judge" --dry-run
[ $code = 2 ] && grep -q 'none of the suites is judged with --both-orders' "$dir/err"
ok "where there are no pairs there are no orders"
stop_mock

# ---- prompts are looked at before anything is asked ----
run run --suite infobench --data $cases/infobench.jsonl --judge-template $cases/prompts.jsonl \
    --model http://127.0.0.1:1/v1#m --judge http://127.0.0.1:1/v1#j --dry-run
[ $code = 2 ] && grep -q 'prompts.jsonl: none of its prompts is one that these suites are judged with, such as infobench' "$dir/err"
ok "a file of prompts that no suite is judged with"
printf '{"name": "infobench", "prompt_template": "{output} {nobody}"}\n' >"$dir/bad.jsonl"
sed 1q $cases/infobench.jsonl >"$dir/one.jsonl"
run run --suite infobench --data "$dir/one.jsonl" --judge-template "$dir/bad.jsonl" \
    --model http://127.0.0.1:1/v1#m --judge http://127.0.0.1:1/v1#j --dry-run
[ $code = 3 ] && grep -q 'suite infobench: none of its judgments can be asked for: prompt infobench: nothing to put in for {nobody}' "$dir/err"
ok "a prompt with a place that nothing fills"
run run --suite mtbench --data "$dir/question.jsonl" --model http://127.0.0.1:1/v1#m \
    --judge http://127.0.0.1:1/v1#j --dry-run
[ $code = 0 ] && grep -q 'suite mtbench: 2 of 6 judgments cannot be asked for; the first: a question of category math wants a reference answer' "$dir/err"
ok "judgments that lack a reference are told before the run"

run run --suite alpacaeval --data $cases/alpacaeval.json --model http://127.0.0.1:1/v1#m \
    --judge http://127.0.0.1:1/v1#j --dry-run
[ $code = 0 ] && grep -q 'would ask judges for 5 judgments, 5 calls, at most about [1-9]' "$dir/out"
ok "a dry run tells what judging costs"

cat >"$dir/judged.yaml" <<END
suite: alpacaeval
data: $dir/alpacaeval.json
model: http://127.0.0.1:1/v1#m
judge: [http://127.0.0.1:1/v1#j, http://127.0.0.1:1/v1#k]
judge_temperature: 0.5
judge_retries: 0
judge_parser: regex
judge_first: a
judge_second: b
both_orders: true
lc_c: "6"
END
cp $cases/alpacaeval.json "$dir"
run run --config "$dir/judged.yaml" --dry-run
[ $code = 0 ] && cp "$dir/out" "$dir/once.yaml" && grep -q 'would ask judges for 20 judgments' "$dir/out" &&
    run run --config "$dir/once.yaml" --dry-run && [ $code = 0 ] && cmp "$dir/once.yaml" "$dir/out" >"$dir/err" &&
    [ "$(grep -c '^[a-z_]*:' "$dir/once.yaml")" = 11 ]
ok "what a dry run prints is a configuration, judges and all"

# ---- a jury, and suites side by side: files are told apart ----
cat >"$dir/rows" <<'ROWS'
{"model": "first", "prompt_contains": "", "response": "YES"}
{"model": "always", "prompt_contains": "", "response": "NO"}
{"model": "first", "prompt_contains": "|1: ", "response": "[{'model': 'model_1', 'rank': 1}]"}
{"model": "always", "prompt_contains": "|1: ", "response": "[{'model': 'model_1', 'rank': 2}]"}
ROWS
mkdir -p "$dir/pack/alpacaeval" "$dir/pack/infobench"
cp $cases/alpacaeval.json "$dir/pack/alpacaeval/text_davinci_003.model_outputs.json"
cp $cases/infobench.jsonl "$dir/pack/infobench/GPT4_output.jsonl"
start_mock --answers "$dir/rows" --default 'an answer'
run run --suite alpacaeval1,infobench --data-dir "$dir/pack" --judge-template $cases/jury.jsonl \
    --model "$url/v1#tiny" --judge "$url/v1#first" --judge "$url/v1#always" --out "$dir/jury"
stop_mock
[ $code = 0 ] && (cd "$dir/jury" && ls alpacaeval1-annotations-first.json alpacaeval1-annotations-always.json \
    alpacaeval1-annotations-jury_of_2.json alpacaeval1-leaderboard-first.csv infobench-judged_outputs-always.jsonl) >"$dir/out" 2>"$dir/err"
ok "files of several suites and judges stand side by side"
grep -q '"preference":1,' "$dir/jury/alpacaeval1-annotations-first.json" &&
    ! grep -q '"preference":\(1\|2\),' "$dir/jury/alpacaeval1-annotations-jury_of_2.json"
ok "a jury's preference is between those of its judges"

# ---- Arena-Hard 0.1: two games, asked again where there is no label ----
{
    says "in C.|A: base a1" "[[B>>A]]"
    says "in C.|A: an answer" "[[A>B]]"
    says "in place.|A: base a2" "hm"
    says "Once more." "no"
    says "in place.|A: an answer" "[[A=B]]"
    fails "invitation.|A: base a3"
    says "invitation.|A: an answer" "[[B>A]]"
} >"$dir/rows"
says "invitation.|A: base a3" "[[A>B]]" >"$dir/fixed"
judged arenahard 1 1 --suite arenahard --data $cases/arenahard.jsonl \
    --baseline-answers $cases/arenahard_base.jsonl --judge-template $cases/prompts.jsonl
# Battles 3 + 1 won, one tied, two lost: (4 + 1/2) / 7.
near "$(value "$dir/arenahard" win_rate value)" 0.6428571428571429
ok "Arena-Hard 0.1: chance to win against the baseline"
grep -q '^{"question_id":"a1".*"score":"B>>A"' "$dir/arenahard/model_judgment.jsonl"
ok "Arena-Hard 0.1: lines of judgments"
reads_back arenahard arenahard model_judgment.jsonl --baseline base

# ---- Arena-Hard 2: a baseline a category ----
{
    says "race condition.|A: hard b1" "[[B>A]]"
    says "race condition.|A: an answer" "[[A>B]]"
    says "irrational.|A: hard b2" "no label"
    says "irrational.|A: an answer" "[[A=B]]"
    fails "creative Write a limerick about a lighthouse.|A: creative b3"
    says "creative Write a limerick about a lighthouse.|A: an answer" "[[A>>B]]"
} >"$dir/rows"
says "lighthouse.|A: creative b3" "[[a=b]]" >"$dir/fixed"
judged arenahard-v2 1 1 --suite arenahard-v2 --data $cases/arenahard-v2.jsonl \
    --baseline-answers $cases/arenahard-v2_base.jsonl --judge-template $cases/prompts.jsonl
# Scores 1 1, a question that is dropped, 1 1 1 and a half.
near "$(value "$dir/arenahard-v2" score n)" 6 && grep -q '"baseline":"gemini-2.0-flash-001"' "$dir/arenahard-v2/model_judgment.jsonl"
ok "Arena-Hard 2: baselines by category, a question without both labels is dropped"
reads_back arenahard-v2 arenahard-v2 model_judgment.jsonl --questions $cases/arenahard-v2.jsonl

# ---- InFoBench: questions in one conversation ----
{
    says "plan of a day?" "YES"
    fails "town by the sea?"
    says "one sentence?" "perhaps"
} >"$dir/rows"
says "town by the sea?" "Not quite." >"$dir/fixed"
judged infobench 1 1 --suite infobench --data $cases/infobench.jsonl
# YES and NO, then nothing: one of three asked, of five there are.
near "$(value "$dir/infobench" drfr_official value)" 0.3333333333 &&
    near "$(value "$dir/infobench" drfr_strict value)" 0.2 && near "$(value "$dir/infobench" drfr value)" 0.3333333333
ok "InFoBench: shares over the questions asked, and over all"
reads_back infobench infobench judged_outputs.jsonl

# ---- FollowBench: what rules score, and what a judge says ----
level() {
    printf '%s{"example_id": 1, "category": "%s", "source": "%s", "level": %s, "instruction": "%s ask %s", "target": "yes"}\n' \
        "$comma" "$1" "$2" "$3" "$1" "$3"
    comma=,
}
comma=
{
    echo '['
    for l in 0 1 2 3 4 5; do level content E2E $l; done
    for l in 0 1 2 3 4 5; do level style oasst $l; done
    echo ']'
} >"$dir/follow.json"
{
    printf '{"model": "tiny", "prompt_contains": "", "response": "yes"}\n'
    says "style ask 1" "It is.\\\\nYES"
    says "style ask 2" "['YES', 'NO']"
    says "style ask 3" "cannot say"
    fails "style ask 4"
    says "style ask 5" "['YES', 'YES', 'YES', 'YES', 'NO']"
} >"$dir/rows"
sed -i 's/\\\\n/\\n/' "$dir/rows"
{
    says "style ask 4" "['YES', 'YES', 'YES', 'YES']"
    says "style ask 5" "['YES', 'YES', 'YES', 'YES', 'NO']"
} >"$dir/fixed"
judged followbench 1 1 --suite followbench --data "$dir/follow.json"
# content: all held by rule. style: hard 1 0 0 1 0, soft 1 1/2 0 1 4/5, the third unreadable.
near "$(value "$dir/followbench" style.hsr value)" 33.3333333333 &&
    near "$(value "$dir/followbench" style.ssr value)" 66.6666666667 &&
    near "$(value "$dir/followbench" style.csl value)" 1 && near "$(value "$dir/followbench" csl value)" 3 &&
    near "$(value "$dir/followbench" hsr value)" 66.6666666667 &&
    near "$(value "$dir/followbench" official.hsr_l3 value)" 0
ok "FollowBench: judged and rule-scored groups in one"
numbers "$dir/followbench" >"$dir/a"
run score "$dir/followbench"
numbers "$dir/followbench" >"$dir/b"
[ $code = 0 ] && cmp -s "$dir/a" "$dir/b"
ok "FollowBench: the journal scores alike again"
