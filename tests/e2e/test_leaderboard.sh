# SPDX-License-Identifier: Apache-2.0
# Many runs ranked: `ifbench leaderboard` on answer files made here.
. tests/e2e/lib.sh

# suite FROM TO: prompts without a comma; every fourth wants "tea" besides.
suite() {
    awk -v from="$1" -v to="$2" 'BEGIN {
        for (i = from; i <= to; i++) {
            two = i % 4 == 0
            printf "{\"key\":%d,\"prompt\":\"prompt %d\",", i, i
            printf "\"instruction_id_list\":[\"punctuation:no_comma\"%s],", (two ? ",\"keywords:existence\"" : "")
            printf "\"kwargs\":[{}%s]}\n", (two ? ",{\"keywords\":[\"tea\"]}" : "")
        }
    }'
}

# answers N: prompts 1 to N have a comma; of 100.
answers() {
    awk -v bad="$1" 'BEGIN {
        for (i = 1; i <= 100; i++)
            printf "{\"prompt\":\"prompt %d\",\"response\":\"%s\"}\n", i, (i <= bad ? "tea, milk" : "tea and milk")
    }'
}

# score NAME BAD SUITE [MODEL]: a run in $dir/runs/NAME.
score() {
    answers "$2" >"$dir/${4:-$1}"
    (cd "$dir" && "$ifbench" score --suite ifeval --data "$3" --responses "${4:-$1}" --out "runs/$1" \
        >/dev/null 2>err </dev/null) || cat "$dir/err"
}

suite 1 100 >"$dir/all"
suite 3 100 >"$dir/most"
mkdir "$dir/runs"
score low 40 all
score high 5 all
score twin 5 all
score near 8 all
score part 40 most
score evil 20 all '"><script>alert(1)<'
sed 's/"complete": true/"complete": false/' "$dir/runs/high/summary.json" >"$dir/summary"
cp -r "$dir/runs/high" "$dir/runs/torn" && cp "$dir/summary" "$dir/runs/torn/summary.json"
runs=$dir/runs

# field COLUMN MODEL [SITE]: of leaderboard.csv.
field() {
    awk -F, -v want="$1" -v model="$2" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        $at["model"] == model { print $at[want] }' "$dir/${3:-site}/leaderboard.csv"
}

run leaderboard "$runs/low" "$runs/high" "$runs/twin" "$runs/near" "$runs/evil" --out "$dir/site"
[ $code = 0 ] && [ "$(cat "$dir/out")" = "$dir/site/index.html" ] &&
    [ -s "$dir/site/suite-ifeval.html" ] && [ -s "$dir/site/leaderboard.json" ] &&
    [ "$(ls "$dir"/site/model-*.html | wc -l)" = 5 ]
ok "an index, a page a suite, a page a model, CSV and JSON"

while read -r model rank value; do
    [ "$(field rank "$model")" = "$rank" ] && [ "$(field value "$model")" = "$value" ]
    ok "$model: rank $rank, $value"
done <<'END'
high 1 0.950000
twin 1 0.950000
near 3 0.920000
low 5 0.600000
END

[ "$(field rank_lo low)" = 5 ] && [ "$(field rank_hi low)" = 5 ] &&
    [ "$(field rank_lo high)" = 1 ] && [ "$(field rank_hi near)" = 3 ]
ok "ranks keep to their range: 20 items of 100 apart is sure"
[ "$(field rank_lo near)" = 1 ]
ok "three items apart, all for the same side, may be a draw"

[ "$(field mean_length low)" = 10.800000 ] && [ "$(field length_unit low)" = characters ]
ok "mean length: 40 answers of 9 characters, 60 of 12"

# p of what stands in JSON beside compare's.
pair=$(grep '"difference":-0.0[23]' "$dir/site/leaderboard.json" | head -n 1)
"$ifbench" compare "$runs/high" "$runs/near" --base-model high --model near --json >"$dir/compare.json" 2>"$dir/err"
p=$(tr -d ' \n' <"$dir/compare.json" | sed 's/.*"prompt_level_strict_acc"//; s/}.*//' | grep -o '"p":[0-9.e-]*' | head -n 1)
[ -n "$p" ] && case $pair in *"$p,"*) true ;; *) false ;; esac
ok "pairs are tested as compare tests them ($p)"
grep -q '"p_holm":1[,}]' "$dir/site/leaderboard.json"
ok "and corrected"

# ---- the same runs, the same bytes ----
mkdir "$dir/elsewhere" && cp -r "$runs" "$dir/elsewhere/runs"
e=$dir/elsewhere/runs
run leaderboard "$e/evil" "$e/near" "$e/twin" "$e/high" "$e/low" --out "$dir/again"
[ $code = 0 ] && diff -r "$dir/site" "$dir/again" >"$dir/out"
ok "another order and another place make the same bytes"
run leaderboard "$runs/low" "$runs/high" "$runs/twin" "$runs/near" "$runs/evil" --out "$dir/seed" --seed 7
[ $code = 0 ] && [ "$(field value near seed)" = 0.920000 ] && grep -q '"seed":7' "$dir/seed/leaderboard.json"
ok "another seed is told, and changes no value"

# ---- what is hostile ----
! grep -q '<script>alert' "$dir"/site/*.html && grep -q '&lt;script&gt;alert' "$dir/site/index.html"
ok "names are text"
! sed 's/src="data:image[^"]*"//' "$dir"/site/*.html | grep -E 'https?:|src=|@import|url\(' >&2
ok "no page asks for anything"
[ "$(grep -lc "default-src 'none'; style-src 'sha256-" "$dir"/site/*.html | wc -l)" = 7 ]
ok "every page has its policy"
if command -v openssl >/dev/null 2>&1; then
    hash=$(awk '/<script>/ && !n++ { on = 1; sub(/.*<script>/, "") } /<\/script>/ { on = 0 } on' "$dir/site/index.html" |
        openssl dgst -sha256 -binary | base64)
    grep -qF "script-src 'sha256-$hash'" "$dir/site/index.html"
    ok "whose hash is the script's"
else
    skip "whose hash is the script's" "no openssl"
fi

# ---- runs that do not fit ----
run leaderboard "$runs/low" "$runs/part" --out "$dir/no"
[ $code = 3 ] && grep -q 'items of ifeval differ.*low has 2 that.*part has not.*(1, 2)' "$dir/err" && [ ! -e "$dir/no" ]
ok "differing items are named, and nothing is written"
run leaderboard "$runs/low" "$runs/part" --out "$dir/common" --common
[ $code = 0 ] && [ "$(field n low common)" = 98 ] && [ "$(field items low common)" = 100 ] &&
    [ "$(field value low common)" = "$(field value part common)" ] && [ "$(field rank part common)" = 1 ] &&
    grep -q 'by the 98 items that all runs have' "$dir/common/index.html"
ok "--common ranks by what all have, and says so"
run leaderboard "$runs/low" "$runs/torn" --out "$dir/torn"
[ $code = 0 ] && [ -z "$(field rank high torn)" ] && grep -q '1 run not complete' "$dir/err" &&
    grep -q '<bdi>high</bdi></li>' "$dir/torn/index.html"
ok "a run that is not complete is left out and named"
run leaderboard "$runs/low" "$runs/torn" --out "$dir/torn" --include-incomplete
[ $code = 0 ] && [ "$(field rank high torn)" = 1 ] && [ "$(field complete high torn)" = false ] &&
    grep -q 'not complete</span>' "$dir/torn/index.html"
ok "or marked with --include-incomplete"
run leaderboard "$runs/torn" --out "$dir/none"
[ $code = 3 ] && [ ! -e "$dir/none" ]
ok "without a run there is no leaderboard"
run leaderboard "$dir/all" --out "$dir/none"
[ $code = 3 ]
ok "a file is not a run"

cat >"$dir/ratings" <<'END'
{"question_id": 81, "model": "m", "judge": ["j", "single-v1"], "judgment": "[[8]]", "turn": 1}
{"question_id": 81, "model": "worse", "judge": ["j", "single-v1"], "judgment": "[[3]]", "turn": 1}
END
echo '{"question_id": 81, "category": "math", "turns": ["a", "b"]}' >"$dir/questions"
"$ifbench" score --suite mtbench --judgments "$dir/ratings" --questions "$dir/questions" --out "$runs/mt" >/dev/null 2>&1
run leaderboard "$runs/low" "$runs/mt" --out "$dir/two"
[ $code = 0 ] && grep -q '^mtbench,average,1,,,m,8.000000,' "$dir/two/leaderboard.csv" &&
    grep -q '^mtbench,average,2,,,worse,3.000000,' "$dir/two/leaderboard.csv" &&
    [ -s "$dir/two/suite-mtbench.html" ] && [ "$(field rank low two)" = 1 ]
ok "two suites; one of judgments, which has ranks without a range"

cat >"$dir/annotations.json" <<'END'
[{"instruction": "say a", "output_1": "one", "generator_1": "base", "output_2": "x", "generator_2": "mine", "preference": 2},
 {"instruction": "say b", "output_1": "two", "generator_1": "base", "output_2": "y", "generator_2": "mine", "preference": 1}]
END
"$ifbench" score --suite alpacaeval1 --judgments "$dir/annotations.json" --out "$runs/ae" >/dev/null 2>&1
run leaderboard "$runs/ae" --out "$dir/three"
[ $code = 0 ] && [ -s "$dir/three/suite-alpacaeval1.html" ] &&
    grep -q '^alpacaeval1,win_rate,1,1,1,mine,50.000000,' "$dir/three/leaderboard.csv"
ok "a suite of judgments without verdicts of items is there too"

# judged NAME WINS: 30 judgments, WINS of them for NAME; its value is known with an error.
judged() {
    awk -v name="$1" -v wins="$2" 'BEGIN {
        for (i = 0; i < 30; i++)
            printf "%s{\"instruction\": \"say %d\", \"output_1\": \"a\", \"generator_1\": \"base\", \"output_2\": \"b\", \"generator_2\": \"%s\", \"preference\": %d}", i ? ",\n" : "[", i, name, i < wins ? 2 : 1
        print "]" }' >"$dir/$1.json"
    "$ifbench" score --suite alpacaeval1 --judgments "$dir/$1.json" --out "$runs/ae-$1" >/dev/null 2>&1
}
judged good 29 && judged even 15 && judged odd 14
run leaderboard "$runs/ae-good" "$runs/ae-even" "$runs/ae-odd" --out "$dir/ranges"
[ $code = 0 ] && [ "$(sed -n 's/^alpacaeval1,win_rate,\([0-9,]*\),\([a-z]*\),.*/\2 \1/p' "$dir/ranges/leaderboard.csv" | tr '\n' ' ')" = "good 1,1,1 even 2,2,3 odd 3,2,3 " ]
ok "where only values with errors are known, ranks have ranges by these"

# ---- the folder ----
run leaderboard "$runs/low" --out "$dir/site"
[ $code = 0 ] && [ "$(ls "$dir"/site/model-*.html | wc -l)" = 1 ] &&
    grep -q '>low<' "$dir/site/index.html" && ! grep -q '>high<' "$dir/site/index.html"
ok "a leaderboard's folder is written again, without the pages of before"
mkdir "$dir/mine" "$dir/empty" && echo keep >"$dir/mine/index.html"
run leaderboard "$runs/low" --out "$dir/mine"
[ $code = 3 ] && [ "$(cat "$dir/mine/index.html")" = keep ] && [ "$(ls "$dir/mine")" = index.html ]
ok "a folder of something else stays as it is"
run leaderboard "$runs/low" --out "$dir/empty"
[ $code = 0 ] && [ -s "$dir/empty/index.html" ] && ! ls -A "$dir/empty" | grep -q 'tmp$'
ok "an empty one is filled"
printf '{"schema":"ifbench.leaderboard/1","files":["model-../../keep.html","model-x/../../keep.html","../keep.html",7]}' >"$dir/empty/leaderboard.json"
mkdir "$dir/empty/model-x" && echo keep >"$dir/keep.html"
run leaderboard "$runs/low" --out "$dir/empty"
[ $code = 0 ] && [ "$(cat "$dir/keep.html")" = keep ]
ok "a list of files that was tampered with reaches nothing outside"
run leaderboard --out "$dir/x"
[ $code = 2 ]
ok "no runs: a fault of usage"
run leaderboard "$runs/low"
[ $code = 2 ]
ok "no --out: a fault of usage"
