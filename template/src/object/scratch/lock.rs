//! The locks that are a part of Go's struct. They show when a scratch is printed, always idle.

use std::{any::Any, rc::Rc};

use crate::value::{Field, IntType, Object, Type, UintType, Value};

/// A struct with nothing but fields.
struct Plain {
    name: &'static str,
    fields: fn() -> Vec<Field>,
}

impl Object for Plain {
    fn type_of(&self) -> Type {
        Type::Struct(self.name)
    }

    fn fields(&self) -> Vec<Field> {
        (self.fields)()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn plain(name: &'static str, fields: fn() -> Vec<Field>) -> Value {
    Value::Object(Rc::new(Plain { name, fields }))
}

pub(super) fn field(name: &'static str, value: Value) -> Field {
    Field { name, value }
}

fn no_copy(name: &'static str) -> Field {
    field("_", plain(name, Vec::new))
}

fn zero(name: &'static str) -> Field {
    field(name, Value::Uint(UintType::Uint32, 0))
}

fn zero_int(name: &'static str) -> Field {
    field(name, Value::Int(IntType::Int32, 0))
}

fn mutex() -> Value {
    plain("sync.Mutex", || {
        vec![
            no_copy("sync.noCopy"),
            field(
                "mu",
                plain("sync.Mutex", || vec![zero_int("state"), zero("sema")]),
            ),
        ]
    })
}

pub(super) fn once() -> Value {
    plain("sync.Once", || {
        vec![
            no_copy("sync.noCopy"),
            field(
                "done",
                plain("atomic.Bool", || vec![no_copy("atomic.noCopy"), zero("v")]),
            ),
            field("m", mutex()),
        ]
    })
}

pub(super) fn read_write() -> Value {
    fn count(name: &'static str) -> Field {
        field(
            name,
            plain("atomic.Int32", || {
                vec![no_copy("atomic.noCopy"), zero_int("v")]
            }),
        )
    }
    plain("sync.RWMutex", || {
        vec![
            field("w", mutex()),
            zero("writerSem"),
            zero("readerSem"),
            count("readerCount"),
            count("readerWait"),
        ]
    })
}
