# SPDX-License-Identifier: Apache-2.0
# Bad input gets one clear line and the documented exit status; nothing is left half-written.
. tests/e2e/lib.sh

row='{"key": 1, "prompt": "p1", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}'
answer='{"prompt": "p1", "response": "fine"}'
echo "$answer" >"$dir/answers.jsonl"

# refuses NAME STATUS PATTERN WORDS: one line on stderr, the status, no folder made.
refuses() {
    name=$1 want=$2 pattern=$3
    shift 3
    run "$@"
    [ $code = "$want" ] && grep -q -- "$pattern" "$dir/err" && [ "$(grep -c . "$dir/err")" = 1 ] && [ ! -e "$dir/new" ]
    ok "$name"
}
score() {
    refuses "$1" "$2" "$3" score --suite ifeval --data "$dir/data.jsonl" --responses "$dir/answers.jsonl" --out "$dir/new"
}

refuses "a missing file of answers" 3 'nowhere.jsonl: No such file' score --responses "$dir/nowhere.jsonl" --out "$dir/new"
refuses "a missing file of prompts" 3 'cannot open' score --suite ifeval --data "$dir/nowhere" --responses "$dir/answers.jsonl" --out "$dir/new"
refuses "data that was not pulled" 3 'data pull ifeval' score --suite ifeval --data-dir "$dir" --responses "$dir/answers.jsonl" --out "$dir/new"
{ i=0; while [ $i -lt 16 ]; do echo "$row" | sed "s/\"key\": 1/\"key\": 1$i/"; i=$((i + 1)); done; echo '{"key": 1,'; } >"$dir/data.jsonl"
score "bad JSON on line 17" 3 'data.jsonl:\?.*17'
echo "$row" | sed 's/no_comma/no_coma/' >"$dir/data.jsonl"
score "an unknown instruction id, with the nearest" 3 'no_coma.*punctuation:no_comma'
echo '{"key": 1, "prompt": "p1", "instruction_id_list": ["length_constraints:number_words"], "kwargs": [{"num_words": "ten", "relation": "at least"}]}' >"$dir/data.jsonl"
score "a kwarg of the wrong type" 3 'num_words'
echo '{"key": 1, "key": 2, "prompt": "p1", "instruction_id_list": [], "kwargs": []}' >"$dir/data.jsonl"
score "duplicate keys in a row" 3 'duplicate key'
{ echo "$row"; echo "$row"; } >"$dir/data.jsonl"
score "the same key in two rows" 3 '2'
echo '{"key": 1, "prompt": "p1", "instruction_id_list": ["punctuation:no_comma"], "kwargs": []}' >"$dir/data.jsonl"
score "kwargs of another length" 3 'kwargs'
: >"$dir/data.jsonl"
score "an empty file" 3 'data.jsonl'
echo "$row" >"$dir/data.jsonl"
echo '{"prompt": "p1"}' >"$dir/answers.jsonl"
score "an answer without response" 3 'answers.jsonl.*line 1.*response'
echo "$answer" >"$dir/answers.jsonl"

refuses "no model" 2 '--model' run --out "$dir/new"
refuses "a model that cannot be read" 2 'http://HOST' run --model nonsense --out "$dir/new"
refuses "a server without a model's name" 2 '#NAME' run --model http://127.0.0.1:1/v1 --out "$dir/new"
refuses "a password in an address" 2 'IFBENCH_API_KEY' run --model 'http://u:secret@127.0.0.1:1/v1#x' --out "$dir/new"
! grep -q secret "$dir/err"
ok "and the password is not repeated"
refuses "an unknown suite, with the nearest" 3 'ifevall.*ifeval' run --suite ifevall --model http://127.0.0.1:1/v1#x --out "$dir/new"
refuses "an unknown option, with the nearest" 2 '--limit' run --limitt 3 --model x
refuses "a number that is none" 2 '--limit' run --limit three --model x
refuses "an unknown command, with the nearest" 2 "'score'" scor
refuses "an unknown check" 3 'punctuation:no_comma' check --id punctuation:no_coma
refuses "arguments that are no JSON" 3 '--args' check --id punctuation:no_comma --args '{'
refuses "an unknown report" 2 'htlm' score --suite ifeval --data "$dir/data.jsonl" --responses "$dir/answers.jsonl" --reports htlm --out "$dir/new"
refuses "a folder that is no run" 3 'manifest.json' report "$dir"
refuses "resuming nothing" 3 'manifest.json' run --resume "$dir/nothing"

# ---- a full disk ----
start_mock --answers suites/data/core_answers.jsonl
(ulimit -f 20; trap '' XFSZ; exec "$ifbench" run --model "$url/v1#x" --out "$dir/full" -q) >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 74 ] && grep -q 'journal.jsonl' "$dir/err" && [ ! -e "$dir/full/summary.json" ] && [ -z "$(find "$dir/full" -name '*.tmp')" ]
ok "a disk that fills up: exit 74, and nothing half-written"
run run --resume "$dir/full" -q
[ $code = 0 ] && [ "$(records "$dir/full" answer)" = 80 ] && [ "$(doubled "$dir/full")" = 0 ]
ok "and the run goes on once there is room"
stop_mock
"$ifbench" scorers >/dev/full 2>"$dir/err"
[ $? = 74 ]
ok "standard output that is full is noticed"

# ---- what a server says is not obeyed by the terminal ----
start_mock --fault "status=400,message=red $(printf '\302\233')31m and turned $(printf '\342\200\256') here"
run run --model "$url/v1#x" --limit 1 --no-preflight --max-errors 1 --out "$dir/rude" -q
[ $code = 4 ] && ! LC_ALL=C grep -q "$(printf '\302\233')" "$dir/rude/journal.jsonl" "$dir/rude/summary.json" "$dir/out" "$dir/err" &&
    grep -q 'red \\u009b31m' "$dir/rude/journal.jsonl" && grep -q 'red ?31m and turned ? here' "$dir/err"
ok "control characters of a server's message are escaped in files and gone on the terminal"
stop_mock
