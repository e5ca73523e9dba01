use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> (usize, usize, String) {
    let error = parse(text).unwrap_err();
    (error.position.line, error.position.column, error.message)
}

#[test]
fn a_mistake_is_told_with_its_place_and_in_words() {
    for (text, line, column, message) in [
        ("a = 5m", 1, 5, "5m is not a number"),
        ("a = 1_000", 1, 5, "1_000 is not a number"),
        (
            "a = 0689",
            1,
            5,
            "0689 is not an octal number, which the leading 0 makes it",
        ),
        ("\n  a = yes", 2, 7, "expected a value and not yes"),
        ("a {\n  b = 1\n", 1, 3, "this { is not closed"),
        ("a = [1,\n 2", 1, 5, "this [ is not closed"),
        ("a = \"b\nc = 1", 1, 5, "this string is not closed"),
        (
            "a = \"${ b\"\n",
            1,
            5,
            "this string is not closed: the } to a ${ is missing",
        ),
        ("a = \"\\q\"", 1, 6, "\\\\q is not an escape"),
        (
            "a = <<EOF\nb",
            1,
            5,
            "no line with EOF alone ends this text",
        ),
        ("a: 1", 1, 2, "a colon has no meaning here"),
        ("é = 'x'", 1, 5, "a single quote has no meaning here"),
        ("a \"b\" = 1", 1, 7, "expected { after the key b and not ="),
        ("/* a", 1, 1, "this comment is not closed"),
        ("{\"a\": 1\n \"b\": 2}", 2, 2, "expected a comma or }"),
        ("{\"a\": tru}", 1, 7, "expected a value"),
        (
            "{\"a\": 01}",
            1,
            7,
            "01: a number in JSON does not begin with 0",
        ),
        ("{\"a\": -.5}", 1, 7, "a number lacks its first digit"),
        ("{} {}", 1, 4, "something follows the object"),
    ] {
        assert_eq!(refused(text), (line, column, message.to_owned()), "{text}");
    }
}

#[test]
fn places_count_characters_and_lines_of_either_ending() {
    let document = parse("é = 1\r\n  \"ß\" = 2 b = <<E\r\nx\r\nE\r\nc = 3").unwrap();
    let places: Vec<(usize, usize)> = document
        .items
        .iter()
        .map(|item| (item.keys[0].position.line, item.keys[0].position.column))
        .collect();
    assert_eq!(places, [(1, 1), (2, 3), (2, 11), (5, 1)]);
    assert_eq!(document.items[2].value.kind, Kind::String("x\n".to_owned()));
}

#[test]
fn depth_and_size_are_limited() {
    let nested = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(DEPTH_LIMIT)).is_ok());
    assert!(
        refused(&nested(DEPTH_LIMIT + 1))
            .2
            .starts_with("more than 100")
    );
    assert!(refused(&nested(100_000)).2.starts_with("more than 100"));
    assert!(
        refused(&"a {".repeat(100_000))
            .2
            .starts_with("more than 100")
    );
    assert!(
        refused(&"{\"a\":".repeat(100_000))
            .2
            .starts_with("more than 100")
    );
    let list = format!("{{\"a\":{}", "[".repeat(100_000));
    assert!(refused(&list).2.starts_with("more than 100"));
    let mut long = "# ".repeat(SIZE_LIMIT / 2);
    assert!(parse(&long).is_ok());
    long.push('#');
    assert_eq!(refused(&long).2, "the file has 1048577 bytes");
}

/// A tree of either notation's values, without what the other cannot write.
fn kind() -> impl Strategy<Value = Kind> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Kind::Bool),
        any::<i64>().prop_map(|value| Kind::Number(Number::Integer {
            text: value.to_string(),
            value
        })),
        "[^$]{0,8}".prop_map(Kind::String),
    ];
    leaf.prop_recursive(4, 30, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|kinds| Kind::List(kinds.into_iter().map(value).collect())),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4).prop_map(|fields| {
                let fields = fields.into_iter().map(|(name, kind)| item(name, kind));
                Kind::Object(fields.collect())
            }),
        ]
    })
}

fn value(kind: Kind) -> Value {
    Value {
        position: Position::START,
        kind,
    }
}

fn item(name: String, kind: Kind) -> Item {
    let position = Position::START;
    Item {
        keys: vec![Key { name, position }],
        assigned: true,
        value: value(kind),
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|character| match character {
        '"' | '\\' => format!("\\{character}"),
        _ if character.is_control() => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn written(kind: &Kind, json: bool) -> String {
    match kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(Number::Integer { text, .. }) => text.clone(),
        Kind::Number(Number::Float(value)) => format!("{value:e}"),
        Kind::String(text) => quoted(text),
        Kind::List(values) => {
            let values = values.iter().map(|value| written(&value.kind, json));
            format!("[{}]", values.collect::<Vec<_>>().join(", "))
        }
        Kind::Object(items) => {
            let separator = if json { ": " } else { " = " };
            let items = items.iter().map(|item| {
                let value = written(&item.value.kind, json);
                format!("{}{separator}{value}", quoted(&item.keys[0].name))
            });
            format!("{{{}}}", items.collect::<Vec<_>>().join(",\n"))
        }
    }
}

/// The tree with every place at the start.
fn placeless(kind: &Kind) -> Kind {
    match kind {
        Kind::List(values) => Kind::List(
            values
                .iter()
                .map(|inner| value(placeless(&inner.kind)))
                .collect(),
        ),
        Kind::Object(items) => Kind::Object(
            items
                .iter()
                .map(|inner| item(inner.keys[0].name.clone(), placeless(&inner.value.kind)))
                .collect(),
        ),
        kind => kind.clone(),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(kind in kind()) {
        for (text, name) in [
            (format!("{{\"key\": {}}}", written(&kind, true)), "JSON"),
            (format!("key = {}", written(&kind, false)), "HCL"),
        ] {
            let document = parse(&text);
            prop_assert!(document.is_ok(), "{name} {text}: {document:?}");
            let items = document.unwrap().items;
            prop_assert_eq!(&placeless(&items[0].value.kind), &kind, "{}", name);
        }
    }

    #[test]
    fn any_text_is_a_tree_or_a_mistake_in_the_text(text in "(?s)([a-c\"'{}\\[\\]=,:#/*<$\\\\ \n.0-9-]|<<-?E\n|\nE\n|.){0,60}") {
        if let Err(error) = parse(&text) {
            let text = text.replace("\r\n", "\n");
            let lines = text.split('\n').count();
            prop_assert!((1..=lines).contains(&error.position.line), "{error:?}");
            let line = text.split('\n').nth(error.position.line - 1).unwrap();
            prop_assert!((1..=line.chars().count() + 1).contains(&error.position.column), "{error:?}");
        }
    }
}
