#!/usr/bin/env bash
# Prints the base images with the digests that their tags have now, as lines for .env: deploy/pin-images.sh >>.env
# A variable that is set replaces the default of docker-compose.yml. Needs a Docker engine that reaches the registry.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

grep --only-matching --extended-regexp '[A-Z]+_IMAGE:-[^}]+' docker-compose.yml | sort --unique | while IFS= read -r default; do
  variable=${default%%:-*}
  image=${!variable:-${default#*:-}}
  image=${image%@*}
  # A colon before the last slash belongs to the port of the registry.
  repository=$image
  [[ ${image##*/} == *:* ]] && repository=${image%:*}
  docker pull --quiet "$image" >/dev/null
  digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image" | sed --quiet "s|^$repository@||p")
  [[ $digest == sha256:* ]] || { echo "The registry names no digest of $image." >&2; exit 1; }
  echo "$variable=$image@$digest"
done
