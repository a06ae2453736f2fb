# SPDX-License-Identifier: Apache-2.0
# `ifbench data` against a mirror that is right, wrong, cut off, silent.
. tests/e2e/lib.sh

for file in ifeval/input_data.jsonl mtbench/question.jsonl mtbench/judge_prompts.jsonl \
    mtbench/reference_answer_gpt-4.jsonl; do
    [ -f "$data/$file" ] || { skip "data pulls and verifies" "no $file in the data"; exit 0; }
done

LC_ALL=C
HOME=$dir/home
XDG_DATA_HOME=$dir/xdg
export LC_ALL HOME XDG_DATA_HOME
unset IFBENCH_DATA http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY

folder=$XDG_DATA_HOME/ifbench
ifeval=$folder/ifeval/input_data.jsonl
right=$data/ifeval/input_data.jsonl
size=207111
hash=67ffeee0fcb87c317c5b08a2de85557b4a7e96ada6178aa645b4954fe4b53d49
upstream=google-research/google-research/19638399cc9e03623c5b9087a1d6fa8813974ce9
upstream=$upstream/instruction_following_eval/data/input_data.jsonl

# is GOT WANTED NAME
is() {
    [ "$1" = "$2" ] || {
        printf 'got:    %s\nwanted: %s\n' "$1" "$2" | sed 's/^/# /'
        false
    }
    ok "$3"
}

# has TEXT PART NAME
has() {
    case $1 in
    *"$2"*) is yes yes "$3" ;;
    *) is "$1" "...$2..." "$3" ;;
    esac
}

# data WORDS: `ifbench data` with them; $code, $out, $err
data() {
    run data "$@"
    out=$(cat "$dir/out")
    err=$(cat "$dir/err")
}

fresh() { rm -rf "$XDG_DATA_HOME"; }
left() { (cd "$XDG_DATA_HOME" 2>/dev/null && find . -type f | sort | tr '\n' ' '); }
files() { left | wc -w | tr -d ' '; }
same() { cmp -s "$ifeval" "$right" && echo same || echo different; }
# the last request that the mirror saw: status and path
last() { tail -n 1 "$dir/log" | sed 's/.*"path":"\([^"]*\)".*"status":\([0-9]*\).*/\2 \1/'; }

test_list() {
    fresh
    data list
    is $code 0 "list ends with 0 when nothing is there"
    has "$out" "ifeval              1   202.3 KiB  missing     Apache-2.0" "list shows a pack"
    has "$out" "CC-BY-NC-4.0; Apache-2.0" "list shows both licences of a mixed pack"
    has "$out" "in $folder" "list tells the data folder"
    is "$err" "" "list says nothing on standard error"
    mkdir -p "$folder/ifeval" "$folder/mtbench"
    echo short >"$ifeval"
    cp "$data/mtbench/question.jsonl" "$folder/mtbench/"
    data list
    has "$out" "202.3 KiB  damaged" "list shows a file of another size"
    has "$out" "107.9 KiB  incomplete" "list shows a pack of which one file is there"
    data list mtbench
    has "$out" "from lm-sys/FastChat/" "list of one pack shows where its files come from"
    data list mtbench --json
    has "$out" '"state": "incomplete"' "list has JSON"
    data list --data-dir "$data" ifeval
    has "$out" "present, 202.3 KiB, Apache-2.0" "list looks into --data-dir"
    IFBENCH_DATA=$data data list ifeval
    has "$out" "present, 202.3 KiB, Apache-2.0" "list looks into IFBENCH_DATA"
}

test_usage() {
    data
    is $code 2 "data alone is a usage error"
    data fetch
    is "$code $err" '2 ifbench: data does list, pull or verify, not "fetch"' "unknown action"
    data pull
    is $code 2 "pull without packs is a usage error"
    data pull --all ifeval
    is $code 2 "pull with packs and --all is a usage error"
    data verify --from "$dir"
    is $code 2 "--from with verify is a usage error"
    data pull ifevl
    is $code 3 "unknown pack ends with 3"
    has "$err" 'did you mean "ifeval"?' "unknown pack: the nearest name"
    data pull ifeval --from /no/such/folder
    is $code 2 "--from a folder that is not there"
    HOME='' XDG_DATA_HOME='' data pull ifeval --from "$data"
    is $code 2 "no data folder can be told"
}

test_right() {
    fresh
    data pull ifeval --from "$url/files"
    is "$code $out" "0 fetched  ifeval/input_data.jsonl" "pull from a mirror of the local layout"
    is "$(same)" same "byte for byte"
    is "$(left)" "./ifbench/ifeval/input_data.jsonl " "and nothing else is left"
    has "$err" "pack ifeval, licence: Apache-2.0" "the licence is told"
    has "$err" "fetching ifeval/input_data.jsonl (202.3 KiB)" "one line a file without a terminal"
    before=$(wc -l <"$dir/log")
    data pull ifeval --from "$url/files"
    is "$code $out$err" "0 present  ifeval/input_data.jsonl" "what is right is skipped"
    is "$(wc -l <"$dir/log")" "$before" "without a request"
    fresh
    data pull ifeval --from "$url/files/up/"
    is "$code $(same)" "0 same" \
        "pull from a mirror of the upstream layout"
    fresh
    data pull mtbench --from "$url/redirect"
    is "$code $(files)" "0 3" "redirects are followed"
    fresh
    data pull ifeval --from "$url/files" --data-dir "$dir/mine" --json
    is "$code $(cmp "$dir/mine/ifeval/input_data.jsonl" "$right")" \
        "0 " "pull writes to --data-dir"
    has "$out" '"state": "fetched"' "pull has JSON"
    is "$(left)" "" "and then to no other place"
    IFBENCH_DATA=$dir/mine data pull ifeval --from "$url/files"
    has "$err" "runs look in IFBENCH_DATA" "a pull past IFBENCH_DATA warns"
    is "$(left)" "./ifbench/ifeval/input_data.jsonl " "and writes to the user's folder"
}

test_wrong() {
    fresh
    data pull ifeval --from "$url/files-wrong"
    is $code 3 "one bit wrong ends with 3"
    has "$err" "ifeval/input_data.jsonl: its SHA-256 is " "a wrong hash: names the file"
    has "$err" "expected was $hash" "a wrong hash: names the expected one"
    is "$(left)" "" "a wrong hash leaves nothing behind"
    for n in 5 206000 207112; do
        head -c $n "$right" >"$dir/files/sized/ifeval/input_data.jsonl"
        [ $n -lt 207112 ] || echo >>"$dir/files/sized/ifeval/input_data.jsonl"
        data pull ifeval --from "$url/files/sized"
        is "$code $(left)" "3 " "a whole file of another size ($n) ends with 3, nothing left"
        has "$err" "207111" "and names the expected size"
    done
    head -c 5 /dev/zero >"$dir/files/sized/ifeval/input_data.jsonl"
    mkdir -p "$folder/ifeval"
    echo old >"$ifeval"
    data pull ifeval --from "$url/files-wrong"
    is "$code $(cat "$ifeval")" "3 old" "what is in place stays when the new one is wrong"
    data pull ifeval --from "$url/files"
    is "$code $(same)" "0 same" "a damaged one is replaced"
}

test_cut_off() {
    fresh
    data pull ifeval --from "$url/files-truncated"
    is $code 4 "a truncated download ends with 4"
    has "$err" "of $size bytes are kept, the same command goes on from there" "and says so"
    is "$(left)" "./ifbench/ifeval/input_data.jsonl.part " "only .part is left"
    kept=$(wc -c <"$ifeval.part")
    [ "$kept" -gt 0 ] && [ "$kept" -lt $size ]
    is $? 0 "some of it is kept"
    data pull ifeval --from "$url/files-truncated"
    is "$code $(same)" "0 same" "the same command ends it"
    is "$(last)" "206 /files-truncated/ifeval/input_data.jsonl" "by a range"
    is "$(left)" "./ifbench/ifeval/input_data.jsonl " "and .part is gone"
}

# part COMMAND...: an earlier try left what it prints
part() {
    fresh
    mkdir -p "$folder/ifeval"
    "$@" >"$ifeval.part"
}

test_resume() {
    part head -c 100000 "$right"
    before=$(wc -l <"$dir/log")
    data pull ifeval --from "$url/files-norange"
    is "$code $(same) $(($(wc -l <"$dir/log") - before))" "0 same 1" \
        "a server without ranges: from the beginning, in the same reply"
    part head -c 1000 /dev/zero
    data pull ifeval --from "$url/files"
    is "$code $(same)" "0 same" \
        "a .part of something else: from the beginning"
    part head -c 1000 /dev/zero
    data pull ifeval --from "$url/files-wrong"
    is "$code $(left)" "3 " "a wrong file after a resume leaves nothing behind"
    part head -c 300000 /dev/zero
    data pull ifeval --from "$url/files"
    is "$code $(same)" "0 same" "a .part that is too long"
    part cat "$right"
    data pull ifeval --from "$url/nowhere"
    is "$code $(same)" "0 same" \
        "a whole .part needs no download"
    part head -c 1000 "$right"
    data pull ifeval --from "$url/files/sized"
    is "$code $(left)" "3 " "a .part longer than what the server has: over again, then wrong"
}

test_missing() {
    fresh
    data pull ifeval --from "$url/files/none"
    is "$code $(left)" "4 " "404 ends with 4 and leaves nothing"
    has "$err" "ifeval/input_data.jsonl: HTTP 404 for $upstream" "and names the file and status"
    rm -f "$dir/files/hole/mtbench/question.jsonl"
    data pull mtbench --from "$url/files/hole"
    is "$code $(files)" "4 2" "the other files of a pack are fetched all the same"
    has "$err" "1 of 3 files could not be fetched" "and the count is told"
    has "$out" "failed   mtbench/question.jsonl" "and the failed one named"
}

test_folder() {
    fresh
    data pull ifeval mtbench --from "$data"
    is "$code $(files)" "0 4" "pull from a folder"
    fresh
    data pull ifeval --from "$dir/files/up"
    is "$code $(same)" "0 same" \
        "pull from a folder of the upstream layout"
    fresh
    data pull ifeval --from "$dir/files/sized"
    is "$code $(left)" "3 " "a wrong file in a folder"
    data pull ifeval --from "$dir/files/none"
    is $code 2 "a folder that is not there"
    mkdir -p "$dir/empty"
    data pull ifeval --from "$dir/empty"
    is "$code $(left)" "3 " "a folder without the file"
}

test_verify() {
    fresh
    data verify
    is $code 0 "verify of nothing is no error"
    has "$out" "missing  ifeval/input_data.jsonl" "but what is missing is told"
    data verify ifeval
    is $code 3 "unless the pack was named"
    data pull ifeval mtbench --from "$data"
    data verify ifeval mtbench
    is "$code $(echo "$out" | grep -c ^present)" "0 4" "verify finds all present"
    sed 's/e/f/' "$right" >"$ifeval"
    data list ifeval
    has "$out" "present, " "list sees sizes only"
    data verify
    is $code 3 "verify finds damage"
    has "$out" "damaged  ifeval/input_data.jsonl: its SHA-256 is " "and names the file"
    has "$out" "expected was $hash" "and the expected hash"
    data verify ifeval --json
    has "$out" '"found_sha256": "' "verify has JSON"
    echo >>"$ifeval"
    data verify ifeval
    has "$out" "it has 207112 bytes, expected were 207111" "verify names a wrong size"
}

test_offline() {
    fresh
    data pull ifeval --from "$url/files"
    is $code 4 "a mirror that is down ends with 4"
    has "$err" "ifeval/input_data.jsonl: cannot connect to 127.0.0.1:" "and names it"
    is "$(left)" "" "and leaves nothing behind"
    data pull --all --from "$url/files"
    is "$code $(grep -c 'fetching' "$dir/err")" "4 1" "nothing further is tried"
    https_proxy=$url data pull ifeval
    is $code 4 "without --from: upstream, by way of the proxy"
    has "$err" "raw.githubusercontent.com:443" "over HTTPS"
    data list
    is $code 0 "list needs no network"
}

mkdir -p "$dir/files/up/${upstream%/*}" "$dir/files/sized/ifeval" "$dir/files/hole/mtbench"
cp -R "$data/ifeval" "$data/mtbench" "$dir/files/"
cp "$data/mtbench/"*.jsonl "$dir/files/hole/mtbench/"
chmod -R u+w "$dir/files"
cp "$right" "$dir/files/up/$upstream"
start_mock --files "$dir/files" --log "$dir/log"
test_list
test_usage
test_right
test_wrong
test_cut_off
test_resume
test_missing
test_folder
test_verify
stop_mock
test_offline
