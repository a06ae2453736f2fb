#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same 1,000 prompts with three constraints, asked of the same mock endpoint 32 at a time by
# promptfoo and by ifbench: wall time, CPU and memory of each whole process. Needs Node and
# promptfoo (`npm install promptfoo`); PROMPTFOO names its command.
set -eu
build=${BUILD:-build}
promptfoo=${PROMPTFOO:-promptfoo}
command -v "$promptfoo" >/dev/null || { echo "peer: promptfoo is not here; npm install promptfoo, or set PROMPTFOO" >&2; exit 1; }
watch=$build/stopwatch
${CC:-cc} -O2 -D_GNU_SOURCE -o "$watch" tests/bench/stopwatch.c
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || :; rm -rf "$dir"' EXIT INT TERM
export PROMPTFOO_CONFIG_DIR="$dir/config" PROMPTFOO_DISABLE_TELEMETRY=1 PROMPTFOO_DISABLE_UPDATE=1 \
    PROMPTFOO_DISABLE_REMOTE_GENERATION=1 IFBENCH_CACHE=off

"$build/mockd" --default "The harbour wakes before the town does and the first boats leave while the lamps along the quay still burn. Nets are folded and coffee is shared." >"$dir/url" &
pid=$!
while [ ! -s "$dir/url" ]; do kill -0 $pid; done
url=$(cat "$dir/url")

awk 'BEGIN { for (i = 0; i < 1000; i++) printf "{\"key\": %d, \"prompt\": \"Prompt %d: a short note about harbour number %d.\", \"instruction_id_list\": [\"punctuation:no_comma\", \"length_constraints:number_words\", \"keywords:existence\"], \"kwargs\": [{}, {\"num_words\": 20, \"relation\": \"at least\"}, {\"keywords\": [\"harbour\"]}]}\n", i, i, i }' >"$dir/rows.jsonl"
node -e '
const fs = require("fs");
const rows = fs.readFileSync(process.argv[1], "utf8").trim().split("\n").map(JSON.parse);
const assert = [{ type: "not-contains", value: "," }, { type: "icontains", value: "harbour" },
                { type: "javascript", value: "output.split(/\\s+/).length >= 20" }];
fs.writeFileSync(process.argv[2], JSON.stringify({ prompts: ["{{q}}"],
    providers: [{ id: "openai:chat:m", config: { apiBaseUrl: process.argv[3] + "/v1", apiKey: "x" } }],
    tests: rows.map(r => ({ vars: { q: r.prompt }, assert })) }));' "$dir/rows.jsonl" "$dir/config.json" "$url"

show() { echo "$2" | awk -v who="$1" '{ printf "%-12s %8.2f s wall %9.2f ms CPU a prompt %8.1f MB\n", who, $1 / 1000, $2 / 1000, $3 }'; }
echo "$("$promptfoo" --version 2>/dev/null | tail -n 1) is promptfoo's version"
show promptfoo "$("$watch" 1 "$promptfoo" eval -c "$dir/config.json" -j 32 --no-cache --no-progress-bar --no-table -o "$dir/out.json" 2>/dev/null)"
show ifbench "$("$watch" 5 "$build/ifbench" run --suite ifeval --data "$dir/rows.jsonl" --model "$url/v1#m" -j 32 -q --no-preflight --out "$dir/run-{}" 2>/dev/null)"
