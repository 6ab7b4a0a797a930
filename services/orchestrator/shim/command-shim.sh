#!/bin/bash
# The dead-man's switch of one command. Usage: command-shim.sh COOKIE LIMIT_SECONDS DIRECTORY MAX_BLOCKS PROGRAM [ARG...]
#
# Its standard input is a pipe on which the executor ticks. When no tick comes for LIMIT_SECONDS, or the pipe ends, the
# executor is frozen or gone: then the command and everything it started is killed here and now, before anybody else may
# start the same work. Nothing but this small shell has to stay alive for that.
#
# DIRECTORY gets `pid`, the command's process group, and `exit`, its status; or `silence`, when it was ended for that; and
# `leftovers`, the processes that the command had left behind.
cookie=$1 limit=$2 directory=$3 max_blocks=$4
shift 4
exec 3<&0 </dev/null
ulimit -f "$max_blocks"
# Job control: the command leads a process group of its own, so that a signal to it is none to this shell.
set -m

# Processes that left the group are found by the cookie in their environment; again, until those that were forking are gone.
end_leftovers() {
  local round found file pid
  for round in {1..50}; do
    found=
    for file in $(grep -lsa "PROVISIONING_WORKER=$cookie" /proc/[0-9]*/environ); do
      pid=${file#/proc/} pid=${pid%/environ}
      [[ $pid == "$$" || $pid == "$BASHPID" ]] && continue
      grep -qsa "PROVISIONING_RUN=$PROVISIONING_RUN" "$file" || continue
      kill -KILL "$pid" && echo "$pid" >>"$directory/leftovers"
      found=yes
    done
    [[ $found ]] || break
  done
  # Those that have cleared their environment, and stayed.
  kill -KILL -- "-$command"
}

"$@" 3<&- &
command=$!
# What this shell has to say of its jobs is no output of the command.
exec 2>/dev/null
echo "$command" >"$directory/pid.new" && mv "$directory/pid.new" "$directory/pid"

(
  # It outlives a TERM to everything: between TERM and KILL the executor may still die.
  trap '' TERM INT HUP
  while read -r -t "$limit" -u 3 _; do :; done
  # First: an executor that wakes must not take what follows for the command's own failure.
  : >"$directory/silence"
  kill -KILL -- "-$command"
  end_leftovers
  kill -KILL $$
) >/dev/null &
watcher=$!

wait "$command"
status=$?
kill -KILL -- "-$watcher"
wait "$watcher"
echo "$status" >"$directory/exit.new" && mv "$directory/exit.new" "$directory/exit"
# The executor looks as well, but it may be frozen or dead: then its work is given away when the lease is over, and nothing
# of this run may be there by then.
end_leftovers
exit "$status"
