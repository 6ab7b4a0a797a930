#!/bin/bash
# The dead-man's switch of one command. Usage: shim.sh COOKIE LIMIT_SECONDS EXIT_FILE MAX_BLOCKS PROGRAM [ARG...]
#
# It leads a process group and session of its own. Its standard input is a pipe on which the executor ticks. When no
# tick comes for LIMIT_SECONDS, or the pipe ends, the executor is frozen or gone: then the command and everything it
# started is killed here and now, before anybody else may start the same work. Nothing but this small shell has to
# stay alive for that.
cookie=$1 limit=$2 exit_file=$3 max_blocks=$4
shift 4
exec 3<&0 </dev/null
# A handler, not an ignored signal: what is ignored here would be ignored by the command as well.
trap 'interrupted=1' TERM INT HUP
ulimit -f "$max_blocks"

"$@" 3<&- &
command=$!
# What this shell has to say of its jobs is no output of the command.
exec 2>/dev/null

(
  # It outlives a TERM to the group: between TERM and KILL the executor may still die.
  trap '' TERM INT HUP
  while read -r -t "$limit" -u 3 _; do :; done
  # Processes that left the group are found by the cookie in their environment.
  for file in $(grep -lsa "PROVISIONING_WORKER=$cookie" /proc/[0-9]*/environ); do
    pid=${file#/proc/} pid=${pid%/environ}
    if [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] && grep -qsa "PROVISIONING_RUN=$PROVISIONING_RUN" "$file"; then
      kill -KILL "$pid" 2>/dev/null
    fi
  done
  kill -KILL 0
) >/dev/null 2>&1 &
watcher=$!

# A trapped signal interrupts wait: only a wait that was not interrupted tells how the command ended.
while :; do
  interrupted=
  wait "$command"
  status=$?
  [ -n "$interrupted" ] || break
done
kill -KILL "$watcher" 2>/dev/null
echo "$status" >"$exit_file.tmp" && mv "$exit_file.tmp" "$exit_file"
exit "$status"
