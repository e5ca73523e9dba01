//! What an agent logs in with: a signed token, which Vault checks with the public key alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData, SigningKey};
use serde_json::json;

/// Whoever signs tokens.
#[derive(Debug)]
pub struct Issuer(KeyPair);

impl Default for Issuer {
    fn default() -> Self {
        Self(KeyPair::generate_for(&PKCS_ED25519).expect("a key"))
    }
}

impl Issuer {
    /// What every token is for.
    pub const AUDIENCE: &'static str = "vouchsafe";

    pub fn public_key(&self) -> String {
        let encoded =
            base64::engine::general_purpose::STANDARD.encode(self.0.subject_public_key_info());
        format!("-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n")
    }

    /// A token for `subject` that is good for a day.
    pub fn token(&self, subject: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let header = json!({ "alg": "EdDSA", "typ": "JWT" });
        let claims = json!({
            "sub": subject,
            "aud": Self::AUDIENCE,
            "iat": now.as_secs(),
            "exp": (now + Duration::from_secs(24 * 3600)).as_secs(),
            // No two are the same.
            "jti": fastrand::u64(..).to_string(),
        });
        let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        let signed = [header, claims].map(|part| encode(part.to_string().as_bytes()));
        let signed = signed.join(".");
        let signature = self.0.sign(signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", encode(&signature))
    }
}
