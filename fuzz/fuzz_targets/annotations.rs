//! A pod's annotations: one `key=value` a line, each under every prefix.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_shared::annotations::{Prefix, parse};

fuzz_target!(|text: &str| {
    for prefix in Prefix::ALL {
        let annotations: Vec<(String, &str)> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (format!("{prefix}{name}"), value))
            .collect();
        let _ = parse(annotations.iter().map(|(key, value)| (key.as_str(), *value)));
    }
});
