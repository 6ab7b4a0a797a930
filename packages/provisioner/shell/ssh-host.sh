# Runs on a host of the ssh driver, as root: the record that says which server it is (src/drivers/ssh/remote-host.ts).
# A record is replaced only if it is unchanged since it was read, so of two concurrent claims one succeeds.
set -euo pipefail
umask 077

record=$PROVISIONING_ROOT/server.json

say() { printf '%s %s\n' "$PROVISIONING_MARK" "$*"; }
current() { if [ -e "$record" ]; then base64 --wrap=0 <"$record"; else printf none; fi; }

look() { say record "$(current)"; }

swap() {
  mkdir -p "$PROVISIONING_ROOT"
  exec 9>"$PROVISIONING_ROOT/server.lock"
  if ! flock --wait 20 9; then
    say busy
    return 0
  fi
  if [ "$(current)" = "$PROVISIONING_WAS" ]; then
    if [ "$PROVISIONING_NEXT" = none ]; then
      rm -f "$record"
    else
      # As a whole and on disk, so that a power cut leaves the old one or the new one.
      printf %s "$PROVISIONING_NEXT" | base64 --decode >"$record.new"
      sync "$record.new"
      mv -f "$record.new" "$record"
    fi
    sync "$PROVISIONING_ROOT"
    say swapped
  fi
  look
}
