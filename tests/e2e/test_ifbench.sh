# SPDX-License-Identifier: Apache-2.0
# The suites ifbench and ifbench-two-turn: the published sample verdict for verdict, and two turns.
. tests/e2e/lib.sh

sample=$data/ifbench/verdicts_sample.jsonl

# verdicts RUN: its verdicts in the form of the stored ones, without spaces.
verdicts() {
    awk '{
        key = $0; sub(/.*"item":"/, "", key); sub(/".*/, "", key)
        answered = $0; sub(/.*"answered":/, "", answered); sub(/[,}].*/, "", answered)
        list["strict"] = list["loose"] = ""
        rest = $0
        while (match(rest, /"(strict|loose)":"[a-z]+"/)) {
            split(substr(rest, RSTART, RLENGTH), part, "\"")
            truth = part[4] == "pass" ? "true" : part[4] == "fail" ? "false" : "null"
            list[part[2]] = list[part[2]] (list[part[2]] == "" ? "" : ",") truth
            rest = substr(rest, RSTART + RLENGTH)
        }
        printf "{\"key\":\"%s\",\"response_found\":%s,\"strict\":[%s],\"loose\":[%s]}\n",
            key, answered, list["strict"], list["loose"]
    }' "$1/verdicts.jsonl"
}

if [ -r "$sample" ]; then
    run score --suite ifbench --data-dir "$data" --responses "$data/ifbench/sample_output.jsonl" --out "$dir/sample"
    [ $code = 0 ] && [ "$(wc -l <"$dir/sample/verdicts.jsonl")" = 300 ]
    ok "300 prompts are scored"
    verdicts "$dir/sample" >"$dir/found"
    tr -d ' ' <"$sample" >"$dir/wanted"
    diff "$dir/found" "$dir/wanted" >"$dir/err"
    ok "each verdict, strict and loose, is the stored one, and so is whether there was an answer"
    [ "$(metric "$dir/sample" prompt_level_strict_acc)" = 76/300 ] &&
        [ "$(metric "$dir/sample" prompt_level_loose_acc)" = 86/300 ] &&
        [ "$(metric "$dir/sample" inst_level_strict_acc)" = 92/344 ] &&
        [ "$(metric "$dir/sample" inst_level_loose_acc)" = 107/344 ]
    ok "prompts without an answer count as failed"
    run score --suite ifbench-two-turn --data "$data/ifbench/IFBench_test.jsonl" --responses "$data/ifbench/sample_output.jsonl" --out "$dir/wrong"
    [ $code = 3 ] && grep -q 'IFBench_test.jsonl:1: two turns are missing' "$dir/err"
    ok "the single-turn file is not taken for two turns"
else
    skip "the sample's verdicts" "no $sample"
fi

# ---- two turns ----
cat >"$dir/two.jsonl" <<'ROWS'
{"key": 1, "messages": [{"role": "user", "content": "Name a drink."}, {"role": "user", "content": "Rewrite it without white space."}], "instruction_id_list": ["format:no_whitespace"], "kwargs": [{"N": null}]}
{"key": 2, "messages": [{"role": "user", "content": "Name a food."}, {"role": "assistant", "content": "Bread and jam."}, {"role": "user", "content": "Now one number, please."}], "instruction_id_list": ["count:numbers"], "kwargs": [{"N": 1.0}]}
{"key": 2, "prompt": "Name a tree.", "constraint": "Rewrite it without white space, too.", "instruction_id_list": ["format:no_whitespace"], "kwargs": [{}]}
ROWS
cat >"$dir/answers" <<'ROWS'
{"prompt": "Name a drink.", "response": "Green tea"}
{"prompt": "Rewrite it without white space.", "response": "Greentea"}
{"prompt": "Name a food.", "response": "must not be asked"}
{"prompt": "Now one number, please.", "response": "7 breads"}
{"prompt": "Name a tree.", "response": "Oak"}
{"prompt": "Rewrite it without white space, too.", "response": "An oak"}
ROWS
start_mock --answers "$dir/answers" --log "$dir/log" --log-request
run run --suite ifbench-two-turn --data "$dir/two.jsonl" --model "$url/v1#m" --out "$dir/two" --no-preflight -j 1
[ $code = 0 ] && [ "$(records "$dir/two" answer)" = 5 ]
ok "a turn whose answer is given is not asked"
verdicts "$dir/two" >"$dir/found"
cat >"$dir/wanted" <<'ROWS'
{"key":"1","response_found":true,"strict":[true],"loose":[true]}
{"key":"2","response_found":true,"strict":[true],"loose":[true]}
{"key":"2@3","response_found":true,"strict":[false],"loose":[false]}
ROWS
diff "$dir/found" "$dir/wanted" >"$dir/err"
ok "only the last answer is judged, and a key that repeats stays two items"
grep '"item":"2"' "$dir/two/journal.jsonl" | grep -q '"assistant","[a-z]*":"Bread and jam."'
ok "the given answer is sent as history"
stop_mock
run run --suite ifbench-two-turn --data-dir "$dir" --model http://127.0.0.1:1/v1#m --dry-run
[ $code = 3 ] && grep -q 'no pack has it' "$dir/err"
ok "without a file the message says that none can be pulled"
