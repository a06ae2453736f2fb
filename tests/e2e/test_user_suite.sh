# SPDX-License-Identifier: Apache-2.0
# Suites of one's own: validated, asked of the mock, judged with evidence, gone on with.
. tests/e2e/lib.sh

answers=tests/cases/own_answers.jsonl
cp tests/cases/own.yaml tests/cases/own.csv tests/cases/readme.yaml "$dir" || exit 1

# row ITEM: its line of verdicts.jsonl.
row() {
    grep -F "\"item\":\"$1\"," "$dir/run/verdicts.jsonl"
}

# check ITEM ID [TURN]: the object of that constraint, first of the turn.
check() {
    row "$1" | sed 's/{"id":/\n{"id":/g' | grep -F "{\"id\":\"$2\"," |
        if [ "${3:-0}" = 0 ]; then grep -v '"turn":'; else grep -F "\"turn\":$3,"; fi | head -n 1
}

# evidence ITEM ID TURN TEXT: the bytes that the constraint's spans cut out of TEXT, with | between.
evidence() {
    check "$1" "$2" "$3" | sed -n 's/.*"at":\[\([0-9,]*\)\].*/\1/p' | tr ',' '\n' |
        while read -r from && read -r to; do
            printf '%s' "$4" | tail -c +$((from + 1)) | head -c $((to - from))
            printf '|'
        done
}

# ---- validation ----
run suites validate "$dir/own.yaml" "$dir/readme.yaml"
[ $code = 0 ] && grep -q 'own.yaml: 12 items, 14 turns, 23 constraints, ok' "$dir/out" &&
    grep -q 'readme.yaml: 3 items, 4 turns, 7 constraints, ok' "$dir/out"
ok "validate counts what a good file holds"
cat >"$dir/bad.yaml" <<'EOF'
suite: bad
defaults: {max_token: 5}
items:
  - id: one
    promt: x
    prompt: say {{nam}}
    constraints:
      - contains: x
  - id: one
    prompt: y
    constraints:
      - all:
          - contains: z
          - not:
              contians: z
      - measure: {unit: words, op: "=<", value: 3}
      - starts: [1]
  - id: two
    turns:
      - {prompt: a, constraints: [{contains: a, name: first}]}
      - {prompt: b, drop: [frst]}
    level: none
EOF
run suites validate "$dir/bad.yaml"
cut -d: -f2- "$dir/out" | cut -d: -f1 | tr '\n' ' ' >"$dir/lines"
[ $code = 3 ] && [ "$(cat "$dir/lines")" = "2 6 15 16 17 21 22 " ]
ok "every fault of a bad file is told with its line, exit 3"
grep -q 'bad.yaml:15: .*unknown check "contians", did you mean "contains"' "$dir/out" &&
    grep -q 'bad.yaml:21: drop: .*"frst".*did you mean "first"' "$dir/out" &&
    grep -q 'bad.yaml:6: unknown variable "nam"' "$dir/out"
ok "with what was meant"
run suites validate "$dir/bad.yaml" --json
[ $code = 3 ] && grep -q '"line": 15' "$dir/out" && grep -q '"ok": false' "$dir/out"
ok "and as JSON"
run run --suite "$dir/bad.yaml" --model http://127.0.0.1:1/v1#x --out "$dir/none"
[ $code = 3 ] && grep -q 'bad.yaml:2: ' "$dir/err" && [ ! -e "$dir/none" ]
ok "a run of it stops at the first fault, before anything is asked"
run run --suite "$dir/own.yaml,$dir/./own.yaml" --model http://127.0.0.1:1/v1#x --dry-run
[ $code = 2 ] && grep -q 'suite own is named twice' "$dir/err"
ok "a file named twice is refused"
cp "$dir/own.yaml" "$dir/other.yaml"
run run --suite "$dir/own.yaml" --suite "$dir/other.yaml" --model http://127.0.0.1:1/v1#x --dry-run
[ $code = 2 ] && grep -q 'suite own is named twice' "$dir/err"
ok "and so are two files of one name"
run suites show "$dir/own.yaml"
[ $code = 0 ] && grep -q '^ship#pe$' "$dir/out" && grep -q 'parcel to Peru, by ship take?' "$dir/out" &&
    grep -q 'turn 2, no commas (negated)' "$dir/out"
ok "show lists the items with their variables filled in"

# ---- a run ----
start_mock --answers $answers --log "$dir/log" --log-request
run run --suite "$dir/own.yaml" --model "$url/v1#demo" --out "$dir/run" -j 1 -q --no-preflight
[ $code = 0 ] && [ "$(records "$dir/run" answer)" = 14 ]
ok "a suite of one's own is asked, every turn of it"
[ "$(metric "$dir/run" prompt_level_strict_acc) $(metric "$dir/run" inst_level_strict_acc) $(metric "$dir/run" turn_level_strict_acc)" = "4/12 13/23 6/14" ]
ok "prompts, instructions and turns are counted"
grep -q 'max_tokens.*400' "$dir/log" && grep -q 'You write for Kite & Sons' "$dir/log"
ok "the file's defaults and system message are sent"
grep -F 'Do you have the receipt' "$dir/log" | grep -q 'My kite broke.*I am sorry.*Answer in one line'
ok "a conversation that has begun goes out as one call"
row offer | grep -q '"why":"/price: ' && [ "$(evidence offer json 0 '{"name": "Red kite", "price": "12 €"}')" = '"12 €"|' ]
ok "JSON Schema: the place of the fault, and its bytes"
check order xml | grep -q '"strict":"fail"' && check order 'not xml' | grep -q '"negated":true,"strict":"fail"' &&
    [ "$(evidence order 'not xml' 0 '<order><line>Red kite</line><note>one only</note></order>')" = '<note>|' ]
ok "XPath: one line where two were wanted, and an element that should not be there"
[ "$(evidence plain 'not mentions' 0 "A café kite is very light; don't drop it.")" = "very|don't|" ] &&
    check plain 'not mentions' | grep -q '"negated":true,"strict":"fail"'
ok "negation: every forbidden word, counted in bytes of the answer without its thinking"
[ "$(evidence steps 'each line starts' 0 '- Hold it
* Run
- Let go.')" = "* Run|" ]
ok "each: the line that does not hold"
check steps 'not some line ends' | grep -q '"strict":"fail","loose":"pass"'
ok "and strict and loose may differ"
check ship#jp contains | grep -q '"text":"9 days"},"strict":"fail"' &&
    check ship#fr contains | grep -q '"text":"3 days"},"strict":"pass"' &&
    check ship#pe short | grep -q '"value":6},"strict":"fail"'
ok "a table's row fills prompt, text and number"
check letter 'no commas' 0 | grep -q '"strict":"fail"' && check letter 'no commas' 1 | grep -q '"strict":"pass"' &&
    [ -z "$(check letter 'no commas' 2)" ] && check letter dear 2 | grep -q '"strict":"pass"'
ok "constraints hold in later turns until they are dropped"
[ "$(evidence letter 'no commas' 0 'Hello there, your kite is ready')" = ",|" ] &&
    [ "$(evidence letter dear 1 'Dear Ana your kite is ready')" = "Dear|" ] &&
    [ "$(evidence letter yours 2 'Dear Ana, your kite is ready. Yours')" = "Yours|" ]
ok "evidence of a turn counts in that turn's answer"
row braces | grep -q '"keywords":\["{{","}}"\]'
ok "escaped braces are braces"

# ---- reports ----
page=$dir/run/report.html
opened "$page" >"$dir/transcripts"
grep -q '\["a",0,\["A café kite is ",\["very",\[1\],\[1\]\]," light; ",\["don.t",\[1\],\[1\]\]," drop it' "$dir/transcripts"
ok "the page marks the evidence with its constraint"
grep -q '\["a",2,\[\["Dear",\[3\],\[3\]\]," Ana your' "$dir/transcripts" &&
    grep -q '\["a",1,\["Hello there",\[",",\[1\],\[1\]\]' "$dir/transcripts"
ok "in each turn's answer"
grep -q '\["not mentions",.*,0,3,"not.mentions: found' "$dir/transcripts" && grep -q 'By <bdi>polarity</bdi>' "$page" && grep -q 'By <bdi>turn</bdi>' "$page"
ok "and groups what is negated and the turns"
run report "$dir/run"
grep -q '^  negated  *6 ' "$dir/out" && grep -q '^  turn 3  *2 ' "$dir/out" && grep -q '^  structure  *3 ' "$dir/out"
ok "so does the terminal"
run report "$dir/run" --reports markdown --to -
grep -q '|own *|negated *|' "$dir/out"
ok "and Markdown"

# ---- gone on with ----
run score "$dir/run" --out "$dir/ignored"
cp "$dir/run/verdicts.jsonl" "$dir/again"
run score "$dir/run"
[ $code = 0 ] && cmp "$dir/again" "$dir/run/verdicts.jsonl" >"$dir/err" 2>&1
ok "scoring the journal again gives the same"
head -n 6 "$dir/run/journal.jsonl" >"$dir/half" && cp -r "$dir/run" "$dir/part" && cp "$dir/half" "$dir/part/journal.jsonl"
(cd / && "$ifbench" run --resume "$dir/part" --no-preflight -q >"$dir/out" 2>"$dir/err" </dev/null)
[ $? = 0 ] && [ "$(records "$dir/part" answer)" = 14 ] && cmp "$dir/part/verdicts.jsonl" "$dir/again" >>"$dir/err" 2>&1
ok "an unfinished run finds its file from any folder"
sed -i 's/four to eight/five to nine/' "$dir/own.yaml"
run run --resume "$dir/part" --no-preflight -q
[ $code = 3 ] && grep -q 'own.yaml has changed since the run was begun' "$dir/err"
ok "but not when the file has changed"
cp tests/cases/own.yaml "$dir/own.yaml" && sed -i 's/Japan,9/Japan,10/' "$dir/own.csv"
run score "$dir/part"
[ $code = 3 ] && grep -q 'own.csv has changed since the run was begun' "$dir/err"
ok "nor its table"
stop_mock

# ---- answers from a file, and the example of the README ----
cp tests/cases/own.csv "$dir/own.csv"
run score --suite "$dir/own.yaml" --responses $answers --out "$dir/scored"
[ $code = 0 ] && sed 's/"model":"[^"]*"//' "$dir/scored/verdicts.jsonl" >"$dir/a" && sed 's/"model":"[^"]*"//' "$dir/again" >"$dir/b" &&
    cmp "$dir/a" "$dir/b" >"$dir/err" 2>&1
ok "scoring the same answers from a file gives the same verdicts"
cat >"$dir/shop.jsonl" <<'EOF'
{"prompt": "A customer of Kite & Sons asks when you open. Answer in at most 20 words.", "response": "Unfortunately not before nine. Kite & Sons"}
{"prompt": "Give the opening hours as JSON with open and close.", "response": "{\"open\": 9, \"close\": 18}"}
{"prompt": "Say hello. From now on, no exclamation marks.", "response": "Hello."}
{"prompt": "Now say goodbye.", "response": "Goodbye!"}
EOF
start_mock --answers "$dir/shop.jsonl"
run run --suite "$dir/readme.yaml" --model "$url/v1#demo" --out "$dir/shop" -q
[ $code = 0 ] && [ "$(metric "$dir/shop" prompt_level_strict_acc) $(metric "$dir/shop" inst_level_strict_acc)" = "1/3 4/7" ] &&
    grep -q '"negated":true,"strict":"fail".*found .Unfortunately' "$dir/shop/verdicts.jsonl"
ok "the README's example runs"
stop_mock

# Two prompts in two forms each, not side by side: all or nothing of a prompt holds, so the share is
# one of two prompts, and its error sqrt(2 * (1 + 1) / 1) / 4 and no smaller one of four items.
for p in a b; do for form in 1 2; do echo "{\"prompt\": \"$p$form\", \"response\": \"$p\"}"; done; done >"$dir/forms.jsonl"
printf 'suite: forms\nworst_case: true\nitems:\n' >"$dir/forms.yaml"
for form in 1 2; do for p in a b; do
    printf '  - {id: %s%s, group: %s, prompt: %s%s, constraints: [{contains: a}]}\n' $p $form $p $p $form
done; done >>"$dir/forms.yaml"
run score --suite "$dir/forms.yaml" --responses "$dir/forms.jsonl" --out "$dir/forms"
[ $code = 0 ] && [ "$(metric "$dir/forms" prompt_level_strict_acc)" = 2/4 ] &&
    [ "$(grep -c '"se": 0.5,*$' "$dir/forms/summary.json")" = 4 ]
ok "the errors of a suite of changed prompts are clustered by prompt"

if grep -q '^    suite: manners' README.md; then
    sed -n '/^    suite: manners/,/^$/p' README.md | sed 's/^    //;/^$/d' >"$dir/shown"
    cmp "$dir/shown" tests/cases/readme.yaml >"$dir/err" 2>&1
    ok "and is the one that stands there"
else
    skip "and is the one that stands there" "the README has no such example"
fi
