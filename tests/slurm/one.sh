# SPDX-License-Identifier: Apache-2.0
# A Slurm of one machine for a test: a controller, a node and their key in $dir/slurm, all three
# children of the script that sources this after lib.sh. Sets SLURM_CONF.

PATH=$PATH:/usr/sbin:/sbin  # where daemons are, for those who are not root

# slurm_conf PORT: an address is given for everything, so that no name has to resolve.
slurm_conf() {
    node=$(cut -d . -f 1 /proc/sys/kernel/hostname)
    me=$(id -un)
    cat <<EOF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$1
SlurmdPort=$(($1 + 1))
SlurmUser=$me
SlurmdUser=$me
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$dir/slurm/key.socket
StateSaveLocation=$dir/slurm/state
SlurmdSpoolDir=$dir/slurm/spool
SlurmctldPidFile=$dir/slurm/controller.pid
SlurmdPidFile=$dir/slurm/node.pid
SlurmctldLogFile=$dir/slurm/controller.log
SlurmdLogFile=$dir/slurm/node.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
SlurmdParameters=config_overrides
MinJobAge=3600
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
EOF
}

# Between two looks at a daemon or a job; nothing depends on how long it is.
pause() {
    sleep 0.1
}

# slurm_missing: what this machine lacks for it, in words; nothing when it is all there.
slurm_missing() {
    for program in munged slurmctld slurmd sbatch scontrol scancel sinfo squeue; do
        command -v "$program" >/dev/null 2>&1 || { echo "no $program (Debian: slurm-wlm, munge)"; return; }
    done
}

# start NAME WORDS: a daemon in the foreground of its own; its number in $pid, ended by lib.sh.
start() {
    name=$1
    shift
    "$@" >"$dir/slurm/$name.out" 2>&1 </dev/null &
    pid=$!
    pids="$pid $pids"
}

# slurm_try PORT: false when a daemon ended, as it does when the port is taken.
slurm_try() {
    slurm_conf "$1" >"$SLURM_CONF"
    start controller slurmctld -D -c -f "$SLURM_CONF"
    controller=$pid
    start node slurmd -D -f "$SLURM_CONF"
    node_pid=$pid
    until sinfo -h -o %T 2>/dev/null | grep -q '^idle'; do
        kill -0 "$controller" 2>/dev/null && kill -0 "$node_pid" 2>/dev/null || return 1
        pause
    done
}

slurm_up() {
    mkdir -p "$dir/slurm/state" "$dir/slurm/spool" || return 1
    export SLURM_CONF="$dir/slurm/slurm.conf"
    (umask 077 && head -c 1024 /dev/urandom >"$dir/slurm/key")
    start key munged --foreground --force --key-file="$dir/slurm/key" --socket="$dir/slurm/key.socket" \
        --pid-file="$dir/slurm/key.pid" --seed-file="$dir/slurm/key.seed"
    until [ -S "$dir/slurm/key.socket" ]; do
        kill -0 "$pid" 2>/dev/null || return 1
        pause
    done
    # Below the ports that the kernel gives away.
    for try in 1 2 3 4 5; do
        slurm_try $((20000 + ($$ * 2 + try * 3571) % 12000)) && return 0
        kill "$controller" "$node_pid" 2>/dev/null
        wait "$controller" "$node_pid" 2>/dev/null
    done
    return 1
}

# slurm_complaint: why it did not come up; a container without /sys, say, has no place for a node.
slurm_complaint() {
    echo "Slurm does not come up here: $(cat "$dir/slurm/key.out" "$dir/slurm/controller.out" "$dir/slurm/node.out" 2>/dev/null | grep -i -e error -e fatal | tail -n 1 | cut -c 1-150)"
}

# job_state JOB: COMPLETED, FAILED, PENDING...; of an array each task's, once.
job_state() {
    scontrol -o show job "$1" 2>/dev/null | sed -n 's/.* JobState=\([A-Z_]*\).*/\1/p' | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# job_end JOB: waits until none of it is waiting or running; prints how it ended.
job_end() {
    while kill -0 "$controller" 2>/dev/null; do
        state=$(job_state "$1")
        case $state in *PENDING* | *RUNNING* | *CONFIGURING* | *COMPLETING*) ;; *) break ;; esac
        pause
    done
    echo "$state"
}

# job_again JOB: has it run once more, as after the failure of its node, and without the delay that
# Slurm puts before that.
job_again() {
    scontrol requeue "$1" || return
    while kill -0 "$controller" 2>/dev/null; do
        case $(scontrol -o show job "$1") in
        *JobState=PENDING*Restarts=1*) scontrol update "jobid=$1" StartTime=now 2>/dev/null || : ;;
        *Restarts=1*) return ;;
        esac
        pause
    done
    return 1
}

# No job outlives its node. The daemons themselves are ended by lib.sh.
slurm_down() {
    [ -n "${controller:-}" ] && kill -0 "$controller" 2>/dev/null || return
    scancel --user="$(id -un)" 2>/dev/null
    while kill -0 "$controller" 2>/dev/null && [ -n "$(squeue -h 2>/dev/null)" ]; do pause; done
}
