# shellcheck shell=bash
# Programs out of Debian packages, unpacked and not installed: that needs no root, starts no service and changes
# nothing about the machine. Right for programs that need little but the C library. Sourced.

# shellcheck source=tests/envtest/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

# unpack_debian PACKAGE… FOLDER: unpacks the packages as the machine's own apt sources have them.
unpack_debian() {
    local into=${!#} deb
    local apt=$into/.apt
    # Package lists of our own, because only root may refresh the machine's.
    local options=(-q -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=)
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" || return
    apt-get "${options[@]}" update || return
    (cd "$apt" && apt-get "${options[@]}" download "${@:1:$#-1}") || return
    for deb in "$apt"/*.deb; do dpkg-deb -x "$deb" "$into" || return; done
    rm -rf "$apt"
}

# provide_debian PROGRAM PACKAGE: sees to it that PROGRAM is on PATH, here or from the package, and starts.
provide_debian() {
    command -v "$1" >/dev/null && return
    command -v apt-get dpkg-deb >/dev/null || return
    cached "debian-$2" unpack_debian "$2" || return
    PATH="$cache_dir/debian-$2/usr/bin:$PATH"
    # Some of its programs need to be run in a way of their own where they are not installed, whichever was asked for.
    local unpacked own
    unpacked=$(cd "$(dirname "${BASH_SOURCE[0]}")/unpacked" && pwd) || return
    for own in "$unpacked"/*; do
        [[ -x $cache_dir/debian-$2/usr/bin/${own##*/} ]] && PATH="$unpacked:$PATH"
    done
    "$1" --version >/dev/null 2>&1
}
