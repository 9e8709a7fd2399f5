//! A new migration is embedded in the next build.

fn main() {
    println!("cargo:rerun-if-changed=../../../migrations/sqlite");
}
