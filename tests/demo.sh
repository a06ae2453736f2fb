#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make demo`: the bundled mock endpoint with canned answers, and one run against it.
set -eu
build=${BUILD:-build}
answers=suites/data/core_answers.jsonl
dir=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null || :; rm -rf "$dir"' EXIT INT TERM

"$build/mockd" --answers "$answers" --port-file "$dir/port" >"$dir/url" &
pid=$!
# The port is written before the first request can come; wait for the file, not for a time.
while [ ! -s "$dir/url" ]; do
    kill -0 "$pid" 2>/dev/null || { echo "demo: the mock endpoint did not start" >&2; exit 1; }
done
url=$(cat "$dir/url")

echo "The answers of this demo are canned: a mock endpoint on $url serves them."
echo "\$ ifbench run --suite core --model $url/v1#demo --no-cache"
"$build/ifbench" run --suite core --model "$url/v1#demo" --no-cache
