# SPDX-License-Identifier: Apache-2.0
# ifbench.yaml: every option, faults with their lines, and the way back out of --dry-run.
. tests/e2e/lib.sh

http=http://127.0.0.1:1/v1
printf '"*": {input: 10, output: 30}\n' >"$dir/prices.yaml"
printf 'key-command-says\n' >"$dir/key"

# ---- every option there and back ----
cat >"$dir/all.yaml" <<END
suite: [core, "$dir/own.yaml"]
model: ["completions+$http#a", "completions+$http#b"]
name: [first, "second one"]
concurrency: 7
max_concurrency: 9
rpm: 0.5
tpm: 1e5
budget_tokens: 1000000000000
budget_usd: 0.1
prices: $dir/prices.yaml
no_cache: true
cache: $dir/answers.db
limit: 3
epochs: 2
shard: 2/3
out: $dir/out
data_dir: $dir
temperature: 0.1
top_p: 0.30000000000000004
max_tokens: 77
seed: 8999999999999999
param: ["temperature=0,0.7", "seed=1,2"]
system: |
  Be "brief":
    it's \u good # really
system_as: user
prompt_template: "@@Q: {prompt}\nA:{answer}\u2028\uFEFF\t\x07\u0085é"
stop: ["\n", "END", "'", "#", "é"]
top_logprobs: 5
extra_body: {reasoning: {effort: low}, n: 1.5, "é\"": [null, true]}
max_tokens_as: max_tokens
key_command: "cat '$dir/key'"
server_timeout: 0.25
timeout: 1.5
total_timeout: 3
max_retries: 0
no_retry_429: true
max_errors: 4
no_preflight: true
stream: true
connect_timeout: 2
max_reply: 4096
ca_file: $dir/ca.pem
think: keep
think_tags: ["<a>,</a>"]
missing: fail
threads: 1
reports: [json, csv]
strict: true
max_unscored: 0.25
END
printf 'suite: own\nitems: [{id: a, prompt: q, constraints: [{contains: fine}]}]\n' >"$dir/own.yaml"
run run --config "$dir/all.yaml" --dry-run
[ $code = 0 ] && cp "$dir/out" "$dir/once.yaml" && run run --config "$dir/once.yaml" --dry-run && [ $code = 0 ] && cmp "$dir/once.yaml" "$dir/out" >"$dir/err"
ok "what --dry-run prints is a configuration that prints the same"
sed -n 's/^\([a-z_0-9]*\): .*/\1/p' "$dir/once.yaml" | sort >"$dir/printed"
sed -n 's/^\([a-z_0-9]*\): .*/\1/p' "$dir/all.yaml" | sort >"$dir/given"
cmp "$dir/printed" "$dir/given" >"$dir/err"
ok "none of them is lost"
"$ifbench" run --help | sed -n 's/^  \(-., \)\{0,1\}--\([a-z0-9-]*\).*/\2/p' | tr - _ | sort >"$dir/known"
# not in the file above: what is of one call, may be secret, or does not go with two suites
# or with a share of them (the gate: test_sequential.sh)
for o in config dry_run json quiet resume retry_errors header proxy data \
    gate_policy gate_baseline gate_base_model gate_common gate_also sequential; do echo $o; done | sort >"$dir/apart"
comm -23 "$dir/known" "$dir/apart" >"$dir/wanted"
comm -23 "$dir/wanted" "$dir/given" >"$dir/out"
[ ! -s "$dir/out" ]
ok "and every option of run was among them"
grep -q '^seed: 8999999999999999$' "$dir/once.yaml" && grep -q '^top_p: 0.30000000000000004$' "$dir/once.yaml" && grep -q '^rpm: 0.5$' "$dir/once.yaml" &&
    grep -qF 'prompt_template: "@@Q: {prompt}\nA:{answer}\u2028\ufeff\u0009\u0007\u0085é"' "$dir/once.yaml" &&
    grep -qF 'system: "Be \"brief\":\n  it'"'"'s \\u good # really"' "$dir/once.yaml" &&
    grep -qF 'extra_body: "{\"reasoning\":{\"effort\":\"low\"},\"n\":1.5,\"é\\\"\":[null,true]}"' "$dir/once.yaml"
ok "numbers to the last digit, texts to the last character"
run run --config "$dir/all.yaml" --dry-run --header 'Authorization: Bearer sk-hidden' --proxy http://u:hunter2@h:1
[ $code = 0 ] && grep -q '^# header: not shown' "$dir/out" && grep -q '^# proxy: not shown' "$dir/out" && ! grep -q 'sk-hidden\|hunter2' "$dir/out" "$dir/err"
ok "what may be secret is not printed"
run run --config "$dir/all.yaml" --dry-run --no-strict --max-retries 3 --suite core --stop X
[ $code = 0 ] && ! grep -q '^strict' "$dir/out" && grep -qx 'max_retries: 3' "$dir/out" && grep -qx 'suite: \["core"\]' "$dir/out" && grep -qx 'stop: \["X"\]' "$dir/out"
ok "the command line goes before the file, lists are replaced"
run run --model "$http#x" --dry-run --json
[ $code = 0 ] && grep -qF '"config":"suite: [\"core\"]\nmodel: [\"http://127.0.0.1:1/v1#x\"]\n"' "$dir/out"
ok "--json holds it as well"

# ---- faults, with their lines ----
# refuses NAME PATTERN TEXT: bad.yaml with the text; one line on stderr.
refuses() {
    printf -- "$3" >"$dir/bad.yaml"
    run run --config "$dir/bad.yaml" --model "$http#x" --dry-run
    [ $code = 3 ] && grep -q -- "bad.yaml:$2" "$dir/err" && [ "$(grep -c . "$dir/err")" = 1 ]
    ok "$1"
}
refuses "an unknown option, with the nearest" '3: unknown option "max_token", did you mean "max_tokens"' '# x\n\nmax_token: 3\n'
refuses "an option as it is typed" '1: unknown option "max-tokens", did you mean "max_tokens"' 'max-tokens: 3\n'
refuses "an unknown option that nothing is near" '1: unknown option "zzzzzzzzzz"; `ifbench run --help` lists them' 'zzzzzzzzzz: 3\n'
refuses "a doubled option" '2: duplicate key "limit"' 'limit: 3\nlimit: 4\n'
refuses "a text for a number" '2: limit: wanted a whole number from 0 to 1e+09, found a string' 'epochs: 1\nlimit: "3"\n'
refuses "a fraction for a whole number" '1: limit: wanted a whole number' 'limit: 3.5\n'
refuses "a number out of range" '1: top_p: wanted a number from 0 to 1, found 1.5' 'top_p: 1.5\n'
refuses "a number that no machine holds" '1: limit: wanted a whole number' 'limit: 1e400\n'
refuses "a number for a text" '1: prices: wanted a string, found 5' 'prices: 5\n'
refuses "a word that is no choice" '1: think: wanted one of "strip", "keep", found maybe' 'think: maybe\n'
refuses "yes for true" '1: stream: wanted true or false' 'stream: yes\n'
refuses "a mapping for a list" '2: model: wanted an array of strings, found an object' 'limit: 1\nmodel: {a: b}\n'
refuses "a number in a list" '1: stop: wanted an array of strings' 'stop: [a, 5]\n'
refuses "a list for the file" ' wanted options as' '- a\n'
refuses "broken YAML" '2: ' 'limit: 1\n  epochs: [\n'
refuses "another file of options" '1: config: ' 'config: x.yaml\n'
refuses "tags" '1: tags are not supported' 'limit: !!int 3\n'
refuses "a second document" '2: a second document' 'limit: 3\n---\nlimit: 4\n'
printf 'baseline: x\nresponses: r\nlimit: 2\n' >"$dir/other.yaml"
run run --config "$dir/other.yaml" --model "$http#x" --dry-run
[ $code = 0 ] && grep -qx 'limit: 2' "$dir/out"
ok "options of other commands may stand in the same file"
printf '' >"$dir/empty.yaml"
run run --config "$dir/empty.yaml" --model "$http#x" --dry-run
[ $code = 0 ]
ok "an empty file is fine"
mkdir "$dir/here" && printf 'limit: 2\nmodel: "%s#x"\n' "$http" >"$dir/here/ifbench.yaml"
(cd "$dir/here" && "$ifbench" run --dry-run >"$dir/out" 2>"$dir/err") && grep -q 'would ask 2 calls' "$dir/out"
ok "ifbench.yaml of the folder is read by itself"
