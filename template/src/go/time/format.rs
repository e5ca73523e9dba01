//! Writing a time in a layout, as `Time.Format` and `Time.String` do.

use vouchsafe_shared::secret::SecretBuffer;

use super::{
    Time, Zone,
    layout::{Element, Fraction, Offset, Padding, Precision, Step},
};

const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";
const DEFAULT: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";

impl Time {
    pub fn format(&self, layout: &[u8]) -> SecretBuffer {
        let mut output = SecretBuffer::default();
        self.write(layout, &mut output);
        output
    }

    pub fn rfc3339(&self) -> SecretBuffer {
        self.format(RFC3339)
    }

    /// The text that `print` shows.
    pub fn text(&self) -> SecretBuffer {
        self.format(DEFAULT)
    }

    /// The expression of Go that makes this time, which `%#v` shows.
    pub fn syntax(&self) -> String {
        let zone = match self.zone() {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Fixed { abbreviation, .. } => format!("time.Location(\"{abbreviation}\")"),
        };
        format!(
            "time.Date({}, time.{}, {}, {}, {}, {}, {}, {zone})",
            self.year(),
            self.month().name(),
            self.day(),
            self.hour(),
            self.minute(),
            self.second(),
            self.nanosecond()
        )
    }

    pub fn write(&self, layout: &[u8], output: &mut SecretBuffer) {
        let mut rest = layout;
        loop {
            let step = Step::next(rest);
            output.push_bytes(step.literal);
            let Some(element) = step.element else { return };
            self.write_element(element, output);
            rest = step.rest;
        }
    }

    fn write_element(&self, element: Element, output: &mut SecretBuffer) {
        let mut number = |value: u64, width, padding| write_number(value, width, padding, output);
        match element {
            Element::Year => {
                let year = self.year();
                if year < 0 {
                    output.push(b'-');
                }
                write_number(year.unsigned_abs(), 4, Padding::Zeros, output);
            }
            Element::ShortYear => number(self.year().unsigned_abs() % 100, 2, Padding::Zeros),
            Element::MonthName => output.push_str(self.month().name()),
            Element::ShortMonthName => output.push_str(abbreviated(self.month().name())),
            Element::Month(padding) => number(self.month().0.into(), 2, padding),
            Element::WeekdayName => output.push_str(self.weekday().name()),
            Element::ShortWeekdayName => output.push_str(abbreviated(self.weekday().name())),
            Element::Day(padding) => number(self.day().into(), 2, padding),
            Element::YearDay(padding) => number(self.year_day().into(), 3, padding),
            Element::Hour => number(self.hour().into(), 2, Padding::Zeros),
            Element::Hour12(padding) => number(u64::from(self.hour() + 11) % 12 + 1, 2, padding),
            Element::Minute(padding) => number(self.minute().into(), 2, padding),
            Element::Second(padding) => number(self.second().into(), 2, padding),
            Element::UpperHalfDay => output.push_str(if self.hour() < 12 { "AM" } else { "PM" }),
            Element::LowerHalfDay => output.push_str(if self.hour() < 12 { "am" } else { "pm" }),
            Element::Abbreviation => self.write_abbreviation(output),
            Element::Offset(offset) => write_offset(self.zone.offset(), offset, output),
            Element::Fraction(fraction) => write_fraction(self.nanoseconds, fraction, output),
        }
    }

    /// A zone without a name is shown by its offset.
    fn write_abbreviation(&self, output: &mut SecretBuffer) {
        let abbreviation = self.zone.abbreviation();
        if abbreviation.is_empty() {
            let offset = Offset {
                zulu: false,
                colons: false,
                precision: Precision::Minutes,
            };
            write_offset(self.zone.offset(), offset, output);
        } else {
            output.push_str(abbreviation);
        }
    }
}

fn abbreviated(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}

fn write_number(value: u64, width: usize, padding: Padding, output: &mut SecretBuffer) {
    match padding {
        Padding::None => output.push_str(&format!("{value}")),
        Padding::Spaces => output.push_str(&format!("{value:width$}")),
        Padding::Zeros => output.push_str(&format!("{value:0width$}")),
    }
}

fn write_offset(offset: i32, shape: Offset, output: &mut SecretBuffer) {
    if shape.zulu && offset == 0 {
        return output.push(b'Z');
    }
    // Less than a minute west of Greenwich counts as east.
    output.push(if offset <= -60 { b'-' } else { b'+' });
    let magnitude = offset.unsigned_abs();
    let mut parts = vec![magnitude / 3_600];
    if shape.precision >= Precision::Minutes {
        parts.push(magnitude / 60 % 60);
    }
    if shape.precision >= Precision::Seconds {
        parts.push(magnitude % 60);
    }
    for (index, part) in parts.into_iter().enumerate() {
        if shape.colons && index > 0 {
            output.push(b':');
        }
        // Go leaves the sign of what is west by less than a minute with its seconds.
        if index == 2 && (-59..0).contains(&offset) {
            output.push(b'-');
        }
        write_number(part.into(), 2, Padding::Zeros, output);
    }
}

fn write_fraction(nanoseconds: u32, fraction: Fraction, output: &mut SecretBuffer) {
    let digits = format!("{nanoseconds:09}");
    let mut digits = digits.get(..fraction.digits.min(9)).unwrap_or_default();
    if fraction.trimmed {
        digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            return;
        }
    }
    output.push(fraction.separator);
    output.push_str(digits);
}
