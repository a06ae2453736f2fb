# SPDX-License-Identifier: Apache-2.0
# FollowBench from files to scores: a folder of --data, first answers, groups that wait.
. tests/e2e/lib.sh
unset IFBENCH_DATA

# group ID CATEGORY SOURCE FROM: records of a group; the reference is "yes".
group() {
    for level in $(seq "$4" 5); do
        printf '%s{"example_id": %s, "category": "%s", "source": "%s", "level": %s, ' \
            "$comma" "$1" "$2" "$3" "$level"
        printf '"instruction": "%s %s %s", "target": "yes"}\n' "$2" "$1" "$level"
        comma=,
    done
}

# file NAME: what is printed, as an array.
file() {
    printf '[%s]\n' "$(cat)" >"$dir/data/$1_constraints.json"
}

# answer INSTRUCTION TEXT
answer() {
    printf '{"prompt": "%s", "response": "%s"}\n' "$1" "$2" >>"$dir/answers"
}

# metric ID MEMBER: its value in summary.json.
metric() {
    awk -v id="\"id\": \"$1\"," -v member="\"$2\":" \
        'index($0, id) { on = 1 } on && $1 == member { sub(",$", "", $2); print $2; exit }' \
        "$dir/run/summary.json"
}

mkdir "$dir/data"
comma=; { group 1 content E2E 0; group 2 content E2E 0; group 3 content quora 0; } | file content
comma=; group 1 situation self_made_space 0 | file situation
comma=; group 1 style oasst 0 | file style
comma=; group 1 format oasst 0 | file format
comma=; group 1 mixed text_editing 0 | file mixed
comma=; group 1 example aeslc 1 | file example

for level in 1 2 3 4 5; do
    answer "content 1 $level" yes
    answer "situation 1 $level" "oh yes"
    answer "mixed 1 $level" no
    answer "example 1 $level" yes
done
answer "content 1 1" no # the second answer to it
answer "content 2 1" yes
answer "content 2 2" yes
answer "content 2 3" no
answer "content 2 4" yes # and no answer to level 5
answer "style 1 1" yes

run run --suite followbench --data "$dir/data" --model http://127.0.0.1:1/v1#x --dry-run
[ $code = 0 ] && grep -q 'would ask 40 calls for 40 samples' "$dir/out"
ok "a dry run counts the items of all files"
grep -q '45 followbench:judge constraints stay unscored: needs a judge' "$dir/err"
ok "it says what waits for a judge"

run score --suite followbench --data "$dir/data" --responses "$dir/answers" --out "$dir/run"
[ $code = 0 ]
ok "answers are scored"
# content: HSR 100 and (1 + 2 + 4) / 15; situation 100; mixed 0. CSL: 5 and 2; 5; 0.
[ "$(metric content.csl value)" = 3.5 ] && [ "$(metric csl value)" = 2.8333333333333335 ] &&
    [ "$(metric content.hsr_l3 value)" = 50 ] && [ "$(metric content.hsr_l1 value)" = 100 ] &&
    [ "$(metric hsr_l5 value)" = 50 ] && [ "$(metric example.hsr value)" = 100 ] &&
    [ "$(metric style.hsr value)" = null ]
ok "scores are those worked out by hand"
[ "$(metric hsr n)" = 4 ] && [ "$(metric hsr unscored)" = 3 ] && [ "$(metric hsr hits)" = null ]
ok "groups that wait stand beside those that count"
grep -q '^  content *2 of 3 ' "$dir/out" && ! grep -q 'content\.hsr' "$dir/out"
ok "parts have a table of their own"
cp "$dir/out" "$dir/first"
run report "$dir/run"
[ $code = 0 ] && sed 1d "$dir/first" | grep -v '^report:' >"$dir/a" && sed 1d "$dir/out" >"$dir/b" &&
    cmp -s "$dir/a" "$dir/b"
ok "a report of the folder says the same"

run score --suite followbench --data "$dir/data/mixed_constraints.json" \
    --responses "$dir/answers" --out "$dir/one"
[ $code = 0 ] && grep -q '^  5 samples: 0 passed, 5 failed' "$dir/out"
ok "one file is all there is"

rm "$dir/data/style_constraints.json"
run run --suite followbench --data "$dir/data" --model http://127.0.0.1:1/v1#x --dry-run
[ $code = 3 ] && grep -q 'style_constraints.json is not in ' "$dir/err"
ok "a folder that lacks a file is refused"

for suite in followbench followbench-zh; do
    if [ -f "$data/followbench/zh/mixed_constraints.json" ]; then
        run run --suite $suite --data-dir "$data" --model http://127.0.0.1:1/v1#x --dry-run
        [ $code = 0 ] && grep -q "would ask [78][0-9]0 calls" "$dir/out"
        ok "the official files of $suite"
    else
        skip "the official files of $suite" "they are not in the data"
    fi
done
