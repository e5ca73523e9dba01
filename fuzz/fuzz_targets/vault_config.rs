//! A configuration file of Vault Agent: it means something, or every problem is at a place of it. What
//! it means can be told to the agent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_shared::config::AgentConfig;
use vouchsafe_vault_config::{Context, VaultAgentConfig, parse};

fuzz_target!(|text: &str| {
    let diagnostics = match parse("config.hcl", text) {
        Ok((config, warnings)) => {
            convert(config);
            warnings
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems
        }
    };
    let lines = text.split('\n').count();
    for diagnostic in diagnostics {
        let place = diagnostic
            .message
            .strip_prefix("line ")
            .and_then(|rest| rest.split_once(','));
        let line: usize = place.expect("no place").0.parse().expect("no line");
        assert!((1..=lines).contains(&line), "{diagnostic}");
    }
});

fn convert(config: VaultAgentConfig) {
    let address = ("VAULT_ADDR".to_owned(), "https://vault:8200".to_owned());
    let volumes =
        ["/vault/secrets", "/home/vault", "/a"].map(|path| path.parse().expect("no path"));
    let context = Context {
        environment: [address].into(),
        volumes: volumes.to_vec(),
    };
    match config.into_agent_config(&context) {
        Ok(conversion) => {
            let config = conversion.config;
            assert_eq!(
                AgentConfig::from_json(&config.to_json()).as_ref(),
                Ok(&config)
            );
        }
        Err(problems) => assert!(!problems.is_empty(), "refused without a reason"),
    }
}
