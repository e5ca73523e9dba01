//! Go's types, as far as a template can meet them.

use std::fmt;

/// Go's signed integers, and the named ones that print as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntType {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    /// `time.Duration`
    Duration,
    /// `time.Month`
    Month,
    /// `time.Weekday`
    Weekday,
}

/// Go's unsigned integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UintType {
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

/// Go's floating point numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatType {
    Float32,
    Float64,
}

/// A type of Go; `Display` writes it as Go does (`map[string]interface {}`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: as a parameter it takes everything.
    Any,
    Bool,
    Int(IntType),
    Uint(UintType),
    Float(FloatType),
    Complex,
    String,
    /// `json.Number`
    Number,
    List(&'static Self),
    Map(&'static Self, &'static Self),
    /// A named struct.
    Struct(&'static str),
    /// A pointer to a named struct.
    Pointer(&'static str),
    /// `<-chan int64`, the result of `loop`.
    Channel,
    /// A parameter of the language's own functions, which also tells no value from nil.
    Unchecked,
}

impl Type {
    pub const INT: Self = Self::Int(IntType::Int);
    pub const INT64: Self = Self::Int(IntType::Int64);
    pub const UINT: Self = Self::Uint(UintType::Uint);
    pub const UINT64: Self = Self::Uint(UintType::Uint64);
    pub const FLOAT64: Self = Self::Float(FloatType::Float64);
    /// `[]interface {}`
    pub const LIST: Self = Self::List(&Self::Any);
    /// `[]string`
    pub const STRINGS: Self = Self::List(&Self::String);
    /// `map[string]interface {}`
    pub const MAP: Self = Self::Map(&Self::String, &Self::Any);
    /// `map[string]string`
    pub const STRING_MAP: Self = Self::Map(&Self::String, &Self::String);
    /// `map[interface {}]interface {}`, what YAML is read into.
    pub const ANY_MAP: Self = Self::Map(&Self::Any, &Self::Any);

    /// An address of a network interface, inside of `sockaddr`.
    pub const INTERFACE_ADDRESS: Self = Self::Struct("sockaddr.IfAddr");

    /// Whether `nil` is a value of the type.
    pub fn can_be_nil(self) -> bool {
        matches!(
            self,
            Self::Any
                | Self::List(_)
                | Self::Map(..)
                | Self::Pointer(_)
                | Self::Channel
                | Self::Unchecked
        )
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Any => "interface {}",
            Self::Bool => "bool",
            Self::Int(kind) => match kind {
                IntType::Int => "int",
                IntType::Int8 => "int8",
                IntType::Int16 => "int16",
                IntType::Int32 => "int32",
                IntType::Int64 => "int64",
                IntType::Duration => "time.Duration",
                IntType::Month => "time.Month",
                IntType::Weekday => "time.Weekday",
            },
            Self::Uint(kind) => match kind {
                UintType::Uint => "uint",
                UintType::Uint8 => "uint8",
                UintType::Uint16 => "uint16",
                UintType::Uint32 => "uint32",
                UintType::Uint64 => "uint64",
            },
            Self::Float(FloatType::Float32) => "float32",
            Self::Float(FloatType::Float64) => "float64",
            Self::Complex => "complex128",
            Self::String => "string",
            Self::Number => "json.Number",
            Self::List(element) => return write!(formatter, "[]{element}"),
            Self::Map(key, element) => return write!(formatter, "map[{key}]{element}"),
            Self::Struct(name) => name,
            Self::Pointer(name) => return write!(formatter, "*{name}"),
            Self::Channel => "<-chan int64",
            Self::Unchecked => "reflect.Value",
        })
    }
}
