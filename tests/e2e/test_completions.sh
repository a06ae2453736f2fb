# SPDX-License-Identifier: Apache-2.0
# Base models: messages become one text, sent to a completions endpoint.
. tests/e2e/lib.sh

answers=suites/data/core_answers.jsonl
fast="--no-preflight -q"
verdicts() { sed 's/"model":"[^"]*"//' "$1/verdicts.jsonl"; }

start_mock --answers $answers --default ' plain' --log "$dir/log" --log-request
run run --model "$url/v1#x" --out "$dir/chat" -j 4 $fast
verdicts "$dir/chat" >"$dir/want"
: >"$dir/log"
run run --model "completions+$url/v1#x" --out "$dir/base" -j 4 -q
verdicts "$dir/base" >"$dir/got"
[ $code = 0 ] && cmp "$dir/want" "$dir/got" >"$dir/err" && [ "$(grep -c '"path":"/v1/completions"' "$dir/log")" = 81 ] &&
    ! grep -q '"messages"' "$dir/log" && [ "$(grep -c '"t":"answer".*"in":[0-9]*,"out":[0-9]*,' "$dir/base/journal.jsonl")" = 80 ]
ok "the same answers get the same verdicts; one request more was the first cheap one"
run run --model "completions+$url/v1#x" --stream --out "$dir/stream" -j 4 $fast
verdicts "$dir/stream" >"$dir/got"
[ $code = 0 ] && cmp "$dir/want" "$dir/got" >"$dir/err" && [ "$(grep -c '"ttft_ms":' "$dir/stream/journal.jsonl")" = 80 ]
ok "streamed as well, and timed"

# ---- templates ----
printf 'suite: own\nitems:\n  - id: a\n    turns:\n      - {prompt: one, constraints: [{contains: plain}]}\n      - {prompt: two}\n' >"$dir/own.yaml"
: >"$dir/log"
run run --suite "$dir/own.yaml" --model "completions+$url/v1#x" --system "Be brief." --out "$dir/talk" $fast
[ $code = 0 ] && grep -qF '"prompt":"Be brief.\n\none","' "$dir/log" &&
    grep -qF '"prompt":"Be brief.\n\nUser: one\n\nAssistant: plain\n\nUser: two\n\nAssistant:","' "$dir/log"
ok "a second turn is a conversation written out"
printf 'Q: {prompt}\nA:{answer}\n--\n\n' >"$dir/template"
: >"$dir/log"
run run --suite "$dir/own.yaml" --model "completions+$url/v1#x" --prompt-template "@$dir/template" --stop Q: --out "$dir/tmpl" $fast
[ $code = 0 ] && grep -qF '"prompt":"Q: one\nA:","' "$dir/log" && grep -qF '"prompt":"Q: one\nA: plain\n--\nQ: two\nA:","' "$dir/log" &&
    grep -qF '"prompt_template": "Q: {prompt}\nA:{answer}\n--\n"' "$dir/tmpl/manifest.json"
ok "a template of one's own, from a file, stands in the manifest"
head -n 2 "$dir/tmpl/journal.jsonl" >"$dir/some" && cp "$dir/some" "$dir/tmpl/journal.jsonl" && : >"$dir/log"
run run --resume "$dir/tmpl" $fast
[ $code = 0 ] && [ "$(grep -c . "$dir/log")" = 1 ] && grep -qF '"prompt":"Q: one\nA: plain\n--\nQ: two\nA:","' "$dir/log"
ok "and goes on with the run"
: >"$dir/log"
for t in A B A; do
    run run --model "completions+$url/v1#x" --limit 2 --cache "$dir/answers.db" --prompt-template "$t {prompt}" --out "$dir/cached" $fast
    rm -r "$dir/cached"
done
[ "$(grep -c . "$dir/log")" = 4 ]
ok "another template is another request to the cache"
run run --model "$url/v1#x" --prompt-template 'Q: {prompt}' --out "$dir/new"
[ $code = 2 ] && grep -q 'goes with models that take a text' "$dir/err" && [ ! -e "$dir/new" ]
ok "a template that no model reads is refused"
run run --model "completions+$url/v1#x" --prompt-template 'Q: {promt}' --out "$dir/new"
[ $code = 2 ] && grep -q -- '--prompt-template: .*wants {prompt} once' "$dir/err" && [ ! -e "$dir/new" ]
ok "and so is one without a place for the prompt"
stop_mock

# ---- what goes wrong ----
# faulty NAME PATTERN FAULT WORDS: all 4 calls fail with the pattern.
faulty() {
    name=$1 pattern=$2 fault=$3
    shift 3
    start_mock --answers $answers --fault "$fault"
    run run --model "completions+$url/v1#x" --limit 4 -j 2 --max-retries 0 --out "$dir/f" "$@" $fast
    [ $code = 4 ] && [ "$(grep -c "\"error\":\"[^\"]*$pattern" "$dir/f/journal.jsonl")" = 4 ]
    ok "$name"
    rm -rf "$dir/f"
    stop_mock
}
faulty "a refusal" 'HTTP 400: This is a chat model' '400,message=This is a chat model'
faulty "no choices" 'no choices\[0\].text' no-choices
faulty "empty choices" 'no choices\[0\].text' empty-choices
faulty "broken JSON" 'broken JSON' invalid-json
faulty "a stream without its end mark" 'stream was cut off' no-done --stream

# ---- a server that is started ----
run run --model "server-completions:$mockd --with-parent --answers $answers --port {port}#x" --out "$dir/own" -q
verdicts "$dir/own" >"$dir/got"
[ $code = 0 ] && cmp "$dir/want" "$dir/got" >"$dir/err"
ok "server-completions: starts a server and asks it so"
