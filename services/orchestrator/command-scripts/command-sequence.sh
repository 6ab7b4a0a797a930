#!/bin/bash
# Runs commands one after the other until one fails, and reports each as a step.
# Usage: command-sequence.sh COMMANDS (NAME WORDS WORD...)...
#
# A command comes as its name, the number of its words, and the words: nothing in them is split or has a meaning here.
# Names are letters, digits, dots, dashes and underscores, so that they may stand in a report as they are.
total=$1
shift
# A signal to end is for the command that runs, which may need its time; afterwards none is started.
trap 'ended=143' TERM
trap 'ended=130' INT
report() {
  [ -z "$PROVISIONING_EVENTS" ] || printf '%s\n' "$1" >>"$PROVISIONING_EVENTS"
}
report "{\"type\":\"plan\",\"steps\":$total}"
for ((number = 1; number <= total; number++)); do
  name="Command $number of $total: $1" words=$2
  shift 2
  report "{\"type\":\"step\",\"name\":\"$name\",\"state\":\"started\"}"
  "${@:1:words}"
  status=${ended:-$?}
  if [ "$status" != 0 ]; then
    report "{\"type\":\"step\",\"name\":\"$name\",\"state\":\"failed\"}"
    exit "$status"
  fi
  report "{\"type\":\"step\",\"name\":\"$name\",\"state\":\"completed\"}"
  shift "$words"
done
