#!/bin/sh
# Fetches METADATA_LOCK_INFO, a plugin of MariaDB that a test asks. Debian has it in the package of the service: the
# one file is taken out of it into .mariadb/, nothing is installed. Where that can't be, that test is skipped.
# CROSSFADE_APT=no keeps it from fetching anything.
set -eu
cd "$(dirname "$0")/.."

file=metadata_lock_info.so
[ ! -e "/usr/lib/mysql/plugin/$file" ] || exit 0
version=$(dpkg-query --show --showformat='${Version}' mariadb-server-core 2>/dev/null) || exit 0
[ ! -e ".mariadb/$version/$file" ] || exit 0

skip() {
    echo "set-up: not from Debian: MariaDB's plugin $file ($*)"
    exit 0
}

[ "${CROSSFADE_APT:-yes}" != no ] || skip "CROSSFADE_APT=no"
command -v apt-get >/dev/null || skip "no apt-get"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP
fetch='cd "$1" && apt-get -q download "mariadb-server=$2" && dpkg-deb --extract mariadb-server_*.deb .'
sh scripts/stage.sh "set-up: MariaDB's plugin $file, of Debian's mariadb-server" \
    sh -c "$fetch" fetch "$folder" "$version" || skip "apt-get download failed"
mkdir -p ".mariadb/$version"
cp "$folder/usr/lib/mysql/plugin/$file" ".mariadb/$version/"
