# SPDX-License-Identifier: Apache-2.0
# A suite with its prompts changed a little: made, read again, scored, worst cases counted.
. tests/e2e/lib.sh
unset IFBENCH_DATA
export XDG_DATA_HOME="$dir/none"

cat >"$dir/own.json" <<'END'
{"suite": "own", "system": "Be \\{{kind}.", "items": [
{"id": "a", "prompt": "Say Tea or \\{{milk}} now, is not it?", "instruction_id_list": ["keywords:existence"], "kwargs": [{"keywords": ["\\{{x"]}]},
{"id": "b", "prompt": "say it", "tags": ["short"], "constraints": [{"not": {"check": "contains", "text": "no"}}]}
]}
END
run perturb "$dir/own.json" --with lowercase,extra_space,lowercase --out "$dir/new.json"
[ $code = 0 ] && grep -q '2 prompts, 3 changed texts; 1 left out' "$dir/err"
ok "a change that changes nothing is left out, and a name given twice is one"
run suites validate "$dir/new.json"
[ $code = 0 ] && grep -q '5 items' "$dir/out"
ok "what is made is a suite"
run suites show "$dir/new.json" --json
cp "$dir/out" "$dir/shown"
grep -q '"content": "say tea or {{milk}} now, is not it?"' "$dir/shown" &&
    grep -q '"content": "Say  Tea  or  {{milk}}  now,  is  not  it?"' "$dir/shown" &&
    [ "$(grep -c '"content": "Be {{kind}."' "$dir/shown")" = 5 ] &&
    [ "$(grep -c '"args": {"keywords":\["{{x"\]}' "$dir/shown")" = 3 ]
ok "braces stay braces, and only the question is changed"
[ "$(grep -c '"group": "b"' "$dir/shown")" = 2 ] && grep -q '"id": "b~extra_space"' "$dir/shown"
ok "the group is the original, the id says what was changed"
run perturb "$dir/own.json" --with lowercase,extra_space
[ $code = 0 ] && cmp "$dir/out" "$dir/new.json" >&2
ok "the same bytes each time, and on standard output"
run perturb "$dir/own.json" --with typos0.5 --times 3 --out "$dir/times.json"
[ $code = 0 ] && [ "$(grep -c '"id":"a~typos0.5' "$dir/times.json")" = 3 ] &&
    [ "$(grep -o '"m1":"[^"]*"' "$dir/times.json" | sort -u | wc -l)" = 4 ]
ok "--times draws again"

while IFS='|' read -r words status message; do
    run perturb $words
    [ $code = "$status" ] && grep -q "$message" "$dir/err"
    ok "perturb $(echo "$words" | sed "s|$dir/||g"): $message"
done <<END
$dir/own.json --with typo|2|unknown perturbation "typo"; did you mean "typos"
$dir/own.json --with typos2|2|unknown perturbation "typos2"
$dir/own.json --with space1.5|2|unknown perturbation
$dir/own.json|3|mild_mix: the list contractions.json is not there
$dir/own.json --with misspelling|3|misspelling: the list correct_to_misspelling.json is not there
$dir/own.json --with lowercase --out $dir/x.txt|2|ends in .json
nonsense --with lowercase|3|unknown suite
|2|wants one suite
END
mkdir "$dir/lists"
echo '{"is not": 1}' >"$dir/lists/contractions.json"
run perturb "$dir/own.json" --with contraction --lists "$dir/lists"
[ $code = 3 ] && grep -q 'contractions.json:1: wanted CONTRACTION: EXPANSION' "$dir/err"
ok "a list that is none is named, with the line"
echo '{"isn'"'"'t": "is not"}' >"$dir/lists/contractions.json"
run perturb "$dir/own.json" --with contraction --lists "$dir/lists"
[ $code = 0 ] && grep -q "now, isn't it?" "$dir/out"
ok "a list of one's own is used"
cat >"$dir/two.json" <<'END'
{"suite": "two", "items": [{"id": "a", "turns": [{"prompt": "A", "constraints": ["punctuation:no_comma"]}, {"prompt": "B"}]}]}
END
run perturb "$dir/two.json" --with lowercase
[ $code = 3 ] && grep -q 'item a has 2 turns, wanted one' "$dir/err"
ok "turns are refused"

# ---- scored ----
cat >"$dir/plain.json" <<'END'
{"suite": "plain", "items": [
{"id": "a", "prompt": "Say A", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]},
{"id": "b", "prompt": "Say B", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]},
{"id": "c", "prompt": "say c", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}
]}
END
run perturb "$dir/plain.json" --with lowercase,extra_space --out "$dir/noisy.json"
for p in 'Say A' 'say a' 'Say  A' 'Say B' 'say b'; do printf '{"prompt": "%s", "response": "fine"}\n' "$p"; done >"$dir/answers"
printf '{"prompt": "Say  B", "response": "no, sorry"}\n{"prompt": "say c", "response": "fine"}\n{"prompt": "say  c", "response": "fine"}\n' >>"$dir/answers"
run score --suite "$dir/noisy.json" --responses "$dir/answers" --out "$dir/r"
[ $code = 0 ] && grep -q '"tag"' "$dir/r/summary.json" &&
    awk '/"id": "worst_case_strict_acc"/ { on = 1 } on && /"value"/ { v = $2 } on && /"n":/ { n = $2 } on && /}/ { exit }
        END { exit !(v ~ /^0.6666/ && n ~ /^3/) }' "$dir/r/summary.json"
ok "the worst case is over each prompt and its changes: 2 of 3"
grep -q 'extra_space *3 *66.7 %' "$dir/out" && grep -q 'original *3 *100.0 %' "$dir/out"
ok "scores by change"
run compare "$dir/r" "$dir/r"
[ $code = 0 ] && grep -q worst_case_strict_acc "$dir/out"
ok "and they can be compared"
