use std::fmt;

use proptest::prelude::*;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::*;

/// Reads what a value became without being told its type, and compares.
struct Same<'a>(&'a SecretValue);

impl<'de> DeserializeSeed<'de> for Same<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            // Left to itself, this reader gives a string for `!!binary` and refuses bytes that are
            // not UTF-8; asked for bytes it decodes the base64.
            SecretValue::Bytes(_) => deserializer.deserialize_byte_buf(self),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Same<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        same(matches!(self.0, SecretValue::Null))
    }

    fn visit_bool<E: Error>(self, read: bool) -> Result<(), E> {
        same(matches!(self.0, SecretValue::Bool(value) if *value == read))
    }

    fn visit_i64<E: Error>(self, read: i64) -> Result<(), E> {
        self.visit_i128(read.into())
    }

    fn visit_u64<E: Error>(self, read: u64) -> Result<(), E> {
        self.visit_i128(read.into())
    }

    fn visit_i128<E: Error>(self, read: i128) -> Result<(), E> {
        let read = read.to_string();
        // The one integer whose text has a sign that is lost.
        same(matches!(self.0, SecretValue::Number(text)
            if text.expose_secret() == read || text.expose_secret() == "-0" && read == "0"))
    }

    fn visit_f64<E: Error>(self, read: f64) -> Result<(), E> {
        same(matches!(self.0, SecretValue::Number(text)
            if text.expose_secret().parse::<f64>().unwrap().total_cmp(&read).is_eq()))
    }

    fn visit_str<E: Error>(self, read: &str) -> Result<(), E> {
        same(matches!(self.0, SecretValue::String(text) if text.expose_secret() == read))
    }

    fn visit_bytes<E: Error>(self, read: &[u8]) -> Result<(), E> {
        same(matches!(self.0, SecretValue::Bytes(bytes) if bytes.expose_secret() == read))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let SecretValue::List(items) = self.0 else {
            return same(false);
        };
        for item in items {
            access
                .next_element_seed(Same(item))?
                .ok_or_else(|| A::Error::custom("an item is missing"))?;
        }
        same(access.next_element::<serde::de::IgnoredAny>()?.is_none())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let SecretValue::Map(map) = self.0 else {
            return same(false);
        };
        for (key, value) in map {
            let read: Option<String> = access.next_key()?;
            same(read.as_ref() == Some(key))?;
            access.next_value_seed(Same(value))?;
        }
        same(access.next_key::<String>()?.is_none())
    }
}

fn same<E: Error>(is_same: bool) -> Result<(), E> {
    is_same.then_some(()).ok_or_else(|| E::custom("differs"))
}

proptest! {
    #[test]
    fn yaml_is_read_back_as_it_was(data in any_secret()) {
        let document = document(OutputFormat::Yaml, None, &data);
        let data = SecretValue::Map(data);
        serde_saphyr::with_deserializer_from_str(&document, |reader| Same(&data).deserialize(reader))
            .unwrap_or_else(|error| panic!("{error}\n{document}"));
    }

    #[test]
    fn long_yaml_keys_are_read_back(key in "[\\PC\\x00-\\x1f]{240,300}", value in any_value()) {
        let data = SecretMap::from([(key, value)]);
        let document = document(OutputFormat::Yaml, None, &data);
        let data = SecretValue::Map(data);
        serde_saphyr::with_deserializer_from_str(&document, |reader| Same(&data).deserialize(reader))
            .unwrap_or_else(|error| panic!("{error}\n{document}"));
    }
}
