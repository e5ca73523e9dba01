//! Lists and maps. Copies share their content, as slices and maps do in Go: a change to a map shows
//! through every copy.

use std::{
    cell::{OnceCell, Ref, RefCell},
    cmp::Ordering,
    collections::{BTreeMap, HashSet},
    fmt, mem,
    rc::Rc,
};

use super::{Text, Type, Value};

/// A Go slice. It never changes, except that it can be sorted.
#[derive(Clone)]
pub struct List(Rc<ListContent>);

struct ListContent {
    element: &'static Type,
    nil: bool,
    items: Vec<Value>,
    /// The items in order, once they were sorted.
    sorted: OnceCell<Vec<Value>>,
    /// For how many items Go has made room.
    capacity: usize,
    /// What lies in that room behind the items, as far as it is known.
    behind: Vec<Value>,
}

impl List {
    /// A list of elements of a type; the type must be one of the constants of [`Type`], or a
    /// constant of the caller.
    pub fn new(element: Type, items: Vec<Value>) -> Self {
        let capacity = items.len();
        Self::with_room(element, items, capacity, Vec::new())
    }

    /// A list that Go grew item by item.
    pub fn grown(element: Type, items: Vec<Value>) -> Self {
        let capacity = room(items.len());
        Self::with_room(element, items, capacity, Vec::new())
    }

    fn with_room(element: Type, items: Vec<Value>, capacity: usize, behind: Vec<Value>) -> Self {
        Self(Rc::new(ListContent {
            element: intern(element),
            nil: false,
            items: items.into_iter().map(Value::stored).collect(),
            sorted: OnceCell::new(),
            capacity,
            behind,
        }))
    }

    /// Go's nil slice: empty, but `null` in JSON.
    pub fn nil(element: Type) -> Self {
        Self(Rc::new(ListContent {
            element: intern(element),
            nil: true,
            items: Vec::new(),
            sorted: OnceCell::new(),
            capacity: 0,
            behind: Vec::new(),
        }))
    }

    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    pub fn items(&self) -> &[Value] {
        self.0.sorted.get().unwrap_or(&self.0.items)
    }

    /// Sorts a list of texts in its place: whoever holds it sees it sorted from then on.
    pub fn sort(&self) {
        self.0.sorted.get_or_init(|| {
            let mut items = self.0.items.clone();
            items.sort_by(|left, right| left.bytes().cmp(right.bytes()));
            items
        });
    }

    pub fn element(&self) -> Type {
        *self.0.element
    }

    pub fn type_of(&self) -> Type {
        Type::List(self.0.element)
    }

    /// How many items fit before Go moves the list; `slice` reaches that far.
    pub fn capacity(&self) -> usize {
        self.0.capacity
    }

    /// The part from `start` up to but without `end`, with room up to `capacity`; none if they are
    /// not in order or beyond the capacity.
    pub fn slice(&self, start: usize, end: usize, capacity: usize) -> Option<Self> {
        if start > end || end > capacity || capacity > self.0.capacity {
            return None;
        }
        let known = self.items().iter().chain(&self.0.behind).cloned();
        let zeros = std::iter::repeat_n(Value::zero(self.element()).stored(), self.0.capacity);
        let mut items = known
            .chain(zeros)
            .take(capacity)
            .skip(start)
            .collect::<Vec<_>>();
        let behind = items.split_off(end - start);
        Some(Self::with_room(
            self.element(),
            items,
            capacity - start,
            behind,
        ))
    }

    /// The element as it is read: nil out of a list of anything is a nil interface.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items()
            .get(index)
            .map(|item| read(item, self.0.element))
    }
}

/// A Go map. Copies share it; entries are kept in the order in which Go prints and ranges.
#[derive(Clone)]
pub struct Map(Rc<MapContent>);

struct MapContent {
    key: &'static Type,
    element: &'static Type,
    nil: bool,
    entries: RefCell<Entries>,
}

/// The entries of a map: by text, which nearly all maps are, or by any value.
pub enum Entries {
    Text(BTreeMap<Text, Value>),
    Any(BTreeMap<Key, Value>),
}

/// A key of a map that was read from YAML. Go orders keys of different kinds as its linker laid out
/// their types; this is the order of its present programs.
#[derive(Clone)]
pub enum Key {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Text),
}

impl Map {
    /// A `map[string]interface {}`.
    pub fn new(entries: BTreeMap<Text, Value>) -> Self {
        Self::of(Type::MAP, Entries::Text(entries))
    }

    /// A map of another type, which must be a [`Type::Map`]; a key that is not text needs
    /// [`Entries::Any`].
    pub fn of(kind: Type, entries: Entries) -> Self {
        let (key, element) = match kind {
            Type::Map(key, element) => (key, element),
            _ => (&Type::String, &Type::Any),
        };
        Self(Rc::new(MapContent {
            key,
            element,
            nil: false,
            entries: RefCell::new(entries),
        }))
    }

    /// Go's nil map: empty, but `null` in JSON.
    pub fn nil(kind: Type) -> Self {
        let Self(content) = Self::of(kind, Entries::Text(BTreeMap::new()));
        Self(Rc::new(MapContent {
            key: content.key,
            element: content.element,
            nil: true,
            entries: RefCell::new(Entries::Text(BTreeMap::new())),
        }))
    }

    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    pub fn key(&self) -> Type {
        *self.0.key
    }

    pub fn element(&self) -> Type {
        *self.0.element
    }

    pub fn type_of(&self) -> Type {
        Type::Map(self.0.key, self.0.element)
    }

    pub fn len(&self) -> usize {
        match &*self.0.entries.borrow() {
            Entries::Text(entries) => entries.len(),
            Entries::Any(entries) => entries.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, for reading; do not call into the template while holding them.
    pub fn entries(&self) -> Ref<'_, Entries> {
        self.0.entries.borrow()
    }

    /// All entries as values in Go's order; a copy, so that the map may change meanwhile.
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        match &*self.0.entries.borrow() {
            Entries::Text(entries) => entries
                .iter()
                .map(|(key, value)| (Value::String(key.clone()), read(value, self.0.element)))
                .collect(),
            Entries::Any(entries) => entries
                .iter()
                .map(|(key, value)| (key.value(), read(value, self.0.element)))
                .collect(),
        }
    }

    /// The entry under a text, as it is read: nil out of a map of anything is a nil interface.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        match &*self.0.entries.borrow() {
            Entries::Text(entries) => entries.get(key).map(|value| read(value, self.0.element)),
            Entries::Any(entries) => entries
                .get(&Key::Text(Text::from(key)))
                .map(|value| read(value, self.0.element)),
        }
    }

    /// The entry under any key.
    pub fn get_key(&self, key: &Key) -> Option<Value> {
        match (&*self.0.entries.borrow(), key) {
            (Entries::Text(entries), Key::Text(text)) => {
                entries.get(text).map(|value| read(value, self.0.element))
            }
            (Entries::Text(_), _) => None,
            (Entries::Any(entries), key) => {
                entries.get(key).map(|value| read(value, self.0.element))
            }
        }
    }

    /// Sets the entry under a text. False if the value holds this map itself, or if the map is nil:
    /// then nothing is changed.
    #[must_use]
    pub fn insert(&self, key: Text, value: Value) -> bool {
        if self.0.nil || self.is_within(&value) {
            return false;
        }
        match &mut *self.0.entries.borrow_mut() {
            Entries::Text(entries) => entries.insert(key, value.stored()),
            Entries::Any(entries) => entries.insert(Key::Text(key), value.stored()),
        };
        true
    }

    /// As [`Map::insert`], under any key; a map by text takes texts only.
    #[must_use]
    pub fn insert_key(&self, key: Key, value: Value) -> bool {
        if let Key::Text(text) = key {
            return self.insert(text, value);
        }
        if self.0.nil || self.is_within(&value) {
            return false;
        }
        match &mut *self.0.entries.borrow_mut() {
            Entries::Text(_) => return false,
            Entries::Any(entries) => entries.insert(key, value.stored()),
        };
        true
    }

    pub fn remove(&self, key: &[u8]) {
        match &mut *self.0.entries.borrow_mut() {
            Entries::Text(entries) => entries.remove(key),
            Entries::Any(entries) => entries.remove(&Key::Text(Text::from(key))),
        };
    }

    /// Whether both are one map.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// A map that held itself could neither be printed nor freed. What is held in several places is
    /// looked into once.
    fn is_within(&self, value: &Value) -> bool {
        let mut waiting = vec![value.clone()];
        let mut visited = HashSet::new();
        while let Some(value) = waiting.pop() {
            if value
                .address()
                .is_none_or(|address| !visited.insert(address))
            {
                continue;
            }
            match value {
                Value::Map(map) if map.is_same(self) => return true,
                Value::Map(map) => match &*map.entries() {
                    Entries::Text(entries) => {
                        waiting.extend(entries.values().filter(|item| holds(item)).cloned());
                    }
                    Entries::Any(entries) => {
                        waiting.extend(entries.values().filter(|item| holds(item)).cloned());
                    }
                },
                Value::List(list) => {
                    waiting.extend(list.items().iter().filter(|item| holds(item)).cloned());
                }
                _ => {}
            }
        }
        false
    }
}

/// Print the type only.
impl fmt::Debug for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "List({})", self.type_of())
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Map({})", self.type_of())
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = match self {
            Self::Text(entries) => entries.len(),
            Self::Any(entries) => entries.len(),
        };
        write!(formatter, "Entries({count})")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({:?})", self.value())
    }
}

impl Value {
    /// Tells shared lists and maps from equal ones.
    pub(crate) fn address(&self) -> Option<usize> {
        match self {
            Self::Map(Map(content)) => Some(Rc::as_ptr(content).addr()),
            Self::List(List(content)) => Some(Rc::as_ptr(content).addr()),
            _ => None,
        }
    }
}

fn holds(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::List(_))
}

impl Key {
    pub fn value(&self) -> Value {
        match self {
            Self::Nil => Value::NilInterface,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::int(*value),
            Self::Uint(value) => Value::Uint(super::UintType::Uint64, *value),
            Self::Float(value) => Value::float(*value),
            Self::Text(text) => Value::String(text.clone()),
        }
    }

    /// The value as a key of a `map[interface {}]…`, if it is of a kind that YAML can give.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Nil | Value::NilInterface => Self::Nil,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(_, value) => Self::Int(*value),
            Value::Uint(_, value) => Self::Uint(*value),
            Value::Float(_, value) => Self::Float(*value),
            Value::String(text) => Self::Text(text.clone()),
            _ => return None,
        })
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Nil => 0,
            Self::Text(_) => 1,
            Self::Uint(_) => 2,
            Self::Int(_) => 3,
            Self::Float(_) => 4,
            Self::Bool(_) => 5,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Uint(left), Self::Uint(right)) => left.cmp(right),
            (Self::Float(left), Self::Float(right)) => left.total_cmp(right),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

fn read(value: &Value, element: &Type) -> Value {
    match value {
        Value::Nil if *element == Type::Any => Value::NilInterface,
        other => other.clone(),
    }
}

/// A constant for a type that occurs as an element.
fn intern(element: Type) -> &'static Type {
    match element {
        Type::String => &Type::String,
        Type::Bool => &Type::Bool,
        Type::Number => &Type::Number,
        Type::INT => &Type::INT,
        Type::INT64 => &Type::INT64,
        Type::UINT64 => &Type::UINT64,
        Type::FLOAT64 => &Type::FLOAT64,
        Type::LIST => &Type::LIST,
        Type::STRINGS => &Type::STRINGS,
        Type::MAP => &Type::MAP,
        Type::STRING_MAP => &Type::STRING_MAP,
        Type::ANY_MAP => &Type::ANY_MAP,
        Type::INTERFACE_ADDRESS => &Type::INTERFACE_ADDRESS,
        _ => &Type::Any,
    }
}

/// The room that Go makes while a list of two words an item grows one by one: twice as much each
/// time, less for large ones, rounded up to what its allocator hands out.
fn room(length: usize) -> usize {
    const STEPS: [usize; 27] = [
        1, 2, 4, 8, 16, 32, 71, 143, 303, 591, 1023, 1535, 2560, 3584, 5120, 6656, 8704, 11264,
        14336, 18432, 23552, 29696, 37376, 47104, 59392, 74752, 93696,
    ];
    match length {
        0 => 0,
        length => STEPS
            .into_iter()
            .find(|step| *step >= length)
            .unwrap_or(length),
    }
}

/// Lists and maps can be nested deeper than the stack could follow: what they hold is let go one by
/// one.
fn let_go(items: impl Iterator<Item = Value>) {
    let mut waiting: Vec<Value> = items.filter(holds).collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::List(List(content)) => {
                if let Ok(mut content) = Rc::try_unwrap(content) {
                    waiting.extend(content.take_all().filter(holds));
                }
            }
            Value::Map(Map(content)) => {
                if let Ok(content) = Rc::try_unwrap(content) {
                    match content.entries.replace(Entries::Text(BTreeMap::new())) {
                        Entries::Text(entries) => {
                            waiting.extend(entries.into_values().filter(holds));
                        }
                        Entries::Any(entries) => {
                            waiting.extend(entries.into_values().filter(holds));
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

impl ListContent {
    fn take_all(&mut self) -> impl Iterator<Item = Value> + use<> {
        let items = mem::take(&mut self.items).into_iter();
        items.chain(mem::take(&mut self.behind))
    }
}

impl Drop for ListContent {
    fn drop(&mut self) {
        if self.items.iter().chain(&self.behind).any(holds) {
            let_go(self.take_all());
        }
    }
}

impl Drop for MapContent {
    fn drop(&mut self) {
        match self.entries.replace(Entries::Text(BTreeMap::new())) {
            Entries::Text(entries) => let_go(entries.into_values()),
            Entries::Any(entries) => let_go(entries.into_values()),
        }
    }
}
