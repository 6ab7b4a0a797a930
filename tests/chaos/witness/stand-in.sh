#!/bin/bash
# Replaces every command of the suite, and writes to a witness file what really ran.
#   of a workflow:  servers create --infra INFRA --settings sleep-SECONDS-SHAPE-NUMBER.yaml [--check]
#   of a batch:     SECONDS SHAPE
# Each line has one write: <what> <task> <attempt> <pid> <seconds since the machine started>. The file's order is the
# order of events. What it holds is released by the kernel when the last process of this run is gone, so a lock that is
# taken proves that an earlier run, or something that it started, still lives.
here=${BASH_SOURCE[0]%/*}
task=$PROVISIONING_TASK_ID
say() {
  read -r now _ </proc/uptime
  echo "$1 $task $PROVISIONING_ATTEMPT $$ $now" >>"$here/witness.log"
}

if [[ $1 == servers ]]; then
  infra=$4 check=$7
  IFS=- read -r _ seconds shape _ <<<"$6"
else
  infra='' check='' seconds=$1 shape=$2
fi

exec 8>>"$here/locks/task-$task"
flock -n 8 || say task-held
if [[ $infra == shared-* && $check != --check ]]; then
  exec 7>>"$here/locks/$infra"
  flock -n 7 || say infra-held
fi
say start
case $shape in
  background) sleep 120 & ;;
  setsid) setsid sleep 120 & ;;
esac
sleep "$seconds"
say end
