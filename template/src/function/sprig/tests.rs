//! Expected values are what the original gives.
#![expect(clippy::float_cmp, reason = "the last digit counts")]

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{calls, unsupported},
    TABLES,
};
use crate::{
    fault::{ErrorClass, Fault},
    value::{List, Map, Text, Type, Value},
};

/// Every function that consul-template takes over, with its parameters, as Go's `reflect` names
/// them.
const SIGNATURES: &str = include_str!("signatures.txt");

fn call(name: &str, arguments: &[Value]) -> Value {
    calls::outcome(&format!("sprig_{name}"), arguments).unwrap()
}

fn text(name: &str, arguments: &[Value]) -> String {
    match call(name, arguments) {
        Value::String(text) => String::from_utf8_lossy(&text).into_owned(),
        other => panic!("a string, not {other:?}"),
    }
}

fn float(name: &str, arguments: &[Value]) -> f64 {
    match call(name, arguments) {
        Value::Float(_, value) => value,
        other => panic!("a float64, not {other:?}"),
    }
}

fn json(name: &str, arguments: &[Value]) -> String {
    calls::json(&call(name, arguments))
}

fn fault(name: &str, arguments: &[Value]) -> Fault {
    calls::outcome(&format!("sprig_{name}"), arguments).unwrap_err()
}

fn s(text: &str) -> Value {
    Value::string(text)
}

fn i(value: i64) -> Value {
    Value::int(value)
}

fn f(value: f64) -> Value {
    Value::float(value)
}

fn list(items: &[Value]) -> Value {
    Value::list(items.to_vec())
}

fn dict(entries: &[(&str, Value)]) -> Value {
    let entries = entries
        .iter()
        .map(|(key, value)| (Text::from(*key), value.clone()));
    Value::Map(Map::new(entries.collect::<BTreeMap<_, _>>()))
}

#[test]
fn the_functions_and_their_parameters_are_those_of_sprig() {
    let ours: BTreeSet<String> = TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|function| {
            let fixed = function.parameters.iter().map(Type::to_string);
            let more = function.variadic.iter().map(|kind| format!("...{kind}"));
            let parameters: Vec<String> = fixed.chain(more).collect();
            format!("{}({})", function.name, parameters.join(", "))
        })
        .collect();
    let theirs: BTreeSet<String> = SIGNATURES
        .lines()
        .filter(|line| {
            let name = line.split('(').next().unwrap();
            unsupported::reason(name).is_none()
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(ours, theirs);
}

#[test]
fn sums_and_quotients_are_those_of_decimal_digits() {
    assert_eq!(float("addf", &[f(0.1), f(0.2)]), 0.3);
    assert_eq!(float("subf", &[f(1e300), f(1e-300)]), 1e300);
    assert_eq!(float("mulf", &[f(1.1), f(1.1)]), 1.21);
    assert_eq!(float("divf", &[i(2), i(3)]), 0.666_666_666_666_666_7);
    assert_eq!(float("divf", &[f(1e30), i(7)]), 1.428_571_428_571_428_5e29);
    assert_eq!(float("divf", &[f(1e-20), i(3)]), 0.0);
    assert_eq!(float("divf", &[f(-5e-16), i(10)]), -1e-16);
    assert_eq!(float("addf", &[f(1e308), f(1e308)]), f64::INFINITY);
    assert_eq!(fault("divf", &[i(1), i(0)]).class, ErrorClass::Function);
    assert_eq!(fault("addf", &[f(f64::NAN)]).class, ErrorClass::Function);
}

#[test]
fn rounding_multiplies_with_a_power_of_ten() {
    assert_eq!(float("round", &[f(1.005), i(2)]), 1.0);
    assert_eq!(float("round", &[f(2.675), i(2)]), 2.68);
    assert_eq!(float("round", &[f(123.456), i(-1)]), 120.0);
    assert_eq!(float("round", &[f(1.234), i(22)]), 1.234);
    assert_eq!(float("round", &[f(1.234), i(300)]), 1.234);
    assert_eq!(float("round", &[f(1.25), i(1), f(0.25)]), 1.3);
    assert!(float("round", &[f(0.1), i(400)]).is_nan());
    assert!(float("round", &[f(1.5), i(-400)]).is_nan());
    assert!(float("round", &[f(1.5), i(i64::MIN)]).is_nan());
}

#[test]
fn anything_counts_as_a_number() {
    let int64 = |value| match call("int64", &[value]) {
        Value::Int(_, value) => value,
        other => panic!("an int64, not {other:?}"),
    };
    assert_eq!(int64(s("3.00")), 3);
    assert_eq!(int64(s("0x1F")), 31);
    assert_eq!(int64(s("3.5")), 0);
    assert_eq!(int64(Value::Number(Text::from("42"))), 42);
    assert_eq!(int64(Value::Bool(true)), 1);
    assert_eq!(int64(f(-1.9)), -1);
    assert_eq!(int64(f(1e300)), i64::MIN);
    assert_eq!(int64(Value::Nil), 0);
    assert_eq!(json("div", &[i(i64::MIN), i(-1)]), "-9223372036854775808");
    assert_eq!(fault("mod", &[i(1), s("x")]).class, ErrorClass::Function);
}

#[test]
fn sequences_go_up_and_down() {
    assert_eq!(text("seq", &[i(3)]), "1 2 3");
    assert_eq!(text("seq", &[i(-1)]), "1 0 -1");
    assert_eq!(text("seq", &[i(2), i(-2), i(-3)]), "2 0 -2");
    assert_eq!(text("seq", &[i(5), i(1), i(1)]), "");
    assert_eq!(json("until", &[i(-3)]), "[0,-1,-2]");
    assert_eq!(json("untilStep", &[i(0), i(10), i(4)]), "[0,4,8]");
}

#[test]
fn what_would_be_too_large_is_stopped_before_it_is_made() {
    let large = i(1 << 40);
    assert_eq!(
        fault("until", std::slice::from_ref(&large)).class,
        ErrorClass::Limit
    );
    assert_eq!(fault("seq", &[i(i64::MIN), i(0)]).class, ErrorClass::Limit);
    assert_eq!(
        fault("repeat", &[large.clone(), s("x")]).class,
        ErrorClass::Limit
    );
    assert_eq!(fault("indent", &[large, s("x")]).class, ErrorClass::Limit);
    let text = s(&"x ".repeat(20_000));
    assert_eq!(
        fault("wrapWith", &[i(1), text.clone(), text.clone()]).class,
        ErrorClass::Limit
    );
    assert_eq!(
        fault("replace", &[s(""), text.clone(), text.clone()]).class,
        ErrorClass::Limit
    );
    assert_eq!(
        fault("regexReplaceAll", &[s("x"), text.clone(), text]).class,
        ErrorClass::Limit
    );
}

#[test]
fn names_are_cut_into_words() {
    assert_eq!(
        text("snakecase", &[s("Bld4Floor3rdHTTP2xx")]),
        "bld4_floor_3rd_http_2xx"
    );
    assert_eq!(text("kebabcase", &[s("HTTPServerIDs")]), "http-server-i-ds");
    assert_eq!(text("camelcase", &[s("_complex__case_")]), "_Complex_Case_");
    assert_eq!(text("camelcase", &[s("GOLANG_IS_GREAT")]), "GolangIsGreat");
    assert_eq!(text("camelcase", &[s("_")]), "__");
    assert_eq!(text("swapcase", &[s("Hello wORLD ǅ")]), "hELLO World ǆ");
    assert_eq!(text("initials", &[Value::string(&b"\xe9a b"[..])]), "éb");
    assert_eq!(text("nospace", &[Value::string(&b"a \xe9b"[..])]), "aéb");
}

#[test]
fn texts_are_shortened_and_wrapped_by_bytes() {
    assert_eq!(
        text("wrap", &[i(5), s("a bc defghijk l")]),
        "a bc\ndefghijk\nl"
    );
    assert_eq!(
        text("wrapWith", &[i(5), s("/"), s("a bc defghijk l")]),
        "a bc/defgh/ijk l"
    );
    assert_eq!(text("abbrev", &[i(5), s("hello world")]), "he...");
    assert_eq!(
        text("abbrevboth", &[i(5), i(10), s("1234 5678 9123")]),
        "...5678..."
    );
    assert_eq!(text("trunc", &[i(-3), s("hello")]), "llo");
    assert_eq!(text("substr", &[i(1), i(-1), s("hello")]), "ello");
    assert_eq!(
        fault("substr", &[i(4), i(2), s("hello")]).class,
        ErrorClass::Function
    );
    assert_eq!(text("trunc", &[i(i64::MIN), s("hello")]), "hello");
    let edges = [i(i64::MIN), i(i64::MAX - 1), s("hello")];
    assert_eq!(text("abbrevboth", &edges), "hello");
}

#[test]
fn what_is_no_encoding_decodes_to_the_complaint_of_go() {
    assert_eq!(text("b64dec", &[s("aGVs\nbG8=")]), "hello");
    assert_eq!(
        text("b64dec", &[s("aGVs!")]),
        "illegal base64 data at input byte 4"
    );
    assert_eq!(
        text("b64dec", &[s("aGV\n")]),
        "illegal base64 data at input byte 1"
    );
    assert_eq!(
        text("b64dec", &[s("YQ=x")]),
        "illegal base64 data at input byte 2"
    );
    assert_eq!(text("b64enc", &[s("hello")]), "aGVsbG8=");
    assert_eq!(text("b32enc", &[s("a")]), "ME======");
    assert_eq!(text("b32dec", &[s("MFRGGZDF")]), "abcde");
    assert_eq!(
        text("b32dec", &[s("me======")]),
        "illegal base32 data at input byte 0"
    );
    assert_eq!(
        text("b32dec", &[s("MFR=====")]),
        "illegal base32 data at input byte 3"
    );
    assert_eq!(
        text("b32dec", &[s("ME=====x")]),
        "illegal base32 data at input byte 6"
    );
}

#[test]
fn digests_are_in_hexadecimal() {
    assert_eq!(
        text("sha1sum", &[s("abc")]),
        "a9993e364706816aba3e25717850c26c9cd0d89d"
    );
    assert_eq!(text("adler32sum", &[s("Wikipedia")]), "300286872");
}

#[test]
fn setting_a_key_changes_the_map_itself() {
    let map = dict(&[("a", i(1))]);
    call("set", &[map.clone(), s("b"), i(2)]);
    call("unset", &[map.clone(), s("a")]);
    assert_eq!(calls::json(&map), r#"{"b":2}"#);
    assert_eq!(
        fault("set", &[map.clone(), s("self"), map]).class,
        ErrorClass::Function
    );
    let nil = Value::Map(Map::nil(Type::MAP));
    assert_eq!(
        fault("set", &[nil, s("a"), i(1)]).class,
        ErrorClass::Function
    );
}

#[test]
fn merging_keeps_or_replaces_what_is_there() {
    let pair = || {
        let inner = dict(&[("x", i(1)), ("empty", s(""))]);
        let other = dict(&[("x", i(2)), ("empty", s("full")), ("new", i(3))]);
        [
            dict(&[("m", inner)]),
            dict(&[("m", other), ("n", Value::Nil)]),
        ]
    };
    assert_eq!(
        json("merge", &pair()),
        r#"{"m":{"empty":"full","new":3,"x":1}}"#
    );
    assert_eq!(
        json("mergeOverwrite", &pair()),
        r#"{"m":{"empty":"full","new":3,"x":2},"n":null}"#
    );
}

#[test]
fn strings_are_sorted_in_their_place() {
    let strings = Value::strings(["c", "a", "b"].map(Text::from));
    assert_eq!(
        json("sortAlpha", std::slice::from_ref(&strings)),
        r#"["a","b","c"]"#
    );
    assert_eq!(calls::json(&strings), r#"["a","b","c"]"#);
    let mixed = list(&[i(10), Value::Nil, s("9")]);
    assert_eq!(
        json("sortAlpha", std::slice::from_ref(&mixed)),
        r#"["10","9"]"#
    );
    assert_eq!(calls::json(&mixed), r#"[10,null,"9"]"#);
}

#[test]
fn a_slice_keeps_its_type_and_its_bounds() {
    let strings = Value::strings(["a", "b", "c"].map(Text::from));
    let part = call("slice", &[strings.clone(), s("1")]);
    assert_eq!(part.type_of(), Some(Type::STRINGS));
    assert_eq!(calls::json(&part), r#"["b","c"]"#);
    assert_eq!(
        fault("slice", &[strings, i(2), i(1)]).class,
        ErrorClass::OutOfRange
    );
    assert!(call("slice", &[list(&[]), i(9)]).is_nil());
}

#[test]
fn chunks_divide_as_floats_do() {
    let three = list(&[i(1), i(2), i(3)]);
    assert_eq!(json("chunk", &[i(2), three.clone()]), "[[1,2],[3]]");
    assert_eq!(json("chunk", &[i(-5), three.clone()]), "[]");
    assert_eq!(json("chunk", &[i(-5), list(&[i(1)])]), "[[1]]");
    for size in [0, -1, -3] {
        let outcome = calls::outcome("sprig_chunk", &[i(size), three.clone()]);
        assert_eq!(outcome.is_err(), size > -2, "{size}");
    }
    assert!(call("rest", &[list(&[])]).is_nil());
    assert!(call("concat", &[list(&[])]).is_nil());
}

#[test]
fn values_of_different_types_are_different() {
    let equal =
        |left: Value, right: Value| matches!(call("deepEqual", &[left, right]), Value::Bool(true));
    assert!(equal(list(&[i(1), s("a")]), list(&[i(1), s("a")])));
    assert!(!equal(i(1), Value::int64(1)));
    assert!(!equal(s("1"), Value::Number(Text::from("1"))));
    assert!(!equal(list(&[]), Value::List(List::nil(Type::Any))));
    assert!(!equal(list(&[]), Value::strings([])));
    assert!(!equal(f(f64::NAN), f(f64::NAN)));
    let holder = list(&[f(f64::NAN)]);
    assert!(equal(holder.clone(), holder));
    assert_eq!(
        json("uniq", &[list(&[i(1), Value::int64(1), i(1)])]),
        "[1,1]"
    );
}

#[test]
fn deeply_nested_values_are_followed_to_a_limit() {
    let nested = |levels| (0..levels).fold(list(&[]), |inner, _| list(&[inner]));
    call("deepCopy", &[nested(900)]);
    let equal = call("deepEqual", &[nested(100_000), nested(100_000)]);
    assert!(matches!(equal, Value::Bool(true)));
    assert_eq!(fault("deepCopy", &[nested(5000)]).class, ErrorClass::Limit);
}

#[test]
fn a_list_that_holds_itself_twice_over_and_over_costs_a_limit() {
    let doubled = (0..60).fold(list(&[i(1)]), |inner, _| list(&[inner.clone(), inner]));
    assert_eq!(
        fault("deepCopy", std::slice::from_ref(&doubled)).class,
        ErrorClass::Limit
    );
    call("set", &[dict(&[]), s("a"), doubled]);
}

#[test]
fn a_copy_is_independent() {
    let inner = dict(&[("a", i(1))]);
    let copy = call("deepCopy", &[list(std::slice::from_ref(&inner))]);
    call("set", &[inner, s("a"), i(2)]);
    assert_eq!(calls::json(&copy), r#"[{"a":1}]"#);
}

#[test]
fn digging_ends_at_the_first_key_that_is_missing() {
    let map = dict(&[("a", dict(&[("b", i(5))]))]);
    assert_eq!(json("dig", &[s("a"), s("b"), s("d"), map.clone()]), "5");
    assert_eq!(
        json("dig", &[s("a"), s("x"), s("d"), map.clone()]),
        r#""d""#
    );
    let fault = fault("dig", &[s("a"), s("b"), s("c"), s("d"), map]);
    assert_eq!(fault.class, ErrorClass::Function);
}

#[test]
fn numbers_too_large_for_json_are_nil_in_their_place() {
    assert_eq!(
        json("fromJson", &[s(r#"[1,1e999,{"a":1e999}]"#)]),
        r#"[1,null,{"a":null}]"#
    );
    assert!(call("fromJson", &[s("[1,")]).is_nil());
    assert_eq!(text("toJson", &[f(f64::NAN)]), "");
    assert_eq!(text("toRawJson", &[s("<&>")]), r#""<&>""#);
    assert_eq!(text("toPrettyJson", &[list(&[i(1)])]), "[\n  1\n]");
}

#[test]
fn no_match_is_a_nil_list() {
    assert!(call("regexFindAll", &[s("x"), s("abc"), i(-1)]).is_nil());
    assert_eq!(json("regexSplit", &[s("x"), s(""), i(-1)]), r#"[""]"#);
    assert_eq!(json("regexSplit", &[s(""), s(""), i(-1)]), "[]");
    assert!(call("regexSplit", &[s("x"), s("axb"), i(0)]).is_nil());
    assert!(matches!(
        call("regexMatch", &[s("("), s("(")]),
        Value::Bool(false)
    ));
    assert_eq!(
        fault("regexFind", &[s("("), s("(")]).class,
        ErrorClass::Function
    );
}

#[test]
fn paths_are_cleaned_without_looking_at_files() {
    assert_eq!(text("clean", &[s("/a/./b/../../..")]), "/");
    assert_eq!(text("clean", &[s("a/../../b")]), "../b");
    assert_eq!(text("dir", &[s("a/b/")]), "a/b");
    assert_eq!(text("osBase", &[s("///")]), "/");
    assert_eq!(text("ext", &[s("a.b/c")]), "");
}

#[test]
fn urls_are_taken_apart_and_put_together() {
    let url = "http://u:p%20w@h:80/a%2fb?q#f";
    assert_eq!(
        json("urlParse", &[s(url)]),
        r#"{"fragment":"f","host":"h:80","hostname":"h","opaque":"","path":"/a/b","query":"q","scheme":"http","userinfo":"u:p%20w"}"#
    );
    let joined = text("urlJoin", &[call("urlParse", &[s(url)])]);
    assert_eq!(joined, "http://u:p%20w@h:80/a/b?q#f");
    assert_eq!(text("urlJoin", &[dict(&[("path", s("a:b"))])]), "./a:b");
    assert_eq!(
        fault("urlJoin", &[dict(&[("host", i(5))])]).class,
        ErrorClass::Function
    );
    assert_eq!(
        fault("urlParse", &[s("http://h/%zz")]).class,
        ErrorClass::Function
    );
}

#[test]
fn spans_of_time_are_rounded_down_to_one_unit() {
    assert_eq!(text("durationRound", &[s("2h10m5s")]), "2h");
    assert_eq!(text("durationRound", &[s("-1h")]), "60m");
    assert_eq!(text("duration", &[s("99999999999999999999")]), "-1s");
    assert_eq!(text("duration", &[i(95)]), "0s");
    assert_eq!(text("ago", &[Value::int64(1_700_000_000 - 90)]), "1m30s");
    assert_eq!(text("ago", &[s("yesterday")]), "0s");
}

#[test]
fn chance_is_the_host_s() {
    assert_eq!(json("randInt", &[i(-5), i(5)]), "-5");
    assert_eq!(fault("randInt", &[i(5), i(5)]).class, ErrorClass::Function);
    let mut shuffled: Vec<char> = text("shuffle", &[s("aéb")]).chars().collect();
    shuffled.sort_unstable();
    assert_eq!(shuffled, ['a', 'b', 'é']);
}
