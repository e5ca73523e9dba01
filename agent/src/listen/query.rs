//! The part of an address after its question mark.

use std::fmt::Write;

use hyper::Uri;

/// The value of the first parameter with a name, decoded. `None` when there is none; what is not
/// UTF-8 afterwards is replaced.
pub(super) fn value(uri: &Uri, name: &str) -> Option<String> {
    let parameters = uri.query()?.split('&');
    let mut pairs = parameters.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(of, _)| *of == name)?;
    Some(decoded(value))
}

/// As it stands in a query.
pub(crate) fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

/// What is no escape stays as it is. A plus is a plus: paths hold some, and forms are not read here.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *first == b'%');
        let escape = escape.and_then(|digits| str::from_utf8(digits).ok());
        let escape = escape.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(query: &str, name: &str) -> Option<String> {
        value(&format!("/x{query}").parse().unwrap(), name)
    }

    #[test]
    fn parameters_are_found_by_their_names() {
        assert_eq!(of("", "secret"), None);
        assert_eq!(of("?secrets=1", "secret"), None);
        assert_eq!(of("?secret", "secret").unwrap(), "");
        assert_eq!(
            of("?a=b&secret=kv/x%20y+z%zz%", "secret").unwrap(),
            "kv/x y+z%zz%"
        );
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(text in ".*") {
            let query = format!("?secret={}", encoded(&text));
            prop_assert_eq!(of(&query, "secret").unwrap(), text);
        }

        #[test]
        fn any_text_can_be_decoded(text in ".*") {
            decoded(&text);
        }
    }
}
