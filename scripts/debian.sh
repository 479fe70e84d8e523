#!/bin/sh
# Installs what the tests need of Debian: PostgreSQL, a second server to test on beside the one from PyPI (its
# binaries only, no cluster, no service); MariaDB (its two packages of programs: the service is in a third); and
# Chromium, in which they open the HTML documents. Root does it, or who may become root without a password.
# Where it is not possible it says so in one line: without PostgreSQL the tests do with the servers from PyPI,
# and without MariaDB or Chromium those that need it fail. CROSSFADE_APT=no keeps it from installing anything.
set -eu
cd "$(dirname "$0")/.."

has_postgresql() {
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return
    done
    false
}

has_mariadb() {
    (
        PATH=$PATH:/usr/local/sbin:/usr/sbin # where an ordinary account does not look
        command -v mariadbd && command -v mariadb-install-db && command -v my_print_defaults
    ) >/dev/null
}

has_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

wanted=
# The package that reads createcluster.d comes first, then the server.
has_postgresql || wanted="postgresql-common postgresql"
has_mariadb || wanted="$wanted mariadb-client-core mariadb-server-core"
has_chromium || wanted="$wanted chromium"
[ -n "$wanted" ] || exit 0

skip() {
    echo "set-up: not from Debian:$(echo " $wanted" | tr -s ' ') ($*)"
    exit 0
}

[ "${CROSSFADE_APT:-yes}" != no ] || skip "CROSSFADE_APT=no"
command -v apt-get >/dev/null || skip "no apt-get"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
    $as_root true 2>/dev/null || skip "needs root; or: sudo sh scripts/debian.sh"
fi

# Two files keep PostgreSQL's package from making a cluster, and whatever is installed from starting a service.
# Both are taken away again, so that a PostgreSQL installed later, for use, behaves as ever.
no_cluster=/etc/postgresql-common/createcluster.d/crossfade.conf
no_service=/usr/sbin/policy-rc.d
ours=
clean_up() {
    $as_root rm -f "$no_cluster"
    [ -z "$ours" ] || $as_root rm -f "$no_service"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

if [ ! -e "$no_service" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$no_service" >/dev/null
    $as_root chmod 755 "$no_service"
fi
$as_root mkdir -p "$(dirname "$no_cluster")"
echo "create_main_cluster = false" | $as_root tee "$no_cluster" >/dev/null

apt_get="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q"
sh scripts/stage.sh "set-up: apt-get update" $apt_get update || skip "apt-get update failed"
failed=
for package in $wanted; do
    # A MySQL that is in use here would have to go: it stays, and MariaDB is not installed.
    sh scripts/stage.sh "set-up: Debian's $package" \
        $apt_get install -y --no-remove --no-install-recommends "$package" || failed="$failed $package"
done
[ -z "$failed" ] || echo "set-up: not from Debian:$failed (apt-get install failed)"
