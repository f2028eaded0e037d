//! The program. Everything it does is in the library.

use std::env;
use std::process::ExitCode;

/// The daemon lives for years and frees what it allocated long ago; jemalloc gives such memory back to the system,
/// where the allocator of the C library keeps it in fragments.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    plimsoll::cli::main(env::args_os(), env::vars_os())
}
