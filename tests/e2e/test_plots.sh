# SPDX-License-Identifier: Apache-2.0
# Plots of runs and leaderboards: with gnuplot, with none, with one that fails, with hostile names.
. tests/e2e/lib.sh

for i in 1 2 3 4 5 6 7 8; do
    printf '{"key": %s, "prompt": "p%s", "instruction_id_list": ["punctuation:no_comma", ' "$i" "$i"
    printf '"keywords:existence", "startend:end_checker"], "kwargs": [{}, {"keywords": ["tea"]}, '
    printf '{"end_phrase": "end"}]}\n'
done >"$dir/q.jsonl"

# answers FILE TEXT: every second is longer.
answers() {
    for i in 1 2 3 4 5 6 7 8; do
        [ $((i % 2)) = 0 ] && more=", and much more of it, until the very end" || more=
        printf '{"prompt": "p%s", "response": "%s%s"}\n' "$i" "$2" "$more"
    done >"$1"
}

evil=$(printf 'x "`touch %s/pwned` @m {/Symbol a} $(touch %s/pwned) '"'"'; system(1) #é<script>' "$dir" "$dir" | tr / _)
cd "$dir" || exit 1
answers good "tea at the end"
answers "$evil" "milk, sugar"
cd "$here" || exit 1

# ask OUT WORDS: both models.
ask() {
    out=$1
    shift
    (cd "$dir" && exec "$ifbench" run --suite ifeval --data q.jsonl --model replay:good \
        --model "replay:$evil" --out "$out" "$@") >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
}

export IFBENCH_GNUPLOT=off
ask off --reports plots,html
[ $code = 0 ] && [ "$(ls "$dir"/off/plots/*.csv | wc -l)" = 4 ] && [ ! -e "$dir/off/plots/scores.svg" ] &&
    grep -q '^Not drawn: IFBENCH_GNUPLOT is "off"' "$dir/off/plots/README.txt"
ok "switched off: the tables are there, and a file says why"
grep -q 'plots are tables only' "$dir/err" && grep -q 'plots are tables only' "$dir/off/summary.json"
ok "and the run warns"
grep -q 'Not drawn: <bdi>IFBENCH_GNUPLOT is' "$dir/off/report.html" && ! grep -q '<img ' "$dir/off/report.html" &&
    [ "$(grep -c '<details><summary>Table' "$dir/off/report.html")" = 4 ]
ok "report.html says so and keeps its tables"

IFBENCH_GNUPLOT=$dir/no-such-program
run report "$dir/off" --reports plots --to "$dir/absent"
[ $code = 0 ] && grep -q 'no-such-program: cannot run' "$dir/err" && [ -s "$dir/absent/scores.csv" ]
ok "absent: the same, and it is named"

cat >"$dir/fails" <<'END'
#!/bin/sh
echo 'line 3: something is wrong' >&2
exit 3
END
cat >"$dir/prints" <<'END'
#!/bin/sh
cat >/dev/null
for i in 1 2 3 4; do echo '<?xml version="1.0"?><svg><script>alert(1)</script></svg>'; done
END
chmod +x "$dir/fails" "$dir/prints"
IFBENCH_GNUPLOT=$dir/fails
run report "$dir/off" --reports plots --to "$dir/failed"
[ $code = 0 ] && grep -q 'exited with status 3: line 3: something is wrong' "$dir/err" &&
    [ -s "$dir/failed/scores.csv" ] && [ ! -e "$dir/failed/scores.svg" ]
ok "a gnuplot that fails is quoted, and its script not being read does no harm"
IFBENCH_GNUPLOT=$dir/prints
run report "$dir/off" --reports plots --to "$dir/printed"
[ $code = 0 ] && grep -q 'not a plain SVG' "$dir/err" && [ ! -e "$dir/printed/scores.svg" ]
ok "what is no plain picture is not kept"

ask plain
[ $code = 0 ] && ! grep -q 'tables only' "$dir/err" && ! grep -q 'h-plots' "$dir/plain/report.html"
ok "who asks for no plots gets none, and no gnuplot is looked for"

real=$(command -v gnuplot)
if [ -z "$real" ]; then
    skip "plots by gnuplot" "gnuplot is not here (Debian: gnuplot-nox)"
    exit 0
fi

cat >"$dir/counts" <<END
#!/bin/sh
echo x >>"$dir/count"
exec "$real" "\$@"
END
chmod +x "$dir/counts"
IFBENCH_GNUPLOT=$dir/counts
ask drawn --reports plots,html
[ $code = 0 ] && [ "$(ls "$dir"/drawn/plots/*.svg | wc -l)" = 4 ] && [ "$(wc -l <"$dir/count")" = 1 ]
ok "one gnuplot draws all plots of a run"
! grep -q 'tables only' "$dir/err" && [ "$(grep -c '<img alt="Plot: ifeval' "$dir/drawn/report.html")" = 4 ]
ok "report.html shows them"

if command -v xmllint >/dev/null; then
    xmllint --noout "$dir"/drawn/plots/*.svg >&2
    ok "they are well-formed XML"
else
    skip "they are well-formed XML" "xmllint is not here"
fi
[ -z "$(find "$dir" -name 'pwned*' -o -name '*_pwned')" ] &&
    grep -q 'touch .*pwned' "$dir/drawn/plots/scores.svg" && ! grep -q '<script' "$dir"/drawn/plots/*.svg &&
    ! grep -q 'href="http\|gnuplot_svg' "$dir"/drawn/plots/*.svg
ok "hostile names are shown and do nothing"

run report "$dir/drawn" --reports html,plots --to "$dir/x"
[ $code = 2 ]
ok "--to takes one report"
cp -r "$dir/drawn/plots" "$dir/before"
cp "$dir/drawn/report.html" "$dir/before.html"
run report "$dir/drawn" --reports html,plots
[ $code = 0 ] && diff -r "$dir/before" "$dir/drawn/plots" >&2 && cmp "$dir/before.html" "$dir/drawn/report.html" >&2
ok "a stored run gives the same bytes, whatever order they are asked for in"

(cd "$dir" && HOME=$dir LC_ALL=de_DE.UTF-8 GNUTERM=dumb "$ifbench" report drawn --reports plots --to again) >/dev/null 2>&1
diff -r "$dir/before" "$dir/again" >&2
ok "nor do surroundings change them"

sed 's/"started": "[^"]*"/"started": "2026-01-02T03:04:05.678Z"/' "$dir/plain/summary.json" >"$dir/s"
cp "$dir/s" "$dir/plain/summary.json"
: >"$dir/count"
run leaderboard "$dir/plain" "$dir/drawn" --out "$dir/site"
[ $code = 0 ] && [ "$(ls "$dir"/site/suite-ifeval-*.svg | wc -l)" = 5 ] && [ "$(wc -l <"$dir/count")" = 1 ] &&
    [ "$(grep -c '<img alt="Plot: ' "$dir/site/suite-ifeval.html")" = 5 ]
ok "a leaderboard has plots over its runs, by one gnuplot"
run leaderboard "$dir/drawn" "$dir/plain" --out "$dir/site2"
[ $code = 0 ] && diff -r "$dir/site" "$dir/site2" >&2
ok "whose bytes do not depend on the order of the runs"
: >"$dir/count"
run leaderboard "$dir/plain" "$dir/drawn" --out "$dir/site" --no-plots
[ $code = 0 ] && [ -z "$(ls "$dir/site" | grep 'svg$')" ] && [ ! -s "$dir/count" ] && ! grep -q h-plots "$dir/site/suite-ifeval.html"
ok "--no-plots takes them away again and asks no gnuplot"
IFBENCH_GNUPLOT=off
run leaderboard "$dir/plain" "$dir/drawn" --out "$dir/site"
[ $code = 0 ] && [ "$(ls "$dir"/site/suite-ifeval-*.csv | wc -l)" = 5 ] && grep -q 'tables only' "$dir/err" &&
    grep -q 'Not drawn: ' "$dir/site/suite-ifeval.html"
ok "a leaderboard without gnuplot says so and keeps its tables"
