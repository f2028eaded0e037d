# shellcheck shell=bash
# Programs from crates.io, at the versions that their users pin. Sourced.

# shellcheck source=tests/envtest/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

# build_crate CRATE VERSION FOLDER: builds the crate's programs into FOLDER/bin.
build_crate() {
    # What is built on the way is worth nothing afterwards.
    CARGO_TARGET_DIR="$3/target" cargo install "$1" --locked --version "$2" --root "$3" && rm -rf "$3/target"
}

# provide_crate CRATE VERSION: sees to it that the crate's programs are on PATH, in that version.
provide_crate() {
    cached "$1-$2" build_crate "$1" "$2" || return
    PATH="$cache_dir/$1-$2/bin:$PATH"
}
