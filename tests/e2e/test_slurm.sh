# SPDX-License-Identifier: Apache-2.0
# Shards as a real Slurm array with a dependent merge, by GNU parallel, xargs and a CI matrix: the
# recipes of tests/cases/shards, as they are printed.
. tests/e2e/lib.sh
. tests/slurm/one.sh
trap 'slurm_down; finish' EXIT

recipes=$here/tests/cases/shards
start_mock --answers suites/data/core_answers.jsonl
MODEL="$url/v1#demo" PATH="$build:$PATH"
export MODEL PATH
run run --model "$MODEL" --out "$dir/single" -q

# at NAME: a folder of its own with the recipes in it, for what follows.
at() {
    mkdir "$dir/$1" && cp "$recipes"/* "$dir/$1" && cd "$dir/$1" || exit 1
}

# is_single FOLDER: its verdicts are those of the single run.
is_single() {
    cmp "$1/verdicts.jsonl" "$dir/single/verdicts.jsonl" >>"$dir/err" 2>&1 && "$ifbench" verify "$1" >"$dir/out" 2>>"$dir/err"
}

lacks=$(slurm_missing)
[ -n "$lacks" ] || slurm_up || lacks=$(slurm_complaint)
if [ -z "$lacks" ]; then
    sinfo -h -o %T 2>"$dir/err" | grep -q "^idle"
    ok "a Slurm of one machine comes up"
    at array
    sh submit.sh >"$dir/out" 2>"$dir/err"
    merge=$(sed -n 's/^Submitted batch job //p' "$dir/out")
    [ -n "$merge" ] && [ "$(job_end "$merge")" = COMPLETED ]
    end=$?
    array=$(ls | sed -n 's/^slurm-\([0-9]*\)_1\.out$/\1/p')
    [ $end = 0 ] && [ "$(job_state "$array")" = COMPLETED ] &&
        [ "$(scontrol -o show job "$array" | grep -c ArrayTaskId=)" = 2 ]
    ok "an array of two tasks and the merge that depends on it are completed"
    cat slurm-*.out >"$dir/err"
    is_single runs/whole && [ "$(records runs/part-1 answer) $(records runs/part-2 answer)" = '40 40' ]
    ok "what it made is the single run"
    # As after the failure of a node, half-way.
    head -n 20 runs/part-1/journal.jsonl >half && mv half runs/part-1/journal.jsonl
    job_again "${array}_1" >"$dir/out" 2>"$dir/err" && [ "$(job_end "${array}_1")" = COMPLETED ] &&
        [ "$(records runs/part-1 resume)" = 1 ] && ifbench merge runs/part-* --out runs/again >"$dir/out" 2>"$dir/err" && is_single runs/again
    ok "a task that is run again goes on where it was"
    rm -rf runs
    job=$(MODEL=http://127.0.0.1:1/v1#demo sbatch --parsable array.sbatch)
    next=$(sbatch --parsable --dependency="afterok:$job" --kill-on-invalid-dep=yes --wrap 'ifbench merge runs/part-* --out runs/whole')
    [ "$(job_end "$job")" = FAILED ] && [ "$(job_end "$next")" = CANCELLED ] && [ ! -e runs/whole ]
    ok "when the tasks fail nothing is merged"
    cd "$here" || exit 1
else
    for name in "a Slurm of one machine comes up" "an array of two tasks and a dependent merge" \
        "what it made is the single run" "a task that is run again goes on where it was" \
        "when the tasks fail nothing is merged"; do
        skip "$name" "$lacks"
    done
fi

if command -v parallel >/dev/null 2>&1 && parallel --version 2>/dev/null | grep -q '^GNU'; then
    at parallel
    sh parallel.sh >"$dir/out" 2>"$dir/err" </dev/null && is_single runs/whole
    ok "GNU parallel"
    cd "$here" || exit 1
else
    skip "GNU parallel" "no GNU parallel"
fi

at xargs
sh xargs.sh >"$dir/out" 2>"$dir/err" && is_single runs/whole
ok "xargs"
cd "$here" || exit 1

# Each job's `run` lines, for each shard as the matrix would write it.
at matrix
sed -n 's/^      - run: //p' matrix.yaml >lines
grep 'matrix.shard' lines | while read -r line; do
    for i in 1 2 3 4; do echo "$line" | sed "s/\${{ matrix.shard }}/$i/g"; done
done >ask.sh
grep -v 'matrix.shard' lines >merge.sh
[ "$(wc -l <ask.sh) $(wc -l <merge.sh)" = '4 1' ] && sh -e ask.sh >"$dir/out" 2>"$dir/err" && sh -e merge.sh >"$dir/out" 2>>"$dir/err" && is_single whole
ok "a CI matrix"
cd "$here" || exit 1
stop_mock

sed 's/^    //' README.md >"$dir/readme"
for f in "$recipes"/*; do
    ! grep -vxF -f "$dir/readme" "$f" >"$dir/out"
    ok "the README prints ${f##*/} as it was run here"
done
