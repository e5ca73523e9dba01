//! The parts of a certificate in the answer of an issuing engine.
//!
//! As [consul-template](https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#pkicert)
//! does, everything that is PEM in the answer is looked at: keys, certificates of authorities (all
//! of them make the chain, the first is the authority), and the certificate, which is none.

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use vouchsafe_template::{
    object::certificate::Certificate,
    value::{Entries, Map, Text, Value},
};
use zeroize::Zeroizing;

use super::{lifetime, x509};
use crate::store::Lifetime;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
const LINE: usize = 64;

pub(super) fn pick(data: &Map, now: SystemTime) -> Result<(Certificate, Lifetime), String> {
    let (mut cert, mut key, mut ends) = (None, None, None);
    let mut chain: Vec<Text> = Vec::new();
    for text in texts(data) {
        let text = text.as_str().ok_or("it holds a text that is not UTF-8")?;
        for block in blocks(text) {
            let (label, der) = block?;
            let pem = encode(label, &der);
            if label.ends_with("PRIVATE KEY") {
                key = Some(pem);
                continue;
            }
            let parsed = x509::parse(&der).ok_or("it holds PEM that is not a certificate")?;
            if !parsed.is_authority {
                cert = Some(pem);
                ends = Some(parsed.not_after);
            } else if !chain.contains(&pem) {
                chain.push(pem);
            }
        }
    }
    let (Some(cert), Some(ends)) = (cert, ends) else {
        return Err("it holds no certificate in PEM".to_owned());
    };
    let after = lifetime::seconds(ends.saturating_sub(lifetime::unix(now)));
    let ca = chain.first().cloned().unwrap_or_default();
    let certificate = Certificate::new(cert, key.unwrap_or_default(), ca, chain);
    // One that is over when it comes means that the clocks differ: not asked for in a loop.
    let lifetime = if after.is_zero() {
        Lifetime::Unlimited
    } else {
        Lifetime::Expires {
            after: after.max(Duration::from_secs(1)),
        }
    };
    Ok((certificate, lifetime))
}

/// All texts of the answer; the issuing authority first, then its chain.
fn texts(data: &Map) -> Vec<Text> {
    let entries = data.entries();
    let Entries::Text(entries) = &*entries else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    let mut take = |value: Option<&Value>| match value {
        Some(Value::String(text)) => texts.push(text.clone()),
        Some(Value::List(list)) => {
            let texts_of = list.items().iter().filter_map(|item| match item {
                Value::String(text) => Some(text.clone()),
                _ => None,
            });
            texts.extend(texts_of);
        }
        _ => {}
    };
    let first: [&[u8]; 2] = [b"issuing_ca", b"ca_chain"];
    for key in first {
        take(entries.get(key));
    }
    for (key, value) in entries {
        if let Value::String(_) = value
            && !first.contains(&&**key)
        {
            take(Some(value));
        }
    }
    texts
}

type Block<'t> = Result<(&'t str, Zeroizing<Vec<u8>>), String>;

/// The PEM blocks of a text; what stands between them is not looked at.
fn blocks(mut text: &str) -> impl Iterator<Item = Block<'_>> {
    std::iter::from_fn(move || {
        let (_, after) = text.split_once(BEGIN)?;
        let cut = || {
            let (label, after) = after.split_once(DASHES)?;
            let (body, after) = after.split_once(END)?;
            let (_, after) = after.split_once(DASHES)?;
            Some((label, body, after))
        };
        let Some((label, body, rest)) = cut() else {
            text = "";
            return Some(Err("it holds PEM without an end".to_owned()));
        };
        text = rest;
        let mut compact = Zeroizing::new(Vec::with_capacity(body.len()));
        compact.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        let der = STANDARD.decode(&*compact).map(Zeroizing::new);
        Some(
            der.map(|der| (label, der))
                .map_err(|_| "it holds PEM that is not base64".to_owned()),
        )
    })
}

/// PEM as Go writes it.
fn encode(label: &str, der: &[u8]) -> Text {
    let body = Zeroizing::new(STANDARD.encode(der));
    let room = body.len() + body.len() / LINE + 2 * (label.len() + 20);
    let mut pem = Vec::with_capacity(room);
    pem.extend_from_slice(format!("{BEGIN}{label}{DASHES}\n").as_bytes());
    for line in body.as_bytes().chunks(LINE) {
        pem.extend_from_slice(line);
        pem.push(b'\n');
    }
    pem.extend_from_slice(format!("{END}{label}{DASHES}\n").as_bytes());
    Text::from(pem)
}
