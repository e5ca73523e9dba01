#!/usr/bin/env bash
# Builds the webhook as it is released, target/guided/vouchsafe-webhook: a first build counts what runs while the program answers
# reviews (tests/bench/train.py), the second is compiled by these counts.
# Needs python3, openssl and, of the toolchain, llvm-tools, which it installs. Arguments go to the training.
# Source: https://doc.rust-lang.org/rustc/profile-guided-optimization.html
set -euo pipefail
cd "$(dirname "$0")/../.."
target=x86_64-unknown-linux-musl
guided=$PWD/target/guided
counts=$guided/webhook.profdata
instrumented=$guided/instrumented/$target/release/vouchsafe-webhook

# Beside what .cargo/config.toml says of the target.
build() { # DIRECTORY FLAG...
  local directory=$1 flags
  shift
  printf -v flags '"%s",' "$@"
  cargo build --locked --release --package vouchsafe-webhook --bin vouchsafe-webhook --target "$target" \
    --target-dir "$guided/$directory" --config "target.$target.rustflags=[${flags%,}]"
}

build instrumented "-Cprofile-generate=$guided/counted"
if [[ ! $counts -nt $instrumented ]]; then
  profdata=$(rustc --print sysroot)/lib/rustlib/$(rustc --version --verbose | sed -n 's/^host: //p')/bin/llvm-profdata
  [[ -x $profdata ]] || rustup component add llvm-tools
  rm -rf "$guided/counted"
  tests/bench/train.py "$instrumented" "$@"
  "$profdata" merge --sparse --output "$counts" "$guided/counted"
fi
# By a name of its own, because cargo looks at names alone: dependencies compiled by other counts would stay.
named=$guided/profile-$(sha256sum "$counts" | head -c 16).profdata
[[ -e $named ]] || rm -f "$guided"/profile-*
cp "$counts" "$named"
build optimized "-Cprofile-use=$named"
cp "$guided/optimized/$target/release/vouchsafe-webhook" "$guided/vouchsafe-webhook"
