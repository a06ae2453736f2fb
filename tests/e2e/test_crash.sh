# SPDX-License-Identifier: Apache-2.0
# What a run survives: signals, full disks, an endpoint that dies and comes back.
. tests/e2e/lib.sh

answers=suites/data/core_answers.jsonl
fast="--no-preflight -q"

# begin RUN OPTION...: a run in the background; sets $pid.
begin() {
    folder=$1
    shift
    "$ifbench" run --model "$url/v1#demo" --out "$dir/$folder" $fast "$@" >"$dir/out" 2>"$dir/err" </dev/null &
    pid=$!
}

# goes_on RUN: resumed, it comes to its end with every call answered once.
goes_on() {
    run run --resume "$dir/$1" $fast -j 16
    [ $code = 0 ] && [ "$(records "$dir/$1" answer)" = 80 ] && [ "$(doubled "$dir/$1")" = 0 ] && adds_up "$dir/$1" && run verify "$dir/$1" && [ $code = 0 ]
}

# ---- signals ----
start_mock --answers $answers --fault delay=100ms
begin term -j 2
grown "$dir/term" 8 $pid
kill -TERM $pid
wait $pid
[ $? = 130 ] && grep -q 'resume' "$dir/err" && adds_up "$dir/term" && grep -q '"complete": false' "$dir/term/summary.json"
ok "SIGTERM ends a run as SIGINT does, with a summary of what there is"
goes_on term
ok "and it goes on"
stop_mock

start_mock --answers $answers --fault hang,after=20
begin twice -j 4
grown "$dir/twice" 21 $pid
while kill -INT $pid 2>/dev/null; do :; done  # what hangs would hold up a polite end for ten seconds
wait $pid
[ $? = 130 ] && ! grep -q 'answered; go on' "$dir/err" && [ ! -e "$dir/twice/summary.json" ]
ok "a second SIGINT does not wait for what hangs"
curl -s -d '' "$url/control" >/dev/null
goes_on twice
ok "and the journal is whole"
stop_mock

start_mock --answers $answers --fault hang
"$ifbench" run --model "$url/v1#demo" --out "$dir/first" -q >"$dir/out" 2>"$dir/err" </dev/null &
pid=$!
until curl -s "$url/control" | grep -q '"in_flight":1'; do kill -0 $pid 2>/dev/null || break; done
kill -INT $pid
wait $pid
[ $? = 130 ] && [ ! -e "$dir/first" ]
ok "SIGINT while the first cheap request hangs leaves nothing behind"
stop_mock

# ---- killed at birth ----
start_mock --answers $answers
run run --model "$url/v1#demo" --out "$dir/birth" --limit 1 $fast
head -c 17 "$dir/birth/journal.jsonl" >"$dir/some" && cp "$dir/some" "$dir/birth/journal.jsonl"
run run --resume "$dir/birth" $fast
[ $code = 0 ] && [ "$(records "$dir/birth" answer)" = 1 ] && [ "$(records "$dir/birth" begin)" = 1 ]
ok "a journal that was killed within its first record begins again"

# ---- an endpoint that dies and comes back ----
port=${url##*:}
stop_mock
start_mock --answers $answers --port "$port" --fault delay=100ms
begin back -j 4 --max-retries 100
grown "$dir/back" 10 $pid
stop_mock
start_mock --answers $answers --port "$port"
wait $pid
[ $? = 0 ] && [ "$(records "$dir/back" answer)" = 80 ] && [ "$(doubled "$dir/back")" = 0 ] && adds_up "$dir/back"
ok "an endpoint that dies and comes back: every call is answered once"
stop_mock
start_mock --answers $answers --port "$port" --fault delay=100ms
begin gone -j 4 --max-retries 0
grown "$dir/gone" 10 $pid
kill -9 "$mock"
wait $pid
[ $? = 0 ] && [ $(($(records "$dir/gone" answer) + $(records "$dir/gone" error))) = 80 ] &&
    [ "$(grep -c '"error":"[^"]*connect\|"error":"[^"]*closed the connection\|"error":"[^"]*cut off' "$dir/gone/journal.jsonl")" = "$(records "$dir/gone" error)" ] && adds_up "$dir/gone"
ok "one that stays away: every call has an answer or a named error"
start_mock --answers $answers --port "$port"
goes_on gone
ok "and the failed ones are asked again"
stop_mock

# ---- full disks ----
# Verdicts that outgrow the journal: many constraints, short answers.
start_mock --default 'no.'
awk 'BEGIN { for (i = 0; i < 60; i++) { printf "{\"key\": %d, \"prompt\": \"p%d\", \"instruction_id_list\": [", i, i
    for (k = 0; k < 12; k++) printf "%s\"punctuation:no_comma\"", k ? ", " : ""
    printf "], \"kwargs\": ["
    for (k = 0; k < 12; k++) printf "%s{}", k ? ", " : ""
    print "]}" } }' >"$dir/many.jsonl"
(ulimit -f 60; trap '' XFSZ; exec "$ifbench" run --suite ifeval --data "$dir/many.jsonl" --model "$url/v1#x" --out "$dir/fullv" $fast) >"$dir/out" 2>"$dir/err" </dev/null
[ $? = 74 ] && [ "$(records "$dir/fullv" answer)" = 60 ] && grep -q 'verdicts.jsonl' "$dir/err" &&
    [ ! -e "$dir/fullv/verdicts.jsonl" ] && [ ! -e "$dir/fullv/summary.json" ] && [ -z "$(find "$dir/fullv" -name '*.tmp')" ]
ok "a disk that fills up with verdicts: exit 74, the answers are kept, nothing half-written"
run run --resume "$dir/fullv" $fast
[ $code = 0 ] && [ "$(records "$dir/fullv" answer)" = 60 ] && [ "$(grep -c . "$dir/fullv/verdicts.jsonl")" = 60 ] && adds_up "$dir/fullv"
ok "and the verdicts are made once there is room, without a request"
stop_mock

start_mock --answers $answers
mkdir "$dir/small"
trap 'umount "$dir/small" 2>/dev/null; finish' EXIT
if mount -t tmpfs -o size=48k none "$dir/small" 2>/dev/null; then
    run run --model "$url/v1#demo" --out "$dir/cache" --cache "$dir/small/answers.db" $fast
    [ $code = 0 ] && [ "$(records "$dir/cache" answer)" = 80 ] && grep -q 'warning: the cache.*\(full\|disk I/O\)' "$dir/err"
    ok "a full disk under the cache is a warning, not an end"
    rm -f "$dir/small"/* && run run --model "$url/v1#demo" --out "$dir/small/run" $fast
    [ $code = 74 ] && grep -q 'No space left' "$dir/err" && [ ! -e "$dir/small/run/summary.json" ]
    ok "a full disk under the run: exit 74"
    mount -o remount,size=4m "$dir/small" && goes_on small/run
    ok "and the run goes on once there is room"
    umount "$dir/small"
else
    skip "a full disk under the cache is a warning, not an end" "no right to mount"
    skip "a full disk under the run: exit 74" "no right to mount"
    skip "and the run goes on once there is room" "no right to mount"
fi
stop_mock
