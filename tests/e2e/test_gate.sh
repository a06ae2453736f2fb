# SPDX-License-Identifier: Apache-2.0
# From runs to decisions: compare, gate, baseline, power, on answer files made here.
. tests/e2e/lib.sh

# suite N: N prompts without a comma; every fourth wants "tea" besides.
suite() {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++) {
            two = i % 4 == 0
            printf "{\"key\":%d,\"prompt\":\"prompt %d\",", i, i
            printf "\"instruction_id_list\":[\"punctuation:no_comma\"%s],", (two ? ",\"keywords:existence\"" : "")
            printf "\"kwargs\":[{}%s]}\n", (two ? ",{\"keywords\":[\"tea\"]}" : "")
        }
    }'
}

# answers N FROM TO: those of prompts FROM to TO have a comma.
answers() {
    awk -v n="$1" -v from="$2" -v to="$3" 'BEGIN {
        for (i = 1; i <= n; i++)
            printf "{\"prompt\":\"prompt %d\",\"response\":\"%s\"}\n", i, (i >= from && i <= to ? "tea, milk" : "tea and milk")
    }'
}

# score NAME N FROM TO [OPTIONS]: a run in $dir/NAME.
score() {
    name=$1
    suite "$2" >"$dir/suite.$2"
    answers "$2" "$3" "$4" >"$dir/answers.$name"
    shift 4
    "$ifbench" score --suite ifeval --data "$dir/suite.${name##*.}" --responses "$dir/answers.$name" \
        --out "$dir/$name" "$@" >/dev/null 2>"$dir/err" </dev/null || cat "$dir/err"
}

score base.400 400 361 400
score same.400 400 361 400
score better.400 400 371 400
score little.400 400 357 400
score middle.400 400 343 400
score worse.400 400 301 400
score base.10 10 0 0
score same.10 10 0 0
score short.400 400 361 400 --limit 390
score gaps.400 400 361 400
head -n 320 "$dir/answers.gaps.400" >"$dir/answers.few"
for rule in fail unscored; do
    "$ifbench" score --suite ifeval --data "$dir/suite.400" --responses "$dir/answers.few" \
        --missing $rule --out "$dir/gaps.$rule" >/dev/null 2>&1
done
sed 's/\[{}/[{"keywords":["(x"]}/; s/punctuation:no_comma/keywords:existence/' "$dir/suite.10" >"$dir/suite.raise"
"$ifbench" score --suite ifeval --data "$dir/suite.raise" --responses "$dir/answers.base.10" --out "$dir/raise" >/dev/null 2>&1
"$ifbench" run --suite ifeval --data "$dir/suite.10" --model http://127.0.0.1:1/v1#down --no-preflight \
    --max-retries 0 --out "$dir/down" -q >/dev/null 2>&1

cat >"$dir/drop.yaml" <<'EOF'
rules:
  - ifeval.prompt_level_strict_acc drop <= 5 % at 95 %
EOF
cat >"$dir/high.yaml" <<'EOF'
rules:
  - ifeval.prompt_level_strict_acc >= 0.9
  - errors <= 1 %
EOF

# ---- what a margin of five points says ----
while read -r want base cand words; do
    run gate --policy "$dir/drop.yaml" --baseline "$dir/$base" "$dir/$cand" $words
    [ $code = "$want" ]
    ok "drop <= 5 %: $cand against $base $words: exit $want"
done <<'EOF'
0 base.400 better.400
0 base.400 same.400
0 base.400 little.400
6 base.400 middle.400
1 base.400 worse.400
6 base.10 same.10
3 base.400 short.400
0 base.400 short.400 --common
1 base.400 gaps.fail
6 base.400 gaps.unscored
3 base.400 base.10
3 base.10 raise
6 raise raise
6 down down
EOF
run gate --policy "$dir/drop.yaml" --baseline "$dir/base.10" "$dir/same.10"
need=$(sed -n 's/.*about \([0-9]*\) items would settle it.*/\1/p' "$dir/out")
[ "${need:-0}" -gt 10 ]
ok "inconclusive says how many items would settle it"
score base.$need $need 0 0
score same.$need $need 0 0
run gate --policy "$dir/drop.yaml" --baseline "$dir/base.$need" "$dir/same.$need"
[ $code = 0 ]
ok "and so many do"
run gate --policy "$dir/drop.yaml" --baseline "$dir/base.400" "$dir/short.400"
grep -q '10 only in the base (391, 392, 393' "$dir/err"
ok "what differs is named"
run gate --policy "$dir/drop.yaml" --baseline "$dir/base.10" "$dir/raise"
grep -q 'with other constraints (1, 2' "$dir/err"
ok "constraints that differ too"
run gate --policy "$dir/drop.yaml" "$dir/same.400"
[ $code = 2 ] && grep -q 'drop.yaml:2.*--baseline' "$dir/err"
ok "a drop without a baseline is a fault of usage"

# ---- thresholds and budgets ----
run gate --policy "$dir/high.yaml" "$dir/same.400"
[ $code = 0 ]
ok "a threshold that holds"
run gate --policy "$dir/high.yaml" "$dir/worse.400"
[ $code = 1 ]
ok "one that does not"
run gate --policy "$dir/high.yaml" "$dir/raise"
[ $code = 1 ] && grep -q '10 of 10 samples' "$dir/out"
ok "where every check errs, nothing holds and the budget is spent"
run gate --policy "$dir/high.yaml" "$dir/down"
[ $code = 1 ] || [ $code = 6 ]
ok "a run that was never answered does not pass"

# rule EXIT RUN RULE: a policy of one rule.
rule() {
    printf 'rules:\n  - "%s"\n' "$3" >"$dir/one.yaml"
    run gate --policy "$dir/one.yaml" --baseline "$dir/base.400" "$dir/$2"
    [ $code = "$1" ]
    ok "$3 ($2): exit $1"
}
rule 0 little.400 'regressed <= 4'
rule 1 little.400 'regressed <= 3'
rule 0 little.400 'regressed <= 1 %'
rule 0 same.400 'prompt_level_strict_acc >= 87 % at 95 %'
rule 6 same.400 'prompt_level_strict_acc >= 89 % at 95 %'
rule 1 same.400 'prompt_level_strict_acc >= 94 % at 95 %'
rule 6 same.400 'inst_level_strict_acc >= 91 % at 95 %'
rule 0 same.400 'punctuation:* drop <= 3 %'
rule 1 worse.400 'punctuation:no_comma drop <= 3 %'
rule 0 worse.400 'keywords:existence >= 1'
rule 0 same.400 'items 1 of 1 >= 90 %'
rule 1 same.400 'items 1 of 1'
rule 3 same.400 'items 1 of 2'
rule 6 same.400 'latency_p95 <= 2 s'
rule 6 same.400 'cost <= 1 usd'
rule 1 gaps.fail 'missing <= 19 %'
rule 0 gaps.unscored 'unscored <= 20 %'
rule 3 same.400 'ifeval.prompt_level_strict_ac >= 0.5'
grep -q 'one.yaml:2: unknown metric.*did you mean "ifeval.prompt_level_strict_acc"' "$dir/err"
ok "an unknown metric is named with its line and the nearest"
rule 3 same.400 'keywords:existense >= 0.5'
grep -q 'did you mean "keywords:existence"' "$dir/err"
ok "an unknown constraint too"
rule 3 same.400 'core.errors <= 1'
rule 3 same.400 'prompt_level_strict_acc >= 80'

# ---- a baseline file ----
run baseline set "$dir/base.400" --to "$dir/baseline.json"
[ $code = 0 ] && [ "$(wc -c <"$dir/baseline.json")" -lt 10000 ] && ! grep -q 'prompt 1\|tea' "$dir/baseline.json"
ok "a baseline is small and holds no text"
for cand in better.400 little.400 middle.400 worse.400 gaps.fail; do
    run gate --policy "$dir/drop.yaml" --baseline "$dir/base.400" "$dir/$cand" --json
    want=$code
    sed '/"baseline"/d' "$dir/out" >"$dir/by-run"
    run gate --policy "$dir/drop.yaml" --baseline "$dir/baseline.json" "$dir/$cand" --json
    sed '/"baseline"/d' "$dir/out" >"$dir/by-file"
    [ $code = "$want" ] && cmp "$dir/by-run" "$dir/by-file" 2>"$dir/err"
    ok "it judges $cand as the run does"
done
run gate --policy "$dir/drop.yaml" --baseline "$dir/baseline.json" "$dir/short.400"
[ $code = 3 ] && grep -q '10 only in the base (#' "$dir/err"
ok "it notices items that are gone"
run baseline show "$dir/baseline.json"
[ $code = 0 ] && grep -q '400 items' "$dir/out" && grep -q '90.00 %' "$dir/out"
ok "show tells its scores"
while IFS='|' read -r what edit; do
    sed "$edit" "$dir/baseline.json" >"$dir/broken.json"
    run gate --policy "$dir/drop.yaml" --baseline "$dir/broken.json" "$dir/same.400"
    [ $code = 3 ] && grep -q 'broken.json' "$dir/err"
    ok "a baseline that is broken is refused: $what"
done <<'EOF'
another schema|s/ifbench.baseline.1/ifbench.baseline.9/
a letter there is none for|0,/ p"/s// x"/
no digits|0,/"[0-9a-f]* p/s//"zz p/
digits that are too many|s/"digits":[0-9]*/"digits":99/
epochs that differ|0,/ pp"/s// pp\/p"/
cut off|$d
no items|s/"items":/"itemz":/
EOF
run baseline set "$dir/nowhere"
[ $code = 3 ] || [ $code = 74 ]
ok "a run that is not there makes no baseline"

# ---- comparisons ----
run compare "$dir/base.400" "$dir/little.400"
[ $code = 0 ] && grep -q '0 fixed, 4 regressed, 356 hold in both, 40 in neither' "$dir/out" &&
    grep -q '^    357, lost punctuation:no_comma' "$dir/out"
ok "compare counts and lists what regressed"
run compare "$dir/little.400" "$dir/base.400" --format markdown
[ $code = 0 ] && grep -q '4 fixed, 0 regressed' "$dir/out" && grep -q '^|prompt' "$dir/out"
ok "and what was fixed, in Markdown"
run compare "$dir/base.400" "$dir/little.400" "$dir/better.400" --json --to "$dir/compare.json"
[ $code = 0 ] && [ "$(grep -c '"candidate_model"' "$dir/compare.json")" = 2 ] && grep -q '"p_holm"' "$dir/compare.json"
ok "several candidates, as JSON, into a file"
run compare "$dir/base.400" "$dir/short.400"
[ $code = 3 ] && grep -q 'items of ifeval differ' "$dir/err"
ok "runs whose items differ are refused"
run compare "$dir/base.400" "$dir/short.400" --common
[ $code = 0 ] && grep -q '390 items' "$dir/out" && grep -q '10 only in the base' "$dir/out"
ok "--common compares the rest and says what is left out"
run compare "$dir/base.400" "$dir/short.400" --common --format html --to "$dir/diff.html"
[ $code = 0 ] && [ ! -s "$dir/out" ] && grep -q 'only in the base' "$dir/diff.html" &&
    [ "$(grep -c '^\["' "$dir/diff.html")" = "$(sed -n 's/.*All \([0-9]*\) pairs are here.*/\1/p' "$dir/diff.html")" ]
ok "--format html writes a page of the pairs"
run compare "$dir/base.400" "$dir/little.400" --format html --page-mb 1
[ $code = 0 ] && grep -q 'class="c">' "$dir/out" && ! grep -qE 'src=|@import|url\(' "$dir/out"
ok "a page on standard output, which asks for nothing"
run compare "$dir/base.400" "$dir/little.400" "$dir/better.400" --format html
[ $code = 2 ] && grep -q 'of one candidate' "$dir/err"
ok "a page has one candidate"
run compare "$dir/baseline.json" "$dir/little.400" --format html
[ $code = 2 ] && grep -q 'wants the folders of two runs' "$dir/err"
ok "a baseline has no answers to show"
run report "$dir/base.400" --reports html --page-mb 1 --to "$dir/page.html"
[ $code = 0 ] && grep -q 'All 400 samples are here' "$dir/page.html"
ok "--page-mb is room enough for what is short"
run compare "$dir/baseline.json" "$dir/little.400"
[ $code = 0 ] && grep -q '4 regressed' "$dir/out"
ok "a baseline file can be the base"
run compare "$dir/base.400" "$dir/baseline.json"
[ $code = 3 ]
ok "but not the candidate"
cp -r "$dir/same.400" "$dir/torn"
sed -i '7s/.*/{"item":/' "$dir/torn/verdicts.jsonl"
run compare "$dir/base.400" "$dir/torn"
[ $code = 3 ] && grep -q 'verdicts.jsonl.*line 7' "$dir/err"
ok "a torn line is named"

# ---- epochs: four of five ----
start_mock --answers suites/data/core_answers.jsonl
run run --model "$url/v1#demo" --epochs 5 --limit 20 --out "$dir/epochs" -q
[ $code = 0 ]
ok "a run of five epochs"
run run --model "$url/v1#demo" --out "$dir/core" -q
run run --model "$url/v1#one" --model "$url/v1#two" --out "$dir/two" -q
"$ifbench" baseline set "$dir/core" --to "$dir/core.json" >/dev/null
PATH="$build:$PATH" MODEL="$url/v1#demo" BASELINE=$dir/core.json POLICY=tests/cases/policy.yaml \
    OUT=$dir/recipe sh tests/cases/gate.sh >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && grep -q 'gate: pass' "$dir/out" && [ -s "$dir/recipe/gate.xml" ] && [ -s "$dir/recipe/gate.md" ]
ok "the recipe in plain shell passes"
PATH="$build:$PATH" MODEL="$url/v1#demo" BASELINE=$dir/core.json POLICY=$dir/drop.yaml \
    OUT=$dir/recipe2 sh tests/cases/gate.sh >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 1 ]
ok "and stops at a policy that cannot be read for this run"
# The workflow's own step, with the files where a repository has them.
mkdir "$dir/repo" && cp "$dir/core.json" "$dir/repo/baseline.json" && cp tests/cases/policy.yaml "$dir/repo/" &&
    cp -r "$dir/core" "$dir/repo/run"
sed -n '/name: judge/,/exit/p' tests/cases/gate.yml | sed '1,2d; s/^ *//' >"$dir/judge.sh"
(cd "$dir/repo" && PATH="$build:$PATH" GITHUB_STEP_SUMMARY=$dir/step.md sh "$dir/judge.sh") >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && grep -q '^ifbench gate: pass' "$dir/out" && grep -q '^|verdict' "$dir/step.md" && [ -s "$dir/repo/gate.xml" ]
ok "the workflow's step judges and writes its summary"
stop_mock
run compare "$dir/core" "$dir/two"
[ $code = 3 ] && grep -q 'choose with --model' "$dir/err"
ok "of several models one must be chosen"
run compare "$dir/two" "$dir/two"
[ $code = 0 ] && [ "$(grep -c '80 items: 0 fixed' "$dir/out")" = 2 ]
ok "unless their names tell which belong together"
printf 'rules:\n  - prompt_level_strict_acc drop <= 20 %%\n' >"$dir/one.yaml"
run gate --policy "$dir/one.yaml" --baseline "$dir/two" "$dir/two"
[ $code = 0 ] && grep -q '#one\]' "$dir/out" && grep -q '#two\]' "$dir/out"
ok "a gate judges each and says which"
for want in '0 items 4 of 5 >= 50 %' '1 core.items 5 of 5 >= 99 %'; do
    printf 'rules:\n  - %s\n' "${want#? }" >"$dir/one.yaml"
    run gate --policy "$dir/one.yaml" "$dir/epochs"
    [ $code = "${want%% *}" ]
    ok "${want#? }: exit ${want%% *}"
done
printf 'rules:\n  - prompt_level_strict_acc drop <= 20 %%\n' >"$dir/one.yaml"
run gate --policy "$dir/one.yaml" --baseline "$dir/epochs" "$dir/epochs"
[ $code = 0 ]
ok "answers to one prompt are one observation"
printf 'rules:\n  - core.pass^5 drop <= 20 %%\n  - pass@5 >= 50 %% at 90 %%\n' >"$dir/one.yaml"
run gate --policy "$dir/one.yaml" --baseline "$dir/epochs" "$dir/epochs"
[ $code = 0 ]
ok "pass^5 and pass@5 are one answer an item"
run compare "$dir/epochs" "$dir/epochs"
[ $code = 0 ] && grep -q '0 fixed, 0 regressed' "$dir/out" && grep -q 'mean@5 .* to .* 1.000' "$dir/out"
ok "a run compared with itself is the same"

# ---- metrics of a whole set: the jackknife over ladders ----
mkdir "$dir/fb"
for category in content situation style format mixed example; do
    awk -v c=$category 'BEGIN {
        printf "["
        for (i = 1; i <= (c == "situation" ? 30 : 1); i++)
            for (l = (c == "example"); l <= 5; l++) {
                printf "%s{\"example_id\": %d, \"category\": \"%s\", \"source\": \"self_made_space\", ", sep, i, c
                printf "\"level\": %d, \"instruction\": \"%s %d %d\", \"target\": \"yes\"}", l, c, i, l
                sep = ",\n"
            }
        print "]"
    }' >"$dir/fb/${category}_constraints.json"
done
# ladders RUN UP: in each of 30 ladders the levels up to I modulo UP hold.
ladders() {
    awk -v up="$2" 'BEGIN {
        for (i = 1; i <= 30; i++)
            for (l = 1; l <= 5; l++)
                printf "{\"prompt\": \"situation %d %d\", \"response\": \"%s\"}\n", i, l, (l <= i % up ? "yes" : "no")
    }' >"$dir/ladders"
    "$ifbench" score --suite followbench --data "$dir/fb" --responses "$dir/ladders" --out "$dir/$1" >/dev/null 2>&1
}
ladders high 6
ladders low 3
run compare "$dir/high" "$dir/low"
[ $code = 0 ] && grep -q '^  situation.csl .* -1.50 ' "$dir/out"
ok "compare knows FollowBench's rates"
for want in '1 situation.csl drop <= 0.5' '6 situation.csl drop <= 1.5' '0 situation.csl drop <= 2.5' '1 situation.hsr drop <= 10 %' '3 situation.hsr >= 60'; do
    printf 'rules:\n  - followbench.%s\n  - unscored <= 1\n' "${want#? }" >"$dir/one.yaml"
    run gate --policy "$dir/one.yaml" --baseline "$dir/high" "$dir/low"
    [ $code = "${want%% *}" ]
    ok "${want#? }: exit ${want%% *}"
done

# ---- the example policy, and every format ----
run gate --policy tests/cases/policy.yaml --baseline "$dir/core.json" "$dir/core"
[ $code = 0 ]
ok "the example policy passes what it was made for"
hostile=$(printf '%s/a<b>&"\033[31m%%\nc' "$dir")
cp -r "$dir/worse.400" "$hostile"
printf 'rules:\n  - prompt_level_strict_acc >= 99 %% at 95 %%\n  - latency_p95 <= 1 s\n' >"$dir/x&y.yaml"
run gate --policy "$dir/x&y.yaml" "$hostile" --also "junit=$dir/gate.xml" --also "github=$dir/gate.txt" \
    --also "markdown=$dir/gate.md" --also "json=$dir/gate.json"
[ $code = 1 ] && [ -s "$dir/gate.md" ] && [ -s "$dir/gate.json" ] && ! grep -q "$(printf '\033')" "$dir/out" "$dir/gate.xml" "$dir/gate.md"
ok "hostile names are harmless on the terminal and in files"
grep -q '^::error file=.*line=2,title=ifbench gate%3A fail::.*%25' "$dir/gate.txt" && grep -q '^::warning ' "$dir/gate.txt"
ok "annotations stand at the policy's lines"
if command -v xmllint >/dev/null; then
    xmllint --noout --schema tests/cases/junit.xsd "$dir/gate.xml" >"$dir/out" 2>"$dir/err"
    ok "JUnit's XML fits the schema"
    sed 's/tests="2"/tests="two"/' "$dir/gate.xml" >"$dir/bad.xml"
    ! xmllint --noout --schema tests/cases/junit.xsd "$dir/bad.xml" >"$dir/out" 2>"$dir/err"
    ok "and the schema can refuse"
else
    skip "JUnit's XML fits the schema" "no xmllint"
    skip "and the schema can refuse" "no xmllint"
fi
# Somebody else's reader finds the same: a failure, an error and nothing besides.
cat >"$dir/junit.py" <<'END'
import sys
from junitparser import JUnitXml
cases = [case for suite in JUnitXml.fromfile(sys.argv[1]) for case in suite]
print(*sorted(case.result[0].__class__.__name__ if case.result else 'Pass' for case in cases))
END
if /usr/bin/python3 -c 'import junitparser' 2>/dev/null; then
    [ "$(/usr/bin/python3 "$dir/junit.py" "$dir/gate.xml" 2>"$dir/err")" = 'Error Failure' ]
    ok "another reader of JUnit's XML finds the same"
else
    skip "another reader of JUnit's XML finds the same" "no junitparser (Debian's python3-junitparser)"
fi
grep -q 'failures="1" errors="1"' "$dir/gate.xml"
ok "a rule that fails is a failure, an open one an error"
run gate --policy "$dir/drop.yaml" "$dir/base.10" --also junit
[ $code = 2 ]
ok "--also wants a file"

# ---- power ----
run power --n 541 --p 0.77 --delta 0.05 --discordant 0.15
[ $code = 0 ] && grep -q 'same items twice .* 469 items' "$dir/out"
ok "power knows Connor's formula"
run power --p 0.75 --delta 0.05 --json
[ $code = 0 ] && grep -q '"need_unpaired": 1251' "$dir/out"
ok "and Fleiss's"
run power --n 10
[ $code = 2 ]
ok "power wants a score"
