//! What anybody who reaches the webhook's port may send.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vouchsafe_webhook::{admission::decide, mutate::Settings};

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings::new("agent:1"));

fuzz_target!(|body: &[u8]| {
    let _ = decide(body, &SETTINGS);
});
