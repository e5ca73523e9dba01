//! What `range` goes over.

use std::{rc::Rc, vec};

use crate::{
    fault::{ErrorClass, Fault},
    value::{Channel, IntType, List, UintType, Value},
};

/// The elements that are still to come.
pub(super) enum Elements {
    Ints(IntType, std::ops::Range<i64>),
    Uints(UintType, std::ops::Range<u64>),
    List(List, usize),
    /// A copy: the body may change the map.
    Map(vec::IntoIter<(Value, Value)>),
    Channel(Rc<Channel>, i64),
    Empty,
}

impl Elements {
    pub(super) fn of(value: &Value, variables: usize) -> Result<Self, Fault> {
        Ok(match value {
            Value::Nil | Value::NilInterface => Self::Empty,
            Value::Int(..) | Value::Uint(..) if variables > 1 => {
                return Err(Fault::new(
                    ErrorClass::CannotRange,
                    "a range over a number has one variable, not two",
                ));
            }
            Value::Int(kind, end) => Self::Ints(*kind, 0..*end),
            Value::Uint(kind, end) => Self::Uints(*kind, 0..*end),
            Value::List(list) => Self::List(list.clone(), 0),
            Value::Map(map) => Self::Map(map.pairs().into_iter()),
            Value::Channel(channel) => Self::Channel(channel.clone(), 0),
            other => {
                let kind = other
                    .type_of()
                    .map_or_else(String::new, |kind| kind.to_string());
                return Err(Fault::new(
                    ErrorClass::CannotRange,
                    format!("range needs a list, a map or a number; this is a {kind}"),
                ));
            }
        })
    }
}

/// Index or key, and element.
impl Iterator for Elements {
    type Item = (Value, Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Ints(kind, numbers) => Some((Value::Nil, Value::Int(*kind, numbers.next()?))),
            Self::Uints(kind, numbers) => Some((Value::Nil, Value::Uint(*kind, numbers.next()?))),
            Self::List(list, index) => {
                let element = list.get(*index)?;
                let key = Value::int(i64::try_from(*index).unwrap_or(i64::MAX));
                *index += 1;
                Some((key, element))
            }
            Self::Map(pairs) => pairs.next(),
            Self::Channel(channel, index) => {
                let element = Value::int64(channel.take()?);
                let key = Value::int(*index);
                *index += 1;
                Some((key, element))
            }
            Self::Empty => None,
        }
    }
}
