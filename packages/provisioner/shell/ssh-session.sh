# Runs on a server that is logged in to by SSH, as root, in front of the scripts that are to run there. What the client
# (src/ssh/session.ts) sends before it sets `mark`, `cookie`, `silence` and `grace`; behind it come the script, up to a
# NUL, and a line every few seconds for as long as the client is there.
#
# The script lives in a session of its own, and only as long as those lines come. When they end, because the client has
# closed its side, because it has died or because the network has, everything that the script has begun is ended.

# The remaining processes, including those outside the session of the script: pids, one a line.
remains() {
  {
    grep -lzxF -e "PROVISIONING_RUN=$cookie" /proc/[0-9]*/environ
    [ -z "${leader:-}" ] || grep -lE "^[0-9]+ \(.*\) [^Z] [0-9]+ [0-9]+ $leader " /proc/[0-9]*/stat
  } 2>/dev/null | cut -d / -f 3 | sort -u
}

# Ends the remaining processes, with KILL if TERM does not help.
end_remains() {
  local round left
  for round in {1..25}; do
    left=$(remains)
    [ -n "$left" ] || return 0
    if [ "$round" -le 5 ]; then kill -TERM $left; else kill -KILL $left; fi 2>/dev/null
    sleep 0.2
  done
  return 1
}

# For a script whose own session cannot be reached.
end_and_tell() {
  printf '\n%s begun\n' "$mark"
  end_remains
  printf '\n%s end %s\n' "$mark" "$?"
}

# First only the script is signalled, so that it can clean up.
end_script() {
  local round
  trap '' HUP INT TERM
  kill -TERM -- "-$leader" 2>/dev/null || kill -TERM "$leader" 2>/dev/null
  for ((round = 0; round < grace * 5; round++)); do
    kill -0 "$leader" 2>/dev/null || break
    sleep 0.2
  done
  end_remains
}

# Reports on standard error that the client is connected.
keep_watch() {
  local line
  trap : PIPE
  while IFS= read -r -t "$silence" line; do echo . 2>/dev/null >&2; done
  end_script
}

run_script() {
  local text status watch
  # An incomplete script must not run.
  IFS= read -rd '' text || exit 74
  exec 4<&0 </dev/null
  cd /
  export HOME=/root USER=root LOGNAME=root
  export PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  printf '\n%s begun\n' "$mark"
  PROVISIONING_RUN=$cookie setsid bash /proc/self/fd/3 2>&1 3< <(printf %s "$text") 4<&- &
  leader=$!
  keep_watch <&4 &
  watch=$!
  exec 4<&-
  trap end_script HUP INT TERM
  wait "$leader"
  status=$?
  while kill -0 "$leader" 2>/dev/null; do
    wait "$leader"
    status=$?
  done
  # Continues while the remaining processes are ended.
  kill -TERM "$watch" 2>/dev/null
  wait "$watch" 2>/dev/null
  printf '\n%s end %s\n' "$mark" "$status"
}
