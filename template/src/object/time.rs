//! Times, spans of time, and their methods:
//! [`time.Time`](https://pkg.go.dev/time#Time), `time.Duration`, `time.Month`, `time.Weekday`.

use std::{any::Any, cmp::Ordering, rc::Rc};

use super::{NilPointer, find, receiver};
use crate::{
    fault::{ErrorClass, Fault},
    function::{Arguments, Outcome},
    go::time::{Duration, Month, Time, Weekday, Zone},
    scope::Scope,
    value::{Field, IntType, Method, Object, Text, Type, UintType, Value},
};

const TYPE: Type = Type::Struct("time.Time");
const LOCATION: Type = Type::Pointer("time.Location");
const DURATION: Type = Type::Int(IntType::Duration);

/// Go counts the seconds of a time from the year 1.
const FIRST_SECOND: i64 = -62_135_596_800;

/// A time as a value.
pub fn value(time: Time) -> Value {
    Value::Object(Rc::new(Moment(time)))
}

/// The time that a value is.
pub fn of(value: &Value) -> Option<&Time> {
    match value {
        Value::Object(object) => object.as_any().downcast_ref().map(|Moment(time)| time),
        _ => None,
    }
}

#[derive(Clone)]
struct Moment(Time);

impl Object for Moment {
    fn type_of(&self) -> Type {
        TYPE
    }

    fn fields(&self) -> Vec<Field> {
        let Self(time) = self;
        let seconds = time.unix_seconds().wrapping_sub(FIRST_SECOND);
        vec![
            Field {
                name: "wall",
                value: Value::Uint(UintType::Uint64, u64::from(time.nanosecond())),
            },
            Field {
                name: "ext",
                value: Value::int64(seconds),
            },
            Field {
                name: "loc",
                value: NilPointer {
                    name: "time.Location",
                    fields: &[],
                }
                .value(),
            },
        ]
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(METHODS, name)
    }

    fn text(&self) -> Option<Text> {
        Some(self.0.text().into())
    }

    fn syntax(&self) -> Option<Text> {
        Some(self.0.syntax().into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What `Location` gives and `In` takes.
struct Location(Zone);

impl Object for Location {
    fn type_of(&self) -> Type {
        LOCATION
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field {
            name: "name",
            value: Value::string(self.0.abbreviation()),
        }]
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(LOCATION_METHODS, name)
    }

    fn text(&self) -> Option<Text> {
        Some(self.0.abbreviation().into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

static LOCATION_METHODS: &[Method] = &[Method::new("String", &[], |_, a| {
    let Location(zone) = receiver(a)?;
    Ok(Value::string(zone.abbreviation()))
})];

static METHODS: &[Method] = &[
    Method::new("Add", &[DURATION], add),
    Method::new("AddDate", &[Type::INT, Type::INT, Type::INT], add_date),
    Method::new("After", &[TYPE], after),
    Method::new("Before", &[TYPE], before),
    Method::new("Clock", &[], several_results),
    Method::new("Compare", &[TYPE], compare),
    Method::new("Date", &[], several_results),
    Method::new("Day", &[], |_, a| int(a, |time| i64::from(time.day()))),
    Method::new("Equal", &[TYPE], equal),
    Method::new("Format", &[Type::String], format),
    Method::new("GoString", &[], |_, a| Ok(Value::string(time(a)?.syntax()))),
    Method::new("Hour", &[], |_, a| int(a, |time| i64::from(time.hour()))),
    Method::new("ISOWeek", &[], several_results),
    Method::new("In", &[LOCATION], in_location),
    Method::new("IsDST", &[], |_, _| Ok(Value::Bool(false))),
    Method::new("IsZero", &[], is_zero),
    Method::new("Local", &[], |_, a| Ok(a.value(0).clone())),
    Method::new("Location", &[], |_, a| {
        let zone = time(a)?.zone().clone();
        Ok(Value::Object(Rc::new(Location(zone))))
    }),
    Method::new("Minute", &[], |_, a| {
        int(a, |time| i64::from(time.minute()))
    }),
    Method::new("Month", &[], month),
    Method::new("Nanosecond", &[], |_, a| {
        int(a, |time| i64::from(time.nanosecond()))
    }),
    Method::new("Round", &[DURATION], |_, a| {
        Ok(value(time(a)?.round(Duration(a.int(1)))))
    }),
    Method::new("Second", &[], |_, a| {
        int(a, |time| i64::from(time.second()))
    }),
    Method::new("String", &[], string),
    Method::new("Sub", &[TYPE], sub),
    Method::new("Truncate", &[DURATION], |_, a| {
        Ok(value(time(a)?.truncate(Duration(a.int(1)))))
    }),
    Method::new("UTC", &[], utc),
    Method::new("Unix", &[], |_, a| int64(a, Time::unix_seconds)),
    Method::new("UnixMicro", &[], |_, a| int64(a, Time::unix_microseconds)),
    Method::new("UnixMilli", &[], |_, a| int64(a, Time::unix_milliseconds)),
    Method::new("UnixNano", &[], |_, a| int64(a, Time::unix_nanoseconds)),
    Method::new("Weekday", &[], weekday),
    Method::new("Year", &[], |_, a| int(a, Time::year)),
    Method::new("YearDay", &[], |_, a| {
        int(a, |time| i64::from(time.year_day()))
    }),
    Method::new("Zone", &[], several_results),
    Method::new("ZoneBounds", &[], several_results),
];

static DURATION_METHODS: &[Method] = &[
    Method::new("Abs", &[], |_, a| span(a, |span, _| span.abs())),
    Method::new("Hours", &[], |_, a| {
        Ok(Value::float(Duration(a.int(0)).hours()))
    }),
    Method::new("Microseconds", &[], |_, a| {
        Ok(Value::int64(Duration(a.int(0)).microseconds()))
    }),
    Method::new("Milliseconds", &[], |_, a| {
        Ok(Value::int64(Duration(a.int(0)).milliseconds()))
    }),
    Method::new("Minutes", &[], |_, a| {
        Ok(Value::float(Duration(a.int(0)).minutes()))
    }),
    Method::new("Nanoseconds", &[], |_, a| Ok(Value::int64(a.int(0)))),
    Method::new("Round", &[DURATION], |_, a| span(a, Duration::round)),
    Method::new("Seconds", &[], |_, a| {
        Ok(Value::float(Duration(a.int(0)).seconds()))
    }),
    Method::new("String", &[], |_, a| {
        Ok(Value::string(Duration(a.int(0)).to_string()))
    }),
    Method::new("Truncate", &[DURATION], |_, a| span(a, Duration::truncate)),
];

static WORD_METHODS: &[Method] = &[Method::new("String", &[], word)];

/// The methods of `time.Duration`.
pub fn duration_method(name: &str) -> Option<&'static Method> {
    find(DURATION_METHODS, name)
}

/// The methods of `time.Month` and `time.Weekday`.
pub fn word_method(name: &str) -> Option<&'static Method> {
    find(WORD_METHODS, name)
}

fn time<'a>(arguments: &Arguments<'a>) -> Result<&'a Time, Fault> {
    receiver(arguments).map(|Moment(time)| time)
}

fn other<'a>(arguments: &Arguments<'a>) -> Result<&'a Time, Fault> {
    of(arguments.value(1)).ok_or_else(|| Fault::wrong_type("expected a time.Time"))
}

fn int(arguments: &Arguments<'_>, part: impl Fn(&Time) -> i64) -> Outcome {
    Ok(Value::int(part(time(arguments)?)))
}

fn int64(arguments: &Arguments<'_>, part: impl Fn(&Time) -> i64) -> Outcome {
    Ok(Value::int64(part(time(arguments)?)))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn span(arguments: &Arguments<'_>, change: impl Fn(Duration, Duration) -> Duration) -> Outcome {
    let Duration(changed) = change(Duration(arguments.int(0)), Duration(arguments.int(1)));
    Ok(Value::Int(IntType::Duration, changed))
}

fn add(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(value(time(arguments)?.add(Duration(arguments.int(1)))))
}

fn add_date(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    time(arguments)?
        .add_date(arguments.int(1), arguments.int(2), arguments.int(3))
        .map(value)
        .ok_or_else(|| Fault::function("the date is beyond what a time can hold"))
}

fn in_location(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let zone = match arguments.value(1) {
        Value::Object(object) => object.as_any().downcast_ref(),
        _ => None,
    };
    let Some(Location(zone)) = zone else {
        return Err(Fault::function("the location is nil"));
    };
    Ok(value(time(arguments)?.clone().in_zone(zone.clone())))
}

fn sub(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let Duration(span) = time(arguments)?.since(other(arguments)?);
    Ok(Value::Int(IntType::Duration, span))
}

fn order(arguments: &Arguments<'_>) -> Result<Ordering, Fault> {
    Ok(time(arguments)?.compare(other(arguments)?))
}

fn after(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(order(arguments)?.is_gt()))
}

fn before(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(order(arguments)?.is_lt()))
}

fn equal(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(order(arguments)?.is_eq()))
}

fn compare(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::int(match order(arguments)? {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }))
}

fn format(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let text = time(arguments)?.format(arguments.bytes(1));
    scope
        .budget
        .memory(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    Ok(Value::String(text.into()))
}

fn string(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::String(time(arguments)?.text().into()))
}

fn utc(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(value(time(arguments)?.clone().in_zone(Zone::Utc)))
}

fn is_zero(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(time(arguments)?.is_zero()))
}

fn month(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let Month(month) = time(arguments)?.month();
    Ok(Value::Int(IntType::Month, i64::from(month)))
}

fn weekday(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let Weekday(weekday) = time(arguments)?.weekday();
    Ok(Value::Int(IntType::Weekday, i64::from(weekday)))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn word(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (kind, number) = match arguments.value(0) {
        Value::Int(kind, number) => (*kind, u8::try_from(*number).unwrap_or(u8::MAX)),
        _ => return Ok(Value::string("")),
    };
    let (name, unknown) = match kind {
        IntType::Month => (Month(number).name(), "Month"),
        _ => (Weekday(number).name(), "Weekday"),
    };
    if name.is_empty() {
        let number = arguments.int(0).cast_unsigned();
        return Ok(Value::string(format!("%!{unknown}({number})")));
    }
    Ok(Value::string(name))
}

fn several_results(_: &mut Scope<'_>, _: &Arguments<'_>) -> Outcome {
    Err(Fault::new(
        ErrorClass::Function,
        "the method has several results; a template can take one",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{function::calls::World, object};

    fn call(receiver: &Value, name: &str, arguments: &[Value]) -> Value {
        let mut all = vec![receiver.clone()];
        all.extend_from_slice(arguments);
        let method = object::method(receiver, name).unwrap();
        World::default().run(method, &all).unwrap()
    }

    fn text(receiver: &Value, name: &str, arguments: &[Value]) -> String {
        String::from_utf8(call(receiver, name, arguments).bytes().to_vec()).unwrap()
    }

    /// 2020-01-02T03:04:05.5Z
    fn moment() -> Value {
        value(Time::unix(1_577_934_245, 500_000_000))
    }

    fn span(nanoseconds: i64) -> Value {
        Value::Int(IntType::Duration, nanoseconds)
    }

    #[test]
    fn a_time_gives_its_parts() {
        let time = moment();
        for (name, expected) in [
            ("Year", 2020),
            ("Month", 1),
            ("Day", 2),
            ("Weekday", 4),
            ("YearDay", 2),
            ("Hour", 3),
            ("Minute", 4),
            ("Second", 5),
            ("Nanosecond", 500_000_000),
            ("Unix", 1_577_934_245),
            ("UnixMilli", 1_577_934_245_500),
        ] {
            let part = call(&time, name, &[]);
            assert!(
                matches!(part, Value::Int(_, part) if part == expected),
                "{name}"
            );
        }
        assert_eq!(
            text(&time, "String", &[]),
            "2020-01-02 03:04:05.5 +0000 UTC"
        );
        assert_eq!(
            text(&time, "Format", &[Value::string("Jan _2 06")]),
            "Jan  2 20"
        );
        assert_eq!(text(&call(&time, "Month", &[]), "String", &[]), "January");
        assert_eq!(
            text(&call(&time, "Weekday", &[]), "String", &[]),
            "Thursday"
        );
    }

    #[test]
    fn dates_run_over_into_the_next_month() {
        let later = |years, months, days| {
            let numbers = [Value::int(years), Value::int(months), Value::int(days)];
            text(&call(&moment(), "AddDate", &numbers), "String", &[])
        };
        assert_eq!(later(0, 1, 29), "2020-03-02 03:04:05.5 +0000 UTC");
        assert_eq!(later(-1, -1, -2), "2018-11-30 03:04:05.5 +0000 UTC");
        assert_eq!(
            text(&moment(), "GoString", &[]),
            "time.Date(2020, time.January, 2, 3, 4, 5, 500000000, time.UTC)"
        );
        for (name, expected) in [("Round", "03:00:00"), ("Truncate", "03:00:00")] {
            let hour = call(&moment(), name, &[span(3_600_000_000_000)]);
            assert_eq!(
                text(&hour, "Format", &[Value::string("15:04:05")]),
                expected
            );
        }
    }

    #[test]
    fn times_are_compared_and_subtracted() {
        let (early, late) = (moment(), call(&moment(), "Add", &[span(1_500_000_000)]));
        assert!(call(&early, "Before", std::slice::from_ref(&late)).truth());
        assert!(!call(&early, "After", std::slice::from_ref(&late)).truth());
        assert!(call(&early, "Equal", &[moment()]).truth());
        let between = call(&late, "Sub", &[early]);
        assert_eq!(between.type_of(), Some(DURATION));
        assert_eq!(text(&between, "String", &[]), "1.5s");
        assert!(call(&value(Time::ZERO), "IsZero", &[]).truth());
    }

    #[test]
    fn a_span_is_told_in_units() {
        let span = |nanoseconds| Value::Int(IntType::Duration, nanoseconds);
        let ninety_minutes = span(5_400_000_000_001);
        assert_eq!(text(&ninety_minutes, "String", &[]), "1h30m0.000000001s");
        assert!(matches!(
            call(&span(5_400_000_000_000), "Hours", &[]),
            Value::Float(_, 1.5)
        ));
        let truncated = call(&ninety_minutes, "Truncate", &[span(1_000)]);
        assert_eq!(text(&truncated, "String", &[]), "1h30m0s");
        assert!(matches!(call(&span(-5), "Abs", &[]), Value::Int(_, 5)));
    }

    #[test]
    fn months_that_do_not_exist_have_no_name() {
        let month = Value::Int(IntType::Month, 13);
        assert_eq!(text(&month, "String", &[]), "%!Month(13)");
        let weekday = Value::Int(IntType::Weekday, -1);
        assert_eq!(
            text(&weekday, "String", &[]),
            "%!Weekday(18446744073709551615)"
        );
    }
}
