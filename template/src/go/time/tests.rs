//! Expected values are from Go 1.26. `formats.tsv`: Unix seconds, nanoseconds, offset,
//! abbreviation, layout and the formatted time; `parses.tsv`: layout, text and the time as it
//! prints.

use proptest::prelude::*;

use super::*;

const MINUTE: Duration = Duration(60 * NANOSECONDS_PER_SECOND);

fn shown(buffer: &vouchsafe_shared::secret::SecretBuffer) -> String {
    String::from_utf8_lossy(buffer.expose_secret()).into_owned()
}

fn parsed(layout: &str, text: &str) -> Result<String, ParseError> {
    Time::parse(layout.as_bytes(), text.as_bytes()).map(|time| shown(&time.text()))
}

#[test]
fn formats_as_go() {
    for line in include_str!("formats.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [seconds, nanoseconds, offset, abbreviation, layout, expected] = fields[..] else {
            panic!("{line}");
        };
        let mut time = Time::unix(seconds.parse().unwrap(), nanoseconds.parse().unwrap());
        if offset != "0" || !abbreviation.is_empty() {
            time = time.in_zone(Zone::Fixed {
                abbreviation: abbreviation.to_owned(),
                offset: offset.parse().unwrap(),
            });
        }
        assert_eq!(shown(&time.format(layout.as_bytes())), expected, "{line}");
    }
}

#[test]
fn parses_as_go() {
    for line in include_str!("parses.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let result = parsed(fields[0], fields[1]);
        assert_eq!(result.as_deref().unwrap_or("refused"), fields[2], "{line}");
    }
}

#[test]
fn tells_why_a_text_is_no_time_without_showing_it() {
    let reason = |layout, text| parsed(layout, text).unwrap_err().to_string();
    assert_eq!(
        reason("2006-01-02", "2024-13-01"),
        "parsing time: month out of range"
    );
    assert_eq!(
        reason("2006-01-02", "2024-02-30"),
        "parsing time: day out of range"
    );
    assert_eq!(
        reason("2006-01-02", "2024-02-03 secret"),
        "parsing time: extra text"
    );
    assert_eq!(
        reason("2006-01-02", "secret"),
        "parsing time: the text does not fit the layout"
    );
}

#[test]
fn tells_the_parts_of_a_time() {
    let time = Time::parse(b"2006-01-02T15:04:05Z07:00", b"2024-12-30T23:59:58.5-05:00").unwrap();
    assert_eq!(
        (time.year(), time.month().name(), time.day()),
        (2024, "December", 30)
    );
    assert_eq!((time.hour(), time.minute(), time.second()), (23, 59, 58));
    assert_eq!((time.weekday().name(), time.year_day()), ("Monday", 365));
    assert_eq!(time.iso_week(), (2025, 1));
    assert_eq!(time.unix_seconds(), 1_735_621_198);
    assert_eq!(time.unix_milliseconds(), 1_735_621_198_500);
    assert_eq!(shown(&time.rfc3339()), "2024-12-30T23:59:58-05:00");
}

#[test]
fn adds_and_subtracts() {
    let start = Time::unix(10, 900_000_000);
    let end = start.add(Duration(200_000_000));
    assert_eq!((end.unix_seconds(), end.nanosecond()), (11, 100_000_000));
    assert_eq!(end.since(&start), Duration(200_000_000));
    assert_eq!(start.since(&end), Duration(-200_000_000));
    assert_eq!(start.compare(&end), Ordering::Less);
    assert_eq!(end.since(&Time::ZERO), Duration::MAX);
    assert!(Time::ZERO.is_zero());
    assert_eq!(shown(&Time::ZERO.text()), "0001-01-01 00:00:00 +0000 UTC");
}

#[test]
fn prints_durations() {
    let table = [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1.5µs"),
        (1_500_000, "1.5ms"),
        (1_500_000_000, "1.5s"),
        (5_400_000_000_000, "1h30m0s"),
        (-90_061_000_000_001, "-25h1m1.000000001s"),
        (i64::MAX, "2562047h47m16.854775807s"),
        (i64::MIN, "-2562047h47m16.854775808s"),
    ];
    for (nanoseconds, text) in table {
        assert_eq!(Duration(nanoseconds).to_string(), text);
    }
}

#[test]
fn parses_durations() {
    use DurationError::{Invalid, MissingUnit, UnknownUnit};
    let table = [
        ("1h30m", Ok(5_400_000_000_000)),
        ("1.5h", Ok(5_400_000_000_000)),
        ("-2m3.5s", Ok(-123_500_000_000)),
        ("0", Ok(0)),
        ("+5us", Ok(5_000)),
        ("5µs", Ok(5_000)),
        (".5s", Ok(500_000_000)),
        ("1.0000000000000000000001s", Ok(1_000_000_000)),
        ("9223372036854775807ns", Ok(i64::MAX)),
        ("-9223372036854775808ns", Ok(i64::MIN)),
        ("9223372036854775808ns", Err(Invalid)),
        ("3000000h", Err(Invalid)),
        ("", Err(Invalid)),
        (".s", Err(Invalid)),
        ("1", Err(MissingUnit)),
        ("1d", Err(UnknownUnit)),
        ("5 s", Err(UnknownUnit)),
    ];
    for (text, expected) in table {
        assert_eq!(
            Duration::parse(text.as_bytes()),
            expected.map(Duration),
            "{text}"
        );
    }
}

#[test]
fn rounds_durations_half_away_from_zero() {
    let rounded = |nanoseconds| Duration(nanoseconds).round(MINUTE).0 / MINUTE.0;
    assert_eq!(rounded(89_999_999_999), 1);
    assert_eq!(rounded(90_000_000_000), 2);
    assert_eq!(rounded(-90_000_000_000), -2);
    assert_eq!(Duration::MAX.round(Duration::MAX), Duration::MAX);
    assert_eq!(Duration(i64::MAX - 1).round(Duration(1_000)), Duration::MAX);
    assert_eq!(
        Duration(i64::MIN).round(MINUTE).0,
        -9_223_372_020_000_000_000
    );
    assert_eq!(Duration(119_000_000_000).truncate(MINUTE), MINUTE);
    assert_eq!(Duration(5).round(Duration(0)), Duration(5));
    assert_eq!(
        Duration(5_400_000_000_000).hours().to_bits(),
        1.5_f64.to_bits()
    );
    assert_eq!(
        Duration(-90_061_000_000_001).minutes().to_bits(),
        13_877_688_393_415_070_042
    );
}

proptest! {
    #[test]
    fn reads_what_it_writes(
        seconds in -62_167_219_200_i64..253_402_300_800,
        nanoseconds in 0..NANOSECONDS_PER_SECOND,
        minutes in -1_000..1_000_i32,
    ) {
        let zone = Zone::from_offset(String::new(), minutes * 60);
        let time = Time::unix(seconds, nanoseconds).in_zone(zone);
        prop_assume!((0..10_000).contains(&time.year()));
        let layout = b"2006-01-02 15:04:05.999999999 -0700";
        let text = time.format(layout);
        prop_assert!(Time::parse(layout, text.expose_secret()) == Ok(time));
    }

    #[test]
    fn reads_the_durations_it_writes(nanoseconds: i64) {
        let duration = Duration(nanoseconds);
        prop_assert_eq!(Duration::parse(duration.to_string().as_bytes()), Ok(duration));
    }

    #[test]
    fn never_panics(layout in "[ -~]{0,20}", text in "[ -~]{0,20}", seconds: i64, offset: i32) {
        let _ = Time::parse(layout.as_bytes(), text.as_bytes());
        let zone = Zone::Fixed { abbreviation: String::new(), offset };
        let time = Time::unix(seconds, seconds).in_zone(zone);
        let _ = time.format(layout.as_bytes());
        let _ = (time.iso_week(), time.add(Duration(seconds)).since(&Time::ZERO));
    }
}
