# SPDX-License-Identifier: Apache-2.0
# Expressions on the command line and in batches, and the page of checks.
. tests/e2e/lib.sh

printf -- '- tea\n- milk\nrum\n' >"$dir/text"
"$ifbench" check --json --expr '{"each":{"unit":"line","check":{"starts":"- "}}}' <"$dir/text" >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && grep -q '"id":"each line starts","args":{"each":{"check":{"check":"starts","text":"- "},"unit":"lines"}}' "$dir/out" &&
    grep -q '"at":\[\[13,16\]\],"quotes":\["rum"\]' "$dir/out"
ok "an expression from the command line: canonical form, place and quote"

cat >"$dir/rule.yaml" <<'YAML'
name: short and dry
all:
  - measure: {unit: words, op: "<=", value: 5}
  - not:
      contains: wine
YAML
"$ifbench" check --json --expr "@$dir/rule.yaml" <"$dir/text" >"$dir/out" 2>"$dir/err"
[ $? = 0 ] && grep -q '"id":"short and dry"' "$dir/out"
ok "one from a YAML file"
echo '{"all": ["punctuation:no_comma"]}' >"$dir/rule.json"
"$ifbench" check --expr "@$dir/rule.json" <"$dir/text" >"$dir/out" 2>"$dir/err"
[ $? = 0 ]
ok "one from a JSON file"
sed -i 's/contains/contians/' "$dir/rule.yaml"
run check --expr "@$dir/rule.yaml"
[ $code = 3 ] && grep -q 'rule.yaml: all\[1\].not: unknown check "contians", did you mean "contains"? (line 5)' "$dir/err"
ok "a fault has its place, line and the nearest name"
run check --expr '{"not":'
[ $code = 3 ] && run check --expr '"punctuation:no_comma"' --id x && [ $code = 2 ] && run check --args '{}' && [ $code = 2 ]
ok "no JSON is a fault, two constraints are a wrong usage"

cat >"$dir/cases" <<'CASES'
{"id": 1, "constraint": {"not": "punctuation:no_comma"}, "response": "a, b"}
{"id": 2, "constraint": {"nto": "punctuation:no_comma"}, "response": "a, b"}
{"id": 3, "instruction_id": "punctuation:no_comma", "kwargs": {}, "response": "a, b"}
{"id": 4, "instruction_id": "punctuation:no_comma", "constraint": "punctuation:no_comma", "response": "a"}
{"id": 5, "constraint": "punctuation:no_comma", "response": "a"}
CASES
run check --batch "$dir/cases" --spans
cat >"$dir/want" <<'WANT'
{"id":1,"strict":true,"loose":true,"why":"not.punctuation:no_comma: found a comma, wanted none","error":null,"at":[1,2]}
{"id":2,"strict":null,"loose":null,"why":null,"error":"line 2: constraint: unknown check \"nto\""}
{"id":3,"strict":false,"loose":false,"why":"found a comma, wanted none","error":null,"at":[1,2]}
{"id":4,"strict":null,"loose":null,"why":null,"error":"line 4: \"constraint\" stands for itself, without \"instruction_id\" and \"kwargs\""}
{"id":5,"strict":true,"loose":true,"why":"no comma found","error":null}
WANT
sed 's/"why":"[^"]*","error":null}$/"why":"no comma found","error":null}/' "$dir/out" >"$dir/got"
[ $code = 0 ] && diff "$dir/want" "$dir/got" >"$dir/err"
ok "a batch takes expressions, --spans adds places"
run check --batch "$dir/cases" --spans --no-why
grep -q '^{"id":1,"strict":true,"loose":true,"why":null,"error":null,"at":\[1,2\]}$' "$dir/out"
ok "--spans without reasons"
run check --batch "$dir/cases"
! grep -q '"at"' "$dir/out"
ok "without --spans the members are as before"

run scorers --format markdown
n=$("$ifbench" scorers | wc -l)
[ $code = 0 ] && [ "$(grep -c '^## ' "$dir/out")" = $((n + 1)) ] && grep -q '^## Units of text$' "$dir/out"
ok "the page has a section a check"
# Each row of a table has three cells, the units two: '|' not escaped by '\'.
sed -n '/^|/p' "$dir/out" | sed 's/\\|//g' | awk -F'|' '{ if (NF != 5 && NF != 4) bad = 1 } END { exit bad }'
ok "and tables whose rows have as many cells as their heads"
run scorers --format markdown 'keywords:*'
[ $code = 0 ] && grep -q '^## `keywords:existence`$' "$dir/out" && ! grep -q measure "$dir/out" &&
    run scorers --format markdown 'nothing*' && [ $code = 3 ]
ok "a pattern picks checks"
run scorers measure --format json
[ $code = 0 ] && grep -q '"choices": \[' "$dir/out" && grep -q '"kind": "choice"' "$dir/out" && grep -q '"needs": \[' "$dir/out"
ok "JSON has kinds and choices"
