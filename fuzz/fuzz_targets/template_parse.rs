//! Any template between any delimiters: what is said of it, and where.
//!
//! Input: the template, or `left NUL right NUL template`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_template::{Options, Place, Template};

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |byte| *byte == 0);
    let mut options = Options::new("fuzz");
    let source = match (parts.next(), parts.next(), parts.next()) {
        (Some(left), Some(right), Some(source)) => {
            options.left_delimiter = String::from_utf8_lossy(left).into_owned();
            options.right_delimiter = String::from_utf8_lossy(right).into_owned();
            source
        }
        _ => input,
    };
    match Template::parse(source, options) {
        Ok(template) => {
            let requests = template.requests();
            assert!(requests.constant.len() + requests.computed <= source.len());
            for warning in template.warnings() {
                is_inside(&warning.place, source);
                assert!(warning.to_string().contains(&warning.message));
            }
        }
        Err(error) => {
            is_inside(&error.place, source);
            assert!(error.to_string().contains(&error.message));
        }
    }
});

fn is_inside(place: &Place, source: &[u8]) {
    let line = source.split(|byte| *byte == b'\n').nth(place.line - 1);
    let line = String::from_utf8_lossy(line.expect("no such line"));
    assert!((1..=line.chars().count() + 1).contains(&place.column), "no such column: {place:?}");
    assert!(place.caret <= place.source_line.chars().count(), "nothing is shown there: {place:?}");
}
