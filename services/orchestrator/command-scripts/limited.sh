#!/bin/bash
# Becomes a program that cannot write files larger than this, nor can anything that it starts.
# Usage: limited.sh MAX_BLOCKS PROGRAM [ARG...]
ulimit -f "$1"
shift
exec "$@"
