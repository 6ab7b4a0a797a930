#!/bin/bash
# Fills a folder with all that a Node.js process needs of a system: the program, the libraries it is linked to, a
# /tmp and two users. It has no shell, package manager or curl that an intruder could use.
set -euo pipefail
root=${1:?Usage: minimal-root.sh FOLDER}
node=$(command -v node)

mkdir -p "$root/etc"
# A tmpfs that is mounted here takes this mode.
mkdir --mode=1777 "$root/tmp"
cp --parents "$node" "$root"
# Lines are `name => path (address)`, or `path (address)` for the loader.
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  cp --parents --dereference "$library" "$root"
done
# The way names are resolved: /etc/hosts, then DNS.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
printf '%s\n' 'root:x:0:0:root:/:/none' 'node:x:1000:1000:node:/:/none' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'node:x:1000:' >"$root/etc/group"
