//! Reading a time in a layout, as `time.Parse` does with UTC for the local zone.
//! Rules: <https://pkg.go.dev/time#Parse>.

use super::{
    NANOSECONDS_PER_SECOND, Time,
    calendar::{Date, Month, Weekday, date_of_year_day},
    layout::{Element, Fraction, Offset, Padding, Precision, Step},
    zone::{Zone, abbreviation_length},
};

/// Why a text is no time in its layout; never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("parsing time: the text does not fit the layout")]
    Mismatch,
    #[error("parsing time: extra text")]
    ExtraText,
    #[error("parsing time: {0} out of range")]
    OutOfRange(&'static str),
    #[error("parsing time: day-of-year does not match {0}")]
    Contradiction(&'static str),
}

impl Time {
    pub fn parse(layout: &[u8], text: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::default();
        let (mut layout, mut value) = (layout, text);
        loop {
            let step = Step::next(layout);
            value = skip(value, step.literal)?;
            layout = step.rest;
            let Some(element) = step.element else { break };
            fields.take(element, &mut value)?;
            if matches!(element, Element::Second(_)) && !continues_with_fraction(layout) {
                fields.take_fraction(&mut value)?;
            }
        }
        if !value.is_empty() {
            return Err(ParseError::ExtraText);
        }
        fields.into_time()
    }
}

/// What the elements of a layout found in a text.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<Month>,
    day: Option<u8>,
    year_day: Option<u16>,
    hour: u8,
    minute: u8,
    second: u8,
    nanoseconds: i64,
    morning: bool,
    afternoon: bool,
    utc: bool,
    offset: Option<i32>,
    abbreviation: String,
}

impl Fields {
    fn take(&mut self, element: Element, value: &mut &[u8]) -> Result<(), ParseError> {
        match element {
            Element::Year => {
                // A sign is no year of four digits, but two of them may have one.
                if !value.first().is_some_and(u8::is_ascii_digit) {
                    return Err(ParseError::Mismatch);
                }
                self.year = signed_number(take_bytes(value, 4)?)?;
            }
            Element::ShortYear => {
                let year = signed_number(take_bytes(value, 2)?)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Element::MonthName => self.month = Some(take_month(value, usize::MAX)?),
            Element::ShortMonthName => self.month = Some(take_month(value, 3)?),
            Element::Month(padding) => {
                let month = take_number(value, padding)?;
                self.month = Some(Month(within(month, 1, 12, "month")?));
            }
            Element::WeekdayName => skip_weekday(value, usize::MAX)?,
            Element::ShortWeekdayName => skip_weekday(value, 3)?,
            Element::Day(padding) => {
                if padding == Padding::Spaces {
                    skip_space(value);
                }
                self.day = Some(take_number(value, padding)?);
            }
            Element::YearDay(padding) => {
                if padding == Padding::Spaces {
                    skip_space(value);
                    skip_space(value);
                }
                self.year_day = Some(take_year_day(value, padding)?);
            }
            Element::Hour => {
                let hour = take_number(value, Padding::None)?;
                self.hour = within(hour, 0, 23, "hour")?;
            }
            Element::Hour12(padding) => {
                let hour = take_number(value, padding)?;
                self.hour = within(hour, 0, 12, "hour")?;
            }
            Element::Minute(padding) => {
                let minute = take_number(value, padding)?;
                self.minute = within(minute, 0, 59, "minute")?;
            }
            Element::Second(padding) => {
                let second = take_number(value, padding)?;
                self.second = within(second, 0, 59, "second")?;
            }
            Element::UpperHalfDay => self.take_half_day(value, b"AM", b"PM")?,
            Element::LowerHalfDay => self.take_half_day(value, b"am", b"pm")?,
            Element::Abbreviation => self.take_abbreviation(value)?,
            Element::Offset(shape) => self.take_offset(shape, value)?,
            Element::Fraction(Fraction { trimmed: true, .. }) => self.take_fraction(value)?,
            Element::Fraction(fraction) => {
                let text = take_bytes(value, 1 + fraction.digits)?;
                self.nanoseconds = nanoseconds(text)?;
            }
        }
        Ok(())
    }

    fn take_half_day(
        &mut self,
        value: &mut &[u8],
        morning: &[u8],
        afternoon: &[u8],
    ) -> Result<(), ParseError> {
        match take_bytes(value, 2)? {
            half if half == morning => self.morning = true,
            half if half == afternoon => self.afternoon = true,
            _ => return Err(ParseError::Mismatch),
        }
        Ok(())
    }

    fn take_abbreviation(&mut self, value: &mut &[u8]) -> Result<(), ParseError> {
        if let Some(rest) = value.strip_prefix(b"UTC") {
            *value = rest;
            self.utc = true;
            return Ok(());
        }
        let length = abbreviation_length(value).ok_or(ParseError::Mismatch)?;
        let abbreviation = take_bytes(value, length)?;
        self.abbreviation = String::from_utf8_lossy(abbreviation).into_owned();
        Ok(())
    }

    fn take_offset(&mut self, shape: Offset, value: &mut &[u8]) -> Result<(), ParseError> {
        if let (true, Some(rest)) = (shape.zulu, value.strip_prefix(b"Z")) {
            *value = rest;
            self.utc = true;
            return Ok(());
        }
        let sign = match take_bytes(value, 1)? {
            b"+" => 1,
            b"-" => -1,
            _ => return Err(ParseError::Mismatch),
        };
        let mut part = |wanted: bool, first: bool| -> Result<i32, ParseError> {
            if !wanted {
                return Ok(0);
            }
            if shape.colons && !first && take_bytes(value, 1)? != b":" {
                return Err(ParseError::Mismatch);
            }
            take_number(value, Padding::Zeros).map(i32::from)
        };
        let hours = part(true, true)?;
        let minutes = part(shape.precision >= Precision::Minutes, false)?;
        let seconds = part(shape.precision >= Precision::Seconds, false)?;
        // The bounds themselves are allowed: some people write 24 hours or 60 minutes.
        if hours > 24 {
            return Err(ParseError::OutOfRange("time zone offset hour"));
        }
        if minutes > 60 {
            return Err(ParseError::OutOfRange("time zone offset minute"));
        }
        if seconds > 60 {
            return Err(ParseError::OutOfRange("time zone offset second"));
        }
        let offset = sign * ((hours * 60 + minutes) * 60 + seconds);
        // Go marks a missing offset by this very number.
        self.offset = (offset != -1).then_some(offset);
        Ok(())
    }

    /// A separator and any number of digits; nothing when there is no such thing.
    fn take_fraction(&mut self, value: &mut &[u8]) -> Result<(), ParseError> {
        let Some((b'.' | b',', rest)) = value.split_first() else {
            return Ok(());
        };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            self.nanoseconds = nanoseconds(take_bytes(value, 1 + digits)?)?;
        }
        Ok(())
    }

    fn into_time(self) -> Result<Time, ParseError> {
        let (month, day) = self.month_and_day()?;
        let hour = match self.hour {
            hour if self.afternoon && hour < 12 => hour + 12,
            12 if self.morning => 0,
            hour => hour,
        };
        let date = Date {
            year: self.year,
            month,
            day,
        };
        let minutes = (date.days() * 24 + i64::from(hour)) * 60 + i64::from(self.minute);
        let seconds = minutes * 60 + i64::from(self.second);
        let zone = if self.utc {
            Zone::Utc
        } else if let Some(offset) = self.offset {
            Zone::from_offset(self.abbreviation, offset)
        } else if self.abbreviation.is_empty() {
            Zone::Utc
        } else {
            // The clock is read as UTC even where the abbreviation tells an offset.
            let zone = Zone::from_abbreviation(self.abbreviation);
            return Ok(Time::unix(seconds, self.nanoseconds).in_zone(zone));
        };
        let seconds = seconds - i64::from(zone.offset());
        Ok(Time::unix(seconds, self.nanoseconds).in_zone(zone))
    }

    fn month_and_day(&self) -> Result<(Month, u8), ParseError> {
        let (month, day) = match self.year_day {
            None => (self.month.unwrap_or(Month(1)), self.day.unwrap_or(1)),
            Some(year_day) => {
                let (month, day) = date_of_year_day(self.year, year_day)
                    .ok_or(ParseError::OutOfRange("day-of-year"))?;
                if self.month.is_some_and(|seen| seen != month) {
                    return Err(ParseError::Contradiction("month"));
                }
                if self.day.is_some_and(|seen| seen != day) {
                    return Err(ParseError::Contradiction("day"));
                }
                (month, day)
            }
        };
        within(day, 1, month.days(self.year), "day")?;
        Ok((month, day))
    }
}

/// Behind the seconds, a fraction is read even when the layout has none.
fn continues_with_fraction(layout: &[u8]) -> bool {
    matches!(Step::next(layout).element, Some(Element::Fraction(_)))
}

/// Removes the text of a layout; a run of spaces stands for any run of spaces.
fn skip<'value>(mut value: &'value [u8], mut literal: &[u8]) -> Result<&'value [u8], ParseError> {
    while let Some((expected, literal_rest)) = literal.split_first() {
        match value.split_first() {
            Some((b' ', _)) | None if *expected == b' ' => {
                literal = without_spaces(literal);
                value = without_spaces(value);
            }
            Some((byte, value_rest)) if byte == expected => {
                literal = literal_rest;
                value = value_rest;
            }
            _ => return Err(ParseError::Mismatch),
        }
    }
    Ok(value)
}

fn without_spaces(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(b" ") {
        text = rest;
    }
    text
}

fn skip_space(value: &mut &[u8]) {
    *value = value.strip_prefix(b" ").unwrap_or(value);
}

fn take_bytes<'value>(value: &mut &'value [u8], count: usize) -> Result<&'value [u8], ParseError> {
    let (taken, rest) = value.split_at_checked(count).ok_or(ParseError::Mismatch)?;
    *value = rest;
    Ok(taken)
}

fn within(value: u8, least: u8, most: u8, name: &'static str) -> Result<u8, ParseError> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(ParseError::OutOfRange(name))
    }
}

/// Two digits; one is enough where the layout has no leading zero.
fn take_number(value: &mut &[u8], padding: Padding) -> Result<u8, ParseError> {
    let digits = value
        .iter()
        .take(2)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 || digits == 1 && padding == Padding::Zeros {
        return Err(ParseError::Mismatch);
    }
    let digits = take_bytes(value, digits)?;
    Ok(digits
        .iter()
        .fold(0, |number, digit| number * 10 + (digit - b'0')))
}

fn take_year_day(value: &mut &[u8], padding: Padding) -> Result<u16, ParseError> {
    let digits = value
        .iter()
        .take(3)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 || digits != 3 && padding == Padding::Zeros {
        return Err(ParseError::Mismatch);
    }
    let digits = take_bytes(value, digits)?;
    Ok(digits
        .iter()
        .fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

fn take_month(value: &mut &[u8], length: usize) -> Result<Month, ParseError> {
    Month::all()
        .find(|month| take_name(value, month.name(), length))
        .ok_or(ParseError::Mismatch)
}

/// The day of the week follows from the date: it is only checked to be one.
fn skip_weekday(value: &mut &[u8], length: usize) -> Result<(), ParseError> {
    Weekday::all()
        .any(|weekday| take_name(value, weekday.name(), length))
        .then_some(())
        .ok_or(ParseError::Mismatch)
}

fn take_name(value: &mut &[u8], name: &str, length: usize) -> bool {
    let name = name.get(..length).unwrap_or(name);
    match value.split_at_checked(name.len()) {
        Some((taken, rest)) if taken.eq_ignore_ascii_case(name.as_bytes()) => {
            *value = rest;
            true
        }
        _ => false,
    }
}

fn signed_number(text: &[u8]) -> Result<i64, ParseError> {
    let text = std::str::from_utf8(text).map_err(|_| ParseError::Mismatch)?;
    // A sign alone is the number zero.
    if matches!(text, "" | "+" | "-") {
        return Ok(0);
    }
    text.parse().map_err(|_| ParseError::Mismatch)
}

/// A separator and digits, of which nine count.
fn nanoseconds(fraction: &[u8]) -> Result<i64, ParseError> {
    let Some((b'.' | b',', digits)) = fraction.split_first() else {
        return Err(ParseError::Mismatch);
    };
    let digits = digits.get(..9).unwrap_or(digits);
    let number = signed_number(digits)?;
    if number < 0 {
        return Err(ParseError::OutOfRange("fractional second"));
    }
    let missing_digits = digits.len()..9;
    Ok(missing_digits.fold(number, |number, _| number * 10) % NANOSECONDS_PER_SECOND)
}
