//! The elements of a layout: which parts of the reference time `Mon Jan 2 15:04:05 MST 2006` Go
//! finds in it. Rules: <https://pkg.go.dev/time#pkg-constants>.

/// How a number is widened to the width of its element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    None,
    Spaces,
    Zeros,
}

/// How a numeric offset is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// UTC is written `Z`.
    pub(super) zulu: bool,
    pub(super) colons: bool,
    pub(super) precision: Precision,
}

/// The smallest unit of an offset that is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Precision {
    Hours,
    Minutes,
    Seconds,
}

/// Digits of a fraction of a second, behind their separator.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) separator: u8,
    pub(super) digits: usize,
    /// Trailing zeros are left out.
    pub(super) trimmed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Year,
    ShortYear,
    MonthName,
    ShortMonthName,
    Month(Padding),
    WeekdayName,
    ShortWeekdayName,
    Day(Padding),
    YearDay(Padding),
    Hour,
    Hour12(Padding),
    Minute(Padding),
    Second(Padding),
    UpperHalfDay,
    LowerHalfDay,
    Abbreviation,
    Offset(Offset),
    Fraction(Fraction),
}

/// The text up to the first element, that element, and the layout behind it.
pub(super) struct Step<'layout> {
    pub(super) literal: &'layout [u8],
    pub(super) element: Option<Element>,
    pub(super) rest: &'layout [u8],
}

impl<'layout> Step<'layout> {
    pub(super) fn next(layout: &'layout [u8]) -> Self {
        for start in 0..layout.len() {
            let (literal, rest) = layout.split_at(start);
            if let Some((element, length)) = element_at(rest) {
                return Self {
                    literal,
                    element: Some(element),
                    rest: rest.get(length..).unwrap_or_default(),
                };
            }
        }
        Self {
            literal: layout,
            element: None,
            rest: &[],
        }
    }
}

const WORDS: [(&[u8], Element); 25] = [
    (b"January", Element::MonthName),
    (b"Monday", Element::WeekdayName),
    (b"MST", Element::Abbreviation),
    (b"2006", Element::Year),
    (b"002", Element::YearDay(Padding::Zeros)),
    (b"__2", Element::YearDay(Padding::Spaces)),
    (b"01", Element::Month(Padding::Zeros)),
    (b"02", Element::Day(Padding::Zeros)),
    (b"03", Element::Hour12(Padding::Zeros)),
    (b"04", Element::Minute(Padding::Zeros)),
    (b"05", Element::Second(Padding::Zeros)),
    (b"06", Element::ShortYear),
    (b"15", Element::Hour),
    (b"PM", Element::UpperHalfDay),
    (b"pm", Element::LowerHalfDay),
    (b"_2", Element::Day(Padding::Spaces)),
    (b"1", Element::Month(Padding::None)),
    (b"2", Element::Day(Padding::None)),
    (b"3", Element::Hour12(Padding::None)),
    (b"4", Element::Minute(Padding::None)),
    (b"5", Element::Second(Padding::None)),
    (b"Jan", Element::ShortMonthName),
    (b"Mon", Element::ShortWeekdayName),
    (
        b".",
        Element::Fraction(Fraction {
            separator: b'.',
            digits: 0,
            trimmed: false,
        }),
    ),
    (
        b",",
        Element::Fraction(Fraction {
            separator: b',',
            digits: 0,
            trimmed: false,
        }),
    ),
];

/// Behind `Z` or `-`, the longest first where one starts another.
const OFFSETS: [(&[u8], Offset); 5] = [
    (b"070000", offset(false, Precision::Seconds)),
    (b"07:00:00", offset(true, Precision::Seconds)),
    (b"0700", offset(false, Precision::Minutes)),
    (b"07:00", offset(true, Precision::Minutes)),
    (b"07", offset(false, Precision::Hours)),
];

const fn offset(colons: bool, precision: Precision) -> Offset {
    Offset {
        zulu: false,
        colons,
        precision,
    }
}

fn element_at(layout: &[u8]) -> Option<(Element, usize)> {
    if let Some((sign @ (b'Z' | b'-'), digits)) = layout.split_first() {
        let (text, offset) = OFFSETS.iter().find(|(text, _)| digits.starts_with(text))?;
        let zulu = *sign == b'Z';
        return Some((Element::Offset(Offset { zulu, ..*offset }), 1 + text.len()));
    }
    let (text, element) = WORDS.iter().find(|(text, _)| layout.starts_with(text))?;
    let rest = layout.get(text.len()..)?;
    match element {
        Element::ShortMonthName | Element::ShortWeekdayName
            if rest.first().is_some_and(u8::is_ascii_lowercase) =>
        {
            None
        }
        // `_2006` is an underscore and a year.
        Element::Day(Padding::Spaces) if rest.starts_with(b"006") => None,
        Element::Fraction(fraction) => {
            let fraction = fraction_at(fraction.separator, rest)?;
            Some((Element::Fraction(fraction), 1 + fraction.digits))
        }
        element => Some((*element, text.len())),
    }
}

/// A run of zeros or nines that no other digit follows.
fn fraction_at(separator: u8, rest: &[u8]) -> Option<Fraction> {
    let digit = *rest.first().filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = rest.iter().take_while(|byte| **byte == digit).count();
    let ends = !rest.get(digits).is_some_and(u8::is_ascii_digit);
    ends.then_some(Fraction {
        separator,
        digits,
        trimmed: digit == b'9',
    })
}
