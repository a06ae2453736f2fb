# SPDX-License-Identifier: Apache-2.0
# A real server, llama.cpp, with models that are real and very small (tests/local).
. tests/e2e/lib.sh

if ! why=$(tests/local/setup --look 2>&1); then
    sed -n 's/^ok "\(.*\)"$/\1/p' "$0" >"$dir/names"
    while read -r name; do skip "$name" "${why##*local: }"; done <"$dir/names"
    exit 0
fi
suite=tests/local/suite.yaml
few="-s $suite --limit 20 --epochs 2"  # 40 calls
serve=$here/tests/local/server.mjs
models=$here/tests/local
mkfifo "$dir/fifo" || exit 1

# start_real MODEL PORT WORDS: sets $url, $real; PORT 0 is a free one.
start_real() {
    model=$1 port=$2
    shift 2
    node "$serve" "$models/$model.gguf" "$port" --with-parent "$@" >"$dir/fifo" 2>"$dir/real.err" &
    real=$!
    pids="$pids $real"
    # Its first line is its address; an end without one is an end of the file.
    read -r url <"$dir/fifo" || { echo "# the server did not start"; sed 's/^/# /' "$dir/real.err"; exit 1; }
}

stop_real() {
    kill "$real" 2>/dev/null
    wait "$real" 2>/dev/null
}

# answers RUN [EPOCH]: its answers in the order of items and epochs, or those of one epoch.
answers() {
    cat >"$dir/answers.mjs" <<'END'
import fs from 'node:fs';
const [file, epoch] = process.argv.slice(2), rows = [];
for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
  const r = line ? JSON.parse(line) : {};
  if (r.t === 'answer' && (epoch === undefined || (r.epoch ?? 0) === Number(epoch)))
    rows.push([r.item, epoch === undefined ? r.epoch ?? 0 : 0, r.text]);
}
console.log(rows.map(r => JSON.stringify(r)).sort().join('\n'));
END
    node "$dir/answers.mjs" "$1/journal.jsonl" ${2:+"$2"}
}

# same A B: two lists of answers, not empty.
same() {
    [ -s "$1" ] && cmp "$1" "$2" >"$dir/out" 2>&1
}

# until_records RUN N PID: waits until the journal has so many lines.
until_records() {
    until have=$(grep -c . "$1/journal.jsonl" 2>/dev/null); [ "${have:-0}" -ge "$2" ]; do
        kill -0 "$3" 2>/dev/null || break
    done
}

# hits RUN MODEL: prompts of that model all of whose constraints hold, from summary.json.
hits() {
    sed 's/{port}//g' "$1/summary.json" | tr -d ' \n' | tr '{' '\n' | grep '^"id":"prompt_level_strict_acc"' | grep -F "$2" |
        sed -n 's/.*"hits":\([0-9]*\),.*/\1/p'
}

# keywords RUN MODEL: requests for a keyword that were followed, from the verdicts.
keywords() {
    grep -F "$2" "$1/verdicts.jsonl" | grep '"item":"keyword#' | grep -c '"outcome":"pass"'
}

# ---- two models ----
good="server:node '$serve' '$models/tiny-good.gguf' {port}"
weak="server:node '$serve' '$models/tiny-weak.gguf' {port}"
run run -s $suite -m "$good" -m "$weak" -j 4 -q --out "$dir/two"
[ $code = 0 ] && [ "$(records "$dir/two" answer)" = 160 ] && [ "$(records "$dir/two" error)" = 0 ] &&
    grep -q '"served":"tiny-good"' "$dir/two/journal.jsonl" && grep -q '"served":"tiny-weak"' "$dir/two/journal.jsonl"
ok "two real servers started, asked and stopped in one run"
[ "$(hits "$dir/two" tiny-good)" -ge $(($(hits "$dir/two" tiny-weak) + 5)) ] && [ "$(hits "$dir/two" tiny-weak)" -ge 40 ]
ok "the model that was trained longer follows more of 80 requests, by five at least"
[ "$(keywords "$dir/two" tiny-good)" -ge 7 ] && [ "$(keywords "$dir/two" tiny-weak)" -le 4 ]
ok "and includes keywords, which the other does not"
grep -q '"in":[1-9][0-9]*,"out":[1-9]' "$dir/two/journal.jsonl" && grep -q '"finish":"stop"' "$dir/two/journal.jsonl"
ok "the tokens it counts are kept"

# ---- the same seed, the same answers ----
# With one slot: sequences that are computed together change each other's last digits.
start_real tiny-good 0 --slots 1
good="server:node '$serve' '$models/tiny-good.gguf' {port} --slots 1"
run run $few -m "$url/v1#tiny-good" -j 4 -q --out "$dir/http"
[ $code = 0 ] && answers "$dir/http" >"$dir/want"
run run $few -m "$url/v1#tiny-good" -j 4 -q --out "$dir/again"
[ $code = 0 ] && answers "$dir/again" >"$dir/have" && [ "$(wc -l <"$dir/want")" = 40 ] && same "$dir/want" "$dir/have"
ok "the same seed twice: the same answers"
run run $few -m "$url/v1#tiny-good" -j 16 -q --out "$dir/queue"
[ $code = 0 ] && answers "$dir/queue" >"$dir/have" && same "$dir/want" "$dir/have"
ok "four calls or sixteen that queue at its one slot: the same answers"
run run $few -m "$url/v1#tiny-good" --stream -j 4 -q --out "$dir/streamed"
[ $code = 0 ] && answers "$dir/streamed" >"$dir/have" && same "$dir/want" "$dir/have" &&
    [ "$(grep -c '"t":"answer".*"in":[1-9][0-9]*,"out":[1-9].*"ttft_ms":[0-9.]*,"itl_ms":[0-9.]*,"itl_max_ms":' "$dir/streamed/journal.jsonl")" = 40 ]
ok "streamed: the same answers, and when their tokens came"
printf '<|user|>\n{prompt}\n<|assistant|>\n\n' >"$dir/template"
run run $few -m "completions+$url/v1#tiny-good" --prompt-template "@$dir/template" -j 4 -q --out "$dir/text"
[ $code = 0 ] && answers "$dir/text" >"$dir/have" && same "$dir/want" "$dir/have"
ok "as a text to go on with, by the template of its chats: the same answers"
run run $few -m "completions+$url/v1#tiny-good" --prompt-template "@$dir/template" --stream -j 4 -q --out "$dir/textstream"
[ $code = 0 ] && answers "$dir/textstream" >"$dir/have" && same "$dir/want" "$dir/have"
ok "as a text, streamed: the same answers"
run run $few -m "$good" -j 4 -q --out "$dir/started"
sed 's/"model":"[^"]*"//' "$dir/started/verdicts.jsonl" >"$dir/a"
sed 's/"model":"[^"]*"//' "$dir/http/verdicts.jsonl" >"$dir/b"
[ $code = 0 ] && answers "$dir/started" >"$dir/have" && same "$dir/want" "$dir/have" && cmp "$dir/a" "$dir/b"
ok "over HTTP or started by ifbench: the same answers and verdicts"
run run -s $suite --limit 20 -m "$url/v1#tiny-good" --seed 2 -j 4 -q --out "$dir/second"
[ $code = 0 ] && answers "$dir/second" 0 >"$dir/have" && answers "$dir/http" 1 >"$dir/b" && same "$dir/b" "$dir/have" &&
    answers "$dir/http" 0 >"$dir/a" && ! cmp -s "$dir/a" "$dir/b"
ok "the second epoch has the next seed, and other answers than the first"

cat >"$dir/plain.yaml" <<'END'
suite: plain
items:
  - {id: cat, prompt: Write about a cat., constraints: ["punctuation:no_comma"]}
  - {id: sea, prompt: Describe the sea., constraints: ["punctuation:no_comma"]}
END
run run -s "$dir/plain.yaml" -m "$url/v1#tiny-good" --epochs 4 -q --out "$dir/plain"
for i in 0 1 2 3; do answers "$dir/plain" $i >"$dir/plain-$i"; done
[ $code = 0 ] && [ "$(wc -l <"$dir/plain-0")" = 2 ] && cmp "$dir/plain-0" "$dir/plain-1" && cmp "$dir/plain-0" "$dir/plain-2" && cmp "$dir/plain-0" "$dir/plain-3"
ok "a suite that says nothing of temperature or seed is not asked at the server's own 0.8"

# ---- what it refuses ----
run run -s $suite -m "$url/v1#tiny-huge" --limit 1 -q --out "$dir/new"
[ $code = 4 ] && grep -q "HTTP 404: model 'tiny-huge' not found" "$dir/err" && [ ! -e "$dir/new/journal.jsonl" ]
ok "a model that it does not have is found before the run"
awk 'BEGIN {
    printf "suite: long\nitems:\n  - {id: short, prompt: Write about a cat., constraints: [punctuation:no_comma]}\n"
    printf "  - {id: long, constraints: [punctuation:no_comma], prompt: \""
    for (i = 0; i < 1200; i++) printf "cat %d ", i
    printf "\"}\n" }' >"$dir/long.yaml"
run run -s "$dir/long.yaml" -m "$url/v1#tiny-good" -q --out "$dir/long"
[ "$(records "$dir/long" answer)" = 1 ] && [ "$(records "$dir/long" error)" = 1 ] &&
    grep -q '"t":"error".*"error":"HTTP 400: the request ([0-9]* tokens) exceeds the available context size (1024)"' "$dir/long/journal.jsonl" &&
    ! grep -q '"t":"error".*"attempts"' "$dir/long/journal.jsonl"
ok "a prompt that is too long fails alone and is not tried again"

# ---- killed and gone on with ----
"$ifbench" run $few -m "$url/v1#tiny-good" -j 1 -q --out "$dir/killed" >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until_records "$dir/killed" 10 $pid
kill -9 $pid
wait $pid 2>/dev/null
before=$(records "$dir/killed" answer)
run run --resume "$dir/killed" -j 4 -q
[ $code = 0 ] && [ "$before" -lt 40 ] && [ "$(doubled "$dir/killed")" = 0 ] && answers "$dir/killed" >"$dir/have" && same "$dir/want" "$dir/have"
ok "a run that was killed, gone on with: the answers of one that was not"

"$ifbench" run $few -m "$url/v1#tiny-good" -j 1 -q --max-retries 1 --max-errors 3 --out "$dir/lost" >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until_records "$dir/lost" 10 $pid
kill -9 "$real"
wait "$real" 2>/dev/null
wait $pid
code=$?
before=$(records "$dir/lost" answer)
[ $code = 4 ] && [ "$before" -lt 40 ] && grep -q "tiny-good was given up: cannot connect to .* (connection refused)" "$dir/err"
ok "a server that dies: the run ends and says so"
start_real tiny-good "${url##*:}" --slots 1
run run --resume "$dir/lost" -j 4 -q
[ $code = 0 ] && [ "$(doubled "$dir/lost")" = 0 ] && answers "$dir/lost" >"$dir/have" && same "$dir/want" "$dir/have"
ok "and gone on with once it is back: the answers of a run without the loss"
stop_real

cat >"$dir/mortal.sh" <<'END'
#!/bin/sh
echo $$ >"$1"
shift
exec "$@"
END
chmod +x "$dir/mortal.sh"
mortal="server:'$dir/mortal.sh' '$dir/pid' node '$serve' '$models/tiny-good.gguf' {port} --slots 1"
"$ifbench" run $few -m "$mortal" -j 1 -q --out "$dir/mortal" >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until_records "$dir/mortal" 10 $pid
kill -9 "$(cat "$dir/pid")"
wait $pid
code=$?
before=$(records "$dir/mortal" answer)
[ $code = 4 ] && [ "$before" -lt 40 ] && grep -q 'the server was killed by signal 9' "$dir/err"
ok "a started server that dies ends the run with its fate"
run run --resume "$dir/mortal" -j 4 -q
[ $code = 0 ] && [ "$(doubled "$dir/mortal")" = 0 ] && answers "$dir/mortal" >"$dir/have" && same "$dir/want" "$dir/have"
ok "and a new one goes on: the same answers"

# ---- noise ----
# tiny-random answers with all bytes there are.
cat >"$dir/noise.yaml" <<'END'
suite: noise
defaults: {max_tokens: 160, temperature: 1, seed: 5}
items:
  - {id: a, prompt: one, constraints: [{each: {unit: lines, check: {starts: "x"}}}, {not: {contains: "e"}}]}
  - {id: b, prompt: two, constraints: [{"keywords:forbidden_words": {forbidden_words: [a, b, c]}}]}
  - {id: c, prompt: three, constraints: ["detectable_format:json_format", "change_case:english_capital"]}
  - {id: d, prompt: four, constraints: [{json: {}}, {xml: {xpath: /a}}]}
  - id: e
    turns:
      - {prompt: five, constraints: ["punctuation:no_comma"]}
      - {prompt: six, constraints: ["startend:quotation"]}
END
# UTF-8, and no control character but line feeds, tabs in HTML, CR LF in CSV.
cat >"$dir/clean.mjs" <<'END'
import fs from 'node:fs';
let status = 0;
for (const file of process.argv.slice(2)) {
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(file));
  } catch {
    console.log(`${file}: not UTF-8`);
    status = 1;
  }
  if (file.endsWith('.csv'))
    text = text.replaceAll('\r\n', '\n');
  if (file.endsWith('.html'))
    text = text.replaceAll('\t', ' ');
  const bad = /[\0-\x09\x0b-\x1f\x7f-\x9f]/.exec(text);
  if (bad) {
    console.log(`${file}: U+${bad[0].charCodeAt(0).toString(16)}: ${JSON.stringify(text.slice(Math.max(0, bad.index - 60), bad.index + 20))}`);
    status = 1;
  }
}
process.exit(status);
END
# noise_run NAME: 24 answers, every report, what was printed beside them.
noise_run() {
    run run -s "$dir/noise.yaml" -m "$url/v1#tiny-random" --epochs 4 -j 4 --out "$dir/$1" --reports json,csv,html,markdown,eval-strict,eval-loose
    cp "$dir/out" "$dir/$1/stdout" && cp "$dir/err" "$dir/$1/stderr"
    [ $code = 0 ] && [ "$(records "$dir/$1" answer)" = 24 ]
}
# Asks again what the journal says was asked: the same answers, to the last control character.
cat >"$dir/alike.mjs" <<'END'
import fs from 'node:fs';
const [url, file] = process.argv.slice(2);
const rows = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(l => JSON.parse(l));
let compared = 0;
for (const r of rows.filter(r => r.t === 'answer' && !r.turn)) {
  const body = { messages: r.messages, max_tokens: 160, temperature: 1, seed: 5 + (r.epoch ?? 0) };
  const reply = await fetch(url + '/v1/chat/completions', { method: 'POST', body: JSON.stringify(body) });
  const said = (await reply.json()).choices[0].message.content;
  if (said !== r.text) {
    console.log(`${r.item} ${r.epoch ?? 0}: ${JSON.stringify(said)} became ${JSON.stringify(r.text)}`);
    process.exit(1);
  }
  compared++;
}
process.exit(compared === 20 ? 0 : 1);
END
start_real tiny-random 0 --slots 1
noise_run noise && grep -q '\\u0000' "$dir/noise/journal.jsonl" && grep -q '\\u001b' "$dir/noise/journal.jsonl" &&
    grep -q "$(printf '\357\277\275')" "$dir/noise/journal.jsonl"
ok "a model of noise: its control characters are in the journal, escaped"
node "$dir/alike.mjs" "$url" "$dir/noise/journal.jsonl" >"$dir/out" 2>"$dir/err"
ok "a model of noise: its answers are kept to the last control character"
node "$dir/clean.mjs" "$dir/noise"/* >"$dir/out" 2>&1
ok "a model of noise: no raw control character in journal, verdicts, reports or on the terminal"
"$ifbench" verify "$dir/noise" >"$dir/out" 2>"$dir/err"
ok "a model of noise: the run verifies"
stop_real
start_real tiny-random 0 --slots 1 --raw-bytes
curl -s -d '{"messages":[{"role":"user","content":"one"}],"max_tokens":160,"seed":5}' "$url/v1/chat/completions" >"$dir/raw"
! node "$dir/clean.mjs" "$dir/raw" >"$dir/out" 2>&1 && grep -q 'not UTF-8' "$dir/out"
ok "bytes that are no UTF-8: the server sends them"
noise_run raw-run && node "$dir/clean.mjs" "$dir/raw-run"/* >"$dir/out" 2>&1 && "$ifbench" verify "$dir/raw-run" >"$dir/out" 2>"$dir/err"
ok "bytes that are no UTF-8: repaired in journal, verdicts and reports"
run report "$dir/raw-run" --reports json,csv,html,markdown,eval-strict,eval-loose
[ $code = 0 ] && node "$dir/clean.mjs" "$dir/raw-run"/* >"$dir/out" 2>&1
ok "bytes that are no UTF-8: reported again from the journal"
stop_real
