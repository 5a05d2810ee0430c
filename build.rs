//! Keeps the linker from dropping the section in which pgrx hands the SQL over.

fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,--no-gc-sections");
    }
}
