#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The mock server keeps its word: answers, faults, files, limits, log. TAP on stdout.
# MOCKD names the server; else ${BUILD:-build}/mockd.

mockd=${MOCKD:-${BUILD:-build}/mockd}
command -v curl >/dev/null 2>&1 || { echo "1..0 # SKIP curl is not installed"; exit 0; }
[ -x "$mockd" ] || { echo "1..0 # SKIP $mockd is not built"; exit 0; }

tmp=$(mktemp -d) || exit 1
pid=
count=0
failed=0
trap 'stop; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY

# is GOT WANTED NAME
is() {
    count=$((count + 1))
    if [ "$1" = "$2" ]; then
        echo "ok $count - $3"
    else
        failed=$((failed + 1))
        echo "not ok $count - $3"
        printf 'got:    %s\nwanted: %s\n' "$1" "$2" | sed 's/^/# /'
    fi
}

# has TEXT PART NAME
has() {
    case $1 in
    *"$2"*) is yes yes "$3" ;;
    *) is "$1" "...$2..." "$3" ;;
    esac
}

# lacks TEXT PART NAME
lacks() {
    case $1 in
    *"$2"*) is "$1" "without $2" "$3" ;;
    *) is yes yes "$3" ;;
    esac
}

# start [OPTION]...: the URL is printed once the server listens
start() {
    rm -f "$tmp/url"
    mkfifo "$tmp/url"
    "$mockd" --with-parent "$@" >"$tmp/url" &
    pid=$!
    read -r url <"$tmp/url"
    chat=$url/v1/chat/completions
}

stop() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null
    [ -z "$pid" ] || wait "$pid" 2>/dev/null
    pid=
}

body() { printf '{"model":"%s","messages":[{"role":"user","content":"%s"}]}' "${2:-m}" "$1"; }
# ask TEXT [MODEL]: the reply's body;  status TEXT: its status;  failure TEXT: curl's exit status
ask() { body "$@" | curl -s -m 20 --data-binary @- "$chat"; }
head_of() { body "$1" | curl -s -m 20 -D - -o "$tmp/body" --data-binary @- "$chat" | tr -d '\r'; }
status() { body "$1" | curl -s -m 20 -o "$tmp/body" -w '%{http_code}' --data-binary @- "$chat"; }
failure() {
    body "$1" | curl -s -m "${2:-20}" -o "$tmp/body" --data-binary @- "$chat"
    echo $?
}
statuses() { for text; do printf '%s ' "$(status "$text")"; done; }
control() { curl -s --data-binary "$1" "$url/control"; }
get() { curl -s -m 20 "$@"; }

test_answers() {
    cat >"$tmp/answers" <<'END'
{"prompt":"exact","response":"a\u0000b\ud800 c\u00e9\/"}
{"prompt":"caf\u00e9","response":"coffee"}
{"prompt":"twice","response":"first"}
{"prompt":"twice","response":"second"}
{"prompt":"twice","model":"n","response":"for n"}
{"prompt":"go on","response":"any turn"}
{"prompt":"go on","turn":2,"response":"turn two"}
{"prompt_contains":"the judge","response":"[[A]]"}
{"prompt":"think","reasoning":"hm","response":"so","finish_reason":"length"}
{"prompt":"null","content_null":true}

{"prompt":"raw","raw":{"error":{"code":500}},"status":500}
{"prompt":"bytes","raw":"not\njson"}
{"prompt":"once","response":"fine","fault":"status=503,attempts=1"}
END
    start --answers "$tmp/answers" --model one --model two --port-file "$tmp/port"
    is "$url" "http://127.0.0.1:$(cat "$tmp/port")" "prints its URL and writes its port"
    is "$(get "$url/health")" '{"status":"ok"}' "is healthy"
    has "$(get "$url/v1/models")" '"id":"two"' "lists its models"
    has "$(ask exact)" '"content":"a\u0000b\ud800 c\u00e9\/"' "sends a response as it is written"
    has "$(ask café)" '"coffee"' "compares prompts as decoded text"
    has "$(ask 'caf\u00E9')" '"coffee"' "compares prompts however they are escaped"
    has "$(ask twice)" '"second"' "takes the later of two rows"
    has "$(ask twice n)" '"for n"' "takes the row for the model"
    has "$(ask 'go on')" '"any turn"' "takes the row for any turn"
    has "$(get -d '{"model":"m","messages":[{"role":"system","content":"s"},
        {"role":"user","content":"a"},{"role":"assistant","content":"b"},
        {"role":"user","content":[{"type":"text","text":"go"},{"type":"text","text":" on"}]}]}' \
        "$chat")" '"turn two"' "takes the row for the turn, reads parts"
    has "$(ask 'you are the judge of it')" '"[[A]]"' "finds a part of the prompt"
    has "$(ask think)" '"content":"so","reasoning_content":"hm"' "sends reasoning"
    has "$(ask think)" '"finish_reason":"length"' "sends the finish reason"
    has "$(ask null)" '"content":null' "sends null"
    is "$(status raw) $(cat "$tmp/body")" '500 {"error":{"code":500}}' \
        "sends raw JSON with a status"
    is "$(ask bytes)" 'not
json' "sends raw bytes"
    is "$(statuses once once)" '503 200 ' "applies the fault of a row"
    has "$(ask 'ééééééééééééééééééééééééééééééééééééééééé')" \
        '"mock answer to: éééééééééééééééééééééééééééééééééééééééé"' "echoes 40 characters"
    has "$(ask ' two  words ')" '"prompt_tokens":2,"completion_tokens":5,"total_tokens":7' \
        "counts fields as tokens"
    has "$(ask x my-model)" '"model":"my-model"' "answers in the model's name"
    stop
    start --default 'I do not know'
    has "$(ask x)" '"content":"I do not know"' "gives the default answer"
    stop
}

test_protocol() {
    start --log "$tmp/log"
    has "$(get -d '{"model":"m","stream":true,"messages":[{"role":"user","content":"a b"}]}' \
        "$chat" | grep -o '"content":"[^"]*"' | tr -d '\n')" \
        '"content":"mock""content":" answer""content":" to:""content":" a""content":" b"' \
        "streams word by word"
    all=$(get -d '{"model":"m","stream":true,"stream_options":{"include_usage":true},
        "messages":[{"role":"user","content":"a b"}]}' "$chat")
    has "$all" '"choices":[],"usage":{"prompt_tokens":2,' "streams the usage when asked"
    is "$(echo "$all" | tail -n 1)" 'data: [DONE]' "ends a stream with [DONE]"
    streamed='{"model":"m","stream":true,"messages":[{"role":"user","content":"a"}]}'
    has "$(get -D - -d "$streamed" "$chat")" 'Transfer-Encoding: chunked' "streams in chunks"
    lacks "$(get -0 -D - -d "$streamed" "$chat")" 'chunked' "but not to HTTP/1.0"
    is "$(get -d '{"model":"m","messages":[{"role":"user","content":"a	b"}]}' -o "$tmp/body" \
        -w '%{http_code}' "$chat")" 400 "refuses a raw control character"
    has "$(get -d '{"messages":[]}' "$chat")" 'model parameter' "asks for a model"
    has "$(get -d '{"model":"m"}' "$chat")" '"type":"invalid_request_error"' "asks for messages"
    is "$(get -o "$tmp/body" -w '%{http_code}' "$url/nothing")" 404 "knows no other path"
    is "$(get -o "$tmp/body" -w '%{http_code}' "$chat")" 405 "wants POST for a chat"
    is "$(get -o "$tmp/body" -o "$tmp/body" -w '%{num_connects} ' "$url/health" "$url/health")" \
        '1 0 ' "keeps a connection"
    has "$(body chunks | curl -s -H 'Transfer-Encoding: chunked' --data-binary @- "$chat")" \
        'mock answer to: chunks' "reads a chunked body"
    has "$(body go | curl -s -D - -o "$tmp/body" -H 'Expect: 100-continue' --data-binary @- \
        "$chat")" '100 Continue' "says to go on when it is expected to"
    before=$(wc -l <"$tmp/log")
    printf 'GET /health?2 HTTP/1.1\r\nHost: x\r\n\r\n' |
        curl -s -o "$tmp/body" -X GET -H 'Content-Length:' -H 'Content-Type:' \
            --data-binary @- "$url/health"
    get "$url/control" >"$tmp/body"
    is "$(($(wc -l <"$tmp/log") - before))" 2 "answers pipelined requests"
    is "$(get -Z --parallel-max 16 -o "$tmp/many.#1" -w '%{http_code}\n' "$url/health?[1-200]" \
        2>/dev/null | grep -c 200)" 200 "answers many at once"
    stop
}

test_faults() {
    start --seed 7 --fault status=429,retry-after=1,every=2
    is "$(statuses a b c d)" '200 429 200 429 ' "every=2"
    head=$(head_of e; head_of f)
    has "$head" 'Retry-After: 1' "retry-after"
    has "$(cat "$tmp/body")" '"code":"rate_limit_exceeded"' "sends an OpenAI error body"
    control status=503,first=2 >"$tmp/body"
    is "$(statuses a b c)" '503 503 200 ' "first=2, and a new set of faults at run time"
    control html-error,nth=2 >"$tmp/body"
    is "$(statuses a b c)" '200 502 200 ' "nth=2"
    control 401,after=1 >"$tmp/body"
    is "$(statuses a b c)" '200 401 401 ' "after=1, a bare status"
    control status=500,attempts=2 >"$tmp/body"
    is "$(statuses a b a b a b)" '500 500 500 500 200 200 ' "attempts=2"
    control status=503,match=fox >"$tmp/body"
    is "$(statuses 'a fox' b)" '503 200 ' "match=fox"
    control 'status=503,first=1,path=/health' >"$tmp/body"
    is "$(status a) $(get -o "$tmp/body" -o "$tmp/body" -w '%{http_code} ' "$url/health" \
        "$url/health")" '200 503 200 ' "path=/health"
    control status=503,prob=0.5 >"$tmp/body"
    one=$(statuses a b c d e f g h)
    control status=503,prob=0.5 >"$tmp/body"
    is "$(statuses h g f e d c b a | tr ' ' '\n' | sed '1!G;h;$!d' | tr '\n' ' ' |
        sed 's/^ *//')" "$one" "prob=0.5 does not depend on the order"
    has "$one" 503 "prob=0.5 strikes"
    has "$one" 200 "prob=0.5 spares"
    control 'status=503,every=2
status=500,every=4
delay=1ms' >"$tmp/body"
    is "$(statuses a b c d)" '200 503 200 500 ' "adds faults up, the later wins"
    test_broken_replies
    test_error_bodies
    is "$(get -d 'no such word' "$url/control" -o "$tmp/body" -w '%{http_code}')" 400 \
        "refuses a bad SPEC"
    has "$(get "$url/control")" '"spec":"huge=100000"' "and keeps the faults it has"
    stop
    "$mockd" --fault every=x >"$tmp/body" 2>&1
    is "$? $(cat "$tmp/body")" "2 mockd: 'every' cannot be 'x'" "refuses a bad --fault"
}

test_broken_replies() {
    control reset >"$tmp/body"
    is "$(failure a)" 56 "reset"
    control truncate >"$tmp/body"
    is "$(failure a)" 18 "truncate"
    control close >"$tmp/body"
    is "$(failure a)" 52 "close"
    control hang >"$tmp/body"
    is "$(failure a 0.2)" 28 "hang"
    has "$(get "$url/control")" '"in_flight":0' "forgets a client that gave up"
    control invalid-json >"$tmp/body"
    is "$(failure a) $(tail -c 1 "$tmp/body" | tr -d '}')" "0 $(tail -c 1 "$tmp/body")" \
        "invalid-json"
    control bad-utf8 >"$tmp/body"
    failure a >"$tmp/failure"
    is "$(od -An -tx1 "$tmp/body" | tr -d ' \n' | grep -o 'fffec32822')" fffec32822 "bad-utf8"
    control delay=60ms,drip=1ms >"$tmp/body"
    is "$(body a | curl -s -o "$tmp/body" --data-binary @- \
        -w '%{time_starttransfer} %{time_total}' "$chat" | awk '{ print ($1 >= 0.06) ($2 >= 0.26) }')" 11 "delay and drip"
    control jitter=1s >"$tmp/body"
    is "$(body c | curl -s -o "$tmp/body" --data-binary @- -w '%{time_starttransfer}' "$chat" |
        awk '{ print ($1 >= 0.045) }')" 1 "jitter: 49 ms for this conversation and seed"
}

test_error_bodies() {
    control content-null >"$tmp/body"
    has "$(ask a)" '"content":null' "content-null"
    control empty-choices >"$tmp/body"
    has "$(ask a)" '"choices":[]' "empty-choices"
    control no-choices,no-usage >"$tmp/body"
    is "$(ask a | grep -c -e choices -e usage)" 0 "no-choices, no-usage"
    control wrong-model-name,finish=content_filter >"$tmp/body"
    has "$(ask a)" '"model":"another-model"' "wrong-model-name"
    has "$(ask a)" '"finish_reason":"content_filter"' "finish"
    control 'status=500,code=500,message=too long\, by far' >"$tmp/body"
    has "$(ask a)" '"message":"too long, by far"' "message, with a comma"
    has "$(ask a)" '"code":500' "code as a number"
    control error,message=busy >"$tmp/body"
    is "$(status a) $(grep -o busy "$tmp/body")" '200 busy' "error with status 200"
    control plain-error,status=404,message=gone >"$tmp/body"
    is "$(status a) $(cat "$tmp/body")" '404 {"error":"gone"}' "plain-error"
    control 503,retry-after-date=60 >"$tmp/body"
    has "$(head_of a)" ' GMT' "retry-after-date"
    control 429,retry-after-ms=15 >"$tmp/body"
    has "$(head_of a)" 'retry-after-ms: 15' "retry-after-ms"
    control huge=100000 >"$tmp/body"
    is "$(ask a | wc -c | tr -d ' ')" 100000 "huge"
}

test_files() {
    mkdir "$tmp/dir"
    mkdir "$tmp/dir2"
    echo secret | tee "$tmp/secret" >"$tmp/dir2/secret"
    ln -s ../secret "$tmp/dir/link"
    awk 'BEGIN { for (i = 0; i < 20000; i++) print i }' >"$tmp/dir/f"
    : >"$tmp/dir/empty"
    start --files "$tmp/dir"
    is "$(get "$url/files/f" | cmp - "$tmp/dir/f" 2>&1)" '' "serves a file"
    is "$(get -w '%{http_code}' "$url/files/empty")" 200 "serves an empty file"
    head -c 1000 "$tmp/dir/f" >"$tmp/out"
    is "$(get -C - -o "$tmp/out" -w '%{http_code} ' "$url/files/f"
        cmp "$tmp/out" "$tmp/dir/f" 2>&1)" '206 ' "resumes"
    is "$(get -r 10-13 "$url/files/f" | od -An -c | tr -d ' ')" '5\n6\n' "serves a range"
    is "$(get -r -6 "$url/files/f")" 19999 "serves the end"
    has "$(get -D - -o "$tmp/out" -r 999999- "$url/files/f")" 'bytes */' "refuses a range outside"
    get -o "$tmp/out" "$url/files-truncated/f"
    is "$?" 18 "cuts a file off"
    is "$(get -C - -o "$tmp/out" "$url/files-truncated/f"; cmp "$tmp/out" "$tmp/dir/f" 2>&1)" '' \
        "and lets it be resumed"
    is "$(get "$url/files-truncated/f" | cmp - "$tmp/dir/f" 2>&1)" '' \
        "and serves it the second time"
    get -o "$tmp/out" "$url/files-wrong/f"
    is "$(cmp -l "$tmp/out" "$tmp/dir/f" | wc -l | tr -d ' ')" 1 "makes one byte wrong"
    is "$(get -r 10-13 -o "$tmp/out" -w '%{http_code}' "$url/files-norange/f")" 200 \
        "ignores a range"
    is "$(get -L "$url/redirect/f" | cmp - "$tmp/dir/f" 2>&1)" '' "redirects"
    has "$(get -D - "$url/redirect-to/file:///etc/passwd")" 'Location: file:///etc/passwd' \
        "redirects anywhere"
    get -L --max-redirs 5 "$url/redirect-loop"
    is "$?" 47 "redirects in a circle"
    for path in ../secret ../dir2/secret %2e%2e/secret link .. . '' none f/ %00f; do
        is "$(get --path-as-is -o "$tmp/out" -w '%{http_code}' "$url/files/$path")" 404 \
            "does not serve '$path'"
    done
    stop
}

test_limits() {
    start --require-key sesame --log "$tmp/keys" --log-request
    is "$(status a) $(grep -o invalid_api_key "$tmp/body")" '401 invalid_api_key' "wants a key"
    is "$(body a | curl -s -o "$tmp/body" -w '%{http_code}' -H 'Authorization: Bearer sesame' \
        --data-binary @- "$chat")" 200 "takes the key"
    has "$(tail -n 1 "$tmp/keys")" '"prompt":"a","turn":1,"authorization":"Bearer sesame"' "logs it"
    has "$(tail -n 1 "$tmp/keys")" '"status":200,"fault":false,"request":{"model":"m",' \
        "logs the request"
    stop
    start --rate 0.001 --burst 2
    is "$(statuses a b c)" '200 200 429 ' "limits the rate"
    is "$(head_of d | grep -c 'Retry-After: [1-9][0-9][0-9]')" 1 "says when to come again"
    stop
    start --concurrency 1 --fault hang,nth=1
    body a | curl -s -m 20 --data-binary @- "$chat" >"$tmp/body" &
    waiting=$!
    tries=0
    until [ $tries = 500 ] || get "$url/control" | grep -q '"in_flight":1'; do
        tries=$((tries + 1))
    done
    is "$(status b)" 429 "limits what is in flight"
    has "$(get "$url/control")" '"requests":2,"answered":1,"faults":1' "counts"
    has "$(get "$url/control")" '"by_status":{"0":1,"429":1}' "counts by status"
    has "$(get "$url/control")" '{"spec":"hang,nth=1","seen":1,"struck":1}' "counts by fault"
    stop
    wait "$waiting"
    is "$?" 52 "ends what is in flight when it ends"
}

test_end() {
    for signal in TERM INT; do
        start
        kill -s "$signal" "$pid"
        wait "$pid"
        is "$?" 0 "ends with status 0 on $signal"
        pid=
    done
    command -v timeout >/dev/null 2>&1 || return
    mkfifo "$tmp/parent" "$tmp/life"
    # the shell ends once the server has said where it is; its end of `life` tells when it ended
    sh -c '"$0" --with-parent >"$1/parent" 9>"$1/life" & read -r url <"$1/parent"' "$mockd" "$tmp" &
    timeout 10 cat "$tmp/life"
    is "$?" 0 "ends with its parent"
}

test_answers
test_protocol
test_faults
test_files
test_limits
test_end
echo "1..$count"
[ $failed = 0 ]
