# shellcheck shell=bash
# What tests need and the machine does not have is built or unpacked once, outside the work tree. Sourced.

cache_dir="${PLIMSOLL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll}/bin"

# cached KEY COMMAND [ARG…]: sees to it that the folder $cache_dir/KEY is there, and complete.
#
# COMMAND is given an empty folder as its last argument and fills it. The folder gets its name only when COMMAND
# has succeeded, and one run makes it while others wait, so that nobody ever sees half of it.
cached() {
    local key=$1
    shift
    [[ -d $cache_dir/$key ]] && return
    mkdir -p "$cache_dir" || return
    (
        flock 9 || exit
        # Another run may have made it while this one waited for the lock.
        [[ -d $cache_dir/$key ]] && exit
        echo "plimsoll: making $key, once; it is kept in $cache_dir"
        rm -rf "$cache_dir/.$key.new"
        mkdir "$cache_dir/.$key.new" || exit
        # The lock is not passed on: a process that outlives COMMAND would hold it for ever.
        "$@" "$cache_dir/.$key.new" 9>&- || { rm -rf "$cache_dir/.$key.new"; exit 1; }
        mv -T "$cache_dir/.$key.new" "$cache_dir/$key"
    ) 9>"$cache_dir/.$key.lock"
}
