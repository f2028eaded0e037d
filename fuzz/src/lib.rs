//! The modules of Plimsoll that read what outsiders write, and what the targets hold them to.
//!
//! The modules are compiled here by themselves. They stand on the lowest floors and need few of the crates that
//! the program needs, and every one of those would be compiled once more with the fuzzer's instrumentation: that
//! takes minutes, this takes seconds.

#[path = "../../src/model/mod.rs"]
pub mod model;

#[path = "../../src/wire/mod.rs"]
pub mod wire;

#[path = "../../src/rbac/mod.rs"]
pub mod rbac;

#[path = "../../src/network/mod.rs"]
pub mod network;

#[path = "../../src/baseline/mod.rs"]
pub mod baseline;

pub mod allocation;

pub mod decoded;

pub mod encode;
