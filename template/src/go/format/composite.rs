//! Values made of values: lists, maps, structs and pointers.

use super::{
    NIL,
    printer::{Place, Printer},
};
use crate::{
    fault::Fault,
    value::{Entries, List, Map, Object, Type, Value},
};

/// What `%p` prints: values have no addresses here, and in Go they differ from run to run.
const ADDRESS: u64 = 0xc0_0000_0000;

impl Printer<'_> {
    #[inline(never)]
    pub(super) fn list(&mut self, list: &List, verb: char, place: Place) -> Result<(), Fault> {
        if !self.open(list.type_of(), list.is_nil(), b"[")? {
            return Ok(());
        }
        let place = place.element()?;
        for (index, item) in list.items().iter().enumerate() {
            self.separate(index)?;
            self.element(item, verb, place)?;
        }
        self.close(b"]")
    }

    #[inline(never)]
    pub(super) fn map(&mut self, map: &Map, verb: char, place: Place) -> Result<(), Fault> {
        if !self.open(map.type_of(), map.is_nil(), b"map[")? {
            return Ok(());
        }
        let place = place.element()?;
        match &*map.entries() {
            Entries::Text(entries) => {
                for (index, (key, item)) in entries.iter().enumerate() {
                    self.separate(index)?;
                    self.element(&Value::String(key.clone()), verb, place)?;
                    self.write(b":")?;
                    self.element(item, verb, place)?;
                }
            }
            Entries::Any(entries) => {
                for (index, (key, item)) in entries.iter().enumerate() {
                    self.separate(index)?;
                    self.element(&key.value(), verb, place)?;
                    self.write(b":")?;
                    self.element(item, verb, place)?;
                }
            }
        }
        self.close(b"]")
    }

    /// A struct, or a pointer: followed where it is the operand itself, an address elsewhere.
    pub(super) fn object(
        &mut self,
        value: &Value,
        object: &dyn Object,
        verb: char,
        place: Place,
    ) -> Result<(), Fault> {
        match object.type_of() {
            Type::Pointer(_) if !place.is_top() || object.is_nil() => self.address(value, verb),
            Type::Pointer(_) => {
                self.write(b"&")?;
                self.structure(object, verb, place.element()?)
            }
            _ => self.structure(object, verb, place),
        }
    }

    #[inline(never)]
    pub(super) fn structure(
        &mut self,
        object: &dyn Object,
        verb: char,
        place: Place,
    ) -> Result<(), Fault> {
        if self.options.go_syntax
            && let Type::Struct(name) | Type::Pointer(name) = object.type_of()
        {
            self.write(name.as_bytes())?;
        }
        self.write(b"{")?;
        for (index, field) in object.fields().iter().enumerate() {
            self.separate(index)?;
            if self.options.field_names || self.options.go_syntax {
                self.write(field.name.as_bytes())?;
                self.write(b":")?;
            }
            self.element(&field.value, verb, place.field(field.name)?)?;
        }
        self.write(b"}")
    }

    /// The address of what is shared: lists, maps, pointers and channels.
    pub(super) fn address(&mut self, value: &Value, verb: char) -> Result<(), Fault> {
        let kind = match value {
            Value::List(list) => list.type_of(),
            Value::Map(map) => map.type_of(),
            Value::Channel(_) => Type::Channel,
            Value::Object(object) if matches!(object.type_of(), Type::Pointer(_)) => {
                object.type_of()
            }
            _ => return self.bad_verb(value, verb),
        };
        let address = if value.is_nil() { 0 } else { ADDRESS };
        match verb {
            'v' if self.options.go_syntax => {
                self.write(format!("({kind})(").as_bytes())?;
                if address == 0 {
                    self.write(b"nil")?;
                } else {
                    self.hexadecimal(address, true)?;
                }
                self.write(b")")
            }
            'v' if address == 0 => self.padded(NIL),
            'v' | 'p' => self.hexadecimal(address, !self.options.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.unsigned(value, address, verb),
            _ => self.bad_verb(value, verb),
        }
    }

    /// The beginning of a list or map; false if there is no more to it.
    fn open(&mut self, kind: Type, nil: bool, bracket: &[u8]) -> Result<bool, Fault> {
        if !self.options.go_syntax {
            return self.write(bracket).map(|()| true);
        }
        self.write(kind.to_string().as_bytes())?;
        self.write(if nil { b"(nil)" } else { b"{" })?;
        Ok(!nil)
    }

    fn close(&mut self, bracket: &[u8]) -> Result<(), Fault> {
        self.write(if self.options.go_syntax {
            b"}"
        } else {
            bracket
        })
    }

    fn separate(&mut self, index: usize) -> Result<(), Fault> {
        match index {
            0 => Ok(()),
            _ if self.options.go_syntax => self.write(b", "),
            _ => self.write(b" "),
        }
    }
}
