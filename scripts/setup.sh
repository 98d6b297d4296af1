#!/usr/bin/env bash
# Builds what the project needs, once, and again only when its locks changed:
#   scripts/setup.sh run    the root environment and the bot's
#   scripts/setup.sh test   the same with the test tools, and Debian's Chromium when it is missing
set -euo pipefail
cd "$(dirname "$0")/.."

mode="${1:-run}"
tools=.tools/uv
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"

say() { printf '• %s\n' "$*"; }

find_uv() {
    if command -v uv >/dev/null 2>&1; then
        uv=uv
    else
        if [ ! -x "$tools/bin/uv" ]; then
            say "getting uv into $tools"
            python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$tools" uv
        fi
        uv="$PWD/$tools/bin/uv"
    fi
}

# build NAME FOLDER LOCK: FOLDER/.venv from FOLDER/LOCK, unless it stands already.
build() {
    local name="$1" folder="$2" lock="$3" stamp="$2/.venv/.built-from" wanted
    wanted="$lock $(sha256sum "$folder/$lock" | cut -d' ' -f1)"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    say "building the $name environment (a minute or so the first time)"
    # Inside the folder: its .python-version says which Python, to uv and to pyenv.
    (
        cd "$folder"
        "$uv" venv --quiet --allow-existing .venv
        "$uv" pip sync --quiet --python .venv/bin/python --require-hashes "$lock"
    )
    if [ "$folder" = . ]; then
        "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
    fi
    printf '%s' "$wanted" >"$stamp"
}

# A page is tested in a real browser; nothing is downloaded but Debian's own package.
find_chromium() {
    if command -v chromium >/dev/null 2>&1; then
        return
    fi
    local root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    say "installing Debian's chromium"
    $root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
}

find_uv
case "$mode" in
run)
    # The test environment can do everything this one can.
    if [ "$(cat .venv/.built-from 2>/dev/null)" != "requirements-dev.txt $(sha256sum requirements-dev.txt | cut -d' ' -f1)" ]; then
        build root . requirements.txt
    fi
    build bot bot requirements.txt
    ;;
test)
    build root . requirements-dev.txt
    build bot bot requirements.txt
    find_chromium
    ;;
lock)
    lock() { "$uv" pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --quiet "$@"; }
    lock --output-file requirements.txt
    lock --extra dev --output-file requirements-dev.txt
    (cd bot && lock --extra dev --output-file requirements.txt)
    ;;
*)
    echo "usage: scripts/setup.sh run | test | lock" >&2
    exit 2
    ;;
esac
