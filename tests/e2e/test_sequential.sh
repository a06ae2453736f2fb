# SPDX-License-Identifier: Apache-2.0
# A gate that is looked at while the run is asked, and ends it: `run --gate-policy --sequential`.
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

# policy NAME RULE...
policy() {
    name=$1
    shift
    { echo rules:; for r; do printf '  - "%s"\n' "$r"; done; } >"$dir/$name.yaml"
}

# of RUN KEY: a number or truth of the sequential part of gate.json.
of() {
    sed -n "s/^ *\"$2\": \([a-z0-9]*\),*\$/\1/p" "$1/gate.json" | head -n 1
}

# asked RUN: the calls of the journal, sorted.
asked() {
    sed -n 's/^{"t":"[a-z]*","call":\([0-9]*\),.*/\1/p' "$1/journal.jsonl" | sort -n
}

# gated NAME POLICY N ANSWERS WORDS: a sequential run in $dir/NAME against $dir/base.N.
gated() {
    to=$1 rules=$2 n=$3 from=$4
    shift 4
    rm -rf "$dir/$to"
    run run --suite ifeval --data "$dir/suite.$n" --model "replay:$dir/answers.$from" --out "$dir/$to" -q \
        --gate-policy "$dir/$rules.yaml" --gate-baseline "$dir/base.$n" --sequential "$@"
}

for n in 400 60 10; do suite $n >"$dir/suite.$n"; done
answers 400 361 400 >"$dir/answers.same"
answers 400 371 400 >"$dir/answers.better"
answers 400 357 400 >"$dir/answers.little"
answers 400 343 400 >"$dir/answers.middle"
answers 400 301 400 >"$dir/answers.worse"
answers 10 0 0 >"$dir/answers.ten"
answers 60 0 0 >"$dir/answers.sixty"
head -n 320 "$dir/answers.same" >"$dir/answers.gaps"
for n in 400 60 10; do
    case $n in 400) from=same ;; 60) from=sixty ;; *) from=ten ;; esac
    "$ifbench" score --suite ifeval --data "$dir/suite.$n" --responses "$dir/answers.$from" --out "$dir/base.$n" >/dev/null 2>&1
done
policy drop 'ifeval.prompt_level_strict_acc drop <= 5 % at 95 %'
policy high 'prompt_level_strict_acc >= 80 %' 'errors <= 1 %'
policy bound 'prompt_level_strict_acc >= 80 % at 95 %'
policy commas 'punctuation:* drop <= 10 %' 'keywords:existence >= 50 %'
policy each 'keywords:existence >= 1' 'punctuation:no_comma >= 85 %'
policy some 'ifeval.prompt_level_strict_acc drop <= 5 % at 95 %' 'unscored <= 25 %'
policy regressed 'regressed <= 8' 'items 1 of 1 >= 70 %'
policy budgets 'errors <= 1 %' 'unscored <= 1 %'
policy slow 'latency_p95 <= 2 s' 'prompt_level_strict_acc >= 50 %'

# ---- the verdicts, beside those of the fixed gate ----
while read -r want fewer rules n cand words; do
    gated seq $rules $n $cand $words
    [ $code = "$want" ] && adds_up "$dir/seq" &&
        if [ $fewer = yes ]; then
            [ "$(of "$dir/seq" settled)" = true ] && [ "$(of "$dir/seq" calls_made)" -lt "$(of "$dir/seq" calls)" ] &&
                grep -q '"complete": false' "$dir/seq/summary.json"
        else
            [ "$(of "$dir/seq" calls_made)" = "$(of "$dir/seq" calls)" ] && grep -q '"complete": true' "$dir/seq/summary.json"
        fi
    ok "$rules: $cand of $n $words: exit $want, fewer calls: $fewer"
    rm -rf "$dir/fixed"
    run run --suite ifeval --data "$dir/suite.$n" --model "replay:$dir/answers.$cand" --out "$dir/fixed" -q \
        --gate-policy "$dir/$rules.yaml" --gate-baseline "$dir/base.$n" $words
    [ $code = "$want" ] && grep -q '"complete": true' "$dir/fixed/summary.json" && ! grep -q '"sequential"' "$dir/fixed/gate.json" &&
        "$ifbench" gate -p "$dir/$rules.yaml" -b "$dir/base.$n" "$dir/fixed" >"$dir/gate" 2>&1 || [ $? = "$want" ]
    ok "$rules: $cand of $n $words: the fixed gate says the same"
    shown="<dt>Gate</dt><dd><bdi>$(sed -n '/^  "verdict"/s/.*: "\([a-z]*\)".*/\1/p' "$dir/fixed/gate.json")</bdi>"
    grep -qF "$shown" "$dir/fixed/report.html" && "$ifbench" report "$dir/fixed" --reports html --to - >"$dir/page" 2>&1 && grep -qF "$shown" "$dir/page"
    ok "$rules: $cand of $n $words: and the report shows it"
done <<'END'
0 yes drop 400 same
0 yes drop 400 better
0 yes drop 400 little
6 no drop 400 middle
1 yes drop 400 worse
6 no drop 10 ten
0 no drop 60 sixty
6 no drop 400 gaps
0 yes some 400 gaps
1 yes drop 400 gaps --missing=fail
0 yes high 400 same
1 yes high 400 worse
0 yes bound 400 same
0 yes commas 400 same
1 yes commas 400 worse
0 no each 400 same
1 yes each 400 worse
0 yes regressed 400 same
1 yes regressed 400 worse
1 yes regressed 400 middle
6 yes slow 400 same
0 no budgets 400 same
1 yes budgets 400 gaps
END
gated seq drop 400 same --strict
[ $code = 0 ] && [ "$(of "$dir/seq" settled)" = true ]
ok "--strict minds what was asked"
gated seq drop 400 worse
grep -q '^settled after [0-9]* of 400 items, in the order of seed 0; [0-9]* of 400 calls made, [0-9]* saved' "$dir/out" &&
    grep -q 'does not hold with 95 % confidence, after' "$dir/out" && grep -q 'the gate was settled after' "$dir/err" &&
    grep -q 'the gate was settled after' "$dir/seq/summary.json" && ! grep -q 'go on with' "$dir/err"
ok "it says after how many items, and what was saved"
sed 's/\[{}/[{"keywords":["(x"]}/; s/punctuation:no_comma/keywords:existence/' "$dir/suite.10" >"$dir/suite.raise"
"$ifbench" score --suite ifeval --data "$dir/suite.raise" --responses "$dir/answers.ten" --out "$dir/base.raise" >/dev/null 2>&1
gated raise drop raise ten
[ $code = 6 ] && [ "$(of "$dir/raise" settled)" = false ]
ok "where every check errs nothing is settled"

# ---- the order ----
gated one drop 400 same
gated two drop 400 same
cmp "$dir/one/journal.jsonl" "$dir/two/journal.jsonl" >/dev/null || { asked "$dir/one" >"$dir/a"; asked "$dir/two" >"$dir/b"; cmp "$dir/a" "$dir/b"; }
ok "the same seed: the same items"
gated other drop 400 same --seed 7
asked "$dir/one" >"$dir/a"
asked "$dir/other" >"$dir/b"
[ $code = 0 ] && ! cmp -s "$dir/a" "$dir/b" && grep -q '"order_seed": 7' "$dir/other/manifest.json" && [ "$(of "$dir/other" order_seed)" = 7 ]
ok "another seed: others, and it is in the manifest"
# Not the first ones of the suite: a run of consecutive numbers would be.
[ "$(tail -n 1 "$dir/a")" -gt "$(wc -l <"$dir/a")" ]
ok "they are drawn from all of the suite"
suite 3000 >"$dir/suite.3000"
answers 3000 0 0 >"$dir/answers.many"
"$ifbench" score --suite ifeval --data "$dir/suite.3000" --responses "$dir/answers.many" --out "$dir/base.3000" --reports json >/dev/null 2>&1
gated many drop 3000 many --reports json
asked "$dir/many" >"$dir/a"
[ $code = 0 ] && [ "$(wc -l <"$dir/a")" -lt 200 ] && [ "$(tail -n 1 "$dir/a")" -ge 2048 ] && [ "$(head -n 1 "$dir/a")" -lt 2048 ]
ok "also where most items do not stay in memory"

# ---- what a run that was ended so is good for ----
run compare "$dir/base.400" "$dir/one"
[ $code = 3 ] && grep -q 'was asked sequentially, and 311 of 400 samples were not' "$dir/err"
ok "compare refuses it"
run compare "$dir/base.400" "$dir/one" --common
[ $code = 0 ]
ok "but not what both have, when told to"
run gate -p "$dir/drop.yaml" -b "$dir/base.400" "$dir/one"
[ $code = 3 ]
ok "gate refuses it"
run gate -p "$dir/high.yaml" "$dir/one"
[ $code = 6 ]
ok "or does not decide, where nothing is compared"
run baseline set "$dir/one" --to "$dir/one.json"
[ $code = 3 ]
ok "it makes no baseline"
run leaderboard "$dir/base.400" "$dir/one" --out "$dir/board"
[ $code = 0 ] && grep -q '1 run not complete and left out' "$dir/err"
ok "a leaderboard leaves it out"
run score "$dir/one"
[ $code = 0 ] || [ $code = 5 ]
ok "its journal can be scored again"
run verify "$dir/one"
[ $code = 3 ] && grep -q 'unfinished' "$dir/err"
ok "verify says that it is unfinished"

# ---- over HTTP, several calls at a time ----
start_mock --answers "$dir/answers.same" --fault delay=2ms,jitter=5ms
# asks NAME WORDS: a sequential run against the mock.
asks() {
    to=$1
    shift
    run run --suite ifeval --data "$dir/suite.400" --model "$url/v1#demo" --out "$dir/$to" -q --no-preflight \
        --gate-policy "$dir/drop.yaml" --gate-baseline "$dir/base.400" --sequential "$@"
}
for j in 1 3 16; do
    asks http.$j -j $j
    looked=$(of "$dir/http.$j" items_looked_at) made=$(of "$dir/http.$j" calls_made)
    [ $code = 0 ] && [ "$looked" = "$(of "$dir/one" items_looked_at)" ] && [ "$made" -ge "$looked" ] && [ "$made" -lt $((looked + j)) ] &&
        [ "$(records "$dir/http.$j" answer)" = "$made" ] && adds_up "$dir/http.$j"
    ok "$j at a time: looked at in the same order, $made calls for $looked looks"
done
asks http
[ $code = 0 ] && [ "$(of "$dir/http" calls_made)" -lt $(($(of "$dir/http" items_looked_at) + 8)) ]
ok "eight at a time when nobody says"
"$ifbench" run --suite ifeval --data "$dir/suite.400" --model "$url/v1#demo" --out "$dir/killed" -q --no-preflight -j 4 \
    --gate-policy "$dir/drop.yaml" --gate-baseline "$dir/base.400" --sequential >/dev/null 2>&1 </dev/null &
pid=$!
grown "$dir/killed" 30 $pid
kill -9 $pid
wait $pid 2>/dev/null
[ ! -e "$dir/killed/gate.json" ] && cp -r "$dir/killed" "$dir/changed"
run run --resume "$dir/killed" -q -j 4 --no-preflight
[ $code = 0 ] && [ "$(of "$dir/killed" items_looked_at)" = "$looked" ] && [ "$(doubled "$dir/killed")" = 0 ]
ok "killed and gone on with: the same order, the same verdict after the same item"
cp "$dir/drop.yaml" "$dir/kept.yaml"
policy drop 'ifeval.prompt_level_strict_acc drop <= 6 % at 95 %'
run run --resume "$dir/changed" -q
[ $code = 3 ] && grep -q 'drop.yaml has changed since' "$dir/err"
ok "it goes on only with the policy that it was begun with"
cp "$dir/kept.yaml" "$dir/drop.yaml"
run run --retry-errors "$dir/changed" -q
[ $code = 2 ] && grep -q 'would leave gaps' "$dir/err"
ok "and in its order: not only with what failed"
run run --resume "$dir/changed" -q --gate-policy "$dir/high.yaml" --gate-also "junit=$dir/resumed.xml"
[ $code = 0 ] && grep -q 'drop.yaml' "$dir/out" && ! grep -q 'high.yaml' "$dir/out" && [ -s "$dir/resumed.xml" ]
ok "and with its own gate, whatever is named now"
stop_mock
run run --resume "$dir/http.3" -q
[ $code = 0 ] && grep -q "settled after $looked of 400 items" "$dir/out"
ok "gone on with after its verdict: the same one, and nothing is asked"
start_mock --answers "$dir/answers.same" --fault 500,every=10
asks faults -j 4 --max-retries 0 --missing unscored
[ $code = 6 ] && [ "$(records "$dir/faults" error)" -gt 0 ] && grep -q 'items are unscored that the baseline has scored' "$dir/out"
ok "failed calls do not pass unnoticed"
stop_mock
run run --suite ifeval --data "$dir/suite.400" --model "http://127.0.0.1:1/v1#down" --out "$dir/down" -q --no-preflight \
    --max-retries 0 --max-errors 3 --gate-policy "$dir/drop.yaml" --gate-baseline "$dir/base.400" --sequential
[ $code = 4 ]
ok "a dead endpoint is no verdict"

# ---- epochs ----
start_mock --answers suites/data/core_answers.jsonl
run run --model "$url/v1#demo" --epochs 3 --out "$dir/epochs" -q --no-preflight
policy epochs 'inst_level_strict_acc drop <= 20 %' 'items 2 of 3 >= 50 %' 'core.pass^3 drop <= 30 %'
run run --model "$url/v1#demo" --epochs 3 --out "$dir/epochs.seq" -q --no-preflight -j 1 \
    --gate-policy "$dir/epochs.yaml" --gate-baseline "$dir/epochs" --sequential
looked=$(of "$dir/epochs.seq" items_looked_at)
[ $code = 0 ] && [ "$(of "$dir/epochs.seq" settled)" = true ] && [ "$(of "$dir/epochs.seq" calls_made)" = $((looked * 3)) ]
ok "the epochs of an item are looked at together"
stop_mock

# ---- the line of the README ----
start_mock --answers suites/data/core_answers.jsonl
run run --model "$url/v1#demo" --out "$dir/core" -q
"$ifbench" baseline set "$dir/core" --to "$dir/core.json" >/dev/null
run run --suite core --model "$url/v1#demo" --gate-policy tests/cases/policy.yaml --gate-baseline "$dir/core.json" --sequential \
    --out "$dir/core.seq" -q --gate-also "junit=$dir/core.xml"
[ $code = 0 ] && [ -s "$dir/core.xml" ] && grep -q '^decided after 80 of 80 items' "$dir/out"
ok "the example policy on a suite too small to stop early: as the fixed gate"
stop_mock

# ---- other formats ----
gated formats drop 400 worse --gate-also "junit=$dir/gate.xml" --gate-also "markdown=$dir/gate.md" --gate-also "json=$dir/gate.json" --json
[ $code = 1 ] && cmp "$dir/gate.json" "$dir/formats/gate.json" && grep -q '^settled after' "$dir/gate.md" && grep -q '^{' "$dir/out" && ! grep -q 'gate:' "$dir/out"
ok "the verdict in files, beside the summary as JSON"
if command -v xmllint >/dev/null; then
    xmllint --noout --schema tests/cases/junit.xsd "$dir/gate.xml" >"$dir/out" 2>"$dir/err" && grep -q '<property name="items" value="[0-9]* of 400"/>' "$dir/gate.xml"
    ok "JUnit's XML fits the schema"
else
    skip "JUnit's XML fits the schema" "no xmllint"
fi

# ---- what is refused before a call is made ----
policy unknown 'ifeval.prompt_level_strict_ac drop <= 5 %'
policy slip 'prompt_level_strict_acc >= 80'
# refused STATUS MESSAGE WORDS
refused() {
    want=$1 message=$2
    shift 2
    run run --suite ifeval --data "$dir/suite.400" --model http://127.0.0.1:1/v1#down --out "$dir/refused" -q "$@"
    [ $code = "$want" ] && grep -q -e "$message" "$dir/err" && [ ! -e "$dir/refused" ]
    ok "refused: $message"
}
refused 2 '--sequential goes with --gate-policy' --sequential
refused 2 '--gate-baseline goes with --gate-policy' --gate-baseline "$dir/base.400"
refused 2 '--gate-also goes with --gate-policy' --gate-also "junit=$dir/x"
refused 2 '--gate-also: wanted term' --gate-policy "$dir/high.yaml" --gate-also junit
refused 2 'asks one model, here are 2' --gate-policy "$dir/high.yaml" --sequential --model http://127.0.0.1:1/v1#two
refused 2 'put the shards together with .ifbench merge' --gate-policy "$dir/high.yaml" --shard 1/2
refused 2 'compares with a baseline' --gate-policy "$dir/drop.yaml"
refused 3 'unknown.yaml:2: unknown metric .*did you mean' --gate-policy "$dir/unknown.yaml" --gate-baseline "$dir/base.400" --sequential
refused 3 'slip.yaml:2: .* is a share' --gate-policy "$dir/slip.yaml"
refused 3 '390 only in the candidate' --gate-policy "$dir/drop.yaml" --gate-baseline "$dir/base.10" --sequential
refused 3 'cannot read the policy' --gate-policy "$dir/nowhere.yaml"
refused 3 'cannot read the baseline' --gate-policy "$dir/drop.yaml" --gate-baseline "$dir/nowhere" --sequential
run run --suite ifeval --data "$dir/suite.400" --model http://127.0.0.1:1/v1#down --dry-run --gate-policy "$dir/unknown.yaml" --gate-baseline "$dir/base.400" --sequential
[ $code = 3 ]
ok "a dry run finds that too"
cat >"$dir/config.yaml" <<END
suite: [ifeval]
data: "$dir/suite.400"
model: [replay:$dir/answers.same]
gate_policy: "$dir/drop.yaml"
gate_baseline: "$dir/base.400"
gate_base_model: "$(sed -n 's/^ *"spec": "\(.*\)",$/\1/p' "$dir/base.400/manifest.json" | head -n 1)"
gate_common: true
gate_also: ["junit=$dir/from-config.xml"]
sequential: true
END
run run --config "$dir/config.yaml" --dry-run
[ $code = 0 ] && grep -q '^# would ask at most 400 calls' "$dir/out" && cp "$dir/out" "$dir/printed.yaml" &&
    [ "$(grep -c '^gate_\|^sequential: true' "$dir/printed.yaml")" = 6 ]
ok "a dry run prints them as a configuration"
run run --config "$dir/printed.yaml" --out "$dir/from-config" -q
[ $code = 0 ] && [ "$(of "$dir/from-config" settled)" = true ] && [ -s "$dir/from-config.xml" ]
ok "and that gates"
