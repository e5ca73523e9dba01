//! The agent's configuration; what is accepted survives being written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_agent::plan::Plan;
use vouchsafe_shared::config::AgentConfig;

fuzz_target!(|text: &str| {
    if let Ok(config) = AgentConfig::from_json(text) {
        let _ = Plan::new(&config);
        assert_eq!(AgentConfig::from_json(&config.to_json()).as_ref(), Ok(&config));
    }
});
