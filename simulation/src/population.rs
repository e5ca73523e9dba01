//! What the pods of the fleet need.

use std::{collections::BTreeMap, sync::Arc};

use vouchsafe_agent::plan::Plan;
use vouchsafe_shared::config::{AgentConfig, ConfigError};
use vouchsafe_template::scope::Dependency;

use crate::{HOUR, Millis};

/// A token's time; renewals lengthen it.
pub const TOKEN_TERM: Millis = HOUR;
/// A token's longest life.
pub const TOKEN_LIMIT: Millis = 12 * HOUR;
/// The time of a database credential; renewals lengthen it.
pub const LEASE_TERM: Millis = HOUR;
/// The longest life of a database credential.
pub const LEASE_LIMIT: Millis = 8 * HOUR;
pub const CERTIFICATE_LIFE: Millis = 12 * HOUR;
/// The store replaces the password of the static role this often: one role for all pods, the worst
/// that a fleet can do to itself.
pub const ROTATION_PERIOD: Millis = 6 * HOUR;

/// What one pod needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Two KV secrets.
    KeyValue,
    /// A KV secret and a database credential.
    Database,
    /// A certificate.
    Certificate,
    /// The password of a static database role.
    StaticRole,
}

/// What answers for a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Engine {
    KeyValue,
    Database,
    Certificate,
    StaticRole,
}

/// The plans of all kinds: agents share them.
#[derive(Debug)]
pub struct Population {
    plans: [Arc<Plan>; Kind::ALL.len()],
}

impl Kind {
    pub const ALL: [Self; 4] = [
        Self::KeyValue,
        Self::Database,
        Self::Certificate,
        Self::StaticRole,
    ];

    /// Percent of the pods.
    pub const fn share(self) -> u64 {
        match self {
            Self::KeyValue => 60,
            Self::Database => 25,
            Self::Certificate => 10,
            Self::StaticRole => 5,
        }
    }

    /// The kinds are mixed evenly over the fleet.
    pub fn of(pod: usize) -> Self {
        // Coprime to 100, so each hundred pods holds every remainder once.
        let mut place = (pod as u64 % 100) * 37 % 100;
        for kind in Self::ALL {
            match place.checked_sub(kind.share()) {
                Some(rest) => place = rest,
                None => return kind,
            }
        }
        Self::KeyValue
    }

    /// By the index of the secret in the lifecycle.
    pub const fn engines(self) -> &'static [Engine] {
        match self {
            Self::KeyValue => &[Engine::KeyValue, Engine::KeyValue],
            Self::Database => &[Engine::KeyValue, Engine::Database],
            Self::Certificate => &[Engine::Certificate],
            Self::StaticRole => &[Engine::StaticRole],
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyValue => "two KV secrets",
            Self::Database => "KV and a database credential",
            Self::Certificate => "a certificate",
            Self::StaticRole => "a static role",
        }
    }

    /// How many requests per hour and pod are promised at most, at the default interval.
    pub const fn budget(self) -> f64 {
        match self {
            // A look a minute at each secret, and a renewal of the token each 36 to 42 minutes.
            Self::KeyValue => 124.0,
            // The same for the lease, and a login and another credential now and then.
            Self::Database => 65.0,
            Self::Certificate | Self::StaticRole => 2.5,
        }
    }

    /// What the template of such a pod asks for; none where files name their secrets.
    pub fn asks(self) -> Option<Dependency> {
        match self {
            Self::Certificate => Some(Dependency::Certificate {
                path: "pki/issue/app".to_owned(),
                arguments: BTreeMap::new(),
            }),
            Self::KeyValue | Self::Database | Self::StaticRole => None,
        }
    }

    fn files(self) -> &'static str {
        match self {
            Self::KeyValue => {
                r#"{"name":"a","store":"vault","source":{"secret":"secret/data/app/a","format":"json"}},
                   {"name":"b","store":"vault","source":{"secret":"secret/data/app/b","format":"json"}}"#
            }
            Self::Database => {
                r#"{"name":"a","store":"vault","source":{"secret":"secret/data/app/a","format":"json"}},
                   {"name":"db","store":"vault","source":{"secret":"database/creds/app","format":"json"}}"#
            }
            Self::Certificate => {
                r#"{"name":"tls.pem","store":"vault","source":{"template":"{{ with pkiCert \"pki/issue/app\" }}{{ .Cert }}{{ end }}"}}"#
            }
            Self::StaticRole => {
                r#"{"name":"db","store":"vault","source":{"secret":"database/static-creds/app","format":"json"}}"#
            }
        }
    }
}

impl Population {
    /// With a refresh interval in seconds, or the agent's own.
    ///
    /// # Errors
    /// When the interval makes no sense.
    pub fn new(interval: Option<u64>) -> Result<Self, ConfigError> {
        let plan = |kind: Kind| -> Result<Arc<Plan>, ConfigError> {
            let refresh = interval.map_or_else(String::new, |seconds| {
                format!(r#""refresh":{{"interval":"{seconds}s"}},"#)
            });
            let files = kind.files();
            let config = AgentConfig::from_json(&format!(
                r#"{{"version":1,{refresh}"volumes":[{{"path":"/vault/secrets"}}],"files":[{files}],
                "stores":[{{"name":"vault","kind":"vault","address":"https://vault.example:8200",
                "auth":{{"method":"kubernetes","mount":"kubernetes","role":"app","token_file":"/token"}}}}]}}"#
            ))?;
            Ok(Arc::new(Plan::new(&config)))
        };
        let [first, second, third, fourth] = Kind::ALL;
        Ok(Self {
            plans: [plan(first)?, plan(second)?, plan(third)?, plan(fourth)?],
        })
    }

    pub fn plan(&self, kind: Kind) -> &Arc<Plan> {
        &self.plans[kind as usize]
    }

    /// The refresh interval.
    pub fn interval(&self) -> Millis {
        let interval = self.plans[0].refresh.interval.as_duration();
        u64::try_from(interval.as_millis()).unwrap_or(Millis::MAX)
    }

    /// Requests per second and pod that the plans alone make: looks, and renewals after 65 % of an
    /// hour on average. A measure for the store's size, not a promise.
    pub fn nominal_rate(&self) -> f64 {
        let looks = 1000.0 / self.interval() as f64;
        let renewals = 1000.0 / (0.65 * TOKEN_TERM as f64);
        let kinds = Kind::ALL.iter().map(|kind| {
            let engines = kind.engines().iter();
            let secrets = engines.map(|engine| match engine {
                Engine::KeyValue => looks,
                Engine::Database => renewals,
                Engine::Certificate | Engine::StaticRole => 0.0,
            });
            kind.share() as f64 / 100.0 * (renewals + secrets.sum::<f64>())
        });
        kinds.sum()
    }
}
