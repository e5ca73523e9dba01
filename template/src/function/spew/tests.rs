use crate::{
    function::calls::{call, parsed},
    object::secret::Secret,
    value::{Text, Type, Value},
};

fn dump(values: &[Value]) -> String {
    String::from_utf8(call("spew_sdump", values)).unwrap()
}

fn format(format: &str, values: &[Value]) -> String {
    let mut arguments = vec![Value::string(format)];
    arguments.extend_from_slice(values);
    String::from_utf8(call("spew_sprintf", &arguments)).unwrap()
}

#[test]
fn every_value_is_dumped_with_its_type() {
    assert_eq!(
        dump(&[
            Value::int(1),
            Value::string("a\"é"),
            Value::Bool(true),
            Value::Nil,
            Value::float(1e6),
            Value::Number(Text::from("1.50")),
            Value::strings([]),
        ]),
        "(int) 1\n(string) (len=4) \"a\\\"é\"\n(bool) true\n(interface {}) <nil>\n\
         (float64) 1e+06\n(json.Number) (len=4) 1.50\n([]string) {\n}\n"
    );
}

#[test]
fn nested_values_are_indented() {
    assert_eq!(
        dump(&[parsed(r#"{"a":[1,null,"x"],"b":{}}"#)]),
        "(map[string]interface {}) (len=2) {\n \
         (string) (len=1) \"a\": ([]interface {}) (len=3 cap=4) {\n  \
         (float64) 1,\n  (interface {}) <nil>,\n  (string) (len=1) \"x\"\n },\n \
         (string) (len=1) \"b\": (map[string]interface {}) {\n }\n}\n"
    );
}

#[test]
fn pointers_have_one_address() {
    let secret = Secret {
        request_id: Text::from("r"),
        ..Secret::default()
    };
    assert_eq!(
        dump(&[secret.into_value()]),
        "(*dependency.Secret)(0xc000000000)({\n \
         RequestID: (string) (len=1) \"r\",\n LeaseID: (string) \"\",\n \
         LeaseDuration: (int) 0,\n Renewable: (bool) false,\n \
         Data: (map[string]interface {}) <nil>,\n Warnings: ([]string) <nil>,\n \
         Auth: (*dependency.SecretAuth)(<nil>),\n \
         WrapInfo: (*dependency.SecretWrapInfo)(<nil>)\n})\n"
    );
}

#[test]
fn the_verb_v_is_compact() {
    let list = parsed(r#"[1,"b",null,{"q":[]}]"#);
    assert_eq!(
        format("%v|%#v", &[list.clone(), list]),
        "[1 b <nil> map[q:[]]]|([]interface {})[(float64)1 (string)b (interface {})<nil> \
         (map[string]interface {})map[q:([]interface {})[]]]"
    );
    assert_eq!(
        format("%v|%#v", &[Value::Nil, Value::Nil]),
        "<nil>|(interface {})<nil>"
    );
    let nil = || Value::List(crate::value::List::nil(Type::String));
    assert_eq!(format("%v|%#v", &[nil(), nil()]), "<nil>|([]string)<nil>");
}

#[test]
fn other_verbs_are_those_of_printf() {
    assert_eq!(
        format("%5d|%q%%", &[Value::int(5), Value::string("a")]),
        "    5|\"a\"%"
    );
    assert_eq!(format("%d", &[]), "%!d(MISSING)");
    assert_eq!(format("%T", &[Value::int(5)]), "*spew.formatState");
    assert_eq!(
        format("x", &[Value::int(1), Value::string("a")]),
        "x%!(EXTRA *spew.formatState=1, *spew.formatState=a)"
    );
}

#[test]
fn arguments_are_no_widths() {
    let (five, six) = (Value::int(5), Value::int(6));
    assert_eq!(format("%*d", &[five.clone(), six.clone()]), "%!(BADWIDTH)6");
    assert_eq!(format("%5.*d", &[five, six]), "%!(BADPREC)    6");
}

#[test]
fn what_would_go_to_the_standard_output_goes_nowhere() {
    assert!(call("spew_dump", &[Value::int(1)]).is_empty());
    assert!(call("spew_printf", &[Value::string("%v"), Value::int(1)]).is_empty());
}
