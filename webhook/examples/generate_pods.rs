//! Prints generated pods, one JSON document a line; the same seeds give the same pods.
//!
//! ```text
//! cargo run -p vouchsafe-webhook --example generate_pods -- FIRST-SEED COUNT
//! ```

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

#[expect(dead_code, reason = "tests make pods smaller too")]
#[path = "../tests/generator/mod.rs"]
mod generator;

use generator::Recipe;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse().ok());
    let (Some(Some(first)), Some(Some(count)), None) =
        (numbers.next(), numbers.next(), numbers.next())
    else {
        println!("usage: generate_pods FIRST-SEED COUNT");
        return;
    };
    for seed in 0_u64..count {
        println!("{}", Recipe::new(seed.wrapping_add(first)).pod());
    }
}
