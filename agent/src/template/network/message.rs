//! Messages of [netlink](https://man7.org/linux/man-pages/man7/netlink.7.html) and their attributes.
//! Numbers are in the machine's own order of bytes.

/// Everything starts at a multiple of so many bytes.
const ALIGNMENT: usize = 4;
/// Length, kind, flags, number of the question, port.
const HEADER: usize = 16;

/// One message of a datagram.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'m> {
    pub(super) kind: u16,
    pub(super) flags: u16,
    /// Which question it answers.
    pub(super) question: u32,
    payload: &'m [u8],
}

impl<'m> Message<'m> {
    /// The fixed part in front of the attributes, if it is all there.
    pub(super) fn header(&self, length: usize) -> Option<&'m [u8]> {
        self.payload.get(..length)
    }

    /// What is behind the fixed part.
    pub(super) fn attributes(&self, header: usize) -> Attributes<'m> {
        Attributes(self.payload.get(header..).unwrap_or_default())
    }
}

/// The messages of a datagram, as far as they are whole.
pub(super) struct Messages<'m>(pub(super) &'m [u8]);

impl<'m> Iterator for Messages<'m> {
    type Item = Message<'m>;

    fn next(&mut self) -> Option<Self::Item> {
        let length = usize::try_from(number32(self.0)?).ok()?;
        let message = self.0.get(..length)?;
        let payload = message.get(HEADER..)?;
        self.0 = behind(self.0, length);
        Some(Message {
            kind: number16(message.get(4..)?)?,
            flags: number16(message.get(6..)?)?,
            question: number32(message.get(8..)?)?,
            payload,
        })
    }
}

/// Attributes with their kinds, as far as they are whole.
#[derive(Clone)]
pub(super) struct Attributes<'m>(&'m [u8]);

impl<'m> Iterator for Attributes<'m> {
    type Item = (u16, &'m [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        /// The bits above tell of nesting and order of bytes.
        const KIND: u16 = 0x3fff;
        let length = usize::from(number16(self.0)?);
        let value = self.0.get(4..length)?;
        let kind = number16(self.0.get(2..)?)?;
        self.0 = behind(self.0, length);
        Some((kind & KIND, value))
    }
}

fn behind(bytes: &[u8], length: usize) -> &[u8] {
    bytes
        .get(length.next_multiple_of(ALIGNMENT)..)
        .unwrap_or_default()
}

/// The number at the start.
pub(super) fn number16(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|bytes| u16::from_ne_bytes(*bytes))
}

/// The number at the start.
pub(super) fn number32(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}
