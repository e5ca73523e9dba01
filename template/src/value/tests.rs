use std::collections::BTreeMap;

use super::*;

#[test]
fn debug_output_shows_types_only() {
    let value = Value::list(vec![Value::string("canary")]);
    assert_eq!(format!("{value:?}"), "Value([]interface {})");
    assert_eq!(format!("{:?}", Text::from("canary")), "Text(6 bytes)");
}

#[test]
fn a_list_nested_a_million_times_is_let_go() {
    let mut value = Value::list(Vec::new());
    for _ in 0..1_000_000 {
        value = Value::list(vec![value]);
    }
    drop(value);
}

#[test]
fn a_map_nested_a_million_times_is_let_go() {
    let outermost = Map::new(BTreeMap::new());
    let mut innermost = outermost.clone();
    for _ in 0..1_000_000 {
        let next = Map::new(BTreeMap::new());
        assert!(innermost.insert(Text::from("k"), Value::Map(next.clone())));
        innermost = next;
    }
    drop(innermost);
    drop(outermost);
}

#[test]
fn a_map_never_comes_to_hold_itself() {
    let outer = Map::new(BTreeMap::new());
    let inner = Map::new(BTreeMap::new());
    assert!(outer.insert(Text::from("inner"), Value::Map(inner.clone())));
    let list = Value::list(vec![Value::Map(outer.clone())]);
    assert!(!inner.insert(Text::from("list"), list));
    assert!(inner.is_empty());
}

#[test]
fn a_change_to_a_map_shows_through_every_copy() {
    let map = Map::new(BTreeMap::new());
    let copy = map.clone();
    assert!(map.insert(Text::from("k"), Value::Bool(true)));
    assert!(copy.get(b"k").is_some());
}
