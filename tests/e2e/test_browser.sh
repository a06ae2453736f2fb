# SPDX-License-Identifier: Apache-2.0
# The pages in a real browser: Debian's chromium, driven by playwright-core (tests/browser).
. tests/e2e/lib.sh

if ! why=$(tests/browser/setup --look 2>&1); then
    skip "the pages of reports, comparisons and leaderboards in a browser" "${why##*browser: }"
    exit 0
fi
node tests/browser/make.mjs "$dir" || exit 1

# score NAME ANSWERS: a run in $dir/NAME.
score() {
    run score --suite ifeval --data "$dir/suite.jsonl" --responses "$2" --out "$dir/$1"
}
cd "$dir" || exit 1
score base base.jsonl
[ $code = 0 ] && score cand cand.jsonl
[ $code = 0 ]
ok "two runs are scored"
run report base --reports plots,html
[ $code = 0 ] && grep -q '<figure' base/report.html
ok "one has plots, or their tables"
run compare base cand --format html --to diff.html
[ $code = 0 ] && [ -s diff.html ]
ok "and compared in a page"

# Ten models, one of them with a name that no one would choose.
for i in 1 2 3 4 5 6 7 8 9; do
    awk -v bad="$i" 'NR % 10 < bad { sub(/ and cups/, ", cups") } { print }' base.jsonl >"model-$i"
    score "runs/$i" "model-$i"
done
cp base.jsonl '"><img src=x onerror=alert(1)>'
score runs/evil '"><img src=x onerror=alert(1)>'
run leaderboard runs/* --out site
[ $code = 0 ] && [ -s site/index.html ]
ok "a leaderboard of ten"
cd "$here" || exit 1

node tests/browser/pages.mjs "$dir" "$here/build/browser/node_modules" >"$dir/pages" 2>"$dir/err"
[ $? = 0 ]
ok "the browser came to its end"
: >"$dir/err"
while IFS= read -r line; do
    case $line in
    "pass "*) ok "${line#pass }" ;;
    "fail "*) count=$((count + 1)); echo "not ok $count - ${line#fail }" ;;
    *) echo "# $line" ;;
    esac
done <"$dir/pages"
