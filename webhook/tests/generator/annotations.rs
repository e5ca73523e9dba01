//! Annotations by the one list of them.

use fastrand::Rng;
use serde_json::{Value, json};
use vouchsafe_shared::annotations::{Name, Prefix, Scope, TABLE};

use super::values;

const SECRETS: &[&str] = &["db", "api-key", "tls.crt", "Config.yaml"];
const PARAMETERS: &[&str] = &[
    "role",
    "token-path",
    "path",
    "role-id-file-path",
    "secret-id-file-path",
    "name",
    "unknown",
];

pub(super) fn prefix(seed: u64) -> Prefix {
    Prefix::ALL[Rng::with_seed(!seed).usize(0..Prefix::ALL.len())]
}

/// What makes most pods ask for something that can be given.
pub(super) fn ask(pod: &mut Value, prefix: Prefix) {
    let (inject, secret) = match prefix {
        Prefix::Vouchsafe => ("inject", "secret-first.json"),
        Prefix::OpenBao | Prefix::Vault => ("agent-inject", "agent-inject-secret-first"),
    };
    set(pod, prefix, inject, "true");
    set(pod, prefix, "role", "web");
    set(pod, prefix, secret, "secret/data/first");
}

/// One of all annotations, mostly with a value of its kind.
pub(super) fn add(pod: &mut Value, prefix: Prefix, rng: &mut Rng) {
    let row = &TABLE[rng.usize(0..TABLE.len())];
    // Seldom another than the pod's own.
    let prefix = match rng.u8(0..12) {
        0 => Prefix::ALL[rng.usize(0..Prefix::ALL.len())],
        _ => prefix,
    };
    let spellings: Vec<_> = row.spellings_under(prefix).collect();
    let spelling = spellings[rng.usize(0..spellings.len())];
    let one = |rng: &mut Rng, names: &[&'static str]| names[rng.usize(0..names.len())];
    let name = match row.scope {
        Scope::Pod => spelling.to_owned(),
        Scope::Secret => {
            let secret = one(rng, SECRETS);
            if row.name != Name::Secret {
                // What says something of a secret that there is not says nothing.
                let spelling = TABLE
                    .iter()
                    .find(|row| row.name == Name::Secret)
                    .and_then(|row| row.spellings_under(prefix).next());
                if let Some(spelling) = spelling {
                    set(
                        pod,
                        prefix,
                        &format!("{spelling}-{secret}"),
                        "secret/data/db",
                    );
                }
            }
            format!("{spelling}-{secret}")
        }
        Scope::Parameter => format!("{spelling}-{}", one(rng, PARAMETERS)),
    };
    let value = if rng.u8(0..20) == 0 {
        one(rng, values::ODD)
    } else {
        one(rng, values::of(row))
    };
    set(pod, prefix, &name, value);
}

fn set(pod: &mut Value, prefix: Prefix, name: &str, value: &str) {
    pod["metadata"]["annotations"][format!("{prefix}{name}")] = json!(value);
}
