//! Whether two values are the same all the way down, as
//! [`reflect.DeepEqual`](https://pkg.go.dev/reflect#DeepEqual) says: the types must be the same
//! too, an empty list is no nil list, and NaN is not equal to itself.

use std::{ptr, rc::Rc};

use super::large;
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Key, List, Map, Object, Value},
};

pub(super) fn is_equal(scope: &mut Scope<'_>, left: &Value, right: &Value) -> Result<bool, Fault> {
    let mut waiting = Waiting(Vec::new());
    if !waiting.compare(left, right) {
        return Ok(false);
    }
    while let Some((left, right)) = waiting.0.pop() {
        scope.budget.work(size(&left))?;
        let same = match (&left, &right) {
            (Value::List(left), Value::List(right)) => waiting.lists(left, right),
            (Value::Map(left), Value::Map(right)) => waiting.maps(left, right),
            (Value::Object(left), Value::Object(right)) => {
                Rc::ptr_eq(left, right) || waiting.objects(&**left, &**right)
            }
            _ => false,
        };
        if !same {
            return Ok(false);
        }
    }
    scope.budget.work(1)?;
    Ok(true)
}

fn size(value: &Value) -> u64 {
    large(match value {
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.len(),
        _ => 1,
    })
}

/// Pairs of lists, maps and objects that are still to be compared: values can be nested deeper than
/// the stack could follow.
struct Waiting(Vec<(Value, Value)>);

impl Waiting {
    /// False if the two are different; what has content waits.
    fn compare(&mut self, left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::Nil | Value::NilInterface, Value::Nil | Value::NilInterface) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(kind, left), Value::Int(other, right)) => (kind, left) == (other, right),
            (Value::Uint(kind, left), Value::Uint(other, right)) => (kind, left) == (other, right),
            #[expect(clippy::float_cmp, reason = "Go compares exactly")]
            (Value::Float(kind, left), Value::Float(other, right)) => {
                kind == other && left == right
            }
            #[expect(clippy::float_cmp, reason = "Go compares exactly")]
            (Value::Complex(real, imaginary), Value::Complex(other_real, other_imaginary)) => {
                real == other_real && imaginary == other_imaginary
            }
            (Value::String(left), Value::String(right))
            | (Value::Number(left), Value::Number(right)) => left == right,
            (Value::Channel(left), Value::Channel(right)) => Rc::ptr_eq(left, right),
            (Value::List(_), Value::List(_))
            | (Value::Map(_), Value::Map(_))
            | (Value::Object(_), Value::Object(_)) => {
                self.0.push((left.clone(), right.clone()));
                true
            }
            _ => false,
        }
    }

    fn lists(&mut self, left: &List, right: &List) -> bool {
        let (items, others) = (left.items(), right.items());
        if left.type_of() != right.type_of()
            || left.is_nil() != right.is_nil()
            || items.len() != others.len()
        {
            return false;
        }
        ptr::eq(items, others)
            || items
                .iter()
                .zip(others)
                .all(|(item, other)| self.compare(item, other))
    }

    fn maps(&mut self, left: &Map, right: &Map) -> bool {
        if left.type_of() != right.type_of()
            || left.is_nil() != right.is_nil()
            || left.len() != right.len()
        {
            return false;
        }
        left.is_same(right)
            || left.pairs().iter().all(|(key, item)| {
                Key::from_value(key)
                    .and_then(|key| right.get_key(&key))
                    .is_some_and(|other| self.compare(item, &other))
            })
    }

    fn objects(&mut self, left: &dyn Object, right: &dyn Object) -> bool {
        if left.type_of() != right.type_of() || left.is_nil() != right.is_nil() {
            return false;
        }
        let (fields, others) = (left.fields(), right.fields());
        fields.len() == others.len()
            && fields
                .iter()
                .zip(&others)
                .all(|(field, other)| self.compare(&field.value, &other.value))
    }
}
