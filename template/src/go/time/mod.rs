//! Points in time and spans of time as Go's [`time`](https://pkg.go.dev/time) prints and parses
//! them. There is no zone database: a time is in UTC or in a zone of a fixed offset, and where Go
//! would ask the local zone, UTC answers.

mod calendar;
mod duration;
mod format;
mod layout;
mod parse;
mod zone;

#[cfg(test)]
mod tests;

use std::{cmp::Ordering, fmt};

use self::calendar::Date;
pub use self::{
    calendar::{Month, Weekday},
    duration::{Duration, DurationError},
    parse::ParseError,
    zone::Zone,
};

const SECONDS_PER_DAY: i64 = 86_400;
const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;

/// A point in time and the zone in which it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Time {
    seconds: i64,
    nanoseconds: u32,
    zone: Zone,
}

impl Time {
    /// Go's zero time: midnight of the first of January of the year 1.
    pub const ZERO: Self = Self {
        seconds: -62_135_596_800,
        nanoseconds: 0,
        zone: Zone::Utc,
    };

    /// In UTC; nanoseconds outside a second are carried over, as `time.Unix` does.
    pub fn unix(seconds: i64, nanoseconds: i64) -> Self {
        Self {
            seconds: seconds.wrapping_add(nanoseconds.div_euclid(NANOSECONDS_PER_SECOND)),
            nanoseconds: subsecond(nanoseconds),
            zone: Zone::Utc,
        }
    }

    #[must_use]
    pub fn in_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    pub fn unix_seconds(&self) -> i64 {
        self.seconds
    }

    pub fn unix_milliseconds(&self) -> i64 {
        self.seconds
            .wrapping_mul(1_000)
            .wrapping_add(i64::from(self.nanoseconds / 1_000_000))
    }

    pub fn unix_microseconds(&self) -> i64 {
        self.seconds
            .wrapping_mul(1_000_000)
            .wrapping_add(i64::from(self.nanoseconds / 1_000))
    }

    pub fn unix_nanoseconds(&self) -> i64 {
        self.seconds
            .wrapping_mul(NANOSECONDS_PER_SECOND)
            .wrapping_add(i64::from(self.nanoseconds))
    }

    pub fn is_zero(&self) -> bool {
        self.seconds == Self::ZERO.seconds && self.nanoseconds == 0
    }

    /// The order of the instants; the zones do not matter.
    pub fn compare(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanoseconds).cmp(&(other.seconds, other.nanoseconds))
    }

    #[must_use]
    pub fn add(&self, duration: Duration) -> Self {
        let nanoseconds = i64::from(self.nanoseconds) + duration.0 % NANOSECONDS_PER_SECOND;
        let seconds = self
            .seconds
            .wrapping_add(duration.0 / NANOSECONDS_PER_SECOND);
        Self::unix(seconds, nanoseconds).in_zone(self.zone.clone())
    }

    /// As many years, months and days later; a date that does not exist runs over into the next
    /// month. None beyond the years that can be counted.
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Option<Self> {
        const MOST_YEARS: i64 = 200_000_000_000;
        let date = self.date();
        let months = i64::from(date.month.0)
            .checked_sub(1)?
            .checked_add(months)?;
        let year = date
            .year
            .checked_add(years)?
            .checked_add(months.div_euclid(12))
            .filter(|year| year.abs() < MOST_YEARS)?;
        let first = Date {
            year,
            month: Month(u8::try_from(months.rem_euclid(12) + 1).ok()?),
            day: 1,
        };
        let days = first
            .days()
            .checked_add(i64::from(date.day) - 1)?
            .checked_add(days)?;
        let seconds = days
            .checked_mul(SECONDS_PER_DAY)?
            .checked_add(self.local_seconds().rem_euclid(SECONDS_PER_DAY))?
            .checked_sub(i64::from(self.zone.offset()))?;
        Some(Self {
            seconds,
            ..self.clone()
        })
    }

    /// Back to a multiple of `unit` since the year 1; a unit that is not positive changes nothing.
    #[must_use]
    pub fn truncate(&self, unit: Duration) -> Self {
        self.add(Duration(-self.beyond(unit)))
    }

    /// To the nearest multiple of `unit` since the year 1, halves up.
    #[must_use]
    pub fn round(&self, unit: Duration) -> Self {
        let beyond = self.beyond(unit);
        if beyond < unit.0.saturating_sub(beyond) || unit.0 <= 0 {
            return self.add(Duration(-beyond));
        }
        self.add(Duration(unit.0 - beyond))
    }

    /// How far this is beyond the last multiple of `unit`.
    fn beyond(&self, unit: Duration) -> i64 {
        if unit.0 <= 0 {
            return 0;
        }
        let since_year_one = i128::from(self.seconds) - i128::from(Self::ZERO.seconds);
        let nanoseconds =
            since_year_one * i128::from(NANOSECONDS_PER_SECOND) + i128::from(self.nanoseconds);
        i64::try_from(nanoseconds.rem_euclid(i128::from(unit.0))).unwrap_or_default()
    }

    /// How long after `other` this is, within what a duration can hold.
    pub fn since(&self, other: &Self) -> Duration {
        let nanoseconds = (i128::from(self.seconds) - i128::from(other.seconds))
            * i128::from(NANOSECONDS_PER_SECOND)
            + i128::from(self.nanoseconds)
            - i128::from(other.nanoseconds);
        let bound = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
        Duration(i64::try_from(nanoseconds).unwrap_or(bound))
    }

    pub fn year(&self) -> i64 {
        self.date().year
    }

    pub fn month(&self) -> Month {
        self.date().month
    }

    pub fn day(&self) -> u8 {
        self.date().day
    }

    /// From 1 to 366.
    pub fn year_day(&self) -> u16 {
        self.date().year_day()
    }

    pub fn weekday(&self) -> Weekday {
        Weekday::of(self.days())
    }

    /// The ISO 8601 year and week.
    pub fn iso_week(&self) -> (i64, u8) {
        calendar::iso_week(self.days())
    }

    pub fn hour(&self) -> u8 {
        self.unit_of_day(3_600, 24)
    }

    pub fn minute(&self) -> u8 {
        self.unit_of_day(60, 60)
    }

    pub fn second(&self) -> u8 {
        self.unit_of_day(1, 60)
    }

    pub fn nanosecond(&self) -> u32 {
        self.nanoseconds
    }

    fn local_seconds(&self) -> i64 {
        self.seconds.wrapping_add(i64::from(self.zone.offset()))
    }

    fn days(&self) -> i64 {
        self.local_seconds().div_euclid(SECONDS_PER_DAY)
    }

    fn date(&self) -> Date {
        Date::from_days(self.days())
    }

    fn unit_of_day(&self, unit_seconds: i64, units: i64) -> u8 {
        let second_of_day = self.local_seconds().rem_euclid(SECONDS_PER_DAY);
        u8::try_from(second_of_day / unit_seconds % units).unwrap_or_default()
    }
}

fn subsecond(nanoseconds: i64) -> u32 {
    u32::try_from(nanoseconds.rem_euclid(NANOSECONDS_PER_SECOND)).unwrap_or_default()
}

/// A time may come out of a secret.
impl fmt::Debug for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Time(..)")
    }
}
