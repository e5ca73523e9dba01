//! A version as a value: [`semver.Version`](https://pkg.go.dev/github.com/Masterminds/semver/v3#Version)
//! and its methods.

use std::{any::Any, cmp::Ordering, rc::Rc};

use super::refused;
use crate::{
    fault::Fault,
    function::{Arguments, Outcome},
    go::semver::Version,
    scope::Scope,
    value::{Field, Method, Object, Text, Type, UintType, Value},
};

const POINTER: Type = Type::Pointer("semver.Version");
const STRUCT: Type = Type::Struct("semver.Version");

/// A `*semver.Version`, which has all methods.
pub(super) fn pointer(version: Version) -> Value {
    Value::Object(Rc::new(VersionValue {
        version,
        kind: POINTER,
    }))
}

struct VersionValue {
    version: Version,
    kind: Type,
}

impl Object for VersionValue {
    fn type_of(&self) -> Type {
        self.kind
    }

    fn fields(&self) -> Vec<Field> {
        let version = &self.version;
        let number = |value| Value::Uint(UintType::Uint64, value);
        let fields = [
            ("major", number(version.major)),
            ("minor", number(version.minor)),
            ("patch", number(version.patch)),
            ("pre", Value::string(version.prerelease())),
            ("metadata", Value::string(version.metadata())),
            ("original", Value::string(version.original())),
        ];
        fields
            .into_iter()
            .map(|(name, value)| Field { name, value })
            .collect()
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        let find = |methods: &'static [Method]| methods.iter().find(|method| method.name == name);
        match self.kind {
            Type::Pointer(_) => find(METHODS).or_else(|| find(POINTER_METHODS)),
            _ => find(METHODS),
        }
    }

    fn text(&self) -> Option<Text> {
        Some(Text::from(self.version.text().as_str()))
    }

    fn marshalled(&self) -> Option<Text> {
        self.text()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

static METHODS: &[Method] = &[
    Method::new("IncMajor", &[], |_, a| {
        next(a, |version| [version.major.wrapping_add(1), 0, 0])
    }),
    Method::new("IncMinor", &[], |_, a| {
        next(a, |version| {
            [version.major, version.minor.wrapping_add(1), 0]
        })
    }),
    Method::new("IncPatch", &[], |_, a| {
        next(a, |version| {
            let step = u64::from(version.prerelease().is_empty());
            [
                version.major,
                version.minor,
                version.patch.wrapping_add(step),
            ]
        })
    }),
    Method::new("Major", &[], |_, a| number(a, |version| version.major)),
    Method::new("Metadata", &[], |_, a| {
        Ok(Value::string(version(a, 0)?.metadata()))
    }),
    Method::new("Minor", &[], |_, a| number(a, |version| version.minor)),
    Method::new("Patch", &[], |_, a| number(a, |version| version.patch)),
    Method::new("Prerelease", &[], |_, a| {
        Ok(Value::string(version(a, 0)?.prerelease()))
    }),
    Method::new("SetMetadata", &[Type::String], set_metadata),
    Method::new("SetPrerelease", &[Type::String], set_prerelease),
    Method::new("String", &[], |_, a| {
        Ok(Value::string(version(a, 0)?.text().as_str()))
    }),
];

static POINTER_METHODS: &[Method] = &[
    Method::new("Compare", &[POINTER], |_, a| {
        order(a).map(|order| Value::int(order as i64))
    }),
    Method::new("Equal", &[POINTER], |_, a| is(a, Ordering::is_eq)),
    Method::new("GreaterThan", &[POINTER], |_, a| is(a, Ordering::is_gt)),
    Method::new("GreaterThanEqual", &[POINTER], |_, a| {
        is(a, Ordering::is_ge)
    }),
    Method::new("LessThan", &[POINTER], |_, a| is(a, Ordering::is_lt)),
    Method::new("LessThanEqual", &[POINTER], |_, a| is(a, Ordering::is_le)),
    Method::new("Original", &[], |_, a| {
        Ok(Value::string(version(a, 0)?.original()))
    }),
];

fn version<'a>(arguments: &Arguments<'a>, index: usize) -> Result<&'a Version, Fault> {
    match arguments.value(index) {
        Value::Object(object) => object.as_any().downcast_ref::<VersionValue>(),
        _ => None,
    }
    .map(|value| &value.version)
    .ok_or_else(|| Fault::wrong_type(format!("expected a {POINTER}")))
}

fn number(arguments: &Arguments<'_>, part: fn(&Version) -> u64) -> Outcome {
    Ok(Value::Uint(UintType::Uint64, part(version(arguments, 0)?)))
}

fn order(arguments: &Arguments<'_>) -> Result<Ordering, Fault> {
    Ok(version(arguments, 0)?.compare(version(arguments, 1)?))
}

fn is(arguments: &Arguments<'_>, wanted: fn(Ordering) -> bool) -> Outcome {
    Ok(Value::Bool(wanted(order(arguments)?)))
}

fn next(arguments: &Arguments<'_>, numbers: fn(&Version) -> [u64; 3]) -> Outcome {
    let version = version(arguments, 0)?;
    changed(version, numbers(version), b"", b"")
}

fn set_metadata(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let version = version(arguments, 0)?;
    let numbers = [version.major, version.minor, version.patch];
    changed(
        version,
        numbers,
        version.prerelease().as_bytes(),
        arguments.bytes(1),
    )
}

fn set_prerelease(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let version = version(arguments, 0)?;
    let numbers = [version.major, version.minor, version.patch];
    changed(
        version,
        numbers,
        arguments.bytes(1),
        version.metadata().as_bytes(),
    )
}

/// A `semver.Version` that keeps the `v` in front.
fn changed(version: &Version, numbers: [u64; 3], prerelease: &[u8], metadata: &[u8]) -> Outcome {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if !prerelease.iter().chain(metadata).all(is_part) {
        return Err(Fault::function(
            "a prerelease and metadata hold letters, digits, hyphens and points only",
        ));
    }
    let [major, minor, patch] = numbers;
    let mark = if version.original().starts_with('v') {
        "v"
    } else {
        ""
    };
    let mut text = format!("{mark}{major}.{minor}.{patch}").into_bytes();
    for (mark, part) in [(b'-', prerelease), (b'+', metadata)] {
        if !part.is_empty() {
            text.push(mark);
            text.extend_from_slice(part);
        }
    }
    let version = Version::parse(&text).map_err(refused)?;
    Ok(Value::Object(Rc::new(VersionValue {
        version,
        kind: STRUCT,
    })))
}
