# SPDX-License-Identifier: Apache-2.0
# Every vendor's way of asking, every way in which it fails; keys; programs and servers as models.
. tests/e2e/lib.sh
answers=suites/data/core_answers.jsonl

# plain RUN: its verdicts without the model's name.
plain() {
    sed 's/"model":"[^"]*"//' "$1/verdicts.jsonl"
}

# asked STATUS: how many requests the mock answered with it.
asked() {
    curl -s "$url/control" | tr ',{' '\n\n' | sed -n "s/^\"$1\":\([0-9]*\).*/\1/p" | head -n 1
}

# faults SPEC...: replaces the mock's.
faults() {
    printf '%s\n' "$@" | curl -s --data-binary @- "$url/control" >/dev/null
}

# one NAME WORDS: one item asked of $model, into $dir/NAME.
one() {
    name=$1
    shift
    rm -rf "$dir/$name"
    run run --model "$model" --limit 1 --no-preflight -q --out "$dir/$name" "$@"
}

error_of() {
    sed -n 's/^{"t":"error".*"error":"\([^"]*\)".*/\1/p' "$dir/$1/journal.jsonl"
}

# dead PID: it has ended, or is about to be reaped by whoever is init. The kernel needs a moment.
dead() {
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null || return 0
        "$ifbench" scorers >/dev/null
    done
    return 1
}

# ---- the vendors ----
start_mock --answers $answers --log "$dir/log" --log-request
run run --model "$url/v1#demo" --out "$dir/openai" -q
[ $code = 0 ] && [ "$(records "$dir/openai" answer)" = 80 ]
ok "openai: the built-in suite"
for v in anthropic gemini ollama; do
    model="$v+$url#demo"
    run run --model "$model" --out "$dir/$v" -q
    [ $code = 0 ] && plain "$dir/$v" >"$dir/a" && plain "$dir/openai" >"$dir/b" && cmp "$dir/a" "$dir/b" &&
        grep -q '"finish":"stop","served":"demo","in":[0-9]*,"out":[0-9]' "$dir/$v/journal.jsonl"
    ok "$v: the same answers, verdicts, finish and counts"

    faults 'content-null'
    one null
    [ $code = 0 ] && grep -q '"text":null,"finish":"stop"' "$dir/null/journal.jsonl" && [ "$(metric "$dir/null" prompt_level_strict_acc)" = 0/1 ]
    ok "$v: an answer without text is a scored failure"

    faults 'finish=length'
    one cut
    [ $code = 0 ] && grep -q '"finish":"length"' "$dir/cut/journal.jsonl"
    ok "$v: an answer cut by its ceiling"
    faults 'model=an-alias,no-usage'
    one alias
    [ $code = 0 ] && grep -q '"served":"an-alias"' "$dir/alias/journal.jsonl" && ! grep -q '"in":' "$dir/alias/journal.jsonl"
    ok "$v: the name the server answers with is kept; no counts where none are given"

    faults 'status=429,retry-after-ms=1,attempts=2'
    one limit
    [ $code = 0 ] && grep -q '"attempts":3' "$dir/limit/journal.jsonl"
    ok "$v: too many requests, then an answer"
    faults 'status=500,message=not an image,code=500,retry-after-ms=1'
    before=$(asked 500)
    one wrong
    [ $code = 4 ] && [ "$(error_of wrong)" = 'HTTP 500: not an image (3 attempts); no attempts left' ] && [ $(($(asked 500) - ${before:-0})) = 3 ]
    ok "$v: a 500 is tried three times, not six"
    faults 'status=400,message=what is that'
    before=$(asked 400)
    one bad
    [ $code = 4 ] && [ "$(error_of bad)" = 'HTTP 400: what is that' ] && [ $(($(asked 400) - ${before:-0})) = 1 ]
    ok "$v: a 400 is tried once"
    faults 'status=529,message=Overloaded,retry-after-ms=1,attempts=3'
    one busy
    [ $code = 0 ] && grep -q '"attempts":4' "$dir/busy/journal.jsonl"
    ok "$v: overloaded, then an answer"
    faults 'invalid-json,attempts=1'
    one half
    [ $code = 0 ] && grep -q '"attempts":2' "$dir/half/journal.jsonl"
    ok "$v: 200 and half of the JSON, then an answer"
    faults 'truncate,attempts=1'
    one torn
    [ $code = 0 ] && grep -q '"attempts":2' "$dir/torn/journal.jsonl"
    ok "$v: 200 and a body that is cut off, then an answer"
    faults 'invalid-json'
    one broken --max-retries 0
    [ $code = 4 ] && error_of broken | grep -q 'the reply is broken JSON'
    ok "$v: what stays broken is an error"
    faults 'html-error,status=200'
    one page --max-retries 0
    [ $code = 4 ] && error_of page | grep -q 'the reply is a web page'
    ok "$v: a web page instead of an answer"
    faults 'no-choices'
    one none --max-retries 0
    [ $code = 4 ] && error_of none | grep -Eq 'the reply has no (content array|candidates.0.|message)$'
    ok "$v: a reply without an answer's place is an error"
    faults ''
done
faults 'empty-choices'
model="$url/v1#demo"
one empty --max-retries 0
[ $code = 4 ] && error_of empty | grep -q 'the reply has no choices'
ok "openai: empty choices are an error"
model="gemini+$url#demo"
one blocked
[ $code = 0 ] && grep -q '"text":null,"finish":"filter"' "$dir/blocked/journal.jsonl"
ok "gemini: a blocked prompt is an answer without text"
faults 'finish=content_filter'
model="anthropic+$url#demo"
one refused
[ $code = 0 ] && grep -q '"finish":"filter"' "$dir/refused/journal.jsonl"
ok "anthropic: a refusal is told apart"
faults ''

# ---- what is sent ----
: >"$dir/log"
model="anthropic+$url#demo"
one sent --seed 7 --top-logprobs 3 --stop 'END' --temperature 0.5
[ $code = 0 ] && [ "$(grep -c 'does not take seed, logprobs: left out' "$dir/err")" = 1 ] && grep -q '"stop_sequences":\["END"\]' "$dir/log" && ! grep -q '"seed"' "$dir/log"
ok "what a vendor does not take is left out and said once"
: >"$dir/log"
model="$url/v1#demo"
one sent --extra-body '{"reasoning_effort":"low","temperature":null}' --stop END --max-tokens 9 --max-tokens-as max_completion_tokens --top-logprobs 4
[ $code = 0 ] && grep -q '"max_completion_tokens":9,"stop":\["END"\],"logprobs":true,"top_logprobs":4,"stream":false,"reasoning_effort":"low"}' "$dir/log" && ! grep -q temperature "$dir/log"
ok "extra members, stop, the ceiling's name and log-probabilities are sent"
sed -i '/^{"t":"answer"/d; /^{"t":"end"/d' "$dir/sent/journal.jsonl"
: >"$dir/log"
run run --resume "$dir/sent" --no-preflight -q
[ $code = 0 ] && grep -q '"max_completion_tokens":9,"stop":\["END"\],"logprobs":true,"top_logprobs":4,"stream":false,"reasoning_effort":"low"}' "$dir/log"
ok "and sent again by --resume"
run run --model "$model" --extra-body '[1]' --out "$dir/new"
[ $code = 2 ] && grep -q 'extra-body wants a JSON object' "$dir/err" && [ ! -e "$dir/new" ]
ok "extra members must be an object"
: >"$dir/log"
one seeds --seed 5 --epochs 3 -j 1
[ $code = 0 ] && [ "$(sed -n 's/.*"seed":\([0-9]*\).*/\1/p' "$dir/log" | sort | tr '\n' ' ')" = '5 6 7 ' ]
ok "each epoch has a seed of its own"
stop_mock

# ---- one slot, many clients; prompts that are too long ----
start_mock --answers $answers --slots 1 --fault delay=2ms
run run --model "$url/v1#demo" --out "$dir/slots" -q -j 16
[ $code = 0 ] && [ "$(records "$dir/slots" answer)" = 80 ] && [ "$(records "$dir/slots" error)" = 0 ]
ok "requests that queue at the server are all answered"
stop_mock
start_mock --answers $answers --context 30
run run --model "$url/v1#demo" --out "$dir/long" -q
[ "$(records "$dir/long" error)" -gt 0 ] && [ "$(records "$dir/long" answer)" -gt 0 ] && [ "$(grep -c 'HTTP 400: the request exceeds the available context size' "$dir/long/journal.jsonl")" = "$(records "$dir/long" error)" ] &&
    ! grep -q '"t":"error".*"attempts"' "$dir/long/journal.jsonl"
ok "a prompt that is too long fails alone and is not tried again"
stop_mock

# ---- keys ----
start_mock --answers $answers --require-key sesame-1111 --require-key sesame-2222 --log "$dir/keys.log"
export IFBENCH_API_KEY=sesame-wrong
for v in openai anthropic gemini ollama; do
    at=$url
    [ $v = openai ] && at=$url/v1
    run run --model "$v+$at#demo" --out "$dir/new"
    [ $code = 4 ] && [ ! -e "$dir/new/journal.jsonl" ] && ! grep -q sesame "$dir/err"
    ok "$v: a wrong key is found before the run"
    IFBENCH_API_KEY=sesame-2222 "$ifbench" run --model "$v+$at#demo" --out "$dir/key-$v" -q >"$dir/out" 2>"$dir/err" </dev/null
    [ $? = 0 ] && ! grep -rq sesame "$dir/key-$v" "$dir/out" "$dir/err"
    ok "$v: the right one is in no file, message or report"
done
: >"$dir/keys.log"
IFBENCH_API_KEY=sesame-1111,sesame-2222 "$ifbench" run --model "$url/v1#demo" --out "$dir/turn" -q --no-preflight >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && [ "$(grep -c 'Bearer sesame-1111' "$dir/keys.log")" = 40 ] && [ "$(grep -c 'Bearer sesame-2222' "$dir/keys.log")" = 40 ]
ok "two keys take turns"
before=$(asked 401)
IFBENCH_API_KEY=sesame-wrong,sesame-2222 "$ifbench" run --model "$url/v1#demo" --out "$dir/half-key" -q -j 1 >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && [ "$(records "$dir/half-key" answer)" = 80 ] && [ $(($(asked 401) - before)) = 2 ] && ! grep -q '"attempts"' "$dir/half-key/journal.jsonl"
ok "a key that is not known is left out after its first refusal"
faults 'key=sesame-1111,status=429,retry-after=60'
IFBENCH_API_KEY=sesame-1111,sesame-2222 "$ifbench" run --model "$url/v1#demo" --out "$dir/quota" -q >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && [ "$(records "$dir/quota" answer)" = 80 ] && ! grep -q '"attempts"' "$dir/quota/journal.jsonl"
ok "a key whose quota is used up gives way to the next at once"
faults 'status=400,message=no sesame-1111 and no sesame-2222 here'
IFBENCH_API_KEY=sesame-1111,sesame-2222 "$ifbench" run --model "$url/v1#demo" --out "$dir/quote" -q --limit 1 >"$dir/out" 2>"$dir/err" </dev/null
error_of quote | grep -q 'no \*\*\* and no \*\*\* here' && ! grep -rq sesame "$dir/quote" "$dir/out" "$dir/err"
ok "all keys are taken out of what a server says"
faults ''
unset IFBENCH_API_KEY
cat >"$dir/key.sh" <<'END'
#!/bin/sh
echo x >>"$0.runs"
echo sesame-1111
echo more
END
chmod +x "$dir/key.sh"
run run --model "$url/v1#demo" --out "$dir/by-command" -q --key-command "$dir/key.sh"
[ $code = 0 ] && [ "$(wc -l <"$dir/key.sh.runs")" = 1 ] && ! grep -rq sesame "$dir/by-command" "$dir/out" "$dir/err"
ok "a key command is run once, its key is kept nowhere"
run score "$dir/by-command"
[ $code = 0 ] && [ "$(wc -l <"$dir/key.sh.runs")" = 1 ]
ok "and not run to score again"
run run --model "$url/v1#demo" --out "$dir/new" --key-command false
[ $code = 3 ] && grep -q 'key-command: false exited with status 1' "$dir/err" && [ ! -e "$dir/new" ]
ok "a key command that fails stops the run"
run run --model "$url/v1#a" --model "http://127.0.0.1:1/v1#b" --out "$dir/new" --key-command "$dir/key.sh"
[ $code = 2 ] && grep -q 'models of one place' "$dir/err"
ok "a key command's key goes to one place only"
OPENAI_API_KEY=sesame-1111 OPENAI_BASE_URL="$url/v1" ANTHROPIC_API_KEY=sesame-1111 ANTHROPIC_BASE_URL="$url" \
    GEMINI_API_KEY=sesame-2222 GEMINI_BASE_URL="$url" OLLAMA_API_KEY=sesame-2222 OLLAMA_HOST="${url#http://}" \
    "$ifbench" run --model openai:a --model anthropic:b --model gemini:c --model ollama:d --out "$dir/four" -q >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && [ "$(records "$dir/four" answer)" = 320 ] && ! grep -rq sesame "$dir/four" "$dir/out" "$dir/err"
ok "four vendors in one run, addresses and keys from their variables"
stop_mock

# ---- programs ----
cat >"$dir/answer.sh" <<'END'
#!/bin/sh
# Says how many bytes it was asked, or goes wrong on request.
n=$(wc -c)
case ${1-} in
fail) echo "first" >&2; echo "key $OPENAI_API_KEY is bad" >&2; exit 3 ;;
hang) sleep 1000 & echo $! >"$2"; wait ;;
*) echo "I was asked $n bytes" ;;
esac
END
chmod +x "$dir/answer.sh"
run run --model "exec:$dir/answer.sh" --out "$dir/exec" -q -j 4
[ $code = 0 ] && [ "$(records "$dir/exec" answer)" = 80 ] && grep -q '"text":"I was asked [0-9]* bytes"' "$dir/exec/journal.jsonl"
ok "a program answers the built-in suite"
OPENAI_API_KEY=sesame-3333 "$ifbench" run --model "exec:$dir/answer.sh fail" --out "$dir/exec-fail" -q --limit 1 --no-preflight --max-retries 0 >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 4 ] && error_of exec-fail | grep -q 'the command exited with status 3: key \*\*\* is bad' && ! grep -rq sesame "$dir/exec-fail" "$dir/err"
ok "a program that fails: its status, its last words, no key of the environment"
run run --model "exec:$dir/answer.sh hang '$dir/child'" --out "$dir/exec-hang" -q --limit 1 --no-preflight --max-retries 0 --timeout 1
[ $code = 4 ] && error_of exec-hang | grep -q 'timed out after 1 s waiting for the command' && [ -s "$dir/child" ] && dead "$(cat "$dir/child")"
ok "a program that hangs is killed with its children"
run run --model "exec:$dir/nowhere" --out "$dir/new"
[ $code = 3 ] && grep -q 'cannot run .*nowhere: No such file' "$dir/err" && [ ! -e "$dir/new" ]
ok "a program that is not there is found before the run"
start_mock --answers $answers
run run --model "exec:$dir/answer.sh" --model "$url/v1#demo" --out "$dir/both" -q -j 4
[ $code = 0 ] && [ "$(records "$dir/both" answer)" = 160 ]
ok "a program and a server in one run"
stop_mock

# ---- servers ----
server="server:$mockd --port {port} --answers $answers"
run run --model "$server" --out "$dir/server" -q
[ $code = 0 ] && plain "$dir/server" >"$dir/a" && plain "$dir/openai" >"$dir/b" && cmp "$dir/a" "$dir/b" && grep -q '"served":"mock"' "$dir/server/journal.jsonl"
ok "a server is started, asked under the name it lists, and stopped"
grep -q '"name": "mock"' "$dir/server/manifest.json" && grep -q '"model":"server:[^"]*{port}' "$dir/server/journal.jsonl"
ok "the journal names the command, not the port"
head -n 30 "$dir/server/journal.jsonl" >"$dir/j" && cp "$dir/j" "$dir/server/journal.jsonl"
run run --resume "$dir/server" -q
[ $code = 0 ] && [ "$(records "$dir/server" answer)" = 80 ] && [ "$(doubled "$dir/server")" = 0 ]
ok "and --resume goes on with another port"
run run --model "$server --model a#a" --model "$server --model b#b" --out "$dir/two" -q
[ $code = 0 ] && [ "$(records "$dir/two" answer)" = 160 ] && grep -q '"served":"a"' "$dir/two/journal.jsonl" && grep -q '"served":"b"' "$dir/two/journal.jsonl"
ok "two servers in one run"
run run --model "server:sh -c 'echo out of memory {port}; exit 9'" --out "$dir/new"
[ $code = 4 ] && grep -q 'the server exited with status 9 before it answered; its last words: out of memory' "$dir/err" && [ ! -e "$dir/new" ]
ok "a server that ends at once: its status and last words"
cat >"$dir/deaf.sh" <<'END'
#!/bin/sh
echo $$ >"$1"
echo loading
exec sleep 1000
END
chmod +x "$dir/deaf.sh"
run run --model "server:'$dir/deaf.sh' '$dir/deaf.pid' {port}" --server-timeout 0.5 --out "$dir/new"
[ $code = 4 ] && grep -q 'did not answer on port [0-9]* within 0.5 s; its last words: loading' "$dir/err" && dead "$(cat "$dir/deaf.pid")"
ok "a server that stays silent is stopped"
"$ifbench" run --model "server:'$dir/deaf.sh' '$dir/deaf.pid2' {port}" --out "$dir/new" -q >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until [ -s "$dir/deaf.pid2" ]; do kill -0 $pid || break; done
kill -INT $pid
wait $pid
[ $? = 130 ] && dead "$(cat "$dir/deaf.pid2")"
ok "SIGINT while it loads stops it"
"$ifbench" run --model "server:'$dir/deaf.sh' '$dir/deaf.pid3' {port}" --out "$dir/new" -q >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until [ -s "$dir/deaf.pid3" ]; do kill -0 $pid || break; done
kill -9 $pid
wait $pid 2>/dev/null
dead "$(cat "$dir/deaf.pid3")"
ok "a server does not outlive a killed ifbench"
"$ifbench" run --model "$server --fault delay=20ms" --out "$dir/stop" -q -j 2 >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until have=$(grep -c . "$dir/stop/journal.jsonl" 2>/dev/null); [ "${have:-0}" -ge 5 ]; do kill -0 $pid || break; done
kill -INT $pid
wait $pid
[ $? = 130 ] && run run --resume "$dir/stop" -q && [ $code = 0 ] && [ "$(records "$dir/stop" answer)" = 80 ] && [ "$(doubled "$dir/stop")" = 0 ]
ok "SIGINT in the middle, and on with --resume"

cat >"$dir/mortal.sh" <<'END'
#!/bin/sh
echo $$ >"$1"
shift
exec "$@"
END
chmod +x "$dir/mortal.sh"
mortal="server:'$dir/mortal.sh' '$dir/mortal.pid' $mockd --port {port} --answers $answers --fault delay=20ms"
"$ifbench" run --model "$mortal" --out "$dir/mortal" -q -j 2 >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until have=$(grep -c . "$dir/mortal/journal.jsonl" 2>/dev/null); [ "${have:-0}" -ge 5 ]; do kill -0 $pid || break; done
kill -9 "$(cat "$dir/mortal.pid")"
wait $pid
[ $? = 4 ] && grep -q 'the server was killed by signal 9; its last words: http' "$dir/err" && [ "$(records "$dir/mortal" answer)" -lt 80 ]
ok "a server that dies in the middle ends the run, not the patience of every call"
run run --resume "$dir/mortal" -q
[ $code = 0 ] && [ "$(records "$dir/mortal" answer)" = 80 ] && [ "$(doubled "$dir/mortal")" = 0 ]
ok "and --resume goes on with a new one"
http_proxy=http://127.0.0.1:1 "$ifbench" run --model "$server" --out "$dir/proxy" -q --limit 1 >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ]
ok "a started server is not asked through a proxy"

# ---- with settings that vary, and with the cache ----
cat >"$dir/counted.sh" <<'END'
#!/bin/sh
echo x >>"$1"
shift
exec "$@"
END
chmod +x "$dir/counted.sh"
counted="server:'$dir/counted.sh' '$dir/starts' $mockd --port {port} --answers $answers"
run run --model "$counted" --param temperature=0,0.7 --out "$dir/varied" -q
[ $code = 0 ] && [ "$(records "$dir/varied" answer)" = 160 ] && [ "$(wc -l <"$dir/starts")" = 1 ]
ok "one server serves all settings of a model"
IFBENCH_CACHE="$dir/cache.db" "$ifbench" run --model "$server" --out "$dir/first" -q >"$dir/out" 2>"$dir/err" </dev/null &&
    IFBENCH_CACHE="$dir/cache.db" "$ifbench" run --model "$server" --out "$dir/second" -q >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && [ "$(grep -c '"cached":true' "$dir/second/journal.jsonl")" = 80 ]
ok "a started server's answers are found in the cache, whatever its port"
IFBENCH_CACHE="$dir/cache.db" "$ifbench" run --model "$server" --out "$dir/third" -q --stop X --limit 1 >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 0 ] && ! grep -q '"cached":true' "$dir/third/journal.jsonl"
ok "and not when the request is another"
for i in 1 2; do
    rm -rf "$dir/exec-cache"
    IFBENCH_CACHE="$dir/cache.db" "$ifbench" run --model "exec:$dir/answer.sh" --out "$dir/exec-cache" -q --limit 3 >"$dir/out" 2>"$dir/err" </dev/null
done
[ $? = 0 ] && [ "$(records "$dir/exec-cache" answer)" = 3 ] && ! grep -q '"cached":true' "$dir/exec-cache/journal.jsonl"
ok "a program is always asked"

# ---- the list ----
run providers
[ $code = 0 ] && for word in openai anthropic gemini ollama exec server replay ANTHROPIC_API_KEY GEMINI_API_KEY OLLAMA_HOST '{port}' 'anthropic+http://'; do grep -q -- "$word" "$dir/out" || exit 1; done
ok "providers lists them all"
