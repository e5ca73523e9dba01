//! Expected values are from Masterminds/semver 3.3.0. `constraints.tsv`: constraint, version, and
//! whether it is met.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

#[test]
fn checks_constraints_as_the_original() {
    for line in include_str!("constraints.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let version = Version::parse(fields[1].as_bytes()).unwrap();
        let result = Constraints::parse(fields[0].as_bytes()).map_or("refused", |all| {
            if all.check(&version) { "true" } else { "false" }
        });
        assert_eq!(result, fields[2], "{line}");
    }
}

#[test]
fn completes_versions() {
    let table = [
        ("1.2.3", "1.2.3"),
        ("v1.2", "1.2.0"),
        ("1", "1.0.0"),
        ("01.02.03", "1.2.3"),
        ("1-2", "1.0.0-2"),
        ("1.2-beta", "1.2.0-beta"),
        ("1.2.3-0a", "1.2.3-0a"),
        ("1.2.3+01", "1.2.3+01"),
        ("18446744073709551615.0.0", "18446744073709551615.0.0"),
    ];
    for (text, expected) in table {
        assert_eq!(*Version::parse(text.as_bytes()).unwrap().text(), expected);
    }
}

#[test]
fn tells_the_parts_of_a_version() {
    let version = Version::parse(b"v1.2.3-rc.1+b.2").unwrap();
    assert_eq!((version.major, version.minor, version.patch), (1, 2, 3));
    assert_eq!((version.prerelease(), version.metadata()), ("rc.1", "b.2"));
    assert_eq!(version.original(), "v1.2.3-rc.1+b.2");
    assert_eq!(*version.text(), "1.2.3-rc.1+b.2");
}

#[test]
fn refuses_what_is_no_version() {
    use SemverError::{InvalidVersion, LeadingZero, SegmentRange};
    let error = |text: &[u8]| Version::parse(text).unwrap_err();
    for text in [
        "",
        "v",
        "V1",
        "1.",
        " 1",
        "1.2.3.4",
        "1.2.3-",
        "1.2.3-a..b",
        "latest",
    ] {
        assert_eq!(error(text.as_bytes()), InvalidVersion, "{text}");
    }
    assert_eq!(error(b"1.2.3-01"), LeadingZero);
    assert_eq!(error(b"18446744073709551616.0.0"), SegmentRange);
}

#[test]
fn orders_prereleases_before_their_release() {
    let ascending = [
        "1.0.0-1",
        "1.0.0-10",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-rc.2",
        "1.0.0-rc.10",
        "1.0.0-rc.99999999999999999999",
        "1.0.0",
        "1.0.1",
        "1.10.0",
    ];
    let versions = ascending.map(|text| Version::parse(text.as_bytes()).unwrap());
    assert!(versions.is_sorted_by(|left, right| left.compare(right) == Ordering::Less));
    let built = Version::parse(b"1.0.0+build").unwrap();
    assert_eq!(built.compare(&versions[8]), Ordering::Equal);
}

#[test]
fn bounds_the_length_of_a_constraint() {
    let long = b"1".repeat(5_000);
    assert_eq!(
        Constraints::parse(&long).unwrap_err(),
        SemverError::ImproperConstraint
    );
}

proptest! {
    #[test]
    fn never_panics(constraint in "[-v0-3xX*.+a,|~^<>=! ]{0,20}", version in "[v0-9.a+-]{0,12}") {
        if let (Ok(all), Ok(version)) =
            (Constraints::parse(constraint.as_bytes()), Version::parse(version.as_bytes()))
        {
            all.check(&version);
        }
    }
}
