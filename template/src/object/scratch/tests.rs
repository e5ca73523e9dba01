use super::*;
use crate::{function::calls::World, object};

fn scratch() -> Value {
    World::default().call("scratch", &[]).unwrap()
}

fn call(scratch: &Value, name: &str, arguments: &[Value]) -> Outcome {
    let mut all = vec![scratch.clone()];
    all.extend_from_slice(arguments);
    World::default().run(object::method(scratch, name).unwrap(), &all)
}

#[test]
fn what_is_set_can_be_read() {
    let scratch = scratch();
    let set = call(&scratch, "Set", &[Value::string("a"), Value::int(1)]).unwrap();
    assert!(set.bytes().is_empty());
    let get = |key| call(&scratch, "Get", &[Value::string(key)]).unwrap();
    assert!(matches!(get("a"), Value::Int(_, 1)));
    assert!(matches!(get("b"), Value::Nil));
    let has = |key| {
        call(&scratch, "Key", &[Value::string(key)])
            .unwrap()
            .truth()
    };
    assert!(has("a"));
    assert!(!has("b"));
}

#[test]
fn a_key_set_to_nil_is_there() {
    let scratch = scratch();
    call(&scratch, "Set", &[Value::string("a"), Value::Nil]).unwrap();
    assert!(
        call(&scratch, "Key", &[Value::string("a")])
            .unwrap()
            .truth()
    );
    call(&scratch, "SetX", &[Value::string("a"), Value::int(1)]).unwrap();
    assert!(matches!(
        call(&scratch, "Get", &[Value::string("a")]),
        Ok(Value::Nil)
    ));
}

#[test]
fn maps_grow_by_key_and_give_their_values_in_order() {
    let scratch = scratch();
    for (key, value) in [("b", 2), ("a", 1), ("b", 3)] {
        let arguments = [Value::string("m"), Value::string(key), Value::int(value)];
        call(&scratch, "MapSet", &arguments).unwrap();
    }
    let arguments = [Value::string("m"), Value::string("a"), Value::int(9)];
    call(&scratch, "MapSetX", &arguments).unwrap();
    let values = |key| match call(&scratch, "MapValues", &[Value::string(key)]) {
        Ok(Value::List(list)) => list,
        _ => panic!("a list"),
    };
    assert!(matches!(
        values("m").items(),
        [Value::Int(_, 1), Value::Int(_, 3)]
    ));
    assert!(values("n").is_nil());
}

#[test]
fn only_a_map_of_anything_takes_keys() {
    let scratch = scratch();
    call(&scratch, "Set", &[Value::string("c"), Value::int(1)]).unwrap();
    let arguments = [Value::string("c"), Value::string("d"), Value::int(2)];
    let fault = call(&scratch, "MapSet", &arguments).unwrap_err();
    assert_eq!(fault.class, ErrorClass::Function);
}

#[test]
fn nothing_is_kept_after_the_end() {
    let scratch = Scratch::default();
    assert!(scratch.values().insert(Text::from("a"), Value::int(1)));
    scratch.clear();
    assert!(scratch.values().is_empty());
}
