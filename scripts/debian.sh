#!/bin/sh
# Installs what the tests need of Debian: PostgreSQL, a second server to test on beside the one from PyPI (its
# binaries only, no cluster, no service), and Chromium, in which they open the HTML documents. Where that is not
# possible it says so in one line: without PostgreSQL the tests do with the servers from PyPI, and without
# Chromium those of the browser fail. CROSSFADE_APT=no keeps it from installing anything.
set -eu
cd "$(dirname "$0")/.."

has_postgresql() {
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return
    done
    false
}

has_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

wanted=
# The package that reads createcluster.d comes first, then the server.
has_postgresql || wanted="postgresql-common postgresql"
has_chromium || wanted="$wanted chromium"
[ -n "$wanted" ] || exit 0

skip() {
    echo "set-up: not from Debian:$(echo " $wanted" | tr -s ' ') ($*)"
    exit 0
}

[ "${CROSSFADE_APT:-yes}" != no ] || skip "CROSSFADE_APT=no"
command -v apt-get >/dev/null || skip "no apt-get"
[ "$(id -u)" -eq 0 ] || skip "needs root; or: sudo apt-get install$(echo " $wanted" | tr -s ' ')"

# Two files keep the package from making a cluster and from starting one. Both are taken away again, so that
# a PostgreSQL installed later, for use, behaves as ever.
no_cluster=/etc/postgresql-common/createcluster.d/crossfade.conf
no_service=/usr/sbin/policy-rc.d
ours=
clean_up() {
    rm -f "$no_cluster"
    [ -z "$ours" ] || rm -f "$no_service"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

if [ ! -e "$no_service" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >"$no_service"
    chmod 755 "$no_service"
fi
mkdir -p "$(dirname "$no_cluster")"
echo "create_main_cluster = false" >"$no_cluster"

export DEBIAN_FRONTEND=noninteractive
sh scripts/stage.sh "set-up: apt-get update" apt-get update -q || skip "apt-get update failed"
for package in $wanted; do
    sh scripts/stage.sh "set-up: Debian's $package" apt-get install -q -y --no-install-recommends "$package" ||
        skip "apt-get install failed"
done
