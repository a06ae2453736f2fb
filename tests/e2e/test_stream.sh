# SPDX-License-Identifier: Apache-2.0
# Streamed answers: the same verdicts as whole ones, timed; every way in which a stream goes wrong.
. tests/e2e/lib.sh

answers=suites/data/core_answers.jsonl
fast="--no-preflight -q"

# verdicts RUN: without the models' names.
verdicts() { sed 's/"model":"[^"]*"//' "$1/verdicts.jsonl"; }

# ---- the four vendors ----
start_mock --answers $answers --log "$dir/log" --log-request
run run --model "$url/v1#demo" --out "$dir/plain" -j 4 $fast
verdicts "$dir/plain" >"$dir/want"
! grep -q ttft "$dir/plain/journal.jsonl" && ! grep -q streamed "$dir/plain/summary.json" && grep -q '"prompts_per_s": [0-9]' "$dir/plain/summary.json"
ok "without --stream nothing is said of first tokens, but the speed is"
: >"$dir/log"
export IFBENCH_API_KEY=k
for vendor in openai anthropic gemini ollama; do
    case $vendor in
    openai) model="$url/v1#demo" ;;
    *) model="$vendor+$url#demo" ;;
    esac
    run run --model "$model" --stream --out "$dir/$vendor" -j 4 $fast
    verdicts "$dir/$vendor" >"$dir/got"
    [ $code = 0 ] && cmp "$dir/want" "$dir/got" >"$dir/err" &&
        [ "$(grep -c '"t":"answer".*"in":[0-9]*,"out":[0-9]*,"ms":[0-9]*,"ttft_ms":' "$dir/$vendor/journal.jsonl")" = 80 ]
    ok "$vendor, streamed: the same verdicts, counted and timed"
done
grep -c 'stream.*:true' "$dir/log" | grep -qx 240 && grep -c 'streamGenerateContent' "$dir/log" | grep -qx 80
ok "and every request asked for a stream"
run report "$dir/openai" --reports term --to -
grep -q 'first token: median' "$dir/out" && grep -q 'between tokens: median' "$dir/out" && grep -q 'prompts/s' "$dir/out" &&
    grep -q 'First token: median' "$dir/openai/report.html" && tr -d ' \n' <"$dir/openai/summary.json" | grep -q '"streamed":80,"ttft_ms":{"p50":[0-9.]*,"p95":[0-9.]*,"p99":[0-9.]*},"itl_ms":{'
ok "the reports say so"
cp -r "$dir/openai" "$dir/again" && run score "$dir/again"
[ $code = 0 ] && tr -d ' \n' <"$dir/again/summary.json" | grep -q '"streamed":80,"ttft_ms":{"p50":[0-9.]'
ok "and scoring the journal again keeps the times"
head -n 9 "$dir/openai/journal.jsonl" >"$dir/some" && cp "$dir/some" "$dir/again/journal.jsonl" && : >"$dir/log"
run run --resume "$dir/again" $fast
[ $code = 0 ] && [ "$(grep -c . "$dir/log")" = 72 ] && [ "$(grep -c 'stream.*:true' "$dir/log")" = 72 ]
ok "a run that is gone on with keeps to streams"
stop_mock

# ---- time to the first token ----
start_mock --answers $answers --fault delay=30ms
run run --model "$url/v1#demo" --stream --limit 8 -j 8 --out "$dir/late" $fast
[ $code = 0 ] && sed -n 's/.*"ttft_ms":\([0-9.]*\).*/\1/p' "$dir/late/journal.jsonl" | awk '$1 < 30 { bad = 1 } END { exit bad || NR != 8 }'
ok "a server that thinks 30 ms has its first token no sooner"
stop_mock

# ---- what goes wrong ----
# faulty NAME PATTERN FAULT: all 6 calls fail with the pattern, none is answered.
faulty() {
    start_mock --answers $answers --fault "$3"
    run run --model "$url/v1#demo" --stream --limit 6 -j 3 --max-retries 1 --timeout 5 --out "$dir/f" $fast
    [ $code = 4 ] && [ "$(records "$dir/f" error)" = 6 ] && [ "$(records "$dir/f" answer)" = 0 ] &&
        [ "$(grep -c "\"error\":\"[^\"]*$2.*(2 attempts)" "$dir/f/journal.jsonl")" = 6 ]
    ok "$1"
    rm -rf "$dir/f"
    stop_mock
}
faulty "a stream without its end mark is no answer" 'stream was cut off after' no-done
faulty "nor is one that is cut off" 'was cut off after' truncate
faulty "nor one that is reset" 'was cut off after\|closed the connection' reset
faulty "an error with status 200 instead of a stream" 'busy beaver' 'error,status=200,message=busy beaver'
faulty "a page instead of a stream" 'web page' 'html-error,status=200'
faulty "broken JSON within a stream" 'broken JSON\|cut off' invalid-json
faulty "a refusal before the stream" 'HTTP 503' status=503

start_mock --answers $answers --fault status=503,every=7,retry-after-ms=1 --fault truncate,every=5 --fault no-done,every=6 --fault reset,every=11
run run --model "$url/v1#demo" --stream --out "$dir/mixed" --max-retries 30 -j 8 $fast
verdicts "$dir/mixed" >"$dir/got"
[ $code = 0 ] && [ "$(doubled "$dir/mixed")" = 0 ] && adds_up "$dir/mixed" && cmp "$dir/want" "$dir/got" >"$dir/err"
ok "some of all that: retried, nothing lost, nothing doubled"
stop_mock
start_mock --answers $answers --fault no-start
run run --model "anthropic+$url#demo" --stream --out "$dir/nostart" -j 4 $fast
verdicts "$dir/nostart" >"$dir/got"
[ $code = 0 ] && cmp "$dir/want" "$dir/got" >"$dir/err"
ok "an anthropic stream without message_start is read all the same"
stop_mock
start_mock --default "$(head -c 3000 /dev/zero | tr '\0' x)"
run run --model "$url/v1#demo" --stream --limit 2 --out "$dir/huge" --max-reply 2000 $fast
[ $code = 4 ] && [ "$(grep -c 'streamed reply is larger than 2000 bytes' "$dir/huge/journal.jsonl")" = 2 ]
ok "a ceiling on replies holds for streams"
run run --model "$url/v1#demo" --limit 2 --out "$dir/huge2" --max-reply 2000 $fast
[ $code = 4 ] && [ "$(grep -c 'larger than 2000 bytes' "$dir/huge2/journal.jsonl")" = 2 ]
ok "and for whole ones"
stop_mock
start_mock --default "one two three" --fault drip=1ms
run run --model "$url/v1#demo" --stream --limit 3 -j 3 --out "$dir/drip" $fast
[ $code = 0 ] && [ "$(records "$dir/drip" answer)" = 3 ] && grep -q '"itl_max_ms":' "$dir/drip/journal.jsonl"
ok "a stream that comes byte by byte is put together, gaps measured"
run run --model "exec:sh -c 'cat >/dev/null; echo fine'" --stream --limit 2 --out "$dir/exec" $fast
[ $code = 0 ] && ! grep -q ttft "$dir/exec/journal.jsonl"
ok "a program has no streams and is asked as ever"
stop_mock

# ---- what is no stream, or only half of one ----
cat >"$dir/odd.jsonl" <<'END'
{"prompt": "plain", "raw": {"choices": [{"message": {"role": "assistant", "content": "whole, all at once"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 4}}}
{"prompt": "spaced", "raw": "\n\n{\"choices\": [{\"message\": {\"content\": \"after white space\"}}]}"}
{"prompt": "error-event", "raw": "data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\ndata: {\"error\":{\"message\":\"out of breath\"}}\n\ndata: [DONE]\n\n"}
{"prompt": "crlf", "raw": "data: {\"choices\":[{\"delta\":{\"content\":\"with CRLF\"}}]}\r\n\r\ndata: [DONE]\r\n\r\n"}
{"prompt": "nothing", "raw": ""}
{"prompt": "silence", "raw": ": a comment\n\n: another\n\n"}
END
for p in plain spaced error-event crlf nothing silence; do echo "{\"key\": \"$p\", \"prompt\": \"$p\", \"instruction_id_list\": [\"punctuation:no_comma\"], \"kwargs\": [{}]}"; done | awk '{ sub(/"key": "[a-z-]*"/, "\"key\": " NR); print }' >"$dir/odd-data.jsonl"
start_mock --answers "$dir/odd.jsonl"
run run --suite ifeval --data "$dir/odd-data.jsonl" --model "$url/v1#demo" --stream --max-retries 1 -j 1 --out "$dir/odd" $fast
# record_of PROMPT: its record in the journal.
record_of() { grep "\"content\":\"$1\"" "$dir/odd/journal.jsonl"; }
record_of plain | grep -q '"text":"whole, all at once".*"in":1,"out":4' && ! record_of plain | grep -q ttft && record_of spaced | grep -q '"text":"after white space"'
ok "a whole reply to a request for a stream is an answer, without a first token"
record_of error-event | grep -q '"error":"[^"]*out of breath' && ! record_of error-event | grep -q '"text"'
ok "an error in the middle of a stream takes back what came before it"
record_of crlf | grep -q '"text":"with CRLF"'
ok "lines may end in CRLF"
[ "$(grep -c '"error":"the stream was cut off after' "$dir/odd/journal.jsonl")" = 2 ] && adds_up "$dir/odd"
ok "nothing at all, or comments alone, are no answer"
stop_mock
