use crate::{
    function::calls::{json, outcome, parsed},
    value::{Entries, Map, Text, Type, Value},
};

fn shown(name: &str, arguments: &[&str]) -> String {
    let arguments: Vec<Value> = arguments.iter().map(|document| parsed(document)).collect();
    json(&outcome(name, &arguments).unwrap())
}

fn truth(name: &str, arguments: &[Value]) -> bool {
    outcome(name, arguments).unwrap().truth()
}

fn numbers(arguments: &[Value]) -> Vec<i64> {
    let Ok(Value::Channel(channel)) = outcome("loop", arguments) else {
        panic!("a channel")
    };
    std::iter::from_fn(|| channel.take()).collect()
}

#[test]
fn loops_count_up_to_their_end() {
    assert_eq!(numbers(&[Value::int(3)]), [0, 1, 2]);
    assert_eq!(numbers(&[Value::int(2), Value::string("4")]), [2, 3]);
    assert!(numbers(&[Value::int(3), Value::int(1)]).is_empty());
    assert!(numbers(&[Value::string("")]).is_empty());
    assert_eq!(numbers(&[Value::Number(Text::from("2"))]), [0, 1]);
    for wrong in [Value::float(1.0), Value::Nil, Value::string("x")] {
        assert!(outcome("loop", &[wrong]).is_err());
    }
    assert!(outcome("loop", &[]).is_err());
}

#[test]
fn only_values_of_one_kind_are_the_same() {
    let list = parsed(r#"[1,2.5,"a",null,true]"#);
    let holds = |value| truth("in", &[list.clone(), value]);
    assert!(holds(Value::string("a")));
    assert!(holds(Value::float(2.5)));
    assert!(!holds(Value::int(1)));
    assert!(!holds(Value::Bool(true)));
    assert!(!holds(Value::Number(Text::from("a"))));
    assert!(truth(
        "contains",
        &[Value::string("b"), Value::string("abc")]
    ));
    assert!(!truth("in", &[Value::string("abc"), Value::int(1)]));
    assert!(!truth("in", &[Value::Nil, Value::string("a")]));
}

#[test]
fn nil_cannot_be_compared_with_a_text() {
    assert!(outcome("in", &[Value::string("a"), Value::Nil]).is_err());
    assert!(outcome("in", &[parsed(r#"["a"]"#), Value::Nil]).is_err());
    assert!(!truth("in", &[parsed("[1]"), Value::Nil]));
}

#[test]
fn lists_are_looked_for_as_a_whole_or_in_part() {
    for (wanted, expected) in [
        (r#"["a","b"]"#, [true, true, false, false]),
        (r#"["a","x"]"#, [false, true, false, true]),
        (r#"["x","y"]"#, [false, false, true, true]),
        ("[]", [true, false, true, false]),
    ] {
        let names = [
            "containsAll",
            "containsAny",
            "containsNone",
            "containsNotAll",
        ];
        let found = names.map(|name| truth(name, &[parsed(wanted), Value::string("abc")]));
        assert_eq!(found, expected, "{wanted}");
    }
}

#[test]
fn paths_become_trees() {
    assert_eq!(
        shown(
            "explodeMap",
            &[r#"{"a/b":1,"a/c/d":2,"e":3,"/f":4,"g/":5}"#]
        ),
        r#"{"":{"f":4},"a":{"b":1,"c":{"d":2}},"e":3,"g":{}}"#
    );
    assert!(outcome("explodeMap", &[parsed(r#"{"a":1,"a/b":2}"#)]).is_err());
    assert!(outcome("explodeMap", &[parsed(r#"{"a":null,"a/b":2}"#)]).is_err());
}

#[test]
fn a_path_of_too_many_parts_is_refused() {
    let key = "a/".repeat(2_000);
    assert!(outcome("explodeMap", &[parsed(&format!(r#"{{"{key}":1}}"#))]).is_err());
}

#[test]
fn merging_keeps_what_is_there_unless_it_is_empty() {
    assert_eq!(
        shown(
            "mergeMap",
            &[
                r#"{"a":1,"b":{"c":1},"z":"","n":null,"l":[]}"#,
                r#"{"a":2,"b":{"c":2,"d":3},"e":[1],"z":"y","n":1,"l":[2],"x":null}"#
            ]
        ),
        r#"{"a":1,"b":{"c":1,"d":3},"e":[1],"l":[2],"n":1,"z":"y"}"#
    );
}

#[test]
fn overriding_takes_even_what_is_empty() {
    assert_eq!(
        shown(
            "mergeMapWithOverride",
            &[
                r#"{"a":1,"b":{"c":1,"k":1},"z":"z","l":[1],"q":1}"#,
                r#"{"a":2,"b":{"c":2},"z":"","l":[],"q":null}"#
            ]
        ),
        r#"{"a":2,"b":{"c":2,"k":1},"l":[],"q":null,"z":""}"#
    );
}

#[test]
fn the_first_map_is_changed() {
    let (first, second) = (parsed(r#"{"a":1}"#), parsed(r#"{"m":{"x":1}}"#));
    outcome("mergeMap", &[first.clone(), second]).unwrap();
    assert_eq!(json(&first), r#"{"a":1,"m":{"x":1}}"#);
    let nil = Value::Map(Map::nil(Type::MAP));
    let merged = outcome("mergeMap", &[nil.clone(), first]).unwrap();
    assert_eq!(json(&merged), r#"{"a":1,"m":{"x":1}}"#);
    assert!(nil.is_nil());
}

#[test]
fn a_map_of_texts_takes_texts_only() {
    let texts = || {
        let entries = [(Text::from("x"), Value::string("1"))].into();
        Value::Map(Map::of(Type::STRING_MAP, Entries::Text(entries)))
    };
    let inside = |map: Value| {
        let outer = Map::new([(Text::from("a"), map)].into());
        Value::Map(outer)
    };
    let new = || inside(parsed(r#"{"y":"2"}"#));
    assert!(outcome("mergeMap", &[inside(texts()), new()]).is_err());
    let merged = outcome("mergeMap", &[new(), inside(texts())]).unwrap();
    assert_eq!(json(&merged), r#"{"a":{"x":"1","y":"2"}}"#);
}

#[test]
fn a_map_merged_with_itself_stays() {
    let map = parsed(r#"{"a":{"b":[1]}}"#);
    for name in ["mergeMap", "mergeMapWithOverride"] {
        let merged = outcome(name, &[map.clone(), map.clone()]).unwrap();
        assert_eq!(json(&merged), r#"{"a":{"b":[1]}}"#);
    }
}
