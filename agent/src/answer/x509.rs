//! The two things that the agent wants to know of a certificate: when it ends, and whether it is an
//! authority's. Source: [RFC 5280](https://www.rfc-editor.org/rfc/rfc5280#section-4.1).

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const BOOLEAN: u8 = 0x01;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;
/// 2.5.29.19 with its tag and length.
const BASIC_CONSTRAINTS: &[u8] = &[0x06, 0x03, 0x55, 0x1D, 0x13];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Parsed {
    /// Seconds since 1970.
    pub(super) not_after: i64,
    pub(super) is_authority: bool,
}

pub(super) fn parse(der: &[u8]) -> Option<Parsed> {
    let mut certificate = Reader(Reader(der).take(SEQUENCE)?);
    let mut body = Reader(certificate.take(SEQUENCE)?);
    if body.next_is(VERSION) {
        body.any()?;
    }
    body.take(INTEGER)?; // serial number
    body.take(SEQUENCE)?; // algorithm of the signature
    body.take(SEQUENCE)?; // issuer
    let mut validity = Reader(body.take(SEQUENCE)?);
    validity.any()?;
    let (tag, text) = validity.any()?;
    let not_after = seconds(tag, text)?;
    body.take(SEQUENCE)?; // subject
    body.take(SEQUENCE)?; // public key
    let mut is_authority = false;
    while let Some((tag, content)) = body.any() {
        if tag == EXTENSIONS {
            is_authority = is_authority_by(content)?;
        }
    }
    Some(Parsed {
        not_after,
        is_authority,
    })
}

fn is_authority_by(extensions: &[u8]) -> Option<bool> {
    let mut extensions = Reader(Reader(extensions).take(SEQUENCE)?);
    while let Some((_, extension)) = extensions.any() {
        let Some(rest) = extension.strip_prefix(BASIC_CONSTRAINTS) else {
            continue;
        };
        let mut rest = Reader(rest);
        if rest.next_is(BOOLEAN) {
            rest.any()?; // whether it is critical
        }
        let mut constraints = Reader(Reader(rest.take(OCTET_STRING)?).take(SEQUENCE)?);
        return Some(constraints.next_is(BOOLEAN) && constraints.any()?.1.first() != Some(&0));
    }
    Some(false)
}

/// `YYMMDDHHMMSSZ`, with years from 1950 to 2049, or `YYYYMMDDHHMMSSZ`.
fn seconds(tag: u8, text: &[u8]) -> Option<i64> {
    let number = |digits: &[u8]| -> Option<i64> {
        let are_digits = digits.iter().all(u8::is_ascii_digit); // a sign is none
        str::from_utf8(digits)
            .ok()?
            .parse()
            .ok()
            .filter(|_| are_digits)
    };
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year = number(year)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (number(year)?, rest)
        }
        _ => return None,
    };
    let mut parts = rest.strip_suffix(b"Z")?.chunks(2).map(number);
    let mut part = || parts.next().flatten();
    let (month, day) = (part()?, part()?);
    let (hour, minute, second) = (part()?, part()?, part()?);
    // Days since 1970, in years that begin in March so that the leap day is their last.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Reads one value of DER after another.
struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    fn next_is(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    fn take(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.any()
            .filter(|(found, _)| *found == tag)
            .map(|(_, content)| content)
    }

    fn any(&mut self) -> Option<(u8, &'d [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7F))?;
            if bytes.is_empty() || bytes.len() > 4 {
                return None;
            }
            length = bytes
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            rest = after;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}
