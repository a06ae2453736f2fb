# SPDX-License-Identifier: Apache-2.0
# `ifbench check`: one text, a file, a co-process; and the library from ten lines of C.
. tests/e2e/lib.sh

echo 'no commas' | "$ifbench" check --id punctuation:no_comma >"$dir/out"
[ $? = 0 ] && grep -q 'strict *pass' "$dir/out"
ok "a text that follows: exit 0"
echo 'one, comma' | "$ifbench" check --id punctuation:no_comma --json >"$dir/out"
[ $? = 1 ] && grep -q '"outcome":"fail"' "$dir/out" && grep -q '"at":\[\[3,4\]\]' "$dir/out"
ok "a text that does not: exit 1, with the place"

cat >"$dir/cases" <<'CASES'
{"id": "a", "instruction_id": "punctuation:no_comma", "kwargs": {}, "response": "fine"}
{"id": 2, "instruction_id": "punctuation:no_comma", "kwargs": null, "response": "x, y"}
not json

{"id": "c", "instruction_id": "punctuation:no_coma", "kwargs": {}, "response": "x"}
{"id": "d", "instruction_id": "length_constraints:number_words", "kwargs": {"num_words": "3", "relation": "at least"}, "response": "x"}
{"id": "e", "instruction_id": "keywords:existence", "kwargs": {"keywords": ["("]}, "response": "x"}
{"id": "f", "instruction_id": "keywords:existence", "kwargs": {"keywords": ["("]}, "response": " "}
{"id": "g", "instruction_id": "punctuation:no_comma", "response": "a\u0000, b"}
CASES
sed 's/\("why":\)"[^"]*"/\1W/; s/\("error":\)"\(\\"\|[^"]\)*"/\1E/' >"$dir/want" <<'WANT'
{"id":"a","strict":true,"loose":true,"why":"","error":null}
{"id":2,"strict":false,"loose":false,"why":"","error":null}
{"id":null,"strict":null,"loose":null,"why":null,"error":""}
{"id":"c","strict":null,"loose":null,"why":null,"error":""}
{"id":"d","strict":null,"loose":null,"why":null,"error":""}
{"id":"e","strict":null,"loose":null,"why":null,"error":""}
{"id":"f","strict":false,"loose":false,"why":"","error":null}
{"id":"g","strict":false,"loose":false,"why":"","error":null}
WANT
run check --batch "$dir/cases"
[ $code = 0 ] && sed 's/\("why":\)"\(\\"\|[^"]\)*"/\1W/; s/\("error":\)"\(\\"\|[^"]\)*"/\1E/; s/"why":null,"error":null/"why":W,"error":null/' "$dir/out" >"$dir/got" &&
    diff "$dir/want" "$dir/got" >"$dir/err"
ok "a batch gives one line a case, in order; what is wrong is an error"
grep -q '"error":"line 3: ' "$dir/out" && grep -q 'did you mean\|nearest' "$dir/out"
ok "and the errors say which line and what is near"
gzip -k "$dir/cases"
cp "$dir/out" "$dir/plain"
run check --batch "$dir/cases.gz" --threads 3
cmp "$dir/plain" "$dir/out"
ok "gzip and threads change nothing"

# Resources that are pulled: missing, damaged, there.
cat >"$dir/cases" <<'CASES'
{"id": 1, "instruction_id": "words:start_verb", "kwargs": {}, "response": "Write it down."}
{"id": 2, "instruction_id": "ratio:stop_words", "kwargs": {"percentage": 50.0}, "response": "the cat sat"}
{"id": 3, "instruction_id": "words:odd_even_syllables", "kwargs": {}, "response": "The garden is open."}
{"id": 4, "instruction_id": "words:start_verb", "kwargs": {}, "response": "The end."}
{"id": 5, "instruction_id": "punctuation:no_comma", "kwargs": {}, "response": "fine"}
CASES
run check --batch "$dir/cases" --data-dir "$dir/none"
[ $code = 0 ] && [ "$(grep -c '"strict":null,"loose":null,"why":"needs the .*`ifbench data pull nlp` gets them","error":null' "$dir/out")" = 4 ] &&
    grep -q '"id":5,"strict":true' "$dir/out"
ok "a check whose resource is missing is unscored and says how to get it"
mkdir -p "$dir/bad/nltk"
echo 'no archive' >"$dir/bad/nltk/averaged_perceptron_tagger.zip"
run check --batch "$dir/cases" --data-dir "$dir/bad"
[ $code = 0 ] && [ "$(grep -c '"error":"line [14]: .*tagger.zip: not a zip archive' "$dir/out")" = 2 ] &&
    grep -q '"id":5,"strict":true' "$dir/out"
ok "a damaged one is an error of each line that needs it"
if [ -e "$data/nltk/averaged_perceptron_tagger.zip" ]; then
    run check --batch "$dir/cases" --data-dir "$data"
    [ $code = 0 ] && [ "$(sed 's/.*"strict":\([a-z]*\).*/\1/' "$dir/out" | tr '\n' ' ')" = "true true true false true " ]
    ok "a batch loads them when they are asked for"
else
    skip "a batch loads them when they are asked for" "no data"
fi

# A co-process: each answer comes before the next question is asked.
mkfifo "$dir/in" "$dir/answers"
"$ifbench" check --batch - <"$dir/in" >"$dir/answers" 2>"$dir/err" &
pids="$pids $!"
exec 3>"$dir/in" 4<"$dir/answers"
good=0
for text in 'yes' 'no, no' 'again'; do
    echo "{\"id\":\"$text\",\"instruction_id\":\"punctuation:no_comma\",\"kwargs\":{},\"response\":\"$text\"}" >&3
    read -r line <&4
    case $line in "{\"id\":\"$text\","*) good=$((good + 1)) ;; esac
done
exec 3>&- 4<&-
[ $good = 3 ]
ok "it answers each line as it comes when the input pauses"

# The library.
if command -v "${CC:-cc}" >/dev/null 2>&1; then
    case $build in *build) san= ;; *-address*|*-undefined*|*-thread*) san=yes ;; *) san= ;; esac
    if [ -n "$san" ]; then
        skip "a program of ten lines uses the library" "needs an ordinary build"
    else
        "${CC:-cc}" -std=c17 -Iinclude tests/reference/reward.c -L"$build" -Wl,-rpath,"$build" -lifbench -o "$dir/reward" >"$dir/out" 2>"$dir/err" &&
            [ "$(printf 'no commas here' | "$dir/reward")" = 1 ] && [ "$(printf 'one, two' | "$dir/reward")" = 0 ]
        ok "a program of ten lines uses the library"
    fi
else
    skip "a program of ten lines uses the library" "no C compiler"
fi
