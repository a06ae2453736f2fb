parallel ifbench run --model "$MODEL" --shard {}/4 --out runs/part-{} ::: 1 2 3 4 &&
    ifbench merge runs/part-* --out runs/whole
