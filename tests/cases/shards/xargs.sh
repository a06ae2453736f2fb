seq 4 | xargs -P 4 -I{} ifbench run --model "$MODEL" --shard {}/4 --out runs/part-{} &&
    ifbench merge runs/part-* --out runs/whole
