use vouchsafe_template::value::{Entries, Text, Value};

/// Compares two responses of a store. Every request has another `request_id`.
pub(super) fn responses(left: &Value, right: &Value) -> bool {
    let (Value::Map(left_map), Value::Map(right_map)) = (left, right) else {
        return values(left, right);
    };
    let (left, right) = (left_map.entries(), right_map.entries());
    let (Entries::Text(left), Entries::Text(right)) = (&*left, &*right) else {
        return false;
    };
    let is_content = |(key, _): &(&Text, &Value)| ***key != *b"request_id";
    entries(
        left.iter().filter(is_content),
        right.iter().filter(is_content),
    )
}

fn entries<'a>(
    mut left: impl Iterator<Item = (&'a Text, &'a Value)>,
    mut right: impl Iterator<Item = (&'a Text, &'a Value)>,
) -> bool {
    let is_next = |(key, value): (&Text, &Value)| {
        let next = right.next();
        next.is_some_and(|(other, next)| key == other && values(value, next))
    };
    left.all(is_next) && right.next().is_none()
}

/// Values read from JSON; its reader limits how deep they are nested.
fn values(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Nil | Value::NilInterface, Value::Nil | Value::NilInterface) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::String(left), Value::String(right))
        | (Value::Number(left), Value::Number(right)) => left == right,
        (Value::List(left), Value::List(right)) => {
            let (left, right) = (left.items(), right.items());
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| values(left, right))
        }
        (Value::Map(left), Value::Map(right)) => match (&*left.entries(), &*right.entries()) {
            (Entries::Text(left), Entries::Text(right)) => entries(left.iter(), right.iter()),
            _ => false,
        },
        _ => false,
    }
}
