#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs test programs and scripts, all of which speak TAP, and adds their counts up.
# usage: tests/run.sh BUILD TEST...     The last line is "N passed, N failed, N skipped".
set -u
build=$1
shift
: "${IFBENCH_DATA:=../shared/data}"
export IFBENCH_DATA IFBENCH_CACHE=off BUILD="$build" CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}"
unset IFBENCH_API_KEY OPENAI_API_KEY OPENAI_BASE_URL http_proxy https_proxy XDG_DATA_HOME
unset OPENAI_ORG_ID OPENAI_PROJECT_ID ANTHROPIC_API_KEY ANTHROPIC_BASE_URL GEMINI_API_KEY GEMINI_BASE_URL
unset OLLAMA_API_KEY OLLAMA_HOST
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
passed=0 failed=0 skipped=0

for test; do
    name=${test##*/}
    case $test in
    *.sh) sh "$test" >"$out" 2>&1 </dev/null; status=$? ;;
    *) "$test" >"$out" 2>&1 </dev/null; status=$? ;;
    esac
    # cmocka says "not ok N # SKIP" of a test that skipped itself.
    s=$(grep -cE '^(not )?ok .*# SKIP' "$out")
    p=$(grep -E '^ok ' "$out" | grep -cv '# SKIP')
    f=$(grep -E '^not ok ' "$out" | grep -cv '# SKIP')
    # A crash, a sanitizer's finding or a silent test is a failure even when no case says so.
    if [ "$f" = 0 ] && { [ "$status" != 0 ] || [ $((p + s)) = 0 ]; }; then
        f=1
        echo "not ok - $name ended with status $status" >>"$out"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '  %-26s %s passed, %s failed, %s skipped\n' "$name" "$p" "$f" "$s"
    [ "$f" = 0 ] || sed 's/^/    /' "$out" | tail -n 60
    grep -E '^(not )?ok .*# SKIP' "$out" | sed 's/^not //; s/^/    /'
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
