//! Compiles `src/memory.c`: for static programs under the names of libc, whose functions it takes the
//! place of, and everywhere for tests.

fn main() {
    println!("cargo::rerun-if-changed=src/memory.c");
    #[cfg(feature = "memory")]
    compile();
}

#[cfg(feature = "memory")]
fn compile() {
    use std::env;

    let target = |what: &str| env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if target("ARCH") != "x86_64" || target("OS") != "linux" {
        return;
    }
    let mut compiler = cc::Build::new();
    compiler
        .file("src/memory.c")
        .warnings(true)
        .opt_level(2)
        // Or it becomes calls of the functions that it defines.
        .flag("-fno-builtin")
        .flag_if_supported("-fno-tree-loop-distribute-patterns");
    compiler
        .clone()
        .define("NAME(function)", "tested_##function")
        .compile("tested_memory");
    if target("ENV") == "musl" {
        compiler.compile("memory");
    }
}
