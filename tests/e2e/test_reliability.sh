# SPDX-License-Identifier: Apache-2.0
# How far judges can be relied on: flips, rankings without each judge, differences on the same
# items, answers that are all the same, people's votes, hits of the cache, judgments that failed.
. tests/e2e/lib.sh
unset IFBENCH_DATA
export XDG_DATA_HOME="$dir/none"
fast="--no-preflight -q"

# has RUN TEXT: in the file about its judges.
has() {
    grep -qF "$2" "$1/judge_reliability.json"
}

i=101
while [ $i -le 108 ]; do
    echo "{\"question_id\": $i, \"category\": \"stem\", \"turns\": [\"question $i\", \"and $i\"]}"
    i=$((i + 1))
done >"$dir/questions.jsonl"
# Answers name their models; judges know what they think of these names.
cat >"$dir/script.jsonl" <<'END_OF_SCRIPT'
{"model": "ann", "prompt_contains": "", "response": "from ann"}
{"model": "bob", "prompt_contains": "", "response": "from bob"}
{"model": "cid", "prompt_contains": "", "response": "from cid"}
{"model": "mute", "prompt_contains": "", "response": ""}
{"model": "shy", "prompt_contains": "", "response": "I'm sorry, but I can't help with that."}
{"model": "fair", "prompt_contains": "from ann", "response": "[[8]]"}
{"model": "fair", "prompt_contains": "from bob", "response": "[[5]]"}
{"model": "fair", "prompt_contains": "from cid", "response": "[[2]]"}
{"model": "kind", "prompt_contains": "from ann", "response": "[[9]]"}
{"model": "kind", "prompt_contains": "from bob", "response": "[[8]]"}
{"model": "kind", "prompt_contains": "from cid", "response": "[[7]]"}
{"model": "odd", "prompt_contains": "from ann", "response": "[[1]]"}
{"model": "odd", "prompt_contains": "from bob", "response": "[[6]]"}
{"model": "odd", "prompt_contains": "from cid", "response": "[[10]]"}
{"model": "first", "prompt_contains": "", "response": "[[A]]"}
{"model": "seven", "prompt_contains": "", "response": "[[7]]"}
{"model": "none", "prompt_contains": "", "response": "[[7]]"}
{"model": "none", "prompt_contains": "question 101", "response": "who knows"}
{"model": "none", "prompt_contains": "question 102", "status": 500}
END_OF_SCRIPT
mt="--suite mtbench --data $dir/questions.jsonl"
start_mock --answers "$dir/script.jsonl" --log "$dir/log" --log-request
three="--model $url/v1#cid --model $url/v1#ann --model $url/v1#bob"

# ---- rankings without each judge ----
run run $mt $three --judge "$url/v1#fair" --judge "$url/v1#kind" --judge "$url/v1#odd" --out "$dir/jury" $fast
# medians: ann 8, bob 6, cid 7; without fair means of two: 5, 7, 8.5; without kind 4.5, 5.5, 6
[ $code = 0 ] &&
    has "$dir/jury" '"ranking":{"judge":"jury of 3","models":[{"model":"ann","rank":1,"score":8,"items":8},{"model":"cid","rank":2,"score":7,"items":8},{"model":"bob","rank":3,"score":6,"items":8}]}'
ok "models are ranked by the jury's median over items"
has "$dir/jury" '{"without":"fair","rank_agreement":-0.333333' &&
    has "$dir/jury" '"rank_shift":2,"models":[{"model":"cid","rank":1,"score":8.5,"items":8},{"model":"bob","rank":2,"score":7,"items":8},{"model":"ann","rank":3,"score":5,"items":8}]}'
ok "and by the others when a judge is left out"
[ "$(value "$dir/jury" "jury of 3 without odd" rank_shift value)" = 1 ] &&
    [ "$(value "$dir/jury" "jury of 3 without fair" rank_shift value)" = 2 ] &&
    [ "$(value "$dir/jury" "jury of 3 without fair" rank_agreement n)" = 3 ]
ok "the summary tells how far places move"
[ "$(value "$dir/jury" "ann against bob" paired_difference value)" = 2 ] &&
    [ "$(value "$dir/jury" "ann against bob" paired_difference n)" = 8 ] &&
    has "$dir/jury" '"seed":42,"rounds":1000' &&
    has "$dir/jury" '{"model":"ann","against":"cid","difference":1,"lo":1,"hi":1,"se":0,"items":8}'
ok "models are compared on the same items, the seed is recorded"
cp "$dir/jury/judge_reliability.json" "$dir/a"
run score "$dir/jury"
[ $code = 0 ] && cmp -s "$dir/a" "$dir/jury/judge_reliability.json"
ok "a second scoring draws the same"

# ---- flips ----
run run $mt $three --judge "$url/v1#first" --judge-mode pairwise-all --out "$dir/flips" $fast
[ $code = 0 ] && [ "$(value "$dir/flips" "judge first" flip_rate value)" = 1 ] &&
    [ "$(value "$dir/flips" "judge first" flip_rate n)" = 48 ] &&
    [ -n "$(value "$dir/flips" "judge first" flip_rate lo)" ] &&
    [ "$(grep -o '"flip":true' "$dir/flips/judge_reliability.json" | wc -l)" = 48 ] &&
    has "$dir/flips" '{"judge":"first","item":"101","models":["cid","ann"],"tasks":["turn 1, game 1","turn 1, game 2"],"winners":["cid","ann"],"flip":true}'
ok "pairs that flip are listed with both winners"

# ---- answers that do not answer ----
run run $mt --model "$url/v1#mute" --model "$url/v1#shy" --model "$url/v1#varied" --judge "$url/v1#first" \
    --judge-mode pairwise-all --out "$dir/bad" $fast
[ $code = 0 ] && [ "$(value "$dir/bad" "answers of mute" empty_answers value)" = 1 ] &&
    [ "$(value "$dir/bad" "answers of shy" refusals value)" = 1 ] &&
    [ -z "$(value "$dir/bad" "answers of shy" empty_answers value)" ] &&
    [ -z "$(value "$dir/bad" "answers of varied" same_answers value)" ] &&
    grep -q '#shy: 16 of 16 answers are one and the same text' "$dir/err" && ! grep -q 'varied: 16' "$dir/err"
ok "answers that are empty, refuse, or are all the same are told"
[ "$(value "$dir/bad" "judge first" refusal_win_rate value)" = 0.5 ] &&
    [ "$(value "$dir/bad" "judge first" refusal_win_rate n)" = 64 ]
ok "and how often a judge prefers them"

# ---- judgments that are missing ----
strict="--references $dir/none.jsonl --max-retries 0 --strict"
: >"$dir/none.jsonl"
run run $mt --model "$url/v1#varied" --judge "$url/v1#seven" --out "$dir/good" $fast $strict
[ $code = 0 ]
ok "--strict lets a whole run pass"
run run $mt --model "$url/v1#varied" --judge "$url/v1#none" --out "$dir/gaps" $fast $strict
[ $code = 5 ] && [ "$(judged "$dir/gaps" expected)" = 16 ] && [ "$(judged "$dir/gaps" judged)" = 12 ] &&
    [ "$(judged "$dir/gaps" unread)" = 2 ] && [ "$(judged "$dir/gaps" failed)" = 2 ]
ok "--strict fails a run with judgments missing, which are counted by why"
grep '"question_id":101' "$dir/gaps/model_judgment.jsonl" | grep -q '"judgment":"who knows","score":-1' &&
    grep '"question_id":102' "$dir/gaps/model_judgment.jsonl" | grep -q '"error":"[^"]*500' &&
    grep -q 'no rating: .*500' "$dir/gaps/verdicts.jsonl" && grep -q 'no rating: who knows' "$dir/gaps/verdicts.jsonl"
ok "they are kept with the reply, or with the reason why there is none"
has "$dir/gaps" '"missing":[{"judge":"none","item":"101","models":["varied"],"task":"turn 1","why":"not read","reply":"who knows"}' &&
    has "$dir/gaps" '{"judge":"none","item":"102","models":["varied"],"task":"turn 2","why":"failed","error":"' &&
    has "$dir/good" '"missing":[],'
ok "and listed, whatever the suite"
run score "$dir/good" --parse last --strict
[ $code = 0 ] && run score "$dir/gaps" --strict && [ $code = 5 ]
ok "the same when a run is scored again"
run run $mt --model "$url/v1#ann" --judge "$url/v1#seven" --out "$dir/same" $fast $strict
[ $code = 5 ] && grep -q 'one and the same text' "$dir/err" && [ "$(judged "$dir/same" judged)" = 16 ]
ok "--strict minds a model that always says the same"

# ---- the cache costs nothing ----
printf 'fair: {input: 10, output: 10}\n"%s/v1#fair": {input: 10, output: 10}\n"%s/v1#ann": {input: 1, output: 1}\n' "$url" "$url" >"$dir/prices.yaml"
for n in 1 2; do
    run run $mt --model "$url/v1#ann" --judge "$url/v1#fair" --out "$dir/cost$n" $fast --cache "$dir/cache.db" \
        --prices "$dir/prices.yaml"
done
[ "$(judged "$dir/cost1" cached)" = 0 ] && [ "$(judged "$dir/cost2" cached)" = 16 ] &&
    [ "$(judged "$dir/cost2" cost_usd)" = 0 ] &&
    awk -v v="$(judged "$dir/cost1" cost_usd)" 'BEGIN { exit !(v > 0) }'
ok "what judging a suite cost is told; replies from the cache cost nothing"

# ---- people ----
i=101
while [ $i -le 104 ]; do
    echo "{\"question_id\": $i, \"model_a\": \"ann\", \"model_b\": \"bob\", \"winner\": \"model_a\", \"judge\": \"expert_1\", \"turn\": 1}"
    echo "{\"question_id\": $i, \"model_a\": \"bob\", \"model_b\": \"ann\", \"winner\": \"$([ $i = 104 ] && echo 'tie' || echo model_b)\", \"judge\": \"expert_2\", \"turn\": 1}"
    i=$((i + 1))
done >"$dir/votes.jsonl"
run score --suite mtbench --judgments "$dir/flips/model_judgment.jsonl" --judgments "$dir/votes.jsonl" \
    --questions "$dir/questions.jsonl" --out "$dir/people"
[ $code = 0 ] && [ "$(value "$dir/people" "human with human" agreement value)" = 0.75 ] &&
    [ "$(value "$dir/people" "human with human" agreement_no_ties n)" = 3 ] &&
    [ "$(value "$dir/people" "first with human" agreement n)" = 8 ] &&
    [ "$(value "$dir/people" "first with human" agreement value)" = 0.125 ]
ok "a run's judge against people's votes, and people among themselves"
stop_mock
