#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make demo-local`: two real models, very small, behind llama.cpp on this machine, in one run.
set -eu
build=${BUILD:-build}
serve='server:node tests/local/server.mjs tests/local'

echo "Two models of 575,000 parameters, trained for one minute and for ten, answer 80 requests each."
set -- run --suite tests/local/suite.yaml --model "$serve/tiny-good.gguf {port}" \
    --model "$serve/tiny-weak.gguf {port}" --concurrency 4 --no-cache
printf '$ ifbench'
for word; do
    case $word in *' '*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
done
echo
exec "$build/ifbench" "$@"
