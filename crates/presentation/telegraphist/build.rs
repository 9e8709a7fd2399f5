//! Links the program so that starting it stays cheap: every client starts one.
#![expect(clippy::disallowed_methods, reason = "Cargo tells a build script in the environment")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The dynamic linker reads the whole table of relocations at every start and keeps it in memory. Packed it is a
    // thirtieth as large. Needs glibc 2.36 or newer, or musl 1.2.4.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
