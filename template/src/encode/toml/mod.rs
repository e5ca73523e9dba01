//! TOML as [`github.com/BurntSushi/toml`](https://pkg.go.dev/github.com/BurntSushi/toml) 1.5.0
//! writes it.

mod encode;
mod shape;
mod text;

#[cfg(test)]
mod tests;

pub use self::encode::encode;
