//! Structs as encoders see them: the fields they may read, and times.

use vouchsafe_shared::secret::SecretBuffer;

use crate::value::{Field, Object, Type};

/// The fields that other packages may read: those with a capital.
pub(super) fn exported(object: &dyn Object) -> impl Iterator<Item = Field> {
    object
        .fields()
        .into_iter()
        .filter(|field| field.name.starts_with(char::is_uppercase))
}

/// The exported fields without those of embedded structs, of which none has exported fields itself.
pub(super) fn promoted(object: &dyn Object) -> impl Iterator<Item = Field> {
    exported(object).filter(|field| field.name != "RWMutex")
}

/// A [`time.Time`](https://pkg.go.dev/time#Time) in the layout `time.RFC3339Nano`, which all
/// encoders use; none for any other object.
pub(super) fn time(object: &dyn Object) -> Option<SecretBuffer> {
    is_time(object).then(|| rfc3339(&object.text()?)).flatten()
}

pub(super) fn is_time(object: &dyn Object) -> bool {
    matches!(
        object.type_of(),
        Type::Struct("time.Time") | Type::Pointer("time.Time")
    ) && !object.is_nil()
}

/// From what the method `String` gives, `2006-01-02 15:04:05.999999999 -0700 MST`.
fn rfc3339(text: &[u8]) -> Option<SecretBuffer> {
    let mut parts = text.split(|byte| *byte == b' ');
    let (date, clock, zone) = (parts.next()?, parts.next()?, parts.next()?);
    let mut out = SecretBuffer::default();
    out.push_bytes(date);
    out.push(b'T');
    out.push_bytes(clock);
    match zone {
        [b'+' | b'-', b'0', b'0', b'0', b'0'] => out.push(b'Z'),
        zone => {
            let (hours, minutes) = zone.split_at_checked(3)?;
            out.push_bytes(hours);
            out.push(b':');
            out.push_bytes(minutes);
        }
    }
    Some(out)
}
