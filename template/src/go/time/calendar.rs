//! The proleptic Gregorian calendar: days since 1970-01-01 to dates and back.

/// January is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month(pub u8);

/// Sunday is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekday(pub u8);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

impl Month {
    /// Empty for what is no month.
    pub fn name(self) -> &'static str {
        let index = usize::from(self.0).wrapping_sub(1);
        MONTHS.get(index).copied().unwrap_or_default()
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        (1..=12).map(Self)
    }

    pub(super) fn days(self, year: i64) -> u8 {
        match self.0 {
            2 => 28 + u8::from(is_leap(year)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

impl Weekday {
    /// Empty for what is no day.
    pub fn name(self) -> &'static str {
        WEEKDAYS
            .get(usize::from(self.0))
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..7).map(Self)
    }

    /// The first of January 1970 was a Thursday.
    pub(super) fn of(days: i64) -> Self {
        Self(u8::try_from((days.rem_euclid(7) + 4) % 7).unwrap_or_default())
    }
}

#[derive(Clone, Copy)]
pub(super) struct Date {
    pub(super) year: i64,
    pub(super) month: Month,
    pub(super) day: u8,
}

/// Years are counted from March in eras of 400 years: a leap day ends its year, and all eras are
/// alike.
const DAYS_PER_ERA: i64 = 146_097;
const DAYS_FROM_ERA_TO_EPOCH: i64 = 719_468;

impl Date {
    pub(super) fn from_days(days: i64) -> Self {
        let days = days + DAYS_FROM_ERA_TO_EPOCH;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
        let year_of_era = (day_of_era - leap_days) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: Month(u8::try_from(month).unwrap_or_default()),
            day: u8::try_from(day).unwrap_or_default(),
        }
    }

    pub(super) fn days(self) -> i64 {
        let month = i64::from(self.month.0);
        let year = self.year - i64::from(month <= 2);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        year.div_euclid(400) * DAYS_PER_ERA + day_of_era - DAYS_FROM_ERA_TO_EPOCH
    }

    /// From 1 to 366.
    pub(super) fn year_day(self) -> u16 {
        let before: u16 = (1..self.month.0)
            .map(|month| u16::from(Month(month).days(self.year)))
            .sum();
        before + u16::from(self.day)
    }
}

/// The date of the given day of a year; none when the year has no such day.
pub(super) fn date_of_year_day(year: i64, year_day: u16) -> Option<(Month, u8)> {
    let mut rest = year_day;
    for month in Month::all() {
        let days = u16::from(month.days(year));
        if (1..=days).contains(&rest) {
            return Some((month, u8::try_from(rest).ok()?));
        }
        rest = rest.checked_sub(days)?;
    }
    None
}

/// A week belongs to the year of its Thursday.
pub(super) fn iso_week(days: i64) -> (i64, u8) {
    let days_since_monday = i64::from((Weekday::of(days).0 + 6) % 7);
    let thursday = Date::from_days(days - days_since_monday + 3);
    let week = (thursday.year_day() - 1) / 7 + 1;
    (thursday.year, u8::try_from(week).unwrap_or_default())
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}
