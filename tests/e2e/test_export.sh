# SPDX-License-Identifier: Apache-2.0
# Runs in the layout of lm-evaluation-harness: files, names, and the same bytes each time.
. tests/e2e/lib.sh

cat >"$dir/q.jsonl" <<'ROWS'
{"key": 7, "prompt": "Say hello \"there\".", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}
{"key": 9, "prompt": "Say a word.", "instruction_id_list": ["length_constraints:number_words"], "kwargs": [{"num_words": 1, "relation": "at least"}]}
ROWS
cat >"$dir/team:a.jsonl" <<'ROWS'
{"prompt": "Say hello \"there\".", "response": "hello, there"}
{"prompt": "Say a word.", "response": "word\u2028\u007f"}
ROWS

run score --suite ifeval --data "$dir/q.jsonl" --responses "$dir/team:a.jsonl" --out "$dir/r" \
    --reports lm-eval
[ $code = 0 ] && [ -s "$dir/r/summary.json" ]
ok "score writes the export that is asked for"

started=$(sed -n 's/^  "started": "\(.*\)Z",$/\1/p' "$dir/r/manifest.json" | tr : -)
case $started in *.000) date=${started%.000} ;; *) date=${started}000 ;; esac
model=team__a
results=$dir/r/lm-eval/$model/results_$date.json
samples=$dir/r/lm-eval/$model/samples_ifeval_$date.jsonl
[ -s "$results" ] && [ -s "$samples" ] && [ "$(find "$dir/r/lm-eval" -type f | wc -l)" = 2 ]
ok "the names follow the model and the run's start"

[ "$(wc -l <"$samples")" = 2 ] && grep -q '^{"doc_id": 0, "doc": {"key": 7, "prompt": "Say hello \\"there\\"."' "$samples" &&
    grep -q '"prompt_level_strict_acc": false, "inst_level_strict_acc": \[false\]' "$samples" &&
    grep -q '"kwargs": \[{"num_highlights": null, "relation": "at least", "num_words": 1, ' "$samples"
ok "a line a sample with the row of the data set and the verdicts"

first=$(head -n 1 "$samples")
hash=$(printf 'Say hello "there".' | sha256sum | cut -d ' ' -f 1)
case $first in *"\"prompt_hash\": \"$hash\""*) true ;; *) false ;; esac
ok "the prompt's hash is of what was asked"

all=$(sed 's/.*"doc_hash": "\([0-9a-f]*\)", "prompt_hash": "\([0-9a-f]*\)", "target_hash": "\([0-9a-f]*\)".*/\1\2\3/' "$samples" |
    tr -d '\n' | sha256sum | cut -d ' ' -f 1)
grep -q "^    \"ifeval\": \"$all\"$" "$results"
ok "the task's hash is of the samples' hashes"

grep -q '^      "prompt_level_strict_acc,none": 0.5,$' "$results" &&
    grep -q '^      "prompt_level_strict_acc_stderr,none": 0.5,$' "$results" &&
    grep -q '^      "inst_level_strict_acc_stderr,none": "N/A",$' "$results"
ok "values, and the standard error over n - 1"

run report "$dir/r" --reports lm-eval --to "$dir/again"
[ $code = 0 ] && diff -r "$dir/again" "$dir/r/lm-eval" >&2
ok "a stored run gives the same bytes in another folder"

run report "$dir/r" --reports lm-eval --to -
[ $code = 2 ] && grep -q 'wants a folder' "$dir/err"
ok "several files do not go to standard output"

sed 's/"started": ".*",/"started": "..\/..\/x",/' "$dir/r/summary.json" >"$dir/s" && cp "$dir/s" "$dir/r/summary.json"
run report "$dir/r" --reports lm-eval --to "$dir/bad"
[ $code != 0 ] && grep -q "wanted a time" "$dir/err" && [ ! -e "$dir/bad" ]
ok "a start that is no time names no file"

cat >"$dir/ratings" <<'ROWS'
{"question_id": 81, "model": "m", "judge": ["j", "single-v1"], "judgment": "[[7]]", "turn": 1}
ROWS
run score --suite mtbench --judgments "$dir/ratings" --out "$dir/mt" --reports lm-eval
[ $code = 0 ] && [ "$(find "$dir/mt/lm-eval" -type f | wc -l)" = 1 ] &&
    grep -q '^      "average,none": 7.0,$' "$dir/mt/lm-eval/m"/results_* &&
    grep -q '^  "task_hashes": {},$' "$dir/mt/lm-eval/m"/results_*
ok "a run made from judgments has results and no samples"

start_mock
run run --suite core --limit 3 --model "$url/v1#a/b" --model "$url/v1#a:b" \
    --param temperature=0,0.5 --out "$dir/m" --reports lm-eval
[ $code = 0 ] && [ "$(ls "$dir/m/lm-eval" | wc -l)" = 4 ] && [ -d "$dir/m/lm-eval/a__b" ] &&
    [ "$(find "$dir/m/lm-eval" -name 'samples_core_*' | wc -l)" = 4 ] &&
    [ "$(cat "$dir"/m/lm-eval/*/results_* | grep -c '^        "temperature": 0.5,$')" = 2 ] &&
    grep -q '^      "original": null,$' "$dir/m/lm-eval/a__b"/results_*
ok "models whose names come out alike, and variants, have folders of their own"
stop_mock

# ---- HELM's layout ----
run report "$dir/m" --reports helm
[ $code = 0 ] && [ "$(find "$dir/m/helm" -type f | wc -l)" = 20 ] && [ -d "$dir/m/helm/core:model=a_b" ] &&
    [ -d "$dir/m/helm/core:model=a_b,variant=2" ] && [ -d "$dir/m/helm/core:model=a:b" ]
ok "helm: five files a suite and model"
spec="$dir/m/helm/core:model=a_b"
[ "$(grep -c '"instance_id": ' "$spec/per_instance_stats.json")" = 3 ] &&
    [ "$(grep -c '"request_mode": "original"' "$spec/scenario_state.json")" = 3 ] &&
    [ "$(grep -c '"name": "core_strict_accuracy"' "$spec/stats.json")" = 1 ]
ok "helm: an instance a sample"
run report "$dir/m" --reports helm --to "$dir/suite"
[ $code = 0 ] && diff -r "$dir/suite" "$dir/m/helm" >&2
ok "helm: the same bytes in another folder"
run report "$dir/mt" --reports helm
[ $code = 0 ] && [ "$(cat "$dir/mt/helm/mtbench:model=m/per_instance_stats.json")" = '[]' ] &&
    grep -A3 '"name": "average"' "$dir/mt/helm/mtbench:model=m/stats.json" | grep -q '"count": 1'
ok "helm: a run made from judgments has its numbers"
