# SPDX-License-Identifier: Apache-2.0
# Gates over two real models behind llama.cpp (tests/local), over HTTP: asked to the end, and sequentially.
. tests/e2e/lib.sh

if ! why=$(tests/local/setup --look 2>&1); then
    sed -n 's/^ *ok "\(.*\)"$/\1/p' "$0" >"$dir/names"
    while read -r name; do skip "$name" "${why##*local: }"; done <"$dir/names"
    exit 0
fi
serve=$here/tests/local/server.mjs
models=$here/tests/local
mkfifo "$dir/fifo" || exit 1

# start_real MODEL: sets $url, $real, $model.
start_real() {
    model=$1
    node "$serve" "$models/$model.gguf" 0 --with-parent --slots 1 >"$dir/fifo" 2>"$dir/real.err" &
    real=$!
    pids="$pids $real"
    # Its first line is its address; an end without one is an end of the file.
    read -r url <"$dir/fifo" || { echo "# the server did not start"; sed 's/^/# /' "$dir/real.err"; exit 1; }
}

stop_real() {
    kill "$real" 2>/dev/null
    wait "$real" 2>/dev/null
}

# of RUN KEY: a number of the sequential part of gate.json.
of() {
    sed -n "s/^ *\"$2\": \([a-z0-9]*\),*\$/\1/p" "$1/gate.json" | head -n 1
}

# The suite of tests/local with three ways of asking about every topic: 240 prompts.
cp tests/local/suite.yaml "$dir/suite.yaml"
awk -F, -v OFS=, 'NR == 1 { print; next } { row[++n] = $0; ask[$3] } END {
    for (i = 1; i <= n; i++) {
        split(row[i], f, ",")
        k = 0
        for (a in ask) if (k < 3) print f[1] "-" ++k, f[2], a, f[4], f[5], f[6]
    } }' tests/local/topics.csv >"$dir/topics.csv"
printf 'confidence: 95 %%\nrules:\n  - local.prompt_level_strict_acc drop <= 5 %%\n  - keywords:existence drop <= 25 %%\n  - errors <= 1 %%\n' >"$dir/policy.yaml"

# asks NAME WORDS: the suite, against the baseline when it is there.
asks() {
    to=$1
    shift
    run run -s "$dir/suite.yaml" -m "$url/v1#$model" -j 4 -q --out "$dir/$to" "$@"
}

gates() {
    to=$1
    shift
    asks "$to" --gate-policy "$dir/policy.yaml" --gate-baseline "$dir/good" "$@"
}

start_real tiny-good
asks good
[ $code = 0 ] && [ "$(records "$dir/good" answer)" = 240 ]
ok "the baseline: 240 answers of tiny-good"
gates good.fixed
[ $code = 0 ] && [ "$(records "$dir/good.fixed" answer)" = 240 ]
ok "tiny-good passes against itself"
gates good.sequential --sequential
good=$(records "$dir/good.sequential" answer)
[ $code = 0 ] && [ "$(of "$dir/good.sequential" settled)" = true ] && [ "$good" = "$(of "$dir/good.sequential" calls_made)" ] && [ "$good" -lt 240 ]
ok "and sequentially, with fewer prompts"
stop_real
start_real tiny-weak
gates weak.fixed
[ $code = 1 ] && [ "$(records "$dir/weak.fixed" answer)" = 240 ]
ok "tiny-weak fails against tiny-good"
gates weak.sequential --sequential
weak=$(records "$dir/weak.sequential" answer)
[ $code = 1 ] && [ "$(of "$dir/weak.sequential" settled)" = true ] && [ "$weak" = "$(of "$dir/weak.sequential" calls_made)" ] && [ "$weak" -lt 240 ]
ok "and sequentially, with fewer prompts still"
echo "# of 240 prompts the sequential gate asked $good to pass tiny-good and $weak to fail tiny-weak"
stop_real
