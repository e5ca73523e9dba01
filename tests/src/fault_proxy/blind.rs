//! Connections that the proxy cannot read, or not any longer.

use std::{
    io,
    net::{Shutdown, TcpStream},
};

use super::{Fault, Shared, reset};

pub(super) fn serve(stream: &TcpStream, shared: &Shared) {
    shared.note("CONNECT", "", None);
    match shared.fault_of("") {
        Some(Fault::Reset) => reset(stream),
        _ => drop(
            shared
                .connect()
                .and_then(|upstream| pass(stream, &upstream)),
        ),
    }
}

/// Passes bytes on until either end has enough.
pub(super) fn pass(stream: &TcpStream, upstream: &TcpStream) -> io::Result<()> {
    let (mut there, mut back) = (stream.try_clone()?, upstream.try_clone()?);
    let forth = std::thread::spawn(move || {
        drop(io::copy(&mut there, &mut back));
        drop(back.shutdown(Shutdown::Write));
    });
    drop(io::copy(&mut &*upstream, &mut &*stream));
    drop(stream.shutdown(Shutdown::Both));
    drop(forth.join());
    Ok(())
}
