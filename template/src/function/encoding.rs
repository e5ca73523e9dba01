//! Base64: `base64Decode`, `base64Encode` and their forms for URLs, as Go's
//! [`encoding/base64`](https://pkg.go.dev/encoding/base64) has them with padding.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("base64Decode", &[Type::String], |scope, arguments| {
        decode(scope, arguments, &STANDARD)
    }),
    Function::new("base64Encode", &[Type::String], |scope, arguments| {
        encode(scope, arguments, &STANDARD)
    }),
    Function::new("base64URLDecode", &[Type::String], |scope, arguments| {
        decode(scope, arguments, &URL)
    }),
    Function::new("base64URLEncode", &[Type::String], |scope, arguments| {
        encode(scope, arguments, &URL)
    }),
];

/// Go does not look at the bits that the last letter leaves over.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

fn encode(scope: &mut Scope<'_>, arguments: &Arguments<'_>, engine: &GeneralPurpose) -> Outcome {
    let bytes = arguments.bytes(0);
    scope
        .budget
        .memory(u64::try_from(bytes.len()).unwrap_or(u64::MAX) / 3 * 4)?;
    Ok(Value::string(engine.encode(bytes)))
}

/// Line breaks anywhere are passed over, as Go does.
fn decode(scope: &mut Scope<'_>, arguments: &Arguments<'_>, engine: &GeneralPurpose) -> Outcome {
    let text = arguments.bytes(0);
    scope
        .budget
        .memory(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    let letters: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.iter()
            .copied()
            .filter(|byte| !matches!(byte, b'\r' | b'\n'))
            .collect(),
    );
    let decoded = engine
        .decode(&letters)
        .map_err(|_| Fault::function("the text is not base64 of this alphabet, with padding"))?;
    Ok(Value::String(Text::from(decoded)))
}

#[cfg(test)]
mod tests {
    use crate::function::calls::{call, outcome};
    use crate::value::Value;

    fn decode(text: &str) -> Option<Vec<u8>> {
        let outcome = outcome("base64Decode", &[Value::string(text)]).ok()?;
        Some(outcome.bytes().to_vec())
    }

    #[test]
    fn the_alphabets_differ_in_two_letters() {
        let bytes = || [Value::string(&b"\xfb\xff\xfe"[..])];
        assert_eq!(call("base64Encode", &bytes()), b"+//+");
        assert_eq!(call("base64URLEncode", &bytes()), b"-__-");
        assert_eq!(
            call("base64URLDecode", &[Value::string("-__-")]),
            b"\xfb\xff\xfe"
        );
        assert!(outcome("base64URLDecode", &[Value::string("+//+")]).is_err());
    }

    #[test]
    fn decoding_is_as_lenient_as_gos() {
        assert_eq!(decode("aGVs\r\nbG8=\n").unwrap(), b"hello");
        assert_eq!(decode("aGVsbG8\n=").unwrap(), b"hello");
        assert_eq!(decode("aGVsbG9=").unwrap(), b"hello");
        assert_eq!(decode("").unwrap(), b"");
        assert_eq!(decode("/w==").unwrap(), b"\xff");
    }

    #[test]
    fn padding_is_needed_and_blanks_are_errors() {
        for text in [
            "aGVsbG8",
            "aGVs bG8=",
            "aGVsbG8==",
            "=",
            "a",
            "aGVsbG8=x",
            "@@@@",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
