#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one fuzz target from its corpus; what it learns and finds stays in the build folder.
# usage: tests/fuzz/run.sh BUILD TARGET SECONDS
set -eu
build=$1 target=$2 seconds=$3
learnt=$build/fuzz/$target
# Files that are written again and again belong into memory.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
mkdir -p "$learnt" "$build/fuzz/found"
set -- "$build/tests/fuzz/fuzz_$target" "$learnt" "tests/fuzz/corpus/$target" \
    -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=4096 \
    -report_slow_units=1 -print_final_stats=1 -artifact_prefix="$build/fuzz/found/$target-"
[ -f "tests/fuzz/$target.dict" ] && set -- "$@" -dict="tests/fuzz/$target.dict"
echo "fuzz: $target, $seconds s"
exec "$@"
