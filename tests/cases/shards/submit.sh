job=$(sbatch --parsable array.sbatch)
sbatch --dependency="afterok:$job" --wrap 'ifbench merge runs/part-* --out runs/whole'
