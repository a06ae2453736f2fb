# SPDX-License-Identifier: Apache-2.0
# MT-Bench, Arena-Hard and InFoBench from files of judgments to summary.json.
. tests/e2e/lib.sh
unset IFBENCH_DATA
export XDG_DATA_HOME="$dir/none"

# value RUN MODEL METRIC MEMBER: from summary.json.
value() {
    awk -v model="\"model\": \"$2\"," -v id="\"id\": \"$3\"," -v member="\"$4\":" '
        index($0, "\"id\":") { at = index($0, id) }
        at && index($0, "\"model\":") { on = index($0, model) }
        at && on && $1 == member { sub(",$", "", $2); print $2; exit }' "$1/summary.json"
}

cat >"$dir/ratings" <<'END'
{"question_id": 81, "model": "m", "judge": ["j", "single-v1"], "judgment": "Rating: [[4]], no, [[8]]", "turn": 1}
{"question_id": 81, "model": "m", "judge": ["j", "single-v1-multi-turn"], "judgment": "[[7]]", "turn": 2}
{"question_id": 82, "model": "m", "judge": ["j", "single-v1"], "judgment": "no mark", "turn": 1}
END
cat >"$dir/questions" <<'END'
{"question_id": 81, "category": "math", "turns": ["a", "b"]}
{"question_id": 82, "category": "stem", "turns": ["a", "b"]}
END
run score --suite mtbench --judgments "$dir/ratings" --questions "$dir/questions" --out "$dir/mt"
[ $code = 0 ] && [ "$(value "$dir/mt" m average value)" = 5.5 ] &&
    [ "$(value "$dir/mt" m average unscored)" = 1 ] &&
    [ "$(value "$dir/mt" m math.average value)" = 5.5 ]
ok "ratings are averaged, the unreadable one is counted beside them"
grep -q '3 of 4 turns are rated' "$dir/err" && grep -q 'read differently by --parse' "$dir/err"
ok "what is missing, and what another rule would read, is said"
grep -q '"why":"rated 7: ' "$dir/mt/verdicts.jsonl" && run verify "$dir/mt" && [ $code = 0 ]
ok "verdicts say what the judge said, and the run verifies"

run score --suite mtbench --judgments "$dir/ratings" --parse last --out "$dir/mt2"
[ $code = 0 ] && [ "$(value "$dir/mt2" m average value)" = 7.5 ]
ok "--parse last reads the last mark"
run score --suite mtbench --judgments "$dir/ratings" --strict --out "$dir/mt3"
[ $code = 5 ]
ok "--strict exits 5 when a judgment cannot be read"

printf '{"question_id": 1, "model": "m", "turn": 1}\n{"model": "m"}\n' >"$dir/bad"
run score --suite mtbench --judgments "$dir/bad" --out "$dir/mt4"
[ $code = 3 ] && grep -q 'bad: line 2: ' "$dir/err"
ok "a line that is no judgment is named"
run score --suite mtbench --judgments "$dir/ratings" --drfr strict --out "$dir/mt5"
[ $code = 2 ] && grep -q 'drfr' "$dir/err"
ok "an option of another suite is refused"
run score --suite mtbench --judgments "$dir/ratings" --parse first --out "$dir/mt6"
[ $code = 2 ] && grep -q 'official' "$dir/err"
ok "a wrong choice names the right ones"

cat >"$dir/info" <<'END'
{"id": "a", "decomposed_questions": ["1", "2", "3"], "subset": "Easy_set", "question_label": [["Format"], ["Content"], ["Content", "Style"]], "output": "x", "eval": [true, null]}
{"id": "b", "decomposed_questions": ["1"], "subset": "Hard_set", "question_label": [["Format"]], "output": "say [[A]]", "eval": [true]}
END
run score --suite infobench --judgments "$dir/info" --out "$dir/in"
[ $code = 0 ] && [ "$(value "$dir/in" info drfr n)" = 3 ] && [ "$(value "$dir/in" info drfr hits)" = 2 ] &&
    [ "$(value "$dir/in" info drfr_strict n)" = 4 ]
ok "DRFR over the questions asked, and over all"
grep -q '1 were not asked and 1 replies cannot be read' "$dir/err" &&
    grep -q '1 outputs hold verdict marks' "$dir/err"
ok "questions that an early stop left out, and answers that speak to the judge, are said"
run score --suite infobench --judgments "$dir/info" --drfr strict --out "$dir/in2"
[ $code = 0 ] && [ "$(value "$dir/in2" info drfr value)" = 0.5 ] &&
    [ "$(value "$dir/in2" info content.drfr n)" = 2 ]
ok "--drfr strict counts all of them"

cat >"$dir/arena" <<'END'
{"uid": "1", "model": "m", "judge": "j", "baseline": "b", "category": "hard_prompt", "games": [{"judgment": {"answer": "[[B>>A]]"}}, {"judgment": {"answer": "[[A>B]]"}}]}
{"uid": "2", "model": "m", "judge": "j", "baseline": "b", "category": "hard_prompt", "games": [{"judgment": {"answer": "[[A>B]]"}}, {"judgment": {"answer": "so [[B>A]]"}}]}
{"uid": "3", "model": "m", "judge": "j", "baseline": "b", "category": "hard_prompt", "games": [null, {"judgment": {"answer": "[[A>B]]"}}]}
END
run score --suite arenahard --judgments "$dir/arena" --out "$dir/ar"
[ $code = 0 ] && [ "$(value "$dir/ar" m score n)" = 6 ] &&
    [ "$(value "$dir/ar" m score unscored)" = 1 ] &&
    awk -v v="$(value "$dir/ar" m score value)" 'BEGIN { exit !(v > 0.66666 && v < 0.66667) }'
ok "Arena-Hard v2: games weigh, a question with a failed game is counted apart"
run score --suite arenahard --judgments "$dir/arena" --out "$dir/ar2" --seed 7
run score --suite arenahard --judgments "$dir/arena" --out "$dir/ar3" --seed 7
[ "$(value "$dir/ar2" m score lo)" = "$(value "$dir/ar3" m score lo)" ] &&
    [ "$(value "$dir/ar2" m score lo)" != "$(value "$dir/ar2" m score value)" ]
ok "the same seed gives the same interval"
run score --suite arenahard --rules v0.1 --baseline b --judgments "$dir/arena" --out "$dir/ar4"
[ $code = 0 ] && [ "$(value "$dir/ar4" m win_rate n)" = 7 ] && [ "$(value "$dir/ar4" b elo value)" = 1000 ]
ok "Arena-Hard v0.1: battles, games apart, ratings around the baseline"

run suites
grep -q '^ *mtbench' "$dir/out" && grep -q '^ *arenahard' "$dir/out" && grep -q '^ *infobench' "$dir/out"
ok "the suites are listed"
run suites arenahard
[ $code = 0 ] && grep -q '^  option   --style-control ' "$dir/out"
ok "a suite's page names its options"

if [ -f "$data/mtbench/judge_32B_single.jsonl.gz" ]; then
    run score --suite mtbench --judgments "$data/mtbench/judge_32B_single.jsonl.gz" \
        --data-dir "$data" --out "$dir/real"
    [ $code = 0 ] && [ "$(value "$dir/real" Llama-3.1-8B-Instruct average value)" = 7.7125 ]
    ok "real judgments, from gzip, with the pack's questions"
else
    skip "real judgments, from gzip, with the pack's questions" "no data"
fi

# ---- a rubric of one's own ----
for score in 11 1e300 0; do
    printf '{"item": "%s", "model": "m", "judge": "%s", "score": %s}\n' 1 x 5 1 y 6 2 x $score 2 y 7 >"$dir/rubric"
    run score --suite rubric --judgments "$dir/rubric" --out "$dir/no"
    [ $code = 3 ] && grep -q 'rubric: line 3: "score" is .*, wanted 1 to 10' "$dir/err" && [ ! -e "$dir/no" ]
    ok "a score of $score is none of a rubric"
done
for model in a b; do
    for judge in x y; do
        printf '{"item": "%s", "model": "'$model'", "judge": "'$judge'", "criterion": "%s", "said": "%s"}\n' \
            1 kind yes 1 short no 2 kind yes 2 short yes
    done
done >"$dir/criteria"
run score --suite rubric --judgments "$dir/criteria" --out "$dir/ru"
[ $code = 0 ] && [ "$(value "$dir/ru" 'a (x)' criteria_met value)" = 0.75 ] &&
    [ "$(value "$dir/ru" 'b (y)' all_met value)" = 0.5 ] &&
    [ "$(grep -c '"kind": "criterion"' "$dir/ru/summary.json")" = 8 ]
ok "criteria are counted by judge and model, each a group"
