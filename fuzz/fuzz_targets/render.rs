//! Any secret in any format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use vouchsafe_agent::render::render;
use vouchsafe_shared::{secret::SecretValue, value::OutputFormat};

fuzz_target!(|text: &str| {
    let Ok(Value::Object(data)) = serde_json::from_str(text) else { return };
    let key = data.keys().next().and_then(|key| key.parse().ok());
    let data = data.into_iter().map(|(key, value)| (key, SecretValue::from(value))).collect();
    for format in OutputFormat::ALL {
        let _ = render(format, None, &data);
        let _ = render(format, key.as_ref(), &data);
    }
});
