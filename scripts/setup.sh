#!/bin/sh
# Makes .venv from a bare machine: Python 3.11 or later, and PyPI. `make` calls it when it is needed.
# PYTHON=/path/to/python3 chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "set-up: $*" >&2
    exit 1
}

# Runs it, because a name on the PATH may be a shim for a version that is not there.
is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

python=${PYTHON:-}
if [ -n "$python" ]; then
    is_new_enough "$python" || fail "PYTHON=$python is no Python of version 3.11 or later"
else
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if is_new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || fail "no Python of version 3.11 or later on the PATH; say PYTHON=/path/to/python3"
fi

# Debian packs the part of the standard library that puts pip into a new environment on its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "$python cannot make virtual environments; on Debian: sudo apt-get install $package"
    fi
    export DEBIAN_FRONTEND=noninteractive
    sh scripts/stage.sh "set-up: apt-get update" apt-get update -q
    sh scripts/stage.sh "set-up: Debian's $package" apt-get install -q -y --no-install-recommends "$package"
fi

if ! is_new_enough .venv/bin/python; then
    sh scripts/stage.sh "set-up: .venv ($("$python" --version))" "$python" -m venv --clear .venv
fi
sh scripts/stage.sh "set-up: Python packages" .venv/bin/python -m pip install \
    --quiet --no-input --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
touch .venv/.ready
