use std::fmt;

use crate::annotations::Dialect;

/// The prefixes, the strongest first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Prefix {
    Vouchsafe,
    OpenBao,
    Vault,
}

impl Prefix {
    pub const ALL: [Self; 3] = [Self::Vouchsafe, Self::OpenBao, Self::Vault];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vouchsafe => "vouchsafe.dev/",
            Self::OpenBao => "openbao.org/",
            Self::Vault => "vault.hashicorp.com/",
        }
    }

    /// By whose rules values are read.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Vouchsafe => Dialect::Own,
            Self::OpenBao | Self::Vault => Dialect::Original,
        }
    }

    /// Splits a key such as `vouchsafe.dev/role` into its prefix and the rest.
    pub fn split(key: &str) -> Option<(Self, &str)> {
        Self::ALL
            .into_iter()
            .find_map(|prefix| Some((prefix, key.strip_prefix(prefix.as_str())?)))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
