# Functions for scripts of definitions; docs/how-to/add-a-task-service.md describes each.
set -euo pipefail
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

die() {
  echo "$*" >&2
  exit 1
}

# report_version VERSION: what is there; every successful check says it.
report_version() { printf '%s' "$1" >"$PROVISIONING_WORK/version"; }

# version_wanted ACTUAL: whether that is the wanted version, or begins with it (15 wants 15.8).
version_wanted() { [ -z "${VERSION:-}" ] || [ "$1" = "$VERSION" ] || [[ $1 == "$VERSION".* ]]; }

architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) die "This machine's architecture $(uname -m) is not supported: amd64 and arm64 are." ;;
  esac
}

is_sha256() { [ -f "$2" ] && [ "$(sha256sum "$2" | cut -d' ' -f1)" = "$1" ]; }

# fetch_verified URL SHA256 FILE: FILE comes to be only with that checksum.
fetch_verified() {
  local url=$1 sha256=$2 file=$3 cache=$PROVISIONING_CACHE kept partial
  kept=$cache/$sha256
  if [ -n "${PROVISIONING_DOWNLOAD_BASE:-}" ]; then url="${PROVISIONING_DOWNLOAD_BASE%/}/${url#*://}"; fi
  mkdir -p "$cache"
  if ! is_sha256 "$sha256" "$kept"; then
    partial=$(mktemp "$cache/partial.XXXXXXXX")
    echo "Fetching $url"
    if ! transfer "$url" "$partial"; then
      rm -f "$partial"
      die "$url cannot be fetched: see the lines before this one."
    fi
    if ! is_sha256 "$sha256" "$partial"; then
      local actual
      actual=$(sha256sum "$partial" | cut -d' ' -f1)
      rm -f "$partial"
      die "$url is refused: its SHA-256 is $actual, and the definition says $sha256." \
        "Either the file was tampered with, or the definition is wrong: compare with the publisher's checksum."
    fi
    mv -f "$partial" "$kept"
  fi
  install -D -m 0644 "$kept" "$file"
}

transfer() {
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --proto '=http,https' --retry 3 --connect-timeout 20 \
      --output "$2" "$1"
  elif command -v wget >/dev/null; then
    wget --quiet --tries=3 --timeout=60 --output-document="$2" "$1"
  else
    apt_install curl ca-certificates && transfer "$@"
  fi
}

# download NAME FILE: what the definition lists under that name, for this version and machine.
download() {
  local name=$1 file=$2 architecture at
  local -a list
  architecture=$(architecture)
  read -ra list <<<"${PROVISIONING_DOWNLOADS:-}"
  for ((at = 0; at < ${#list[@]}; at += 4)); do
    if [ "${list[at]}" = "$name" ] && [ "${list[at + 1]}" = "$architecture" ]; then
      fetch_verified "${list[at + 3]}" "${list[at + 2]}" "$file"
      return 0
    fi
  done
  die "The definition has no download $name for $architecture in version ${VERSION:-?}: add its checksum."
}

apt_() { apt-get --quiet --yes -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@"; }

# apt_install PACKAGE[=VERSION]...: finishes what was interrupted before, and keeps configuration files that were edited.
apt_install() {
  dpkg --configure -a --force-confold
  if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mmin -1440 -print -quit 2>/dev/null)" ]; then
    apt_ update
  fi
  if apt_ install --no-install-recommends --allow-downgrades "$@"; then return 0; fi
  echo 'Trying once more, with new lists of packages'
  apt_ update
  apt_ install --no-install-recommends --allow-downgrades "$@"
}

# apt_remove PACKAGE...: with its configuration, and with what came along for it alone.
apt_remove() {
  local name present=()
  dpkg --configure -a --force-confold
  for name in "$@"; do
    if [ -n "$(dpkg-query --show --showformat='${db:Status-Abbrev}' "$name" 2>/dev/null)" ]; then present+=("$name"); fi
  done
  if [ "${#present[@]}" -gt 0 ]; then apt_ purge --auto-remove "${present[@]}"; fi
}

# package_version PACKAGE: its upstream version, if it is installed: of 5:7.0.15-1~deb12u6 that is 7.0.15.
package_version() {
  local state version
  state=$(dpkg-query --show --showformat='${db:Status-Abbrev} ${Version}' "$1" 2>/dev/null) || return 1
  [[ $state == ii* ]] || return 1
  version=${state##* }
  upstream_version "$version"
}

upstream_version() {
  local version=${1#*:}
  version=${version%-*}
  echo "${version%%[+~]*}"
}

# package_wanted PACKAGE: PACKAGE, or PACKAGE=VERSION where a version is wanted; fails if there is none such.
package_wanted() {
  local _ version
  if [ -z "${VERSION:-}" ]; then
    echo "$1"
    return 0
  fi
  while read -r _ _ version _; do
    if version_wanted "$(upstream_version "$version")"; then
      echo "$1=$version"
      return 0
    fi
  done < <(apt-cache madison "$1")
  die "Package $1 is not available here in version $VERSION. Available:" \
    "$(apt-cache madison "$1" | cut -d'|' -f2 | tr -s ' \n' ' ')"
}

# apt_install_wanted PACKAGE [OTHER...]: in the wanted version, if one is wanted.
apt_install_wanted() {
  local package
  if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -print -quit 2>/dev/null)" ]; then apt_ update; fi
  package=$(package_wanted "$1")
  shift
  apt_install "$package" "$@"
}

has_systemd() { [ -d /run/systemd/system ]; }

# service_start UNIT: now and at every boot; restarted, so that it runs with what was just configured.
service_start() {
  if ! has_systemd; then
    echo "There is no systemd here: $1 is installed and not started."
    return 0
  fi
  systemctl daemon-reload
  systemctl enable "$1"
  systemctl restart "$1"
}

service_stop() {
  has_systemd || return 0
  systemctl disable --now "$1" 2>/dev/null || true
}

# service_runs UNIT: true where there is no systemd to ask.
service_runs() { ! has_systemd || systemctl --quiet is-active "$1"; }

# write_file FILE [MODE]: from standard input, as a whole.
write_file() {
  mkdir -p "$(dirname "$1")"
  cat >"$1.provisioning-new"
  chmod "${2:-0644}" "$1.provisioning-new"
  mv -f "$1.provisioning-new" "$1"
}

# is_written FILE: whether the file holds just what standard input says.
is_written() { cmp --silent - "$1"; }
