# Runs on a server, as root, in front of what src/definitions/server-script.ts appends: files of the definition and the
# command to carry out. Answers are lines that begin with a mark which only this run and its reader know; all else that
# is printed is for people.
set -euo pipefail
umask 077

root=$PROVISIONING_ROOT
# Scripts of definitions must neither send answers nor inherit the variables of the engine.
mark=$PROVISIONING_MARK
unset PROVISIONING_MARK
work=$(mktemp -d)
phase_group=
# Ends what is running when this run is killed, too.
leash=()
if command -v setpriv >/dev/null; then leash=(setpriv --pdeathsig TERM); fi

say() { printf '%s %s\n' "$mark" "$*"; }
put() { cat >"$work/$1"; }

# The end of this run, for any reason, ends its processes.
end_phase() {
  [ -n "$phase_group" ] || return 0
  local group=$phase_group second
  phase_group=
  # Before its group exists, it is still alone.
  kill -TERM -- "-$group" 2>/dev/null || kill -TERM "$group" 2>/dev/null || return 0
  for second in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 -- "-$group" 2>/dev/null || kill -0 "$group" 2>/dev/null || return 0
    sleep "${second:+1}"
  done
  kill -KILL -- "-$group" 2>/dev/null || true
}
trap 'trap "" TERM INT HUP; end_phase; rm -rf "$work"' EXIT
trap 'exit 143' TERM INT HUP

# Two concurrent installations on one server would damage each other's packages.
lock() {
  mkdir -p "$root"
  exec 9>"$root/lock"
  flock --wait "$PROVISIONING_LOCK_SECONDS" 9 && return 0
  say failed lock
  say end
  exit 0
}

# Replaces a file as a whole, so that a power cut leaves the old one or the new one.
keep() {
  mkdir -p "$(dirname "$1")"
  cat >"$1.new"
  sync "$1.new"
  mv -f "$1.new" "$1"
}

# Supervises a phase, and ends the phase's group when the run ends or dies. `timeout` alone would not always:
# a signal that reaches it before it knows its child ends it, and not the child.
keeper="$(declare -f end_phase)
trap 'trap \"\" TERM; phase_group=\$!; end_phase; exit 143' TERM
timeout --kill-after=10 \"\$1\" bash \"\$2\" & wait \$!"

# phase NAME SECONDS: runs a script of the definition in a process group of its own.
phase() {
  local status=0
  : >"$work/version"
  cat "$work/helpers" "$work/$1" >"$work/phase"
  PROVISIONING_WORK=$work "${leash[@]}" bash -c "$keeper" keeper "$2" "$work/phase" 9>&- &
  phase_group=$!
  wait "$phase_group" || status=$?
  phase_group=
  return "$status"
}

check() { phase check "$PROVISIONING_CHECK_SECONDS"; }

record_file() { printf '%s/%s/%s.json' "$root" "$PROVISIONING_KIND" "$PROVISIONING_NAME"; }
is_that_one() { [ -e "$(record_file)" ] && grep -qF "\"$PROVISIONING_ID\"" "$(record_file)"; }

show() {
  local file
  for file in "$root/$1"/*.json; do
    [ -e "$file" ] && say "$2" "$(base64 --wrap=0 <"$file")"
  done
  return 0
}

survey() {
  show taskservs taskserv
  show clusters cluster
  show destroyed/taskservs destroyed-taskserv
  show destroyed/clusters destroyed-cluster
}

# Adds what only the server knows: the installed version, and whether it existed before.
write_record() {
  local text
  text=$(cat "$work/record")
  text=${text//"$PROVISIONING_VERSION_SLOT"/$1}
  text=${text//"\"$PROVISIONING_ADOPTED_SLOT\""/$2}
  printf '%s\n' "$text" | keep "$(record_file)"
  say record "$(base64 --wrap=0 <"$(record_file)")"
}

# create: makes what is not there. change: only that very thing. step: without a record of its own.
install() {
  local mode=$1 begun="$root/begun/$PROVISIONING_KIND-$PROVISIONING_NAME" adopted=false version status=0
  lock
  if [ "$mode" = create ] && [ -e "$(record_file)" ]; then
    say exists "$(base64 --wrap=0 <"$(record_file)")"
    return 0
  fi
  if [ "$mode" = change ] && ! is_that_one; then
    say gone
    return 0
  fi
  if check; then
    # What a killed attempt has installed belongs to the platform, too.
    if [ "$mode" = create ] && [ ! -e "$begun" ]; then adopted=true; fi
    say present
  else
    echo "$PROVISIONING_KEY" | keep "$begun"
    phase install "$PROVISIONING_INSTALL_SECONDS" || status=$?
    if [ "$status" -ne 0 ]; then
      say failed install "$status"
      return 0
    fi
    if ! check; then
      say failed check 1
      return 0
    fi
    say installed
  fi
  version=$(head -c 64 "$work/version")
  if ! [[ $version =~ ^[A-Za-z0-9][A-Za-z0-9._+-]*$ ]]; then
    say failed version
    return 0
  fi
  if [ "$mode" != step ]; then write_record "$version" "$adopted"; fi
  rm -f "$begun"
}

# remove: that very thing and its record. step: what has none.
remove() {
  local mode=$1 status=0
  lock
  if [ "$mode" = remove ]; then
    if ! is_that_one; then
      say gone
      return 0
    fi
    keep "$root/destroyed/$PROVISIONING_KIND/$PROVISIONING_NAME.json" <"$work/tombstone"
  fi
  if [ "$PROVISIONING_ADOPTED" != true ]; then
    phase remove "$PROVISIONING_REMOVE_SECONDS" || status=$?
    if [ "$status" -ne 0 ]; then
      say failed remove "$status"
      return 0
    fi
    if check >/dev/null 2>&1; then
      say failed removal
      return 0
    fi
  fi
  if [ "$mode" = remove ]; then rm -f "$(record_file)"; fi
  rm -f "$root/begun/$PROVISIONING_KIND-$PROVISIONING_NAME"
  say removed
}

# A record of something without scripts.
note() {
  lock
  write_record "$1" false
}

forget() {
  lock
  is_that_one || return 0
  keep "$root/destroyed/$PROVISIONING_KIND/$PROVISIONING_NAME.json" <"$work/tombstone"
  rm -f "$(record_file)"
}
