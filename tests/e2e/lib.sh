# SPDX-License-Identifier: Apache-2.0
# What the end-to-end scripts share: TAP, a folder of their own, a mock endpoint. Sourced.
set -u
build=${BUILD:-build}
here=$(pwd)
case $build in /*) ;; *) build=$here/$build ;; esac
ifbench=$build/ifbench
mockd=$build/mockd
data=${IFBENCH_DATA:-../shared/data}
case $data in /*) ;; *) data=$here/$data ;; esac
dir=$(mktemp -d) || exit 1
pids=
count=0
export IFBENCH_CACHE=off  # a test that is about the cache names one

finish() {
    for p in $pids; do kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; done
    rm -rf "$dir"
    echo "1..$count"
}
trap finish EXIT
trap 'exit 1' INT TERM

# ok NAME: the status of the command before decides.
ok() {
    status=$?
    count=$((count + 1))
    if [ $status = 0 ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        for f in "$dir/out" "$dir/err"; do
            [ -s "$f" ] && sed "s/^/# ${f##*/}: /" "$f" | head -n 15
        done
    fi
}

skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# run WORDS: ifbench with them; output in $dir/out and $dir/err, status in $code.
run() {
    "$ifbench" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
}

# start_mock WORDS: sets $url, $mock.
start_mock() {
    : >"$dir/url"
    "$mockd" --with-parent "$@" >"$dir/url" 2>"$dir/mock.err" &
    mock=$!
    pids="$pids $mock"
    until [ -s "$dir/url" ]; do
        kill -0 "$mock" 2>/dev/null || { echo "# the mock did not start"; sed 's/^/# /' "$dir/mock.err"; exit 1; }
    done
    url=$(cat "$dir/url")
}

stop_mock() {
    kill "$mock" 2>/dev/null
    wait "$mock" 2>/dev/null
}

# metric RUN ID: hits and n from summary.json, as "417/541".
metric() {
    tr -d ' \n' <"$1/summary.json" | tr '{' '\n' |
        sed -n "s/^\"id\":\"$2\",.*\"n\":\([0-9]*\),\"hits\":\([0-9]*\),.*/\2\/\1/p" | head -n 1
}

# value RUN MODEL METRIC MEMBER: from summary.json.
value() {
    awk -v model="\"model\": \"$2\"," -v id="\"id\": \"$3\"," -v member="\"$4\":" '
        index($0, "\"id\":") { at = index($0, id) }
        at && index($0, "\"model\":") { on = index($0, model) }
        at && on && $1 == member { sub(",$", "", $2); print $2; exit }' "$1/summary.json"
}

# judged RUN MEMBER: of the first judge in summary.json.
judged() {
    awk -v member="\"$2\":" '/"judges":/ { on = 1 }
        on && $1 == member { sub(",$", "", $2); print $2; exit }' "$1/summary.json"
}

# records RUN TYPE: how many records of a type the journal holds.
records() {
    grep -c "^{\"t\":\"$2\"" "$1/journal.jsonl"
}

# adds_up RUN...: in every counts object of summary.json the parts are the total.
adds_up() {
    for folder; do
        tr -d ' \n' <"$folder/summary.json" | grep -o '"counts":{[^}]*}' | tr ':,}' '   ' |
            awk '{ if ($3 != $5 + $7 + $9 + $11 + $13) bad = 1 } END { exit bad || !NR }' || return 1
    done
}

# grown RUN N PID: waits until the journal holds N lines, or the process has ended.
grown() {
    while kill -0 "$3" 2>/dev/null; do
        have=$(grep -c . "$1/journal.jsonl" 2>/dev/null)
        [ "${have:-0}" -ge "$2" ] && return 0
    done
}

# doubled RUN: calls answered more than once.
doubled() {
    sed -n 's/^{"t":"answer","call":\([0-9]*\),.*/\1/p' "$1/journal.jsonl" | sort | uniq -d | wc -l
}

# opened PAGE: its transcripts. zlib's streams become gzip's by another head; that their end is
# not gzip's comes after all is written.
opened() {
    sed -n 's/^<script type="application\/octet-stream" class="[a-z]">\(.*\)<\/script>$/\1/p' "$1" |
        while read -r block; do
            { printf '\037\213\010\0\0\0\0\0\0\377'; echo "$block" | base64 -d | tail -c +3; } | gzip -dc 2>/dev/null
        done
}
