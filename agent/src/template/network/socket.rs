//! Questions to the kernel about its network, and its answers.

use std::{io, os::fd::OwnedFd, time::Duration};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType,
        netlink::SocketAddrNetlink,
        recv, sendto, socket_with,
        sockopt::{Timeout, set_socket_timeout},
    },
};

use super::message::{Message, Messages, number32};

/// The kernel answers at once, or never.
const PATIENCE: Duration = Duration::from_secs(2);
/// No datagram of an answer is longer, in bytes.
const DATAGRAM: usize = 64 << 10;
/// How often a question is asked again whose answer has changed while it was given.
const ATTEMPTS: u32 = 4;

const REQUEST: u16 = 1;
const DUMP: u16 = 0x300;
const INTERRUPTED: u16 = 0x10;
const ERROR: u16 = 2;
const DONE: u16 = 3;

/// `RTM_GET…`
#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    Links = 18,
    Addresses = 22,
    Routes = 26,
}

impl Question {
    /// The bytes of the fixed part, all zero: anything of any family.
    fn payload(self) -> usize {
        match self {
            Self::Links => 16,
            Self::Addresses => 8,
            Self::Routes => 12,
        }
    }

    /// `RTM_NEW…`
    fn answer(self) -> u16 {
        self as u16 - 2
    }
}

pub(super) struct Socket {
    socket: OwnedFd,
    questions: u32,
}

impl Socket {
    pub(super) fn open() -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            None,
        )?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        Ok(Self {
            socket,
            questions: 0,
        })
    }

    /// Passes on every message of the answer.
    pub(super) fn ask(
        &mut self,
        question: Question,
        mut each: impl FnMut(Message<'_>),
    ) -> io::Result<()> {
        let mut datagrams = Vec::new();
        for _ in 0..ATTEMPTS {
            self.send(question)?;
            let whole = self.receive(&mut datagrams)?;
            if whole {
                break;
            }
        }
        for datagram in &datagrams {
            Messages(datagram)
                .filter(|message| message.kind == question.answer())
                .for_each(&mut each);
        }
        Ok(())
    }

    fn send(&mut self, question: Question) -> io::Result<()> {
        self.questions += 1;
        let mut request = Vec::new();
        let length = 16 + u32::try_from(question.payload()).unwrap_or_default();
        request.extend_from_slice(&length.to_ne_bytes());
        request.extend_from_slice(&(question as u16).to_ne_bytes());
        request.extend_from_slice(&(REQUEST | DUMP).to_ne_bytes());
        request.extend_from_slice(&self.questions.to_ne_bytes());
        request.extend_from_slice(&0_u32.to_ne_bytes());
        request.resize(request.len() + question.payload(), 0);
        let kernel = SocketAddrNetlink::new(0, 0);
        sendto(&self.socket, &request, SendFlags::empty(), &kernel)?;
        Ok(())
    }

    /// Collects the datagrams of one answer; false if something changed meanwhile.
    fn receive(&self, datagrams: &mut Vec<Vec<u8>>) -> io::Result<bool> {
        datagrams.clear();
        let mut whole = true;
        let mut buffer = vec![0; DATAGRAM];
        loop {
            let (_, length) = match recv(&self.socket, &mut buffer[..], RecvFlags::TRUNC) {
                Err(Errno::INTR) => continue,
                received => received?,
            };
            let datagram = buffer.get(..length).filter(|datagram| !datagram.is_empty());
            let datagram = datagram.ok_or_else(|| wrong("an answer that is too long"))?;
            for message in Messages(datagram) {
                if message.question != self.questions {
                    continue;
                }
                whole &= message.flags & INTERRUPTED == 0;
                match message.kind {
                    DONE => {
                        datagrams.push(datagram.to_vec());
                        return Ok(whole);
                    }
                    ERROR => {
                        let code = message.header(4).and_then(number32).unwrap_or_default();
                        let code = code.cast_signed().wrapping_neg();
                        return Err(io::Error::from_raw_os_error(code));
                    }
                    _ => {}
                }
            }
            datagrams.push(datagram.to_vec());
        }
    }
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
