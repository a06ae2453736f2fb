# SPDX-License-Identifier: Apache-2.0
# What one meets every day: giving up in time, asking again, options told wrong, a run read again.
. tests/e2e/lib.sh

answers=suites/data/core_answers.jsonl
fast="--no-preflight -q"

# ---- a model is given up at once ----
start_mock --answers $answers --fault status=503 --log "$dir/log"
run run --model "$url/v1#x" -j 1 --max-errors 3 --max-retries 2 --out "$dir/dead" $fast
[ $code = 4 ] && [ "$(records "$dir/dead" error)" = 3 ] && [ "$(records "$dir/dead" answer)" = 0 ] && adds_up "$dir/dead" &&
    grep -q 'given up' "$dir/err" && ! grep -q '"pending":0' "$dir/dead/summary.json"
ok "--max-errors 3 -j 1: three failures are written, the rest stays pending"
curl -s -X POST --data-binary '' "$url/control" >"$dir/out"
run run --resume "$dir/dead" $fast
[ $code = 0 ] && [ "$(records "$dir/dead" answer)" = 80 ] && [ "$(doubled "$dir/dead")" = 0 ]
ok "and is asked when the run goes on"
stop_mock
start_mock --answers $answers --fault status=503,retry-after=500,first=6 --fault status=400,after=6
timeout 100 "$ifbench" run --model "$url/v1#x" -j 8 --max-errors 2 --out "$dir/dead8" $fast >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 4 ] && [ "$(records "$dir/dead8" error)" -ge 2 ] && [ "$(records "$dir/dead8" error)" -le 9 ] && adds_up "$dir/dead8"
ok "and what waits for a retry in eight minutes is not waited for"
stop_mock
# ---- a stream that is not ended by its server ----
start_mock --answers $answers --fault hold
run run --model "$url/v1#x" --stream --limit 4 -j 1 --timeout 60 --out "$dir/hold" $fast
[ $code = 0 ] && [ "$(records "$dir/hold" answer)" = 4 ] &&
    [ "$(sed -n 's/.*"ms":\([0-9]*\).*/\1/p' "$dir/hold/journal.jsonl" | awk '$1 > 20000' | wc -l)" = 0 ]
ok "a stream held open behind its end mark is over"
stop_mock
start_mock --answers $answers
run run --model "$url/v1#x" --stream --limit 20 -j 1 --out "$dir/keep" $fast
[ $code = 0 ] && curl -s "$url/control" >"$dir/out" && grep -q '"connections":[12],' "$dir/out"
ok "and one that is ended leaves its connection to the next call"
stop_mock

# ---- the speed of a run stays ----
run score "$dir/keep"
[ $code = 0 ] && tr -d ' \n' <"$dir/keep/summary.json" | grep -q '"speed":{"seconds":[0-9.e-]*,"answers":20,'
ok "scoring again keeps the speed of the answers"

# ---- options told wrong ----
run run --model x --limit -3
[ $code = 2 ] && grep -q -- '--limit: wanted a whole number from 0' "$dir/err"
ok "an option out of range is named once"
run run --model "$url/v1#x" --param temperature=hot --out "$dir/new"
[ $code = 2 ] && grep -q -- '--param temperature: wanted a number' "$dir/err"
ok "and so is a parameter"

# ---- a system message before every prompt ----
i=0
while [ $i -lt 2100 ]; do
    i=$((i + 1))
    echo "{\"key\": $i, \"prompt\": \"p $i\", \"instruction_id_list\": [\"punctuation:no_comma\"], \"kwargs\": [{}]}"
done >"$dir/many.jsonl"
printf 'Be brief.\nBe kind.\n\n' >"$dir/system.txt"
said='{"role":"system","content":"Be brief.\nBe kind."},{"role":"user","content":"p '
start_mock --default fine --log "$dir/log" --log-request
many="--suite ifeval --data $dir/many.jsonl --cache $dir/answers.db -j 16 $fast"
run run $many --model "$url/v1#x" --system "@$dir/system.txt" --out "$dir/sys"
[ $code = 0 ] && [ "$(grep -cF "$said" "$dir/log")" = 2100 ] && [ "$(grep -cF "\"messages\":[$said" "$dir/sys/journal.jsonl")" = 2100 ]
ok "--system @FILE goes before every prompt, also of items that did not stay in memory"
grep -qF '"system": "Be brief.\nBe kind."' "$dir/sys/manifest.json"
ok "the manifest holds it"
head -n 2099 "$dir/sys/journal.jsonl" >"$dir/some" && cp "$dir/some" "$dir/sys/journal.jsonl" && : >"$dir/log"
run run --resume "$dir/sys" --no-cache $fast
[ $code = 0 ] && [ "$(grep -cF "$said" "$dir/log")" = 2 ]
ok "a run that is gone on with keeps it"
run score "$dir/sys"
[ $code = 0 ] && [ "$(metric "$dir/sys" prompt_level_strict_acc)" = 2100/2100 ]
ok "and so does scoring it again"
: >"$dir/log"
run run $many --model "$url/v1#x" --system "Be long." --limit 5 --out "$dir/sys2"
[ $code = 0 ] && [ "$(grep -c . "$dir/log")" = 5 ] && run run $many --model "$url/v1#x" --system "Be long." --limit 5 --out "$dir/sys3" &&
    [ $code = 0 ] && [ "$(grep -c . "$dir/log")" = 5 ]
ok "another system message is another request to the cache, the same one is not"
run run $many --model "$url/v1#x" --dry-run --json && sed -n 's/.*"prompt_bytes":\([0-9]*\).*/\1/p' "$dir/out" >"$dir/n"
run run $many --model "$url/v1#x" --dry-run --json --system 0123456789 && sed -n 's/.*"prompt_bytes":\([0-9]*\).*/\1/p' "$dir/out" >>"$dir/n"
[ "$(awk '{ n = $1 - n } END { print n }' "$dir/n")" = 21000 ]
ok "--dry-run counts it"
: >"$dir/log"
run run --suite ifeval --data "$dir/many.jsonl" --limit 1 --model "$url/v1#x" --system @@home --system-as user --out "$dir/sys4" $fast
[ $code = 0 ] && grep -qF '"messages":[{"role":"user","content":"@home\n\np 1"}]' "$dir/log"
ok "--system-as user puts it before the first prompt; @@ is an @"
printf 'suite: %s\nmodel: %s\nsystem: |\n  Be brief.\n  Be kind.\nlimit: 1\ndata: %s\n' ifeval "$url/v1#x" "$dir/many.jsonl" >"$dir/c.yaml"
: >"$dir/log"
run run --config "$dir/c.yaml" --out "$dir/sys5" $fast
[ $code = 0 ] && grep -qF "$said" "$dir/log"
ok "and ifbench.yaml holds it as well"
printf 'suite: own\nitems:\n  - id: a\n    messages:\n      - {role: system, content: Be own.}\n      - {role: user, content: q}\n    constraints: [{contains: fine}]\n' >"$dir/own.yaml"
: >"$dir/log"
run run --suite "$dir/own.yaml" --model "$url/v1#x" --system "Be ours." --out "$dir/sys6" $fast
[ $code = 0 ] && grep -qF '"messages":[{"role":"system","content":"Be ours.\n\nBe own."},{"role":"user","content":"q"}]' "$dir/log"
ok "an item's own system message comes behind ours, in the same message"
run run --model "$url/v1#x" --system "@$dir/nowhere" --out "$dir/new"
[ $code = 3 ] || [ $code = 74 ] && grep -q -- '--system: .*nowhere' "$dir/err" && [ ! -e "$dir/new" ]
ok "a file that is not there is said"
stop_mock
start_mock --fault '400,message=System role not supported'
run run --model "$url/v1#x" --system "Be brief." --limit 1 -q --out "$dir/sys7"
[ $code = 4 ] && grep -q 'System role not supported; if it takes no system message, give --system-as user' "$dir/err"
ok "a model that takes none: what to type is said before the run"
stop_mock

# ---- --retry-errors ----
start_mock --answers $answers --fault status=400,first=5 --log "$dir/log"
run run --model "$url/v1#x" -j 1 --out "$dir/failed" $fast
[ $code = 0 ] && [ "$(records "$dir/failed" error)" = 5 ] && : >"$dir/log"
run run --retry-errors "$dir/failed" $fast
[ $code = 0 ] && [ "$(grep -c . "$dir/log")" = 5 ] && [ "$(records "$dir/failed" answer)" = 80 ] && [ "$(doubled "$dir/failed")" = 0 ] &&
    adds_up "$dir/failed" && tr -d ' \n' <"$dir/failed/summary.json" | grep -q '"counts":{[^}]*"unscored":0,"pending":0'
ok "--retry-errors asks what failed in a finished run"
: >"$dir/log"
run run --retry-errors "$dir/failed" --no-preflight
[ $code = 0 ] && [ ! -s "$dir/log" ] && grep -q 'no call of .* has failed' "$dir/err"
ok "and says so when nothing did"
stop_mock
printf 'suite: own\nitems:\n' >"$dir/turns.yaml"
for i in 1 2 3 4 5 6; do printf '  - id: i%s\n    turns: [{prompt: one %s}, {prompt: two %s, constraints: [{contains: fine}]}]\n' $i $i $i >>"$dir/turns.yaml"; done
start_mock --default fine --fault '400,match=two 2' --fault 'status=503,match=one 4' --log "$dir/log"
run run --suite "$dir/turns.yaml" --model "$url/v1#x" -j 1 --max-retries 0 --out "$dir/turns" $fast
sed -n '1,8p' "$dir/turns/journal.jsonl" >"$dir/some" && cp "$dir/some" "$dir/turns/journal.jsonl"
curl -s -X POST --data-binary '' "$url/control" >"$dir/out" && : >"$dir/log"
run run --retry-errors "$dir/turns" $fast
[ $code = 5 ] && grep -o '"prompt":"[^"]*"' "$dir/log" | paste -s -d' ' | grep -qx '"prompt":"two 2" "prompt":"one 4" "prompt":"two 4"' && adds_up "$dir/turns"
ok "of a run that was killed only what failed is asked, with the turns behind it; the rest stays pending"
run run --resume "$dir/turns" $fast
[ $code = 0 ] && [ "$(records "$dir/turns" answer)" = 12 ] && [ "$(doubled "$dir/turns")" = 0 ]
ok "and --resume asks that"
run run --resume "$dir/turns" --retry-errors "$dir/turns"
[ $code = 2 ] && grep -q 'goes without it' "$dir/err"
ok "both at once are refused"
stop_mock

# ---- the settings that a suite asks with ----
run suites ifeval
[ $code = 0 ] && grep -q 'preset   temperature 0, max_tokens 1280; --temperature' "$dir/out" && run suites ifeval --json && tr -d ' \n' <"$dir/out" | grep -q '"preset":{"temperature":0,"max_tokens":1280}'
ok "a suite's page tells its preset"
start_mock --default fine --log "$dir/log" --log-request
one="--suite ifeval --data $dir/many.jsonl --limit 1 --no-preflight"
run run $one --model "$url/v1#x" --out "$dir/set1"
[ $code = 0 ] && grep -qF "ifbench: ifeval, $url/v1#x: 1 sample, temperature 0, max_tokens 1280" "$dir/err" &&
    grep -q '"temperature":0,"max_tokens":1280' "$dir/log" && tr -d ' \n' <"$dir/set1/manifest.json" | grep -q '"asked":\[{"suite":"ifeval","model":"[^"]*","sampling":{"temperature":0,"max_tokens":1280}}\]'
ok "a run says it, sends it and notes it in the manifest"
: >"$dir/log"
run run $one --model "$url/v1#x" --temperature 0.5 --max-tokens 9 --seed 3 --out "$dir/set2"
[ $code = 0 ] && grep -qF "x: 1 sample, temperature 0.5 (preset 0), max_tokens 9 (preset 1280), seed 3" "$dir/err" && grep -q '"temperature":0.5,"max_tokens":9,"seed":3' "$dir/log" &&
    tr -d ' \n' <"$dir/set2/manifest.json" | grep -q '"asked":\[{"suite":"ifeval","model":"[^"]*","sampling":{"temperature":0.5,"max_tokens":9,"seed":3}}\]'
ok "options go before it, and that is said"
run run $one --model "$url/v1#x" --param temperature=0,1 --dry-run
[ $code = 0 ] && grep -qx "# ifeval, $url/v1#x temperature=1: 1 sample, temperature 1 (preset 0), max_tokens 1280" "$dir/out"
ok "and so does --dry-run"
stop_mock

# ---- --strict ----
row() { echo "{\"key\": $1, \"prompt\": \"p$1\", \"instruction_id_list\": [\"$2\"], \"kwargs\": [$3]}"; }
said() { echo "{\"prompt\": \"p$1\", \"response\": \"$2\"}"; }
# strict NAME STATUS PATTERN WORDS: scores data.jsonl and answers.jsonl.
strict() {
    name=$1 want=$2 pattern=$3
    shift 3
    run score --suite ifeval --data "$dir/data.jsonl" --responses "$dir/answers.jsonl" --reports json --out "$dir/strict" "$@"
    rm -r "$dir/strict"
    [ $code = "$want" ] && { [ -z "$pattern" ] || grep -q -- "$pattern" "$dir/err"; }
    ok "$name"
}
{ row 1 punctuation:no_comma '{}'; row 2 punctuation:no_comma '{}'; } >"$dir/data.jsonl"
{ said 1 fine; said 2 "a, b"; } >"$dir/answers.jsonl"
strict "--strict: answers that fail are no fault" 0 '' --strict
said 9 "not asked" >>"$dir/answers.jsonl"
strict "an answer to no prompt is a warning, and no more" 0 'warning: 1 answers of'
strict "--strict: it bears on the scores" 5 -- --strict
strict "and what it was is said" 5 '--strict: 0 unscored, 0 pending, 0 in error, 1 warnings about' --strict
said 1 fine >"$dir/answers.jsonl"
strict "a missing answer counts as failed" 0 ''
strict "--strict: and is minded" 5 '' --strict
strict "--strict: unscored" 5 '--strict: 1 unscored' --strict --missing unscored
strict "--strict --max-unscored: so many may be" 0 '' --strict --missing unscored --max-unscored 0.5
strict "--strict --max-unscored: and no more" 5 '' --strict --missing unscored --max-unscored 0.4
row 1 keywords:forbidden_words '{"forbidden_words": ["(["]}' >"$dir/data.jsonl"
strict "a check in error" 0 ''
strict "--strict: a check in error" 5 '' --strict
run score --strict-errors x
[ $code = 2 ] && grep -q 'unknown option' "$dir/err"
ok "there is one switch"

run suites ifeval --json
[ $code = 0 ] && [ "$(grep -c '"preset"' "$dir/out")" = 1 ]
ok "a suite's preset stands in its JSON once"

# ---- what a model is called ----
{ row 1 punctuation:no_comma '{}'; } >"$dir/data.jsonl"
mkdir "$dir/secret-folder" && said 1 fine >"$dir/secret-folder/gpt-x.v2.jsonl"
gzip -k "$dir/secret-folder/gpt-x.v2.jsonl"
byname="score --suite ifeval --data $dir/data.jsonl"
run $byname --responses "$dir/secret-folder/gpt-x.v2.jsonl" --reports json,html,csv,markdown,lm-eval,eval-strict --out "$dir/named"
[ $code = 0 ] && grep -q '^ifeval, gpt-x.v2$' "$dir/out" && grep -q '"model":"gpt-x.v2"' "$dir/named/verdicts.jsonl" && [ -d "$dir/named/lm-eval/gpt-x.v2" ] &&
    ! grep -rl secret-folder "$dir/named" | grep -v 'manifest.json'
ok "a file of answers is called by its name; its folders stand in the manifest only"
run score "$dir/named" && [ $code = 0 ] && run leaderboard "$dir/named" --out "$dir/board"
[ $code = 0 ] && sed 's/<wbr>//g' "$dir/board/index.html" | grep -q '>gpt-x.v2<' && ! grep -rq secret-folder "$dir/board"
ok "and so is it when scored again, and on a leaderboard"
run $byname --responses "$dir/secret-folder/gpt-x.v2.jsonl.gz" --reports json --out "$dir/named2"
[ $code = 0 ] && grep -q '^ifeval, gpt-x.v2$' "$dir/out"
ok "packed or not"
run $byname --responses "$dir/secret-folder/gpt-x.v2.jsonl" --name "GPT X (2nd)" --reports json --out "$dir/named3"
[ $code = 0 ] && grep -q '^ifeval, GPT X (2nd)$' "$dir/out" && run score "$dir/named3" && [ $code = 0 ] && grep -q '^ifeval, GPT X (2nd)$' "$dir/out"
ok "--name calls it otherwise, for good"
start_mock --default fine
run run --suite ifeval --data "$dir/data.jsonl" --model "$url/v1#a" --model "exec:echo fine" --name first --name second --param seed=1,2 --no-preflight -q --out "$dir/named4"
[ $code = 0 ] && grep -q '^ifeval, first seed=1$' "$dir/out" && grep -q '^ifeval, second seed=2$' "$dir/out" && grep -q '"model":"first seed=2"' "$dir/named4/journal.jsonl"
ok "of several models each gets its own, and variants are told apart"
head -n 3 "$dir/named4/journal.jsonl" >"$dir/some" && cp "$dir/some" "$dir/named4/journal.jsonl" && run run --resume "$dir/named4" -q
[ $code = 0 ] && [ "$(records "$dir/named4" answer)" = 4 ]
ok "and keeps it when the run goes on"
stop_mock
run run --model "$url/v1#a" --model "$url/v1#b" --name x --dry-run
[ $code = 2 ] && grep -q '2 models and 1 names' "$dir/err"
ok "fewer names than models are refused"
run run --model "$url/v1#a" --model "$url/v1#b" --name x --name x --dry-run
[ $code = 2 ] && grep -q 'two models are called x' "$dir/err"
ok "and one name for two"
run run --suite ifeval --data "$dir/data.jsonl" --model "replay:$dir/secret-folder/gpt-x.v2.jsonl" --model "replay:$dir/secret-folder/gpt-x.v2.jsonl.gz" --dry-run
[ $code = 2 ] && grep -q 'two models are called gpt-x.v2; give each a --name' "$dir/err"
ok "two files of one name want names"
